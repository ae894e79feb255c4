"""How few rows a finding rests on: the fewest whose relabelling would overturn it, and which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from compute_divide.estimates.models.questions import Question
from compute_divide.estimates.statistics.numbers import COMPUTE
from compute_divide.estimates.statistics.periods import in_years
from compute_divide.estimates.statistics.shares import wilson_share
from compute_divide.estimates.statistics.teams import known_teams
from holdtrue.comparisons import COMPARISONS
from holdtrue.estimates import Estimate

OVERTURNED_BY = {
    "above": -1,
    "below": 1,
    "fell": 1,
    "majority": -1,
    "minority": 1,
    "rose": -1,
}
"""The comparisons, and the direction in which the late count must move to break each.

The early one moves the other way.
"""
MOST_NAMED = 6
"""The most rows that a label names."""


def fragility(
    rows: pd.DataFrame, comparison: str, late: Question, early: Question | None = None
) -> Estimate:
    """Return the fewest rows whose team, relabelled, overturns what a sentence says of shares.

    Parameters
    ----------
    rows : pandas.DataFrame
        Models that count, with ``model``, ``year``, ``team_type`` and the computing; if there is
        ``team_checked``, rows that nobody checked are relabelled first, then the smallest runs.
    comparison : str
        The name of the comparison that the sentence rests on: ``"fell"``, ``"rose"``, ``"below"``,
        ``"above"`` of two shares, ``"majority"`` or ``"minority"`` of one.
    late, early : Question
        The shares that it compares; without `early` it is about the late one alone.

    Returns
    -------
    Estimate
        The fewest rows, out of the `n` that both questions count; the label names them. Without a
        value if the comparison does not hold, or no labels can overturn it.

    Raises
    ------
    ValueError
        If the comparison is unknown.

    Notes
    -----
    Each relabelled row moves one count by one, so the fewest are found by trying all pairs of
    counts in the order of their distance from the actual ones. Compare the fragility index of Walsh
    et al. (2014).

    Examples
    --------
    >>> rows = pd.DataFrame({"model": list("abcdefghij"), "year": 2020})
    >>> rows["team_type"] = ["academia-only"] + ["industry-only"] * 9
    >>> rows["training_compute_flop"] = 1e20
    >>> fragility(rows, "majority", Question("industry", "industry-only", 2020)).value
    1.0
    """
    direction = OVERTURNED_BY.get(comparison)
    if direction is None:
        raise ValueError(f"{comparison!r} is not one of {', '.join(OVERTURNED_BY)}")
    compare = COMPARISONS[comparison]
    questions = [late] if early is None else [late, early]
    shares = [question.answer(rows) for question in questions]
    counted = [known_teams(in_years(rows, question.period)) for question in questions]
    n = sum(len(table) for table in counted)
    none = Estimate(None, n=n, unit="rows", label=f"rows that overturn: {late.name}")
    if not compare(*shares).holds:
        return none
    for moves in _moves(shares, direction):
        moved = [_moved(share, by) for share, by in zip(shares, moves, strict=True)]
        if compare(*moved).holds is False:
            names = _relabelled(counted, questions, moves)
            return replace(none, value=sum(map(abs, moves)), label=_label(late, names))
    return none


def _moves(shares: list[Estimate], direction: int) -> Iterator[tuple[int, ...]]:
    """Yield the moves of each count against a comparison, the smallest first.

    Moves in the other direction would only support it.
    """
    every: list[tuple[int, ...]] = [()]
    for share, way in zip(shares, (direction, -direction), strict=False):
        k = share.k or 0
        room = (share.n or 0) - k if way > 0 else k
        every = [(*moves, way * step) for moves in every for step in range(room + 1)]

    def size(moves: tuple[int, ...]) -> tuple[int, list[int]]:
        sizes = [abs(by) for by in moves]
        return sum(sizes), [-size for size in sizes]

    yield from sorted(every, key=size)


def _moved(share: Estimate, by: int) -> Estimate:
    n = share.n or 0
    moved = wilson_share((share.k or 0) + by, n, share.label)
    return replace(moved, period=share.period)


def _relabelled(
    counted: list[pd.DataFrame], questions: list[Question], moves: tuple[int, ...]
) -> list[str]:
    """Return the names of the rows whose relabelling moves the counts this way."""
    names = []
    for rows, question, by in zip(counted, questions, moves, strict=True):
        of_team = rows["team_type"].eq(question.team_type)
        possible = rows[of_team] if by < 0 else rows[~of_team]
        keys = [key for key in ("team_checked", COMPUTE) if key in possible]
        names += possible.sort_values(keys, kind="stable")["model"].tolist()[: abs(by)]
    return names


def _label(late: Question, names: list[str]) -> str:
    shown = names[:MOST_NAMED]
    if len(names) > MOST_NAMED:
        shown.append(f"{len(names) - MOST_NAMED} more")
    return f"rows whose other label would overturn it ({late.name}): {', '.join(shown)}"
