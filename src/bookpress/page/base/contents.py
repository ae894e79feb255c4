"""The book as a whole: its parts and chapters in order, and what it is cited as in the edition being built."""

from __future__ import annotations

from collections.abc import Iterable

from sphinx import addnodes
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

from bookpress.citation.record import Citation
from bookpress.citation.styles import to_reference


def read_parts(env: BuildEnvironment) -> list[tuple[str, list[str]]]:
    """Return title and pages of the parts of ``_toc.yml``, from the tables of contents of the front page."""
    toctrees = env.get_doctree(env.config.root_doc).findall(addnodes.toctree)
    return [
        (one.get("caption") or "", _with_those_below(env, one["includefiles"])) for one in toctrees
    ]


def _with_those_below(env: BuildEnvironment, docnames: Iterable[str]) -> list[str]:
    return [
        name
        for one in docnames
        for name in (one, *_with_those_below(env, env.toctree_includes.get(one, [])))
    ]


def chapter_numbers(env: BuildEnvironment) -> dict[str, int]:
    """Return the number of each chapter, in reading order."""
    return {docname: chapter.position for docname, chapter in env.config.bookpress_chapters.items()}


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
    citation = citation_of(env.config).of_chapter(env.config.bookpress_chapters[docname])
    return to_reference(citation, "apa").text, citation.permanent_url or citation.page_url or ""
