"""Figures and tables of chapters, given rows that no chapter of today gives them."""

import pandas as pd
import pytest

import compute_divide as cd
from bookpress.errors import UsageError


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


def test_errors_of_the_random_sample_are_credited_to_it_and_not_to_the_largest_runs() -> None:
    drawn = cd.plot.label_error_dots({"team": cd.wilson_share(7, 77, "team wrong")})
    assert "data/audit/sample.csv" in drawn.source


def test_rows_of_a_repeated_name_are_by_rule_alone_if_nobody_audited_them() -> None:
    changes = pd.DataFrame({"model": ["ViT", "GLaM"], "reason": ["no own run", "no own run"]})
    rows = pd.DataFrame({"model": ["ViT", "GLaM", "ViT"], "audit": ["confirmed", None, None]})
    assert cd.plot.change_count_table(changes, rows).data["unaudited"].tolist() == [1]


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


MODELS = pd.DataFrame({"team_type": [], "published": [], "year": [], "training_compute_flop": []})
MACHINE = pd.DataFrame({"country": ["Germany"], "h100e": [1.0], "flop": [1e25]}, index=["JUPITER"])
START = {"budget": 1_000_000, "quote": "median", "utilisation": 0.33, "months": 3}
NO_ENTRIES = {
    "bound_bars: parts": ({}, "works"),
    "country_bars: companies": ({}, "2026-08"),
    "fifth_rows: shares": ({}, "2026-08"),
    "gap_by_era: gaps": ({}, "2026-08"),
    "label_error_dots: errors": ({},),
    "ladder_bars: makers": ({}, MODELS, "2026-08"),
    "sum_bars: bought": ({},),
    "waterfall: factors": ({}, "2026-08"),
}
LACKING = {
    "budget_calculator: start has no 'chip'": (MODELS, START, 1e23, "2026-08"),
    "facility_calculator: start has no 'own_chips'": (
        MODELS,
        {**START, "chip": "NVIDIA A100 SXM4 80 GB"},
        1e23,
        "2026-08",
    ),
    "compute_scatter: trends has no 'all'": (MODELS, MODELS, {}, (2012, 2018), ["2026-08"]),
    "machine_runs: reached has no 'JUPITER'": (MACHINE, {}, {}, 2025),
    "ledger_table: claims, entries has no 'liang'": ([cd.Check("liang", 0.5)], {}, {}),
    "claimed_shares: claims, entries has no 'liang'": ([cd.Check("liang", 0.5)], {}, {}, []),
}


@pytest.mark.parametrize("where", NO_ENTRIES)
def test_nothing_to_draw_is_refused_in_a_line_that_names_it(where: str) -> None:
    draw = getattr(cd.plot, where.partition(":")[0])
    with pytest.raises(
        UsageError, match=f"^cd.plot.{where} has no entries; at least one is needed$"
    ):
        draw(*NO_ENTRIES[where])


@pytest.mark.parametrize("where", LACKING)
def test_an_entry_that_a_figure_needs_is_asked_for_by_name(where: str) -> None:
    draw = getattr(cd.plot, where.partition(":")[0])
    with pytest.raises(UsageError, match=f"^cd.plot.{where}; "):
        draw(*LACKING[where])


def test_a_calculator_starts_with_a_chip_and_a_price_that_it_offers() -> None:
    models = cd.in_years(cd.data.models("2026-08"), (2024, 2025))
    for name, value in {"chip": "NVIDIA H1000", "quote": "middle"}.items():
        start = {"chip": "NVIDIA H100 SXM5 80GB", **START, name: value}
        with pytest.raises(UsageError, match=f"start: {name}: '{value}' is not offered; "):
            cd.plot.budget_calculator(models, start, 4e23, "2026-08")
