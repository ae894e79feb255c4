"""The book as a whole: parts and chapters in order, and its citation in this edition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from docutils import nodes
from sphinx import addnodes
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

from bookpress.cite.record import Citation
from bookpress.cite.styles import to_reference
from bookpress.elements.typesetting.words import in_words

NO_TITLE = "<no title>"
"""What Sphinx calls a page without a heading."""


def read_toctrees(env: BuildEnvironment) -> list[addnodes.toctree]:
    """Return the tables of contents on the front page, one for each part."""
    return [*env.get_doctree(env.config.root_doc).findall(addnodes.toctree)]


def parts_of(
    env: BuildEnvironment, toctrees: Iterable[addnodes.toctree]
) -> list[tuple[str, list[str]]]:
    """Return the title and pages of each part."""
    parts = []
    for toctree in toctrees:
        title = toctree.get("caption") or ""
        docnames = _with_those_below(env, toctree["includefiles"])
        parts.append((title, docnames))
    return parts


def links_of(
    env: BuildEnvironment, toctrees: Iterable[addnodes.toctree]
) -> list[list[tuple[str, str]]]:
    """Return the words and addresses of the links to elsewhere that each part has."""
    return [
        [link for each in _toctrees_below(env, toctree) for link in _links_in(each)]
        for toctree in toctrees
    ]


def titles_in(env: BuildEnvironment, toctrees: Iterable[addnodes.toctree]) -> dict[str, str]:
    """Return the title of each page in the contents: its own, unless ``_toc.yml`` gives another."""
    below = [each for toctree in toctrees for each in _toctrees_below(env, toctree)]
    entries = [entry for each in below for entry in each["entries"]]
    return {docname: title or title_of(env, docname) for title, docname in entries}


def _toctrees_below(env: BuildEnvironment, toctree: addnodes.toctree) -> Iterator[addnodes.toctree]:
    yield toctree
    for docname in _with_those_below(env, toctree["includefiles"]):
        yield from env.tocs[docname].findall(addnodes.toctree)


def _links_in(toctree: addnodes.toctree) -> Iterator[tuple[str, str]]:
    for title, address in toctree["entries"]:
        if urlsplit(address).scheme:
            yield title or address, address


def _with_those_below(env: BuildEnvironment, docnames: Iterable[str]) -> list[str]:
    names = []
    for docname in docnames:
        below = env.toctree_includes.get(docname, [])
        names += [docname, *_with_those_below(env, below)]
    return names


def chapter_numbers(env: BuildEnvironment) -> dict[str, int | None]:
    """Return the number of each chapter, in reading order; None for one outside numbered parts."""
    chapters = env.config.bookpress_chapters
    return {docname: chapter.position for docname, chapter in chapters.items()}


def title_of(env: BuildEnvironment, docname: str) -> str:
    """Return the title of a page as plain text; a page without one is called as its file."""
    if docname not in env.titles:
        return docname
    title = in_words(env.titles[docname])
    return _file_name(docname) if title == NO_TITLE else title


def name_untitled(env: BuildEnvironment) -> None:
    """Let Sphinx, too, call a page without a heading as its file."""
    for docname, title in env.titles.items():
        if title.astext() == NO_TITLE:
            title[:] = [nodes.Text(_file_name(docname))]


def _file_name(docname: str) -> str:
    return docname.rpartition("/")[2]


def citation_of(config: Config) -> Citation:
    """Return the citation of the book that is being built."""
    citation: Citation = config.bookpress_citation
    return citation


def formats_of(config: Config) -> tuple[str, ...]:
    """Return the formats in which the edition is made; there are no files in others."""
    edition = citation_of(config).edition
    if edition is not None:
        return edition.formats
    return ("html",)


def chapter_reference(env: BuildEnvironment, docname: str) -> tuple[str, str]:
    """Return the citation of a chapter, and its public address, which may be empty.

    The citation is plain text in one style (APA).
    """
    chapter = env.config.bookpress_chapters[docname]
    citation = citation_of(env.config).of_chapter(chapter)
    reference = to_reference(citation, "apa").text
    address = citation.permanent_url or citation.page_url or ""
    return reference, address
