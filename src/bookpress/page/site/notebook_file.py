"""The notebook that a reader takes away: prose in plain words with values, what it is, and a check of its choices."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from bookpress.chapter.number_formats import FormatError
from bookpress.chapter.quotes import full_name, marks_of
from bookpress.chapter.statements import note
from bookpress.page.base.contents import chapter_reference, citation_of
from bookpress.page.base.roles import KINDS, split_name, value_text
from bookpress.page.base.store import Page, UnknownNameError, store_of
from bookpress.run.notebook import as_file

ROLE = re.compile(
    r"\s*\{holds\}(?P<mark>`+).+?(?P=mark)|\{(?P<kind>[\w:-]+)\}(?P<tick>`+)(?P<text>.+?)(?P=tick)",
    re.DOTALL,
)
OTHERWISE = re.compile(r"^(`{3,})\{otherwise\} *(\S+)\n(.*?)^\1$", re.DOTALL | re.MULTILINE)
MARKUP = (
    (re.compile(r"<!--.*?-->", re.DOTALL), ""),
    (re.compile(r"^\([\w-]+\)=\n", re.MULTILINE), ""),
    (re.compile(r"\[([^\]]*)\]\((?!https?:)[^)]*\)"), r"\1"),
)
"""What only a page of the book can make something of."""
CHECK = """# Values are checked here, also those that papermill put in.
from bookpress.chapter.parameters import check_values

check_values(globals())"""
ABOUT = """> **{reference}**
>
> This notebook is a chapter of a book that can be run again: {source}. There, `make book` installs all it needs;
> `{command}` made this edition. With that environment's kernel the notebook runs anywhere, also in an empty folder:
> `papermill {slug}.ipynb out.ipynb{example}`, or open it in JupyterLab. Choices stand in the first code cell."""


def as_notebook(content: bytes, page: Page, app: Sphinx) -> bytes:
    """Return an executed notebook as a reader takes it away."""
    notebook = json.loads(content)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            with suppress(UnknownNameError, FormatError):  # the page has told
                text = _otherwise("".join(cell["source"]), page.docname, app.env)
                cell["source"] = plain(text, page.docname, app.env)
    cells = [
        cell
        for cell in notebook["cells"]
        if "injected-parameters" not in cell["metadata"].get("tags", [])
    ]
    changed = [
        f"\n{row['name']} = {row['value']!r}"
        for row in page.parameter_rows
        if row["value"] != row["default"]
    ]
    for place, cell in enumerate(cells):
        if "parameters" in cell["metadata"].get("tags", []):
            # Those that papermill puts in for the edition it would forget, were another to be put in.
            cell["source"] = "".join(
                [*cell["source"], *(["\n\n# As in this edition:", *changed] if changed else [])]
            )
            cells.insert(place + 1, _cell("checked", "code", CHECK))
            break
    return as_file({**notebook, "cells": [_cell("about", "markdown", _about(page, app)), *cells]})


def plain(text: str, docname: str, env: BuildEnvironment) -> str:
    """Return Markdown without what only the book's pages understand: values stand in words, notes before paragraphs."""
    parts = [f"{_note(part, docname, env)}{part}" for part in re.split(r"(\n\s*\n)", text)]
    text = ROLE.sub(lambda role: _role(role, docname, env), "".join(parts))
    for markup, words in MARKUP:
        text = markup.sub(words, text)
    return text


def _note(text: str, docname: str, env: BuildEnvironment) -> str:
    statements = [store_of(env).statement(mark.name) for mark in marks_of(docname, text)]
    fallen = [one for one in statements if one.holds is not True]
    return f"> {note(fallen)}\n\n" if fallen else ""


def _otherwise(text: str, docname: str, env: BuildEnvironment) -> str:
    def shown(block: re.Match[str]) -> str:
        return (
            block[3] if store_of(env).statement(full_name(block[2], docname)).holds is False else ""
        )

    return OTHERWISE.sub(shown, text)


def _role(role: re.Match[str], docname: str, env: BuildEnvironment) -> str:
    """Return the words of a role."""
    kind, text = role["kind"], (role["text"] or "").strip()
    if role["mark"]:
        return ""
    if kind in KINDS:
        return value_text(kind, *split_name(kind, text, docname), store_of(env))[0]
    if kind.startswith("cite:"):
        works = "; ".join(_work(key.strip(), env) for key in text.split(","))
        return works if kind == "cite:t" else f"({works})"
    if kind == "numref":
        titles = {
            one.name: one.title for page in store_of(env).pages.values() for one in page.charts
        }
        return f"Figure “{titles[text]}”" if text in titles else "The table"
    return re.sub(r"\s*<[^>]*>$", "", text)


def _work(key: str, env: BuildEnvironment) -> str:
    """Return a work as prose names it, "Sevilla et al. 2022", else its key."""
    domain: Any = env.get_domain("cite")
    entry = domain.bibdata.data.entries.get(key)
    names = (
        [" ".join(one.last_names).strip("{}") for one in entry.persons.get("author", ())]
        if entry
        else []
    )
    if not names:
        return key
    who = names[0] + (
        f" and {names[1]}" if len(names) == 2 else " et al." if len(names) > 2 else ""
    )
    return f"{who} {entry.fields.get('year', '')}".rstrip()


def _about(page: Page, app: Sphinx) -> str:
    citation = citation_of(app.config)
    reference, address = chapter_reference(app.env, page.docname)
    source = citation.book.repository or address or "it comes with its sources"
    command = citation.edition.command if citation.edition else "jupyter-book build ."
    first = next(iter(page.parameters.items()), None)
    example = f" -p {first[0]} {json.dumps(first[1])}" if first else ""
    return ABOUT.format(
        reference=reference, source=source, command=command, slug=page.slug, example=example
    )


def _cell(name: str, kind: str, source: str) -> dict[str, Any]:
    code: dict[str, Any] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {
        "id": name,
        "cell_type": kind,
        "metadata": {},
        "source": source.splitlines(keepends=True),
        **code,
    }
