"""The index of a chapter's states: every value tried, with the headline under it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bookpress.book.chapters import Chapter
from bookpress.chapter.parameters import Parameter
from bookpress.chapter.types.allowed import Value
from bookpress.edition.editions import Edition
from bookpress.errors import PressError, nearest
from bookpress.run.cache import Run
from bookpress.states.states import ExploredState

QUOTED = re.compile(r"\{result\}`(?:([\w-]+):)?([\w.]+)")
"""A result quoted in a finding."""
HEADLINE = "headline"
"""The entry of the front matter that names the result that stands for the chapter."""


def value_and_interval(result: Mapping[str, Any] | None) -> list[float | None]:
    """Return the value, low and high of a result."""
    if not result:
        return [None, None, None]
    return [result[name] for name in ("value", "low", "high")]


def index_of(default: Edition, published: Run, outcomes: Sequence[ExploredState]) -> dict[str, Any]:
    """Return the content of the index of a chapter's states.

    ``published``: the id of the published edition; ``headline``: the key of the result that stands
    for the chapter (by default the first in its finding, else the first of all), with its label,
    unit and published ``result``; ``usual``: the published values; ``choices``: for each one
    explored, its values, including the published one, with the headline and how many statements
    turn; ``pairs``: the states with two choices.
    """
    chapter = outcomes[0].state.chapter
    usual = default.values[chapter.slug]
    key = _headline(chapter, published)
    headline = published.results.get(key, {})
    rows = [(outcome.state.choice, _row(key, outcome)) for outcome in outcomes]
    published_row = {"id": default.id, "result": value_and_interval(headline), "fallen": 0}
    choices = {}
    for parameter in chapter.parameters:
        name = parameter.name
        alone = [(choice[name], row) for choice, row in rows if [*choice] == [name]]
        if alone:
            alone.append((usual[name], published_row))
            choices[name] = _values_tried(parameter, usual[name], alone)
    return {
        "published": default.id,
        "headline": key,
        "headline_label": headline.get("label", ""),
        "unit": headline.get("unit", ""),
        "result": value_and_interval(headline),
        "usual": dict(usual),
        "choices": choices,
        "pairs": [{"choice": dict(choice), **row} for choice, row in rows if len(choice) > 1],
    }


def _headline(chapter: Chapter, published: Run) -> str:
    """Return the key of the result that stands for a chapter; empty if there is none.

    Its front matter names it; otherwise it is the first in the finding.
    """
    declared = chapter.front_matter.get(HEADLINE)
    is_unpublished = declared is not None and declared not in published.results
    if is_unpublished:
        known = nearest(str(declared), sorted(published.results))
        what = f"{HEADLINE}: the chapter publishes no result {declared!r}{known}"
        raise PressError(f"{chapter.where}: {what}")
    if declared:
        return str(declared)
    finding = str(chapter.front_matter.get("finding", ""))
    for slug, key in QUOTED.findall(finding):
        is_own = slug in {"", chapter.slug} and key in published.results
        if is_own:
            return str(key)
    return next(iter(published.results), "")


def _row(key: str, outcome: ExploredState) -> dict[str, Any]:
    """Return the id of a state, the headline under it, and how many statements turn."""
    return {
        "id": outcome.state.edition.id,
        "result": value_and_interval(outcome.run.results.get(key)),
        "fallen": outcome.turned,
    }


def _values_tried(
    parameter: Parameter, usual: Value, rows: Iterable[tuple[Value, dict[str, Any]]]
) -> list[dict[str, Any]]:
    """Return the explored values of a parameter, in its order, each with its row."""
    row_of = {json.dumps(value): row for value, row in rows}
    tried = []
    for value in parameter.explored(usual):
        row = row_of.get(json.dumps(value))
        if row:
            tried.append({"value": value, "words": parameter.words(value), **row})
    return tried


def quoted_results(
    pages: Mapping[str, bytes],
    main_choices: Iterable[Iterable[str]],
    outcomes: Sequence[ExploredState],
) -> list[dict[str, Any]]:
    """Return the states with one main choice, with the results that pages quote by full name."""
    texts = [content.decode("utf-8") for name, content in pages.items() if name.endswith(".md")]
    written = "\n".join(texts)
    main = {name for kind in main_choices for name in kind}
    states = []
    for outcome in outcomes:
        choice = outcome.state.choice
        slug = outcome.state.chapter.slug
        named = {f"{slug}:{key}": result for key, result in outcome.run.results.items()}
        results = {name: result for name, result in named.items() if name in written}
        is_shown = len(choice) == 1 and main.issuperset(choice) and results
        if is_shown:
            states.append({"choice": dict(choice), "results": results})
    return states
