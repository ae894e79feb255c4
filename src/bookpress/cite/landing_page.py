"""The landing page of a citation, as machines see it.

It has tags, typed links and a picture in its head, and files beside it.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import quote

from jinja2 import FileSystemLoader
from markupsafe import Markup

from bookpress.cite.book import Author
from bookpress.cite.files import FORMATS, CitationFormat, citation_stem
from bookpress.cite.formats import LOW
from bookpress.cite.jinja import environment_of
from bookpress.cite.record import ChapterRecord, Citation
from bookpress.cite.styles import to_reference

_LOADER = FileSystemLoader(Path(__file__).parent / "templates")
TEMPLATES = environment_of(_LOADER)
READABLE = " !$'()*+,-./:;=?@[]_{}~|"
"""Characters that need no escaping in a data URL."""


def _reference_html(citation: Citation, style: str) -> Markup:
    return Markup(to_reference(citation, style).html)  # noqa: S704  # escaped there


TEMPLATES.filters["reference"] = _reference_html


class SiteFile(NamedTuple):
    """A file of the site, by its path from the root.

    Its size (in bytes) and its hash are given if the content is known.
    """

    path: str
    media_type: str
    size: int | None = None
    sha256: str | None = None

    @classmethod
    def of(cls, path: str, media_type: str, content: bytes) -> Self:
        """Return the record of a file with this content."""
        return cls(path, media_type, len(content), hashlib.sha256(content).hexdigest())


class Dataset(NamedTuple):
    """The data behind a figure."""

    anchor: str
    title: str
    description: str
    licence: str | None = None
    source: str | None = None
    files: tuple[SiteFile, ...] = ()


class Picture(NamedTuple):
    """A picture of the page, by its path from the root of the site, with its size in pixels."""

    path: str
    alt: str
    width: int
    height: int


class Work(NamedTuple):
    """A work that the page cites."""

    title: str
    authors: tuple[Author, ...] = ()
    year: str | None = None
    journal: str | None = None
    publisher: str | None = None
    doi: str | None = None
    arxiv: str | None = None
    url: str | None = None


@dataclass
class LandingPage:
    """The page of a chapter, or the front page of the book.

    Listeners to the event ``landing-page`` fill it in.
    """

    citation: Citation
    path: str
    summary: str | None = None
    datasets: list[Dataset] = field(default_factory=list)
    files: list[SiteFile] = field(default_factory=list)
    picture: Picture | None = None
    pdf: str | None = None
    works: Sequence[Work] = ()
    chapters: Sequence[ChapterRecord] = ()

    @property
    def url(self) -> str | None:
        """The address of the page on the site that shows this edition."""
        return self.absolute(self.path)

    def absolute(self, path: str) -> str | None:
        """Return the address of a file of the site; None if the site has no address."""
        root = self.citation.site_url
        if not root:
            return None
        if path == "index.html":
            return root
        return root + quote(path)

    def relative(self, path: str) -> str:
        """Return a file's address relative to the page."""
        return quote(posixpath.relpath(path, posixpath.dirname(self.path) or "."))

    def link(self, path: str) -> str:
        """Return a file's absolute address if the site has one, else the relative one."""
        return self.absolute(path) or self.relative(path)

    def downloads(self) -> list[tuple[CitationFormat, str, str]]:
        """Return the format, address and name of each citation file.

        For a state shown on a page of another edition there are no files, but data URLs.
        """
        stem = citation_stem(self.citation)
        name = posixpath.basename(stem)
        edition = self.citation.edition
        downloads = []
        for form in FORMATS.values():
            if edition and edition.query:
                content = quote(form.write(self.citation), safe=READABLE)
                address = f"data:{form.media_type};charset=utf-8,{content}"
                downloads.append((form, address, f"{name}-{edition.id}{form.ending}"))
            else:
                address = self.relative(stem + form.ending)
                downloads.append((form, address, name + form.ending))
        return downloads

    def head_html(self, *, is_landing: bool = True) -> str:
        """Return the tags and links that identify the page, as HTML.

        Pages that are not landing pages have only their own address.
        """
        text = TEMPLATES.get_template("head.html").render(
            page=self,
            is_landing=is_landing,
            highwire_name=highwire_name,
            highwire_reference=highwire_reference,
        )
        lines = map(str.strip, text.splitlines())
        return "\n".join(filter(None, lines))


def highwire_name(author: Author, *, alone: bool) -> str:
    """Return a name for a tag: *Last, First*.

    `alone` says whether it is the page's only author. Zotero takes the last word of a name without
    a comma for the family name, splits a name at its comma, and turns a single author into two if
    both sides contain a space. A comma at the end keeps a group whole, a semicolon a person: Zotero
    drops both. A comma within a group's name is replaced by a look-alike.
    """
    last = author.surname.replace(",", LOW)
    first = author.given_and_suffix
    if not first:
        if author.name or " " in last:
            return f"{last},"
        return last
    would_be_split = alone and " " in last and " " in first
    name = f"{last}, {first}"
    if would_be_split:
        return f"{name};"
    return name


def highwire_reference(work: Work) -> str:
    """Return a cited work as the content of a ``citation_reference`` tag."""
    parts = [
        ("citation_title", work.title),
        *(("citation_author", author.sorted_name) for author in work.authors),
        ("citation_journal_title", work.journal),
        ("citation_publisher", work.publisher),
        ("citation_publication_date", work.year),
        ("citation_doi", work.doi),
        ("citation_arxiv_id", work.arxiv),
    ]
    stated = [(name, content.replace(";", ",")) for name, content in parts if content]
    return ";".join(f"{name}={content}" for name, content in stated)
