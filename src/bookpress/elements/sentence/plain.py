"""Sentences in notebooks and plain text: notes in words, and paragraphs for failed statements."""

from __future__ import annotations

import re

from sphinx.environment import BuildEnvironment

from bookpress.chapter.quotes import full_name, statements_in
from bookpress.chapter.statements import note
from bookpress.elements.base.markdown import replace_directives
from bookpress.elements.base.store import store_of
from bookpress.myst import plain


def with_notes(text: str, docname: str, env: BuildEnvironment) -> str:
    """Return Markdown with notes before paragraphs, and without hidden paragraphs."""
    text = otherwise(text, docname, env)
    noted = ""
    for part in re.split(r"(\n\s*\n)", text):
        noted += _note(part, docname, env) + part
    return noted


def otherwise(text: str, docname: str, env: BuildEnvironment) -> str:
    """Return Markdown with the ``{otherwise}`` paragraphs of failed statements, and no others."""

    def shown(_directive: str, name: str, content: str) -> str:
        store = store_of(env)
        statement = store.statement(full_name(name, store.slug(docname)))
        if statement.holds is False:
            return content
        return ""

    return replace_directives(text, ["otherwise"], shown)


def _note(text: str, docname: str, env: BuildEnvironment) -> str:
    store = store_of(env)
    names = statements_in(store.slug(docname), text)
    statements = [store.statement(name) for name in names]
    untrue = [
        statement
        for statement in statements
        if statement.holds is not True and not statement.number_moves
    ]
    if untrue:
        return f"> {plain(note(untrue))}\n\n"
    return ""
