"""Figures and tables of chapters, given rows that no chapter of today gives them."""

import pandas as pd
import pytest

import compute_divide as cd


def rows_of_periods(*periods: str) -> pd.DataFrame:
    share = cd.wilson_share(3, 10, "universities alone").row()
    return pd.DataFrame([{"rule": "all models", "period": period, **share} for period in periods])


def test_rules_are_shown_over_fewer_than_three_periods_but_not_over_more() -> None:
    shown = cd.plot.rule_dots(rows_of_periods("2010", "2020"), "2026-08").description
    assert shown == "all models: 2010: 30%, interval 11% to 60%; 2020: 30%, interval 11% to 60%."
    with pytest.raises(ValueError, match=r"have 4 periods; at most 3 are allowed"):
        cd.plot.rule_dots(rows_of_periods("2010", "2015", "2020", "2025"), "2026-08")


def test_a_headline_that_no_rows_overturn_names_none() -> None:
    rows = pd.DataFrame({"model": ["BERT"], "year": 2018, "team_type": "industry-only"})
    question = cd.Question("academia", "academia-only", 2018)
    none = cd.fragility(rows, "majority", question)
    shown = cd.plot.fragility_table({"Universities made most": none}).data
    assert shown["rows"].isna().all()
    assert shown["names"].tolist() == [""]


def test_a_time_line_in_words_keeps_instruments_apart() -> None:
    listed = cd.data.instruments()
    two = listed[listed["short"].isin(["California: SB 53", "US: NDIF"])]
    words = cd.plot.instrument_timeline(two, "2026-11").description
    assert sorted(part.partition(":")[0] for part in words.split("; ")) == ["California", "US"]
    assert "2024: not binding, academics get in: on application" in words


def test_an_unknown_field_or_kind_is_refused_with_those_that_are_allowed() -> None:
    share = cd.wilson_share(1, 2, "wrong")
    with pytest.raises(ValueError, match=r"'teams' is not a field; allowed: team, compute, year"):
        cd.plot.label_error_dots({"teams": share})
    rows = pd.DataFrame([{"topic": "vision", "kind": "some", "odds_ratio": 1.0, **share.row()}])
    with pytest.raises(ValueError, match=r"'some' is not a kind of topic; allowed: much, little"):
        cd.plot.topic_odds(rows)
