"""The language of a chapter: what prose quotes is read, made after the last cell, and named where it fails."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jupytext
import pytest
from hypothesis import given
from hypothesis import strategies as st
from processes import add_cell

from bookpress.book.project import Project
from bookpress.chapter.bindings import bindings_of, checked_quotes
from bookpress.chapter.estimates import harvest
from bookpress.chapter.expressions import COMPARISONS, compared, read_statement, value_at
from bookpress.chapter.publish import publish, years_in
from bookpress.chapter.quotes import Quote, anchor, marks_of, quotes_of, roles_of
from bookpress.chapter.statements import harvest as harvest_statements
from bookpress.errors import PressError, UsageError
from holdtrue.estimates import Estimate, ResultError

Say = Callable[..., tuple[int, str, str]]

CHAPTER = """---
kernelspec: {name: python3, display_name: Python 3, language: python}
book:
  finding: "They made {result}`models:early` of them. {holds}`models:fall`"
---

# Models

```{code-cell} ipython3
:tags: [parameters]

from choices import Period

late: Period = (2020, 2022)  # the late period
```

```{code-cell} ipython3
early, middle = shares(models)
odds = {"late": 1.5, 2020: 2}
recent = share(models, late)
```

```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-shares
    caption: |
      They made {result}`early:counts`, then {result}`recent` {holds}`fall`

      A dot is a year.
  image:
    alt: "Dots from {result}`early`."
---
plot(early)
```

They made {result}`early:full` and in {years}`late` {result}`recent`.
That is not chance. {holds}`fall = fell(recent, early)` The odds are {result}`odds.late:precise`
and {result}`odds.2020`, and most are theirs. {holds}`majority(early), minority( recent )`

Elsewhere it is {result}`others:share:counts`. {holds}`others:fall` Shown: ``{result}`x` ``.

<!-- {result}`hidden` -->

