"""What a PDF or an e-book says about itself: book, edition, date, addresses. Knows no Sphinx."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bookpress.citation.page import FOLDER
from bookpress.citation.record import Book, Citation, CitationError, Edition, plain_value
from bookpress.citation.settings import load_book, load_edition
from bookpress.errors import PressError
from bookpress.page.base.templates import day

BOOK = "book"
"""Name of the bibliographic record of the whole book."""


@dataclass(frozen=True)
class Facts:
    """The facts of one build.

    Parameters
    ----------
    book : Book
        Publication settings.
    edition : Edition or None
        None where the book is built without the press.
    built : datetime.datetime
        Time of the build, in UTC.
    site : pathlib.Path
        Folder of the finished pages.
    """

    book: Book
    edition: Edition | None
    built: dt.datetime
    site: Path

    @property
    def citation(self) -> Citation:
        """What the book is cited as."""
        return Citation.of(self.book, None, self.edition, built=self.built.date())

    @property
    def authors(self) -> str:
        """The authors of the book."""
        return ", ".join(author.full for author in self.book.authors)

    def address(self, path: str, fragment: str = "") -> str | None:
        """Return the public address of a page or file of the site; none where the site has no address."""
        root = self.citation.site_url
        if root is None:
            return None
        return root + ("" if path == "index.html" else quote(path)) + (f"#{quote(fragment)}" if fragment else "")

    def record(self, name: str) -> dict[str, Any]:
        """Return the bibliographic record of a chapter, by its slug, or of the `BOOK`: its item of CSL-JSON."""
        (item,) = json.loads((self.site / FOLDER / f"{name}.csl.json").read_text("utf-8"))
        found: dict[str, Any] = item
        return found

    def imprint(self) -> Iterator[tuple[str, str]]:
        """Yield name and value of what an imprint says; what is not known is left out."""
        book, edition = self.book, self.edition
        told: list[tuple[str, str | None]] = [("Version", book.version), ("Date", day(self.citation.date))]
        if edition is not None:
            told += [
                ("Edition", f"{edition.title or edition.name or ''} ({edition.id})".strip()),
                ("Data", f"vintage {edition.vintage}" if edition.vintage else None),
                ("SHA-256 of the results", edition.results_sha256),
                ("Built again by", edition.rebuild),
            ]
        told += [
            ("Publisher", book.publisher),
            ("DOI", self.citation.doi),
            ("ISBN", book.isbn),
            ("ISSN", book.issn),
            ("Address", self.citation.url),
            ("Source code", book.repository),
            ("Licence of text and figures", book.licence),
            ("Licence of the code", book.code_licence),
        ]
        yield from ((name, value) for name, value in told if value)

    def differences(self) -> list[tuple[str, str, str, str]]:
        """Return name, value here, published value and chapters of each choice that differs."""
        chapters: dict[tuple[str, str, str], list[str]] = {}
        for item in self.edition.differs if self.edition else ():
            choice = (item.name, plain_value(item.value), plain_value(item.default))
            chapters.setdefault(choice, []).append(item.chapter)
        return [(*choice, ", ".join(reached)) for choice, reached in chapters.items()]


def load_facts(source: Path, site: Path, epoch: int) -> Facts:
    """Return the facts of a build.

    Parameters
    ----------
    source : pathlib.Path
        The staged source.
    site : pathlib.Path
        The finished pages.
    epoch : int
        Time of the build, in seconds since 1970.

    Raises
    ------
    PressError
        If the publication settings are missing or wrong.
    """
    try:
        book, edition = load_book(source), load_edition(source)
    except CitationError as error:
        raise PressError(str(error)) from error
    return Facts(book, edition, dt.datetime.fromtimestamp(epoch, tz=dt.UTC), site)


def file_stem(book: Book) -> str:
    """Return the name that files of the whole book have.

    Examples
    --------
    >>> file_stem(Book(title="The Compute Divide", authors=[{"name": "A"}], version="1"))
    'the-compute-divide'
    """
    return re.sub(r"[^a-z0-9]+", "-", book.title.lower()).strip("-") or "book"
