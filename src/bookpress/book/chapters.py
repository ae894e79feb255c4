"""The chapters of a book: what ``_toc.yml`` lists and has code cells, in its order."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from string import Template
from typing import Any

from bookpress.book.custom_formats import custom_formats
from bookpress.book.documents import (
    configuration,
    document_path,
    excluded_from_running,
    has_cells,
    toc_files,
)
from bookpress.book.parsed import as_myst, of_custom_format, of_myst, of_nbformat
from bookpress.book.project import BUILD, CHAPTERS, DEFAULTS, Project, Settings
from bookpress.book.renamed import NOTHING, OldParameter, Renamed, load_renamed
from bookpress.chapter.bindings import checked_quotes
from bookpress.chapter.declarations import read_parameters
from bookpress.chapter.parameters import Parameter
from bookpress.chapter.publish import as_cell, cell_of
from bookpress.chapter.quotes import Quote
from bookpress.errors import PressError, UsageError, nearest, quoted
from bookpress.files import decoded, replace_file, sha256

FOLDER = CHAPTERS
PATTERN = "book/new-chapter.md"
"""What a new chapter of this book holds at first, with ``$title`` and ``$slug``."""


@dataclass(frozen=True)
class Chapter:
    """One parameterised notebook."""

    slug: str
    """What it is called."""
    path: Path
    """Its file: a MyST notebook, an .ipynb, or in a format that the book's settings name."""
    docname: str
    """The file within the book, without its ending: that of its page too."""
    listed: bool = True
    """Whether ``_toc.yml`` lists it."""
    settings: Settings = DEFAULTS
    renamed: Renamed = field(default=NOTHING, repr=False, compare=False)
    """What became of the names that the book has published."""
    allows_errors: bool = False
    """Whether cells are run behind one that fails: ``execute: allow_errors`` of the book."""

    @cached_property
    def source(self) -> str:
        """The text of the chapter as a MyST notebook."""
        json = self._json
        return decoded(self.path) if json is None else as_myst(json, self.where, self._parsed)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the file."""
        return sha256(self.source.encode("utf-8"))

    @cached_property
    def notebook(self) -> Any:
        """The chapter as the JSON of a notebook of nbformat 4, not run.

        Do not change it: it is shared.
        """
        json = self._json
        if json is not None:
            return of_nbformat(json, self.where, self._parsed)
        return of_myst(self.source, self.where, self._parsed)

    @cached_property
    def _json(self) -> str | None:
        """The text of the chapter as a notebook of nbformat; None where it is MyST."""
        text = decoded(self.path)
        if self.path.suffix == ".ipynb":
            return text
        custom = custom_formats(self.root).get(self.path.suffix)
        return of_custom_format(text, custom, self.where, self._parsed) if custom else None

    @property
    def root(self) -> Path:
        """The folder of its book."""
        return self.path.parents[self.docname.count("/")]

    @property
    def _parsed(self) -> Path:
        """Where it is kept as it was parsed."""
        return self.root / BUILD / ".parsed" / self.slug

    @cached_property
    def quotes(self) -> Sequence[Quote]:
        """What its prose quotes of itself; what is wrong with that is one error, a line each."""
        entries = self.front_matter.get("also") or ()
        also = [str(entry) for entry in entries]
        return checked_quotes(self.slug, self.source, also, self.where)

    @cached_property
    def quotes_cell(self) -> str:
        """The code of the cell at its end that publishes what its prose quotes.

        It is empty where it quotes nothing.
        """
        return cell_of(self.quotes, self.where) if self.quotes else ""

    @cached_property
    def executable(self) -> Any:
        """The notebook as it is run: with that cell."""
        cells = self.notebook["cells"]
        if self.allows_errors:
            cells = [_may_fail(cell) for cell in cells]
        if self.quotes_cell:
            cells = [*cells, as_cell(self.quotes_cell)]
        return {**self.notebook, "cells": cells}

    @cached_property
    def code(self) -> list[Any]:
        """What is executed: code cells with their tags, and what the prose makes evaluate."""
        cells = [[cell["source"], *_tags(cell)] for cell in self._cells("code")]
        quotes = [[quote.kind, quote.key, quote.code] for quote in self.quotes]
        executed = [self.notebook["metadata"].get("kernelspec"), cells, quotes]
        return [*executed, "errors are allowed"] if self.allows_errors else executed

    @property
    def where(self) -> str:
        """The file as messages name it."""
        return f"{self.docname}{self.path.suffix}"

    @property
    def front_matter(self) -> dict[str, Any]:
        """What the chapter says about itself: finding, abstract, keywords, time limit."""
        key = self.settings.front_matter
        entries = self.notebook["metadata"].get(key) or {}
        if not isinstance(entries, dict):
            raise PressError(
                f"{self.where}: the front matter's `{key}` is {entries!r}; it holds named entries"
            )
        missing = [name for name in self.settings.says if not entries.get(name)]
        if missing:
            raise PressError(
                f"{self.where}: the front matter's `{key}` has no {missing[0]}, which each chapter "
                "of this book has"
            )
        return dict(entries)

    @cached_property
    def title(self) -> str:
        """The first heading; the slug where there is none."""
        texts = [cell["source"] for cell in self._cells("markdown")]
        heading = re.search(r"^# (.*)", "\n".join(texts), re.MULTILINE)
        return heading[1].strip() if heading else self.slug

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters it declares, in order."""
        declaring = [cell for cell in self._cells("code") if "parameters" in _tags(cell)]
        source = str(declaring[0]["source"]) if declaring else ""
        evidence = os.environ.get(self.settings.data_variable)
        types = self.settings.parameter_types
        return _parameters(source, self.where, types, self.folders, evidence)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where modules of the book's own may lie: beside the chapter, and at its root."""
        return tuple(dict.fromkeys((self.path.parent, self.root)))

    def _cells(self, kind: str) -> list[dict[str, Any]]:
        """Return the cells of a kind."""
        return [cell for cell in self.notebook["cells"] if cell["cell_type"] == kind]

    @cached_property
    def old_parameters(self) -> list[OldParameter]:
        """Those of its parameters that were published under another name."""
        return [old for old in self.renamed.parameters if old.now.chapter == self.slug]

    @property
    def old_addresses(self) -> dict[str, list[str]]:
        """What addresses of its page may call its parameters.

        By the old name it is the present one, and which end of a period, if any.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        addresses = {}
        for old in self.old_parameters:
            is_free = old.was.chapter == self.slug and old.was.key not in known
            if is_free and old.fits(known.get(old.now.key)):
                addresses[old.was.key] = [old.now.key, old.end]
        return addresses


def _may_fail(cell: dict[str, Any]) -> dict[str, Any]:
    """Return a cell behind which the next is run even where it fails."""
    tags = [*_tags(cell), "raises-exception"]
    return {**cell, "metadata": {**cell["metadata"], "tags": tags}}


def _tags(cell: Mapping[str, Any]) -> Sequence[str]:
    tags: Sequence[str] = cell["metadata"].get("tags", [])
    return tags


@cache
def _parameters(
    source: str, where: str, types: str, folders: tuple[Path, ...], _evidence: str | None
) -> tuple[Parameter, ...]:
    """Return the parameters that the code declares; what they allow may depend on the evidence."""
    return tuple(read_parameters(source, where, types, folders))


def discover(project: Project) -> list[Chapter]:
    """Return the chapters: documents with code cells, in the order of ``_toc.yml``.

    Those of the folder for new ones that are not listed yet come last.
    """
    listed = toc_files(project)
    paths = {name: document_path(project.root, name) for name in listed}
    missing = [_where(project, path) for path in paths.values() if not path.is_file()]
    if missing:
        raise PressError(f"_toc.yml lists {', '.join(missing)}: no such file")
    drafts = [f"{FOLDER}/{path.stem}" for path in sorted((project.root / FOLDER).glob("*.md"))]
    for name in drafts:
        paths.setdefault(name, document_path(project.root, name))
    run = [name for name, path in paths.items() if _is_run(project, path)]
    slugs = _slugs(run)
    settings = project.settings
    renamed = load_renamed(project)
    is_tolerant = bool(configuration(project)["execute"].get("allow_errors"))
    chapters = []
    for name in run:
        is_listed = name in listed
        where = (slugs[name], paths[name], name)
        chapter = Chapter(*where, is_listed, settings, renamed, is_tolerant)
        chapters.append(chapter)
    if not chapters:
        raise PressError(
            "no chapters: no document that _toc.yml lists has code cells to run; a chapter is a "
            ".ipynb, or a .md whose front matter names a kernel"
        )
    return chapters


def _where(project: Project, path: Path) -> str:
    return path.relative_to(project.root).as_posix()


def _is_run(project: Project, path: Path) -> bool:
    """Return whether a document is a chapter.

    In a book that the press lays out every notebook of the folder for chapters is one.
    """
    if excluded_from_running(project, path):
        return False
    where = _where(project, path)
    is_kept_there = project.settings.is_laid_out and where.startswith(f"{FOLDER}/")
    return is_kept_there or has_cells(path, where, custom_formats(project.root))


def _slugs(names: Sequence[str]) -> dict[str, str]:
    """Return what chapters are called, by their documents.

    That is the last part of the name; where two have the same, the whole of it.
    """
    last = [_slug(name.rpartition("/")[2]) for name in names]
    slugs = {}
    for name, slug in zip(names, last, strict=True):
        slugs[name] = slug if last.count(slug) == 1 else _slug(name)
    return slugs


def _slug(name: str) -> str:
    """Return a name with a hyphen for what is no letter, digit, point or underscore."""
    return re.sub(r"[^\w.]+", "-", name).strip("-.") or "chapter"


def choose(chapters: Sequence[Chapter], slugs: Sequence[str]) -> list[Chapter]:
    """Return the chapters with these slugs, in the order of the book."""
    known = [chapter.slug for chapter in chapters]
    unknown = [slug for slug in slugs if slug not in known]
    if unknown:
        raise UsageError(*(no_chapter(slug, chapters) for slug in unknown))
    return [chapter for chapter in chapters if chapter.slug in slugs]


def ordered_parameters(chapters: Sequence[Chapter]) -> list[str]:
    """Return the names of the parameters whose values are a closed set in an order."""
    names: dict[str, None] = {}
    for chapter in chapters:
        of_chapter = [parameter.name for parameter in chapter.parameters if parameter.has_order]
        names.update(dict.fromkeys(of_chapter))
    return list(names)


def no_chapter(slug: str, chapters: Sequence[Chapter]) -> str:
    """Return what to say of a chapter that there is not: where it is now, or what is like it."""
    for chapter in chapters:
        moved = chapter.renamed.names(slug).moved
        if moved:
            return f"no chapter {quoted(slug)} any more: it is part of {moved} now"
    return f"no chapter {quoted(slug)}{nearest(slug, [chapter.slug for chapter in chapters])}"


def new_chapter(project: Project, slug: str, after: str | None = None) -> Path:
    """Write a chapter and its entry in ``_toc.yml``; return its file.

    The entry stands behind the last one, or behind the one named.
    """
    chapters = discover(project)
    choose(chapters, [after] if after is not None else [])
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", slug):
        raise UsageError(
            f"{quoted(slug)} is no name of a chapter: "
            "it is small letters, digits and - between words"
        )
    if slug in {chapter.slug for chapter in chapters}:
        raise UsageError(f"there is a chapter {quoted(slug)} already")
    pattern = project.root / PATTERN
    if not pattern.is_file():
        raise UsageError(
            f"this book has no pattern for chapters: {PATTERN} with $title and $slug in it"
        )
    toc = project.root / "_toc.yml"
    entries = _with_entry(decoded(toc), slug, after)
    title = slug.replace("-", " ").capitalize()
    text = Template(decoded(pattern)).safe_substitute(title=title, slug=slug)
    path = project.root / FOLDER / f"{slug}.md"
    replace_file(path, text.encode())
    replace_file(toc, entries.encode())
    return path


def _with_entry(toc: str, slug: str, after: str | None) -> str:
    """Return the text of ``_toc.yml`` with one more chapter, behind the last one or that named."""
    name = re.escape(after) if after else ".*?"
    entry = re.compile(rf"^( *- file: *){FOLDER}/{name}(?:\.md)? *\n", re.MULTILINE)
    entries = list(entry.finditer(toc))
    if not entries:
        raise UsageError(
            "_toc.yml lists no chapter on a line of its own to put the new one behind; "
            "add it by hand"
        )
    last = entries[-1]
    end = last.end()
    return f"{toc[:end]}{last[1]}{FOLDER}/{slug}\n{toc[end:]}"
