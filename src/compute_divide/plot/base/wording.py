"""Sentences written from the data: titles, alternative texts, long descriptions."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from bookpress.elements.base.charts import Kind
from bookpress.elements.figure.show import write_value
from compute_divide.estimates.statistics.teams import TEAM_NAMES
from holdtrue.estimates import Estimate
from holdtrue.number_formats import (
    NO_COUNTS,
    NO_INTERVAL,
    NO_VALUE,
    in_list,
    spoken,
    with_capital,
    write,
)


def written(estimate: Estimate, how: str = "value") -> str:
    """Return an estimate as in prose, in the formats of the ``{result}`` role.

    Examples
    --------
    >>> written(Estimate(0.64, 0.53, 0.73, 55, 86, 'share', range="sampling"), "full")
    '64% (95% interval 53% to 73%; 55 of 86)'
    """
    return write(estimate, how)


def in_cell(estimate: Estimate, *details: str) -> str:
    """Return an estimate for a cell of a table.

    The details that it has are in brackets; an estimate without a value is a dash.

    Examples
    --------
    >>> in_cell(Estimate(0.64, 0.53, 0.73, 55, 86, "share", range="sampling"), "interval", "counts")
    '64% (53% to 73%; 55 of 86)'
    """
    value = written(estimate)
    if value == NO_VALUE:
        return "–"
    texts = [written(estimate, how) for how in details]
    known = [text for text in texts if text not in {NO_INTERVAL, NO_COUNTS}]
    if known:
        return f"{value} ({'; '.join(known)})"
    return value


def between(low: float, high: float) -> str:
    """Return the range of shares, "16% to 64%"; a single share if both ends are written alike."""
    ends = [f"{low:.0%}", f"{high:.0%}"]
    return " to ".join(dict.fromkeys(ends))


def in_words(items: Iterable[str], none: str = "") -> str:
    """Return items as a list in a sentence.

    Parameters
    ----------
    items : iterable of str
        The items, in their order.
    none : str
        The words if there are none.

    Returns
    -------
    str
        Such as "a, b and c".

    Examples
    --------
    >>> in_words(["a", "b", "c"]), in_words(["a"]), in_words([], "no conference")
    ('a, b and c', 'a', 'no conference')
    """
    return in_list([*items] or [none])


def row_by_row(template: str, *columns: Iterable[Any], joint: str = ", ") -> str:
    """Return a template filled in for each row of some columns, as a list in words.

    Examples
    --------
    >>> row_by_row("{} {:.0%}", [2010, 2011], [0.5, 0.25])
    '2010 50%, 2011 25%'
    """
    rows = zip(*columns, strict=True)
    return joint.join(template.format(*row) for row in rows)


def describe_series(
    data: pd.DataFrame,
    x: str,
    y: str,
    *,
    by: str | None = None,
    kind: Kind = "share",
) -> str:
    """Return the course of series in words: first, lowest, highest and last value.

    Counts ``k`` of ``n`` are included. `by` is the column of the series; `kind` is the format of
    `y`. Numbers in `x` are years.

    Examples
    --------
    >>> shares = pd.DataFrame({"year": [2010, 2011, 2012], "share": [0.7, 0.8, 0.1]})
    >>> describe_series(shares, "year", "share")
    'From 70% in 2010 to 10% in 2012; lowest 10% in 2012, highest 80% in 2011.'
    """
    has_years = pd.api.types.is_numeric_dtype(data[x])
    x_kind: Kind = "year" if has_years else "text"
    axes = _Axes(x, y, x_kind, kind)
    if by is None:
        return _course("", data, axes)
    groups = data.groupby(by, sort=False, observed=True)
    return " ".join(_course(str(name), rows, axes) for name, rows in groups)


@dataclass(frozen=True)
class _Axes:
    """The columns of a series, and the format of their values."""

    x: str
    y: str
    x_kind: Kind
    y_kind: Kind

    def point(self, row: Any) -> str:
        """Return a value and its time."""
        value = write_value(row[self.y], self.y_kind)
        when = spoken(write_value(row[self.x], self.x_kind))
        return f"{value} in {when}"


def _course(name: str, rows: pd.DataFrame, axes: _Axes) -> str:
    """Return the course of one series."""
    series = rows.dropna(subset=[axes.y]).sort_values(axes.x, kind="stable")
    title = TEAM_NAMES.get(name, name)
    subject = f"{with_capital(title)}: " if title else ""
    if series.empty:
        return f"{subject}no values."
    first = series.iloc[0]
    last = series.iloc[-1]
    start = axes.point(first) + _counts(first)
    if len(series) == 1:
        return f"{subject}{start}."
    end = axes.point(last) + _counts(last)
    values = series[axes.y]
    low = axes.point(series.iloc[int(values.argmin())])
    high = axes.point(series.iloc[int(values.argmax())])
    course = f"from {start} to {end}; lowest {low}, highest {high}."
    if subject:
        return subject + course
    return with_capital(course)


def _counts(row: pd.Series[Any]) -> str:
    """Return the counts behind a value, if known."""
    has_counts = {"k", "n"} <= set(row.index)
    if not has_counts:
        return ""
    count = int(row["k"])
    total = int(row["n"])
    return f" ({count:,} of {total:,})"


def describe_intervals(data: pd.DataFrame, label: str, y: str, *, kind: Kind = "share") -> str:
    """Return the values of a column with their intervals in words, one clause per row.

    Examples
    --------
    >>> share = {"period": "2010 to 2014", "share": 0.64, "low": 0.53, "high": 0.73}
    >>> describe_intervals(pd.DataFrame([share]), "period", "share")
    '2010 to 2014: 64%, interval 53% to 73%.'
    """
    if data[y].isna().all():
        return "Too few data."
    clauses = []
    for row in data.to_dict("records"):
        name = TEAM_NAMES.get(row[label], row[label])
        value = write_value(row[y], kind) or "too few data"
        clauses.append(f"{name}: {value}{_interval(row, kind)}")
    return "; ".join(clauses) + "."


def _interval(row: Mapping[Hashable, Any], kind: Kind) -> str:
    """Return the interval of a value, if it has one."""
    low = write_value(row.get("low"), kind)
    high = write_value(row.get("high"), kind)
    if low and high:
        return f", {'bounds' if row.get('range') == 'bounds' else 'interval'} {low} to {high}"
    return ""


def describe_groups(
    data: pd.DataFrame, by: str, label: str, y: str = "share", *, kind: Kind = "share"
) -> str:
    """Return the values of a column with their intervals in words, one sentence per group.

    Examples
    --------
    >>> shares = {"topic": ["vision", "language"], "period": "2010 to 2014", "share": [0.5, 0.6]}
    >>> describe_groups(pd.DataFrame(shares), "topic", "period")
    'vision: 2010 to 2014: 50%. language: 2010 to 2014: 60%.'
    """
    sentences = []
    for name, rows in data.groupby(by, sort=False):
        values = describe_intervals(rows, label, y, kind=kind)
        sentences.append(f"{TEAM_NAMES.get(str(name), name)}: {values}")
    return " ".join(sentences)
