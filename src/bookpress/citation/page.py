"""What a page offers besides its text: figures' data, a picture, a PDF, the works it cites, the files that cite it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Self
from urllib.parse import quote

from pydantic import Field

from bookpress.citation.record import Author, Chapter, Citation, Facts

FOLDER = "cite"
"""Folder of the citation files, from the root of the site."""
FILES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "bibtex": (".bib", "application/x-bibtex"),
        "biblatex": (".biblatex.bib", "application/x-bibtex"),
        "ris": (".ris", "application/x-research-info-systems"),
        "csl-json": (".csl.json", "application/vnd.citationstyles.csl+json"),
    }
)
"""Ending and media type of each citation file."""


class SiteFile(Facts):
    """A file of the site, by its path from the root."""

    path: str
    media_type: str


class DataFile(SiteFile):
    """A file whose content is known."""

    size: int = Field(ge=0, description="bytes")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")

    @classmethod
    def of(cls, path: str, media_type: str, content: bytes) -> Self:
        """Return the record of a file with a content.

        Examples
        --------
        >>> DataFile.of("figures/a.csv", "text/csv", b"x").size
        1
        """
        digest = hashlib.sha256(content).hexdigest()
        return cls(path=path, media_type=media_type, size=len(content), sha256=digest)


class Dataset(Facts):
    """The data behind a figure."""

    anchor: str
    title: str
    description: str
    licence: str | None = None
    source: str | None = None
    files: tuple[DataFile, ...] = ()


class Picture(Facts):
    """A picture that stands for the page, by its path from the root of the site; sizes in pixels."""

    path: str
    alt: str
    width: int
    height: int


class Work(Facts):
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
        if self.doi:
            return f"https://doi.org/{self.doi}"
        return f"https://arxiv.org/abs/{self.arxiv}" if self.arxiv else self.url


class Page(Facts):
    """A page as machines see it."""

    citation: Citation
    path: str = Field(description="of the page itself, from the root of the site")
    summary: str | None = None
    datasets: tuple[Dataset, ...] = ()
    files: tuple[SiteFile, ...] = ()
    picture: Picture | None = None
    pdf: str | None = None
    works: tuple[Work, ...] = ()
    chapters: tuple[Chapter, ...] = Field(default=(), description="of the book, on its front page")

    @property
    def stem(self) -> str:
        """Path of the page's citation files without their ending."""
        return citation_stem(self.citation)

    @property
    def url(self) -> str | None:
        """Address of the page on the site that shows this edition."""
        return self.absolute(self.path)

    def absolute(self, path: str) -> str | None:
        """Return the address of a file of the site; none where the site has no address."""
        root = self.citation.site_url
        return root + ("" if path == "index.html" else quote(path)) if root else None

    def relative(self, path: str) -> str:
        """Return a file's address relative to the page.

        Examples
        --------
        >>> Page.model_construct(path="notebooks/a.html").relative("cite/a.bib")
        '../cite/a.bib'
        """
        here = self.path.split("/")[:-1]
        there = path.split("/")
        while here and there[:-1] and here[0] == there[0]:
            here, there = here[1:], there[1:]
        return quote("/".join([".."] * len(here) + there))

    def link(self, path: str) -> str:
        """Return a file's absolute address where the site has one, else the relative one."""
        return self.absolute(path) or self.relative(path)


def citation_stem(citation: Citation) -> str:
    """Return the path of what is cited's files without their ending: ``"cite/robustness"``, ``"cite/book"``."""
    return f"{FOLDER}/{citation.chapter.slug if citation.chapter else 'book'}"
