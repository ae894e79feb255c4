"""Directives for the cover: findings in numbers, the chapters with their findings, the edition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from bookpress.book import number_formats as numbers
from bookpress.page.base import contents as book
from bookpress.page.base.edition_info import imprint_of
from bookpress.page.base.nodes import chapter_entry, chapter_list, edition_line, finding, findings
from bookpress.page.base.roles import in_full, skip, store_of
from bookpress.page.base.store import UnknownNameError
from bookpress.page.base.templates import fill
from bookpress.page.site.downloads import book_files

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.writers.html5 import HTML5Translator

    from bookpress.page.base.store import Store

logger = logging.getLogger(__name__)


class FindingsDirective(SphinxDirective):
    """``{findings}``: a row that holds ``{finding}`` directives."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Parse the findings."""
        self.assert_has_content()
        node = findings()
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


class FindingDirective(SphinxDirective):
    """``{finding} chapter:key``: a result as a big number, with the text that says what it is."""

    has_content = True
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Leave a node that is filled when all pages are known."""
        self.assert_has_content()
        name = in_full(self.arguments[0], self.env.docname)
        uses = store_of(self.env).page(self.env.docname).uses
        uses.add(f"result {name}")
        uses.add("chapters all")
        node = finding(name=name)
        self.set_source_info(node)
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


class ChaptersDirective(SphinxDirective):
    """``{chapters}``: every chapter with its number, title, finding and reading time."""

    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """Leave a node that is filled when all pages are known."""
        store_of(self.env).page(self.env.docname).uses.add("chapters all")
        return [chapter_list()]


class EditionDirective(SphinxDirective):
    """``{edition-line}``: which edition this is; nothing where the book is built without the press."""

    def run(self) -> list[nodes.Node]:
        """Leave a node: the edition is known when pages are written."""
        return [edition_line()]


def prepare(document: nodes.document, env: BuildEnvironment) -> None:
    """Fill lists of chapters; take out findings without a value, with an error where there is no such result."""
    for place in list(document.findall(chapter_list)):
        list_chapters(env, place)
    for node in list(document.findall(finding)):
        try:
            if store_of(env).result(node["name"]).value is None:
                node.parent.remove(node)
        except UnknownNameError as error:
            logger.error("%s", error, location=node, type="compute_divide", subtype="result")  # noqa: TRY400
            node.parent.remove(node)
    for row in list(document.findall(findings)):
        if not row.children:
            row.parent.remove(row)


def list_chapters(env: BuildEnvironment, place: chapter_list) -> None:
    """Fill a list with the chapters; their findings stay pending for the caller to resolve."""
    store = store_of(env)
    numbers_of = book.chapter_numbers(env)
    for part in book.parts(env):
        chapters = [name for name in part.docnames if name in numbers_of]
        for position, name in enumerate(chapters):
            page = store.pages[name]
            entry = chapter_entry(
                docname=name,
                number=numbers_of[name],
                title=book.title_of(env, name),
                part=part.title if position == 0 else "",
                minutes=page.minutes,
            )
            entry += [node.deepcopy() for node in page.finding]
            place += entry


def visit_findings(self: HTML5Translator, node: findings) -> None:  # noqa: ARG001
    """Open the row."""
    self.body.append('<div class="findings">\n')


def depart_findings(self: HTML5Translator, node: findings) -> None:  # noqa: ARG001
    """Close the row."""
    self.body.append("</div>\n")


def visit_finding(self: HTML5Translator, node: finding) -> None:
    """Write the number, its interval and a small bar; the text follows."""
    env = self.builder.env
    store: Store = store_of(env)
    result = store.result(node["name"])
    self.body.append(
        fill(
            "finding.html",
            result=result,
            number=numbers.number(result.value, result.unit),
            unit=numbers.word(result.unit),
            interval=numbers.interval(result),
            has_interval=result.low is not None and result.high is not None,
            counts=numbers.counts(result),
            is_share=result.unit == "share",
        )
    )


def depart_finding(self: HTML5Translator, node: finding) -> None:
    """Close the finding with a link to the chapter it comes from."""
    env = self.builder.env
    docname = store_of(env).chapter(node["name"].partition(":")[0]).docname
    self.body.append(
        fill("finding-end.html", address=_address(self, docname), title=book.title_of(env, docname)),
    )


def visit_chapter_list(self: HTML5Translator, node: chapter_list) -> None:  # noqa: ARG001
    """Open the list."""
    self.body.append('<div class="chapter-list">\n')


def depart_chapter_list(self: HTML5Translator, node: chapter_list) -> None:  # noqa: ARG001
    """Close the list."""
    self.body.append("</div>\n")


def visit_chapter_entry(self: HTML5Translator, node: chapter_entry) -> None:
    """Write number and title; the finding follows."""
    self.body.append(fill("chapter-entry.html", address=_address(self, node["docname"]), **_plain(node)))


def depart_chapter_entry(self: HTML5Translator, node: chapter_entry) -> None:
    """Close the entry."""
    self.body.append(fill("chapter-entry-end.html", minutes=node["minutes"]))


def _plain(node: nodes.Element) -> dict[str, Any]:
    return {key: node[key] for key in ("number", "title", "part")}


def visit_edition_line(self: HTML5Translator, node: edition_line) -> None:  # noqa: ARG001
    """Write the edition."""
    imprint = imprint_of(self.builder.config)
    if imprint.edition is not None:
        here = self.builder.get_target_uri(self.builder.current_docname)
        files = [
            {**file, "address": relative_uri(here, file["path"])}
            for file in book_files(imprint.book.file_stem, imprint.edition.formats)
        ]
        self.body.append(fill("edition-line.html", edition=imprint.edition, files=files))
    raise nodes.SkipNode


def _address(self: HTML5Translator, docname: str) -> str:
    """Return the address of a page relative to the one being written."""
    target = self.builder.get_target_uri(docname)
    if self.builder.name == "singlehtml":
        return target
    return relative_uri(self.builder.get_target_uri(self.builder.current_docname), target)


def setup(app: Sphinx) -> None:
    """Register directives and nodes."""
    app.add_directive("findings", FindingsDirective)
    app.add_directive("finding", FindingDirective)
    app.add_directive("chapters", ChaptersDirective)
    app.add_directive("edition-line", EditionDirective)
    app.add_node(findings, html=(visit_findings, depart_findings), latex=(skip, skip), text=(skip, skip))
    app.add_node(finding, html=(visit_finding, depart_finding), latex=(skip, skip), text=(skip, skip))
    app.add_node(chapter_list, html=(visit_chapter_list, depart_chapter_list), latex=(skip, skip), text=(skip, skip))
    app.add_node(chapter_entry, html=(visit_chapter_entry, depart_chapter_entry), latex=(skip, skip), text=(skip, skip))
    app.add_node(edition_line, html=(visit_edition_line, None), latex=(skip, skip), text=(skip, skip))
