"""The book as a whole: its parts and chapters in order, and what it is cited as in the edition being built."""

from __future__ import annotations

from collections.abc import Iterable

from sphinx import addnodes
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

from bookpress.citation.record import Citation, read_chapter
from bookpress.citation.styles import to_reference
from bookpress.page.base.store import store_of


def read_parts(env: BuildEnvironment) -> list[tuple[str, list[str]]]:
    """Return title and pages of the parts of ``_toc.yml``, from the tables of contents of the front page."""
    toctrees = env.get_doctree(env.config.root_doc).findall(addnodes.toctree)
    return [(one.get("caption") or "", _with_those_below(env, one["includefiles"])) for one in toctrees]


def _with_those_below(env: BuildEnvironment, docnames: Iterable[str]) -> list[str]:
    return [name for one in docnames for name in (one, *_with_those_below(env, env.toctree_includes.get(one, [])))]


def chapter_numbers(env: BuildEnvironment) -> dict[str, int]:
    """Return the number of each chapter: chapters are the notebooks, counted in reading order."""
    pages = store_of(env).pages
    ordered = [name for _, docnames in store_of(env).parts for name in docnames if name in pages]
    return {name: number for number, name in enumerate((one for one in ordered if pages[one].is_chapter), 1)}


def title_of(env: BuildEnvironment, docname: str) -> str:
    """Return the title of a page as plain text."""
    return env.titles[docname].astext() if docname in env.titles else docname


def citation_of(config: Config) -> Citation:
    """Return what the book that is being built is cited as."""
    citation: Citation = config.bookpress_citation
    return citation


def formats_of(config: Config) -> tuple[str, ...]:
    """Return the formats that are made of the edition: files of others are not there."""
    edition = citation_of(config).edition
    return edition.formats if edition is not None else ("html",)


def chapter_reference(env: BuildEnvironment, docname: str) -> tuple[str, str]:
    """Return how a chapter is cited, as plain text in one style (APA), and its public address; empty without one."""
    page, book, number = store_of(env).pages[docname], citation_of(env.config), chapter_numbers(env).get(docname)
    chapter = read_chapter(page.slug, title_of(env, docname), f"{docname}.html", number, page.front)
    citation = book.of_chapter(chapter)
    return to_reference(citation, "apa").text, citation.permanent_url or citation.page_url or ""
