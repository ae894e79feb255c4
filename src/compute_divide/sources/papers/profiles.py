"""Paper profiles: a paper's affiliations as facts, so that judgement calls can be flipped."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, get_args

from compute_divide.sources.store.files import EvidenceError, read_bytes, read_yaml
from compute_divide.sources.store.raw_csv import team_type

Sector = Literal["academia", "industry", "government", "nonprofit"]
SECTORS: tuple[str, ...] = get_args(Sector)

UNKNOWN = "unknown"
"""The slot profile of a string without an organisation of known sector."""

RULES_FILE = "organisations.csv"
COVERAGE_TABLE = "papers/coverage.csv"
_TOPICS_FILE = "topics.yml"

Calls = Mapping[str, tuple[str, ...]]
"""From the name of a judgement call to the sectors of its organisations; empty for unknown."""

PublicResearch = Literal["academia", "other"]
"""How government and non-profit research counts in a team type: as academia, or as a sector of its
own."""

JOINT_LABS: Calls = {
    "mixed": ("academia", "industry"),
    "academia": ("academia",),
    "industry": ("industry",),
}
"""Ways to count a joint laboratory of a university and a company, and the sectors it then has."""

NON_PROFITS = {
    "academia": "universities, so a team without a company is academic",
    "other": "a sector of their own, which is neither side",
}
"""Ways to count government and non-profit research, and what they mean."""

READINGS = {"name": "by affiliations", "domain": "by e-mail domains, where the lists have them"}
"""Ways to infer employers, and what they mean."""

_CAPITALS = {"corl": "CoRL", "neurips": "NeurIPS"}

VENUE = r"[a-z0-9]*[a-z][a-z0-9]*"
"""The short name of a venue: letters and digits, such as ``3dv``."""
VENUE_GROUPS = {
    "machine-learning": ("neurips", "icml", "iclr"),
    "vision": ("cvpr", "iccv", "eccv"),
    "language": ("acl", "naacl", "emnlp", "coling", "colm"),
    "general": ("aaai", "ijcai"),
}
"""Conferences by field; those on theory, robotics and statistics belong to no group."""
_FIELDS = {
    "machine-learning": "machine learning",
    "vision": "computer vision",
    "language": "language",
    "general": "AI in general",
}


def venue_name(venue: str) -> str:
    """Return the written name of a conference, mostly in capitals.

    Parameters
    ----------
    venue : str
        The conference as in the papers table.

    Returns
    -------
    str
        Its name for readers.

    Examples
    --------
    >>> venue_name("neurips"), venue_name("icml")
    ('NeurIPS', 'ICML')
    """
    return _CAPITALS.get(venue, venue.upper())


def venues() -> list[str]:
    """Return the venues of the papers table in alphabetical order."""
    text = read_bytes(COVERAGE_TABLE).decode("utf-8")
    rows = csv.DictReader(io.StringIO(text))
    return sorted({row["venue"] for row in rows})


def venue_names() -> list[str]:
    """Return the names of the groups of venues, then the venues."""
    return [*VENUE_GROUPS, *venues()]


def venue_label(name: str) -> str:
    """Return the written name of a venue, or of a group of venues."""
    return _FIELDS.get(name) or venue_name(name)


def conferences(names: Iterable[str]) -> list[str]:
    """Return the conferences behind names of conferences and of groups.

    Parameters
    ----------
    names : iterable of str
        Conferences as in the papers table, or groups: ``machine-learning``, ``vision``,
        ``language``, ``general``.

    Returns
    -------
    list of str
        Each conference once, in the given order.

    Examples
    --------
    >>> conferences(["vision", "colt", "cvpr"])
    ['cvpr', 'iccv', 'eccv', 'colt']
    """
    return list(dict.fromkeys(venue for name in names for venue in VENUE_GROUPS.get(name, (name,))))


def topic_names() -> list[str]:
    """Return the names of the groups of topics, then of the topics."""
    return list(_topic_labels(read_bytes(_TOPICS_FILE)))


def topic_label(name: str) -> str:
    """Return the written name of a topic, or of a group of topics."""
    return _topic_labels(read_bytes(_TOPICS_FILE))[name]


@lru_cache(maxsize=4)
def _topic_labels(_content: bytes) -> dict[str, str]:
    topics = read_yaml(_TOPICS_FILE, dict[str, dict[str, Any]])
    return {
        name: entry["label"]
        for kind in ("groups", "topics")
        for name, entry in topics[kind].items()
    }


def judgement_calls() -> dict[str, tuple[str, ...]]:
    """Return the judgement calls in alphabetical order, with their default sectors."""
    return dict(_judgement_calls(read_bytes(RULES_FILE)))


@lru_cache(maxsize=4)
def _judgement_calls(content: bytes) -> dict[str, tuple[str, ...]]:
    rows = csv.DictReader(io.StringIO(content.decode("utf-8")))
    judged = [row for row in rows if row["judgement"]]
    calls = [(row["judgement"], tuple(filter(None, row["sector"].split("|")))) for row in judged]
    calls.sort()
    return dict(calls)


def flips_of(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the judgement calls flipped by texts, with their new sectors.

    A text looks like ``openai=nonprofit``.
    """
    flips: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name, equals, sectors = text.partition("=")
        if not equals:
            raise EvidenceError(
                f"{text!r} does not flip a judgement call: write a call, =, and a sector or unknown"
            )
        calls = judgement_calls()
        if name not in calls:
            raise EvidenceError(f"{name!r} is not a judgement call; allowed: {', '.join(calls)}")
        if name in flips:
            raise EvidenceError(f"the judgement call {name!r} is flipped twice")
        flipped = () if sectors == UNKNOWN else tuple(sectors.split("|"))
        flips[name] = flipped
        for sector in flipped:
            if sector not in SECTORS:
                raise EvidenceError(
                    f"{sector!r} is not a sector; allowed: {', '.join(SECTORS)}, or unknown"
                )
    return flips


@lru_cache(maxsize=65536)
def parse_profile(profile: str) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Return a paper profile as pairs of a number of slots and the atoms of their slot profile."""
    entries = (entry.split(":", 1) for entry in profile.split())
    return tuple((int(count), tuple(slot.split("+"))) for count, slot in entries)


def slot_sectors(atoms: Iterable[str], calls: Calls) -> frozenset[str]:
    """Return the sectors of a slot; empty if nothing is known."""
    sectors: set[str] = set()
    for atom in atoms:
        if atom.startswith("@"):
            sectors.update(calls[atom[1:]])
        elif atom != UNKNOWN:
            sectors.add(atom)
    return frozenset(sectors)


def profile_sectors(profile: str, calls: Calls) -> frozenset[str]:
    """Return the sectors that the slots of a paper name; empty if nothing is known."""
    atoms = (atom for _, atoms in parse_profile(profile) for atom in atoms)
    return slot_sectors(atoms, calls)


@lru_cache
def team_of(sectors: frozenset[str], public_research: PublicResearch) -> str:
    """Return the team type of a paper, given the sectors of its authors."""
    if public_research == "academia":
        sectors = frozenset(
            "industry" if sector == "industry" else "academia" for sector in sectors
        )
    return team_type(sorted(sectors))
