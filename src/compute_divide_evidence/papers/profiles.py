"""Profiles of papers from those of their authors, as they are derived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from compute_divide.sources.papers.profiles import (
    SECTORS,
    UNKNOWN,
    Calls,
    PublicResearch,
    parse_profile,
    profile_sectors,
    slot_sectors,
    team_of,
)


def slot_profile(atoms: Iterable[str]) -> str:
    """Return the slot profile of the atoms found in a slot, each known one once."""
    known = {*atoms} - {UNKNOWN}
    return "+".join(sorted(known)) or UNKNOWN


def paper_profile(slots: Iterable[str]) -> str:
    """Return the paper profile of slot profiles; empty for no slots."""
    counts = Counter(slots).items()
    most_first = sorted(counts, key=lambda entry: (-entry[1], entry[0]))
    return " ".join(f"{count}:{slot}" for slot, count in most_first)


def sector_counts(profile: str, calls: Calls) -> dict[str, int]:
    """Return the number of slots that name each sector, and ``unknown``.

    A slot can name several sectors.
    """
    counts = dict.fromkeys((*SECTORS, UNKNOWN), 0)
    for count, atoms in parse_profile(profile):
        for sector in slot_sectors(atoms, calls) or (UNKNOWN,):
            counts[sector] += count
    return counts


def profile_team(profile: str, calls: Calls, public_research: PublicResearch = "other") -> str:
    """Return the team type of a paper."""
    return team_of(profile_sectors(profile, calls), public_research)
