"""How few rows carry a finding: as many relabelled overturn it, one fewer does not."""

from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import compute_divide as cd
from holdtrue.comparisons.order import fell

ACADEMIA = "academia-only"
INDUSTRY = "industry-only"


def rows_of(early: tuple[int, int], late: tuple[int, int]) -> pd.DataFrame:
    """Return models of two years, so many of universities alone and of companies alone."""
    rows = []
    for year, (academic, companies) in ((2012, early), (2022, late)):
        rows += [(year, ACADEMIA)] * academic + [(year, INDUSTRY)] * companies
    models = pd.DataFrame(rows, columns=["year", "team_type"])
    names = [f"model {number}" for number in range(len(models))]
    return models.assign(model=names, training_compute_flop=1e20)


EARLY = cd.Question("academia", ACADEMIA, 2012)
LATE = cd.Question("academia", ACADEMIA, 2022)
COUNTS = st.tuples(st.integers(0, 12), st.integers(0, 12))


@settings(max_examples=60, deadline=None)
@given(early=COUNTS, late=COUNTS)
def test_no_smaller_relabelling_overturns_a_fall(early, late):
    rows = rows_of(early, late)
    fewest = cd.fragility(rows, "fell", LATE, EARLY).value
    shares = [LATE.answer(rows), EARLY.answer(rows)]
    if not fell(*shares).holds:
        assert fewest is None
        return
    distances = []
    for k_early, k_late in product(range(sum(early) + 1), range(sum(late) + 1)):
        other = rows_of((k_early, sum(early) - k_early), (k_late, sum(late) - k_late))
        if fell(LATE.answer(other), EARLY.answer(other)).holds is False:
            distances.append(abs(k_early - early[0]) + abs(k_late - late[0]))
    assert fewest == (min(distances) if distances else None)


def relabelled(rows: pd.DataFrame, names: list[str], team: str) -> pd.DataFrame:
    """Return rows in which the named models are of another team."""
    return rows.assign(team_type=rows["team_type"].mask(rows["model"].isin(names), team))


@pytest.mark.parametrize("definition", ["top-k-per-year", "notability-filter", "near-record"])
def test_of_real_rows_the_named_ones_overturn_the_fall_and_one_fewer_does_not(definition):
    models = cd.with_records(cd.data.models("2026-08"), "audited")
    large = cd.large_scale(models, definition)
    early = cd.Question("academia", ACADEMIA, (2010, 2014))
    late = cd.Question("academia", ACADEMIA, (2020, 2022))
    fewest = int(cd.fragility(large, "fell", late, early).value)
    of_late = cd.in_years(large, late.period)
    others = of_late.loc[of_late["team_type"] == INDUSTRY, "model"].drop_duplicates().tolist()
    of_early = cd.in_years(large, early.period)
    academic = of_early.loc[of_early["team_type"] == ACADEMIA, "model"].drop_duplicates().tolist()

    def falls(count_late: int, count_early: int) -> bool | None:
        changed = relabelled(large, others[:count_late], ACADEMIA)
        changed = relabelled(changed, academic[:count_early], INDUSTRY)
        return fell(late.answer(changed), early.answer(changed)).holds

    ways = [(count, fewest - count) for count in range(fewest + 1)]
    assert any(falls(*way) is False for way in ways)
    fewer = [(count, fewest - 1 - count) for count in range(fewest)]
    assert all(falls(*way) for way in fewer)


def test_the_names_are_those_that_nobody_checked_first():
    rows = rows_of((8, 2), (1, 9)).assign(team_checked=True)
    rows.loc[15, "team_checked"] = False
    label = cd.fragility(rows, "fell", LATE, EARLY).label
    assert label.partition(": ")[2].split(", ")[0] == "model 15"


def test_an_unknown_comparison_is_refused():
    with pytest.raises(ValueError, match="'fel' is not one of above, below, fell"):
        cd.fragility(rows_of((3, 1), (1, 3)), "fel", LATE, EARLY)
