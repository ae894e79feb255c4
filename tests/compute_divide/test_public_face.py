"""The vocabulary of the chapters: every name is there, documented whole, used, and its comparisons keep their word."""

import ast
import doctest
import inspect
import pydoc
import re
import subprocess
import sys
from collections import Counter
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import compute_divide as cd
from bookpress.elements.figure.show import Figure, Table
from compute_divide.estimates.comparisons import names as of_names
from compute_divide.estimates.comparisons import values as of_values
from compute_divide.stub import offered
from compute_divide_evidence.loaders import loaders
from holdtrue.comparisons.base import Comparison
from holdtrue.estimates import Estimate

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
USED = re.compile(r"\bcd\.(?:(plot|data)\.)?(\w+)")
VOCABULARY = sorted(name for names in cd.VOCABULARY.values() for name in names)
FIGURES = sorted(cd.plot.figures())
TABLES = sorted(offered(cd.data.__file__))
GENERAL = {"bars_by_year", "lines_by_year"}  # figures for chapters that are yet to be written


def used(namespace: str = "") -> set[str]:
    """Return the names of the vocabulary, or of a module of it, that chapters use."""
    text = "".join(path.read_text("utf-8") for path in NOTEBOOKS.glob("*.md"))
    return {name for module, name in USED.findall(text) if module == namespace}


def test_chapters_use_the_vocabulary_and_nothing_in_it_is_unused() -> None:
    assert used() == set(VOCABULARY)
    assert used("plot") | GENERAL == set(FIGURES)
    assert used("data") <= set(TABLES)  # a table may wait for its chapter
    assert len(VOCABULARY) == len(set(VOCABULARY))


METHODS = {"event_study"}
"""Too long for the cells of its chapter, and tested on invented panels."""
MOST = 85
"""How many names a chapter may choose from, besides the tables and the figures."""


def test_the_vocabulary_stays_small_and_serves_more_than_one_chapter() -> None:
    assert len(VOCABULARY) <= MOST
    chapters = {path.stem: path.read_text("utf-8") for path in NOTEBOOKS.glob("*.md")}
    serves = Counter(
        name
        for text in chapters.values()
        for name in {name for module, name in USED.findall(text) if not module}
    )
    alone = {name for name in VOCABULARY if serves[name] < 2}
    assert alone == METHODS, "write it in the cells of the chapter that uses it"


def test_all_loaders_of_the_evidence_are_tables() -> None:
    assert sorted(loader["name"] for loader in loaders()) == TABLES


def test_help_and_completion_know_every_table() -> None:
    assert dir(cd.data) == TABLES
    assert {"data", "plot"} <= set(dir(cd))
    shown = pydoc.render_doc(cd.data, renderer=pydoc.plaintext)
    assert [name for name in TABLES if f"    {name}(" not in shown] == []
    said = pydoc.render_doc(cd.data.prices, renderer=pydoc.plaintext)
    assert "usd_per_chip_hour" in said
    assert "load_" not in shown


def test_a_table_that_is_not_there_is_refused_with_what_was_meant() -> None:
    with pytest.raises(AttributeError, match=r"no 'modls'; did you mean models\?"):
        _ = cd.data.modls
    with pytest.raises(AttributeError, match=r"tables are in cd\.data"):
        _ = cd.load_models


def functions() -> list[tuple[str, Any]]:
    made = [(name, getattr(cd, name)) for name in VOCABULARY]
    made += [(f"data.{name}", getattr(cd.data, name)) for name in TABLES]
    made += [(f"plot.{name}", getattr(cd.plot, name)) for name in FIGURES]
    return [(name, one) for name, one in made if callable(one)]


@pytest.mark.parametrize(("name", "one"), functions(), ids=[name for name, _ in functions()])
def test_what_chapters_call_is_documented_whole(name: str, one: Any) -> None:
    text = inspect.getdoc(one) or ""
    parameters = {*inspect.signature(one).parameters}
    if parameters:
        assert "Parameters\n----------" in text, f"cd.{name} needs a section Parameters (numpydoc)"
        section = text.split("Parameters\n----------")[1].split("\n\nReturns\n")[0]
        named = re.findall(r"^([\w*]+(?:, [\w*]+)*) :|^(\*+\w+)", section, re.MULTILINE)
        listed = {part.strip(" *") for pair in named for part in "".join(pair).split(",")}
        silent = ", ".join(sorted(parameters - listed))
        assert not silent, f"cd.{name} does not say in Parameters what these are: {silent}"
    if not inspect.isclass(one):
        assert "Returns\n-------" in text, f"cd.{name} needs a section Returns (numpydoc)"
    assert "Examples\n--------" in text, f"cd.{name} needs a section Examples (numpydoc)"
    shown = [example for example in doctest_of(name, one).examples if example.want]
    assert shown, f"cd.{name} needs an example with a result, so that it can fail"
    assert not any(doctest.SKIP in example.options for example in shown), f"cd.{name} skips one"


