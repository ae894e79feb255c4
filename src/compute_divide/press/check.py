"""Read the whole book without running anything and say what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

import yaml

from compute_divide.press import code
from compute_divide.press.chapters import FOLDER, Chapter, discover, nearest, toc_files
from compute_divide.press.code import Cell
from compute_divide.press.editions import edition_names, load_edition
from compute_divide.press.errors import PressError
from compute_divide.press.files import read
from compute_divide.press.keys import Key, possible_values, recorded_keys
from compute_divide.press.project import Project
from compute_divide.press.prose import Item, read_page

ALLOWED_NUMBERS = (
    r"\b(?:19|20)\d\d(?:[-–/]\d\d){0,2}s?\b",  # years, ranges of years, months, dates
    r"\b95%",  # the level of every interval in the book
    r"\b[^\W\d_][\w.+]*-?\d[\w.,]*",  # names: H100, GPT-4, P100
    r"\b(?:sections?|chapters?|figures?|tables?|parts?|version|python|step|cc by|rfc|iso|issue)\s+\d[\d.]*",
    r"\b\d+-bit\b",  # number formats
    r"(?<![\d.,])[01](?!\d|[.,]\d|%)",  # nothing and one: words as much as numbers
)
"""Numbers that may stand in prose. Any other is a result or a claim, or stands in code or mathematics."""

NUMBER = re.compile(r"\d[\d.,]*\s?%?")
QUOTED = {"claim": "claims.yml", "related": "related.yml"}
"""Roles that quote an entry of a file of the evidence."""

CROSS_REFERENCES = {"ref", "numref", "eq", "figref"}


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong, and where."""

    where: str
    line: int
    what: str = field(compare=False)

    def __str__(self) -> str:
        return f"{self.where}:{self.line}: {self.what}"


@dataclass(frozen=True)
class Page:
    """A page of the book.

    Parameters
    ----------
    name : str
        Path without ending: ``"book/reading"``, ``"notebooks/hardware"``.
    items : list of Item
        Its parts.
    chapter : Chapter or None
        Where it is one.
    """

    name: str
    items: Sequence[Item]
    chapter: Chapter | None

    @property
    def where(self) -> str:
        """The file as messages name it."""
        return f"{self.name}.md"

    @cached_property
    def cells(self) -> list[Cell]:
        """The code cells."""
        return [Cell(item.line, item.content) for item in self.items if item.kind == "cell"]

    @cached_property
    def keys(self) -> list[Key]:
        """Keys of the results it records."""
        given = possible_values(self.chapter.parameters) if self.chapter else {}
        return recorded_keys([cell.source for cell in self.cells], given)

    @cached_property
    def literals(self) -> list[str]:
        """Texts that its front matter excuses from the rule about numbers, as ``literals``."""
        return [item.content for item in self.items if item.kind == "literal"]


