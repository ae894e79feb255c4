"""The data of a figure, as readers see them in tables and files: words, without what shapes labels in the chart."""

import altair as alt
import pandas as pd

import compute_divide as cd
from compute_divide.plot.base.show import figure


def test_names_whose_lines_the_chart_breaks_are_on_one_line_in_its_table() -> None:
    models = cd.with_access(cd.in_years(cd.data.models("2026-08"), (2023, 2025)))
    companies = {"Google|DeepMind": models[models["organisations"] == "Google DeepMind"]}
    drawn = cd.plot.country_bars(companies, "2026-08")
    assert set(drawn.data["group"]) == {"Google DeepMind"}
    assert "Google DeepMind" in drawn.description


def test_several_organisations_are_listed_with_commas() -> None:
    rows = pd.DataFrame({"model": ["StarCoder"], "organisations": ["Hugging Face|ServiceNow"]})
    drawn = figure(alt.Chart(rows).mark_point(), rows, description="", source="")
    assert [*drawn.data["organisations"]] == ["Hugging Face, ServiceNow"]
