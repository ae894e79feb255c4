"""What is known about pages while a book is read.

It is kept in Sphinx's environment, so that an incremental build knows it too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sphinx.environment import BuildEnvironment

from bookpress.book.documents import RUNS
from bookpress.chapter.quotes import id_of, page_name
from bookpress.edition.sureness import Sureness
from bookpress.elements.base.charts import Chart
from bookpress.errors import nearest
from bookpress.files import sha256
from holdtrue.comparisons.base import Comparison
from holdtrue.estimates import Estimate
from holdtrue.number_formats import number, with_unit
from holdtrue.periods import years_of

T = TypeVar("T")
PAGES_ALONE = "bookpress_pages_alone"
"""The setting that skips pictures and the files beside pages."""
PAGE_KEPT = "page-kept"
"""The event for a page that is kept as it is, although its files are written."""


class UnknownNameError(LookupError):
    """A result, a parameter or a value of others that does not exist."""


@dataclass(frozen=True)
class Reported:
    """A number or statement that others report, and how it became known."""

    statement: str
    value: float | None
    unit: str
    provenance: str

    @property
    def text(self) -> str:
        """The number in words, with as many digits as its source gives.

        A source that says "about 6 months" does not mean 6.0 months.
        """
        if self.value is None:
            return self.statement
        digits = f"{self.value:,.10g}"
        if self.unit == "share":
            digits = number(self.value, self.unit)
        return with_unit(digits, self.unit)


def run_file(srcdir: Path, docname: str, ending: str = ".ipynb") -> Path | None:
    """Return what the press has kept of the run of a chapter; None for other documents.

    If Jupyter Book itself builds the book, no edition is described in its source.
    """
    file = srcdir.parent / RUNS / f"{docname}{ending}"
    return file if (srcdir / "edition.json").is_file() and file.is_file() else None


@dataclass
class Page:
    """A page of the book, as read."""

    docname: str
    slug: str
    """The slug of a chapter; of another page, the last part of its path."""
    is_chapter: bool = False
    front: Mapping[str, Any] = field(default_factory=dict)
    """The entries under the book's own key in the front matter."""
    results: Mapping[str, Estimate] = field(default_factory=dict)
    statements: Mapping[str, Comparison] = field(default_factory=dict)
    listed: tuple[str, ...] = ()
    """The keys of results that list their rows."""
    parameter_rows: list[dict[str, Any]] = field(default_factory=list)
    """Its parameters for people: name, value, default, type, allowed, unit, help."""
    dependence: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The parameters on which each quoted thing depends."""
    finding: list[Any] = field(default_factory=list)
    """The nodes of its finding, one sentence."""
    terms: dict[str, str] = field(default_factory=dict)
    """Definitions of glossary terms, by the ids of the terms."""
    places: dict[str, str] = field(default_factory=dict)
    """Its anchors, those of sections with their titles."""
    charts: list[Chart] = field(default_factory=list)
    pictures: dict[str, str] = field(default_factory=dict)
    """The anchors of its figures of cells that are no charts, with the names authors gave them."""
    picture_files: dict[str, str] = field(default_factory=dict)
    """The files of those that are a picture, relative to the staged source, by anchor."""
    titles: dict[str, str] = field(default_factory=dict)
    """The titles of the figures and tables of its cells, in Markdown, by name."""
    captions: dict[str, list[str | tuple[str, str, str]]] = field(default_factory=dict)
    """By label, the captions that quote values: text, and the kind, name and format of values."""
    words: int = 0
    shows_minutes: bool = False
    """Whether it shows the reading time of pages."""

    def rows_of(self, key: str) -> str:
        """Return the address of the rows behind a result; empty if they are not listed."""
        name = id_of(key.replace(".", "__"))
        if key in self.listed:
            return f"rows/{self.slug}/{name}.csv"
        return ""

    def source_in(self, srcdir: Path) -> Path | None:
        """Return its source in MyST: its own file, or the text of another notebook."""
        own = srcdir / f"{self.docname}.md"
        return own if own.is_file() else run_file(srcdir, self.docname, ".md")

    @property
    def figures(self) -> dict[str, str]:
        """The stems of the names of its figures' files, which all differ, by anchor."""
        stems = {chart.name: chart.stem for chart in self.charts}
        for name in self.pictures:
            stem = name.removeprefix("fig-")
            stems[name] = f"picture-{name}" if stem in stems.values() else stem
        return stems

    @property
    def parameters(self) -> dict[str, Any]:
        """The values of its parameters, by name."""
        return {row["name"]: row["value"] for row in self.parameter_rows}

    @property
    def minutes(self) -> int:
        """The reading time in minutes, at 220 words a minute."""
        return max(1, round(self.words / 220))

    @property
    def shown_elsewhere(self) -> tuple[Any, ...]:
        """The parts of it that other pages may show, except for its reading time."""
        front = {name: entry for name, entry in self.front.items() if name != "edition"}
        return (
            self.docname,
            front,
            self.results,
            self.statements,
            self.parameter_rows,
        )


