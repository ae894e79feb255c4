"""Turn each statement of the book round: in a world where its sentence is false it has to fall."""

import ast
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import pytest
from notebooks.executed import CHAPTERS, exchange_sides, execute, names_of_chapter
from notebooks.mutants import TURNED

from bookpress.chapter.bindings import python_of
from bookpress.chapter.expressions import FUNCTIONS, compared, comparisons_in
from holdtrue.comparisons import COMPARISONS
from holdtrue.comparisons.base import Comparison
from holdtrue.comparisons.joint import joined
from sampling import some

KIND = "statement"


class Statement(NamedTuple):
    """A statement of a chapter: its key, and the code of its comparisons."""

    slug: str
    key: str
    code: str


STATEMENTS = {
    slug: [Statement(slug, quote.key, quote.code) for quote in chapter.quotes if quote.kind == KIND]
    for slug, chapter in CHAPTERS.items()
}
DRAWN = some(list(STATEMENTS), 7, seed=31)
"""Chapters whose statements are turned round: a chapter has to be executed for that."""
SAMPLE = some([one for slug in DRAWN for one in STATEMENTS[slug]], 40, seed=31)
HEADLINES = {
    "introduction": ["fall"],
    "training-compute": ["industry_leads", "number_above_speed", "number_decides"],
    "large-scale-models": ["fall", "fall_now", "broke_off", "rare_makers", "fewer", "on_others"],
    "causes": ["steeper"],
    "research-topics": [
        *("pull", "turned", "academia_fell", "small_return"),
        *("mixed_ahead", "size_half", "not_rare_writers"),
    ],
    "open-models": ["more_on_industry", "lists", "hosted_rose"],
    "diffusion": ["closed", "shares_less"],
    "scrutiny": ["definition_decides", "between", "inside"],
    "policy": ["silent_are_industrys"],
    "robustness": ["falls_everywhere", "wide", "reads_apart"],
    "ledger": ["tally", "standing", "industry_revised", "early_agrees"],
}
"""Statements that other pages quote and that tell universities from companies."""


@cache
def cells_of(slug: str) -> dict[str, ast.expr]:
    """Return what the cells of a chapter bind its names to."""
    bound = {}
    for node in ast.parse(python_of(CHAPTERS[slug].source)).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            bound[node.targets[0].id] = node.value
    return bound


def turned_round(statement: Statement) -> Iterator[tuple[str, Comparison]]:
    """Yield what was turned round, and what the statement says in that world."""
    scope = {**FUNCTIONS, **COMPARISONS, **names_of_chapter(statement.slug)}

    def value_of(node: ast.expr) -> Any:
        return eval(ast.unparse(node), scope)  # noqa: S307 - sentences of this book

    as_it_is = compared(statement.code, scope)
    for place, node in enumerate(comparisons_in(statement.code)):
        call = cells_of(statement.slug)[node.id] if isinstance(node, ast.Name) else node
        assert isinstance(call, ast.Call)
        compare = value_of(call.func)
        arguments = tuple(map(value_of, call.args))
        named = {word.arg: value_of(word.value) for word in call.keywords if word.arg}
        for what, others, words in TURNED[compare.__name__](arguments, named):
            comparisons = [*as_it_is]
            comparisons[place] = compare(*others, **words)
            yield f"{ast.unparse(call)}: {what}", joined(comparisons)


@pytest.mark.parametrize("statement", SAMPLE, ids=lambda one: f"{one.slug}:{one.key[:60]}")
def test_a_statement_falls_where_its_sentence_is_false(statement):
    mutants = dict(turned_round(statement))
    assert mutants
    assert {what: one.because for what, one in mutants.items() if one.holds is not False} == {}


@pytest.mark.parametrize("slug", some(list(HEADLINES), 3, seed=31))
def test_what_tells_the_sides_apart_falls_where_they_are_exchanged(slug, monkeypatch):
    exchange_sides(monkeypatch)
    names = execute(slug)
    codes = {one.key: one.code for one in STATEMENTS[slug]}
    held = [key for key in HEADLINES[slug] if joined(compared(codes[key], names)).holds]
    assert held == []
