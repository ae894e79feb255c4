"""Charts of the papers' chapters: what they draw, and that they hold when there is nothing to draw."""

from __future__ import annotations

import json

import altair as alt
import pandas as pd
import pytest
import vl_convert

from compute_divide.figures.papers import (
    base_bars,
    named_bars,
    odds_forest,
    share_rows,
    team_dots,
    venue_lines,
    venue_name,
)

TEAMS = ["academia-only", "collaboration", "industry-only"]
SHARES = pd.DataFrame(
    [
        {"venue": venue, "year": year, "team_type": team, "k": 10, "n": 40, "share": 0.25, "low": 0.15, "high": 0.4}
        for venue in ("icml", "neurips", "kdd")
        for year in (2019, 2020, 2021)
        for team in TEAMS
    ]
)
ONE_TEAM = SHARES[SHARES["team_type"] == "academia-only"]
ODDS = pd.DataFrame(
    {
        "what": ["robustness and attacks", "fairness", "safety"],
        "period": ["2019", "2020", "2020"],
        "odds_ratio": [1.5, 0.6, None],
        "low": [1.2, 0.3, None],
        "high": [2.0, 1.1, None],
        "n": [40, 30, 3],
    }
)
NOTHING = ODDS.assign(odds_ratio=float("nan"), low=float("nan"), high=float("nan"))
NAMED = pd.DataFrame(
    {
        "label": ["BERT", "Vicuna"],
        "maker": ["Google", "universities"],
        "team": ["industry-only", "academia-only"],
        "access": ["open", "open"],
        "papers": [12, 3],
    }
)
BASES = pd.DataFrame(
    {
        "team_type": ["academia-only", "academia-only", "industry-only"],
        "base_team": ["industry-only", "unknown", "industry-only"],
        "models": [5, 1, 9],
    }
)
CHARTS = {
    "lines": lambda: venue_lines(ONE_TEAM, "Papers", (2019.5, 2020.5)),
    "lines without a turn": lambda: venue_lines(ONE_TEAM, "Papers"),
    "odds": lambda: odds_forest(ODDS, "what", "Odds ratio", by="period"),
    "no odds": lambda: odds_forest(NOTHING, "what", "Odds ratio", by="period"),
    "rows": lambda: share_rows(ONE_TEAM.head(2).assign(what=["a", "b"]), "what", "Share", emphasis=["a"]),
    "rows beside": lambda: share_rows(ONE_TEAM.head(1).assign(what="a", blind=0.3), "what", "Share", beside="blind"),
    "teams": lambda: team_dots(SHARES.head(3).assign(what="a"), "what", "Share", TEAMS),
    "named": lambda: named_bars(NAMED, "Papers"),
    "bases": lambda: base_bars(BASES, TEAMS),
}


@pytest.mark.parametrize("name", list(CHARTS))
def test_a_chart_is_valid_and_can_be_drawn(name):
    chart = CHARTS[name]()
    spec = chart.to_dict()
    text = json.dumps(spec, allow_nan=False)
    assert "title" not in spec
    if not isinstance(chart, alt.FacetChart):
        assert spec["width"] == "container"
    picture = vl_convert.vegalite_to_svg(text.replace('"container"', "640").replace("currentColor", "#000"))
    assert picture.startswith("<svg")


def test_every_venue_is_named_at_the_end_of_its_line():
    picture = vl_convert.vegalite_to_svg(json.dumps(CHARTS["lines"]().to_dict()).replace('"container"', "640"))
    assert all(f">{venue_name(venue)}</text>" in picture for venue in ("icml", "neurips", "kdd"))


def test_a_row_without_odds_keeps_its_place():
    picture = vl_convert.vegalite_to_svg(json.dumps(CHARTS["odds"]().to_dict()).replace('"container"', "640"))
    assert ">safety</text>" in picture


def test_odds_are_on_a_logarithmic_axis_that_holds_one():
    scale = CHARTS["odds"]().to_dict()["layer"][2]["encoding"]["x"]["scale"]
    assert scale["type"] == "log"
    assert scale["domain"][0] < 0.3 < 1 < 2.0 < scale["domain"][1]
