"""The page of all sentences: what overturns each, by chapter and choice, and which are firm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from docutils import nodes
from sphinx.environment import BuildEnvironment

from bookpress.chapter.quotes import id_of, without_markup
from bookpress.edition.overturn import answer, besides
from bookpress.edition.sureness import is_firm, is_tested
from bookpress.elements.base import contents
from bookpress.elements.base.nodes import html, later
from bookpress.elements.base.store import Page, store_of
from bookpress.elements.base.templates import fill
from bookpress.elements.value.words import in_words

MOST_SENTENCES = 2
"""The most sentences that are listed with a statement."""


def every_sentence(_node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """``{every-sentence}``: return the sentences of all chapters with tested statements."""
    store = store_of(env)
    root = env.app.builder.get_relative_uri(env.docname, env.config.root_doc)
    folder, slash, _ = root.rpartition("/")
    pages = {page.slug: page for page in store.chapters}
    numbers = contents.chapter_numbers(env)
    chapters = []
    for slug, statements in store.sureness.items():
        page = pages[slug]
        rows = [_row(page, key, sure, env) for key, sure in statements.items() if is_tested(sure)]
        if rows:
            title = contents.title_of(env, page.docname)
            chapters.append(_chapter(page, rows, numbers.get(page.docname), title))
    chapters.sort(key=lambda chapter: chapter["number"] or 0)
    text = fill("sentences.html", chapters=chapters, up=folder + slash)
    return html(text, says="Sentences of all chapters, by what overturns them.")


def _chapter(
    page: Page, rows: Iterable[dict[str, Any]], number: int | None, title: str
) -> dict[str, Any]:
    """Return the sentences of a chapter: the fragile ones by choice, and the rest."""
    labels = {row["name"]: row["label"] for row in page.parameter_rows}
    by_choice: dict[str, list[dict[str, Any]]] = {}
    firm = []
    for row in rows:
        if row["choice"]:
            names = [labels.get(name, name) for name in row["choice"]]
            by_choice.setdefault(" and ".join(names), []).append(row)
        else:
            firm.append(row)
    fragile = sum(len(of_choice) for of_choice in by_choice.values())
    return {
        "number": number,
        "title": title,
        "slug": page.slug,
        "by_choice": by_choice,
        "fragile": fragile,
        "firm": firm,
        "all": fragile + len(firm),
    }


def _row(page: Page, key: str, sure: Mapping[str, Any], env: BuildEnvironment) -> dict[str, Any]:
    """Return a statement with its sentences in words, and what overturns it first."""
    falls = sure["falls"] or sure["pairs"]
    sentences: dict[str, str] = {}
    own = [mark for mark in sure["marks"] if mark["page"].rpartition(".")[0] == page.docname]
    for mark in own or sure["marks"]:
        docname = mark["page"].rpartition(".")[0]
        words = without_markup(in_words(mark["markdown"], docname, env, str))
        if words:
            sentences.setdefault(words, mark["anchor"])
    return {
        "id": f"{page.slug}-{id_of(key)}",
        "key": key,
        "sentences": dict([*sentences.items()][:MOST_SENTENCES]),
        "choice": [] if is_firm(sure) else [*falls[0]["choice"]],
        "overturns": besides(sure) if is_firm(sure) else answer(sure),
        "because": falls[0]["because"] if falls else "",
    }
