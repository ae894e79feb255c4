"""How years fill up, in the chapter on robustness: on made-up records whose course is known, and on the real ones."""

import ast
from typing import Any

import numpy as np
import pandas as pd
import pytest
from notebooks.executed import CHAPTERS, names_of_chapter

import compute_divide as cd
from bookpress.myst import CELLS

VINTAGES = [f"{year}-{month}" for year in range(2019, 2026) for month in ("01", "07")]
NEEDED = {"triangle", "readings", "following", "growth_until", "young", "grown", "nowcast_error"}
"""The names whose cells make the nowcast."""


def cells_of_the_nowcast() -> str:
    """Return the cells of the chapter that make the nowcast, and nothing else."""
    cells = [cell["code"] for cell in CELLS.finditer(CHAPTERS["robustness"].source)]
    return "\n".join(code for code in cells if NEEDED & bound_in(code))


def bound_in(code: str) -> set[str]:
    """Return the names that the statements of a cell bind."""
    bound = set()
    for node in ast.parse(code).body:
        if isinstance(node, ast.FunctionDef):
            bound.add(node.name)
        if isinstance(node, ast.Assign):
            bound |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return bound


def nowcast(notable: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the names of these cells, for models of several vintages."""
    names: dict[str, Any] = {"cd": cd, "pd": pd, "notable": notable, "tables": notable}
    names["new_vintage"] = max(notable)
    exec(cells_of_the_nowcast(), names)  # noqa: S102 - cells of this book
    return names


def record(academia_per_year: float, industry_per_year: float) -> dict[str, pd.DataFrame]:
    """Return vintages in which each year starts with 100 models and each team type then grows at a steady rate."""
    tables = {}
    for vintage in VINTAGES:
        at, rows = int(vintage[:4]) + (int(vintage[5:]) - 0.5) / 12, []
        for year in range(2016, int(at)):
            for team, rate in (
                ("academia-only", academia_per_year),
                ("industry-only", industry_per_year),
            ):
                count = round(100 * np.exp(rate * min(at - year - 1, 2)))
                rows += [{"year": year, "team_type": team, "scope": "notable"}] * count
        tables[vintage] = pd.DataFrame(rows)
    return tables


@pytest.mark.parametrize(
    ("rates", "is_better"), [((0.5, 0.1), True), ((0.2, 0.2), False)], ids=["late", "alike"]
)
def test_the_nowcast_is_better_where_universities_are_listed_late_and_not_where_nothing_moves(
    rates, is_better
):
    names = nowcast(record(*rates))
    error = names["nowcast_error"]["full"].value
    assert (error < names["uncorrected_error"].value - 1) == is_better
    assert error < 2
    assert names["nowcast_error_at"](0).value == pytest.approx(names["uncorrected_error"].value)


def test_growth_up_to_a_vintage_uses_nothing_later():
    notable = names_of_chapter("robustness")["notable"]
    changed = {
        vintage: pd.concat([table, table[table["team_type"] == "academia-only"]])
        if vintage > "2025"
        else table
        for vintage, table in notable.items()
    }
    growth, same = (nowcast(tables)["growth"] for tables in (notable, changed))
    before = [vintage for vintage in growth if vintage < "2025"]
    assert len(before) > 3
    for vintage in before:
        pd.testing.assert_frame_equal(growth[vintage], same[vintage])
    assert not growth["2026-06"].equals(same["2026-06"])
    assert min(notable) not in growth


def test_a_single_vintage_shows_no_growth_and_no_movement():
    names = nowcast({"2023-03": names_of_chapter("robustness")["notable"]["2023-03"]})
    assert names["nowcast_error"]["full"].value is None
    assert names["uncorrected_error"].value is None


def test_shares_move_less_the_older_their_year():
    names = names_of_chapter("robustness")
    older = names["movement"](names["settled"], "older")
    assert older.value < names["moved_current"].value < 10
    assert names["moved_current"].high == pytest.approx(9.7, abs=0.1)
    nothing = names["settled"].head(0)
    assert names["movement"](nothing, "older").value is None
