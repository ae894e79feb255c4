"""The notebook to download.

Its prose is in plain words with values, and it says what it is and checks its choices.
"""

from __future__ import annotations

import ast
import copy
import json
import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from bookpress.book.project import load_settings
from bookpress.elements.base.contents import chapter_reference, citation_of
from bookpress.elements.base.markdown import in_plain_words
from bookpress.elements.base.store import Page, UnknownNameError
from bookpress.elements.value.words import in_words
from bookpress.myst import as_code, plain
from bookpress.run.executed import ExecutedChapter
from bookpress.run.notebook import as_file
from holdtrue.number_formats import FormatError

CHECK = """# Values are checked here, also those that papermill put in.
from bookpress.chapter.parameters import check_values

check_values(globals(){known})"""
NEEDS = """try:
    import bookpress  # which checks the values below
except ModuleNotFoundError:
    raise SystemExit(
        "This notebook needs bookpress and what its book imports: {get}, "
        "{then}."
    ) from None"""
ABOUT = """> **{reference}**
>
> This notebook is a chapter of a book that can be run again: {source}. \
{install};
> {command} made this edition. \
With that environment's kernel the notebook runs anywhere, also in an empty folder:
> {example}, or open it in JupyterLab.{choices}"""
CHOICES = " Choices stand in the cell tagged `parameters`."
_made: WeakKeyDictionary[ExecutedChapter, dict[str, Any]] = WeakKeyDictionary()
"""Downloaded notebooks, of which the source of a chapter is another form."""


def as_notebook(executed: ExecutedChapter, page: Page, app: Sphinx) -> bytes:
    """Return an executed notebook as readers download it."""
    return as_file(taken_away(executed, page, app))


def taken_away(executed: ExecutedChapter, page: Page, app: Sphinx) -> dict[str, Any]:
    """Return the downloaded notebook as JSON, which readers must not modify."""
    if executed not in _made:
        _made[executed] = _taken_away(executed, page, app)
    return _made[executed]


def _taken_away(executed: ExecutedChapter, page: Page, app: Sphinx) -> dict[str, Any]:
    cells = [
        _in_words(cell, page, app)
        for cell in executed.cells
        if "injected-parameters" not in _tags(cell)
    ]
    for place, cell in enumerate(cells if page.parameters else ()):
        if "parameters" in _tags(cell):
            known = _bound(cells[: place + 1])
            names = f", {known}" if known else ""
            check = _cell("checked", "code", CHECK.format(known=names))
            cells.insert(place + 1, check)
            _, then = _how_to_install(app)
            needs = _cell("needs", "code", NEEDS.format(get=_how_to_get(page, app), then=then))
            kinds = [each["cell_type"] for each in cells]
            cells.insert(kinds.index("code"), needs)
            break
    text = _about(page, app)
    about = _cell("about", "markdown", text)
    metadata = {**executed.notebook["metadata"]}
    metadata.pop("source_map", None)
    return {**executed.notebook, "metadata": metadata, "cells": [about, *cells]}


def _in_words(cell: Mapping[str, Any], page: Page, app: Sphinx) -> dict[str, Any]:
    """Return a cell without our own roles, which no notebook viewer knows."""
    if cell["cell_type"] == "markdown":
        source = "".join(cell["source"])
        with suppress(UnknownNameError, FormatError):  # reported with the page
            source = in_plain_words(source, "notebook", page.docname, app.env)
            return {**cell, "source": source}
    elif isinstance(cell["metadata"].get("mystnb"), dict):
        own = copy.deepcopy(cell["metadata"]["mystnb"])
        _say_in_words(own, page, app.env)
        return {**cell, "metadata": {**cell["metadata"], "mystnb": own}}
    return dict(cell)


def _bound(cells: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names that code cells bind; empty if a cell is not plain Python.

    Names that only appear in annotations are left out.
    """
    names: set[str] = set()
    types: set[str] = set()
    for cell in cells:
        if cell["cell_type"] == "code":
            try:
                tree = ast.parse("".join(cell["source"]))
            except SyntaxError:
                return []
            for node in ast.walk(tree):
                match node:
                    case ast.Name(id=name, ctx=ast.Store()):
                        names.add(name)
                    case ast.ImportFrom(names=aliases):
                        names |= {alias.asname or alias.name for alias in aliases}
                    case ast.AnnAssign(annotation=kind):
                        inner = ast.walk(kind)
                        types |= {part.id for part in inner if isinstance(part, ast.Name)}
    return sorted(names - types)


def _tags(cell: Mapping[str, Any]) -> list[str]:
    tags: list[str] = cell["metadata"].get("tags", [])
    return tags


def _say_in_words(own: dict[str, Any], page: Page, env: BuildEnvironment) -> None:
    """Replace our own roles in the words of a figure, in place."""
    for name, entry, written in (("figure", "caption", plain), ("image", "alt", str)):
        part = own.get(name)
        if isinstance(part, dict) and entry in part:
            part[entry] = in_words(str(part[entry]), page.docname, env, written)


def _how_to_get(page: Page, app: Sphinx) -> str:
    """Return how a reader can get the sources of the book."""
    _, address = chapter_reference(app.env, page.docname)
    repository = citation_of(app.config).book.repository
    if repository:
        return f"clone {repository}"
    if address:
        return f"get it from {address}"
    return "unpack an archive of it"


def _how_to_install(app: Sphinx) -> tuple[str, str]:
    """Return how the book's packages are installed, as a sentence and as what comes next."""
    command = load_settings(Path(app.srcdir)).install
    if command:
        return f"There, `{command}` installs all it needs", f"run `{command}` there, use its kernel"
    by_hand = "It needs bookpress and the packages that its cells import"
    return by_hand, "install them, and use that environment's kernel"


def _about(page: Page, app: Sphinx) -> str:
    citation = citation_of(app.config)
    reference, address = chapter_reference(app.env, page.docname)
    source = citation.book.repository or address or "it comes with its sources"
    command = citation.edition.command if citation.edition else "jupyter-book build ."
    example = f"papermill {page.slug}.ipynb out.ipynb"
    if page.parameters:
        example += _as_option(*next(iter(page.parameters.items())))
    return ABOUT.format(
        reference=reference,
        source=source,
        install=_how_to_install(app)[0],
        command=as_code(command),
        example=as_code(example),
        choices=CHOICES if page.parameters else "",
    )


def _as_option(name: str, value: Any) -> str:
    """Return a value as an option of papermill, whose ``-p`` knows numbers and texts alone."""
    is_plain = type(value) in {int, float, str}
    if is_plain:
        return f" -p {name} {json.dumps(value)}"
    return f" -y {shlex.quote(json.dumps({name: value}))}"


def _cell(name: str, kind: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "id": name,
        "cell_type": kind,
        "metadata": {},
        "source": source.splitlines(keepends=True),
    }
    if kind == "code":
        cell["execution_count"] = None
        cell["outputs"] = []
    return cell
