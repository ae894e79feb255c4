"""The charts of the chapters on models, drawn: every mark is there, no text leaves the picture, no text is coloured."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pandas as pd
import pytest
import vl_convert

from bookpress.page.figures.show import VEGALITE_MIME, figure_output
from bookpress.page.figures.theme import INK
from compute_divide.analysis.models.drift import readings
from compute_divide.analysis.models.multiverse import (
    Question,
    answers,
    curve,
    settings_by_rank,
    specifications,
    swings,
    usable,
)
from compute_divide.analysis.statistics.estimates import in_years, shares_by
from compute_divide.analysis.statistics.resampling import ratios_by_period
from compute_divide.analysis.statistics.trends import growth
from compute_divide.evidence.claims import load_claims
from compute_divide.evidence.models.table import load_models
from compute_divide.figures import models as model_figures
from compute_divide.figures import robustness
from compute_divide.figures.base.marks import TEAM_NAMES, share_lines, three_year_means

TEAMS = ["academia-only", "collaboration", "industry-only"]
EARLY = Question("academia", "academia-only", 2010, 2014)
LATE = Question("academia", "academia-only", 2020, 2022)
VINTAGES = ("2023-03", "2026-08")
CLAIMS = ("academia-share-early", "academia-share-late", "industry-share-2022")


@pytest.fixture(scope="module")
def drawn():
    """Every chart with its data, by name."""
    tables = {vintage: load_models(vintage) for vintage in VINTAGES}
    models = tables["2026-08"]
    values = {name: load_claims()[name].value for name in CLAIMS}
    by_year = shares_by(in_years(models, 2010, 2026), ["year"], TEAMS)
    tiles = model_figures.tile_rows(models, 2010)
    everything = answers(tables, [EARLY, LATE])
    points = model_figures.compute_points(models, 2010)
    trends = {team: growth(in_years(models[models["team_type"] == team], 2010, 2025), team) for team in TEAMS[::2]}
    gaps = ratios_by_period(models, [(2012, 2017), (2024, 2025)], "training compute")
    specs = usable(specifications(tables))
    read = readings(tables, [2021, 2022, 2024], ["industry-only"])
    return {
        "share_lines": (share_lines(by_year), by_year),
        "model_tiles": (model_figures.model_tiles(tiles), tiles),
        "definition_dots": (
            model_figures.definition_dots(everything[everything["vintage"] == "2026-08"], "all"),
            everything,
        ),
        "compute_scatter": (
            model_figures.compute_scatter(points, models, trends, (2010, 2025), {"AlexNet": "AlexNet"}),
            points,
        ),
        "ratio_by_era": (model_figures.ratio_by_era(gaps, "Industry over academia"), gaps),
        "definition_grid": (robustness.definition_grid(everything, [EARLY.name, LATE.name]), everything),
        "compute_bars": (model_figures.compute_bars(model_figures.compute_shares(tiles)), tiles),
        "drift_lines": (robustness.drift_lines(read, [2022], "industry-only", "Industry-only share"), read),
        "specification_curves": (
            robustness.specification_curves(curve(specs, 12), settings_by_rank(specs, 12), values),
            curve(specs, 12),
        ),
        "swing_dots": (robustness.swing_dots(swings(specs)), swings(specs)),
    }


CHARTS = (
    "share_lines",
    "model_tiles",
    "definition_dots",
    "compute_scatter",
    "ratio_by_era",
    "definition_grid",
    "compute_bars",
    "drift_lines",
    "specification_curves",
    "swing_dots",
)


def spec_of(drawn, name, width):
    """Return the specification of a chart as the page sizes it."""
    chart, data = drawn[name]
    texts = {"title": "t", "alt": "a", "description": "d", "source": "s"}
    output, _ = figure_output(chart, name="fig-x", data=data, **texts)
    return output[VEGALITE_MIME] | {"width": width, "autosize": {"type": "fit-x", "contains": "padding"}}


def scenegraph(drawn, name, width):
    """Return the drawn items of a chart and the size of its picture."""
    scene = vl_convert.vegalite_to_scenegraph(spec_of(drawn, name, width), vl_version="6.4")
    return list(items(scene["scenegraph"], *scene["origin"])), scene["width"]


def items(mark, x, y):
    """Yield (kind, x, y, item) of all items below a mark, positions counted from the corner of the picture."""
    for item in mark.get("items", []):
        here = x + item.get("x", 0), y + item.get("y", 0)
        if mark.get("marktype") == "group":
            for below in item.get("items", []):
                yield from items(below, *here)
        else:
            yield mark["marktype"], *here, item


@pytest.mark.parametrize("width", [640, 340])
@pytest.mark.parametrize("name", CHARTS)
def test_no_text_leaves_the_picture(drawn, name, width):
    found, full = scenegraph(drawn, name, width)
    assert full <= width + 1
    for kind, x, _, item in found:
        if kind == "text" and item.get("text") and item.get("opacity", 1) > 0:
            length = 0.45 * item.get("fontSize", 11) * max(map(len, lines(item["text"])))
            left = x + item.get("dx", 0) - length * {"left": 0, "center": 0.5, "right": 1}[item.get("align", "left")]
            assert left > -0.1 * length, item["text"]
            assert left + length < full + 0.1 * length, item["text"]


def lines(text):
    """Return the lines of a text mark, which holds one text or a list of them."""
    return [str(line) for line in text] if isinstance(text, list) else [str(text)]


@pytest.mark.parametrize("name", CHARTS)
def test_all_text_has_the_colour_of_the_page(drawn, name):
    found, _ = scenegraph(drawn, name, 640)
    texts = [item for kind, _, _, item in found if kind == "text" and item.get("text")]
    assert len(texts) > 3
    assert {item.get("fill") for item in texts} == {INK}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_carries_little_beyond_its_data(drawn, name):
    spec = json.dumps(spec_of(drawn, name, 640), separators=(",", ":"))
    assert len(spec) < 90_000
    assert not re.search(r"\bNaN\b|\bInfinity\b", spec)


def test_every_share_of_the_grid_is_drawn(drawn):
    found, _ = scenegraph(drawn, "definition_grid", 640)
    data = drawn["definition_grid"][1].dropna(subset=["share"])
    told = sorted(item["text"] for kind, _, _, item in found if kind == "text" and str(item.get("text")).isdigit())
    assert told == sorted(f"{100 * share:.0f}" for share in data["share"])


def test_the_bars_of_a_year_fill_it(drawn):
    found, _ = scenegraph(drawn, "compute_bars", 640)
    bars = [(round(x), item["height"]) for kind, x, _, item in found if kind == "rect" and item.get("description")]
    heights = pd.DataFrame(bars, columns=["x", "height"]).groupby("x")["height"].sum()
    assert len(heights) == drawn["compute_bars"][1]["year"].nunique()
    assert heights.to_numpy() == pytest.approx(heights.iloc[0])


def test_labels_at_line_ends_stay_apart(drawn):
    found, _ = scenegraph(drawn, "share_lines", 340)
    names = {TEAM_NAMES[team] for team in TEAMS}
    heights = sorted(y for kind, _, y, item in found if kind == "text" and item.get("text") in names)
    assert len(heights) == 3
    assert all(lower - upper >= 12 for upper, lower in pairwise(heights))


def test_a_mean_of_three_years_pools_their_models_and_few_have_no_band():
    rows = pd.DataFrame({"year": [2010, 2011, 2012], "team_type": "other", "k": [1, 0, 2], "n": [1, 1, 4]})
    means = three_year_means(rows)
    assert means[["k", "n"]].to_numpy().tolist() == [[1, 2], [3, 6], [2, 5]]
    assert means["low"].isna().tolist() == [True, False, False]


def test_ratios_without_an_interval_keep_their_dot(drawn):
    found, _ = scenegraph(drawn, "ratio_by_era", 640)
    gaps: pd.DataFrame = drawn["ratio_by_era"][1]
    assert sum(kind == "symbol" for kind, *_ in found) == gaps["ratio"].notna().sum() == 2
    assert gaps["low"].isna().sum() == 1
