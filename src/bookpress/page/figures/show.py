"""Figures and tables, with everything a reader needs to use them: what the last line of a cell shows.

A figure is one output of its cell: the specification of the chart for the page to draw, and beside it (as metadata of
the output) its long description, the data behind it, source and licence. Its name, title, legend and alternative text
are words: they stand in the metadata of the cell, as MyST-NB has it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, NotRequired, TypedDict, Unpack

import altair as alt
import pandas as pd

from bookpress.errors import UsageError
from bookpress.page.base.charts import (
    VEGALITE_MIME,
    VEGALITE_VERSION,
    Column,
    Kind,
    cell,
    fitted,
    read_chart,
)
from bookpress.page.figures.theme import CONFIG, NOTHING, NOTHING_TEXTS, empty_chart
from bookpress.run.processes import DRAWN

__all__ = [
    "RECURRING",
    "Column",
    "Figure",
    "Table",
    "Texts",
    "show_chart",
    "show_table",
    "write_value",
]

MAX_ROWS = 5000
"""Most rows that a figure may carry: the page holds them all."""
MAX_ALT = 300
_TABLE_NAME = re.compile(r"tab-[a-z0-9]+(-[a-z0-9]+)*")
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
"""Columns that recur in any book; what a figure or table says itself comes first."""


@dataclass(frozen=True)
class Figure:
    """A chart with its data and what is said of both.

    Parameters
    ----------
    chart : altair.TopLevelMixin
        The chart, as wide as the column and without a title or a theme of its own.
    data : pandas.DataFrame
        The data behind it, at most 5,000 rows: what readers sort and download. Without rows the figure says that there
        is nothing to show.
    description : str
        What it shows, in words made from the data, for those who cannot see it.
    source : str
        Whose data they are, with the date of each snapshot.
    columns : mapping of str to Column, optional
        Headings and kinds of the columns that `RECURRING` does not know.
    licence : str
        The licence of chart and data.

    Raises
    ------
    UsageError
        When it is shown: for too many rows, or a chart that decides what the page must.
    """

    chart: alt.TopLevelMixin
    data: pd.DataFrame
    description: str
    source: str
    columns: Mapping[str, Column] | None = None
    licence: str = "CC BY 4.0"

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what a notebook shows: the specification, and a picture where the press draws none."""
        chart, data, texts = self.chart, self.data, {"description": self.description}
        if data.empty:
            chart, data, texts = empty_chart(), pd.DataFrame({"note": [NOTHING]}), NOTHING_TEXTS
        _check_rows("the figure", data)
        spec = chart.to_dict(validate=False)  # its parts were validated when they were made
        _check_spec("the figure", spec)
        spec["config"] = CONFIG
        block = _data_block(data, describe_columns(data, self.columns))
        metadata = {**texts, "source": self.source, "licence": self.licence, "data": block}
        bundle = {VEGALITE_MIME: spec, "text/plain": texts["description"]}
        if DRAWN not in os.environ:
            bundle["image/svg+xml"] = _picture(spec)
        return bundle, {VEGALITE_MIME: metadata}


