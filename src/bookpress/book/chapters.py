"""A chapter of a book: what its file says, its parameters, what it quotes and what is run of it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from bookpress.book.custom_formats import custom_formats
from bookpress.book.execution import AS_USUAL, AUTO, OFF, Execution
from bookpress.book.parsed import (
    as_myst,
    of_custom_format,
    of_myst,
    of_nbformat,
    with_loaded,
    with_outputs,
)
from bookpress.book.project import BUILD, DEFAULTS, Settings
from bookpress.book.renamed import NOTHING, OldParameter, Renamed
from bookpress.chapter.bindings import checked_quotes
from bookpress.chapter.declarations import Scope, declaring, line_in, read_parameters
from bookpress.chapter.parameters import Parameter
from bookpress.chapter.publish import as_cell, cell_of
from bookpress.chapter.quotes import Quote
from bookpress.chapter.types.titles import of_chapter
from bookpress.errors import PressError, UsageError, nearest, quoted
from bookpress.files import canonical, decoded, sha256
from bookpress.progress import note


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
    of_book: Execution = AS_USUAL
    """When and how the book has its chapters run."""
    tried: Mapping[str, Sequence[Any]] = field(default_factory=dict, repr=False, compare=False)
    """Values of its parameters to be explored instead of those that their types list, by name."""

    @cached_property
    def source(self) -> str:
        """The text of the chapter as a MyST notebook."""
        json = self._json
        return self._text if json is None else as_myst(json, self.where, self._parsed)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the file, with its outputs where these are shown."""
        text = self.source
        if self.stored:
            text += canonical([cell.get("outputs") for cell in self.stored["cells"]])
        return sha256(text.encode("utf-8"))

    @cached_property
    def notebook(self) -> Any:
        """The chapter as the JSON of a notebook of nbformat 4, not run.

        Do not change it: it is shared.
        """
        json = self._json
        if json is not None:
            return of_nbformat(json, self.where, self._parsed)
        parsed = of_myst(self.source, self.where, self._parsed, strict=self.settings.strict)
        return with_loaded(parsed, self.path.parent, self.where)

    @cached_property
    def execution(self) -> Execution:
        """When and how it is run: as the book says, or it says itself."""
        strict = self.settings.strict
        return self.of_book.of_page(self.notebook["metadata"], self.where, strict=strict)

    @cached_property
    def stored(self) -> Any:
        """The chapter as its file has it, outputs and all, where the book has that shown.

        It is None where it is run: as Jupyter Book does it, and where prose quotes what it makes.
        """
        mode = self.execution.mode
        is_notebook = self.path.suffix == ".ipynb"
        is_shown = mode == OFF or (mode == AUTO and is_notebook and all(self.outputs))
        if not is_shown or self._quotes_something:
            return None
        return self._saved if is_notebook else self.notebook

    @property
    def _quotes_something(self) -> bool:
        """Whether its prose quotes itself, rightly or wrongly."""
        try:
            return bool(self.quotes)
        except PressError:
            return True

    @property
    def outputs(self) -> list[list[Any]]:
        """The outputs that its file has stored, by code cell; a text has none."""
        if self.path.suffix != ".ipynb":
            return []
        return [cell["outputs"] for cell in self._saved["cells"] if cell["cell_type"] == "code"]

    @cached_property
    def _saved(self) -> Any:
        return with_outputs(self._text, self.where, self._parsed)

    @cached_property
    def _json(self) -> str | None:
        """The text of the chapter as a notebook of nbformat; None where it is MyST."""
        if self.path.suffix == ".ipynb":
            return self._text
        custom = custom_formats(self.root).get(self.path.suffix)
        return of_custom_format(self._text, custom, self.where, self._parsed) if custom else None

    @cached_property
    def _text(self) -> str:
        """The text of its file."""
        return decoded(self.path, lenient=not self.settings.strict)

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
        if self.quotes:
            return cell_of(self.quotes, self.where)
        return ""

    @cached_property
    def executable(self) -> Any:
        """The notebook as it is run: with that cell."""
        cells = self.notebook["cells"]
        if self.execution.allow_errors:
            cells = [_may_fail(cell) for cell in cells]
        if self.quotes_cell:
            cells = [*cells, as_cell(self.quotes_cell)]
        return {**self.notebook, "cells": cells}

    @cached_property
    def code(self) -> list[Any]:
        """What is executed: code cells with their tags, and what the prose makes evaluate."""
        cells = [[cell["source"], *_tags(cell)] for cell in self._cells("code")]
        quotes = [[quote.kind, quote.key, quote.code] for quote in self.quotes]
        executed: list[Any] = [self.notebook["metadata"].get("kernelspec"), cells, quotes]
        if self.execution.allow_errors:
            executed.append("errors are allowed")
        if self.execution.in_temp != self.of_book.in_temp:
            executed.append("in another folder than others")
        return executed

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
        if heading:
            return heading[1].strip()
        return self.slug

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters it declares, in order.

        Of a book that is not strict it has none where something is wrong with its cell, which is
        told.
        """
        self.notebook  # noqa: B018 - what cannot be read has no cell with anything wrong
        try:
            return self.declared
        except PressError as error:
            if self.settings.strict or self.settings.is_laid_out:
                raise
            note(f"{error}: {self.slug} counts as a chapter without parameters")
            return ()

    @property
    def declared(self) -> tuple[Parameter, ...]:
        """The same; what is wrong with the cell is an error."""
        source, above = declaring(self.notebook["cells"])
        evidence = os.environ.get(self.settings.data_variable)
        asked = of_chapter(self.settings.parameters, self.slug)
        line = line_in(self.source, source) if self.path.suffix == ".md" else 0
        asked_by_name = tuple(asked.items())
        scope = Scope(self.settings.parameter_types, self.folders, above, asked_by_name, line)
        parameters = _parameters(source, self.where, scope, evidence)
        tried = self.tried
        return tuple(
            replace(each, tried=tried[each.name]) if each.name in tried else each
            for each in parameters
        )

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
            is_replaced = is_free and old.fits(known.get(old.now.key))
            if is_replaced:
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
    source: str, where: str, scope: Scope, _evidence: str | None
) -> tuple[Parameter, ...]:
    """Return the parameters that the code declares; what they allow may depend on the evidence."""
    return tuple(read_parameters(source, where, scope))


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
