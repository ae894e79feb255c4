"""From the team label of a model to its team type: the one rule, for both schemes of labels the database has used.

Until early 2024 a model had one label that rests on the shares of its authors: "Academia" and "Industry" mean that all
of them belong there, every kind of "Industry - Academia Collaboration" that both occur. Since then a model has one
token for each of its organisations, not de-duplicated: "Academia,Academia,Industry". The two are not fully comparable.
"""

from __future__ import annotations

from compute_divide.evidence.store.label_sets import SECTORS, Labels
from compute_divide.evidence.store.raw_csv import clean

TEAM_TYPES = ("academia-only", "collaboration", "industry-only", "other", "unknown")
"""The closed set of team types."""

_COLLABORATIONS = {
    "industry - academia collaboration": "collaboration",
    "industry - academia collaboration (industry leaning)": "collaboration",
    "industry - academia collaboration (academia leaning)": "collaboration",
}

TEAM_LABELS = Labels("team label", {**SECTORS.known, **_COLLABORATIONS})
"""Every token that a team label may hold."""


def team_tokens(label: str, place: str) -> list[str]:
    """Return the tokens of a team label: our names of sectors, or ``collaboration``.

    Parameters
    ----------
    label : str
        As the source writes it.
    place : str
        Where it stands, for the error.

    Raises
    ------
    EvidenceError
        If a token is new.

    Examples
    --------
    >>> team_tokens("Academia,Academia,Research collective", "row 2")
    ['academia', 'academia', 'nonprofit']
    """
    return [TEAM_LABELS.canonical(token, place) for token in label.split(",") if clean(token)]


def team_type(tokens: list[str]) -> str:
    """Return the team type that the tokens of a label make.

    Only academia makes ``academia-only``, only industry ``industry-only``, both a ``collaboration``; anything else,
    academia with government for one, is ``other``. No tokens make ``unknown``.

    Examples
    --------
    >>> team_type(["academia", "academia"]), team_type(["industry", "academia", "nonprofit"])
    ('academia-only', 'collaboration')
    >>> team_type(["academia", "government"]), team_type([])
    ('other', 'unknown')
    """
    kinds = set(tokens)
    if not kinds:
        return "unknown"
    if "collaboration" in kinds or {"academia", "industry"} <= kinds:
        return "collaboration"
    return {frozenset({"academia"}): "academia-only", frozenset({"industry"}): "industry-only"}.get(
        frozenset(kinds), "other"
    )
