"""The reporting triangle and the nowcast: made-up records whose course is known, and the real ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from compute_divide.analysis.models.nowcast import (
    AGES,
    movements,
    nowcast,
    reporting_triangle,
    score,
    scored,
    typical_movement,
)
from compute_divide.evidence.models.table import load_models
from compute_divide.evidence.store.files import vintages

VINTAGES = [f"{year}-{month}" for year in range(2019, 2026) for month in ("01", "07")]


def record(academia_per_year: float, industry_per_year: float) -> dict[str, pd.DataFrame]:
    """Return vintages in which each year starts with 100 models and each team type then grows at a steady rate."""
    tables = {}
    for vintage in VINTAGES:
        at, rows = int(vintage[:4]) + (int(vintage[5:]) - 0.5) / 12, []
        for year in range(2016, int(at)):
            for team, rate in (("academia-only", academia_per_year), ("industry-only", industry_per_year)):
                count = round(100 * np.exp(rate * min(at - year - 1, 2)))
                rows += [{"year": year, "team_type": team, "scope": "notable"}] * count
        tables[vintage] = pd.DataFrame(rows)
    return tables


@pytest.fixture(scope="module")
def triangle():
    return reporting_triangle({name: load_models(name) for name in vintages()})


def test_where_academia_is_logged_late_the_nowcast_finds_the_later_share():
    late = reporting_triangle(record(0.5, 0.1))
    reading = late[(late["vintage"] == "2025-01") & (late["year"] == 2024)].iloc[0]
    share = reading["industry-only"] / reading["n"]
    found = nowcast(late, "2025-01", 2024, "industry-only", until=2027.5)
    truth = np.exp(0.2) / (np.exp(0.2) + np.exp(1.0))
    assert found.value == pytest.approx(truth, abs=0.02)
    assert found.low < truth < found.high
    assert share - truth > 0.1
    assert nowcast(late, "2025-01", 2024, "industry-only", until=2027.5, strength=0).value == pytest.approx(share)


def test_the_score_prefers_the_nowcast_where_years_fill_up_alike_and_not_where_nothing_moves():
    for rates, better in (((0.5, 0.1), True), ((0.2, 0.2), False)):
        table = scored(reporting_triangle(record(*rates)), "industry-only")
        left, corrected = (score(table, column, "")[0].value for column in ("share", "nowcast"))
        assert (corrected < left - 1) == better


def test_a_nowcast_uses_nothing_later_than_its_vintage(triangle):
    before = triangle[triangle["vintage"] <= "2024-12"]
    one, other = (nowcast(table, "2024-12", 2024, "industry-only", 2026.6) for table in (triangle, before))
    assert one == other


def test_without_earlier_vintages_there_is_no_nowcast(triangle):
    first = triangle["vintage"].min()
    assert nowcast(triangle, first, 2021, "industry-only", 2026.6).value is None
    assert nowcast(triangle, "2026-08", 1999, "industry-only", 2028.0).value is None
    assert score(scored(triangle.head(0), "industry-only"), "share", "")[0].value is None


def test_movement_is_told_by_age(triangle):
    moved = movements(triangle, "industry-only")
    assert set(moved["band"]) == set(AGES)
    assert (moved["most"] >= moved["points"].abs() - 1e-9).all()
    settled = movements(triangle[triangle["vintage"] >= "2024-10"], "industry-only")
    current, older = (typical_movement(settled, band) for band in ("current year", "older"))
    assert older.value < current.value < 10
    assert current.high == pytest.approx(9.7, abs=0.1)
    assert typical_movement(settled.head(0), "older").value is None
