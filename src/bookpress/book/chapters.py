"""A chapter of a book: its file, its parameters, what it quotes, and the code that is run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from bookpress.book.cells import first_heading, is_skipped
from bookpress.book.custom_formats import CustomFormat, custom_formats
from bookpress.book.execution import AS_USUAL, AUTO, OFF, Execution
from bookpress.book.parsed import (
    KERNEL,
    as_myst,
    is_in_python,
    of_custom_format,
    of_myst,
    of_nbformat,
    with_loaded,
    with_outputs,
)
from bookpress.book.project import BUILD, DEFAULTS, Settings
from bookpress.book.renamed import OldParameter, Renamed
from bookpress.chapter.bindings import checked_quotes
from bookpress.chapter.declarations import (
    Scope,
    computed_names,
    declaring,
    line_in,
    read_declarations,
)
from bookpress.chapter.parameters import Parameter
from bookpress.chapter.publish import as_cell, cell_of
from bookpress.chapter.quotes import Quote, line_of_also, page_name, read_quotes
from bookpress.chapter.types.titles import of_chapter
from bookpress.errors import PressError, UsageError, nearest, quoted
from bookpress.files import canonical, decoded, sha256
from bookpress.myst import CELLS, place_of
from bookpress.terminal.messages import note


@dataclass(frozen=True)
class Chapter:
    """One parameterised notebook."""

    slug: str
    """Its name in commands and addresses."""
    path: Path
    """Its file: a MyST notebook, an .ipynb, or one in a format that the book's settings name."""
    docname: str
    """The path of the file in the book, without its suffix, which is also that of its page."""
    listed: bool = True
    """Whether ``_toc.yml`` lists it."""
    settings: Settings = DEFAULTS
    read_renamed: Callable[[], Renamed] = field(default=Renamed, repr=False, compare=False)
    """Returns what became of the names that the book once published; a build rarely asks."""
    of_book: Execution = AS_USUAL
    """When and how the book runs its chapters."""
    tried: Mapping[str, Sequence[Any]] = field(default_factory=dict, repr=False, compare=False)
    """By parameter, values to explore instead of those that its type lists."""

    @cached_property
    def source(self) -> str:
        """The text of the chapter as a MyST notebook."""
        json = self._json
        return self.text if json is None else as_myst(json, self.where, self._parsed)

    @property
    def cell_lines(self) -> tuple[int, ...]:
        """The line of its file where the code of each code cell begins; none for a notebook."""
        if self.path.suffix != ".md":
            return ()
        cells = CELLS.finditer(self.source)
        codes = [(cell.start("code"), cell["code"]) for cell in cells]
        starts = [start + len(code) - len(code.lstrip("\n")) for start, code in codes]
        return tuple(self.source.count("\n", 0, start) + 1 for start in starts)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the file, including its outputs if any are shown."""
        text = self.source
        if self.stored or any(map(is_skipped, self._cells("code"))):
            text += canonical(self.outputs)
        return sha256(text.encode("utf-8"))

    @cached_property
    def notebook(self) -> Any:
        """The chapter as the JSON of a notebook of nbformat 4, not executed.

        Do not modify it: it is shared.
        """
        json = self._json
        if json is not None:
            return of_nbformat(json, self.where, self._parsed)
        parsed = of_myst(self.source, self.where, self._parsed, strict=self.settings.strict)
        return with_loaded(parsed, self.path.parent, self.where)

    @cached_property
    def execution(self) -> Execution:
        """When and how it is run: as the book says, unless it says so itself."""
        strict = self.settings.strict
        return self.of_book.of_page(self.notebook["metadata"], self.where, strict=strict)

    @property
    def is_python(self) -> bool:
        """Whether its cells are Python, not the language of another kernel."""
        return is_in_python(self.notebook["metadata"])

    @property
    def foreign(self) -> str:
        """The end of a message about a parameter it has not: its language; empty if Python."""
        if self.is_python:
            return ""
        return f"; it is in {self._language}, and only chapters in Python have parameters"

    @property
    def _kernel(self) -> Mapping[str, Any]:
        kernel: Mapping[str, Any] = self.notebook["metadata"].get("kernelspec") or KERNEL
        return kernel

    @property
    def _language(self) -> str:
        """The language of its cells; that of a kernel which names none is called as the kernel."""
        return str(self._kernel.get("language") or self._kernel["name"])

    @cached_property
    def stored(self) -> Any:
        """The chapter as its file stores it, with outputs, if the book shows those.

        None if it is run: under the same conditions as in Jupyter Book, and whenever its prose
        quotes results.
        """
        mode = self.execution.mode
        is_notebook = self.path.suffix == ".ipynb"
        is_shown = mode == OFF or (mode == AUTO and is_notebook and all(self.outputs))
        if not is_shown or self._quotes_something:
            return None
        return self._saved if is_notebook else self.notebook

    @property
    def _quotes_something(self) -> bool:
        """Whether its prose quotes the chapter itself, correctly or not."""
        try:
            return bool(self.quotes)
        except PressError:
            return True

    @property
    def outputs(self) -> list[list[Any]]:
        """The outputs stored in its file, by code cell; a text file has none."""
        if self.path.suffix != ".ipynb":
            return []
        return [cell["outputs"] for cell in self._saved["cells"] if cell["cell_type"] == "code"]

    @cached_property
    def _saved(self) -> Any:
        return with_outputs(self.text, self.where, self._parsed)

    @cached_property
    def _json(self) -> str | None:
        """The chapter as the text of an .ipynb; None if it is MyST."""
        if self.path.suffix == ".ipynb":
            return self.text
        custom = self._custom
        return of_custom_format(self.text, custom, self.where, self._parsed) if custom else None

    @property
    def _custom(self) -> CustomFormat | None:
        if self.path.suffix == ".ipynb":
            return None
        return custom_formats(self.root).get(self.path.suffix)

    @cached_property
    def text(self) -> str:
        """The text of its file."""
        return decoded(self.path, lenient=not self.settings.strict)

    @property
    def root(self) -> Path:
        """The folder of its book."""
        return self.path.parents[self.docname.count("/")]

    @property
    def _parsed(self) -> Path:
        """Where the parsed chapter is cached."""
        return self.root / BUILD / ".parsed" / self.slug

    @cached_property
    def quotes(self) -> Sequence[Quote]:
        """What its prose quotes from the chapter itself; all faults are one error, one a line."""
        entries = self.front_matter.get("also") or []
        if not isinstance(entries, list):
            place = place_of(self.where, self.source, line_of_also(self.source))
            raise PressError(
                f"{place}: `also` is {quoted(str(entries))}; "
                "allowed: a list of names such as [share, late]"
            )
        also = [str(entry) for entry in entries]
        if self.is_python:
            return checked_quotes(self.slug, self.source, also, self.where)
        quotes, _ = read_quotes(self.slug, self.source, also)
        if quotes:
            place = place_of(self.where, self.source, next(iter(quotes[0].sentences)))
            raise PressError(
                f"{place}: `{quotes[0].code}` is quoted from a chapter in "
                f"{self._language}; only chapters in Python have results and comparisons to quote"
            )
        return ()

    @cached_property
    def quotes_cell(self) -> str:
        """The code of its last cell, which publishes what its prose quotes; may be empty."""
        if self.quotes:
            return cell_of(self.quotes, self.where, self.source)
        return ""

    @cached_property
    def executable(self) -> Any:
        """The notebook to execute: with that cell."""
        cells = self.notebook["cells"]
        if self.execution.allow_errors:
            cells = [_may_fail(cell) for cell in cells]
        if self.quotes_cell:
            cells = [*cells, as_cell(self.quotes_cell)]
        return {**self.notebook, "cells": cells}

    @cached_property
    def code(self) -> list[Any]:
        """What determines its results: code cells with their tags, and expressions in prose."""
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
        """The file as it appears in messages."""
        return f"{self.docname}{self.path.suffix}"

    @property
    def front_matter(self) -> dict[str, Any]:
        """The chapter's own front matter: finding, abstract, keywords, time limit."""
        key = self.settings.front_matter
        entries = self.notebook["metadata"].get(key) or {}
        if not isinstance(entries, dict):
            raise PressError(
                f"{self.where}: the front matter's `{key}` is {entries!r}; "
                "it contains named entries"
            )
        missing = [name for name in self.settings.says if not entries.get(name)]
        if missing:
            raise PressError(
                f"{self.where}: the front matter's `{key}` has no {missing[0]}, "
                "which every chapter of this book has"
            )
        return dict(entries)

    @cached_property
    def title(self) -> str:
        """The first heading, or the slug if there is none."""
        headings = (first_heading(cell["source"]) for cell in self._cells("markdown"))
        return next(filter(None, headings), self.slug)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters it declares, in order.

        In a book that is not strict, a faulty declaration is a note, and declares none.
        """
        self.notebook  # noqa: B018 - raises if the chapter cannot be read at all
        if self._is_unread:
            note(
                f"{self.where}: the parameters cell is {self._language} "
                f"(kernel {self._kernel['name']}), not Python: "
                f"{self.slug} counts as a chapter without parameters"
            )
        parameters, faults = self._declarations
        if faults and (self.settings.strict or self.settings.is_laid_out):
            raise PressError("\n".join(faults))
        for fault in faults:
            if parameters:
                note(f"{fault}; {self.slug} has no such parameter")
            else:
                note(f"{fault}: {self.slug} counts as a chapter without parameters")
        return parameters

    @property
    def declared(self) -> tuple[Parameter, ...]:
        """The parameters it declares; faulty declarations are an error, one a line."""
        parameters, faults = self._declarations
        if faults:
            raise PressError("\n".join(faults))
        return parameters

    @property
    def computed(self) -> Mapping[str, tuple[str, str]]:
        """By name, where and why assignments in its parameters cell declare no parameter."""
        if self._is_unread:
            return {}
        code, _, scope = self._declaring
        return computed_names(code, self.where, scope)

    @property
    def _is_unread(self) -> bool:
        """Whether its parameters cell is of another language."""
        source, _ = declaring(self.notebook["cells"])
        return not self.is_python and bool(source.strip())

    @property
    def _declarations(self) -> tuple[tuple[Parameter, ...], tuple[str, ...]]:
        """The parameters it declares, and what is wrong with other declarations."""
        if self._is_unread:
            return (), ()
        code, evidence, scope = self._declaring
        parameters, faults = _parameters(code, self.where, scope, evidence)
        tried = self.tried
        explored = tuple(
            replace(each, tried=tried[each.name]) if each.name in tried else each
            for each in parameters
        )
        return explored, faults

    @property
    def _declaring(self) -> tuple[str, str | None, Scope]:
        """The code of its parameters cell, where the evidence is, and what they depend on."""
        source, above = declaring(self.notebook["cells"])
        evidence = os.environ.get(self.settings.data_variable)
        asked = of_chapter(self.settings.parameters, self.slug)
        line = line_in(self.source, source) if self.path.suffix == ".md" else 0
        asked_by_name = tuple(asked.items())
        scope = Scope(self.settings.parameter_types, self.folders, above, asked_by_name, line)
        return source, evidence, scope

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where the book's own modules may be: beside the chapter, and at the root."""
        return tuple(dict.fromkeys((self.path.parent, self.root)))

    def _cells(self, kind: str) -> list[dict[str, Any]]:
        """Return the cells of a type."""
        return [cell for cell in self.notebook["cells"] if cell["cell_type"] == kind]

    @cached_property
    def renamed(self) -> Renamed:
        """What became of the names that the book once published."""
        return self.read_renamed()

    @cached_property
    def old_parameters(self) -> list[OldParameter]:
        """Its parameters that were once published under another name."""
        return [old for old in self.renamed.parameters if old.now.chapter == self.slug]

    @property
    def old_addresses(self) -> dict[str, list[str]]:
        """The names that addresses may still use for its parameters.

        Each old name leads to the present one, and to an end of a period, if any.
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
    """Return a cell after which the next is run even if it fails."""
    tags = [*_tags(cell), "raises-exception"]
    return {**cell, "metadata": {**cell["metadata"], "tags": tags}}


def _tags(cell: Mapping[str, Any]) -> Sequence[str]:
    tags: Sequence[str] = cell["metadata"].get("tags", [])
    return tags


@cache
def _parameters(
    source: str, where: str, scope: Scope, _evidence: str | None
) -> tuple[tuple[Parameter, ...], tuple[str, ...]]:
    """Return the parameters that the code declares, and what is wrong with other declarations.

    What they allow may depend on the evidence.
    """
    parameters, faults = read_declarations(source, where, scope)
    return tuple(parameters), tuple(faults)


def named_chapters(chapters: Sequence[Chapter], slugs: Sequence[str]) -> list[Chapter]:
    """Return the chapters with these slugs, in the order of the book."""
    known = [chapter.slug for chapter in chapters]
    unknown = [slug for slug in slugs if slug not in known]
    if unknown:
        raise UsageError(*(no_chapter(slug, chapters) for slug in unknown))
    return [chapter for chapter in chapters if chapter.slug in slugs]


def page_slugs(pages: Iterable[str], chapters: Iterable[Chapter]) -> dict[str, str]:
    """Return the slug of each page, by its file; for one that is no chapter, its name."""
    slugs = {chapter.where: chapter.slug for chapter in chapters}
    return {page: slugs.get(page, page_name(page.rpartition(".")[0])) for page in pages}


def ordered_parameters(chapters: Sequence[Chapter]) -> list[str]:
    """Return the names of the parameters whose values are a closed set in an order."""
    names: dict[str, None] = {}
    for chapter in chapters:
        of_chapter = [parameter.name for parameter in chapter.parameters if parameter.has_order]
        names.update(dict.fromkeys(of_chapter))
    return list(names)


def no_chapter(slug: str, chapters: Sequence[Chapter]) -> str:
    """Return the message for an unknown chapter: where it is now, or a similar name."""
    for chapter in chapters:
        moved = chapter.renamed.names(slug).moved
        if moved:
            return f"no chapter {quoted(slug)} any more: it is now part of {moved}"
    namesakes = [each.slug for each in chapters if page_name(each.docname) == slug]
    if namesakes:
        return f"no chapter {quoted(slug)}; did you mean {' or '.join(namesakes)}?"
    page = _page_named(slug, chapters)
    what = f": {page} is a page without code" if page else ""
    return f"no chapter {quoted(slug)}{what}{nearest(slug, [each.slug for each in chapters])}"


def _page_named(name: str, chapters: Sequence[Chapter]) -> str:
    """Return the file of a document of the book by its path; empty if there is none."""
    if not chapters:
        return ""
    files = [file for file in (name, f"{name}.md", f"{name}.rst") if file.endswith((".md", ".rst"))]
    return next((file for file in files if (chapters[0].root / file).is_file()), "")
