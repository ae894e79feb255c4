"""Paper profiles: what is kept of a paper's affiliations, so that every judgement call can be flipped without them.

A slot profile says which sectors one affiliation string names: ``academia``, ``academia+industry``, ``unknown``, with
``@openai`` where a judgement call decides. A paper profile counts the slot profiles of a paper:
``"3:academia 1:@mila+academia 1:unknown"``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal

from compute_divide.evidence.papers.affiliations import SECTORS, UNKNOWN
from compute_divide.evidence.papers.choices import judgement_calls
from compute_divide.evidence.store.files import EvidenceError
from compute_divide.evidence.store.labels import team_type

Calls = Mapping[str, tuple[str, ...]]
"""From the name of a judgement call to the sectors that its organisations count as; none for not known."""

PublicResearch = Literal["academia", "other"]
"""How government and non-profit research counts in a team type: as academia, or as a sector of its own."""


def paper_profile(slots: Iterable[str]) -> str:
    """Return the paper profile of slot profiles; empty for no slots.

    Examples
    --------
    >>> paper_profile(["academia", "industry", "academia"])
    '2:academia 1:industry'
    """
    counts = sorted(Counter(slots).items(), key=lambda entry: (-entry[1], entry[0]))
    return " ".join(f"{count}:{slot}" for slot, count in counts)


@lru_cache(maxsize=65536)
def parse_profile(profile: str) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Return a paper profile as pairs of a number of slots and the atoms of their slot profile.

    Examples
    --------
    >>> parse_profile("2:academia 1:@openai+academia")
    ((2, ('academia',)), (1, ('@openai', 'academia')))
    """
    entries = (entry.split(":", 1) for entry in profile.split())
    return tuple((int(count), tuple(slot.split("+"))) for count, slot in entries)


def calls_with(flips: Mapping[str, tuple[str, ...]] | None = None) -> dict[str, tuple[str, ...]]:
    """Return the sectors of every judgement call, some of them flipped.

    Examples
    --------
    >>> calls_with({"openai": ("nonprofit",)})["openai"]
    ('nonprofit',)
    """
    calls = judgement_calls()
    for name, sectors in (flips or {}).items():
        if name not in calls:
            raise EvidenceError(f"{name!r} is not a judgement call; allowed: {', '.join(calls)}")
        for sector in sectors:
            if sector not in SECTORS:
                raise EvidenceError(f"{sector!r} is not a sector; allowed: {', '.join(SECTORS)}")
        calls[name] = tuple(sectors)
    return calls


def slot_sectors(atoms: Iterable[str], calls: Calls) -> frozenset[str]:
    """Return the sectors of a slot; none when nothing is known."""
    found: set[str] = set()
    for atom in atoms:
        if atom.startswith("@"):
            found.update(calls[atom[1:]])
        elif atom != UNKNOWN:
            found.add(atom)
    return frozenset(found)


def sector_counts(profile: str, calls: Calls) -> dict[str, int]:
    """Return the number of slots that name each sector, and ``unknown``; a slot can name several.

    Examples
    --------
    >>> sector_counts("2:academia 1:@openai+academia 1:unknown", calls_with())
    {'academia': 3, 'industry': 1, 'government': 0, 'nonprofit': 0, 'unknown': 1}
    """
    counts = dict.fromkeys((*SECTORS, UNKNOWN), 0)
    for count, atoms in parse_profile(profile):
        for sector in slot_sectors(atoms, calls) or (UNKNOWN,):
            counts[sector] += count
    return counts


def profile_team(profile: str, calls: Calls, public_research: PublicResearch = "academia") -> str:
    """Return the team type of a paper.

    Examples
    --------
    >>> calls = calls_with()
    >>> profile_team("2:academia 1:government", calls), profile_team("2:academia 1:government", calls, "other")
    ('academia-only', 'other')
    >>> profile_team("2:academia 1:@openai", calls), profile_team("3:unknown", calls)
    ('collaboration', 'unknown')
    """
    present = {sector for _, atoms in parse_profile(profile) for sector in slot_sectors(atoms, calls)}
    if public_research == "academia":
        present = {"industry" if sector == "industry" else "academia" for sector in present}
    return team_type(sorted(present))