class Store:
    """All pages, and what others report.

    Names are full: ``chapter:key``, or ``role:key`` of what others report.
    """

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.slugs: dict[str, str] = {}
        """The slugs of chapters, by document."""
        self.reported: Mapping[str, Mapping[str, Reported]] = {}
        """What others report, by role and name."""
        self.sureness: Mapping[str, Mapping[str, Sureness]] = {}
        self.parts: list[tuple[str, list[str]]] = []
        self.links: list[list[tuple[str, str]]] = []
        """What each part links to elsewhere, as words and address."""
        self.titles: dict[str, str] = {}
        """What the contents call each page."""
        self.sizes: Mapping[str, Any] = {}
        """By the name of a chart, the size of its picture if that is not drawn."""
        self._written = ""
        self._minutes: dict[str, int] = {}

    def page(self, docname: str) -> Page:
        """Return the page of a document, creating it if necessary."""
        if docname not in self.pages:
            self.pages[docname] = Page(docname, self.slug(docname))
        return self.pages[docname]

    def slug(self, docname: str) -> str:
        """Return the slug of a chapter, which prose need not name; of another page, its name."""
        return self.slugs.get(docname, page_name(docname))

    def chapter(self, slug: str) -> Page:
        """Return a chapter by its slug."""
        chapters = {page.slug: page for page in self.chapters}
        return _find(chapters, slug, "no chapter")

    def _in_chapter(self, name: str, known: Callable[[Page], Mapping[str, T]], lacking: str) -> T:
        slug, _, key = name.partition(":")
        chapter = self.chapter(slug)
        return _find(known(chapter), key, f"the chapter {slug!r} {lacking}")

    def result(self, name: str) -> Estimate:
        """Return a result."""
        return self._in_chapter(name, lambda page: page.results, "publishes no result")

    def rows(self, name: str) -> str:
        """Return the address of the rows behind a result; empty if they are not listed."""
        slug, _, key = name.partition(":")
        return self.chapter(slug).rows_of(key)

    def statement(self, name: str) -> Comparison:
        """Return a statement."""
        return self._in_chapter(name, lambda page: page.statements, "publishes no statement")

    def parameter(self, name: str) -> Any:
        """Return the value of a parameter."""
        return self._in_chapter(name, lambda page: page.parameters, "has no parameter")

    def parameter_words(self, name: str) -> str:
        """Return the value of a parameter in words."""

        def words(page: Page) -> dict[str, str]:
            return {row["name"]: row["words"] for row in page.parameter_rows}

        return self._in_chapter(name, words, "has no parameter")

    def origin(self, name: str) -> str:
        """Return what a choice is called, or that years follow from choices, for people."""
        slug, _, key = name.partition(":")
        labels = {row["name"]: row["label"] for row in self.chapter(slug).parameter_rows}
        return f"{labels.get(key, 'years that follow from the choices')} of this edition"

    def chart(self, name: str) -> tuple[Page, Chart]:
        """Return a figure, and the page it is on."""

        def figures(page: Page) -> dict[str, tuple[Page, Chart]]:
            return {chart.name: (page, chart) for chart in page.charts}

        return self._in_chapter(name, figures, "shows no figure")

    def years(self, name: str) -> tuple[int | None, int | None]:
        """Return the first and last year of a period: a parameter, or years that prose quotes."""
        slug, _, key = name.partition(":")
        chosen = self.chapter(slug).parameters.get(key)
        if chosen is not None:
            return years_of(chosen)
        first = self.result(f"{name}.first").value
        last = self.result(f"{name}.last").value
        return _whole(first), _whole(last)

    @property
    def chapters(self) -> list[Page]:
        """The pages that are chapters."""
        return [page for page in self.pages.values() if page.is_chapter]

    def minutes(self, name: str) -> int:
        """Return the reading time of a page, or of all chapters from one page to another."""
        first, _, last = name.partition("..")
        if not last:
            return _find(self.pages, first, "no page").minutes
        order = [docname for _, docnames in self.parts for docname in docnames]
        places = {docname: place for place, docname in enumerate(order)}
        start = _find(places, first, "no page in the contents")
        end = _find(places, last, "no page in the contents")
        if end < start:
            raise UnknownNameError(f"{name!r} leads back; allowed: from a page to a later one")
        pages = [self.pages[docname] for docname in order[start : end + 1]]
        return sum(page.minutes for page in pages if page.is_chapter)

    def report(self, name: str) -> Reported:
        """Return what others report under a name."""
        role, _, key = name.partition(":")
        return _find(self.reported[role], key, f"no {role}")

    def stale(self, menus: Any) -> Iterable[str]:
        """Return all pages if anything that they show of each other changed since the last call.

        If only reading times changed, these are the pages that show them.
        """
        minutes = {docname: page.minutes for docname, page in self.pages.items()}
        minutes_before = self._minutes
        self._minutes = minutes
        shown = [page.shown_elsewhere for _, page in sorted(self.pages.items())]
        before = self._written
        content = repr([shown, self.reported, menus])
        self._written = sha256(content.encode())
        if self._written != before:
            return self.pages
        if minutes != minutes_before:
            return [page.docname for page in self.pages.values() if page.shows_minutes]
        return []


def _whole(year: float | None) -> int | None:
    if year is None:
        return None
    return round(year)


def _find(known: Mapping[str, T], name: str, lacking: str) -> T:
    if name not in known:
        hint = nearest(name, sorted(known))
        raise UnknownNameError(f"{lacking} {name!r}{hint}")
    return known[name]


def store_of(env: BuildEnvironment) -> Store:
    """Return the store of an environment, creating it if necessary."""
    if not hasattr(env, "bookpress_store"):
        env.bookpress_store = Store()  # type: ignore[attr-defined]
    store: Store = env.bookpress_store  # type: ignore[attr-defined]
    return store


def explored(path: Path) -> dict[str, Any]:
    """Return the content of a file about explored states; empty if there is none."""
    if not path.is_file():
        return {}
    return dict(json.loads(path.read_text("utf-8")))
