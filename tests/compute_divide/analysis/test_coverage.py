"""What the database knows, counted; revisions between vintages as the reference work on the raw files found them."""

import pandas as pd
import pytest

from compute_divide.analysis.claims.related import count_of, index_by_vintage, models_counterparts
from compute_divide.analysis.models.coverage import known_by_team, known_by_year, share_known, vintage_summary
from compute_divide.analysis.models.drift import revised_share
from compute_divide.evidence.models.table import load_models


@pytest.fixture(scope="module")
def newest():
    return load_models("2026-08")


def test_compute_is_known_for_half_of_the_newest_vintage(newest):
    known = share_known(newest, "training_compute_flop", "")
    assert (known.k, known.n) == (535, 1050)


def test_years_and_teams_add_up_to_the_whole(newest):
    dated = newest[newest["year"].between(1950, 2026)]
    by_year = known_by_year(newest, "training_compute_flop", first=1950, last=2026)
    assert by_year["k"].sum() == dated["training_compute_flop"].notna().sum()
    assert by_year["n"].sum() == len(dated)
    assert sum(share.n for share in known_by_team(newest, "training_compute_flop").values()) == len(newest)


def test_the_summary_has_a_row_a_vintage_in_order(newest):
    summary = vintage_summary({"2026-08": newest, "2023-03": load_models("2023-03")})
    assert summary["vintage"].tolist() == ["2023-03", "2026-08"]
    assert summary["models"].tolist() == [534, 1050]
    assert summary["compute_known"].tolist() == [166, 535]


def test_three_in_ten_values_of_2023_were_revised_twofold(newest):
    twofold = revised_share(load_models("2023-03"), newest, 2)
    tenfold = revised_share(load_models("2023-03"), newest, 10)
    assert twofold.value == pytest.approx(0.30, abs=0.02)
    assert tenfold.value == pytest.approx(0.14, abs=0.02)
    assert tenfold.n == twofold.n


def test_nothing_is_revised_between_a_table_and_itself(newest):
    assert revised_share(newest, newest, 1.01).k == 0
    with pytest.raises(ValueError, match="above 1"):
        revised_share(newest, newest, 1)


def test_the_vintage_of_the_ai_index_reads_as_the_ai_index_did():
    counted = index_by_vintage({"2025-02": load_models("2025-02")}, [2024])
    assert counted[["industry", "academia", "n"]].iloc[0].tolist() == [49, 0, 55]


def test_a_year_outside_the_vintage_has_no_count(newest):
    assert count_of(load_models("2023-03"), 2024, "academia-only").value is None
    assert {part.related for part in models_counterparts(newest)} >= {
        "ahmed-biggest-2021",
        "sevilla-doubling-after-2010",
    }


def test_counts_ignore_models_that_are_not_notable(newest):
    assert count_of(load_models("2026-03"), 2024, "industry-only").n == 102
    assert pd.notna(count_of(newest, 2024, "industry-only").value)
