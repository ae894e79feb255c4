"""The audit of training runs: who made each, on whose computer, with how much computing of its own.

The rows were chosen on purpose: they can decide who made the largest runs of a year. So errors
among them are counts, not rates.
"""

from __future__ import annotations

import re

from compute_divide.sources.models.labels import SECTORS
from compute_divide.sources.store import tables
from compute_divide.sources.store.files import EvidenceError
from compute_divide.sources.store.raw_csv import (
    TEAM_TYPES,
    Bounds,
    Findings,
    Labels,
    Row,
    clean,
    joined,
    same,
)

VERDICTS = ("confirmed", "derived", "team-changed", "compute-changed", "not-checkable", "duplicate")
"""The verdict on a row: as listed; built on another model; another team; another compute."""
SEEN = ("primary", "excerpt", "conference-list", "secondary", "notes-of-database")
"""How the source of a row was seen, best first. The database's notes do not count as a source."""
DATABASE_NOTES = "notes-of-database"
ACCESS_VERDICTS = ("right", "wrong", "not-checkable")
"""The verdict on the label of access to the weights, if somebody checked it."""
YES_NO = Labels("answer", same("yes", "no", "unknown"))
OWNERS = Labels(
    "owner of a computer",
    same("company", "university", "public-centre", "rented-cloud", "given-by-company", "unknown"),
)
VERDICT = Labels("verdict of the audit", same(*VERDICTS))
TEAM = Labels("team type", same(*TEAM_TYPES))

_ORGANISATION = re.compile(r"(?P<name>.+?) \[(?P<kind>[^\]]+)\]")
_KINDS = (
    ("company", "industry"),
    ("academi", "academia"),
    ("public", "government"),
    ("other", "nonprofit"),
)
_SHELF_MARKS = re.compile(
    r",?\s*stored file ids? \d+(?: and \d+)?|\s*\((?:read_file|find_string)\)"
    r"|find_string(?:/read_file)? id \d+\s*|find_string: |[;,] find_string| found by find_string"
)
"""The first audit's notes on where it looked a text up, which are of no use to a reader."""


def _organisations(row: Row) -> list[tuple[str, str]]:
    """Return the organisations of the authors with their sectors."""
    pairs = []
    for entry in row["author_organisations"].split(" ; "):
        match = _ORGANISATION.search(entry)
        if match is None:
            continue
        pairs.append((match["name"].strip("( "), _sector(match["kind"], row)))
    if not pairs:
        raise EvidenceError(f"{row.place(row['model'])}: no organisation is given with its kind")
    return pairs


def _sector(kind: str, row: Row) -> str:
    for beginning, sector in _KINDS:
        if beginning in kind:
            return sector
    raise EvidenceError(f"{row.place(row['model'])}: {kind!r} is not a kind of organisation")


def _names(row: Row, _: str, __: Findings) -> str:
    return joined(name for name, _ in _organisations(row))


def _sectors(row: Row, _: str, __: Findings) -> str:
    return joined(sector for _, sector in _organisations(row))


def _source(row: Row, _: str, __: Findings) -> str:
    """Return the sources, without the shelf marks of the auditors."""
    parts = []
    for part in row["source"].split(" ; "):
        without = _SHELF_MARKS.sub(" ", part)
        parts.append(clean(without).replace("( ", "(").strip(" ,"))
    return joined(dict.fromkeys(filter(None, parts)))


def _seen(row: Row, _: str, __: Findings) -> str:
    ways = row["seen"].split("; ")
    return joined(sorted(ways, key=SEEN.index))


def _list(header: str) -> tables.Field:
    def read(row: Row, _: str, __: Findings) -> str:
        return joined(row[header].split(" ; "))

    return tables.Field(tables.text(), read)


FIELDS: tables.Fields = {
    "model": tables.as_text("model", nullable=False),
    "year": tables.as_number("year", Bounds(whole=True), tables.whole(1950, 2040)),
    "listed_team_type": tables.as_label("listed_team", TEAM),
    "listed_compute_flop": tables.as_number("listed_flop"),
    "organisations": tables.Field(tables.text(nullable=False), _names),
    "sectors": tables.Field(tables.list_of(SECTORS.ours), _sectors),
    "team_type": tables.as_label("audited_team", TEAM, blank=None),
    "computer_owner": tables.as_text("computer_owner"),
    "computer_owner_kind": tables.as_label("computer_owner_kind", OWNERS, blank="unknown"),
    "computer": tables.as_text("computer_name"),
    "paid_by": _list("paid_by"),
    "countries": _list("countries"),
    "derived_from": tables.as_text("derived_from"),
    "listed_includes_base": tables.as_label("listed_includes_base", YES_NO, blank="unknown"),
    "own_compute_flop": tables.as_number("own_flop"),
    "arithmetic": tables.as_text("arithmetic"),
    "peak_share": tables.as_number("peak_share"),
    "verdict": tables.as_label("verdict", VERDICT, blank="not-checkable"),
    "seen": tables.Field(tables.list_of(SEEN), _seen),
    "source": tables.Field(tables.text(nullable=False), _source),
}
"""The columns of `RUNS`. Compute is in FLOP, lists are joined by ``|``."""
RUNS = tables.EvidenceTable(
    "audit/runs.csv",
    tables.schema(
        **{name: field.column for name, field in FIELDS.items()},
        same_run_as=tables.text(),
        base_model=tables.text(),
        in_first_audit=tables.flag(),
        dual_affiliation_only=tables.one_of(YES_NO.ours, nullable=False),
        team_type_apart=tables.one_of(TEAM_TYPES),
        team_type_with_institutes=tables.one_of(TEAM_TYPES, nullable=False),
        access_verdict=tables.one_of(ACCESS_VERDICTS),
        openness=tables.text(),
        access_seen=tables.one_of(SEEN),
        access_source=tables.text(),
        reference=tables.text(),
        link=tables.text(),
    ),
    "training runs held against their own sources: authors, computer, computing of their own",
    "compute_divide.sources.audit.runs.derive_runs",
)
load_audited_runs = RUNS.read