class Book:
    """Everything that a reference may point to.

    Parameters
    ----------
    project : Project
        The book.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        config = yaml.safe_load(read(project.root / "_config.yml")) or {}
        extensions = frozenset((config.get("parse") or {}).get("myst_enable_extensions") or [])
        chapters = {f"{FOLDER}/{chapter.slug}": chapter for chapter in discover(project)}
        names = dict.fromkeys([*toc_files(project), *chapters])
        self.pages = [
            Page(name, read_page(read(project.root / f"{name}.md").decode("utf-8"), extensions), chapters.get(name))
            for name in names
        ]
        self.chapters = {page.chapter.slug: page for page in self.pages if page.chapter}
        self.citations = self._citations(config.get("bibtex_bibfiles") or [])
        self.terms = {
            item.content.lower()
            for page in self.pages
            for item in page.items
            if item.kind == "directive" and item.name == "term"
        }
        self.targets = {item.content for page in self.pages for item in page.items if item.kind == "target"}
        self.targets.update(*(code.labels(page.cells) for page in self.pages))

    def _citations(self, files: Iterable[str]) -> set[str]:
        from pybtex.database import parse_file

        paths = [self.project.root / name for name in files]
        return {str(key) for path in paths if path.is_file() for key in parse_file(str(path), "bibtex").entries}

    @cached_property
    def quoted(self) -> Mapping[str, set[str]]:
        """Names of what is quoted from others, by the role that quotes it."""
        files = {"claim": "claims.yml", "related": "related.yml"}
        return {
            role: set(yaml.safe_load(read(self.project.data / name)) or {})
            if (self.project.data / name).is_file()
            else set()
            for role, name in files.items()
        }


def check(project: Project) -> list[Problem]:
    """Return what is wrong with a book, in the order of its pages.

    Finds chapters whose parameters cannot be read, cells with undefined names, results quoted that no chapter records,
    unknown parameters, claims, citations, terms and cross-references, links to pages that are not there, and numbers
    typed by hand. Nothing is run.

    Raises
    ------
    PressError
        If the book cannot be read at all: no table of contents, a missing page.
    """
    missing = [name for name in toc_files(project) if not (project.root / f"{name}.md").is_file()]
    if missing:
        return [Problem("_toc.yml", 1, f"lists {name}.md: no such file") for name in missing]
    book = Book(project)
    problems = [*_structure(book)]
    for page in book.pages:
        found = [*_cells(page), *_prose(page, book)]
        problems += sorted({str(problem): problem for problem in found}.values())
    return problems


def _structure(book: Book) -> Iterator[Problem]:
    """Yield what is wrong with chapters and editions as such."""
    for page in book.chapters.values():
        assert page.chapter  # noqa: S101
        if not page.chapter.listed:
            yield Problem(page.where, 1, "not in _toc.yml")
        try:
            _ = page.chapter.parameters, page.chapter.title
        except PressError as error:
            yield Problem(page.where, 1, str(error))
            return
    for name in edition_names(book.project):
        try:
            load_edition(book.project, name)
        except PressError as error:
            yield Problem(f"book/editions/{name}.yml", 1, str(error))


def _cells(page: Page) -> Iterator[Problem]:
    for found in code.syntax_faults(page.cells):
        yield Problem(page.where, found.line, found.text)
    for found in code.undefined_names(page.cells):
        yield Problem(page.where, found.line, f"the name {found.text!r} is not defined")
    for key in page.keys:
        if key.is_open:
            line = page.cells[key.cell].line + key.line - 1
            yield Problem(page.where, line, "the keys recorded here cannot be checked: write out what they are made of")
    for found in code.shown_texts(page.cells):
        for number in typed_numbers(found.text, page.literals):
            yield Problem(page.where, found.line, _typed(number))


def _prose(page: Page, book: Book) -> Iterator[Problem]:
    checks = {"role": _role, "directive": _directive, "link": _link}
    for item in page.items:
        if item.kind == "text":
            words = [_typed(number) for number in typed_numbers(item.content, page.literals)]
        else:
            words = list(checks[item.kind](item, page, book)) if item.kind in checks else []
        yield from (Problem(page.where, item.line, what) for what in words)


def typed_numbers(text: str, literals: Iterable[str] = ()) -> list[str]:
    """Return the numbers of a text that should have been computed.

    Examples
    --------
    >>> typed_numbers("In 2012 the H100 did not exist; 64% of 86 models came later, see section 3.")
    ['64%', '86']
    """
    for literal in literals:
        text = text.replace(literal, " ")
    for allowed in ALLOWED_NUMBERS:
        text = re.sub(allowed, " ", text, flags=re.IGNORECASE)
    return [number.strip(" .,") for number in NUMBER.findall(text)]


def _typed(number: str) -> str:
    return f"the number {number} is typed by hand: record it as a result, or quote a claim"


def _role(item: Item, page: Page, book: Book) -> Iterator[str]:
    name, content = item.name, item.content.strip()
    target = re.sub(r"^.*<([^<>]+)>$", r"\1", content, flags=re.DOTALL)
    if name == "result":
        yield from _result(content, page, book)
    elif name == "when":
        yield from _condition(content.partition("|")[0], page, book)
    elif name == "param":
        yield from _parameter(content, page, book)
    elif name in book.quoted:
        if content.partition(":")[0] not in book.quoted[name]:
            yield f"no {name} {content.partition(':')[0]!r}{nearest(content, sorted(book.quoted[name]))}"
    elif name.partition(":")[0] == "cite":
        yield from (
            f"no reference {key!r}{nearest(key, sorted(book.citations))}"
            for key in (key.strip() for key in content.split(","))
            if key not in book.citations
        )
    elif name in CROSS_REFERENCES and target not in book.targets:
        yield f"nothing is called {target!r}{nearest(target, sorted(book.targets))}"
    elif name == "term" and target.lower() not in book.terms:
        yield f"the glossary has no {target!r}{nearest(target, sorted(book.terms))}"
    elif name == "doc":
        yield from _link(Item("link", item.line, "", f"{target.removesuffix('.md')}.md"), page, book)


def _directive(item: Item, page: Page, book: Book) -> Iterator[str]:
    if item.name == "when":
        yield from _condition(item.content, page, book)
    elif item.name == "finding":
        yield from _result(item.content, page, book)


def _result(text: str, page: Page, book: Book) -> Iterator[str]:
    """Yield what is wrong with ``chapter:key:format``, where chapter and format may be left out."""
    parts = text.strip().split(":")
    if parts[0] in book.chapters and len(parts) > 1:
        recorded, key = book.chapters[parts[0]], parts[1]
    elif page.chapter and (len(parts) == 1 or parts[0].isidentifier()):
        recorded, key = page, parts[0]
    else:
        yield f"no chapter {parts[0]!r}{nearest(parts[0], list(book.chapters))}"
        return
    if not any(pattern.fullmatch(key) for pattern in recorded.keys):
        known = [pattern.pattern for pattern in recorded.keys if pattern.pattern.isidentifier()]
        yield f"the chapter {recorded.name.removeprefix(f'{FOLDER}/')} records no result {key!r}{nearest(key, known)}"


def _condition(text: str, page: Page, book: Book) -> Iterator[str]:
    for name in re.findall(r"((?:[\w-]+:)?[a-zA-Z_]\w*)\.(?:value|low|high|k|n)\b", text):
        yield from _result(name, page, book)


def _parameter(text: str, page: Page, book: Book) -> Iterator[str]:
    slug, _, name = text.rpartition(":")
    owner = book.chapters.get(slug) if slug else page
    if owner is None or owner.chapter is None:
        yield f"no chapter {slug!r}{nearest(slug, list(book.chapters))}"
        return
    names = [parameter.name for parameter in owner.chapter.parameters]
    if name not in names:
        yield f"the chapter {owner.chapter.slug} has no parameter {name!r}{nearest(name, names)}"


def _link(item: Item, page: Page, book: Book) -> Iterator[str]:
    """Yield what is wrong with a link to another page or place of the book."""
    parts = urlsplit(item.content)
    if parts.scheme or parts.netloc:
        return
    if not parts.path:
        if parts.fragment and unquote(parts.fragment) not in book.targets:
            yield f"nothing is called {parts.fragment!r}{nearest(parts.fragment, sorted(book.targets))}"
        return
    folder = "" if parts.path.startswith("/") else str(PurePosixPath(page.name).parent)
    path = _normal(PurePosixPath(folder) / unquote(parts.path).lstrip("/"))
    names = {f"{one.name}.md" for one in book.pages}
    if path not in names and not (book.project.root / path).is_file():
        yield f"the link {item.content} leads to no page{nearest(path, sorted(names))}"


def _normal(path: PurePosixPath) -> str:
    """Return a path without ``.`` and ``..``."""
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