def _picture(spec: dict[str, Any]) -> str:
    """Return the picture of a chart, for viewers that draw none themselves."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(fitted(spec, "wide"), vl_version=VEGALITE_VERSION))


@dataclass(frozen=True)
class Table:
    """A table that stands on the page, the same in every format of the book.

    Parameters
    ----------
    data : pandas.DataFrame
        Its rows. Without any it says that there is nothing to show.
    columns : mapping of str to Column, optional
        Headings and kinds of the columns that `RECURRING` does not know.

    Raises
    ------
    UsageError
        When it is shown, for more than 5,000 rows.
    """

    data: pd.DataFrame
    columns: Mapping[str, Column] | None = None

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        """Return what a notebook shows: the table as Markdown, and as HTML where the press does not set it."""
        lines = _table_lines("the table", self.data, self.columns)
        bundle = {
            "text/markdown": "\n".join(lines),
            "text/plain": f"a table of {len(lines) - 2} rows",
        }
        if DRAWN not in os.environ:
            bundle["text/html"] = _html_table(self.data, describe_columns(self.data, self.columns))
        return bundle


def _html_table(data: pd.DataFrame, described: Mapping[str, Column]) -> str:
    heads = "".join(f"<th>{escape(column.label)}</th>" for column in described.values())
    kinds = [column.kind for column in described.values()]
    rows = (
        "".join(
            f"<td>{escape(write_value(value, kind))}</td>"
            for value, kind in zip(row, kinds, strict=True)
        )
        for row in data.itertuples(index=False)
    )
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


class Texts(TypedDict):
    """What a figure says; see `show_chart`."""

    name: str
    title: str
    alt: str
    description: str
    source: str
    caption: NotRequired[str]
    licence: NotRequired[str]
    holds: NotRequired[str]


class Shown(Texts):
    """The same, with the data behind the figure."""

    data: pd.DataFrame
    columns: NotRequired[Mapping[str, Column] | None]


def show_chart(chart: alt.TopLevelMixin, **shown: Unpack[Shown]) -> None:
    """Show a chart as a numbered figure."""
    from IPython.display import display

    output, metadata = figure_output(chart, **shown)
    display(output, raw=True, metadata=metadata)


def figure_output(
    chart: alt.TopLevelMixin,
    *,
    data: pd.DataFrame,
    columns: Mapping[str, Column] | None = None,
    **texts: Unpack[Texts],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what `show_chart` displays: the data and the metadata of the output."""
    figure: dict[str, Any] = {"caption": "", "licence": "CC BY 4.0", **texts}
    if data.empty:
        chart, data, figure = (
            empty_chart(),
            pd.DataFrame({"note": [NOTHING]}),
            figure | NOTHING_TEXTS,
        )
    figure["caption"] = _without_html(figure["caption"])
    if len(figure.get("alt", "")) > MAX_ALT:
        raise UsageError(
            f"the alt of {figure.get('name')} has more than {MAX_ALT} characters: the description tells more"
        )
    _check_rows(figure.get("name"), data)
    spec = chart.to_dict(validate=False)  # its parts were validated when they were made
    _check_spec(figure.get("name"), spec)
    figure["data"] = _data_block(data, describe_columns(data, columns))
    made = read_chart(spec | {"config": CONFIG, "description": figure.get("alt")}, figure)
    return {VEGALITE_MIME: made.spec, "text/plain": made.alt}, {VEGALITE_MIME: figure}


def rehearse() -> None:
    """Make a figure that nobody sees: what the first one imports and compiles, forks of this process need not."""
    figure_output(
        empty_chart(),
        data=pd.DataFrame(),
        name="fig-none",
        title="",
        alt="",
        description="",
        source="-",
    )


def show_table(
    data: pd.DataFrame, *, name: str, caption: str, columns: Mapping[str, Column] | None = None
) -> None:
    """Show a table as a numbered, cross-referenceable table, the same in every format of the book."""
    from IPython.display import display

    display(
        {"text/markdown": table_markdown(data, name=name, caption=caption, columns=columns)},
        raw=True,
    )


def table_markdown(
    data: pd.DataFrame, *, name: str, caption: str, columns: Mapping[str, Column] | None = None
) -> str:
    """Return a table as a MyST ``{table}`` directive. The parameters are those of `show_table`."""
    if not _TABLE_NAME.fullmatch(name):
        raise UsageError(
            f"the table name {name!r} must be tab-... of small letters, digits and hyphens"
        )
    if not caption.strip() or "\n" in caption.strip():
        raise UsageError(f"the table {name} needs a caption of one line")
    lines = _table_lines(name, data, columns)
    return (
        f"```{{table}} {_without_html(caption.strip())}\n:name: {name}\n\n"
        + "\n".join(lines)
        + "\n```"
    )


