"""The book as its publication settings describe it: title, authors, releases."""

from __future__ import annotations

import html
import re
import unicodedata
from pathlib import Path
from typing import Any, Self

from markupsafe import Markup
from pydantic import Field, model_validator

from bookpress.book.configuration import FILE, configuration, settings_file, sphinx_settings
from bookpress.cite.facts import (
    Day,
    Doi,
    DoiScheme,
    EditionFolder,
    Email,
    Facts,
    Folder,
    Isbn,
    Issn,
    Language,
    NamePart,
    Orcid,
    Text,
    Url,
)
from bookpress.files import checked, load_entries


class Author(Facts):
    """A group, which has a ``name``, or a person.

    A person's ``family`` name may have a ``particle`` such as *van der*.
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
        """What formats with two name parts put beside the surname."""
        return " ".join(filter(None, [self.given, self.suffix]))

    @property
    def sorted_name(self) -> str:
        """The name as in catalogues: ``"van Beethoven, Ludwig"``."""
        return ", ".join(filter(None, [self.surname, self.given_and_suffix]))

    @property
    def full(self) -> str:
        """The name in natural order: ``"Ludwig van Beethoven"``."""
        name = " ".join(filter(None, [self.given, self.surname]))
        if self.suffix:
            return f"{name}, {self.suffix}"
        return name

    @property
    def orcid_url(self) -> str | None:
        """The address of the ORCID record."""
        if self.orcid:
            return f"https://orcid.org/{self.orcid}"
        return None


class Basis(Facts):
    """A work that the whole book builds on."""

    title: Text
    url: Url | None = None


class Release(Facts):
    """A version that was or is about to be released, and what it changed."""

    version: Text
    date: Day | None = None
    """The day of the release; by default that of its edition."""
    changes: Text | None = None


FROM_THE_RIGHT = {"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"}
"""Languages that are written from right to left."""


UNVERSIONED = "0"
"""The version by which a book is released that states none; no citation names it."""


class Book(Facts):
    """A book, as described in the publication settings.

    An empty setting leaves no trace anywhere.
    """

    title: Text
    subtitle: Text | None = None
    title_in_sentence: Text | None = None
    authors: tuple[Author, ...] = Field(min_length=1)
    version: Text = UNVERSIONED
    date: Day | None = None
    publisher: Text | None = None
    description: Text | None = None
    keywords: tuple[Text, ...] = ()
    licence: Text | None = None
    licence_url: Url | None = None
    code_licence: Text | None = None
    language: Language | None = None
    base_url: Folder | None = None
    edition_url: EditionFolder | None = None
    published_editions: tuple[Text, ...] = ("default",)
    repository: Url | None = None
    releases: tuple[Release, ...] = ()
    doi: Doi | None = None
    chapter_doi: DoiScheme | None = None
    contact: Email | None = None
    isbn: Isbn | None = None
    issn: Issn | None = None
    based_on: tuple[Basis, ...] = ()
    chapter_tags: bool = True
    front_page: Text | None = None
    """The heading of the front page after the title page of PDF and EPUB; by default its own."""

    @model_validator(mode="after")
    def _one_title(self) -> Self:
        in_sentence = self.title_in_sentence
        is_other_title = in_sentence and in_sentence.lower() != self.title.lower()
        if is_other_title:
            raise ValueError(
                f"`title_in_sentence` is {in_sentence!r}; allowed: the title in other capitals"
            )
        return self

    @property
    def stated_version(self) -> str | None:
        """The version, if the book states one."""
        return None if self.version == UNVERSIONED else self.version

    @property
    def page_language(self) -> str:
        """The language that pages state: that of the book, else English, as in Sphinx."""
        return self.language or "en"

    @property
    def is_from_right(self) -> bool:
        """Whether a line of the language leads from right to left."""
        return self.page_language.split("-")[0] in FROM_THE_RIGHT

    @property
    def in_html(self) -> Markup:
        """The attributes of a page in HTML for its language, and the direction of its lines."""
        direction = ' dir="rtl"' if self.is_from_right else ""
        return Markup(f'lang="{self.page_language}"{direction}')  # noqa: S704 (a code of letters)

    @property
    def full_title(self) -> str:
        """Title and subtitle."""
        if self.subtitle:
            return f"{self.title}: {self.subtitle}"
        return self.title

    @property
    def file_stem(self) -> str:
        """The stem of the names of files that contain the whole book."""
        plain = unicodedata.normalize("NFKD", self.title.casefold())
        slug = re.sub(r"[^a-z0-9]+", "-", re.sub(r"[\u0300-\u036f]", "", plain))
        return slug.strip("-") or "book"


SETTINGS = "book/publication.yml"
TAGS = re.compile(r"</?[a-zA-Z][^<>]*>")
"""HTML tags."""
CODE = re.compile(r"[a-z]{2,3}\b(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
"""The beginning of a language code, in the form that citations accept."""

PARTICLES = (
    "af al ap av bin da das de dei del den der des di do dos du el ibn la le ten ter tot "
    "van vom von zu zum zur"
)
"""Small words in names of persons."""
GROUPS = (
    "Association Authors Center Centre Club Collaboration Collective College Committee Community "
    "Consortium Contributors Council Department Developers Division Editors Equipe "
    "Faculty Foundation Group Grupo Gruppe Inc Initiative Institut Institute Instituto Lab "
    "Laboratory Ltd Members Network Office Organisation Organization Programme Program Project "
    "School Science Sciences Service Society Staff Students Team The Working Équipe"
)
"""Words that stand in names of groups, within which an "and" may stand too."""
GROUP_STEMS = ("compan", "univers")
"""Beginnings of more such words, alike in many languages."""
_PARTICLES = {*PARTICLES.split()}
_NO_NAME = {word.casefold() for word in GROUPS.split()}
_LAST = re.compile(r",?\s+(?:and|und|et|y|e)\s+|\s*,?\s*&\s*")
_BETWEEN = re.compile(r"\s*[,;]\s*")
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[.'\N{RIGHT SINGLE QUOTATION MARK}-])*")


def load_book(root: Path) -> Book:
    """Return the publication settings of the book in a folder.

    ``_config.yml`` supplies what their file does not say, or all if there is none.
    """
    path = root / SETTINGS
    if not path.is_file():
        return checked(Book, _configured(root), FILE)
    configured = _configured(root) if settings_file(root).is_file() else {}
    return checked(Book, {**configured, **load_entries(path, SETTINGS, Book)}, SETTINGS)


def _configured(root: Path) -> dict[str, Any]:
    """Return what ``_config.yml`` says of a book that readers may cite."""
    config = configuration(root)
    title = _plain(config.get("title")) or "Untitled book"
    names = _authors(config.get("author")) or [f"The authors of {title}"]
    authors = [{"name": name} for name in names]
    return {"title": title, "authors": authors, "language": _language(root)}


def _authors(entry: Any) -> list[str]:
    """Return the names of an entry of ``_config.yml``: a list, or a text that may be one."""
    if isinstance(entry, list):
        return [name for name in map(_plain, entry) if name]
    text = _plain(entry)
    return _persons_in(text) if text else []


def _language(root: Path) -> str | None:
    """Return the language that ``_config.yml`` passes to Sphinx, as ``pt-BR`` for ``pt_BR``."""
    code = CODE.match(str(sphinx_settings(root).get("language") or "").replace("_", "-"))
    return code[0] if code else None


def _plain(entry: Any) -> str:
    """Return an entry of ``_config.yml`` on one line, without HTML."""
    text = " and ".join(map(str, entry)) if isinstance(entry, list) else str(entry or "")
    return " ".join(html.unescape(TAGS.sub(" ", text)).split()).replace(" ,", ",")


def _persons_in(text: str) -> list[str]:
    """Return the persons whom a text lists; the whole text is one name if it may be no list."""
    parts = [name for part in _LAST.split(text) for name in _BETWEEN.split(part)]
    return parts if all(map(_is_full_name, parts)) else [text]


def _is_full_name(name: str) -> bool:
    """Return whether a text can be a person's given and family name, and hardly a group's."""
    words = name.split()
    proper = [word for word in words if word not in _PARTICLES]
    is_long_enough = 2 <= len(proper) <= 4
    ends_well = bool(words) and len(words[-1].rstrip(".")) > 1
    return is_long_enough and ends_well and all(_is_proper(word) for word in proper)


def _is_proper(word: str) -> bool:
    """Return whether a word can be part of a person's name, which may be an initial."""
    is_name = bool(_WORD.fullmatch(word)) and word[0].isupper()
    folded = word.casefold()
    return is_name and folded not in _NO_NAME and not folded.startswith(GROUP_STEMS)
