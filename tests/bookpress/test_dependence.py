"""Which parameters what prose quotes rests on, told by the code alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from bookpress.chapter.publish import TAG
from bookpress.elements.choices.dependence import dependence_of

PARAMETERS = ["vintage", "rule", "first"]


def cell(source: str, **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": metadata}


def rests_on(code: str, *quoted: str) -> Mapping[str, Sequence[str]]:
    facts = [("result", name, name, {1: "A sentence."}) for name in quoted]
    quotes = cell(f"publish(globals(), 'a.md', {facts!r})", tags=[TAG])
    return dependence_of([cell(code), quotes], PARAMETERS)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("models = load(vintage)\nshare = count(models, first)", ("vintage", "first")),
        ("share = 3", None),
        ("def of(vintage):\n    return vintage + 1\nshare = of(rule)", ("rule",)),
        ("def of(year):\n    return year + first\nshare = of(3)", ("first",)),
        ("share = [rule for rule in (1, 2)]", None),
        ("rows = []\nrows.append(rule)\nshare = len(rows)", ("rule",)),
        ("table = {}\ntable['a'] = rule\nshare = table['b']", ("rule",)),
        ("import numpy as np\nnp.sort(rule)\nshare = np.sum(3)", None),
        ("if rule:\n    share = 1\nelse:\n    share = 2", ("rule",)),
        ("%matplotlib inline\nshare = rule", ("rule",)),
        ("share = ", None),
    ],
)
def test_a_name_rests_on_all_that_made_it(code: str, expected: Sequence[str] | None) -> None:
    assert rests_on(code, "share").get("share") == expected


def test_a_figure_rests_on_its_cell_and_a_statement_on_what_it_compares() -> None:
    quotes = "publish(globals(), 'a.md', [('statement', 'fell', 'fell(early, late)', {1: 'It.'})])"
    cells = [
        cell("early = count(first)\nlate = count(rule)"),
        cell("plot(early)", mystnb={"figure": {"name": "fig-early"}}),
        cell(quotes, tags=[TAG]),
    ]
    assert dependence_of(cells, PARAMETERS) == {
        "fig-early": ("first",),
        "fell": ("rule", "first"),
    }
