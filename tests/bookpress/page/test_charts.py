"""What a page makes of a chart: data, specifications for both columns, pictures."""

import csv
import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import etree
from processes import wait_for

from bookpress.elements.base import charts
from bookpress.elements.base.chart_widths import WIDTHS, fitted
from bookpress.elements.base.charts import Chart, Column, Data, read_chart
from bookpress.elements.figure import render as drawing
from bookpress.elements.figure.show import write_value
from bookpress.elements.figure.titled import Rasters, titled
from bookpress.elements.table.data_table import cell, sort_key
from bookpress.errors import PressError

SPEC: dict[str, Any] = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.4.1.json",
    "width": "container",
    "height": 120,
    "data": {"name": "d"},
    "datasets": {"d": [{"x": 1, "y": 2}, {"x": 2, "y": 3}]},
    "mark": {"type": "line", "color": "currentColor"},
    "encoding": {
        "x": {"field": "x", "type": "quantitative"},
        "y": {"field": "y", "type": "quantitative"},
    },
}
CELL = {
    "mystnb": {
        "figure": {"name": "fig-small", "caption": "It rises"},
        "image": {"alt": "A line that rises."},
    }
}
METADATA: dict[str, Any] = {
    "description": "From 2 to 3.",
    "source": "Ours.",
    "licence": "CC BY 4.0",
    "data": {
        "columns": [
            {"name": "x", "label": "X", "kind": "year"},
            {"name": "y", "label": "Y", "kind": "share"},
        ],
        "rows": [[2010, 0.5], [2011, None]],
    },
}


@pytest.fixture
def chart() -> Chart:
    return read_chart(SPEC, METADATA, CELL)


@pytest.mark.heavy
def test_what_draws_may_be_ready_long_before_the_first_chart(
    chart: Chart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "KEPT", tmp_path / "none")
    monkeypatch.setattr(drawing, "_queues", [])
    cache = tmp_path / "new/pictures"
    [process] = drawing.warm_up(cache)._processes
    wait_for(lambda: (cache / drawing.BUNDLE).exists() or process.poll() is not None)
    drawing.draw([chart], cache)
    assert drawing.sizes(chart, cache)


def test_in_a_narrow_column_parts_stand_below_each_other_and_titles_break() -> None:
    made = fitted({"hconcat": [{"width": 300}, {"width": 90}]}, "narrow")
    assert "hconcat" not in made
    assert [part["width"] for part in made["vconcat"]] == [WIDTHS["narrow"] - 90, 90]
    assert [
        part["width"]
        for part in fitted({"hconcat": [{"width": 336}, {"width": "container"}]}, "page")["hconcat"]
    ] == [480, 960]
    assert "hconcat" in fitted({"hconcat": [{"width": 300}]}, "wide")
    across = {"title": "Odds of a company author, papers on the topic over all others"}
    made = fitted({"layer": [{"encoding": {"x": across, "y": {"type": "nominal"}}}]}, "narrow")
    title = made["layer"][0]["encoding"]["x"]["title"]
    assert title == ["Odds of a company author, papers on the", "topic over all others"]
    assert made["config"]["legend"]["columns"] == 1
    plain = fitted({"layer": [{"encoding": {"y": {"type": "quantitative"}}}]}, "narrow")
    assert plain["config"]["legend"]["columns"] == 2
    facets = fitted({"columns": 3, "spec": {"width": 200}}, "narrow")
    assert (facets["columns"], facets["spec"]["width"]) == (2, 117)


