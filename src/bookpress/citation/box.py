"""The box "Cite this chapter", and the page that shows how to cite the book and each of its chapters, as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bookpress.citation.files import write
from bookpress.citation.page import FILES, Page
from bookpress.citation.record import plain_value
from bookpress.citation.styles import STYLES, to_reference

LABELS = {"bibtex": "BibTeX", "biblatex": "biblatex", "ris": "RIS", "csl-json": "CSL-JSON"}


def box_html(page: Page) -> str:
    """Return the box for the page of a chapter.

    Parameters
    ----------
    page : Page
        The page it stands on: links are relative to it.
    """
    citation = page.citation
    references = [(style.label, Markup(to_reference(citation, name).html)) for name, style in STYLES.items()]  # noqa: S704  # escaped by `to_reference`
    return _fill(
        "cite-box.html",
        citation=citation,
        edition=citation.edition,
        references=references,
        bibtex=write(citation, "bibtex"),
        downloads=_downloads(page),
        differs=_differs(page),
    )


def how_to_cite_html(book: Page, chapters: Sequence[Page]) -> str:
    """Return the references of the book and of all chapters, each with its downloads.

    Parameters
    ----------
    book : Page
        The book, on the page that shows this.
    chapters : sequence of Page
        Each chapter on the same page: links are relative to `Page.path`.
    """
    entries = [
        (page, Markup(to_reference(page.citation, "apa").html), _downloads(page))  # noqa: S704  # escaped likewise
        for page in (book, *chapters)
    ]
    return _fill("how-to-cite.html", book=entries[0], chapters=entries[1:], edition=book.citation.edition)


def _differs(page: Page) -> list[tuple[str, str, str, str]]:
    """Return name, value, default and chapters of each choice that differs, those that reach this chapter first."""
    edition, chapter = page.citation.edition, page.citation.chapter
    slug = chapter.slug if chapter else ""
    chapters: dict[tuple[str, str, str], list[str]] = {}
    for item in edition.differs if edition else ():
        choice = (item.name, plain_value(item.value), plain_value(item.default))
        chapters.setdefault(choice, []).append(item.chapter)
    rows = [(*choice, ", ".join(reached)) for choice, reached in chapters.items()]
    return sorted(rows, key=lambda row: slug not in row[3].split(", "))


def _downloads(page: Page) -> list[tuple[str, str, str]]:
    """Return label, address and name of each citation file."""
    name = page.stem.rsplit("/", 1)[-1]
    return [(LABELS[form], page.relative(page.stem + ending), name + ending) for form, (ending, _) in FILES.items()]


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _fill(template: str, **values: Any) -> str:
    return _templates().get_template(template).render(**values)
