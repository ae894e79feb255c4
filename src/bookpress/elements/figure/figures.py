"""Figures in HTML, in their place and on pages of their own.

A figure is a title, a picture and the tools that a reader may want.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.osutil import relative_uri

from bookpress.book.project import BUILD, Settings, load_settings
from bookpress.elements.base import charts
from bookpress.elements.base.events import when_built
from bookpress.elements.base.moving import Move, folder_of
from bookpress.elements.base.nodes import html
from bookpress.elements.base.store import PAGES_ALONE, Page, UnknownNameError, store_of
from bookpress.elements.base.templates import fill
from bookpress.elements.choices.choice_links import figure_link
from bookpress.elements.figure import pictures
from bookpress.elements.figure import render as drawing
from bookpress.elements.figure.mime import AdoptFigures, drawn
from bookpress.elements.figure.own_page import (
    cited,
    embedding,
    figures_in,
    surroundings,
)
from bookpress.elements.figure.pictures import offer_picture
from bookpress.elements.table.data_table import data_table
from bookpress.elements.value.words import chart_in_words, charts_of, in_words
from bookpress.errors import UsageError
from bookpress.files import replace_file
from bookpress.run.cache import RunCache
from holdtrue.number_formats import FormatError

logger = logging.getLogger(__name__)
MIME = charts.VEGALITE_MIME
SHOWING = (None, "output")
"""The ways of hiding parts of a cell that leave its code."""
PYTHON = ("ipython", "ipython3", "python", "python3")
"""Names of the lexers for Python."""
FOLD = '<div class="code-fold">\n<!-- slot --></div>\n'
BELOW_CHART = 300
"""The room for the words around a chart within another page, in pixels."""


def setup(app: Sphinx) -> None:
    """Put charts into figures, draw them while pages are read, write their files with the page."""
    app.add_node(drawn)
    app.add_transform(AdoptFigures)
    app.add_post_transform(ArrangeFigures)
    app.connect("doctree-read", keep_charts)
    app.connect("write-started", wait_for_pictures, priority=900)
    app.connect("html-page-context", write_with_page, priority=970)
    app.connect("build-finished", offer_bundle)
    rasters = _Rasters()
    app.connect("write-started", rasters.begin, priority=901)
    app.connect("build-finished", when_built(rasters.write))
    pictures.setup(app)


def draws(app: Sphinx) -> bool:
    """Return whether pictures are drawn."""
    return app.builder.format == "html" and not app.config[PAGES_ALONE]


def keep_charts(app: Sphinx, doctree: nodes.document) -> None:
    """Store the charts of a page, and begin to draw them while the next pages are read."""
    page = store_of(app.env).page(app.env.docname)
    page.charts = [node["chart"] for node in doctree.findall(nodes.figure) if "chart" in node]
    if draws(app):
        drawing.begin(page.charts, picture_cache(Path(app.outdir)))


def wait_for_pictures(app: Sphinx, _builder: object) -> None:
    """Finish drawing, as late as possible: the first page written shows its pictures."""
    shown: list[charts.Chart] = []
    for page in store_of(app.env).pages.values():
        shown += page.charts
    if shown and draws(app):
        drawing.draw(shown, picture_cache(Path(app.outdir)))


def write_with_page(
    app: Sphinx,
    pagename: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Write the figures of a page with it, since pages are written in parallel."""
    if doctree is not None and not app.config[PAGES_ALONE]:
        write_files(app, store_of(app.env).page(pagename), context)


@when_built
def offer_bundle(app: Sphinx) -> None:
    """Provide the script that draws charts, if pages have any."""
    if any(page.charts for page in store_of(app.env).pages.values()):
        bundle = picture_cache(Path(app.outdir)) / drawing.BUNDLE
        shutil.copyfile(bundle, Path(app.outdir, "_static", "vega.js"))


def picture_cache(outdir: Path) -> Path:
    """Return the folder of pictures, which all builds share.

    It is in the outermost `BUILD` folder, if there is one.
    """
    builds = [folder for folder in outdir.parents if folder.name == BUILD]
    parent = builds[-1] if builds else outdir.parent
    return parent / "pictures"


