"""Figures in HTML: title first, then the picture, then everything a reader may want from it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.osutil import relative_uri

from bookpress.page.base import charts
from bookpress.page.base.cells import data_table
from bookpress.page.base.edition_info import chapter_reference
from bookpress.page.base.nodes import chart as chart_node
from bookpress.page.base.nodes import chart_code, chart_figure, chart_head, code_fold, marker
from bookpress.page.base.store import Page, Store
from bookpress.page.base.templates import fill
from bookpress.page.base.typesetting import typeset
from bookpress.page.figures import render as drawing

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

FOLDER = "figures"


def folder_of(docname: str) -> str:
    """Return the folder of a page's figures, relative to the root of the site."""
    return f"{FOLDER}/{docname.rsplit('/', 1)[-1]}"


def picture_cache(outdir: Path) -> Path:
    """Return the folder of pictures that all builds share: in the ``_build`` that holds the output, if any."""
    above = [folder for folder in outdir.parents if folder.name == "_build"]
    return (above[-1] if above else outdir.parent) / "pictures"


class ArrangeFigures(SphinxPostTransform):
    """Put charts into figures of our own, with the code that made them; drop what shows nothing."""

    default_priority = 6
    formats = ("html",)

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Work cell by cell."""
        ours = [figure for figure in self.document.findall(nodes.figure) if "chart-figure" in figure["classes"]]
        reference, address = chapter_reference(self.env, self.env.docname) if ours else ("", "")
        for figure in ours:
            made = _arranged(figure, reference)
            made["address"] = address
            figure.replace_self(made)
        for cell_node in _cells(self.document):
            _tidy(cell_node)
        _join_folds(self.document)


def _is_cell(node: nodes.Node | None) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def _cells(document: nodes.document) -> list[nodes.container]:
    """Return the code cells of a page."""
    return [node for node in document.findall(nodes.container) if _is_cell(node)]


def _cell_of(node: nodes.Node) -> nodes.Element | None:
    """Return the code cell around a node."""
    around: nodes.Element | None = node.parent
    while around is not None and not _is_cell(around):
        around = around.parent
    return around


def _arranged(figure: nodes.figure, reference: str) -> chart_figure:
    """Return the figure with its parts in the order in which a page has them."""
    picture, caption, legend = (next(iter(figure.findall(kind))) for kind in (chart_node, nodes.caption, nodes.legend))
    code = chart_code()
    cell_node = _cell_of(figure)
    if cell_node is not None and cell_node.get("hide_mode") == "input":
        source = next(part for part in cell_node.children if isinstance(part, nodes.container))
        code += [child.deepcopy() for child in source.children]
    made = chart_figure(
        "",
        chart_head("", *legend.children),
        code,
        chart=picture["chart"],
        reference=reference,
        numbered=figure,
        title=caption.astext(),
        ids=figure["ids"],
    )
    made.source, made.line = figure.source, figure.line
    return made


def _tidy(cell_node: nodes.Element) -> None:
    """Remove outputs that show nothing; put code into its figure, else into a fold."""
    for mark in list(cell_node.findall(marker)):
        mark.parent.remove(mark)
    for output in list(cell_node.findall(nodes.container)):
        if output.get("nb_element") == "cell_code_output" and not output.children:
            output.parent.remove(output)
    if cell_node.get("hide_mode") != "input" and "tag_parameters" not in cell_node["classes"]:
        return
    source = cell_node.children[0]
    cell_node.attributes.pop("hide_mode", None)
    if next(cell_node.findall(chart_figure), None) is not None:
        cell_node.remove(source)
    else:
        cell_node.remove(source)
        cell_node += code_fold("", *source.children)


def _join_folds(document: nodes.document) -> None:
    """Make one fold of several cells that show only code and stand in a row."""
    last: nodes.Element | None = None
    for around in _cells(document):
        fold = around.children[0] if len(around.children) == 1 else None
        if not isinstance(fold, code_fold):
            last = None
        elif last is not None and _follows(last, around):
            next(iter(last.findall(code_fold))).extend(fold.children)
            around.parent.remove(around)
        else:
            last = around


def _follows(one: nodes.Element, other: nodes.Element) -> bool:
    """Tell whether a node stands right after another."""
    return one.parent is other.parent and one.parent.index(other) == one.parent.index(one) + 1


def visit_figure(self: HTML5Translator, node: chart_figure) -> None:
    """Open a figure."""
    self.body.append(self.starttag(node, "figure", CLASS="chart-figure"))


def depart_figure(self: HTML5Translator, node: chart_figure) -> None:  # noqa: ARG001
    """Close a figure."""
    self.body.append("</figure>\n")


def visit_head(self: HTML5Translator, node: chart_head) -> None:
    """Write number and title; the caption follows."""
    figure = node.parent
    self.body.append('<figcaption>\n<p class="figure-title">')
    self.body.append(f'<a class="figure-number" href="#{figure["ids"][0]}" title="Permanent link to this figure">')
    self.add_fignumber(figure["numbered"])
    self.body.append(f'</a><span class="caption-text">{typeset(figure["title"])}</span></p>\n')
    if node.children:
        self.body.append('<div class="figure-caption">\n')


def depart_head(self: HTML5Translator, node: chart_head) -> None:
    """Close the head and write the picture."""
    self.body.append("</div>\n</figcaption>\n" if node.children else "</figcaption>\n")
    self.body.append(fill("picture.html", **_picture(self, node.parent)))


def visit_code(self: HTML5Translator, node: chart_code) -> None:
    """Write source, description and data; the code follows."""
    figure = node.parent
    chart: charts.Chart = figure["chart"]
    self.body.append(fill("figure-tools.html", chart=chart, **data_table(chart.data)))
    if node.children:
        notebook = _picture(self, figure)["notebook"]
        self.body.append('<details class="tool tool-code"><summary>Code</summary>\n')
        link = f'<a href="{notebook}" download>notebook</a>'
        self.body.append(f"<p>The cell that made this figure; it stands in the chapter's {link}.</p>\n")


def depart_code(self: HTML5Translator, node: chart_code) -> None:
    """Close the code and write downloads and citation."""
    self.body.append("</details>\n" if node.children else "")
    self.body.append(fill("figure-downloads.html", **_picture(self, node.parent)))


def visit_fold(self: HTML5Translator, node: code_fold) -> None:  # noqa: ARG001
    """Open a fold of code."""
    self.body.append('<details class="code-fold"><summary>Code</summary>\n')


def depart_fold(self: HTML5Translator, node: code_fold) -> None:  # noqa: ARG001
    """Close a fold of code."""
    self.body.append("</details>\n")


def _picture(self: HTML5Translator, figure: nodes.Element) -> dict[str, Any]:
    """Return what the templates of a figure need: addresses relative to the page, sizes, texts."""
    chart: charts.Chart = figure["chart"]
    docname = self.docnames[-1]
    target = f"{folder_of(docname)}/{chart.stem}"
    here = self.builder.get_target_uri(self.builder.current_docname or docname)
    cache = picture_cache(Path(self.builder.outdir))
    return {
        "chart": chart,
        "anchor": figure["ids"][0],
        "number": number_of(self, figure),
        "reference": figure["reference"],
        "link": f"{figure['address']}#{figure['ids'][0]}",
        "notebook": relative_uri(here, f"downloads/{docname.rsplit('/', 1)[-1]}.ipynb"),
        "base": relative_uri(here, target) if self.builder.name != "singlehtml" else target,
        **drawing.sizes(chart, cache),
    }


def number_of(self: HTML5Translator, figure: nodes.Element) -> str:
    """Return what a figure is called: ``Figure 3``."""
    anchor = figure["ids"][0]
    numbers = self.builder.fignumbers.get("figure") or self.builder.fignumbers.get(f"{self.docnames[-1]}/figure", {})
    return str(self.config.numfig_format["figure"] % ".".join(map(str, numbers.get(anchor, ()))))


def write_script(store: Store, outdir: Path) -> None:
    """Write the script that draws live charts, where a page has one."""
    if any(page.charts for page in store.pages.values()):
        shutil.copyfile(drawing.vega_bundle(picture_cache(outdir)), outdir / "_static" / "vega.js")


def write_files(page: Page, outdir: Path) -> None:
    """Write pictures, data and specifications of the charts of a page.

    Parameters
    ----------
    page : Page
        The page.
    outdir : pathlib.Path
        Root of the site.
    """
    cache, folder = picture_cache(outdir), outdir / folder_of(page.docname)
    for chart in page.charts:
        folder.mkdir(parents=True, exist_ok=True)
        drawing.write_files(chart, cache, folder / chart.stem)
        script = folder / f"{chart.stem}.js"
        script.write_text(charts.to_script(chart), encoding="utf-8", newline="")


def draw_all(app: Sphinx, store: Store) -> None:
    """Draw the charts of all pages that are not yet drawn."""
    every = [chart for page in store.pages.values() for chart in page.charts]
    if every and app.builder.format == "html":
        drawing.draw(every, picture_cache(Path(app.outdir)))


def setup(app: Sphinx) -> None:
    """Register nodes and transform."""
    app.add_node(chart_node)
    app.add_node(marker)
    app.add_node(chart_figure, html=(visit_figure, depart_figure))
    app.add_node(chart_head, html=(visit_head, depart_head))
    app.add_node(code_fold, html=(visit_fold, depart_fold))
    app.add_node(chart_code, html=(visit_code, depart_code))
    app.add_post_transform(ArrangeFigures)
