"""Derive the tables of machines and chips that were checked against their sources."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from compute_divide.sources.audit.machines import CHIP_FIELDS, CHIPS, MACHINE_FIELDS, MACHINES
from compute_divide.sources.store import files, tables
from compute_divide.sources.store.files import Sidecar
from compute_divide.sources.store.raw_csv import Findings, Row
from compute_divide_evidence.store import raw_csv
from compute_divide_evidence.store.raw_csv import Origin
from compute_divide_evidence.store.writing import DerivedTable, read_rows

_OWN = {"machines": "audit/own_machines.csv", "chips": "audit/own_chips.csv"}
"""What was checked after the first audit, in the columns of its raw files that are read."""
_OWN_TITLE = "{} checked by this book after the audit"
_KEYS = {"machines": ("machine", "rmax_pflops"), "chips": ("chip",)}
"""What tells their rows apart; machines without a name have their measured speed."""


def derive_audited_machines(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the two tables; see `compute_divide_evidence.catalogue.Derive`."""
    return [
        _derive(MACHINES, MACHINE_FIELDS, "machines", raw, folder),
        _derive(CHIPS, CHIP_FIELDS, "chips", raw, folder),
    ]


def _derive(
    table: tables.EvidenceTable, fields: tables.Fields, what: str, raw: Path, folder: Path
) -> Sidecar:
    """Derive a table from the first audit and from later checks, which replace what they repeat."""
    origin = _origin(what)
    own = replace(origin, path=_OWN[what], title=_OWN_TITLE.format(what.capitalize()))
    first = raw_csv.read_raw(raw / origin.path)
    later = raw_csv.read_raw(files.data_dir() / own.path)
    checked = {_key(row, what): row for row in later.rows}
    findings = Findings()
    replaced = Findings()
    rows = []
    for row in first.rows:
        again = checked.pop(_key(row, what), None)
        rows.append(again or row)
        if again is not None:
            replaced.add("checked again later, and replaced", f"row {row.number}")
    records = read_rows([*rows, *checked.values()], fields, findings)
    sources = [first.source(origin), later.source(own)]
    return DerivedTable(table, folder).write(records, sources, replaced.groups(), findings.notes())


def _key(row: Row, what: str) -> tuple[str, ...]:
    return tuple(row[name] for name in _KEYS[what])


def _origin(what: str) -> Origin:
    return Origin(
        f"audit/{what}.csv",
        f"The Compute Divide, audit of {what}",
        "2026-11",
        "The Compute Divide; the sources are named in each row",
        "CC BY 4.0",
    )