def _table_lines(
    name: str, data: pd.DataFrame, columns: Mapping[str, Column] | None = None
) -> list[str]:
    """Return a table as lines of Markdown."""
    data = pd.DataFrame({"note": [NOTHING]}) if data.empty else data
    _check_rows(name, data)
    described = describe_columns(data, columns).values()
    return [
        _row(column.label for column in described),
        _row("---" if column.kind in ("text", "date") else "---:" for column in described),
        *(
            _row(
                write_value(value, column.kind)
                for value, column in zip(row, described, strict=True)
            )
            for row in data.itertuples(index=False)
        ),
    ]


def describe_columns(
    data: pd.DataFrame, given: Mapping[str, Column] | None = None
) -> dict[str, Column]:
    """Return a description of every column: the given one, else a recurring one, else one made from its name.

    The bounds ``low`` and ``high`` of a table with a column ``share`` are shares too.
    """
    bounds = {
        side: Column(RECURRING[side].label, "share") for side in ("low", "high") if "share" in data
    }
    known = {**RECURRING, **bounds, **(given or {})}
    return {name: known.get(name) or _guess(name, data[name]) for name in map(str, data.columns)}


def write_value(value: Any, kind: Kind) -> str:
    """Return a value as a reader reads it; nothing for a missing one.

    Examples
    --------
    >>> write_value(0.6395, "share"), write_value(3.14e23, "flop"), write_value(2010, "year"), write_value(None, "year")
    ('64%', '3.1 × 10²³', '2010', '')
    """
    return "" if pd.isna(value) else cell(_plain_value(value, kind), kind, exact=False)


def _guess(name: str, values: pd.Series[Any]) -> Column:
    label = name.replace("_", " ").capitalize()
    if pd.api.types.is_datetime64_any_dtype(values):
        return Column(label, "date")
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    return Column(label, "number" if numeric else "text")


_TAG = re.compile(r"(`+)[^`]+?\1(?!`)|<(?=[a-zA-Z/!?])")
"""Code, and the roles in it, or where HTML could begin."""


def _without_html(text: str) -> str:
    """Return Markdown in which no HTML can begin: what is shown may come from anywhere."""
    return _TAG.sub(lambda found: found[0] if found[1] else "&lt;", text)


def _row(cells: Iterable[str]) -> str:
    plain = map(_without_html, cells)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in plain) + " |"


def _check_rows(name: Any, data: pd.DataFrame) -> None:
    if len(data) > MAX_ROWS:
        raise UsageError(
            f"{name} has {len(data):,} rows; {MAX_ROWS:,} are allowed: aggregate first"
        )


def _check_spec(name: Any, spec: Mapping[str, Any]) -> None:
    """Refuse what the page must decide: title, theme (but for Altair's default size), width of a single chart."""
    if "title" in spec:
        raise UsageError(
            f"the chart of {name} has a title of its own: give it to show_chart, the page shows it"
        )
    if theme := set(spec.get("config", {})) - {"view"}:
        raise UsageError(
            f"the chart of {name} sets a theme of its own ({', '.join(sorted(theme))})"
        )
    if not any(key in spec for key in _COMPOSED) and spec.get("width") != "container":
        raise UsageError(f'the chart of {name} needs .properties(width="container")')


def _data_block(data: pd.DataFrame, described: Mapping[str, Column]) -> dict[str, Any]:
    kinds = [column.kind for column in described.values()]
    return {
        "columns": [
            {"name": key, "label": column.label, "kind": column.kind}
            for key, column in described.items()
        ],
        "rows": [
            [_plain_value(value, kind) for value, kind in zip(row, kinds, strict=True)]
            for row in data.itertuples(index=False, name=None)
        ],
    }


def _plain_value(value: Any, kind: Kind) -> str | float | int | None:
    """Return a value as JSON holds it: numbers to six significant digits, dates as ISO 8601, None where missing."""
    if pd.isna(value):
        return None
    if kind == "date":
        return pd.Timestamp(value).date().isoformat()
    if kind == "text":
        return str(value)
    return (
        int(value)
        if float(value).is_integer() and abs(value) < 1e15
        else float(f"{float(value):.6g}")
    )
