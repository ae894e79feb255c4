"""What leaves a cell when a figure or a table is shown, and what is refused before anything is shown."""

import json
import os
import subprocess
import sys

import altair as alt
import nbformat
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from bookpress.elements.base.charts import VEGALITE_MIME, VEGALITE_VERSION, read_chart
from bookpress.elements.figure.show import MAX_ROWS, Column, Figure, Table
from bookpress.elements.figure.theme import NOTHING, needs
from bookpress.errors import UsageError

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
COLUMNS = {"compute": Column("Compute", "power")}


def chart():
    return (
        alt.Chart(DATA[["year", "share"]])
        .mark_line()
        .encode(x="year:Q", y="share:Q")
        .properties(width="container")
    )


def output(made=None, **changes):
    parts = {"description": "From a third down.", "source": "Epoch AI", "columns": COLUMNS}
    figure = Figure(made or chart(), changes.pop("data", DATA), **(parts | changes))
    return figure._repr_mimebundle_()


WORDS = {"name": "fig-shares", "caption": "Shares fell\n\nLines are shares."}


def cell(**changes):
    """Return the metadata of a cell that shows a figure."""
    alt_text = changes.pop("alt", "A line.")
    return {"mystnb": {"figure": WORDS | changes, "image": {"alt": alt_text}}}


def test_a_figure_is_a_valid_output_with_typed_and_short_data(monkeypatch):
    monkeypatch.setenv("BOOKPRESS_DRAWS", "1")
    data, metadata = output()
    shown = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
    nbformat.validate(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[shown])]))
    assert set(data) == {VEGALITE_MIME, "text/plain"}
    assert data["text/plain"] == "From a third down."
    spoken = data[VEGALITE_MIME]["$schema"].split("/v")[-1]
    assert spoken.startswith(f"{VEGALITE_VERSION}.")  # what draws it
    figure = metadata[VEGALITE_MIME]
    assert set(figure) == {"description", "source", "licence", "data"}
    assert figure["licence"] == "CC BY 4.0"
    json.dumps([data, metadata], allow_nan=False)
    kinds = {
        "year": "year",
        "share": "share",
        "low": "share",
        "compute": "power",
        "published": "date",
        "model": "text",
    }
    assert {column["name"]: column["kind"] for column in figure["data"]["columns"]} == kinds
    assert figure["data"]["rows"] == [
        [2010, 0.333333, 0.1, 3.14159e23, "2010-05-01", "a|b"],
        [2011, None, 0.2, 1000000000000000.0, None, None],
    ]


def test_outside_the_press_a_figure_is_a_picture_and_a_table_is_html(monkeypatch):
    monkeypatch.delenv("BOOKPRESS_DRAWS", raising=False)
    assert output()[0]["image/svg+xml"].startswith("<svg")
    html = Table(DATA, COLUMNS)._repr_mimebundle_()["text/html"]
    assert "<td>a|b</td>" in html
    assert "<th>Compute</th>" in html


def test_words_of_the_cell_and_the_output_make_a_chart():
    data, metadata = output()
    chart = read_chart(data[VEGALITE_MIME], metadata[VEGALITE_MIME], cell())
    assert (chart.name, chart.title) == ("fig-shares", "Shares fell")
    assert (chart.caption, chart.alt) == ("Lines are shares.", "A line.")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"caption": " "}, "the figure fig-shares: title: "),
        ({"alt": " "}, "the figure fig-shares has no alternative text"),
        ({"alt": "x" * 301}, "the figure fig-shares: alt: "),
        ({"name": "shares"}, "the figure shares: name: "),
        ({"alt": "From a third down."}, "only repeats the alt"),
    ],
)
def test_words_that_do_not_fit_are_refused(words, message):
    data, metadata = output()
    with pytest.raises(UsageError, match=message):
        read_chart(data[VEGALITE_MIME], metadata[VEGALITE_MIME], cell(**words))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data": pd.concat([DATA] * MAX_ROWS)}, "10,000 rows; 5,000 are allowed"),
        ({"made": chart().properties(title="Mine")}, "has its own title"),
        ({"made": chart().configure_axis(labelColor="red")}, r"has its own theme \(axis"),
        ({"made": chart().properties(width=400)}, 'width="container"'),
    ],
)
def test_what_does_not_fit_is_refused(changes, message):
    with pytest.raises(UsageError, match=message):
        output(**changes)


