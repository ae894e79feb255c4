"""Figures in HTML: title, picture and what a reader may want from it, where they stand and on pages of their own."""

from __future__ import annotations

import json
import posixpath
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.osutil import relative_uri

from bookpress.book.project import BUILD
from bookpress.errors import UsageError
from bookpress.files import replace_file
from bookpress.page.base import charts
from bookpress.page.base.contents import chapter_reference, citation_of, title_of
from bookpress.page.base.nodes import html
from bookpress.page.base.store import Page
from bookpress.page.base.templates import fill
from bookpress.page.base.words import chart_in_words, charts_of
from bookpress.page.figures import render as drawing
from bookpress.run.cache import RunCache

MIME = charts.VEGALITE_MIME
FOLD = '<div class="code-fold">\n<!-- slot --></div>\n'
_FIGURE = re.compile(r'<figure class="chart-figure" id="([^"]+)">.*?</figure>', re.DOTALL)
_LINK = re.compile(r'(?<= )(href|src|srcset|data-chart)="(?![a-z]+:)([^"]*)"')


def folder_of(docname: str) -> str:
    """Return the folder of a page's figures, relative to the root of the site."""
    return f"figures/{docname.rsplit('/', 1)[-1]}"


def picture_cache(outdir: Path) -> Path:
    """Return the folder of pictures that all builds share: in the `BUILD` that holds the output, if any."""
    above = [folder for folder in outdir.parents if folder.name == BUILD]
    return (above[-1] if above else outdir.parent) / "pictures"


def begin_to_draw(file: Path) -> None:
    """Begin to draw the charts of a chapter, given the file of its run, before its page is read."""
    run = RunCache(file.parent).find(file.stem)
    cells = json.loads(run.notebook)["cells"] if run else []
    shown = [
        (output["data"][MIME], output["metadata"].get(MIME, {}), cell["metadata"])
        for cell in cells
        for output in cell.get("outputs", ())
        if MIME in output.get("data", ())
    ]
    with suppress(UsageError):  # the page names what is wrong
        drawing.begin([charts.read_chart(*parts) for parts in shown], picture_cache(file))


def cited(env: BuildEnvironment, docname: str, chart: charts.Chart) -> dict[str, str]:
    """Return the number of a figure, how its chapter is cited, its place on the page and its public address, if any."""
    numbers = env.toc_fignumbers.get(docname, {}).get("figure", {}).get(chart.name, ())
    reference, address = chapter_reference(env, docname)
    public = (
        f"{address.removesuffix(f'{docname}.html')}{folder_of(docname)}/{chart.stem}.html"
        if address
        else ""
    )
    return {
        "number": env.config.numfig_format["figure"] % ".".join(map(str, numbers)),
        "reference": reference,
        "anchor": chart.name,
        "link": f"{address}#{chart.name}",
        "public": public,
    }


def write_files(app: Sphinx, page: Page, context: dict[str, Any]) -> None:
    """Write the files of the figures of a page, and a page for each: the figure as it stands there, then its data."""
    outdir, folder = Path(app.outdir), folder_of(page.docname)
    path = app.builder.get_target_uri(page.docname)
    figures = {found[1]: found[0] for found in _FIGURE.finditer(context["body"])}

    def moved(address: str) -> str:
        here = (
            path + address
            if address.startswith("#")
            else posixpath.join(posixpath.dirname(path), address)
        )
        return posixpath.relpath(here, folder)

    for chart in charts_of(page, app.env):
        facts, stem = cited(app.env, page.docname, chart), outdir / folder / chart.stem
        origin = {
            "title": chart.title,
            "source": chart.source,
            "rights": chart.licence,
            "isPartOf": f"{facts['number']} in: {facts['reference']}",
            "identifier": facts["public"],
        }
        drawing.write_files(
            chart, picture_cache(outdir), stem, {key: text for key, text in origin.items() if text}
        )
        table = fill("data-table.html", chart=chart, **charts.data_table(chart.data))
        replace_file(Path(f"{stem}.js"), charts.to_script(chart, table).encode())
        alone = fill(
            "figure-page.html",
            chart=chart,
            figure=Markup(  # noqa: S704 (taken from the page)
                _LINK.sub(lambda link: f'{link[1]}="{moved(link[2])}"', figures[chart.name])
            ),
            table=Markup(table),  # noqa: S704 (escaped)
            chapter=title_of(app.env, page.docname),
            asset=lambda name: moved(context["asset"](name)),
            page=moved(path.rpartition("/")[2]),
            root=posixpath.relpath(".", folder) + "/",
            icon=Path(app.config.html_favicon or "").name,
            book=citation_of(app.config).book,
            **facts,
        )
        replace_file(Path(f"{stem}.html"), alone.encode())


class ArrangeFigures(SphinxPostTransform):
    """Put charts into figures of our own, with the code that made them; drop what shows nothing."""

    default_priority = 6  # after MyST-NB has chosen among outputs
    formats = ("html",)

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Work cell by cell."""
        cells = [
            node
            for node in self.document.findall(nodes.container)
            if node.get("nb_element") == "cell_code"
        ]
        for cell in cells:
            _drop_silent_outputs(cell)
            source = next(part for part in cell.children if isinstance(part, nodes.container))
            for block in source.findall(nodes.literal_block):
                block["language"] = (
                    "none"  # colours of folded code would be half of the elements of a page
                )
            figures = [figure for figure in cell.findall(nodes.figure) if "chart" in figure]
            for figure in figures:
                code = [child.deepcopy() for child in source.children]
                figure.parent.replace(figure, self._arranged(figure, code))
            cell.attributes.pop("hide_mode", None)
            cell.remove(source)
            if not figures:
                cell.extend(html(FOLD, source.children))

    def _arranged(self, figure: nodes.figure, code: list[nodes.Node]) -> list[nodes.Node]:
        docname = self.env.docname
        chart = chart_in_words(figure["chart"], docname, self.env)
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
