"""The charts of the chapters, drawn: every mark is there, text has the colour of the page, little travels beside."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
import vl_convert

from bookpress.elements.figure.theme import INK, PAPER
from compute_divide.plot.introduction import three_year_means
from compute_divide.plot.scrutiny import kind_odds
from compute_divide.plot.training_compute import gap_by_era
from compute_divide.sources.papers.profiles import venue_name
from holdtrue.estimates import Estimate
from sampling import some

SLUGS = sorted(path.stem for path in (Path(__file__).parents[3] / "notebooks").glob("*.md"))


def drawn(spec):
    """Return the drawn items of a chart as (kind, x, item), as wide as a page has it."""
    scene = vl_convert.vegalite_to_scenegraph(spec | {"width": 640}, vl_version="6.4")
    return list(items(scene["scenegraph"], scene["origin"][0]))


def items(mark, x):
    for item in mark.get("items", []):
        here = x + item.get("x", 0)
        if mark.get("marktype") == "group":
            for below in item.get("items", []):
                yield from items(below, here)
        else:
            yield mark["marktype"], here, item


def texts_of(spec):
    return [item for kind, _, item in drawn(spec) if kind == "text" and item.get("text")]


@pytest.mark.heavy
@pytest.mark.parametrize("slug", some(SLUGS, 4, 9))
def test_text_has_the_colour_of_the_page_and_a_chart_carries_little_beyond_its_data(
    run_chapter, slug
):
    for name, figure in run_chapter(slug).figures.items():
        spec = figure.spec
        told = json.dumps(spec, separators=(",", ":"), allow_nan=False)
        assert len(told) < 130_000, name
        texts = texts_of(spec)
        assert len(texts) > 3, name
        assert {text.get("fill") for text in texts} <= {INK, "#808080"}, name


def figure_of(run_chapter, slug, name):
    """Return the specification of a figure and its data."""
    figure = run_chapter(slug).figures[name]
    columns = [column.name for column in figure.data.columns]
    return figure.spec, pd.DataFrame(figure.data.rows, columns=columns)


@pytest.mark.heavy
def test_the_bars_of_a_year_fill_it(run_chapter):
    spec, data = figure_of(run_chapter, "large-scale-models", "fig-frontier-compute")
    bars = [
        (round(x), item["height"])
        for kind, x, item in drawn(spec)
        if kind == "rect" and item.get("description")
    ]
    heights = pd.DataFrame(bars, columns=["x", "height"]).groupby("x")["height"].sum()
    assert len(heights) == data["year"].nunique()
    assert heights.to_numpy() == pytest.approx(heights.iloc[0])


def test_the_last_column_of_the_tiles_counts_universities_part(run_chapter):
    spec, tiles = figure_of(run_chapter, "large-scale-models", "fig-tiles")
    shown = [str(item["text"]) for item in texts_of(spec)]
    has_university = tiles["team_type"].str.contains("universities")
    years = has_university.groupby(tiles["year"])
    expected = [f"{part}/{whole}" for part, whole in zip(years.sum(), years.size(), strict=True)]
    assert sorted(text for text in shown if re.fullmatch(r"\d+/\d+", text)) == sorted(expected)
    assert "7/8" in expected


def test_team_types_are_told_apart_in_grey(run_chapter):
    spec, tiles = figure_of(run_chapter, "large-scale-models", "fig-tiles")
    names = [item for item in texts_of(spec) if item.get("opacity") == 1]
    bold = [item for item in names if item.get("fontWeight") == "bold"]
    italic = [item for item in names if item.get("fontStyle") == "italic"]
    assert len(bold) == (tiles["team_type"] == "universities alone").sum() > 20
    assert len(italic) == (tiles["team_type"] == "universities with companies").sum() > 20
    for slug, name in (("large-scale-models", "frontier-compute"), ("open-models", "bases")):
        spec, _ = figure_of(run_chapter, slug, f"fig-{name}")
        bars = [item for kind, _, item in drawn(spec) if kind == "rect" and item.get("description")]
        assert {bar.get("stroke") for bar in bars} == {PAPER}


def test_ratios_without_an_interval_keep_their_dot():
    gaps = {
        "2012": Estimate(30.0, unit="ratio", n=4),
        "2013": Estimate(40.0, 20.0, 80.0, n=20, range="sampling"),
    }
    chart = gap_by_era(gaps, "2026-08").chart
    assert sum(kind == "symbol" for kind, *_ in drawn(chart.to_dict())) == len(gaps)


@pytest.mark.heavy
def test_every_venue_is_named_at_the_end_of_its_line(run_chapter):
    spec, data = figure_of(run_chapter, "research-topics", "fig-papers-turn")
    assert {venue_name(venue) for venue in data["venue"]} <= {
        str(item["text"]) for item in texts_of(spec)
    }


def test_a_row_without_odds_keeps_its_place():
    rows = {
        "what": ["robustness", "safety"],
        "period": ["2019", "2020"],
        "odds_ratio": [1.5, None],
        "low": [1.2, None],
    }
    chart = kind_odds(pd.DataFrame({**rows, "high": [2.0, None], "n": [40, 3]})).chart
    assert {"robustness", "safety"} <= {item["text"][0] for item in texts_of(chart.to_dict())}


def test_a_mean_of_three_years_pools_their_models_and_few_have_no_band():
    rows = pd.DataFrame(
        {"year": [2010, 2011, 2012], "team_type": "other", "k": [1, 0, 2], "n": [1, 1, 4]}
    )
    means = three_year_means(rows)
    assert means[["k", "n"]].to_numpy().tolist() == [[1, 2], [3, 6], [2, 5]]
    assert means["low"].isna().tolist() == [True, False, False]


def test_the_frontier_names_no_anonymous_system_and_no_arsenal(run_chapter):
    texts = {
        str(item["text"])
        for item in texts_of(figure_of(run_chapter, "machines", "fig-frontier")[0])
    }
    assert {
        "JUPITER",
        "Alps",
        "Isambard-AI",
        "MareNostrum 5",
        "Leonardo",
        "Frontier",
        "Aurora",
        "Colossus",
        "Colossus 2",
    } <= texts
    assert not any(re.search(r"unnamed|Anonym|Livermore|Capitan", text) for text in texts)