def test_a_figure_without_data_says_so_and_claims_nothing():
    data, metadata = output(data=DATA.head(0), description="")
    chart = read_chart(data[VEGALITE_MIME], metadata[VEGALITE_MIME], cell())
    assert chart.is_empty
    assert (chart.title, chart.caption) == ("Nothing to show for this choice of parameters", "")
    assert chart.data.rows == [[NOTHING]]
    assert chart.alt == NOTHING
    assert data["text/plain"].startswith(NOTHING)


def test_a_chart_function_says_that_there_is_nothing_where_a_column_is_empty():
    @needs("share")
    def draw(data, *, title):
        return alt.Chart(data, title=title).mark_point()

    assert NOTHING in draw(DATA.tail(1), title="x").to_json()
    assert NOTHING not in draw(DATA, title="x").to_json()


def test_a_table_escapes_what_would_break_it_and_says_that_it_has_no_rows():
    empty = Table(DATA.head(0))._repr_mimebundle_()["text/markdown"]
    assert empty.splitlines()[-1] == f"| {NOTHING} |"
    text = Table(DATA, COLUMNS)._repr_mimebundle_()["text/markdown"]
    assert text.splitlines()[-2:] == [
        "| 2010 | 33% | 10% | 3.1 × 10²³ | 2010-05-01 | a\\|b |",
        "| 2011 |  | 20% | 1.0 × 10¹⁵ |  |  |",
    ]


CHAPTER = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {name: python3, display_name: Python 3, language: python}
---

# A chapter

```{code-cell} ipython3
import altair as alt
import pandas as pd

from bookpress.elements.figure.show import Figure, Table

rows = pd.DataFrame({"year": [2010, 2011], "share": [0.1, 0.3]})
chart = alt.Chart(rows).mark_point().encode(x="year:Q").properties(width="container")
```

```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-shares
    caption: Shares rose.
  image:
    alt: Two points.
---
Figure(chart, rows, "From a tenth up.", "Ours")
```

```{code-cell} ipython3
Table(rows)
```
"""


def rules_of(data):
    return Table(data)._repr_mimebundle_()["text/markdown"].splitlines()[-1 - len(data)]


def test_columns_may_be_called_by_numbers_but_not_alike():
    table = Table(pd.DataFrame({2010: [1], 2011: [2]}))
    assert table._repr_mimebundle_()["text/markdown"].splitlines()[0] == "| 2010 | 2011 |"
    with pytest.raises(UsageError, match="two columns are called 'a'"):
        Table(pd.DataFrame([[1, 2]], columns=["a", "a"]))._repr_mimebundle_()


def test_numbers_stand_below_each_other_even_where_they_are_written_as_text():
    made = pd.DataFrame(
        {"who": ["A", "B"], "change": ["+1.5", "\N{MINUS SIGN}20"], "of": ["1 of 2", "3"]}
    )
    assert rules_of(made) == "| --- | ---: | --- |"
    nothing = pd.DataFrame({"who": ["A"], "note": [""]})
    assert rules_of(nothing) == "| --- | --- |"


@pytest.mark.heavy
def test_plain_myst_nb_shows_the_chart_as_a_figure_with_its_caption(tmp_path):
    (tmp_path / "conf.py").write_text("extensions = ['myst_nb']\n")
    (tmp_path / "index.md").write_text(CHAPTER)
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", ".", "out"]
    plain = {name: value for name, value in os.environ.items() if name != "BOOKPRESS_DRAWS"}
    done = subprocess.run(command, cwd=tmp_path, env=plain, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    page = BeautifulSoup((tmp_path / "out/index.html").read_text("utf-8"), "html5lib")
    figure = page.select_one("figure#fig-shares")
    assert "Shares rose." in figure.select_one("figcaption").text
    assert figure.select_one("img")["alt"] == "Two points."
    assert [cell.text for cell in page.select("table td")] == ["2010", "10%", "2011", "30%"]
