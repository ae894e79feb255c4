"""Derive a vintage from a snapshot of the models database, shipped or added."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from bookpress.errors import UsageError
from compute_divide.sources.models.schema import SCHEMA
from compute_divide.sources.models.table import Snapshot, shipped_snapshots
from compute_divide.sources.store import files, tables
from compute_divide.sources.store.files import EvidenceError, SetAside, Sidecar
from compute_divide_evidence.models.raw import NOTHING, Stated, parse_snapshot
from compute_divide_evidence.store.raw_csv import Origin, read_raw
from compute_divide_evidence.store.writing import DerivedTable


def epoch(
    path: str, title: str, snapshot: str, url: str = "https://epoch.ai/data/ai-models"
) -> Origin:
    """Return the origin of a raw file of Epoch AI."""
    credit = "Epoch AI, 'Data on AI Models', published online at epoch.ai"
    return Origin(path, title, snapshot, credit, "CC BY 4.0", url)


def derive_models(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the tables of all shipped snapshots.

    See `compute_divide_evidence.catalogue.Derive`.
    """
    return [_derive_snapshot(snapshot, raw, folder) for snapshot in shipped_snapshots()]


def _derive_snapshot(snapshot: Snapshot, raw: Path, folder: Path) -> Sidecar:
    file = read_raw(raw / snapshot.file)
    origin = _origin(snapshot.file, snapshot.date)
    sources = [file.source(origin)]
    aside = []
    notable = None
    if snapshot.notable:
        sheet = read_raw(raw / snapshot.notable)
        names = {row["System"] for row in sheet.rows}
        strangers = names - {row["System"] for row in file.rows}
        if strangers:
            raise EvidenceError(f"{sheet.file}: {min(strangers)!r} is not in {file.file}")
        notable = names.__contains__
        title = f"{origin.title}, sheet of notable models"
        sources.append(sheet.source(replace(origin, title=title)))
        reason = "rows of the sheet of notable models, which mark the scope"
        aside.append(SetAside(reason=reason, rows=len(sheet.rows)))
    records, unread, met = parse_snapshot(file, notable)
    notes = [f"read from the public mirror {snapshot.mirror}", *met]
    table = _table(snapshot.date[:7], "derive_models")
    return DerivedTable(table, folder).write(records, sources, [*aside, *unread], notes)


def _origin(path: str, snapshot: str) -> Origin:
    return epoch(path, f"Epoch AI models database, snapshot of {snapshot}", snapshot)


def _table(vintage: str, derived_by: str) -> tables.EvidenceTable:
    description = f"models of the Epoch AI database as of {vintage}"
    return tables.EvidenceTable(
        files.table_name(vintage),
        SCHEMA,
        description,
        f"compute_divide.sources.models.table.{derived_by}",
    )


def check_vintage(vintage: str) -> None:
    """Raise `UsageError` if a text is not written like a vintage."""
    if not re.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])", vintage):
        raise UsageError(f"{vintage!r} is not a vintage: give year and month, such as 2024-07")


FEWEST = 100
"""The fewest models of a snapshot. The smallest that ships has 501; far fewer are a fragment."""


def add_snapshot(path: Path, vintage: str, folder: Path, stated: Stated = NOTHING) -> Sidecar:
    """Make a table from a snapshot that the project does not ship.

    Its sidecar notes models dated after the vintage.
    """
    check_vintage(vintage)
    file = read_raw(path)
    records, aside, notes = parse_snapshot(file, stated=stated)
    if len(records) < FEWEST:
        models = "1 model" if len(records) == 1 else f"{len(records)} models"
        raise EvidenceError(
            f"{path.name} contains {models}, a vintage needs at least {FEWEST}: "
            "`data add row` adds single ones"
        )
    dated = [record for record in records if record["published"]]
    late = [record["model"] for record in dated if record["published"][:7] > vintage]
    if late:
        examples = "; ".join(late[:3])
        notes.append(f"published after the vintage: {len(late)} ({examples})")
    sources = [file.source(_origin(path.name, vintage))]
    return DerivedTable(_table(vintage, "add_snapshot"), folder).write(
        records, sources, aside, notes
    )
