"""What a page makes of a chart: data, specifications for both columns, pictures."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from bookpress.page.base import charts
from bookpress.page.base.charts import Chart, ChartError, Column, Data, cell, read_chart, sort_key
from bookpress.page.figures import render as drawing

SPEC: dict[str, Any] = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.4.1.json",
    "width": "container",
    "height": 120,
    "data": {"name": "d"},
    "datasets": {"d": [{"x": 1, "y": 2}, {"x": 2, "y": 3}]},
    "mark": {"type": "line", "color": "currentColor"},
    "encoding": {"x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"}},
}
METADATA: dict[str, Any] = {
    "name": "fig-small",
    "title": "It rises",
    "alt": "A line that rises.",
    "description": "From 2 to 3.",
    "source": "Ours.",
    "licence": "CC BY 4.0",
    "data": {
        "columns": [{"name": "x", "label": "X", "kind": "year"}, {"name": "y", "label": "Y", "kind": "share"}],
        "rows": [[2010, 0.5], [2011, None]],
    },
}


@pytest.fixture
def chart() -> Chart:
    return read_chart(SPEC, METADATA)


@pytest.mark.parametrize("part", ["title", "alt", "description", "name", "data"])
def test_a_chart_without_a_part_is_refused_by_name(part: str) -> None:
    lacking = {key: value for key, value in METADATA.items() if key != part}
    with pytest.raises(ChartError, match=r"fig-small|without a name"):
        read_chart(SPEC, lacking)


def test_csv_keeps_full_precision_and_leaves_missing_values_empty() -> None:
    data = Data(
        columns=[Column(name="a", label="A"), Column(name="b", label="B")], rows=[[1 / 3, 'say "x", y'], [None, "é"]]
    )
    rows = list(csv.reader(io.StringIO(charts.to_csv(data))))
    assert rows == [["a", "b"], [repr(1 / 3), 'say "x", y'], ["", "é"]]


def test_a_still_picture_has_a_width_and_leaves_the_chart_as_it_was(chart: Chart) -> None:
    before = json.dumps(SPEC)
    assert charts.still(chart.spec)["width"] == charts.WIDTHS["wide"]
    assert charts.still(chart.spec, "narrow")["width"] == charts.WIDTHS["narrow"]
    assert json.dumps(SPEC) == before


def test_parts_side_by_side_stand_one_below_the_other_in_a_narrow_column() -> None:
    made = charts.fitted({"hconcat": [{"width": 300}, {"width": 90}]}, "narrow")
    assert "hconcat" not in made
    assert [part["width"] for part in made["vconcat"]] == [charts.WIDTHS["narrow"] - 90, 90]
    assert "hconcat" in charts.fitted({"hconcat": [{"width": 300}]}, "wide")


def test_on_a_phone_titles_break_legends_stand_upright_beside_names_and_small_charts_stand_two_abreast() -> None:
    rows = {
        "encoding": {
            "x": {"title": "Odds of a company author, papers on the topic over all others"},
            "y": {"type": "nominal"},
        }
    }
    made = charts.fitted({"width": "container", "layer": [rows]}, "narrow")
    assert made["layer"][0]["encoding"]["x"]["title"] == [
        "Odds of a company author, papers on the",
        "topic over all others",
    ]
    assert made["config"]["legend"]["columns"] == 1
    assert (
        charts.fitted({"layer": [{"encoding": {"y": {"type": "quantitative"}}}]}, "narrow")["config"]["legend"][
            "columns"
        ]
        == 2
    )
    facets = charts.fitted({"columns": 3, "spec": {"width": 200}}, "narrow")
    assert (facets["columns"], facets["spec"]["width"]) == (2, 125)


def test_the_script_carries_the_data_once_for_both_columns(chart: Chart) -> None:
    text = charts.to_script(chart)
    assert text.startswith('bookpress.chart("fig-small",')
    payload = json.loads(text.removeprefix('bookpress.chart("fig-small",').removesuffix(");\n"))
    assert payload["datasets"] == SPEC["datasets"]
    assert set(payload) == {"datasets", "wide", "narrow"}
    assert "datasets" not in payload["wide"]


def test_the_document_is_vega_lite_with_title_and_alternative(chart: Chart) -> None:
    document = json.loads(charts.to_vegalite(chart))
    assert (document["title"], document["description"], document["datasets"]) == (
        "It rises",
        "A line that rises.",
        SPEC["datasets"],
    )


def test_altair_and_vl_convert_speak_the_same_version() -> None:
    import altair as alt
    import vl_convert

    version = charts.VEGALITE_VERSION
    assert alt.SCHEMA_VERSION.lstrip("v").startswith(f"{version}.")
    assert version in vl_convert.get_vegalite_versions()


def test_pictures_are_drawn_once_and_the_same_each_time(chart: Chart, tmp_path: Path) -> None:
    drawing.draw([chart, chart], tmp_path)
    wide, narrow, png = (tmp_path / f"{chart.key}{ending}" for ending in ("-wide.svg", "-narrow.svg", ".png"))
    first = [path.read_bytes() for path in (wide, narrow, png)]
    assert b"currentColor" in first[0]
    assert first[2].startswith(b"\x89PNG")
    stamps = [path.stat().st_mtime_ns for path in (wide, narrow, png)]
    drawing.draw([chart], tmp_path)
    assert [path.stat().st_mtime_ns for path in (wide, narrow, png)] == stamps
    drawing.draw([chart], tmp_path / "again")
    assert [(tmp_path / "again" / path.name).read_bytes() for path in (wide, narrow, png)] == first


def test_the_fonts_of_the_machine_change_no_picture(
    chart: Chart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drawn(name: str, fonts: str) -> list[bytes]:
        settings = tmp_path / f"{name}.xml"
        settings.write_text(f"<fontconfig><dir>{fonts}</dir></fontconfig>", encoding="utf-8")
        monkeypatch.setenv("FONTCONFIG_FILE", str(settings))
        labelled = {**SPEC, "config": {"axis": {"labelExpr": "'10⁻⁵ ' + datum.label"}}}
        drawing.draw([chart.model_copy(update={"spec": labelled})], tmp_path / name)
        return [path.read_bytes() for path in sorted((tmp_path / name).iterdir())]

    assert drawn("some", "/usr/share/fonts") == drawn("none", "/nonexistent")


def test_a_chart_that_cannot_be_drawn_is_named(chart: Chart, tmp_path: Path) -> None:
    broken = chart.model_copy(update={"name": "fig-broken", "spec": {**SPEC, "mark": "no such mark"}})
    with pytest.raises(drawing.DrawingError, match="fig-broken"):
        drawing.draw([broken], tmp_path)
    assert not list(tmp_path.glob("*.png"))


def test_cells_and_their_sort_keys() -> None:
    assert cell(0.6395, "share") == "64%"
    assert float(sort_key(0.6395, "share")) == 0.6395
    assert (cell(None, "share"), sort_key(None, "share")) == ("–", "")
    assert cell(2010.0, "year") == "2010"
    assert cell(1234567, "number") == "1,234,567"
