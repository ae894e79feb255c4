"""Figures in HTML, where they stand and on pages of their own.

A figure is a title, a picture and what a reader may want from it.
"""

from __future__ import annotations

import posixpath
import re
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.osutil import relative_uri

from bookpress.book.project import BUILD, is_laid_out
from bookpress.elements.base import charts
from bookpress.elements.base.contents import chapter_reference, citation_of, title_of
from bookpress.elements.base.events import when_built
from bookpress.elements.base.nodes import html
from bookpress.elements.base.store import PAGES_ALONE, Page, store_of
from bookpress.elements.base.templates import fill
from bookpress.elements.choices.choice_links import figure_link
from bookpress.elements.figure import render as drawing
from bookpress.elements.figure.mime import AdoptFigures, drawn
from bookpress.elements.figure.pictures import offer_picture
from bookpress.elements.table.data_table import data_table
from bookpress.elements.value.words import chart_in_words, charts_of
from bookpress.errors import UsageError
from bookpress.files import replace_file
from bookpress.run.cache import RunCache

MIME = charts.VEGALITE_MIME
FOLD = '<div class="code-fold">\n<!-- slot --></div>\n'
_FIGURE = re.compile(r'<figure class="chart-figure" id="([^"]+)">.*?</figure>', re.DOTALL)
_LINK = re.compile(r'(?<= )(href|src|srcset|data-chart)="(?![a-z]+:)([^"]*)"')


def setup(app: Sphinx) -> None:
    """Hold charts in figures, draw them while pages are read, write their files with the page."""
    app.add_node(drawn)
    app.add_transform(AdoptFigures)
    app.add_post_transform(ArrangeFigures)
    app.connect("doctree-read", keep_charts)
    app.connect("write-started", wait_for_pictures, priority=900)
    app.connect("html-page-context", write_with_page, priority=970)
    app.connect("build-finished", offer_bundle)


def draws(app: Sphinx) -> bool:
    """Return whether pictures are drawn."""
    return app.builder.format == "html" and not app.config[PAGES_ALONE]


