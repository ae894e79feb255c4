"""The ledger holds each statistic of the literature against the record of its day."""

import pytest

pytestmark = pytest.mark.heavy


def test_the_ai_index_stood_on_the_data_of_its_day(run_chapter):
    run = run_chapter("ledger")
    counted = {key: (one.k, one.n) for key, one in run.results.items()}
    assert counted["ai_index_2022_academia_share.then"] == (3, 35)
    assert counted["ai_index_2024_industry.then"] == (49, 55)
    assert counted["ai_index_2024_academia.then"] == (0, 55)
    assert run.results["models_2010"].value == 5, "five models make no share"
