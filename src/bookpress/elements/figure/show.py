"""Figures and tables with everything that a reader needs: what the last line of a cell shows.

A figure is one output of its cell: the specification of the chart, for the page to draw, and (as
metadata of the output) its long description, its data, source and licence. Its name, title, legend
and alternative text are words, which stand in the metadata of the cell, as in MyST-NB.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import altair as alt
import pandas as pd

from bookpress.elements.base.chart_widths import fitted
from bookpress.elements.base.charts import VEGALITE_MIME, VEGALITE_VERSION, Column, Kind
from bookpress.elements.figure.markup import link, ours
from bookpress.elements.figure.theme import CONFIG, NOTHING, NOTHING_TEXTS, empty_chart
from bookpress.elements.table.data_table import NUMERIC, cell
from bookpress.errors import UsageError
from bookpress.myst import plain
from bookpress.run.processes import DRAWN

__all__ = [
    "RECURRING",
    "Column",
    "Figure",
    "Table",
    "link",
    "plain",
    "write_value",
]

NO_SOURCE = "–"
"""The source of a figure that has no data."""
MAX_ROWS = 5000
"""The most rows that a figure may have, since the page contains them all."""
_NUMBER = re.compile(r"[+\u2212-]?\d[\d,]*(?:\.\d+)?%?")
_COMPOSED = ("hconcat", "vconcat", "concat", "facet", "repeat", "spec")


RECURRING = {
    "year": Column("Year", "year"),
    "first": Column("First year", "year"),
    "last": Column("Last year", "year"),
    "period": Column("Years"),
    "k": Column("Count", "number"),
    "n": Column("Total", "number"),
    "share": Column("Share", "share"),
    "low": Column("Low (95%)", "number"),
    "high": Column("High (95%)", "number"),
    "value": Column("Value", "number"),
    "ratio": Column("Ratio", "number"),
}
"""Columns that recur in any book; those that a figure or table describes itself take precedence."""


@dataclass(frozen=True)
class Figure:
    """A chart with its data and its words.

    Parameters
    ----------
    chart : altair.TopLevelMixin
        The chart, as wide as the column and without a title or a theme of its own.
    data : pandas.DataFrame
        The data behind it, at most 5,000 rows, for readers to sort and download. Without rows, the
        figure says that there is nothing to show.
    description : str
        What it shows, in words computed from the data, for readers who cannot see it.
    source : str
        The source of the data, with the date of each snapshot.
    columns : mapping of str to Column, optional
        Headings and kinds of columns that are not in `RECURRING`.
    licence : str
        The licence of chart and data.
    listing : sequence of str
        Lines naming what the picture for narrow columns has no room for, if any.

    Raises
    ------
    UsageError
        When it is shown: if there are too many rows, or the chart decides what is up to the page.
    """

    chart: alt.TopLevelMixin
    data: pd.DataFrame
    description: str
    source: str
    columns: Mapping[str, Column] | None = None
    licence: str = "CC BY 4.0"
    listing: Sequence[str] = ()

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what a notebook shows: the specification, and a picture if no press draws one."""
        chart = self.chart
        data = self.data
        texts = {"description": self.description}
        if data.empty:
            chart = empty_chart()
            data = pd.DataFrame({"note": [NOTHING]})
            texts = NOTHING_TEXTS
        _check_rows("the figure", data)
        spec = chart.to_dict(validate=False)  # its parts were validated on creation
        _check_spec("the figure", spec)
        spec["config"] = CONFIG
        columns = describe_columns(data, self.columns)
        metadata = {
            **texts,
            "source": self.source or NO_SOURCE,
            "licence": self.licence,
            "data": _data_block(data, columns),
        }
        if self.listing:
            metadata["listing"] = list(self.listing)
        bundle = {VEGALITE_MIME: spec, "text/plain": texts["description"]}
        if DRAWN not in os.environ:
            bundle["image/svg+xml"] = _picture(spec)
        return bundle, {VEGALITE_MIME: metadata}


def _picture(spec: dict[str, Any]) -> str:
    """Return the picture of a chart, for viewers that cannot draw it."""
    import vl_convert

    wide = fitted(spec, "wide")
    return str(vl_convert.vegalite_to_svg(wide, vl_version=VEGALITE_VERSION))


@dataclass(frozen=True)
class Table:
    """A table on the page, the same in every format of the book.

    Parameters
    ----------
    data : pandas.DataFrame
        Its rows. Without any, it says that there is nothing to show.
    columns : mapping of str to Column, optional
        Headings and kinds of columns that are not in `RECURRING`.

    Raises
    ------
    UsageError
        When it is shown, if there are more than 5,000 rows.
    """

    data: pd.DataFrame
    columns: Mapping[str, Column] | None = None

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        """Return what a notebook shows: the table as Markdown, and as HTML if no press sets it."""
        lines = _table_lines("the table", self.data, self.columns)
        bundle = {
            "text/markdown": "\n".join(lines),
            "text/plain": f"a table of {len(lines) - 2} rows",
        }
        if DRAWN not in os.environ:
            columns = describe_columns(self.data, self.columns)
            bundle["text/html"] = _html_table(self.data, columns)
        return bundle


def _html_table(data: pd.DataFrame, described: Mapping[str, Column]) -> str:
    columns = described.values()
    head = _html_row("th", [column.label for column in columns])
    body = ""
    for row in data.itertuples(index=False):
        pairs = zip(row, columns, strict=True)
        cells = [write_value(value, column.kind) for value, column in pairs]
        body += _html_row("td", cells)
    return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"


