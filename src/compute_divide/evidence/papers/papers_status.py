"""Which records of a list are accepted papers, and on which track."""

from __future__ import annotations

import re

_NOT_ACCEPTED = re.compile(r"reject|withdr|workshop|^active$|retract|invite|tutorial", re.IGNORECASE)
_ACCEPTED = re.compile(
    r"accept|poster|spotlight|oral|talk|highlight|top-?\d|notable|award|best|technical|main|long|short|findings|"
    r"industry|demo|journal|paper|track|listed|proceeding|regular|full|special|survey|resource|applied|student",
    re.IGNORECASE,
)
_TRACKS = {"findings": "findings", "industry": "industry", "demonstration": "demonstrations", "journal": "journal"}


def status_fault(status: str | None) -> str | None:
    """Return why a status keeps a record out, or None where it is that of an accepted paper.

    A list of proceedings states no status for some papers: no status counts as accepted.

    Examples
    --------
    >>> status_fault("Poster"), status_fault("Desk Reject"), status_fault("Zebra")
    (None, 'not accepted: Desk Reject', "the status 'Zebra' is not known")
    """
    if status is None:
        return None
    if _NOT_ACCEPTED.search(status):
        return f"not accepted: {status}"
    return None if _ACCEPTED.search(status) else f"the status {status!r} is not known"


def track_name(track: str | None, status: str | None) -> str:
    """Return the track of a paper as a short name; ``main`` where nothing else is said.

    Examples
    --------
    >>> track_name("Datasets & Benchmarks", "Poster"), track_name("main", "Long Findings"), track_name(None, None)
    ('datasets-and-benchmarks', 'findings', 'main')
    """
    if track and track.lower() != "main":
        return re.sub(r"[^a-z0-9]+", "-", track.lower().replace("&", "and")).strip("-") or "main"
    return next((name for sign, name in _TRACKS.items() if status and sign in status.lower()), "main")
