"""The one record of bibliographic facts from which every citation is made: book, chapter, edition."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from contextlib import suppress
from typing import Annotated, Any, Self
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bookpress.citation.identifiers import check_doi, check_isbn, check_issn, check_orcid
from bookpress.citation.text import ascii_words, tidy
from bookpress.errors import UsageError


class CitationError(UsageError):
    """Bibliographic facts that are missing or wrong; the message names the place, the value and what is allowed."""


def _blank_is_none(value: Any) -> Any:
    """Read an empty setting as none."""
    return None if value == "" else value


def _text(value: Any) -> Any:
    """Refuse numbers where text is meant: YAML reads ``0.10`` as 0.1."""
    if isinstance(value, int | float):
        raise ValueError(f"{value} is a number here; put it in quotes")  # noqa: TRY004
    return tidy(value) if isinstance(value, str) else value


def _web(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc or any(sign in text for sign in ' "<>'):
        raise ValueError(f"{text!r} is not an address; allowed: one that begins with https:// or http://")
    return text


def _folder(text: str) -> str:
    if urlsplit(text).query or urlsplit(text).fragment:
        raise ValueError(f"{text!r} has a query or a fragment; allowed: the address of a folder")
    return text.rstrip("/") + "/"


def _day(value: Any) -> Any:
    """Read a day as ISO 8601 has it; of a point in time, the day."""
    if value is None or isinstance(value, dt.date) or value == "":
        return value or None
    if isinstance(value, str) and re.match(r"\d{4}-\d{2}-\d{2}(T|$)", value):
        with suppress(ValueError):
            return dt.date.fromisoformat(value[:10])
    raise ValueError(f"{value!r} is not a day; allowed: year, month and day such as 2026-11-24")


def _pattern(text: str) -> str:
    if "{id}" not in text and "{name}" not in text:
        raise ValueError(f"{text!r} names no edition; allowed: an address with {{id}} or {{name}} in it")
    return text


def _language(text: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", text):
        raise ValueError(f"{text!r} is not a language; allowed: a code such as en or pt-BR")
    return text


Text = Annotated[str, BeforeValidator(_text), Field(min_length=1)]
Maybe = Annotated[Text | None, BeforeValidator(_blank_is_none)]
Doi = Annotated[Annotated[Text, AfterValidator(check_doi)] | None, BeforeValidator(_blank_is_none)]
Url = Annotated[Annotated[Text, AfterValidator(_web)] | None, BeforeValidator(_blank_is_none)]
Folder = Annotated[
    Annotated[Text, AfterValidator(_web), AfterValidator(_folder)] | None, BeforeValidator(_blank_is_none)
]
Pattern = Annotated[
    Annotated[Text, AfterValidator(_web), AfterValidator(_folder), AfterValidator(_pattern)] | None,
    BeforeValidator(_blank_is_none),
]
Day = Annotated[dt.date | None, BeforeValidator(_day)]


class Facts(BaseModel):
    """Facts that do not change once they are stated."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Author(Facts):
    """A person, or a group that signs as one.

    A person has ``family`` and mostly ``given``; a particle such as *van der* goes into ``particle``, *Jr.* into
    ``suffix``. A group has ``name`` alone.
    """

    name: Annotated[Maybe, Field(validation_alias=AliasChoices("name", "literal"))] = None
    family: Maybe = None
    given: Maybe = None
    particle: Maybe = None
    suffix: Maybe = None
    affiliation: Maybe = None
    orcid: Annotated[
        Annotated[Text, AfterValidator(check_orcid)] | None,
        BeforeValidator(_blank_is_none),
    ] = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.name is None) == (self.family is None):
            raise ValueError("an author has either `name` (a group) or `family` (a person)")
        if self.name and (self.given or self.particle or self.suffix):
            raise ValueError(f"the group {self.name!r} has no given name, particle or suffix")
        if self.suffix and not self.given:
            raise ValueError(f"{self.family!r} has the suffix {self.suffix!r} but no given name")
        return self

    @property
    def surname(self) -> str:
        """Particle and family name, or the name of the group."""
        return self.name or " ".join(part for part in (self.particle, self.family) if part)

    @property
    def full(self) -> str:
        """The name as it is spoken: ``"Ludwig van Beethoven"``."""
        said = " ".join(part for part in (self.given, self.surname) if part) if not self.name else self.name
        return f"{said}, {self.suffix}" if self.suffix else said

    def __str__(self) -> str:
        return self.full

    @property
    def orcid_url(self) -> str | None:
        """Address of the ORCID record."""
        return f"https://orcid.org/{self.orcid}" if self.orcid else None


class Source(Facts):
    """A work that the whole book builds on."""

    title: Text
    url: Url = None


class Book(Facts):
    """A book, as its publisher sets it in the publication settings. What is empty leaves no trace anywhere."""

    title: Text
    subtitle: Maybe = None
    authors: tuple[Author, ...] = Field(min_length=1)
    version: Text
    date: Day = None
    publisher: Maybe = None
    description: Maybe = None
    keywords: tuple[Text, ...] = ()
    licence: Maybe = None
    licence_url: Url = None
    code_licence: Maybe = None
    language: Annotated[Text, AfterValidator(_language)] = "en"
    base_url: Folder = None
    edition_url: Pattern = None
    published_editions: tuple[Text, ...] = ("default",)
    repository: Url = None
    doi: Doi = None
    isbn: Annotated[
        Annotated[Text, AfterValidator(check_isbn)] | None,
        BeforeValidator(_blank_is_none),
    ] = None
    issn: Annotated[
        Annotated[Text, AfterValidator(check_issn)] | None,
        BeforeValidator(_blank_is_none),
    ] = None
    based_on: tuple[Source, ...] = ()
    chapter_tags: bool = True

    @property
    def full_title(self) -> str:
        """Title and subtitle."""
        return f"{self.title}: {self.subtitle}" if self.subtitle else self.title


