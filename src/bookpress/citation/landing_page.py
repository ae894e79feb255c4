"""The page of what is cited, as machines see it: tags, typed links and pictures in its head, files beside it."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple, Self
from urllib.parse import quote

from bookpress.citation.formats import FORMATS, citation_stem
from bookpress.citation.record import Author, Chapter, Citation


class SiteFile(NamedTuple):
    """A file of the site, by its path from the root; size (in bytes) and hash where the content is known."""

    path: str
    media_type: str
    size: int | None = None
    sha256: str | None = None

    @classmethod
    def of(cls, path: str, media_type: str, content: bytes) -> Self:
        """Return the record of a file with a content."""
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
    """A picture that stands for the page, by its path from the root of the site; sizes in pixels."""

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

    @property
    def address(self) -> str | None:
        """Where it is found."""
        arxiv = f"https://arxiv.org/abs/{self.arxiv}" if self.arxiv else self.url
        return f"https://doi.org/{self.doi}" if self.doi else arxiv


@dataclass
class LandingPage:
    """The page of a chapter, or the front page of the book; listeners of the event ``landing-page`` fill it in."""

    citation: Citation
    path: str
    summary: str | None = None
    datasets: list[Dataset] = field(default_factory=list)
    files: list[SiteFile] = field(default_factory=list)
    picture: Picture | None = None
    pdf: str | None = None
    works: Sequence[Work] = ()
    chapters: Sequence[Chapter] = ()

    @property
    def url(self) -> str | None:
        """Address of the page on the site that shows this edition."""
        return self.absolute(self.path)

    def absolute(self, path: str) -> str | None:
        """Return the address of a file of the site; none where the site has no address."""
        root = self.citation.site_url
        return root + ("" if path == "index.html" else quote(path)) if root else None

    def relative(self, path: str) -> str:
        """Return a file's address relative to the page."""
        return quote(posixpath.relpath(path, posixpath.dirname(self.path) or "."))

    def link(self, path: str) -> str:
        """Return a file's absolute address where the site has one, else the relative one."""
        return self.absolute(path) or self.relative(path)

    def downloads(self) -> list[tuple[str, str, str]]:
        """Return label, address and name of each citation file."""
        stem = citation_stem(self.citation)
        return [
            (form.label, self.relative(stem + form.ending), stem.rpartition("/")[2] + form.ending)
            for form in FORMATS.values()
        ]

    def head_html(self) -> str:
        """Return tags and links that say what the page is, as HTML."""
        book = self.citation.book
        is_tagged = book.chapter_tags or self.citation.chapter is None
        lines = [_tag("meta", name=name, content=text) for name, text in (highwire_tags(self) if is_tagged else [])]
        lines += [_tag("meta", property=name, content=text) for name, text in open_graph(self)]
        return "\n".join([*lines, *(_tag("link", **link) for link in typed_links(self))])

    def canonical_html(self) -> str:
        """Return the link that names the page's own address; empty where the site has none."""
        return _tag("link", rel="canonical", href=self.url) if self.url else ""


def _tag(tag: str, /, **attributes: str) -> str:
    return f"<{tag} " + " ".join(f'{key}="{escape(value)}"' for key, value in attributes.items()) + ">"


def highwire_tags(page: LandingPage) -> list[tuple[str, str]]:
    """Return name and content of the tags that Google Scholar indexes and reference managers read, in order.

    https://scholar.google.com/intl/en/scholar/inclusion.html#indexing names the tags. Addresses must be absolute:
    without an address of the site there are none. ``citation_inbook_title`` is what makes a book section of a page in
    Zotero, which takes ``citation_book_title`` for Open Graph; others read only the latter. ``citation_doi`` is the
    chapter's own: under the book's, all chapters would be taken for one work.
    """
    citation, book, is_alone = page.citation, page.citation.book, len(page.citation.authors) == 1
    in_book = book.full_title if citation.chapter else None
    tags: list[tuple[str, str | None]] = [("citation_title", citation.title)]
    for author in citation.authors:
        tags += [
            ("citation_author", highwire_name(author, alone=is_alone)),
            ("citation_author_institution", author.affiliation),
            ("citation_author_orcid", author.orcid_url),
        ]
    tags += [
        ("citation_publication_date", f"{citation.date:%Y/%m/%d}"),
        ("citation_inbook_title", in_book),
        ("citation_book_title", in_book),
        ("prism.edition", citation.state),
        ("citation_publisher", book.publisher),
        ("citation_isbn", book.isbn),
        ("citation_issn", book.issn),
        ("citation_doi", citation.doi),
        ("citation_language", book.language),
        *(("citation_keywords", keyword) for keyword in citation.keywords),
        ("citation_abstract", citation.abstract),
        ("citation_public_url", citation.url if page.url else None),
        ("citation_fulltext_html_url", page.url),
        ("citation_pdf_url", page.absolute(page.pdf) if page.pdf else None),
        *(("citation_reference", highwire_reference(work)) for work in page.works),
    ]
    return [(name, content) for name, content in tags if content]


