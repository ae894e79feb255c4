"""What a PDF or an e-book says about itself: book, edition, date, addresses."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from bookpress.citation.formats import FOLDER
from bookpress.citation.record import Book, Citation, CitationError
from bookpress.citation.settings import load_citation
from bookpress.citation.styles import to_reference
from bookpress.errors import PressError
from bookpress.page.base.templates import day, environment

BOOK = "book"
"""Name of the bibliographic record of the whole book."""


@dataclass(frozen=True)
class FrontMatter:
    """The book as it is cited in this edition, the time of the build in UTC, the folder of the finished pages."""

    citation: Citation
    built: dt.datetime
    site: Path

    @property
    def book(self) -> Book:
        """The publication settings."""
        return self.citation.book

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
        found: dict[str, Any] = json.loads((self.site / FOLDER / f"{name}.csl.json").read_text("utf-8"))[0]
        return found

    def fill(self, template: str, **values: Any) -> str:
        """Return a template, named by its path, filled with the facts and what else it needs."""
        folder, _, name = template.partition("/")
        facts = {
            "book": self.book,
            "edition": self.citation.edition,
            "authors": self.authors,
            "date": self.citation.date,
            "state": self.citation.state,
            "imprint": self._imprint(),
            "reference": Markup(to_reference(self.citation, "apa").html),  # noqa: S704 (escaped by the style)
            "differences": self.citation.edition.changes() if self.citation.edition else [],
        }
        return environment(folder).get_template(name).render(**facts, **values)

    def _imprint(self) -> list[tuple[str, str]]:
        """Return name and value of what an imprint says; what is not known is left out."""
        book, edition = self.book, self.citation.edition
        told: list[tuple[str, str | None]] = [("Version", book.version), ("Date", day(self.citation.date))]
        if edition is not None:
            told += [
                ("Edition", f"{edition.title or edition.name or ''} ({edition.id})".strip()),
                ("Data", f"vintage {edition.vintage}" if edition.vintage else None),
                ("SHA-256 of the results", edition.results_sha256),
                ("Built again by", edition.command),
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
        return [(name, value) for name, value in told if value]


def load_front_matter(source: Path, site: Path, epoch: int) -> FrontMatter:
    """Return the front matter of a staged source whose pages are finished, built so many seconds after 1970."""
    try:
        citation = load_citation(source)
    except CitationError as error:
        raise PressError(str(error)) from error
    return FrontMatter(citation, dt.datetime.fromtimestamp(epoch, tz=dt.UTC), site)