class Chapter(Facts):
    """A chapter: what differs from the book.

    Parameters
    ----------
    slug : str
        Its name in commands and addresses.
    page : str
        Path of its page from the root of the site: ``"notebooks/robustness.html"``.
    position : int, optional
        Its number among the chapters, from 1.
    authors : tuple of Author
        Empty where they are the book's.
    """

    slug: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: Text
    page: str
    position: int | None = Field(default=None, ge=1)
    authors: tuple[Author, ...] = ()
    abstract: Maybe = None
    keywords: tuple[Text, ...] = ()
    doi: Doi = None


class Difference(Facts):
    """A parameter whose value is not the default one."""

    chapter: str
    name: str
    value: Any
    default: Any = None


class Edition(BaseModel):
    """The state of the book that was read, as ``edition.json`` records it; what else the file holds is left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str = Field(min_length=6)
    name: Maybe = None
    title: Maybe = None
    is_default: bool
    differs: tuple[Difference, ...] = ()
    date: Day = None
    vintage: Maybe = None
    results_sha256: Annotated[
        Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None, BeforeValidator(_blank_is_none)
    ] = None
    command: Maybe = None
    formats: tuple[str, ...] = ("html",)

    @property
    def label(self) -> str:
        """Name and id: ``"paper edition 3f2a9c1e"``, ``"edition 3f2a9c1e"`` where it has no name."""
        named = self.name if self.name and self.name != self.id else None
        return f"{named} edition {self.id}" if named else f"edition {self.id}"

    @property
    def rebuild(self) -> str:
        """The command that rebuilds this edition."""
        if self.command:
            return self.command
        if self.is_default:
            return "compute-divide build"
        if self.name and self.name != self.id:
            return shlex.join(["compute-divide", "build", self.name])
        flags = (("-p", f"{item.chapter}.{item.name}={plain_value(item.value)}") for item in self.differs)
        return shlex.join(["compute-divide", "build", *(word for flag in flags for word in flag)])


class Citation(Facts):
    """What is cited: a book, or one chapter of it, in one state on one day."""

    book: Book
    date: dt.date
    chapter: Chapter | None = None
    edition: Edition | None = None

    @classmethod
    def of(cls, book: Book, chapter: Chapter | None, edition: Edition | None, *, built: dt.date) -> Self:
        """Return a citation with its date: of the default edition the day of publication, where the book has one.

        Parameters
        ----------
        book, chapter, edition
            What is cited.
        built : datetime.date
            Day of the build, for when neither book nor edition states one.
        """
        published = book.date if edition is None or edition.is_default else None
        date = published or (edition.date if edition else None) or built
        return cls(book=book, chapter=chapter, edition=edition, date=date)

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
        """What more identifies the state: vintage of the data, hash of the results, command."""
        if self.edition is None:
            return None
        parts = [
            f"Data vintage {self.edition.vintage}." if self.edition.vintage else "",
            f"Results SHA-256 {self.edition.results_sha256}." if self.edition.results_sha256 else "",
            f"Rebuilt by: {self.edition.rebuild}",
        ]
        return " ".join(part for part in parts if part)

    @property
    def is_published(self) -> bool:
        """Whether this is the edition that the book's own identifiers and address stand for."""
        return self.edition is None or self.edition.is_default

    @property
    def doi(self) -> str | None:
        """DOI of exactly what is cited: a chapter's is its own, and none stands for another edition."""
        if not self.is_published:
            return None
        return self.chapter.doi if self.chapter else self.book.doi

    @property
    def page(self) -> str:
        """Path of the page from the root of the site; empty for the front page."""
        return self.chapter.page if self.chapter else ""

    @property
    def page_url(self) -> str | None:
        """Address of the page on the site, where it has one."""
        return self.site_url + quote(self.page) if self.site_url else None

    @property
    def site_url(self) -> str | None:
        """Address of the site that shows this edition: the book's for the default one, else its permanent one."""
        return self.book.base_url if self.is_published else self._permanent_site

    @property
    def _permanent_site(self) -> str | None:
        edition, pattern = self.edition, self.book.edition_url
        if edition is None or pattern is None or (edition.name or edition.id) not in self.book.published_editions:
            return None
        return pattern.replace("{id}", quote(edition.id)).replace("{name}", quote(edition.name or edition.id))

    @property
    def permanent_url(self) -> str | None:
        """Address at which this very state stays."""
        return self._permanent_site + quote(self.page) if self._permanent_site else None

    @property
    def url(self) -> str | None:
        """Address to cite: the permanent one of the edition, else the page's, else the book's DOI."""
        if self.permanent_url or self.page_url:
            return self.permanent_url or self.page_url
        return f"https://doi.org/{self.book.doi}" if self.book.doi and self.is_published else None

    @property
    def key(self) -> str:
        """Key for reference lists: author, year, slug, and the id of an edition that is not the default one."""
        parts = [ascii_words(self.authors[0].family or self.authors[0].surname) + str(self.date.year)]
        parts.append(self.chapter.slug if self.chapter else "")
        parts.append("" if self.is_published or self.edition is None else ascii_words(self.edition.id))
        return "-".join(part for part in parts if part)


def plain_value(value: Any) -> str:
    """Return a parameter's value as a command line takes it: text as it is, the rest as JSON.

    Examples
    --------
    >>> plain_value("2026-08"), plain_value([1, 2])
    ('2026-08', '[1, 2]')
    """
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
