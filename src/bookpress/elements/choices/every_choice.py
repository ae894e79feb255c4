"""The table of the parameters of all chapters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from docutils import nodes
from sphinx.environment import BuildEnvironment

from bookpress.elements.base import contents
from bookpress.elements.base.nodes import html, later
from bookpress.elements.base.store import store_of
from bookpress.elements.base.templates import fill
from holdtrue.number_formats import setting

Row = tuple[str, str, str, str]
"""A parameter in the table of all: name, meaning, default, allowed values."""


def every_choice(_node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """``{every-choice}``: return the parameters that several chapters share, then those of each.

    Chapters where a name has the same meaning and default share a row.
    """
    address_of = env.app.builder.get_relative_uri
    chapters: dict[str, dict[str, Any]] = {}
    for docname, number in contents.chapter_numbers(env).items():
        chapters[docname] = {
            "number": number,
            "title": contents.title_of(env, docname),
            "address": address_of(env.docname, docname),
        }
    users = _users(chapters, env)
    shared = [(row, docnames) for row, docnames in users.items() if len(docnames) > 1]
    shared.sort(key=lambda entry: (-len(entry[1]), entry[0]))
    several: list[tuple[Any, ...]] = []
    for row, docnames in shared:
        row_chapters = [chapters[docname] for docname in docnames]
        several.append((*row, row_chapters))
    folds = [("Of several chapters", several)]
    for docname, chapter in chapters.items():
        own = [row for row, docnames in users.items() if docnames == [docname]]
        title = f"{chapter['number'] or ''} {chapter['title']}".strip()
        folds.append((title, [(*row, []) for row in own]))
    meanings = [f"{name}: {meaning}" for name, meaning, *_ in users]
    says = "; ".join(meanings)
    text = fill("choices.html", folds=folds)
    return html(text, says=says)


def _users(docnames: Iterable[str], env: BuildEnvironment) -> dict[Row, list[str]]:
    """Return the chapters that have each parameter."""
    users: dict[Row, list[str]] = {}
    for docname in docnames:
        for parameter in store_of(env).pages[docname].parameter_rows:
            meaning = parameter["help"]
            if parameter["unit"]:
                meaning += f" ({parameter['unit']})"
            default = setting(parameter["default"])
            row = (parameter["name"], meaning, default, parameter["allowed"])
            users.setdefault(row, []).append(docname)
    return users
