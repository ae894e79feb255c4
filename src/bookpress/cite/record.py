"""The one record of bibliographic facts, from which every citation is made, and how it is read."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import quote

from docutils.nodes import make_id
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bookpress.book.source import Source, day_of
from bookpress.chapter.parameters import as_text
from bookpress.files import as_mapping, checked, load_model, parse_json, read


def single_spaced(value: Any) -> Any:
    """Return a text in composed form (NFC) with single spaces; what is no text stays as it is."""
    if not isinstance(value, str):
        return value
    words = unicodedata.normalize("NFC", value).split()
    return " ".join(words)


def _like(pattern: str, allowed: str) -> AfterValidator:
    """Check the form of a text.

    Whether an identifier is registered, and its check digit, is not looked at.
    """

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{text!r}; allowed: {allowed}")
        return text

    return AfterValidator(check)


def _as_folder(address: str) -> str:
    return address.rstrip("/") + "/"


def _as_day(value: Any) -> dt.date:
    return dt.date.fromisoformat(str(value)[:10])


Text = Annotated[str, BeforeValidator(single_spaced), Field(min_length=1)]
Doi = Annotated[
    Text,
    _like(r"10\.\d{4,9}/[^\s\"<>]+", "a bare DOI such as 10.5555/12345678, no https://"),
]
DoiScheme = Annotated[
    Text,
    _like(r"10\.\d{4,9}/[^\s\"<>]*\{slug\}[^\s\"<>]*", "a bare DOI with {slug} in it"),
]
Orcid = Annotated[
    Text,
    _like(r"(\d{4}-){3}\d{3}[\dX]", "four groups of four such as 0000-0002-1825-0097"),
]
Isbn = Annotated[Text, _like(r"97[89](-?\d){10}", "13 digits that begin with 978 or 979")]
Issn = Annotated[Text, _like(r"\d{4}-\d{3}[\dX]", "two groups of four such as 2049-3630")]
Url = Annotated[
    Text,
    _like(r"https?://[^\s\"<>/][^\s\"<>]*", "an address that begins with https:// or http://"),
]
Folder = Annotated[
    Url,
    _like(r"[^?#]*", "the address of a folder, without query and fragment"),
    AfterValidator(_as_folder),
]
EditionFolder = Annotated[
    Folder,
    _like(r".*\{(id|name)\}.*", "an address with {id} or {name} in it"),
]
Language = Annotated[
    Text,
    _like(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", "a code such as en or pt-BR"),
]
NamePart = Annotated[
    Text,
    _like(r"[^,]*", "part of a name without a comma; Jr. is a `suffix`, a group has a `name`"),
]
Day = Annotated[dt.date, BeforeValidator(_as_day)]


class Facts(BaseModel):
    """Facts that do not change once they are stated; an empty setting is as good as none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, stated: Any) -> Any:
        if not isinstance(stated, dict):
            return stated
        return {key: value for key, value in stated.items() if value != ""}


class Author(Facts):
    """A group, which has a ``name``, or a person.

    The ``family`` of a person may have a ``particle`` such as *van der*.
    """

    name: Text | None = None
    family: NamePart | None = None
    given: NamePart | None = None
    particle: NamePart | None = None
    suffix: NamePart | None = None
    affiliation: Text | None = None
    orcid: Orcid | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.name:
            is_valid = not (self.family or self.given or self.particle or self.suffix)
        else:
            is_valid = bool(self.family) and bool(self.given or not self.suffix)
        if not is_valid:
            raise ValueError(
                "an author has `name` alone (a group), "
                "or `family`, `given`, `particle`, `suffix` (a person)"
            )
        return self

    @property
    def surname(self) -> str:
        """Particle and family name, or the name of the group."""
        return self.name or " ".join(filter(None, [self.particle, self.family]))

    @property
    def given_and_suffix(self) -> str:
        """What formats with two parts of a name have beside the surname."""
        return " ".join(filter(None, [self.given, self.suffix]))

    @property
    def sorted_name(self) -> str:
        """The name as catalogues have it: ``"van Beethoven, Ludwig"``."""
        return ", ".join(filter(None, [self.surname, self.given_and_suffix]))

    @property
    def full(self) -> str:
        """The name as it is spoken: ``"Ludwig van Beethoven"``."""
        name = " ".join(filter(None, [self.given, self.surname]))
        return f"{name}, {self.suffix}" if self.suffix else name

    @property
    def orcid_url(self) -> str | None:
        """Address of the ORCID record."""
        return f"https://orcid.org/{self.orcid}" if self.orcid else None


class Basis(Facts):
    """A work that the whole book builds on."""

    title: Text
    url: Url | None = None


Email = Annotated[Text, _like(r"[^@\s]+@[^@\s]+", "an address such as books@example.org")]


class Depositor(Facts):
    """Who sends metadata to Crossref, and is told how it went."""

    name: Text
    email: Email
    registrant: Text | None = None


