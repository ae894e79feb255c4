"""What leaves a cell when a figure or a table is shown, and what is refused before anything is shown."""

import json

import altair as alt
import nbformat
import numpy as np
import pandas as pd
import pytest

from bookpress.errors import UsageError
from bookpress.page.base.charts import VEGALITE_VERSION
from bookpress.page.figures.show import (
    MAX_ROWS,
    VEGALITE_MIME,
    Column,
    figure_output,
    table_markdown,
)
from bookpress.page.figures.theme import NOTHING, needs

DATA = pd.DataFrame(
    {
        "year": pd.array([2010, 2011], dtype="Int64"),
        "share": [1 / 3, np.nan],
        "low": [0.1, 0.2],
        "compute": [3.14159265e23, 1e15],
        "published": pd.to_datetime(["2010-05-01", None]),
        "model": ["a|b", None],
    }
)
COLUMNS = {"compute": Column("Compute", "flop")}


def chart():
    return (
        alt.Chart(DATA[["year", "share"]])
        .mark_line()
        .encode(x="year:Q", y="share:Q")
        .properties(width="container")
    )


def output(made=None, **changes):
    texts = {
        "name": "fig-shares",
        "title": "Shares fell",
        "alt": "A line.",
        "description": "From a third down.",
        "data": DATA,
        "source": "Epoch AI",
        "columns": COLUMNS,
    }
    return figure_output(made or chart(), **(texts | changes))


def test_a_figure_is_a_valid_output_with_typed_and_short_data():
    data, metadata = output(caption="See {cite:p}`x`.")
    shown = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
    nbformat.validate(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[shown])]))
    assert data["text/plain"] == "A line."
    assert (
        data[VEGALITE_MIME]["$schema"].split("/v")[-1].startswith(f"{VEGALITE_VERSION}.")
    )  # what draws it speaks
    figure = metadata[VEGALITE_MIME]
    assert set(figure) == {
        "name",
        "title",
        "caption",
        "alt",
        "description",
        "source",
        "licence",
        "data",
    }
    assert figure["licence"] == "CC BY 4.0"
    json.dumps([data, metadata], allow_nan=False)
    kinds = {
        "year": "year",
        "share": "share",
        "low": "share",
        "compute": "flop",
        "published": "date",
        "model": "text",
    }
    assert {column["name"]: column["kind"] for column in figure["data"]["columns"]} == kinds
    assert figure["data"]["rows"] == [
        [2010, 0.333333, 0.1, 3.14159e23, "2010-05-01", "a|b"],
        [2011, None, 0.2, 1000000000000000.0, None, None],
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        *(
            ({what: "  "}, f"the figure fig-shares: {what}: ")
            for what in ("title", "alt", "source", "licence")
        ),
        ({"description": "  "}, "the figure fig-shares: description: "),
        ({"name": "shares"}, "the figure shares: name: "),
        ({"captoin": "How to read it"}, "no entry 'captoin'; did you mean caption"),
        ({"alt": "x" * 301}, "more than 300 characters"),
        ({"description": "A line."}, "only repeats the alt"),
        ({"data": pd.concat([DATA] * MAX_ROWS)}, "10,000 rows; 5,000 are allowed"),
        ({"made": chart().properties(title="Mine")}, "a title of its own"),
        ({"made": chart().configure_axis(labelColor="red")}, r"a theme of its own \(axis"),
        ({"made": chart().properties(width=400)}, 'width="container"'),
    ],
)
def test_what_does_not_fit_is_refused(changes, message):
    with pytest.raises(UsageError, match=message):
        output(**changes)


def test_a_figure_without_data_says_so_and_claims_nothing():
    data, metadata = output(data=DATA.head(0), description="", caption="Lines are shares.")
    figure = metadata[VEGALITE_MIME]
    assert (figure["title"], figure["caption"]) == (
        "Nothing to show for this choice of parameters",
        "",
    )
    assert figure["data"]["rows"] == [[NOTHING]]
    assert data["text/plain"] == data[VEGALITE_MIME]["description"] == NOTHING
    assert "Shares fell" not in json.dumps([data, metadata])


def test_a_chart_function_says_that_there_is_nothing_where_a_column_is_empty():
    @needs("share")
    def draw(data, *, title):
        return alt.Chart(data, title=title).mark_point()

    assert NOTHING in draw(DATA.tail(1), title="x").to_json()
    assert NOTHING not in draw(DATA, title="x").to_json()


def test_a_table_escapes_what_would_break_it_and_says_that_it_has_no_rows():
    assert (
        table_markdown(DATA.head(0), name="tab-x", caption="x").splitlines()[-2] == f"| {NOTHING} |"
    )
    text = table_markdown(DATA, name="tab-all", caption="All kinds", columns=COLUMNS)
    assert text.splitlines()[-3:-1] == [
        "| 2010 | 33% | 10% | 3.1 × 10²³ | 2010-05-01 | a\\|b |",
        "| 2011 |  | 20% | 1.0 × 10¹⁵ |  |  |",
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "fig-x"}, "must be tab-"),
        ({"caption": "two\nlines"}, "caption of one line"),
        ({"caption": ""}, "caption of one line"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(changes, message):
    with pytest.raises(UsageError, match=message):
        table_markdown(**({"data": DATA, "name": "tab-x", "caption": "x"} | changes))
