"""Bars and lines by year, which a new chapter begins with."""

import pandas as pd
import pytest

import compute_divide as cd
from bookpress.elements.figure.show import Figure
from compute_divide.plot.base.marks import TEAM_COLOURS
from compute_divide.sources.store.files import EvidenceError

EVIDENCE = "models/2026-08.csv"
TEAMS = pd.DataFrame(
    {
        "year": [2010, 2010, 2011],
        "team_type": ["industry-only", "academia-only", "academia-only"],
        "n": [3, 5, 4],
    }
)


def layers(figure: Figure) -> list[dict]:
    return figure.chart.to_dict()["layer"]


@pytest.mark.parametrize("draw", [cd.plot.bars_by_year, cd.plot.lines_by_year])
def test_types_of_teams_have_the_names_and_colours_of_the_book(draw) -> None:
    figure = draw(TEAMS, "Models", EVIDENCE, y="n", by="team_type")
    scale = layers(figure)[0]["encoding"]["color"]["scale"]
    assert scale["domain"] == ["companies alone", "universities alone"]
    assert scale["range"] == [TEAM_COLOURS["industry-only"], TEAM_COLOURS["academia-only"]]
    assert figure.data["team_type"].tolist() == ["companies alone", *["universities alone"] * 2]
    assert "Epoch AI" in figure.source


def test_a_table_that_cannot_be_credited_is_named() -> None:
    with pytest.raises(EvidenceError, match=r"no table 'models\.csv' in data/"):
        cd.plot.lines_by_year(TEAMS, "Models", "models.csv", y="n", by="team_type")


def test_a_line_is_broken_where_a_year_is_missing() -> None:
    rows = pd.DataFrame({"year": [2010, 2011, 2014, 2015], "share": [0.1, 0.2, 0.3, 0.4]})
    chart = cd.plot.lines_by_year(rows, "Share", EVIDENCE).chart.to_dict()
    [runs] = [[row["run"] for row in data] for data in chart["datasets"].values()]
    assert runs[0] == runs[1] != runs[2] == runs[3]


def test_a_band_stands_for_an_interval() -> None:
    rows = pd.DataFrame({"year": [2010, 2011], "share": [0.1, 0.2]})
    kinds = [
        [layer["mark"]["type"] for layer in layers(cd.plot.lines_by_year(one, "Share", EVIDENCE))]
        for one in (rows, rows.assign(low=0.0, high=0.5))
    ]
    assert kinds == [["line", "point"], ["area", "line", "point"]]


def test_numbers_below_nothing_are_drawn() -> None:
    rows = pd.DataFrame({"year": [2010, 2011], "change": [-2.0, 3.0]})
    y = layers(cd.plot.lines_by_year(rows, "Change", EVIDENCE, y="change"))[0]["encoding"]["y"]
    assert y["scale"]["domain"] == [-2.0, 3.0]


@pytest.mark.parametrize(
    ("rows", "options", "said"),
    [
        (TEAMS, {"y": "m"}, "no column 'm'"),
        (TEAMS, {"by": "team-type"}, "did you mean team_type"),
        (TEAMS, {}, "2010 has several rows"),
        (TEAMS.drop(columns="year"), {}, "no column 'year'"),
    ],
)
def test_rows_that_make_no_figure_are_refused_in_words(rows, options, said) -> None:
    with pytest.raises(ValueError, match=said):
        cd.plot.bars_by_year(rows, "Models", EVIDENCE, **options)


def test_no_rows_are_no_figure() -> None:
    bundle, _ = cd.plot.bars_by_year(TEAMS.head(0), "Models", EVIDENCE)._repr_mimebundle_()
    assert "no data for this choice" in bundle["text/plain"]
