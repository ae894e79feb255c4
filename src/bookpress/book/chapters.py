"""The chapters of a book: MyST notebooks under ``notebooks/``, in the order of ``_toc.yml``."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import metadata
from pathlib import Path
from string import Template
from typing import Any

from bookpress.book.project import BUILD, CHAPTERS, DEFAULTS, Project, Settings
from bookpress.book.renamed import NOTHING, OldParameter, Renamed, load_renamed
from bookpress.chapter.bindings import checked_quotes
from bookpress.chapter.parameters import Parameter, read_parameters
from bookpress.chapter.publish import as_cell, cell_of
from bookpress.chapter.quotes import Quote
from bookpress.errors import PressError, UsageError, nearest, quoted
from bookpress.files import as_mapping, canonical, decoded, front_matter, read, replace_file, sha256

FOLDER = CHAPTERS
PATTERN = "book/new-chapter.md"  # what a new chapter of this book holds at first, with ``$title`` and ``$slug``
JUPYTEXT = metadata.version("jupytext")
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


@dataclass(frozen=True)
class Chapter:
    """One parameterised notebook: its slug, its MyST file, whether ``_toc.yml`` lists it."""

    slug: str
    path: Path
    listed: bool = True
    settings: Settings = DEFAULTS
    renamed: Renamed = field(default=NOTHING, repr=False, compare=False)
    """What became of the names that the book has published."""

    @cached_property
    def source(self) -> str:
        """The text of the file."""
        return decoded(self.path)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the file."""
        return sha256(self.source.encode("utf-8"))

    @cached_property
    def notebook(self) -> Any:
        """The chapter as the JSON of a notebook of nbformat 4, not run. Do not change it: it is shared."""
        return _notebook(
            self.source, self.where, self.path.parents[1] / BUILD / ".parsed" / self.slug
        )

    @cached_property
    def quotes(self) -> Sequence[Quote]:
        """What its prose quotes of itself; what is wrong with that is one error, a line each."""
        also = [str(entry) for entry in self.front_matter.get("also") or ()]
        return checked_quotes(self.slug, self.source, also, self.where)

    @cached_property
    def quotes_cell(self) -> str:
        """The code of the cell at its end that publishes what its prose quotes; empty where it quotes nothing."""
        return cell_of(self.quotes, self.where) if self.quotes else ""

    @cached_property
    def executable(self) -> Any:
        """The notebook with that cell."""
        if not self.quotes_cell:
            return self.notebook
        cells = [*self.notebook["cells"], as_cell(self.quotes_cell)]
        return {**self.notebook, "cells": cells}

    @property
    def where(self) -> str:
        """The file as messages name it."""
        return f"{FOLDER}/{self.path.name}"

    @property
    def front_matter(self) -> dict[str, Any]:
        """What the chapter says about itself: finding, abstract, keywords, time limit."""
        key = self.settings.front_matter
        found = self.notebook["metadata"].get(key) or {}
        if not isinstance(found, dict):
            raise PressError(
                f"{self.where}: the front matter's `{key}` is {found!r}; it holds named entries"
            )
        return dict(found)

    @cached_property
    def title(self) -> str:
        """The first heading."""
        texts = [
            cell["source"] for cell in self.notebook["cells"] if cell["cell_type"] == "markdown"
        ]
        if found := re.search(r"^# (.*)", "\n".join(texts), re.MULTILINE):
            return found[1].strip()
        raise PressError(f"{self.where} has no heading: its first line of text is `# Title`")

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters it declares, in order."""
        code = (cell for cell in self.notebook["cells"] if cell["cell_type"] == "code")
        source = next(
            (
                str(cell["source"])
                for cell in code
                if "parameters" in cell["metadata"].get("tags", [])
            ),
            "",
        )
        evidence = os.environ.get(self.settings.data_variable)
        return _parameters(source, self.where, self.settings.parameter_types, evidence)

    @cached_property
    def old_parameters(self) -> list[OldParameter]:
        """Those of its parameters that were published under another name."""
        return [old for old in self.renamed.parameters if old.now.chapter == self.slug]

    @property
    def old_addresses(self) -> dict[str, list[str]]:
        """What addresses of its page may call its parameters: the present name, and which end of a period, if any."""
        known = {one.name: one for one in self.parameters}
        return {
            old.was.key: [old.now.key, old.end]
            for old in self.old_parameters
            if old.was.chapter == self.slug
            and old.was.key not in known
            and old.fits(known.get(old.now.key))
        }


@cache
def _notebook(source: str, where: str, kept: Path) -> Any:
    """Return the notebook that a text holds, from the file where it is kept: to parse all chapters takes a second."""
    mark = sha256(f"{JUPYTEXT} {source}".encode()).encode()
    with suppress(OSError, ValueError):
        found, _, content = kept.read_bytes().partition(b"\n")
        if found == mark:
            return json.loads(content)
    content = _parsed(source, where)
    with suppress(PressError):  # what cannot be kept is parsed again
        replace_file(kept, mark + b"\n" + content)
    return json.loads(content)


def _parsed(source: str, where: str) -> bytes:
    from jupytext.jupytext import (
        TextNotebookConverter,
    )  # what `jupytext.reads` uses once it has guessed the format

    front_matter(source, where)
    try:
        notebook = TextNotebookConverter("md:myst", None).reads(source)
        notebook.metadata["kernelspec"] = KERNEL
        return canonical(notebook).encode()
    except Exception as error:
        raise PressError(f"{where} is not a MyST notebook: {error}") from error


@cache
def _parameters(
    source: str, where: str, types: str, _evidence: str | None
) -> tuple[Parameter, ...]:
    """Return the parameters that the code declares; what they allow may depend on the evidence."""
    return tuple(read_parameters(source, where, types))


def toc_files(project: Project) -> list[str]:
    """Return the documents of ``_toc.yml`` in reading order, the root first, without endings."""
    return list(_toc_files(read(project.root / "_toc.yml")))


@cache
def _toc_files(content: bytes) -> list[str]:
    toc = as_mapping(content, "_toc.yml", "a `root` and chapters")
    if "root" not in toc:
        raise PressError(
            "_toc.yml has no `root`: see https://jupyterbook.org/en/stable/structure/toc.html"
        )
    return [name.removesuffix(".md").removesuffix(".ipynb") for name in _entries(toc)]


def _entries(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (node[key] for key in ("root", "file") if isinstance(node.get(key), str))
        node = list(node.values())
    for value in node if isinstance(node, list) else ():
        yield from _entries(value)


def discover(project: Project) -> list[Chapter]:
    """Return the chapters: those of ``_toc.yml`` in its order, then those that it does not list yet."""
    folder, settings = project.root / FOLDER, project.settings
    renamed = load_renamed(project)
    listed = [
        name.removeprefix(f"{FOLDER}/")
        for name in toc_files(project)
        if name.startswith(f"{FOLDER}/")
    ]
    others = sorted(path.stem for path in folder.glob("*.md") if path.stem not in listed)
    chapters = [
        Chapter(slug, folder / f"{slug}.md", slug in listed, settings, renamed)
        for slug in [*listed, *others]
    ]
    missing = [chapter.where for chapter in chapters if not chapter.path.is_file()]
    if missing:
        raise PressError(f"_toc.yml lists {', '.join(missing)}: no such file")
    if not chapters:
        raise PressError(f"no chapters: neither _toc.yml nor the folder {FOLDER}/ has any")
    return chapters


def choose(chapters: Sequence[Chapter], slugs: Sequence[str]) -> list[Chapter]:
    """Return the chapters with these slugs, in the order of the book."""
    known = [chapter.slug for chapter in chapters]
    problems = [
        f"no chapter {quoted(slug)}{nearest(slug, known)}" for slug in slugs if slug not in known
    ]
    if problems:
        raise UsageError(*problems)
    return [chapter for chapter in chapters if chapter.slug in slugs]


def new_chapter(project: Project, slug: str, after: str | None = None) -> Path:
    """Write a chapter and its entry in ``_toc.yml``, behind the last one or the one named; return its file."""
    chapters = discover(project)
    choose(chapters, [after] if after is not None else [])
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", slug):
        raise UsageError(
            f"{quoted(slug)} is no name of a chapter: it is small letters, digits and - between words"
        )
    if slug in {chapter.slug for chapter in chapters}:
        raise UsageError(f"there is a chapter {quoted(slug)} already")
    pattern, toc = project.root / PATTERN, project.root / "_toc.yml"
    if not pattern.is_file():
        raise UsageError(
            f"this book has no pattern for chapters: {PATTERN} with $title and $slug in it"
        )
    listed, place = decoded(toc), re.escape(after) if after else ".*?"
    entries = list(
        re.finditer(rf"^( *- file: *){FOLDER}/{place}(?:\.md)? *\n", listed, re.MULTILINE)
    )
    if not entries:
        raise UsageError(
            "_toc.yml lists no chapter on a line of its own to put the new one behind; add it by hand"
        )
    end, path = entries[-1].end(), project.root / FOLDER / f"{slug}.md"
    text = Template(decoded(pattern)).safe_substitute(
        title=slug.replace("-", " ").capitalize(), slug=slug
    )
    replace_file(path, text.encode())
    replace_file(toc, f"{listed[:end]}{entries[-1][1]}{FOLDER}/{slug}\n{listed[end:]}".encode())
    return path