def doctest_of(name: str, one: Any) -> doctest.DocTest:
    """Return the examples of a function or class."""
    text = inspect.getdoc(one) or ""
    return doctest.DocTestParser().get_doctest(text, {}, f"cd.{name}", None, None)


def test_the_examples_of_modules_are_run(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getoption("doctestmodules")
    assert "src" in pytestconfig.getini("testpaths")
    outside = [
        name
        for name, one in functions()
        if not Path(inspect.getsourcefile(inspect.unwrap(one)) or "").is_relative_to(ROOT / "src")
    ]
    assert outside == []


@pytest.mark.parametrize("name", TABLES)
def test_the_example_of_a_table_holds_as_help_shows_it(name: str) -> None:
    runner = doctest.DocTestRunner(verbose=False)
    said: list[str] = []
    runner.run(doctest_of(f"data.{name}", getattr(cd.data, name)), out=said.append)
    assert "".join(said) == ""


def test_every_public_function_that_returns_a_figure_or_a_table_is_found() -> None:
    returning = []
    for name in {*cd.plot.figures().values()}:
        module = import_module(f"compute_divide.plot.{name}")
        for function, one in inspect.getmembers(module, inspect.isfunction):
            is_public = one.__module__ == module.__name__ and not function.startswith("_")
            hint = inspect.signature(one).return_annotation
            if is_public and hint in {"Figure", "Table", Figure, Table}:
                returning.append(function)
    assert sorted(returning) == FIGURES
    with pytest.raises(
        AttributeError, match=r"no 'sum_bar'; did you mean sum_bars\? \(a figure is"
    ):
        _ = cd.plot.sum_bar


@pytest.mark.parametrize("name", VOCABULARY)
def test_an_unknown_name_is_refused_and_a_known_one_is_imported_once(name: str) -> None:
    assert getattr(cd, name) is getattr(cd, name)
    with pytest.raises(AttributeError, match=f"no '{name}x'"):
        getattr(cd, f"{name}x")


ROWS = pd.DataFrame(
    {
        "model": ["LUKE", "BERT", "AlexNet"],
        "year": [2020, 2018, 2012],
        "team_type": ["academia-only", "industry-only", "academia-only"],
    }
)
EMPTY = ROWS.head(0)
share = partial(Estimate, unit="share", range="sampling")
UNTESTED = cd.Check("hao-sector", why="No list tells it.")
ALWAYS_KNOWN = {"judged"}  # a verdict is one of four, one of which is "cannot be tested"

HOLDS = [
    (cd.only, (["LUKE", "LUKE"], "LUKE")),
    (cd.only, (ROWS, "AlexNet", "BERT", "LUKE")),
    (cd.only, ([],)),
    (cd.ordered, (ROWS, "LUKE", "BERT")),
    (cd.listed, (ROWS, "BERT", "LUKE")),
    (cd.unlisted, (ROWS, "GPT-3")),
    (cd.equals, ("V100", "V100", "it")),
    (cd.equals, ([1, 2], [1, 2], "it")),
    (cd.equals, ({"agrees": 1}, {"agrees": 1}, "it")),
    (cd.one_of, ("all", "all", "some")),
    (cd.labelled, (ROWS, "team_type", {"LUKE": "academia-only", "BERT": "industry-only"})),
    (cd.made_by, (ROWS, "academia-only", "LUKE", "AlexNet")),
    (cd.made_by, (ROWS.tail(1), "academia-only")),
    (cd.every_above, ([0.3, None], 0.2)),
    (cd.every_below, ([0.3, None], 0.4)),
    (cd.later, ("2026-08", "2023-03")),
    (cd.judged, (UNTESTED, "cannot be tested")),
]
"""Cases in which comparisons of names, labels and counts hold."""
DOES_NOT = [
    (cd.only, (ROWS, "LUKE")),
    (cd.only, ([], "LUKE")),
    (cd.ordered, (ROWS, "BERT")),
    (cd.listed, (ROWS, "GPT-3")),
    (cd.unlisted, (ROWS, "BERT")),
    (cd.equals, ("V100", "A100", "it")),
    (cd.equals, ({"agrees": 1}, {"agrees": 1, "differs": 1}, "it")),
    (cd.one_of, ("none", "all", "some")),
    (cd.labelled, (ROWS, "team_type", {"GPT-3": "x", "BERT": "academia-only"})),
    (cd.made_by, (ROWS, "academia-only")),
    (cd.every_above, ([0.3, 0.1], 0.2)),
    (cd.every_below, ([0.3, 0.5], 0.4)),
    (cd.later, (2020, 2022)),
    (cd.judged, (UNTESTED, "agrees")),
]
UNKNOWN = [
    (partial(cd.only, among=[]), (["LUKE"], "LUKE")),
    (partial(cd.ordered, among=EMPTY), (ROWS, "LUKE")),
    (partial(cd.listed, among=EMPTY), (ROWS, "LUKE")),
    (partial(cd.unlisted, among=EMPTY), (ROWS, "GPT-3")),
    (cd.equals, (None, "V100", "it")),
    (cd.equals, (float("nan"), 3, "it")),
    (partial(cd.equals, among=[]), (3, 3, "it")),
    (cd.one_of, (None, "all")),
    (cd.labelled, (ROWS, "team_type", {"GPT-3": "industry-only"})),
    (cd.made_by, (EMPTY, "academia-only")),
    (cd.every_above, ([], 0.2)),
    (cd.every_above, ([0.3], float("nan"))),
    (cd.every_below, ([None], 0.4)),
    (cd.later, (None, 2022)),
]


@pytest.mark.parametrize(
    ("holds", "compare", "asked"),
    [
        (holds, *case)
        for holds, cases in ((True, HOLDS), (False, DOES_NOT), (None, UNKNOWN))
        for case in cases
    ],
)
def test_each_comparison_holds_does_not_or_is_unknown(
    holds: bool | None, compare: Any, asked: Any
) -> None:
    found = compare(*asked)
    assert found.holds is holds, found
    assert found.because


@pytest.mark.parametrize(
    ("comparison", "reason"),
    [
        (cd.only(["Meta"], "Meta"), "the only one is Meta"),
        (cd.only(["Meta", "OpenAI", "Google"], "Meta"), "they are Meta, OpenAI and Google"),
        (cd.only([]), "there is none"),
        (cd.only([], what="what did not rise"), "what did not rise: none"),
        (cd.only(["Ai2|Meta", "Google"], "Meta"), "they are Ai2 and Meta, Google"),
        (cd.ordered(["GPT-3", "BERT"], "GPT-3"), "in order: GPT-3 and BERT"),
        (cd.made_by(ROWS, "academia-only", "LUKE"), "LUKE: universities alone"),
        (cd.later(pd.Timestamp("2025-10-01"), None), "one of the two is not known"),
        (
            cd.later(pd.Timestamp("2025-10-01"), pd.Timestamp("2024-02-01")),
            "1 October 2025 is later than 1 February 2024",
        ),
        (cd.later("2025-10", "2024-02"), "October 2025 is later than February 2024"),
        (cd.later(2020, 2022), "2020 is not later than 2022"),
        (
            cd.equals(np.int64(10_000), 10_000, "the number of chips"),
            "the number of chips is 10,000",
        ),
        (cd.equals([3, 3], [3, 3], "the numbers by reason"), "the numbers by reason are 3 and 3"),
        (cd.equals(["a", "b"], [], "what counts as methods"), "what counts as methods is a and b"),
        (cd.every_above([38_424.2], 23_538.4), "the least is 38,420, above 23,538.4"),
        (cd.every_below([-40.0], 0), "the most is −40, below 0"),
    ],
)
def test_reasons_read_as_sentences(comparison: Comparison, reason: str) -> None:
    assert comparison.because == reason


def test_every_comparison_is_tried_on_all_three() -> None:
    trees = [
        ast.parse(Path(module.__file__).read_text("utf-8")) for module in (of_names, of_values)
    ]
    public = {
        node.name
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and isinstance(node.returns, ast.Name)
        and node.returns.id == "Comparison"
    }
    for cases in (HOLDS, DOES_NOT, UNKNOWN):
        tried = {getattr(compare, "func", compare).__name__ for compare, _ in cases}
        assert tried == (public - ALWAYS_KNOWN if cases is UNKNOWN else public)


names = st.lists(st.sampled_from("abcd"), max_size=5)


@given(names, names)
def test_laws_of_names(found: list[str], asked: list[str]) -> None:
    assert cd.only(found, *asked).holds == (set(found) == set(asked))
    if cd.only(found, *asked).holds:
        assert cd.listed(found, *asked).holds
    assert cd.listed(found, *asked).holds == all(
        not cd.unlisted(found, name).holds for name in asked
    )
    if cd.ordered(found, *dict.fromkeys(asked)).holds:
        assert cd.listed(found, *asked).holds


CALLS = """import compute_divide as cd
cd.no_such_thing()
cd.data.no_such_table()
cd.period_share(cd.data.models("2026-08"))
reveal_type(cd.significant)
"""


@pytest.mark.heavy
def test_a_type_checker_knows_what_chapters_may_call(tmp_path: Path) -> None:
    (tmp_path / "calls.py").write_text(CALLS)
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml")]
    done = subprocess.run(
        [*command, str(tmp_path / "calls.py")], cwd=ROOT, capture_output=True, text=True
    )
    faults = [line.partition("calls.py:")[2] for line in done.stdout.splitlines()]
    assert faults[0] == '2: error: Module has no attribute "no_such_thing"  [attr-defined]'
    assert faults[1] == '3: error: Module has no attribute "no_such_table"  [attr-defined]'
    assert faults[2].startswith("4: error: Missing positional argument")
    assert "Any" not in faults[3].partition("Revealed type is")[2].partition("->")[0]