def test_pictures_are_drawn_once_and_the_same_with_any_fonts(
    chart: Chart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labelled = {**SPEC, "config": {"axis": {"labelExpr": "'10⁻⁵ ' + datum.label"}}}
    chart = chart.model_copy(update={"spec": labelled})

    def drawn(fonts: str) -> dict[str, tuple[bytes, int]]:
        settings, cache = tmp_path / "fonts.xml", tmp_path / fonts.replace("/", "-")
        settings.write_text(f"<fontconfig><dir>{fonts}</dir></fontconfig>", encoding="utf-8")
        monkeypatch.setenv("FONTCONFIG_FILE", str(settings))
        drawing.draw([chart, chart], cache)
        return {
            path.name: (path.read_bytes(), path.stat().st_mtime_ns)
            for path in sorted(cache.iterdir())
        }

    first = drawn("/usr/share/fonts")
    names = [
        *(f"{chart.key}{ending}" for ending in ("-narrow.svg", "-page.svg", "-wide.svg")),
        drawing.BUNDLE,
    ]
    assert list(first) == sorted(names)
    assert b"currentColor" in first[f"{chart.key}-wide.svg"][0]
    assert drawn("/usr/share/fonts") == first
    assert [content for content, _ in drawn("/nonexistent").values()] == [
        content for content, _ in first.values()
    ]


def test_raised_digits_are_not_boxes_in_a_raster(tmp_path: Path) -> None:
    """Boxes for signs that a font lacks would look alike."""
    plain = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40"></svg>'
    powers = [f"10{digit}" for digit in "⁰¹²³⁴⁵⁶⁷⁸⁹"]
    pictures = [titled(plain, {"title": power}).svg for power in powers]
    assert len(set(Rasters(pictures, tmp_path).finish())) == len(powers)


ORIGIN = {
    "title": "A title that is too long for one line of so small a picture, as titles are",
    "source": "Some <source> & others",
    "isPartOf": "Figure 3 in: The authors. (2026). Chapter. In Book (Version 1, edition 0123abcd4567).",
    "identifier": "https://example.org/book/figures/models/shares.html",
    "rights": "CC BY 4.0",
}


def test_a_picture_to_pass_on_carries_title_source_edition_address_and_licence(
    chart: Chart, tmp_path: Path
) -> None:
    drawing.draw([chart], tmp_path / "cache")
    stem = tmp_path / "shares"
    drawing.write_files(chart, tmp_path / "cache", stem, ORIGIN)
    picture = etree.parse(f"{stem}-titled.svg").getroot()
    shown = " ".join(text.text for text in picture.findall("{*}text"))
    for part in (ORIGIN["title"], f"Source: {ORIGIN['source']}", ORIGIN["isPartOf"]):
        assert part in shown
    assert f"{ORIGIN['identifier']}. Licence: CC BY 4.0" in shown
    bottom = float(picture.get("height"))
    lines = [float(text.get("y")) for text in picture.findall("{*}text")]
    assert lines == sorted(lines)
    assert lines[-1] < bottom
    drawing.RasterFiles({stem: (chart, ORIGIN)}, tmp_path / "cache").write()
    png = Path(f"{stem}.png").read_bytes()
    assert ORIGIN["source"].encode() in png
    sizes = drawing.raster_size(chart, tmp_path / "cache", ORIGIN)
    assert struct.unpack(">II", png[16:24]) == sizes


def test_a_chart_that_cannot_be_drawn_is_named(chart: Chart, tmp_path: Path) -> None:
    broken = chart.model_copy(
        update={"name": "fig-broken", "spec": {**SPEC, "mark": "no such mark"}}
    )
    with pytest.raises(PressError, match="fig-broken"):
        drawing.draw([broken], tmp_path)
    assert not list(tmp_path.glob("*-wide.svg"))


def test_cells_their_sort_keys_and_files_keep_what_was_given() -> None:
    columns = [Column(name="a", label="A"), Column(name="b", label="B")]
    data = Data(columns=columns, rows=[[1 / 3, 'say "x", y'], [None, "é"]])
    rows = list(csv.reader(io.StringIO(charts.to_csv(data))))
    assert rows == [["a", "b"], [repr(1 / 3), 'say "x", y'], ["", "é"]]
    assert cell(0.6395, "share") == "64%"
    assert float(sort_key(0.6395, "share")) == 0.6395
    assert (cell(None, "share"), sort_key(None, "share")) == ("–", "")
    assert cell(2010.0, "year") == "2010"
    assert cell(1234567, "number") == "1,234,567"
    assert (cell(1.18943, "number"), cell(47289.4, "number")) == ("1.189", "47,289")
    assert (write_value(True, "text"), write_value(np.bool_(False), "text")) == ("yes", "no")


def test_texts_with_a_halo_have_one_of_the_ground_they_stand_on() -> None:
    name = charts.haloed("names")
    svg = f'<g class="mark-text role-mark {name}_marks"><text fill="currentColor">A</text></g>'
    for ground in ("light", "dark"):
        halo = etree.fromstring(charts.recoloured(svg, ground))
        assert halo.get("style") == "paint-order: stroke"
        assert halo.get("stroke") == charts.GROUND[ground]
        assert halo[0].get("fill") == charts.INK[ground]
    others = svg.replace(name, "other")
    assert "stroke" not in charts.recoloured(others, "light")