def keep_charts(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the charts of a page, and begin to draw them while the next pages are read."""
    page = store_of(app.env).page(app.env.docname)
    page.charts = [node["chart"] for node in doctree.findall(nodes.figure) if "chart" in node]
    if draws(app):
        drawing.begin(page.charts, picture_cache(Path(app.outdir)))


def wait_for_pictures(app: Sphinx, _builder: object) -> None:
    """Draw what is not drawn yet, as late as can be.

    The first page that is written shows its pictures.
    """
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
    """Write figures together with their page; pages are written side by side."""
    if doctree is not None and not app.config[PAGES_ALONE]:
        write_files(app, store_of(app.env).page(pagename), context)


@when_built
def offer_bundle(app: Sphinx) -> None:
    """Lay out the script that draws charts, where pages have some."""
    if any(page.charts for page in store_of(app.env).pages.values()):
        bundle = picture_cache(Path(app.outdir)) / drawing.BUNDLE
        shutil.copyfile(bundle, Path(app.outdir, "_static", "vega.js"))
        write_rasters(app)


def folder_of(docname: str) -> str:
    """Return the folder of a page's figures, relative to the root of the site."""
    slug = docname.rsplit("/", 1)[-1]
    return f"figures/{slug}"


def picture_cache(outdir: Path) -> Path:
    """Return the folder of pictures that all builds share.

    It is in the `BUILD` that holds the output, if any.
    """
    builds = [folder for folder in outdir.parents if folder.name == BUILD]
    parent = builds[-1] if builds else outdir.parent
    return parent / "pictures"


def begin_to_draw(file: Path) -> None:
    """Begin to draw the charts of a chapter, given the file of its run, before its page is read."""
    run = RunCache(file.parent).find(file.stem)
    cells = run.executed.cells if run else []
    with suppress(UsageError):  # the page names what is wrong
        drawing.begin(_charts_in(cells), picture_cache(file))


def _charts_in(cells: Iterable[dict[str, Any]]) -> list[charts.Chart]:
    """Return the charts that the cells of a notebook show."""
    shown = []
    for cell in cells:
        for output in cell.get("outputs", ()):
            if MIME in output.get("data", ()):
                spec = output["data"][MIME]
                metadata = output["metadata"].get(MIME, {})
                shown.append(charts.read_chart(spec, metadata, cell["metadata"]))
    return shown


def cited(env: BuildEnvironment, docname: str, chart: charts.Chart) -> dict[str, str]:
    """Return the number of a figure, how its chapter is cited, and where it stands.

    That is its place on the page and its public address, if any.
    """
    page_numbers = env.toc_fignumbers.get(docname, {})
    figure_numbers = page_numbers.get("figure", {})
    numbers = figure_numbers.get(chart.name, ())
    number = ".".join(map(str, numbers))
    reference, address = chapter_reference(env, docname)
    public = ""
    if address:
        root = address.removesuffix(f"{docname}.html")
        public = f"{root}{folder_of(docname)}/{chart.stem}.html"
    return {
        "number": env.config.numfig_format["figure"] % number,
        "reference": reference,
        "anchor": chart.name,
        "link": f"{address}#{chart.name}",
        "public": public,
    }


def write_files(app: Sphinx, page: Page, context: dict[str, Any]) -> None:
    """Write the files of the figures of a page, and a page for each.

    That page has the figure as it stands there, then its data.
    """
    outdir = Path(app.outdir)
    cache = picture_cache(outdir)
    figures = {match[1]: match[0] for match in _FIGURE.finditer(context["body"])}
    move = Move(app.builder.get_target_uri(page.docname), folder_of(page.docname))
    book = {
        "icon": Path(app.config.html_favicon or "").name,
        "book": citation_of(app.config).book,
        "chapter": title_of(app.env, page.docname),
    }
    for chart in charts_of(page, app.env):
        facts = cited(app.env, page.docname, chart)
        stem = outdir / move.folder / chart.stem
        origin = origin_of(chart, facts)
        drawing.write_files(chart, cache, stem, origin)
        table = fill("data-table.html", chart=chart, **data_table(chart.data))
        script = charts.to_script(chart, table)
        replace_file(Path(f"{stem}.js"), script.encode())
        text = fill(
            "figure-page.html",
            chart=chart,
            figure=Markup(move.links(figures[chart.name])),  # noqa: S704 (taken from the page)
            table=Markup(table),  # noqa: S704 (escaped)
            asset=lambda name: move.address(context["asset"](name)),
            page=move.address(move.page.rpartition("/")[2]),
            root=posixpath.relpath(".", move.folder) + "/",
            **book,
            **facts,
        )
        replace_file(Path(f"{stem}.html"), text.encode())


def write_rasters(app: Sphinx) -> None:
    """Write the pictures of all figures as PNG, once all pages are written."""
    stems = {}
    for docname, page in store_of(app.env).pages.items():
        for chart in charts_of(page, app.env):
            stem = Path(app.outdir, folder_of(docname), chart.stem)
            stems[stem] = origin_of(chart, cited(app.env, docname, chart))
    drawing.write_rasters(stems, picture_cache(Path(app.outdir)))


def origin_of(chart: charts.Chart, facts: Mapping[str, str]) -> dict[str, str]:
    """Return what the files of a figure say of where it comes from."""
    origin = {
        "title": chart.title,
        "source": chart.source,
        "rights": chart.licence,
        "isPartOf": f"{facts['number']} in: {facts['reference']}",
        "identifier": facts["public"],
    }
    return {key: text for key, text in origin.items() if text}


@dataclass(frozen=True)
class Move:
    """Part of a page that is shown on another one, in another folder."""

    page: str
    """Path of the page, relative to the root of the site."""
    folder: str

    def address(self, address: str) -> str:
        """Return an address on the page as it is from the folder."""
        if address.startswith("#"):
            target = self.page + address
        else:
            folder = posixpath.dirname(self.page)
            target = posixpath.join(folder, address)
        return posixpath.relpath(target, self.folder)

    def links(self, html: str) -> str:
        """Return HTML of the page, its links as they are from the folder."""

        def moved(link: re.Match[str]) -> str:
            address = self.address(link[2])
            return f'{link[1]}="{address}"'

        return _LINK.sub(moved, html)


class ArrangeFigures(SphinxPostTransform):
    """Put charts into figures of our own, with the code that made them; drop what shows nothing."""

    default_priority = 6  # after MyST-NB has chosen among outputs
    formats = ("html",)

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Work cell by cell."""
        for container in list(self.document.findall(nodes.container)):
            if container.get("nb_element") == "cell_code":
                self._arrange_cell(container)

    def _arrange_cell(self, cell: nodes.container) -> None:
        laid_out = is_laid_out(self.env.srcdir)
        _drop_silent_outputs(cell, laid_out=laid_out)
        figures = [figure for figure in cell.findall(nodes.figure) if "chart" in figure]
        if not (figures or laid_out):
            return
        for figure in cell.findall(nodes.figure):
            if figure not in figures:
                offer_picture(figure, self.app)
        source = next(part for part in cell.children if isinstance(part, nodes.container))
        for block in source.findall(nodes.literal_block):
            # Colours of folded code would be half of the elements of a page.
            block["language"] = "none"
        for figure in figures:
            code = [child.deepcopy() for child in source.children]
            arranged = self._arranged(figure, code)
            figure.parent.replace(figure, arranged)
        cell.attributes.pop("hide_mode", None)
        cell.remove(source)
        if not figures:
            cell.extend(html(FOLD, source.children))

    def _arranged(self, figure: nodes.figure, code: list[nodes.Node]) -> list[nodes.Node]:
        docname = self.env.docname
        chart = chart_in_words(figure["chart"], docname, self.env)
        here = self.app.builder.get_target_uri(docname)
        slug = docname.rsplit("/", 1)[-1]
        cache = picture_cache(Path(self.app.outdir))
        caption = next(figure.findall(nodes.caption))
        legend = next(figure.findall(nodes.legend))
        title = caption.astext()  # with typographic quotes
        text = fill(
            "figure.html",
            chart=chart,
            title=title,
            notebook=relative_uri(here, f"downloads/{slug}.ipynb"),
            base=relative_uri(here, f"{folder_of(docname)}/{chart.stem}"),
            has_code=bool(code),
            choices=figure_link(self.env, chart.name),
            sizes=store_of(self.env).sizes.get(chart.name) or drawing.sizes(chart, cache),
            **cited(self.env, docname, chart),
        )
        return html(text, legend.children, code, says=title)


def _drop_silent_outputs(cell: nodes.Element, *, laid_out: bool) -> None:
    """Drop outputs that show nothing; on a page of a theme those alone that the press silenced."""
    silenced = []
    for comment in list(cell.findall(nodes.comment)):
        silenced.append(comment.parent)
        comment.parent.remove(comment)
    for output in list(cell.findall(nodes.container)):
        is_output = output.get("nb_element") == "cell_code_output"
        if is_output and not output.children and (laid_out or output in silenced):
            output.parent.remove(output)
