"""Directives for the cover: findings in numbers, the chapters with their findings, the edition."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from bookpress.book.statements import full_name
from bookpress.page.base import contents
from bookpress.page.base.nodes import html, later, leaving
from bookpress.page.base.notes import in_numbers
from bookpress.page.base.roles import note_use
from bookpress.page.base.store import EVERYTHING, UnknownNameError, store_of
from bookpress.page.base.templates import fill
from bookpress.page.figures import render as drawing
from bookpress.page.figures.alone import folder_of, picture_cache
from bookpress.page.site.downloads import book_files

logger = logging.getLogger(__name__)


class FindingsDirective(SphinxDirective):
    """``{findings}``: a row that holds ``{finding}`` directives."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Parse the findings."""
        self.assert_has_content()
        node = later(make=findings)
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


class FindingDirective(SphinxDirective):
    """``{finding} chapter:key``: a result as a big number, with the text that says what it is."""

    has_content = True
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Leave it for later."""
        self.assert_has_content()
        name = full_name(self.arguments[0], self.env.docname)
        note_use(name, self.env)
        store_of(self.env).page(self.env.docname).uses.add(EVERYTHING)
        node = later(make=finding, name=name)
        self.set_source_info(node)
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


def findings(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return the row of those findings that have a value."""
    made = [part for child in node.children if isinstance(child, later) for part in finding(child, env)]
    return html('<div class="findings">\n<!-- slot --></div>\n', made) if made else []


def finding(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return a finding: the number, its interval and a small bar, the text, a link to the chapter it comes from."""
    store, name = store_of(env), node["name"]
    try:
        result = store.result(name)
    except UnknownNameError as error:
        logger.error("%s", error, location=node, type="bookpress", subtype="result")  # noqa: TRY400
        return []
    if result.value is None:
        return []
    chapter = store.chapter(name.partition(":")[0]).docname
    text = fill(
        "finding.html",
        result=result,
        address=_address(env, chapter),
        title=contents.title_of(env, chapter),
    )
    return html(text, in_numbers(node.children, env))


class CoverChartDirective(SphinxDirective):
    """``{cover-chart} chapter:fig-name``: the picture of a figure, under its title, which leads to it."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Leave it for later."""
        store_of(self.env).page(self.env.docname).uses.add(EVERYTHING)
        node = later(make=cover_chart, name=self.arguments[0])
        self.set_source_info(node)
        return [node]


def cover_chart(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return the picture of a figure."""
    slug, _, name = node["name"].partition(":")
    pages = [page for page in store_of(env).pages.values() if page.slug == slug]
    found = [(page, chart) for page in pages for chart in page.charts if chart.name == name]
    if not found:
        logger.error("no figure %r", node["name"], location=node, type="bookpress", subtype="figure")
        return []
    if env.app.builder.format != "html":  # a check, which draws nothing
        return []
    page, chart = found[0]
    outdir, here = Path(env.app.outdir), env.app.builder.get_target_uri(env.docname)
    values = {
        "chart": chart,
        "base": relative_uri(here, f"{folder_of(page.docname)}/{chart.stem}"),
        "address": f"{_address(env, page.docname)}#{chart.name}",
        "sizes": drawing.sizes(chart, picture_cache(outdir)),
    }
    return html(fill("cover-chart.html", **values), says=chart.title)


def chapter_list(_node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """``{chapters}``: return every chapter with its number, title, finding and reading time."""
    store, numbers = store_of(env), contents.chapter_numbers(env)
    chapters, texts = [], []
    for part in store_of(env).parts:
        title = part.title
        for name in (name for name in part.docnames if name in numbers):
            page = store.pages[name]
            texts.append(in_numbers([node.deepcopy() for node in page.finding], env))
            facts = {"part": title, "number": numbers[name], "minutes": page.minutes}
            chapters.append(
                {
                    **facts,
                    "title": contents.title_of(env, name),
                    "address": _address(env, name),
                }
            )
            title = ""
    return html(fill("chapter-list.html", chapters=chapters), *texts)


def edition_line(_node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """``{edition-line}``: return the edition in one line, where there is one, and the files of the whole book."""
    citation = contents.citation_of(env.config)
    if citation.edition is None:
        return []
    here = env.app.builder.get_target_uri(env.docname)
    files = [
        {**file, "address": relative_uri(here, file["path"])}
        for file in book_files(citation.book.file_stem, citation.edition.formats)
    ]
    return html(fill("edition-line.html", edition=citation.edition, files=files))


def _address(env: BuildEnvironment, docname: str) -> str:
    return env.app.builder.get_relative_uri(env.docname, docname)


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("findings", FindingsDirective)
    app.add_directive("finding", FindingDirective)
    app.add_directive("cover-chart", CoverChartDirective)
    app.add_directive("chapters", leaving(chapter_list))
    app.add_directive("edition-line", leaving(edition_line))
