"""The pages of a book as their authors write them, and everything that a reference may point to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from bookpress.book.chapters import FOLDER, Chapter, discover, toc_files
from bookpress.book.parameters import Parameter
from bookpress.book.project import Project
from bookpress.check import code
from bookpress.check.code import Cell
from bookpress.check.markup import QUOTES
from bookpress.check.prose import Item, read_page
from bookpress.check.result_keys import Key, possible_values, recorded_keys
from bookpress.errors import PressError
from bookpress.files import read


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

    @property
    def slug(self) -> str:
        """The last part of its name."""
        return self.name.rpartition("/")[2]

    def of_kind(self, kind: str) -> list[Item]:
        """Return its parts of one kind."""
        return [item for item in self.items if item.kind == kind]

    @cached_property
    def cells(self) -> list[Cell]:
        """The code cells."""
        return [Cell(item.line, code.plain(item.content)) for item in self.of_kind("cell")]

    @cached_property
    def parameters(self) -> tuple[Parameter, ...] | None:
        """The parameters of a chapter; None where they cannot be read."""
        try:
            return self.chapter.parameters if self.chapter else ()
        except PressError:
            return None

    @cached_property
    def keys(self) -> list[Key]:
        """Keys of the results it records."""
        return recorded_keys([cell.source for cell in self.cells], possible_values(self.parameters or ()))

    @cached_property
    def targets(self) -> set[str]:
        """What a reference to a place on it may name."""
        return {item.content for item in self.of_kind("target")} | code.labels(self.cells)

    @cached_property
    def literals(self) -> list[str]:
        """Texts that its front matter excuses from the rule about numbers, as ``literals``."""
        return [item.content for item in self.of_kind("literal")]


class Book:
    """Everything that a reference may point to.

    Parameters
    ----------
    project : Project
        The book.

    Attributes
    ----------
    faults : list of Problem
        Files that cannot be read. What would stand in them is None, so that it is asked of no page.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.faults: list[Problem] = []
        config = self._settings(project.root / "_config.yml")
        self._settings(project.root / "book/publication.yml")
        extensions = frozenset(((config or {}).get("parse") or {}).get("myst_enable_extensions") or [])
        chapters = {f"{FOLDER}/{chapter.slug}": chapter for chapter in discover(project)}
        names = dict.fromkeys([*toc_files(project), *chapters])
        self.pages = [
            Page(name, read_page(read(project.root / f"{name}.md").decode("utf-8"), extensions), chapters.get(name))
            for name in names
        ]
        self.chapters = {page.slug: page for page in self.pages if page.chapter}
        self.citations = self._citations(config.get("bibtex_bibfiles") or []) if config is not None else None
        self.quoted = {role: self._quotes(project.data / file) for role, file in QUOTES.items()}
        self.terms = {
            item.content.lower() for page in self.pages for item in page.of_kind("directive") if item.name == "term"
        }
        self.targets = set().union(*(page.targets for page in self.pages))

    def _fault(self, path: Path, line: int, what: str) -> None:
        inside = path.is_relative_to(self.project.root)
        where = path.relative_to(self.project.root).as_posix() if inside else str(path)
        self.faults.append(Problem(where, line, what))

    def _settings(self, path: Path) -> dict[str, Any] | None:
        """Return what a YAML file of named entries holds: nothing where it is not there, None where it is broken."""
        try:
            loaded = yaml.safe_load(read(path)) if path.is_file() else None
        except yaml.YAMLError as error:
            self._fault(path, line_of(error), f"not YAML: {reason(error)}")
            return None
        if loaded is not None and not isinstance(loaded, dict):
            self._fault(path, 1, f"holds {type(loaded).__name__}, not named entries")
            return None
        return loaded or {}

    def _quotes(self, path: Path) -> Collection[str] | None:
        """Return the names of what others say, None where they cannot be read."""
        entries = self._settings(path)
        for name, entry in (entries or {}).items():
            lacking = [key for key in ("statement", "value") if not isinstance(entry, dict) or key not in entry]
            if lacking:
                line = _line_with(path, rf"{re.escape(str(name))}:")
                self._fault(path, line, f"the entry {name!r} has no {' and no '.join(lacking)}")
        return entries

    def _citations(self, files: Iterable[str]) -> set[str]:
        """Return the keys of the bibliographies."""
        return {key for name in files for key in self._references(self.project.root / name)}

    def _references(self, path: Path) -> Iterable[str]:
        """Return the keys of a bibliography; entries that can be read count, though others are broken."""
        from pybtex.database.input.bibtex import Parser
        from pybtex.errors import capture

        if not path.is_file():
            self._fault(self.project.root / "_config.yml", 1, f"lists {path.name}: no such file")
            return []
        with capture() as errors:
            entries = Parser().parse_string(read(path).decode("utf-8")).entries
        for error in errors:
            self._fault(path, _line_of_entry(path, error), f"not BibTeX: {str(error).splitlines()[0]}")
        return map(str, entries)


def _line_of_entry(path: Path, error: Exception) -> int:
    """Return the line of a fault in a bibliography; of an entry that is there twice, that of the second."""
    found = re.search(r"repeated bibliography entry: (\S+)", str(error))
    return (
        _line_with(path, rf"@\w+\s*\{{\s*{re.escape(found[1])}\s*,") if found else getattr(error, "lineno", None) or 1
    )


def _line_with(path: Path, pattern: str) -> int:
    """Return the last line that begins so, from 1."""
    lines = read(path).decode("utf-8").splitlines()
    return max((n for n, text in enumerate(lines, 1) if re.match(pattern, text.strip(), re.IGNORECASE)), default=1)


def line_of(error: yaml.YAMLError) -> int:
    """Return the line of a fault in a YAML text, from 1."""
    mark = getattr(error, "problem_mark", None)
    return int(mark.line) + 1 if mark else 1


def reason(error: yaml.YAMLError) -> str:
    """Return what is wrong with a YAML text, in one line."""
    return str(getattr(error, "problem", None) or str(error).splitlines()[0])


def doubled(pages: Sequence[Page]) -> Iterator[Problem]:
    """Yield what may be there once only: a term of the glossary, the parameters of a chapter."""
    seen: dict[str, str] = {}
    for page in pages:
        for item in page.of_kind("directive"):
            if item.name == "term" and item.content.lower() in seen:
                what = f"the term {item.content!r} is explained already, at {seen[item.content.lower()]}"
                yield Problem(page.where, item.line, what)
            elif item.name == "term":
                seen[item.content.lower()] = f"{page.where}:{item.line}"
        tagged = [item for item in page.of_kind("cell") if re.search(r"\bparameters\b", item.name)]
        for item in tagged[1:]:
            yield Problem(page.where, item.line, "a second cell is tagged `parameters`: declare all in the first")