def begin_to_draw(file: Path) -> None:
    """Begin to draw the charts of a chapter from the file of its run, before its page is read."""
    run = RunCache(file.parent).find(file.stem)
    cells = run.executed.cells if run else []
    with suppress(UsageError):  # reported when the page is read
        drawing.begin(_charts_in(cells), picture_cache(file))


def _charts_in(cells: Iterable[dict[str, Any]]) -> list[charts.Chart]:
    """Return the charts in the outputs of a notebook's cells."""
    shown = []
    for cell in cells:
        for output in cell.get("outputs", ()):
            if MIME in output.get("data", ()):
                spec = output["data"][MIME]
                metadata = output["metadata"].get(MIME, {})
                shown.append(charts.read_chart(spec, metadata, cell["metadata"]))
    return shown


def write_files(app: Sphinx, page: Page, context: dict[str, Any]) -> None:
    """Write the files of a page's figures, and a page for each.

    That page has the figure as it appears in the chapter, then its data.
    """
    outdir = Path(app.outdir)
    cache = picture_cache(outdir)
    figures = figures_in(context["body"]) if page.charts else {}
    move = Move(app.builder.get_target_uri(page.docname), folder_of(page.slug))
    around = surroundings(app, page.docname, move)
    for chart in charts_of(page, app.env):
        facts = cited(app.env, page.docname, chart.name, chart.stem)
        stem = outdir / move.folder / chart.stem
        origin = origin_of(chart, facts)
        drawing.write_files(chart, cache, stem, origin)
        table = fill("data-table.html", chart=chart, **data_table(chart.data))
        script = charts.to_script(chart, table)
        replace_file(Path(f"{stem}.js"), script.encode())
        text = fill(
            "figure-page.html",
            title=chart.title,
            alt=chart.alt,
            figure=Markup(move.links(figures[chart.name])),  # noqa: S704 (taken from the page)
            table=Markup(table),  # noqa: S704 (escaped)
            **around,
            **facts,
        )
        replace_file(Path(f"{stem}.html"), text.encode())


class _Rasters:
    """The PNG of all figures, which other processes draw while pages are written."""

    def __init__(self) -> None:
        self._files: drawing.RasterFiles | None = None

    def begin(self, app: Sphinx, _builder: object = None) -> None:
        """Begin to draw: titles and numbers are known once all pages are read."""
        if not draws(app):
            return
        figures = {}
        for docname, page in store_of(app.env).pages.items():
            for chart in charts_of(page, app.env):
                stem = Path(app.outdir, folder_of(page.slug), chart.stem)
                facts = cited(app.env, docname, chart.name, chart.stem)
                figures[stem] = (chart, origin_of(chart, facts))
        if figures:
            self._files = drawing.RasterFiles(figures, picture_cache(Path(app.outdir)))

    def write(self, app: Sphinx) -> None:
        """Write them, also if no page was written."""
        if self._files is None:
            self.begin(app)
        if self._files:
            self._files.write()


def origin_of(chart: charts.Chart, facts: Mapping[str, str]) -> dict[str, str]:
    """Return the origin that the files of a figure state."""
    origin = {
        "title": chart.title,
        "source": chart.source,
        "rights": chart.licence,
        "isPartOf": f"{facts['number']} in: {facts['reference']}",
        "identifier": facts["public"],
    }
    return {key: text for key, text in origin.items() if text}