def highwire_name(author: Author, *, alone: bool = False) -> str:
    """Return a name as a tag holds it: *Last, First*; `alone` says whether it is the only author of the page.

    Zotero takes the last word of a name without a comma for the family name, and splits the name of an only author at
    its comma when both sides hold a space. A comma at the end keeps a group whole, a semicolon keeps a person whole;
    Zotero drops both. A suffix goes to the given name: only two parts are read.
    """
    last, first = author.surname, author.given_and_suffix
    if first:
        return f"{last}, {first};" if alone and " " in last and " " in first else f"{last}, {first}"
    if "," in last:
        return f"{last};" if alone else last
    return f"{last}," if author.name or " " in last else last


def highwire_reference(work: Work) -> str:
    """Return a cited work as the content of a ``citation_reference`` tag."""
    parts = [
        ("citation_title", work.title),
        *(("citation_author", highwire_name(author).rstrip(",")) for author in work.authors),
        ("citation_journal_title", work.journal),
        ("citation_publisher", work.publisher),
        ("citation_publication_date", work.year),
        ("citation_doi", work.doi),
        ("citation_arxiv_id", work.arxiv),
    ]
    return ";".join(f"{name}={content.replace(';', ',')}" for name, content in parts if content)


def typed_links(page: LandingPage) -> list[dict[str, str]]:
    """Return the attributes of the page's typed links, for machines that follow them.

    The FAIR Signposting profile, https://signposting.org/FAIR/. ``cite-as`` needs an address meant to last: a DOI, or
    the permanent address of the edition. ``item`` leads to data and chapters, ``collection`` to the book.
    """
    citation, stem = page.citation, citation_stem(page.citation)
    lasting = f"https://doi.org/{citation.doi}" if citation.doi else citation.permanent_url
    kinds = ("Chapter", "ScholarlyArticle") if citation.chapter else ("Book",)
    files = [*page.files, *(file for dataset in page.datasets for file in dataset.files)]
    links: list[tuple[str, str | None, str | None]] = [
        ("cite-as", None, lasting),
        *(("type", None, f"https://schema.org/{kind}") for kind in ("AboutPage", *kinds)),
        *(("describedby", form.media_type, page.relative(stem + form.ending)) for form in FORMATS.values()),
        *(("author", None, author.orcid_url) for author in citation.authors),
        ("license", None, citation.book.licence_url),
        *(("item", file.media_type, page.relative(file.path)) for file in files),
        *(("item", "text/html", page.relative(chapter.page)) for chapter in page.chapters),
        ("collection", "text/html", page.relative("index.html") if citation.chapter else None),
    ]
    return [{"rel": rel, **({"type": kind} if kind else {}), "href": href} for rel, kind, href in links if href]


def open_graph(page: LandingPage) -> list[tuple[str, str]]:
    """Return property and content of the tags that social media read; they need an address of the site.

    https://ogp.me: title, type, image and url are required, and the latter two are absolute.
    """
    citation, picture = page.citation, page.picture
    if page.url is None:
        return [] if citation.chapter else [("og:type", "book")]  # of which Zotero makes a book
    tags: list[tuple[str, str | None]] = [
        ("og:type", "article" if citation.chapter else "book"),
        ("og:title", citation.title),
        ("og:site_name", citation.book.full_title),
        ("og:description", page.summary or citation.abstract),
        ("og:url", page.url),
    ]
    if picture:
        tags += [
            ("og:image", page.absolute(picture.path)),
            ("og:image:type", "image/png"),
            ("og:image:width", str(picture.width)),
            ("og:image:height", str(picture.height)),
            ("og:image:alt", picture.alt),
        ]
    return [(name, content) for name, content in tags if content]
