"""What a sentence says about names and labels.

Names come as texts, or as rows with a column ``model``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Sized
from typing import Any

import pandas as pd

from compute_divide.estimates.statistics.teams import TEAM_NAMES
from holdtrue.comparisons.base import Comparison
from holdtrue.number_formats import in_list

MOST_SHOWN = 8
"""The most names that a reason lists."""

Names = Iterable[str] | pd.DataFrame


def only(actual: Names, *names: str, what: str = "", among: Sized | None = None) -> Comparison:
    """Compare: the names found are exactly these, in any order.

    Parameters
    ----------
    actual : iterable of str, or pandas.DataFrame
        Names, or rows with a column ``model``; repeated names count once.
    *names : str
        The names in the sentence; no names if it says that there are none.
    what : str
        What was found, to be read before "is", if the sentence does not say it.
    among : sized, optional
        What they were chosen from; if it is empty the comparison is unknown.

    Returns
    -------
    Comparison
        Whether both are the same, with the names found as the reason.

    Raises
    ------
    KeyError
        If rows have no column ``model``.

    Examples
    --------
    >>> only(["LUKE", "LUKE"], "LUKE").holds, only([], "LUKE").holds
    (True, False)
    >>> only([], "LUKE", among=[]).holds is None
    True
    >>> only(["LUKE"], "LUKE").because, only(["V100"], "A100", what="the chip").because
    ('the only one is LUKE', 'the chip is V100')
    """
    known = names_of(actual)
    holds = set(known) == set(names)
    return Comparison(if_any(among, holds), _all_of(what, known))


def _all_of(what: str, names: Sequence[str]) -> str:
    """Say which names there are."""
    if what:
        return f"{what} is {listing(names)}" if names else f"{what}: none"
    if not names:
        return "there is none"
    if len(names) == 1:
        return f"the only one is {listing(names)}"
    return f"they are {listing(names)}"


def ordered(actual: Names, *names: str, among: Sized | None = None) -> Comparison:
    """Compare: the names found begin with these, in this order.

    Parameters
    ----------
    actual : iterable of str, or pandas.DataFrame
        Names, or rows with a column ``model``, in their order.
    *names : str
        The first names in the sentence.
    among : sized, optional
        What they were chosen from; if it is empty the comparison is unknown.

    Returns
    -------
    Comparison
        Whether they begin alike, with the names found as the reason.

    Raises
    ------
    KeyError
        If rows have no column ``model``.

    Examples
    --------
    >>> ordered(["Google", "OpenAI", "Meta"], "Google", "OpenAI").holds, ordered([], "Google").holds
    (True, False)
    """
    known = names_of(actual)
    first = known[: len(names)]
    holds = first == [*names]
    return Comparison(if_any(among, holds), f"in order: {listing(known)}")


def listed(actual: Names, *names: str, among: Sized | None = None) -> Comparison:
    """Compare: all these names are among those found.

    Parameters
    ----------
    actual : iterable of str, or pandas.DataFrame
        Names, or rows with a column ``model``.
    *names : str
        The names in the sentence.
    among : sized, optional
        What they were chosen from; if it is empty the comparison is unknown.

    Returns
    -------
    Comparison
        Whether none is missing, with the missing ones as the reason.

    Raises
    ------
    KeyError
        If rows have no column ``model``.

    Examples
    --------
    >>> listed(["AlexNet", "VGG16"], "AlexNet").holds, listed(["VGG16"], "AlexNet").because
    (True, 'not listed: AlexNet')
    """
    known = set(names_of(actual))
    missing = [name for name in names if name not in known]
    because = f"listed: {listing(names)}"
    if missing:
        because = f"not listed: {listing(missing)}"
    return Comparison(if_any(among, not missing), because)


def unlisted(actual: Names, *names: str, among: Sized | None = None) -> Comparison:
    """Compare: none of these names is among those found.

    Parameters
    ----------
    actual : iterable of str, or pandas.DataFrame
        Names, or rows with a column ``model``.
    *names : str
        The names in the sentence.
    among : sized, optional
        What they were chosen from; if it is empty the comparison is unknown.

    Returns
    -------
    Comparison
        Whether all are missing, with the others as the reason.

    Raises
    ------
    KeyError
        If rows have no column ``model``.

    Examples
    --------
    >>> unlisted(["VGG16"], "Apertus 70B").holds, unlisted(["VGG16"], "VGG16").because
    (True, 'listed: VGG16')
    """
    known = set(names_of(actual))
    there = [name for name in names if name in known]
    because = f"not listed: {listing(names)}"
    if there:
        because = f"listed: {listing(there)}"
    return Comparison(if_any(among, not there), because)


def labelled(rows: pd.DataFrame, column: str, labels: Mapping[str, Any]) -> Comparison:
    """Compare: rows of these names have these labels.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows with a column ``model``.
    column : str
        The column of the labels.
    labels : mapping of str to object
        The label of each name in the sentence.

    Returns
    -------
    Comparison
        Whether every row of these names has its label; unknown if a name is not listed or has no
        label.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> rows = pd.DataFrame({"model": ["LUKE"], "team_type": ["academia-only"]})
    >>> labelled(rows, "team_type", {"LUKE": "academia-only"}).holds
    True
    >>> labelled(rows, "team_type", {"BERT": "industry-only"}).because
    'BERT is not listed'
    """
    answers: list[bool | None] = []
    reasons = []
    for name, label in labels.items():
        values = rows.loc[rows["model"] == name, column].dropna()
        if values.empty:
            answers.append(None)
            reasons.append(f"{name} is not listed")
        else:
            answers.append(bool((values == label).all()))
            reasons.append(f"{name}: {listing(values.unique())}")
    return _together(answers, reasons)


def _together(answers: Sequence[bool | None], reasons: Sequence[str]) -> Comparison:
    """Combine parts into one comparison, with the reasons of those that decide it."""
    holds = _all_hold(answers)
    deciding = [
        reason
        for answer, reason in zip(answers, reasons, strict=True)
        if holds is True or answer is holds
    ]
    return Comparison(holds, "; ".join(deciding))


def _all_hold(answers: Sequence[bool | None]) -> bool | None:
    """Return whether all parts are true: one false part decides, else one unknown part."""
    if False in answers:
        return False
    return None if None in answers else True


def made_by(rows: pd.DataFrame, team_type: str, *names: str) -> Comparison:
    """Compare: models of these names were made by a type of team.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows with the columns ``model`` and ``team_type``.
    team_type : str
        The type of team in the sentence.
    *names : str
        The models; without any, all rows.

    Returns
    -------
    Comparison
        Whether all were; unknown if a model is not listed, or there are no rows.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> rows = pd.DataFrame({"model": ["LUKE"], "team_type": ["academia-only"]})
    >>> made_by(rows, "academia-only", "LUKE").holds, made_by(rows, "industry-only").holds
    (True, False)
    """
    if names:
        return labelled(rows, "team_type", dict.fromkeys(names, team_type))
    of_team = int((rows["team_type"] == team_type).sum())
    holds = of_team == len(rows) if len(rows) else None
    return Comparison(holds, f"{of_team} of {len(rows)} are by {TEAM_NAMES[team_type]}")


def names_of(actual: Names) -> list[str]:
    """Return names, each once and in their order; for rows, those of the column ``model``."""
    names = actual["model"] if isinstance(actual, pd.DataFrame) else actual
    texts = [str(name) for name in names]
    return [*dict.fromkeys(texts)]


def if_any(among: Sized | None, holds: bool) -> bool | None:
    """Return the answer of a comparison: None if there was nothing to choose from."""
    is_empty = among is not None and len(among) == 0
    return None if is_empty else holds


def label_in_words(name: Any) -> str:
    """Return a name in words: that of a type of team, those of several organisations."""
    text = str(name)
    return TEAM_NAMES.get(text, text.replace("|", " and "))


def listing(names: Iterable[Any]) -> str:
    """Return the first names as a list in a sentence, with the number of the others.

    Examples
    --------
    >>> listing(["Meta", "Google", "OpenAI"]), listing(["collaboration"]), listing([])
    ('Meta, Google and OpenAI', 'universities with companies', 'none')
    """
    texts = [label_in_words(name) for name in names]
    if len(texts) > MOST_SHOWN:
        shown = ", ".join(texts[:MOST_SHOWN])
        return f"{shown} and {len(texts) - MOST_SHOWN} more"
    if any(" and " in text for text in texts):
        return ", ".join(texts)
    return in_list(texts or ["none"])