class Release(Facts):
    """A version that was released, or is about to be, and what it changed."""

    version: Text
    date: Day | None = None
    """By default the day of its edition."""
    changes: Text | None = None


class Book(Facts):
    """A book, as its publisher sets it in the publication settings.

    What is empty leaves no trace anywhere.
    """

    title: Text
    subtitle: Text | None = None
    title_in_sentence: Text | None = None
    authors: tuple[Author, ...] = Field(min_length=1)
    version: Text
    date: Day | None = None
    publisher: Text | None = None
    description: Text | None = None
    keywords: tuple[Text, ...] = ()
    licence: Text | None = None
    licence_url: Url | None = None
    code_licence: Text | None = None
    language: Language = "en"
    base_url: Folder | None = None
    edition_url: EditionFolder | None = None
    published_editions: tuple[Text, ...] = ("default",)
    repository: Url | None = None
    releases: tuple[Release, ...] = ()
    doi: Doi | None = None
    chapter_doi: DoiScheme | None = None
    depositor: Depositor | None = None
    contact: Email | None = None
    isbn: Isbn | None = None
    issn: Issn | None = None
    based_on: tuple[Basis, ...] = ()
    chapter_tags: bool = True

    @model_validator(mode="after")
    def _one_title(self) -> Self:
        in_sentence = self.title_in_sentence
        if in_sentence and in_sentence.lower() != self.title.lower():
            raise ValueError(
                f"`title_in_sentence` is {in_sentence!r}; allowed: the title in other capitals"
            )
        return self

    @property
    def full_title(self) -> str:
        """Title and subtitle."""
        return f"{self.title}: {self.subtitle}" if self.subtitle else self.title

    @property
    def file_stem(self) -> str:
        """The name that files of the whole book have."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-") or "book"


class Chapter(Facts):
    """A chapter: what differs from the book.

    ``page`` is its path on the site, ``position`` its number from 1.
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


