"""Derive private sites for AI by date (Epoch AI).

The source follows sites by satellite and power and projects them to 2030; entries after its own day
are plans and are set aside.
"""

from __future__ import annotations

from pathlib import Path

from compute_divide.sources.chips.campuses import CAMPUSES, FIELDS, SNAPSHOT, observation_day
from compute_divide.sources.store.files import Sidecar
from compute_divide.sources.store.raw_csv import Findings, Row
from compute_divide_evidence.store.raw_csv import Origin, read_raw
from compute_divide_evidence.store.writing import DerivedTable, read_rows

_FUTURE = f"a day after {SNAPSHOT}, a plan"
_BLANK = "no H100 equivalents"


def derive_campuses(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the table of campuses; see `compute_divide_evidence.catalogue.Derive`."""
    timelines = _origin("center_timelines", "timelines of frontier data centers")
    centers = _origin("centers", "frontier data centers")
    dated = read_raw(raw / timelines.path)
    named = read_raw(raw / centers.path)
    sites = {row["Name"]: row for row in named.rows}
    findings = Findings()
    aside = Findings()
    rows = []
    for row in dated.rows:
        reason = _reason(row)
        if reason:
            aside.add(reason, f"row {row.number}")
            continue
        [record] = read_rows([row], FIELDS, findings)
        site = sites.get(row["Data center"])
        if site is None:
            findings.add("owner, country: not in the list of sites", f"row {row.number}")
        rows.append({**record, **_about(site)})
    for row in named.rows:
        aside.add("a site, told of in the rows of its days", f"row {row.number}")
    sources = [dated.source(timelines), named.source(centers)]
    return [DerivedTable(CAMPUSES, folder).write(rows, sources, aside.groups(), findings.notes())]


def _reason(row: Row) -> str:
    """Return why a row is not counted; empty if it is."""
    if observation_day(row, "", Findings()) > SNAPSHOT:
        return _FUTURE
    return "" if row["H100 equivalents"] else _BLANK


def _about(site: Row | None) -> dict[str, str]:
    """Return owner and country of a site, if it is listed."""
    if site is None:
        return {}
    owner, _, _ = site["Owner"].partition(" #")
    return {"owner": owner, "country": site["Country"]}


def _origin(what: str, title: str) -> Origin:
    return Origin(
        f"compute/epoch_frontier_data_{what}_{SNAPSHOT}.csv",
        f"Epoch AI, {title}",
        SNAPSHOT,
        "Epoch AI, 'Frontier Data Centers', published online at epoch.ai",
        "CC BY 4.0",
        "https://epoch.ai/data/data-centers",
    )