```text
{result}`shown`
```
"""


def facts(text: str) -> list[tuple[str, str, str]]:
    return [(quote.kind, quote.key, quote.code) for quote in quotes_of("models", text)]


def test_prose_metadata_and_front_matter_are_read_and_other_chapters_are_left_alone() -> None:
    assert facts(CHAPTER) == [
        ("result", "early", "early"),
        ("statement", "fall", "fell(recent, early)"),
        ("result", "recent", "recent"),
        ("years", "late", "late"),
        ("result", "odds.late", "odds.late"),
        ("result", "odds.2020", "odds.2020"),
        (
            "statement",
            "majority(early), minority(recent)",
            "majority(early), minority(recent)",
        ),
    ]


def test_every_quote_knows_its_lines_and_sentences() -> None:
    lines = CHAPTER.splitlines()
    for role in roles_of(CHAPTER):
        assert f"{{{role.kind}}}`" in lines[role.line - 1], role
    fall = next(quote for quote in quotes_of("models", CHAPTER) if quote.key == "fall")
    assert [*fall.sentences.values()] == [
        "They made … of them.",
        "They made …, then …",
        "That is not chance.",
    ]
    assert [mark.name for mark in marks_of("models", CHAPTER)] == [
        "models:fall",
        "models:fall",
        "models:fall",
        "models:majority(early), minority(recent)",
        "others:fall",
    ]


def test_what_jupyterlab_wraps_and_sorts_says_the_same() -> None:
    saved = jupytext.writes(jupytext.reads(CHAPTER, "md:myst"), "md:myst")
    assert "caption: |" not in saved
    caption = [role for role in roles_of(saved) if role.place]
    assert [(role.kind, role.text) for role in caption] == [
        (role.kind, role.text)
        for role in roles_of(CHAPTER)
        if role.place and role.place != "book.finding"
    ]


def test_a_statement_that_also_names_can_be_quoted() -> None:
    [tally] = quotes_of("models", "It stands. {holds}`models:tally`", ["tally = majority(early)"])
    assert (tally.key, tally.code) == ("tally", "majority(early)")


def test_also_publishes_what_no_sentence_quotes() -> None:
    also = ["middle", "rise = rose(recent, early)", "early"]
    found = {quote.key: quote.kind for quote in quotes_of("models", CHAPTER, also)}
    assert (found["middle"], found["rise"]) == ("result", "statement")
    assert len(found) == len(facts(CHAPTER)) + 2
    [entry] = quotes_of("models", "", ["second_in.2022_06"])
    assert (entry.kind, entry.key) == ("result", "second_in.2022_06")
    with pytest.raises(UsageError, match=r"^line 1: .* is not Python"):
        quotes_of("models", "", ["fell(late"])


WRONG = {
    "{result}`erly`": "no 'erly' in the chapter; did you mean early?",
    "{result}`each`": "'each' is bound in a loop, in line 9",
    "{result}`opened`": "'opened' is bound in a `with` block, in line 12",
    "{result}`fll`": "no 'fll' in the chapter; there are: each, early, late, opened, twice",
    "{result}`twice`": "'twice' is bound more than once, in lines 10 and 11",
    "{result}`early[0]`": "neither a name nor a path such as odds.late",
    "{holds}`fell(late, erly)`": "no 'erly' in the chapter; did you mean early?",
    "{holds}`fell(late, early`": "is not Python",
    "{holds}`fell(late, early) or True`": "contains a BoolOp; allowed are calls",
    "{holds}`late.value < early.value`": "contains a Compare",
    "{holds}`fell(*pair)`": "contains a Starred",
    "{holds}`(lambda: 1)()`": "contains a Lambda",
    "{holds}`early.__class__`": "the private __class__",
    "{holds}`2 ** 9`": "contains a Pow",
    "{holds}`below = fell(late, early)`": "below is the name of a comparison",
}


@pytest.mark.parametrize("role", WRONG)
def test_what_is_wrong_is_one_line_with_its_place_and_sentence(role: str) -> None:
    cell = "```{code-cell}\nearly = late = 1\nfor each in []: pass\ntwice = 1\ntwice = 2"
    text = f"# Models\n\n\n\n\n\n{cell}\nwith x as opened: pass\n```\n\nIt is so: {role}\n"
    with pytest.raises(PressError) as error:
        checked_quotes("models", text, [], "notebooks/models.md")
    [line] = str(error.value).splitlines()
    assert line.startswith("notebooks/models.md:15: ")
    assert WRONG[role] in line
    assert "(in: It is so:" in line


def test_all_that_is_wrong_in_a_chapter_is_named_at_once() -> None:
    text = (
        "---\nbook:\n  also:\n  - fell(late\n---\n# Models\n\nOne {result}`share +`.\n\n"
        "Two {result}`nope`.\n\nThree. {holds}`fel(1, 2)`\n\nFour. {holds}`(lambda: 1)()`\n"
    )
    with pytest.raises(PressError) as error:
        checked_quotes("models", text, ["fell(late"], "models.md")
    lines = str(error.value).splitlines()
    assert [line.split(":")[1] for line in lines] == ["4", "8", "10", "12", "14"]
    assert all(" (in: " in line for line in lines)
    assert "did you mean fell?" in lines[3]


def test_an_alternative_text_has_no_statement_and_says_where() -> None:
    text = CHAPTER.replace("Dots from {result}`early`.", "Dots. {holds}`fall`")
    with pytest.raises(PressError, match=r"m\.md:33: an alternative text .* \(in: Dots\.\)"):
        checked_quotes("models", text, [], "m.md")


def test_code_in_a_line_only_shows_a_role() -> None:
    text = "Write `{result}` as in {result}`early`, or `{holds}`.\nA ` alone.\n\nThen {result}`late`.\n"
    assert [role.text for role in roles_of(text)] == ["early", "late"]
    saved = f"---\nbook: {{finding: 'Write `{{result}}` as {{result}}`early`'}}\n---\n# A\n{text}"
    assert [(role.line, role.text) for role in roles_of(saved)][:1] == [(2, "early")]


def test_a_star_imports_what_is_known_when_it_runs() -> None:
    cell = "```{code-cell}\nfrom math import *\nwide = 1\n```\n"
    [quote] = checked_quotes("models", f"{cell}\nIt is {{result}}`pi`.\n", [], "x.md")
    assert quote.key == "pi"


def test_a_comparison_can_be_imported_from_the_press() -> None:
    cell = "```{code-cell}\nfrom bookpress import above, fell\na = above(2, 1)\n```\n"
    assert checked_quotes("models", f"{cell}\nSo it is. {{holds}}`fell(1, 2)`\n", [], "x.md")
    cell = cell.replace("above, fell", "above as fell")
    with pytest.raises(PressError, match="fell is the name of a comparison"):
        checked_quotes("models", f"{cell}\nSo it is. {{holds}}`fell(1, 2)`\n", [], "x.md")


def test_a_name_of_a_comparison_is_no_name_of_a_chapter() -> None:
    cell = "```{code-cell}\nfell = 1\n```\n"
    with pytest.raises(PressError, match=r"x\.md:2: fell is the name of a comparison"):
        checked_quotes("models", f"{cell}\nIt is so. {{holds}}`above(1, 0)`\n", [], "x.md")
    assert not checked_quotes("models", f"{cell}\nNothing rests on it.\n", [], "x.md")


@pytest.mark.parametrize(
    ("code", "name", "is_plain"),
    [
        ("a = b = 1", "b", True),
        ("a, (b, c) = 1, (2, 3)", "c", True),
        ("import x.y", "x", True),
        ("import x.y as z", "z", True),
        ("def f(inner): local = 1", "f", True),
        ("class F: pass", "F", True),
        ("a: int = 1", "a", True),
        ("if x:\n    a = 1", "a", False),
        ("with open(x) as f: pass", "f", False),
        ("[y := 1 for z in w]", "y", False),
        ("match x:\n    case [a]: pass", "a", False),
        ("try: pass\nexcept E as e: pass", "e", False),
    ],
)
def test_every_way_to_bind_a_name_is_seen(code: str, name: str, is_plain: bool) -> None:
    found = bindings_of(f"```{{code-cell}}\n{code}\n```\n")
    assert [binding.is_plain for binding in found[name]] == [is_plain]
    assert not {"inner", "local"} & set(found)


HIGH = Estimate(
    0.64, 0.53, 0.73, k=55, n=86, unit="share", label="early", period=(2010, 2014), range="sampling"
)
LOW = Estimate(0.16, 0.12, 0.22, unit="share", label="late", period=(2020, 2022), range="sampling")
SCOPE = {"early": HIGH, "late": LOW, "odds": {"late": 1.5}, "none": None, "flag": True}


@pytest.fixture
def outputs(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    shown: list[Any] = []
    keep = lambda data, **_: shown.append({"data": json.loads(json.dumps(data))})  # noqa: E731
    monkeypatch.setattr("IPython.display.display", keep)
    return shown


def test_facts_are_published_as_outputs(outputs: list[Any]) -> None:
    made = [
        ("result", "early", "early", {3: ""}),
        ("result", "odds.late", "odds.late", {3: ""}),
        ("result", "odds.never", "odds.never", {3: ""}),
        ("years", "early", "early", {4: ""}),
        ("statement", "fall", "fell(late, early), minority(late)", {5: "It fell."}),
    ]
    publish(SCOPE, "x.md", made)
    results = harvest(outputs)
    assert results["early"] == Estimate(
        0.64, 0.53, 0.73, 55, 86, "share", "early", range="sampling"
    )
    assert (results["odds.late"].value, results["odds.late"].unit) == (1.5, "")
    assert results["odds.never"].value is None
    assert [results[f"early.{end}"].value for end in ("first", "last")] == [2010, 2014]
    assert harvest_statements(outputs)["fall"].holds is True


@pytest.mark.parametrize(
    ("said", "kind", "because"),
    [
        ("{result}`early:counts` did. {holds}`s = counts(early, 50, of=86)`", "number", "55 of 86"),
        ("Fifty did. {holds}`s = counts(early, 50, of=86)`", "sentence", "55 of 86"),
        (
            "{result}`early` did, a minority. {holds}`s = counts(early, 5), minority(early)`",
            "sentence",
            "64% (53 to 73) is not below 50%",
        ),
        (
            "{result}`early` did. {holds}`s = about_value(year, 2020, by=0), minority(early)`",
            "question",
            "2,021 is not 2,020",
        ),
        ("It fell. {holds}`s = fell(early, late)`", "question", "does not follow"),
        (
            "So {result}`early` did. {holds}`minority(late)` {holds}`s = counts(early, 5)`",
            "number",
            "55",
        ),
    ],
)
def test_a_sentence_turns_a_number_moves_or_the_question_is_another_one(
    outputs: list[Any], said: str, kind: str, because: str
) -> None:
    scope = {**SCOPE, "year": 2021, "__annotations__": {"year": int}}
    quotes = quotes_of("models", said)
    publish(
        scope, "x.md", [(one.kind, one.key, one.code, one.sentences, one.results) for one in quotes]
    )
    found = harvest_statements(outputs)["s"]
    assert (found.holds is not True, found.kind) == (True, kind)
    assert because in found.because
    assert found.turns is (kind == "sentence")


def test_all_that_cannot_be_made_is_named_at_once_and_nothing_is_published(
    outputs: list[Any],
) -> None:
    wrong = [
        ("result", "early", "early", {3: "Fine."}),
        ("result", "none", "none", {4: "It is nothing."}),
        ("result", "flag", "flag", {5: "It is true."}),
        ("statement", "early", "early", {6: "It is no comparison."}),
        ("statement", "x", "fell(early, 'text')", {7: "It is text."}),
        ("result", "early.valeu", "early.valeu", {8: "A slip."}),
    ]
    with pytest.raises(ResultError) as error:
        publish(SCOPE, "x.md", wrong)
    lines = str(error.value).splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"x.md:{n}" for n in (4, 5, 6, 7, 8)]
    assert "did you mean value?" in lines[-1]
    assert "(in: It is no comparison.)" in lines[2]
    assert outputs == []


def test_years_are_those_of_a_pair_a_year_or_an_estimate() -> None:
    assert years_in((2020, 2022)) == years_in([2020, 2022]) == years_in(LOW) == (2020, 2022)
    assert years_in(2022) == (2022, 2022)
    assert years_in(Estimate(None)) == (None, None)
    with pytest.raises(ResultError, match="is not a period: give first and last year"):
        years_in("early")


@given(st.sampled_from(sorted(COMPARISONS)), st.text("ab,=() `", max_size=12))
def test_what_is_read_is_read_again_as_itself(name: str, inner: str) -> None:
    try:
        statement = read_statement(f"{name}({inner})")
    except UsageError:
        return
    assert read_statement(statement.code).code == statement.code


@pytest.mark.heavy
@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        quotes_of("models", f"# A\n\n{{holds}}`{text}` {{result}}`{text}`\n")
    except UsageError as error:
        problems = error.problems
    else:
        problems = ()
    assert all(len(problem.splitlines()) == 1 for problem in problems)


def test_expressions_see_no_builtins_and_no_private_parts() -> None:
    with pytest.raises(NameError):
        compared("open('x')", {})
    with pytest.raises(AttributeError, match="no '_secret'"):
        value_at("early._secret", SCOPE)


def test_ids_of_places_are_ids_and_differ() -> None:
    keys = ["fall", "fell(a, b)", "fell(a, c)", "cd.at_most(runs, 'x', {2010: 3})"]
    ids = [anchor(f"models:{key}", "models") for key in keys]
    assert len(set(ids)) == len(keys)
    assert all(not set(" '(){}:,") & set(one) for one in ids)
    assert anchor("models:fall", "index") == "holds-models-fall"


@pytest.mark.heavy
def test_a_chapter_is_run_and_its_sentences_are_tested(said: Say, book: Project) -> None:
    chapter = book.root / "notebooks/first.md"
    add_cell(chapter, "twice = 2 * number.value\nlist_of = [1, 2]")
    chapter.write_text(
        f"{chapter.read_text()}\nIt doubles to {{result}}`twice`."
        " That is more. {holds}`more = above_value(twice, number)`"
        " It is two long. {holds}`above_value(len(list_of), 1), below_value(number, 2)`\n"
    )
    code, out, _ = said("run", "first", "--json")
    assert (code, json.loads(out)["first"]["twice"]["value"]) == (0, 2)
    assert said("build")[0] == 0
    found = json.loads((book.editions / "default/statements.json").read_text())["first"]
    assert found["more"]["holds"] is True
    [mark] = found["more"]["marks"]
    assert mark["sentence"] == "That is more."


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("It is {result}`twiec`.", "no 'twiec' in the chapter; did you mean twice?"),
        ("It is so. {holds}`above(twice`", "is not Python"),
        ("It is so. {holds}`twice`", "is not a comparison such as below(late, early)"),
        ("It is {result}`text`.", "is neither an estimate nor a finite number"),
    ],
)
def test_what_cannot_be_made_is_named_by_commands(
    sentence: str, why: str, said: Say, book: Project
) -> None:
    chapter = book.root / "notebooks/first.md"
    add_cell(chapter, "twice = 2 * number.value\ntext = 'x'")
    chapter.write_text(f"{chapter.read_text()}\n{sentence}\n")
    line = len(chapter.read_text().splitlines())
    code, _, error = said("run", "first")
    assert code == 1
    assert f"notebooks/first.md:{line}: " in error
    assert why in error
    assert "Traceback" not in error


@pytest.mark.heavy
def test_nothing_is_run_to_look_at_a_chapter(said: Say, book: Project, tmp_path: Path) -> None:
    chapter = book.root / "notebooks/first.md"
    add_cell(chapter, f"open({str(tmp_path / 'ran')!r}, 'w')\nmine = 1")
    chapter.write_text(
        f"{chapter.read_text()}\nIt is {{result}}`mine`. {{holds}}`below(mine, 2)`\n"
    )
    for command in (["check"], ["params"]):
        said(*command)
    assert not (tmp_path / "ran").exists()
    assert Quote("result", "mine", "mine", {}).key == "mine"
