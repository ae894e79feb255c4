"""Sentences written from the data: titles, alternative texts, long descriptions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from bookpress.chapter.estimates import Estimate
from bookpress.chapter.number_formats import NO_COUNTS, NO_INTERVAL, NO_VALUE, write
from bookpress.page.base.charts import Kind
from bookpress.page.figures.show import write_value
from compute_divide.plot.base.marks import TEAM_NAMES

TOO_FEW = (
    "Too few data for this choice of parameters"  # title of a figure whose finding has no value
)


def written(estimate: Estimate, how: str = "value") -> str:
    """Return an estimate as prose writes it; the formats are those of the ``{result}`` role.

    Examples
    --------
    >>> written(Estimate(0.64, 0.53, 0.73, 55, 86, 'share'), "full")
    '64% (95% interval 53% to 73%; 55 of 86)'
    """
    return write(estimate, how)


def in_cell(estimate: Estimate, *details: str) -> str:
    """Return an estimate for a cell of a table: in brackets the details that it has, a dash for one without a value.

    Examples
    --------
    >>> in_cell(Estimate(0.64, 0.53, 0.73, 55, 86, "share"), "interval", "counts")
    '64% (53% to 73%; 55 of 86)'
    """
    value = written(estimate)
    if value == NO_VALUE:
        return "–"
    told = [
        one for how in details if (one := written(estimate, how)) not in {NO_INTERVAL, NO_COUNTS}
    ]
    return f"{value} ({'; '.join(told)})" if told else value


def numbered(count: int, noun: str) -> str:
    """Return a number of things: "1 model", "1,200 models"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def between(low: float, high: float) -> str:
    """Return how far shares reach, "16% to 64%"; one share where both ends are written alike."""
    return " to ".join(dict.fromkeys(f"{end:.0%}" for end in (low, high)))


def moved(before: Estimate, after: Estimate, when: tuple[str, str] | None = None) -> str:
    """Return how an estimate changed, in words that follow its subject; `when` are the two times, told with the values.

    Examples
    --------
    >>> moved(Estimate(0.64, unit="share"), Estimate(0.16, unit="share"), ("2010–2014", "2020–2022"))
    'fell from 64% in 2010–2014 to 16% in 2020–2022'
    >>> moved(Estimate(None), Estimate(0.16, unit="share"))
    'cannot be compared: too few data'
    """
    if before.value is None or after.value is None:
        return "cannot be compared: too few data"
    first, last = written(before), written(after)
    then, now = ("", "") if when is None else (f" in {time}" for time in when)
    if first == last:
        return f"stayed at {first}"
    return f"{'fell' if after.value < before.value else 'rose'} from {first}{then} to {last}{now}"


def titled(title: str, *rests_on: Estimate) -> str:
    """Return the title of a figure, or one that claims nothing where an estimate that it tells has no value."""
    return title if all(one.value is not None for one in rests_on) else TOO_FEW


def in_words(items: Iterable[str], none: str = "") -> str:
    """Return items as a list in a sentence.

    Parameters
    ----------
    items : iterable of str
        The items, in their order.
    none : str
        What is said where there are none.

    Returns
    -------
    str
        Such as "a, b and c".

    Examples
    --------
    >>> in_words(["a", "b", "c"]), in_words(["a"]), in_words([], "no conference")
    ('a, b and c', 'a', 'no conference')
    """
    *first, last = [*items] or [none]
    return f"{', '.join(first)} and {last}" if first else last


listed = in_words  # as chapters in the old language call it


def describe_series(
    data: pd.DataFrame,
    x: str,
    y: str,
    *,
    by: str | None = None,
    kind: Kind = "share",
    x_kind: Kind = "year",
) -> str:
    """Return the course of series in words: first, lowest, highest and last value, with counts ``k`` of ``n``.

    `by` is the column that tells the series apart; `kind` and `x_kind` say how `y` and `x` are written.

    Examples
    --------
    >>> shares = pd.DataFrame({"year": [2010, 2011, 2012], "share": [0.7, 0.8, 0.1]})
    >>> describe_series(shares, "year", "share")
    'From 70% in 2010 to 10% in 2012; lowest 10% in 2012, highest 80% in 2011.'
    """
    groups = [("", data)] if by is None else list(data.groupby(by, sort=False, observed=True))
    return " ".join(_course(str(name), rows, x, y, kind, x_kind) for name, rows in groups)


def _course(name: str, rows: pd.DataFrame, x: str, y: str, kind: Kind, x_kind: Kind) -> str:
    """Return the course of one series."""
    series = rows.dropna(subset=[y]).sort_values(x, kind="stable")
    subject = TEAM_NAMES.get(name, name)
    subject = f"{subject[:1].upper()}{subject[1:]}: " if subject else ""
    if series.empty:
        return f"{subject}no values."

    def point(row: Any, *, counts: bool = False) -> str:
        told = (
            f" ({int(row['k']):,} of {int(row['n']):,})"
            if counts and {"k", "n"} <= set(series)
            else ""
        )
        return f"{write_value(row[y], kind)} in {write_value(row[x], x_kind)}{told}"

    first, last = series.iloc[0], series.iloc[-1]
    low, high = series.iloc[int(series[y].argmin())], series.iloc[int(series[y].argmax())]
    if len(series) == 1:
        return f"{subject}{point(first, counts=True)}."
    course = (
        f"from {point(first, counts=True)} to {point(last, counts=True)}; "
        f"lowest {point(low)}, highest {point(high)}."
    )
    return subject + course if subject else course[:1].upper() + course[1:]


def describe_intervals(data: pd.DataFrame, label: str, y: str, *, kind: Kind = "share") -> str:
    """Return the values of a column with their intervals in words, one clause a row, named by another column.

    Examples
    --------
    >>> rows = pd.DataFrame({"period": ["2010 to 2014"], "share": [0.64], "low": [0.53], "high": [0.73]})
    >>> describe_intervals(rows, "period", "share")
    '2010 to 2014: 64%, interval 53% to 73%.'
    """
    clauses = []
    if data[y].isna().all():
        return "Too few data."
    for row in data.to_dict("records"):
        bounds = [write_value(row.get(side), kind) for side in ("low", "high")]
        told = f", interval {bounds[0]} to {bounds[1]}" if all(bounds) else ""
        clauses.append(
            f"{TEAM_NAMES.get(row[label], row[label])}: {write_value(row[y], kind) or 'too few data'}{told}"
        )
    return "; ".join(clauses) + "."