class Edition(Facts):
    """The state of the book that was read, as ``edition.json`` records it.

    What else the file holds is left alone.
    """

    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=6)
    name: Text | None = None
    title: Text | None = None
    is_default: bool
    differs: tuple[Difference, ...] = ()
    date: Day | None = None
    data_parameter: str = ""
    """The parameter that says which version of its data a chapter uses, where there is one."""
    data_version: Text | None = None
    """That of most chapters."""
    data_versions: dict[str, str] = {}
    """That of each chapter that has one."""
    results_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    chapter_results_sha256: dict[str, str] = {}
    source: Source | None = None
    command: Text
    made_with: dict[str, str] = {}
    query: str = ""
    """The choices by which a page of the published edition shows it, as its address has them."""
    formats: tuple[str, ...] = ("html",)

    @property
    def data_label(self) -> str:
        """What the version of the data is called: ``"Data release"``."""
        return f"Data {self.data_parameter.replace('_', ' ') or 'version'}"

    @property
    def label(self) -> str:
        """Name and id: ``"paper edition 3f2a9c1e"``, or ``"edition 3f2a9c1e"`` without a name."""
        has_name = self.name and self.name != self.id
        return f"{self.name} edition {self.id}" if has_name else f"edition {self.id}"

    def changes(self, chapter: str = "") -> list[tuple[str, str, str, str]]:
        """Return name, value, default and chapters of each choice that differs.

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
    """What is cited: a book, or one chapter of it, in one state on one day."""

    book: Book
    date: dt.date
    chapter: Chapter | None = None
    edition: Edition | None = None

    @classmethod
    def of(
        cls, book: Book, chapter: Chapter | None, edition: Edition | None, *, built: dt.date
    ) -> Self:
        """Return a citation, dated by the publication, else the edition, else the build.

        The date of the publication is that of the default edition alone.
        """
        is_published = edition is None or edition.is_default
        published = book.date if is_published else None
        made = edition.date if edition else None
        return cls(book=book, chapter=chapter, edition=edition, date=published or made or built)

    def of_chapter(self, chapter: Chapter | None) -> Self:
        """Return the citation of a chapter in the same state; without one, that of the book."""
        return self.model_copy(update={"chapter": chapter})

    @property
    def title(self) -> str:
        """Title of the chapter, or of the book."""
        return self.chapter.title if self.chapter else self.book.full_title

    @property
    def authors(self) -> tuple[Author, ...]:
        """Authors of the chapter, or of the book."""
        return (self.chapter.authors if self.chapter else ()) or self.book.authors

    @property
    def book_authors(self) -> tuple[Author, ...]:
        """Authors of the book where they are others than the chapter's."""
        return self.book.authors if self.authors != self.book.authors else ()

    @property
    def abstract(self) -> str | None:
        """Abstract of the chapter, or description of the book."""
        return self.chapter.abstract if self.chapter else self.book.description

    @property
    def keywords(self) -> tuple[str, ...]:
        """Keywords of the chapter, or of the book."""
        return self.chapter.keywords if self.chapter else self.book.keywords

    @property
    def state(self) -> str:
        """Version and edition: ``"Version 0.1.0, default edition 7f3e1a2b"``."""
        version = f"Version {self.book.version}"
        return f"{version}, {self.edition.label}" if self.edition else version

    @property
    def note(self) -> str | None:
        """What more identifies the state: version of the data, hash of the results, command."""
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
        return " ".join([*sentences, f"Rebuilt by: {self.edition.command}"])

    @property
    def data_version(self) -> str | None:
        """The version of the data of the chapter, or the one that most of the book has."""
        if self.edition is None:
            return None
        if self.chapter is None:
            return self.edition.data_version
        return self.edition.data_versions.get(self.chapter.slug, self.edition.data_version)

    @property
    def results_sha256(self) -> str | None:
        """Hash of the results of the chapter, or of the whole book."""
        if self.edition is None:
            return None
        if self.chapter is None:
            return self.edition.results_sha256
        return self.edition.chapter_results_sha256.get(self.chapter.slug)

    @property
    def source(self) -> str | None:
        """Repository, where there is one to be named, and commit."""
        source = self.edition and self.edition.source
        if not source:
            return None
        return " ".join(filter(None, [self.book.repository, source.said]))

    @property
    def is_published(self) -> bool:
        """Whether this is the edition that the book's own identifiers and address stand for."""
        return self.edition is None or self.edition.is_default

    @property
    def doi(self) -> str | None:
        """DOI of exactly what is cited.

        A chapter's is its own, and none stands for another edition.
        """
        if not self.is_published:
            return None
        if self.chapter is None:
            return self.book.doi
        scheme = self.book.chapter_doi
        return self.chapter.doi or (scheme and scheme.replace("{slug}", self.chapter.slug))

    @property
    def site_url(self) -> str | None:
        """Address of the site that shows this edition.

        That is the book's for the default edition, else the edition's permanent one.
        """
        is_shown = self.is_published or (self.edition and self.edition.query)
        return self.book.base_url if is_shown else self._permanent_site

    @property
    def page_url(self) -> str | None:
        """Address of the page on the site, where it has one."""
        query = self.edition.query if self.edition else ""
        path = f"{self._path}?{query}" if query else self._path
        return self.site_url + path if self.site_url else None

    @property
    def permanent_url(self) -> str | None:
        """Address at which this very state stays."""
        return self._permanent_site + self._path if self._permanent_site else None

    @property
    def _path(self) -> str:
        return quote(self.chapter.page) if self.chapter else ""

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
        """Address to cite: the edition's permanent one, else the page's, else the book's DOI."""
        has_doi = self.book.doi and self.is_published
        doi = f"https://doi.org/{self.book.doi}" if has_doi else None
        return self.permanent_url or self.page_url or doi

    @property
    def key(self) -> str:
        """Key for reference lists: author, year, slug, and the id of the edition.

        Whoever cites two states of a chapter needs both.
        """
        author = self.authors[0]
        surname = author.family or author.surname
        name = make_id(surname.removeprefix("The ")).replace("-", "")
        slug = self.chapter.slug if self.chapter else ""
        edition = self.edition.id if self.edition else ""
        parts = (f"{name}{self.date.year}", slug, edition)
        return "-".join(filter(None, parts))


SETTINGS = "book/publication.yml"
EDITION = "edition.json"
FRONT_MATTER = ("abstract", "authors", "keywords", "doi")


def load_book(root: Path) -> Book:
    """Return the publication settings of the book at a folder.

    Where it has no file of them, they are what ``_config.yml`` says.
    """
    if (root / SETTINGS).is_file():
        return load_model(root / SETTINGS, SETTINGS, Book)
    config = as_mapping(read(root / "_config.yml"), "_config.yml", "the settings of Jupyter Book")
    title = str(config.get("title") or "Untitled book")
    author = str(config.get("author") or f"The authors of {title}")
    facts = {"title": title, "authors": [{"name": author}], "version": "0", "language": "en"}
    return checked(Book, facts, "_config.yml")


def load_built(root: Path) -> Edition | None:
    """Return the edition whose sources are at a folder.

    There is none where the book is built without the press.
    """
    path = root / EDITION
    if not path.is_file():
        return None
    return checked(Edition, parse_json(read(path), EDITION), EDITION)


def load_citation(root: Path) -> Citation:
    """Return what the book at a folder is cited as, in the edition it was staged for.

    What its chapters are cited as follows from it.
    """
    edition = load_built(root)
    built = edition.date if edition and edition.date else day_of(root)
    return Citation.of(load_book(root), None, edition, built=built)


def read_chapter(
    slug: str, title: str, page: str, position: int | None, front: Mapping[str, Any]
) -> Chapter:
    """Return a chapter from its place in the book and its front matter, bibliographic or not."""
    facts = {name: front[name] for name in FRONT_MATTER if front.get(name)}
    place = {"slug": slug, "title": title, "page": page, "position": position}
    return checked(Chapter, {**place, **facts}, f"the front matter of the chapter {slug!r}")
