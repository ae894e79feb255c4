"""The notebook that a reader takes away.

Prose in plain words with values, what it is, and a check of its choices.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from bookpress.chapter.number_formats import FormatError
from bookpress.chapter.quotes import full_name, marks_of
from bookpress.chapter.statements import note
from bookpress.elements.base.contents import chapter_reference, citation_of
from bookpress.elements.base.store import Page, UnknownNameError, store_of
from bookpress.elements.value.words import in_words
from bookpress.run.notebook import as_file

OTHERWISE = re.compile(r"^(`{3,})\{otherwise\} *(\S+)\n(.*?)^\1$", re.DOTALL | re.MULTILINE)
CHECK = """# Values are checked here, also those that papermill put in.
from bookpress.chapter.parameters import check_values

check_values(globals(){known})"""
NEEDS = """try:
    import bookpress  # the package of this book, which the cells below use
except ModuleNotFoundError:
    raise SystemExit(
        "This notebook needs the package of its book: {get}, "
        "then `pip install FOLDER_OF_THE_BOOK`, or `make book` there and use its kernel."
    ) from None"""
ABOUT = """> **{reference}**
>
> This notebook is a chapter of a book that can be run again: {source}. \
There, `make book` installs all it needs;
> `{command}` made this edition. \
With that environment's kernel the notebook runs anywhere, also in an empty folder:
> `papermill {slug}.ipynb out.ipynb{example}`, or open it in JupyterLab. \
Choices stand in the first code cell."""


def as_notebook(content: bytes, page: Page, app: Sphinx) -> bytes:
    """Return an executed notebook as a reader takes it away."""
    notebook = json.loads(content)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            with suppress(UnknownNameError, FormatError):  # the page has told
                source = "".join(cell["source"])
                text = otherwise(source, page.docname, app.env)
                cell["source"] = plain(text, page.docname, app.env)
        elif "mystnb" in cell["metadata"]:
            _say_in_words(cell["metadata"]["mystnb"], page, app.env)
    cells = [cell for cell in notebook["cells"] if "injected-parameters" not in _tags(cell)]
    for place, cell in enumerate(cells):
        if "parameters" in _tags(cell):
            known = _bound(cells[: place + 1])
            names = f", {known}" if known else ""
            check = _cell("checked", "code", CHECK.format(known=names))
            needs = _cell("needs", "code", NEEDS.format(get=_how_to_get(page, app)))
            cells[place : place + 1] = [needs, cell, check]
            break
    text = _about(page, app)
    about = _cell("about", "markdown", text)
    return as_file({**notebook, "cells": [about, *cells]})


def _bound(cells: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names that code cells bind; none where one of them is no plain Python."""
    names: set[str] = set()
    for cell in cells:
        if cell["cell_type"] == "code":
            try:
                tree = ast.parse("".join(cell["source"]))
            except SyntaxError:
                return []
            nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
            names |= {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
    return sorted(names)


def as_source(notebook: bytes) -> bytes:
    """Return a notebook that a reader takes away as MyST Markdown: the same without outputs."""
    import jupytext
    import nbformat

    node = nbformat.reads(notebook.decode(), as_version=4)
    return str(jupytext.writes(node, "md:myst")).encode()


def _tags(cell: dict[str, Any]) -> list[str]:
    tags: list[str] = cell["metadata"].get("tags", [])
    return tags


def _say_in_words(own: dict[str, Any], page: Page, env: BuildEnvironment) -> None:
    """Put the words of a figure, in place, as a notebook says them that knows no roles of ours."""
    for name, entry in (("figure", "caption"), ("image", "alt")):
        part = own.get(name)
        if isinstance(part, dict) and entry in part:
            part[entry] = in_words(str(part[entry]), page.docname, env)


def plain(text: str, docname: str, env: BuildEnvironment) -> str:
    """Return Markdown without what only the book's pages understand.

    Values stand in words, notes before paragraphs.
    """
    with_notes = ""
    for part in re.split(r"(\n\s*\n)", text):
        with_notes += _note(part, docname, env) + part
    return in_words(with_notes, docname, env)


def _note(text: str, docname: str, env: BuildEnvironment) -> str:
    store = store_of(env)
    statements = [store.statement(mark.name) for mark in marks_of(docname, text)]
    untrue = [
        statement
        for statement in statements
        if statement.holds is not True and not statement.number_moves
    ]
    return f"> {note(untrue)}\n\n" if untrue else ""


def otherwise(text: str, docname: str, env: BuildEnvironment) -> str:
    """Return Markdown with what is said only where a statement does not hold, or without it."""

    def shown(block: re.Match[str]) -> str:
        name = full_name(block[2], docname)
        statement = store_of(env).statement(name)
        return block[3] if statement.holds is False else ""

    return OTHERWISE.sub(shown, text)


def _how_to_get(page: Page, app: Sphinx) -> str:
    """Return how a reader gets the sources of the book."""
    _, address = chapter_reference(app.env, page.docname)
    repository = citation_of(app.config).book.repository
    if repository:
        return f"clone {repository}"
    return f"get it from {address}" if address else "unpack an archive of it"


def _about(page: Page, app: Sphinx) -> str:
    citation = citation_of(app.config)
    reference, address = chapter_reference(app.env, page.docname)
    source = citation.book.repository or address or "it comes with its sources"
    command = citation.edition.command if citation.edition else "jupyter-book build ."
    example = ""
    if page.parameters:
        name, value = next(iter(page.parameters.items()))
        written = json.dumps(value)
        example = f" -p {name} {written}"
    return ABOUT.format(
        reference=reference,
        source=source,
        command=command,
        slug=page.slug,
        example=example,
    )


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
