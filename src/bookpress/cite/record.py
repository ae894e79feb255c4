"""The record of bibliographic facts that every citation is made from, and how it is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from docutils.nodes import make_id
from pydantic import ConfigDict, Field

from bookpress.book.source import CommittedSource, day_of
from bookpress.chapter.estimates import results_file
from bookpress.chapter.types.allowed import as_text
from bookpress.cite.book import Author, Book, load_book
from bookpress.cite.facts import Day, Doi, Facts, Text
from bookpress.edition.editions import WITH_OWN_ROWS
from bookpress.files import checked, parse_json, read, sha256


class ChapterRecord(Facts):
    """A chapter, as far as it differs from the book.

    ``page`` is its path on the site, ``position`` the number that its heading shows, if any.
    """

    slug: str = Field(pattern=r"^\w[\w.-]*$")
    title: Text
    page: str
    position: int | None = Field(default=None, ge=1)
    authors: tuple[Author, ...] = ()
    abstract: Text | None = None
    keywords: tuple[Text, ...] = ()
    doi: Doi | None = None


class Difference(Facts):
    """A parameter of a chapter whose value is not the default one."""

    chapter: str
    name: str
    value: Any
    default: Any = None


class EditionRecord(Facts):
    """The state of the book that is cited, as recorded in ``edition.json``.

    Other entries of that file are ignored.
    """

    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=6)
    name: Text | None = None
    title: Text | None = None
    is_default: bool
    differs: tuple[Difference, ...] = ()
    date: Day | None = None
    data_parameter: str = ""
    """The parameter that chooses the version of a chapter's data, if there is one."""
    data_version: Text | None = None
    """The version of the data that most chapters use."""
    data_versions: dict[str, str] = Field(default_factory=dict)
    """The version of the data, by chapter."""
    results_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    chapter_results_sha256: dict[str, str] = Field(default_factory=dict)
    source: CommittedSource | None = None
    command: Text
    made_with: dict[str, str] = Field(default_factory=dict)
    query: str = ""
    """The choices, as an address has them, for which a page of the published edition shows it."""
    formats: tuple[str, ...] = ("html",)

    @property
    def unnamed_title(self) -> str | None:
        """The choices and own rows of an edition without a name; they are no part of its id."""
        return self.title if self.name == self.id else None

    @property
    def data_label(self) -> str:
        """The label of the data version: ``"Data release"``."""
        return f"Data {self.data_parameter.replace('_', ' ') or 'version'}"

    @property
    def label(self) -> str:
        """Name and id: ``"paper edition 3f2a9c1e"``, or ``"edition 3f2a9c1e"`` without a name."""
        has_name = self.name and self.name != self.id
        label = f"{self.name} edition {self.id}" if has_name else f"edition {self.id}"
        return f"{label} {WITH_OWN_ROWS}" if WITH_OWN_ROWS in (self.title or "") else label

    def changes(self, chapter: str = "") -> list[tuple[str, str, str, str]]:
        """Return the name, value, default and chapters of each choice that differs.

        Those of `chapter` come first.
        """
        chapters: dict[tuple[str, str, str], list[str]] = {}
        for difference in self.differs:
            value = as_text(difference.value)
            default = as_text(difference.default)
            choice = (difference.name, value, default)
            chapters.setdefault(choice, []).append(difference.chapter)
        ordered = sorted(chapters.items(), key=lambda entry: chapter not in entry[1])
        return [(*choice, ", ".join(slugs)) for choice, slugs in ordered]


