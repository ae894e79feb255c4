"""The opening of a page: the line above its title, its finding, and the facts below that."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils import new_document
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import LoggingReporter

from bookpress.book.project import is_laid_out, load_settings
from bookpress.elements.base import contents
from bookpress.elements.base.events import where_laid_out
from bookpress.elements.base.nodes import html, later
from bookpress.elements.base.store import Page, store_of
from bookpress.elements.base.templates import fill
from bookpress.elements.choices import choice_links
from bookpress.elements.choices.panel import explored_states, panel

_DATE = re.compile(r"\b(?:19|20)\d\d-[01]\d-[0-3]\d\b")


def setup(app: Sphinx) -> None:
    """Add the opening below the title of a page, a line above it, and links to choices."""
    app.add_node(choice_links.choice_link, html=(choice_links.visit_choice_link, None))
    app.add_post_transform(choice_links.LinkChoices)
    app.connect("doctree-read", read_opening)
    app.connect("doctree-resolved", write_kicker)


def read_opening(app: Sphinx, doctree: nodes.document) -> None:
    """Read the finding of a page, and add its opening."""
    env = app.env
    page = store_of(env).page(env.docname)
    if page.front.get("finding"):
        finding = str(page.front["finding"])
        page.finding = parse_line(finding, env, doctree.settings)
    open_page(doctree, page, is_laid_out(app.srcdir))


@where_laid_out
def write_kicker(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Add the line above the title of a page that the press lays out."""
    add_kicker(doctree, app.env, docname)


def parse_line(text: str, env: BuildEnvironment, settings: Any) -> list[nodes.Node]:
    """Return the nodes of a line of MyST that is not part of the text of the page."""
    from myst_parser.mdit_to_docutils.sphinx_ import SphinxRenderer
    from myst_parser.parsers.mdit import create_md_parser

    path = str(env.doc2path(env.docname))
    document = new_document(path, settings)
    document.reporter = LoggingReporter.from_reporter(document.reporter)
    parser = create_md_parser(env.myst_config, SphinxRenderer)  # type: ignore[attr-defined]
    parser.options["document"] = document
    parser.render(text)
    first = next(document.findall(nodes.paragraph), None)
    if first is not None:
        return list(first.children)
    return []


def open_page(doctree: nodes.document, page: Page, laid_out: bool) -> None:
    """Add the opening to a page that has just been read, below its title if it has one.

    On a page that a theme lays out, that is only the finding and the choices.
    """
    section = next(iter(doctree.findall(nodes.section)), None)
    if not (page.finding or page.is_chapter):
        return
    if not (laid_out or page.finding or page.parameter_rows):
        return
    below = later(make=opening)
    if page.finding:
        finding = [node.deepcopy() for node in page.finding]
        below += nodes.paragraph("", "", *finding, classes=["standfirst"])
    whole: nodes.Element = doctree if section is None else section
    whole.insert(0 if section is None else 1, below)
    if page.parameter_rows:
        whole.append(later(make=panel))


def opening(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return the opening of a page: its finding and, for a chapter, one line of facts."""
    page = store_of(env).pages[env.docname]
    settings = load_settings(Path(env.srcdir))
    text = fill(
        "opening.html",
        page=page,
        is_laid_out=settings.is_laid_out,
        cites=settings.shows_citations,
        data_date=data_date(page),
        states=explored_states(env, page),
    )
    return html(text, node.children)


def data_date(page: Page) -> str:
    """Return the date of the newest data of a chapter.

    It comes from the front matter, or from the sources of the figures.
    """
    dates: list[str] = []
    for chart in page.charts:
        dates += _DATE.findall(chart.source)
    newest = max(dates, default="")
    return str(page.front.get("data_date") or newest)


def add_kicker(doctree: nodes.document, env: BuildEnvironment, docname: str) -> None:
    """Add a line above the title of a page in a part: the part, and the number of a chapter."""
    section = next(doctree.findall(nodes.section), None)
    parts = [title for title, docnames in store_of(env).parts if docname in docnames]
    words = [part for part in parts[:1] if part]
    number = contents.chapter_numbers(env).get(docname)
    if number:
        words.append(f"Chapter {number}")
    if section is not None and words:
        text = " · ".join(words)
        kicker = fill("kicker.html", text=text)
        section.insert(0, html(kicker))