def _html_row(tag: str, cells: Iterable[str]) -> str:
    content = ""
    for text in cells:
        content += f"<{tag}>{escape(text)}</{tag}>"
    return f"<tr>{content}</tr>"


def rehearse() -> None:
    """Make a figure that nobody sees, so that forks inherit what it imports and compiles."""
    Figure(empty_chart(), pd.DataFrame(), "", "-")._repr_mimebundle_()


def _table_lines(
    name: str, data: pd.DataFrame, columns: Mapping[str, Column] | None = None
) -> list[str]:
    """Return a table as lines of Markdown."""
    data = pd.DataFrame({"note": [NOTHING]}) if data.empty else data
    _check_rows(name, data)
    described = list(describe_columns(data, columns).values())
    heads = _row(plain(column.label) for column in described)
    rows = []
    for row in data.itertuples(index=False):
        pairs = zip(row, described, strict=True)
        rows.append([_in_cell(write_value(value, to.kind), to) for value, to in pairs])
    by_column = zip(described, zip(*rows, strict=True), strict=True)
    rules = _row("---:" if _is_of_numbers(column, cells) else "---" for column, cells in by_column)
    return [heads, rules, *(_row(cells) for cells in rows)]


def _is_of_numbers(column: Column, cells: Iterable[str]) -> bool:
    """Return whether the values of a column are numbers, or are written as such."""
    if column.kind in NUMERIC:
        return True
    texts = [cell for cell in cells if cell]
    return bool(texts) and all(_NUMBER.fullmatch(text) for text in texts)


def describe_columns(
    data: pd.DataFrame, given: Mapping[str, Column] | None = None
) -> dict[str, Column]:
    """Return a description of every column: the given one, else a recurring one, else a guess.

    If a table has a column ``share``, its bounds ``low`` and ``high`` are shares too.
    """
    known = dict(RECURRING)
    if "share" in data:
        for side in ("low", "high"):
            known[side] = Column(RECURRING[side].label, "share")
    known |= given or {}
    columns = {str(column): column for column in data.columns}
    if len(columns) < len(data.columns):
        twice = data.columns.map(str)[data.columns.map(str).duplicated()][0]
        raise UsageError(f"two columns are called {twice!r}: each needs a name of its own")
    return {name: known.get(name) or _guess(name, data[col]) for name, col in columns.items()}


def write_value(value: Any, kind: Kind) -> str:
    """Return a value as readers see it; empty if it is missing.

    Examples
    --------
    >>> write_value(0.6395, "share"), write_value(3.14e23, "power")
    ('64%', '3.1 × 10²³')
    >>> write_value(2010, "year"), write_value(None, "year")
    ('2010', '')
    """
    if pd.isna(value):
        return ""
    return cell(_plain_value(value, kind), kind, exact=False)


def _guess(name: str, values: pd.Series[Any]) -> Column:
    label = name.replace("_", " ").capitalize()
    if pd.api.types.is_datetime64_any_dtype(values):
        return Column(label, "date")
    is_bool = pd.api.types.is_bool_dtype(values)
    is_number = pd.api.types.is_numeric_dtype(values) and not is_bool
    if is_number:
        return Column(label, "number")
    return Column(label, "text")


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _in_cell(text: str, column: Column) -> str:
    """Return text, which may come from anywhere, as a cell of a Markdown table."""
    if column.markup:
        return ours(text, column.roles)
    return plain(text)


def _check_rows(name: Any, data: pd.DataFrame) -> None:
    if len(data) > MAX_ROWS:
        raise UsageError(
            f"{name} has {len(data):,} rows; {MAX_ROWS:,} are allowed: aggregate first"
        )


def _check_spec(name: Any, spec: Mapping[str, Any]) -> None:
    """Refuse what is up to the page: a title, a theme, the width of a single chart.

    Altair's default size, which it puts into the theme, is allowed.
    """
    if "title" in spec:
        raise UsageError(
            f"the chart of {name} has its own title: put it into the caption of the cell"
        )
    theme = set(spec.get("config", {})) - {"view"}
    if theme:
        parts = ", ".join(sorted(theme))
        raise UsageError(
            f"the chart of {name} has its own theme ({parts}), which is up to the page"
        )
    is_single = not any(key in spec for key in _COMPOSED)
    has_fixed_width = is_single and spec.get("width") != "container"
    if has_fixed_width:
        raise UsageError(f'the chart of {name} needs .properties(width="container")')


def _data_block(data: pd.DataFrame, described: Mapping[str, Column]) -> dict[str, Any]:
    columns = []
    for name, column in described.items():
        columns.append({"name": name, "label": column.label, "kind": column.kind})
    kinds = [column.kind for column in described.values()]
    rows = []
    for row in data.itertuples(index=False, name=None):
        pairs = zip(row, kinds, strict=True)
        rows.append([_plain_value(value, kind) for value, kind in pairs])
    return {"columns": columns, "rows": rows}


def _plain_value(value: Any, kind: Kind) -> str | float | int | None:
    """Return a value for JSON.

    Numbers have six significant digits, dates are ISO 8601, and None stands for a missing value.
    """
    if pd.isna(value):
        return None
    if kind == "date":
        return pd.Timestamp(value).date().isoformat()
    if kind == "text" and pd.api.types.is_bool(value):
        return "yes" if value else "no"
    if kind == "text":
        return str(value)
    number = float(value)
    is_whole = number.is_integer() and abs(value) < 1e15
    if is_whole:
        return int(value)
    return float(f"{number:.6g}")
