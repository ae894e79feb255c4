"""Figures in HTML: title first, then the picture, then everything a reader may want from it."""

from __future__ import annotations

import itertools
from pathlib import Path

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.osutil import relative_uri

from bookpress.page.base import charts
from bookpress.page.base.nodes import html
from bookpress.page.base.templates import fill
from bookpress.page.figures import render as drawing
from bookpress.page.figures.alone import cited, folder_of, picture_cache

FOLD = '<div class="code-fold">\n<!-- slot --></div>\n'


class ArrangeFigures(SphinxPostTransform):
    """Put charts into figures of our own, with the code that made them; drop what shows nothing."""

    default_priority = 6  # after MyST-NB has chosen among outputs
    formats = ("html",)

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Work cell by cell; one fold holds the code of several cells that show only code and stand in a row."""
        cells = [node for node in self.document.findall(nodes.container) if node.get("nb_element") == "cell_code"]
        for cell in cells:
            _drop_silent_outputs(cell)
            source = next(part for part in cell.children if isinstance(part, nodes.container))
            folded = cell.get("hide_mode") == "input"
            for block in source.findall(nodes.literal_block) if folded else ():
                block["language"] = "none"  # colours of folded code would be half of the elements of a page
            figures = [figure for figure in cell.findall(nodes.figure) if "chart" in figure]
            for figure in figures:
                code = [child.deepcopy() for child in source.children] if folded else []
                figure.parent.replace(figure, self._arranged(figure, code))
            if folded or "tag_parameters" in cell["classes"]:
                cell.attributes.pop("hide_mode", None)
                cell.remove(source)
                if not figures:
                    cell["only_code"] = not cell.children
                    cell.extend(html(FOLD, source.children))
        for one, other in itertools.pairwise(reversed(cells)):
            if one.get("only_code") and other.get("only_code") and other.next_node(descend=False, siblings=True) is one:
                other[-1:-1] = one.children[1:-1]
                one.parent.remove(one)

    def _arranged(self, figure: nodes.figure, code: list[nodes.Node]) -> list[nodes.Node]:
        chart: charts.Chart = figure["chart"]
        docname = self.env.docname
        here = self.app.builder.get_target_uri(docname)
        path = f"{folder_of(docname)}/{chart.stem}"
        title = next(figure.findall(nodes.caption)).astext()  # with typographic quotes
        text = fill(
            "figure.html",
            chart=chart,
            title=title,
            notebook=relative_uri(here, f"downloads/{docname.rsplit('/', 1)[-1]}.ipynb"),
            base=relative_uri(here, path),
            has_code=bool(code),
            sizes=drawing.sizes(chart, picture_cache(Path(self.app.outdir))),
            **cited(self.env, docname, chart),
        )
        return html(text, next(figure.findall(nodes.legend)).children, code, says=title)


def _drop_silent_outputs(cell: nodes.Element) -> None:
    for mark in list(cell.findall(nodes.comment)):
        mark.parent.remove(mark)
    for output in list(cell.findall(nodes.container)):
        if output.get("nb_element") == "cell_code_output" and not output.children:
            output.parent.remove(output)