class Citation(Facts):
    """A book, or one of its chapters, cited in one state on one day."""

    book: Book
    date: dt.date
    chapter: ChapterRecord | None = None
    edition: EditionRecord | None = None

    @classmethod
    def of(
        cls,
        book: Book,
        chapter: ChapterRecord | None,
        edition: EditionRecord | None,
        *,
        built: dt.date,
    ) -> Self:
        """Return a citation, dated by the publication, else the edition, else the build.

        Only the default edition has the date of publication.
        """
        is_published = edition is None or edition.is_default
        published = book.date if is_published else None
        made = edition.date if edition else None
        return cls(book=book, chapter=chapter, edition=edition, date=published or made or built)

    def of_chapter(self, chapter: ChapterRecord | None) -> Self:
        """Return the citation of a chapter in the same state; without one, that of the book."""
        return self.model_copy(update={"chapter": chapter})

    @property
    def title(self) -> str:
        """The title of the chapter, or of the book."""
        if self.chapter:
            return self.chapter.title
        return self.book.full_title

    @property
    def authors(self) -> tuple[Author, ...]:
        """The authors of the chapter, or of the book."""
        return (self.chapter.authors if self.chapter else ()) or self.book.authors

    @property
    def book_authors(self) -> tuple[Author, ...]:
        """The authors of the book, if they differ from the chapter's."""
        if self.authors != self.book.authors:
            return self.book.authors
        return ()

    @property
    def abstract(self) -> str | None:
        """The abstract of the chapter, or the description of the book."""
        if self.chapter:
            return self.chapter.abstract
        return self.book.description

    @property
    def keywords(self) -> tuple[str, ...]:
        """The keywords of the chapter, or of the book."""
        if self.chapter:
            return self.chapter.keywords
        return self.book.keywords

    @property
    def state(self) -> str:
        """Version and edition: ``"Version 0.1.0, default edition 7f3e1a2b"``."""
        version = f"version {self.book.stated_version}" if self.book.stated_version else ""
        edition = self.edition.label if self.edition else ""
        state = ", ".join(filter(None, [version, edition]))
        return state[:1].upper() + state[1:]

    @property
    def note(self) -> str | None:
        """What else identifies the state: choices, data version, hash of the results, command."""
        if self.edition is None:
            return None
        is_published_chapter = self.chapter and self.is_published
        facts = {
            "DOI of the book": self.book.doi if is_published_chapter else None,
            self.edition.data_label: self.data_version,
            "Results SHA-256": self.results_sha256,
            "Source": self.source,
            "Made with Python": self.edition.made_with.get("Python"),
        }
        sentences = [f"{name} {fact}." for name, fact in facts.items() if fact]
        if self.edition.unnamed_title:
            sentences.insert(0, f"{self.edition.unnamed_title}.")
        return " ".join([*sentences, f"Rebuilt by: {self.edition.command}"])

    @property
    def data_version(self) -> str | None:
        """The data version of the chapter, or the one that most of the book uses."""
        if self.edition is None:
            return None
        if self.chapter is None:
            return self.edition.data_version
        return self.edition.data_versions.get(self.chapter.slug, self.edition.data_version)

    @property
    def results_sha256(self) -> str | None:
        """The hash of the results of the chapter, or of the whole book; None without results."""
        if self.edition is None:
            return None
        of_chapters = self.edition.chapter_results_sha256
        if self.chapter is not None:
            digest = of_chapters.get(self.chapter.slug)
            return None if digest == NO_RESULTS else digest
        whole = self.edition.results_sha256
        has_none = {*(of_chapters.values() or [whole])} == {NO_RESULTS}
        return None if has_none else whole

    @property
    def source(self) -> str | None:
        """The repository, if there is one, and the commit."""
        source = self.edition and self.edition.source
        if not source:
            return None
        return " ".join(filter(None, [self.book.repository, source.identifiers]))

    @property
    def is_published(self) -> bool:
        """Whether this is the edition that the book's own identifiers and address refer to."""
        return self.edition is None or self.edition.is_default

    @property
    def doi(self) -> str | None:
        """The DOI of exactly what is cited.

        A chapter has its own, and other editions have none.
        """
        if not self.is_published:
            return None
        if self.chapter is None:
            return self.book.doi
        scheme = self.book.chapter_doi
        return self.chapter.doi or (scheme and scheme.replace("{slug}", self.chapter.slug))

    @property
    def site_url(self) -> str | None:
        """The address of the site that shows this edition.

        That is the book's for the default edition, else the edition's permanent one.
        """
        is_shown = self.is_published or (self.edition and self.edition.query)
        if is_shown:
            return self.book.base_url
        return self._permanent_site

    @property
    def page_url(self) -> str | None:
        """The address of the page on the site, if it has one."""
        query = self.edition.query if self.edition else ""
        path = f"{self._path}?{query}" if query else self._path
        if self.site_url:
            return self.site_url + path
        return None

    @property
    def permanent_url(self) -> str | None:
        """The permanent address of exactly this state."""
        if self._permanent_site:
            return self._permanent_site + self._path
        return None

    @property
    def _path(self) -> str:
        if self.chapter:
            return quote(self.chapter.page)
        return ""

    @property
    def _permanent_site(self) -> str | None:
        edition = self.edition
        pattern = self.book.edition_url
        if edition is None or pattern is None:
            return None
        name = edition.name or edition.id
        if name not in self.book.published_editions:
            return None
        return pattern.replace("{id}", quote(edition.id)).replace("{name}", quote(name))

    @property
    def url(self) -> str | None:
        """The address to cite: the edition's permanent one, else the page's, else the DOI."""
        has_doi = self.book.doi and self.is_published
        doi = f"https://doi.org/{self.book.doi}" if has_doi else None
        return self.permanent_url or self.page_url or doi

    @property
    def key(self) -> str:
        """The key for reference lists: author, year, slug, and the id of the edition.

        Two states of a chapter have different keys, so that both can be cited.
        """
        author = self.authors[0]
        surname = author.family or author.surname
        name = make_id(surname.removeprefix("The ")).replace("-", "")
        slug = self.chapter.slug if self.chapter else ""
        edition = self.edition.id if self.edition else ""
        parts = (f"{name}{self.date.year}", slug, edition)
        return "-".join(filter(None, parts))


EDITION = "edition.json"
NO_RESULTS = sha256(results_file({}))
"""The hash of the results of any chapter that publishes none."""
FRONT_MATTER = ("abstract", "authors", "keywords", "doi")


def load_built(root: Path) -> EditionRecord | None:
    """Return the edition whose sources are in a folder.

    None if the book is built without the press.
    """
    path = root / EDITION
    if not path.is_file():
        return None
    return checked(EditionRecord, parse_json(read(path), EDITION), EDITION)


def load_citation(root: Path) -> Citation:
    """Return the citation of the book in a folder, in the edition that it was staged for.

    The citations of its chapters are derived from it.
    """
    edition = load_built(root)
    built = edition.date if edition and edition.date else day_of(root)
    return Citation.of(load_book(root), None, edition, built=built)


def read_chapter(
    slug: str, title: str, page: str, position: int | None, front: Mapping[str, Any]
) -> ChapterRecord:
    """Return the record of a chapter from its place in the book and its front matter.

    Only bibliographic entries of the front matter are read.
    """
    facts = {name: front[name] for name in FRONT_MATTER if front.get(name)}
    place = {"slug": slug, "title": title, "page": page, "position": position}
    return checked(ChapterRecord, {**place, **facts}, f"the front matter of the chapter {slug!r}")
