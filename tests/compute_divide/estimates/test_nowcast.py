"""The reporting triangle and the nowcast: made-up records whose course is known, and the real ones."""

import numpy as np
import pandas as pd
import pytest

from compute_divide.estimates.models.nowcast import (
    AGES,
    ReportingTriangle,
    reporting_triangle,
    share_movements,
)
from compute_divide.sources.models.table import load_models
from compute_divide.sources.store.files import vintages

VINTAGES = [f"{year}-{month}" for year in range(2019, 2026) for month in ("01", "07")]


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


@pytest.fixture(scope="module")
def triangle():
    return reporting_triangle({name: load_models(name) for name in vintages()})


def test_where_academia_is_logged_late_the_nowcast_finds_the_later_share():
    late = reporting_triangle(record(0.5, 0.1))
    table, plain = (late.nowcasts("industry-only", strength) for strength in (1, 0))
    row = table[(table["vintage"] == "2024-01") & (table["year"] == 2023)].iloc[0]
    assert row["nowcast"] == pytest.approx(row["later"], abs=0.02)
    assert row["nowcast_low"] < row["later"] < row["nowcast_high"]
    assert row["share"] - row["later"] > 0.05
    assert plain["nowcast"].to_numpy() == pytest.approx(plain["share"].to_numpy())


def test_the_score_prefers_the_nowcast_where_years_fill_up_alike_and_not_where_nothing_moves():
    for rates, better in (((0.5, 0.1), True), ((0.2, 0.2), False)):
        table = reporting_triangle(record(*rates)).nowcasts("industry-only")
        left, corrected = (
            100 * (table[column] - table["later"]).abs().mean() for column in ("share", "nowcast")
        )
        assert (corrected < left - 1) == better


def test_a_nowcast_uses_nothing_later_than_its_vintage_and_none_is_made_without_earlier_ones(
    triangle,
):
    counts = triangle.counts
    later = counts["vintage"].between("2025-01", "2026-07")
    other = counts.assign(
        **{"academia-only": counts["academia-only"].mask(later, counts["academia-only"] + 5)}
    )
    one, same = (
        table.nowcasts("industry-only").query("vintage < '2025'")["nowcast"]
        for table in (triangle, ReportingTriangle(other))
    )
    assert one.tolist() == same.tolist()
    assert counts["vintage"].min() not in set(triangle.nowcasts("industry-only")["vintage"])
    assert triangle.since("2100-01").nowcasts("industry-only").empty


def test_movement_is_told_by_age(triangle):
    moved = share_movements(triangle.counts, "industry-only")
    assert set(moved["band"]) == set(AGES)
    assert (moved["most"] >= moved["points"].abs() - 1e-9).all()
    settled = triangle.since("2024-10")
    current, older = (settled.movement("industry-only", band) for band in ("current year", "older"))
    assert older.value < current.value < 10
    assert current.high == pytest.approx(9.7, abs=0.1)
    assert triangle.since("2100-01").movement("industry-only", "older").value is None