class ArrangeFigures(SphinxPostTransform):
    """Put charts into our own figures, with their code; remove outputs that show nothing."""

    default_priority = 6  # after MyST-NB has chosen among outputs
    formats = ("html",)

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Work cell by cell."""
        settings = load_settings(Path(self.env.srcdir))
        for container in list(self.document.findall(nodes.container)):
            if container.get("nb_element") == "cell_code":
                self._arrange_cell(container, settings)

    def _arrange_cell(self, cell: nodes.container, settings: Settings) -> None:
        laid_out = settings.is_laid_out
        _drop_silent_outputs(cell, laid_out=laid_out)
        _describe_in_words(cell, self.env)
        figures = [figure for figure in cell.findall(nodes.figure) if "chart" in figure]
        if not (figures or laid_out):
            return
        for figure in cell.findall(nodes.figure):
            if figure not in figures:
                offer_picture(figure, self.app)
        source = _source_of(cell)  # without children where the author shows no code
        is_folded = _folds_code(cell, settings)
        if is_folded:
            _uncolour(source)
        for figure in figures:
            code = [child.deepcopy() for child in source.children]
            arranged = self._arranged(figure, code)
            figure.parent.replace(figure, arranged)
        if source.children and is_folded:
            cell.remove(source)
            if not figures:
                cell.extend(html(FOLD, source.children))

    def _arranged(self, figure: nodes.figure, code: list[nodes.Node]) -> list[nodes.Node]:
        docname = self.env.docname
        chart = chart_in_words(figure["chart"], docname, self.env)
        here = self.app.builder.get_target_uri(docname)
        slug = store_of(self.env).slug(docname)
        cache = picture_cache(Path(self.app.outdir))
        caption = next(figure.findall(nodes.caption))
        legend = next(figure.findall(nodes.legend))
        title = caption.astext()  # with typographic quotes
        sizes = store_of(self.env).sizes.get(chart.name) or drawing.sizes(chart, cache)
        base = relative_uri(here, f"{folder_of(slug)}/{chart.stem}")
        facts = cited(self.env, docname, chart.name, chart.stem)
        address = facts["public"] or f"{base}.html"
        text = fill(
            "figure.html",
            chart=chart,
            title=title,
            notebook=relative_uri(here, f"downloads/{slug}.ipynb"),
            base=base,
            frame=embedding(address, chart.title, sizes["wide"][1] + BELOW_CHART),
            has_code=bool(code),
            choices=figure_link(self.env, chart.name),
            sizes=sizes,
            **facts,
        )
        return html(text, legend.children, code, says=title)


def _folds_code(cell: nodes.container, settings: Settings) -> bool:
    """Return whether code shows on request only, as the cell or the book says."""
    hides = cell.attributes.pop("hide_mode", None)
    return hides not in SHOWING or settings.code == "folded"


def _uncolour(source: nodes.Element) -> None:
    """Leave the words of code uncoloured: coloured folded code is half of a page's elements.

    A script colours Python without elements, when a reader asks for the code.
    """
    for block in source.findall(nodes.literal_block):
        if block["language"] in PYTHON:
            block["classes"].append("python")
        block["language"] = "none"


def _source_of(cell: nodes.container) -> nodes.container:
    """Return the code of a cell, which is empty where a tag removes it from the page."""
    parts = cell.findall(nodes.container)
    code = (part for part in parts if part.get("nb_element") == "cell_code_source")
    return next(code, nodes.container())


def _describe_in_words(cell: nodes.Element, env: BuildEnvironment) -> None:
    """Put values into the alternative texts of pictures, which Sphinx takes as they are written."""
    for image in cell.findall(nodes.image):
        if "{" in image.get("alt", ""):
            try:
                image["alt"] = " ".join(in_words(image["alt"], env.docname, env, str).split())
            except (UnknownNameError, FormatError) as error:
                logger.error("%s", error, location=image, type="bookpress", subtype="alt")  # noqa: TRY400


def _drop_silent_outputs(cell: nodes.Element, *, laid_out: bool) -> None:
    """Remove outputs that show nothing; under a theme, only those that the press silenced."""
    silenced = []
    for comment in list(cell.findall(nodes.comment)):
        silenced.append(comment.parent)
        comment.parent.remove(comment)
    for output in list(cell.findall(nodes.container)):
        is_output = output.get("nb_element") == "cell_code_output"
        if is_output and not output.children and (laid_out or output in silenced):
            output.parent.remove(output)
