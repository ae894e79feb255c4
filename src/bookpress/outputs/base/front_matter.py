"""The facts of a book that every format shows: its citation, and when it was built."""

from __future__ import annotations

import base64
import datetime as dt
import json
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from bookpress.book.configuration import configuration
from bookpress.cite.files import FOLDER
from bookpress.cite.record import Citation, load_citation
from bookpress.cite.styles import to_reference
from bookpress.elements.base.templates import environment

HERE = Path(__file__).parent
BOOK = "book"
"""The name of the bibliographic record of the whole book."""


@dataclass(frozen=True)
class FrontMatter:
    """The citation of the book in this edition, with its pages.

    Also the time of the build in UTC, and the folder of the finished pages.
    """

    citation: Citation
    built: dt.datetime
    site: Path
    logo: Path | None = None
    """The book's drawing, if it has one."""

    @property
    def author_names(self) -> str:
        """The names of the authors, with commas between them."""
        return ", ".join(author.full for author in self.citation.authors)

    def address(self, path: str, fragment: str = "") -> str | None:
        """Return the public address of a page or file of the site, if the site has one."""
        address = self.citation.site_url
        if address is None:
            return None
        if path != "index.html":
            address += quote(path)
        if fragment:
            address += f"#{quote(fragment)}"
        return address

    def _logo_address(self) -> str:
        """Return the logo as a data address; empty without one."""
        if self.logo is None:
            return ""
        kind, _ = mimetypes.guess_type(self.logo.name)
        content = base64.b64encode(self.logo.read_bytes()).decode("ascii")
        return f"data:{kind or 'image/png'};base64,{content}"

    def record(self, name: str) -> dict[str, Any]:
        """Return the bibliographic record (CSL-JSON) of a chapter, by slug, or of the `BOOK`."""
        file = self.site / FOLDER / f"{name}.csl.json"
        items: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))
        return items[0]

    def fill(self, template: Path, **values: Any) -> str:
        """Return a template filled with these facts and further values."""
        citation = self.citation
        edition = citation.edition
        reference = to_reference(citation, "apa")
        facts = {
            "citation": citation,
            "book": citation.book,
            "edition": edition,
            "authors": self.author_names,
            "date": citation.date,
            "state": citation.state,
            "built": self.built,
            "reference": Markup(reference.html),  # noqa: S704 (escaped by the style)
            "differences": edition.changes() if edition else [],
            "fonts": (HERE / "fonts").as_uri(),
            "site": self.site.as_uri(),
            "logo": self._logo_address(),
        }
        page = environment(template.parent, HERE).get_template(template.name)
        return page.render(**facts, **values)


def load_front_matter(source: Path, site: Path, epoch: int) -> FrontMatter:
    """Return the front matter of a staged source with finished pages.

    `epoch` is the time of the build, in seconds since 1970.
    """
    built = dt.datetime.fromtimestamp(epoch, tz=dt.UTC)
    return FrontMatter(load_citation(source), built, site, _logo(source))


def _logo(source: Path) -> Path | None:
    """Return the logo named in ``_config.yml``, if it is a file of the book."""
    name = str(configuration(source).get("logo") or "")
    path = source / name
    return path if name and path.is_file() else None
