"""Closed sets of labels, and team types: a label that is not in its set stops the derivation and is never guessed.

Until early 2024 the models database gave a model one team label that rests on the shares of its authors: "Academia" and
"Industry" mean that all of them belong there, every kind of "Industry - Academia Collaboration" that both occur. Since
then a model has one token for each of its organisations, not de-duplicated: "Academia,Academia,Industry". The two are
not fully comparable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compute_divide.evidence.store.files import EvidenceError
from compute_divide.evidence.store.raw_csv import clean


@dataclass(frozen=True)
class Labels:
    """The labels that a source uses for one thing: what that is, and from each label in lower case to ours."""

    noun: str
    known: Mapping[str, str]

    @property
    def ours(self) -> list[str]:
        """The canonical labels, in their order."""
        return list(dict.fromkeys(self.known.values()))

    def canonical(self, label: str, place: str) -> str:
        """Return our label for one of the source; the error for a new one names its place and the known ones."""
        try:
            return self.known[clean(label).casefold()]
        except KeyError:
            raise EvidenceError(
                f"{place}: {label!r} is not a known {self.noun}; known: {', '.join(self.ours)}"
            ) from None


def same(*labels: str) -> dict[str, str]:
    """Return a mapping of labels to themselves, the keys in lower case."""
    return {label.casefold(): label for label in labels}


SECTORS = Labels(
    "sector of an organisation",
    {
        "academia": "academia",
        "industry": "industry",
        "government": "government",
        "research collective": "nonprofit",
        "non-profit": "nonprofit",
        "nonprofit": "nonprofit",
    },
)
"""Sectors of organisations. A research collective counts as a nonprofit."""

NOTABILITY = Labels(
    "notability criterion",
    {
        "highly cited": "highly cited",
        "historical significance": "historical significance",
        "historical relevance": "historical significance",
        "sota improvement": "SOTA improvement",
        "significant use": "significant use",
        "training cost": "training cost",
        "discretionary": "discretionary",
        "important context": "important context",
        "competition winner": "competition winner",
        "icpr 2012 mitosis detection competition winner": "competition winner",
    },
)
"""Why the database lists a model as notable."""

OPENNESS = Labels(
    "accessibility of weights",
    {
        **same(
            "Open weights (unrestricted)",
            "Open weights (restricted use)",
            "Open weights (non-commercial)",
            "API access",
            "Hosted access (no API)",
            "Unreleased",
            "Fully open-source",
            "Permissive license",
        ),
        # names that the same classes had in the middle of 2024
        "open source": "Open weights (unrestricted)",
        "open access (unrestricted)": "Open weights (unrestricted)",
        "open access (restricted use)": "Open weights (restricted use)",
        "open access (non-commercial)": "Open weights (non-commercial)",
        "api accessible": "API access",
    },
)
"""Access to a model's weights. "Fully open-source" and "Permissive license" occur only in snapshots of 2023-12 to early
2024, whose classes differ from the later ones: both mean that the weights can be downloaded."""

OPEN_WEIGHTS = frozenset(
    {
        "Open weights (unrestricted)",
        "Open weights (restricted use)",
        "Open weights (non-commercial)",
        "Fully open-source",
        "Permissive license",
    }
)
"""The classes of `OPENNESS` in which the weights can be downloaded, under whatever terms."""

CODE_OPENNESS = Labels(
    "accessibility of code",
    {
        **same("Open source", "Open (restricted use)", "Open (non-commercial)", "Unreleased"),
        "open access (restricted use)": "Open (restricted use)",
        "open access (non-commercial)": "Open (non-commercial)",
    },
)
"""Access to a model's training or inference code."""

CONFIDENCE = Labels("confidence", same("Confident", "Likely", "Speculative", "Unverified", "Unknown", "Wrong"))
"""How sure the database is of a model's figures."""

# --- team types ---

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
    """Return the tokens of a team label: our names of sectors, or ``collaboration``."""
    return [TEAM_LABELS.canonical(token, place) for token in label.split(",") if clean(token)]


def team_type(tokens: list[str]) -> str:
    """Return the team type that the tokens of a label make; academia with government, for one, is ``other``.

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
    return f"{kinds.pop()}-only" if kinds in ({"academia"}, {"industry"}) else "other"
