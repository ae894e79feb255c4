"""Match the rows of the audit with the rows of a vintage.

Names change between vintages; titles, links and computing mostly stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache

import pandas as pd

from compute_divide.estimates.statistics.numbers import COMPUTE

ALIKE = 1.25
"""Two numbers of computing that differ by no more than this factor describe the same run."""

REVISED = 3
"""A vintage may have revised the computing of a run, by no more than this factor."""


def audited_places(models: pd.DataFrame, runs: pd.DataFrame) -> list[int]:
    """Return for each model the place of its row in the audit, -1 if it has none.

    A model and a row match if they share a name, apart from letter case and signs; or the title or
    the link of a paper, and the listed computing; or the title, with one name continuing the other,
    if each side has a single run of the paper. A row of the audit belongs to one model, the first
    that fits.

    Parameters
    ----------
    models : pandas.DataFrame
        Models of one vintage, from `cd.data.models`.
    runs : pandas.DataFrame
        The audited runs, from `cd.data.audited_runs`.

    Returns
    -------
    list of int
        Places in the runs, one for each model.
    """
    places = [-1] * len(models)
    for key, must_be_alike in _KEYS:
        _match(places, models, runs, key, must_be_alike)
    return places


Keys = Callable[[pd.DataFrame], list[str]]


def _names(rows: pd.DataFrame) -> list[str]:
    return rows["model"].to_numpy().tolist()


def _plain_names(rows: pd.DataFrame) -> list[str]:
    return _plain(rows["model"].to_numpy())


def _titles(rows: pd.DataFrame) -> list[str]:
    return _plain(rows["reference"].to_numpy())


def _links(rows: pd.DataFrame) -> list[str]:
    links = rows["link"].to_numpy()
    return _plain(link.split()[0] if isinstance(link, str) else None for link in links)


def _plain(texts: Iterable[object]) -> list[str]:
    """Return texts in lower case, without blanks and signs other than points; empty if missing."""
    return [_plain_text(text) if isinstance(text, str) else "" for text in texts]


@cache  # each vintage, and each row of the audit in each of them, asks for the same names again
def _plain_text(text: str) -> str:
    return re.sub(r"[^\w.]", "", text.casefold())


_KEYS: tuple[tuple[Keys, bool], ...] = (
    (_names, False),
    (_plain_names, False),
    (_titles, True),
    (_links, True),
    (_titles, False),
)
"""The keys by which rows are matched, in order, and whether their computing must be alike."""


def _match(
    places: list[int], models: pd.DataFrame, runs: pd.DataFrame, keys: Keys, must_be_alike: bool
) -> None:
    """Fill in the places of models that share a key with a run that no model has yet."""
    free: dict[str, list[int]] = {}
    taken = set(places)
    is_again = runs["same_run_as"].notna().tolist()
    by_key = enumerate(keys(runs))
    for place, key in sorted(by_key, key=lambda pair: is_again[pair[0]]):
        if key and place not in taken:
            free.setdefault(key, []).append(place)
    waiting: dict[str, list[int]] = {}
    for number, key in enumerate(keys(models)):
        if places[number] < 0 and key in free:
            waiting.setdefault(key, []).append(number)
    for key, numbers in waiting.items():
        if must_be_alike:
            _match_alike(places, numbers, free[key], (models, runs))
        elif keys is not _titles or _is_single(numbers, free[key], models, runs):
            places[numbers[0]] = free[key][0]


def _is_single(
    numbers: list[int], free: list[int], models: pd.DataFrame, runs: pd.DataFrame
) -> bool:
    """Return whether each side has one run of a paper and one name continues the other."""
    is_ambiguous = len(numbers) != 1 or len(free) != 1
    if is_ambiguous:
        return False
    names = [models["model"].iloc[numbers[0]], runs["model"].iloc[free[0]]]
    shorter, longer = sorted(_plain(names), key=len)
    listed = models[COMPUTE].iloc[numbers[0]]
    audited = runs["listed_compute_flop"].iloc[free[0]]
    is_near = pd.isna(listed) or pd.isna(audited) or are_alike(listed, audited, REVISED)
    return longer.startswith(shorter) and is_near


def _match_alike(
    places: list[int],
    numbers: list[int],
    free: list[int],
    tables: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    """Match rows of one paper whose listed computing is the same."""
    models, runs = tables
    listed = models[COMPUTE].tolist()
    audited = runs["listed_compute_flop"].tolist()
    for number in numbers:
        alike = [place for place in free if are_alike(listed[number], audited[place])]
        if alike:
            places[number] = alike[0]
            free.remove(alike[0])


def are_alike(computing: float, other: float, factor: float = ALIKE) -> bool:
    """Return whether two amounts of computing are known and differ by no more than a factor."""
    is_unknown = pd.isna(computing) or pd.isna(other)
    if is_unknown:
        return False
    return max(computing, other) <= factor * min(computing, other)
