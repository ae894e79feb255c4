"""The audit of training runs: who made each, on whose computer, with how much computing of its own.

The rows were chosen on purpose: they can decide who made the largest runs of a year. So errors
among them are counts, not rates. Rows that were checked later are in ``own_checks.csv``, maintained
by hand, and replace those of the first audit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from compute_divide.sources.audit.institutes import (
    derive_institutes,
    sector_reader,
    team_with_institutes,
)
from compute_divide.sources.models.labels import SECTORS
from compute_divide.sources.models.schema import SCHEMA
from compute_divide.sources.store import files, tables
from compute_divide.sources.store.files import EvidenceError, Origin, Sidecar
from compute_divide.sources.store.raw_csv import (
    TEAM_TYPES,
    Bounds,
    Findings,
    Labels,
    Row,
    clean,
    joined,
    read_raw,
    same,
    team_type,
)
from compute_divide.sources.store.writing import DerivedTable, read_rows

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
ACCESS_COLUMNS = ("access_verdict", "openness", "access_seen", "access_source")

OWN_CHECKS = "audit/own_checks.csv"
"""Rows that this project checked after the first audit, with the columns of its raw file."""
DUAL_AFFILIATIONS = "audit/dual_affiliation.csv"
"""Collaborations that rest only on authors with two posts: model, year, answer, why."""
BASES = "audit/bases.csv"
"""The model a run was built on if the database names another: model, year, base, source."""
ACCESS = "audit/access.csv"
"""Verdicts on the label of access: model, year, verdict, the right label, how seen, source."""
SAME_RUNS = "audit/same_runs.csv"
"""Rows that describe the same run as another row: model, year, the other."""

_RAW = Origin(
    "audit/largest_runs.csv",
    "The audit of the largest training runs",
    "2026-11",
    "The Compute Divide, audit of the largest training runs, from the sources named in each row",
    "CC BY 4.0",
)


def derive_runs(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the table of audited runs; see `compute_divide.sources.catalogue.Derive`."""
    first = read_raw(raw / _RAW.path)
    later = read_raw(files.data_dir() / OWN_CHECKS)
    replaced = Findings()
    checked = {_key(row) for row in later.rows}
    rows = [row for row in first.rows if _key(row) not in checked]
    for row in first.rows:
        if _key(row) in checked:
            replaced.add("checked again later, and replaced", row.place(row["model"]))
    findings = Findings()
    records = read_rows([*rows, *later.rows], FIELDS, findings)
    counted = sector_reader()
    first_names = {row["model"] for row in first.rows}
    dual = _answers(DUAL_AFFILIATIONS, "dual_affiliation_only", records)
    twins = _answers(SAME_RUNS, "same_run_as", records)
    bases = _answers(BASES, "base_model", records)
    access = {column: _answers(ACCESS, column, records) for column in ACCESS_COLUMNS}
    papers = _papers()
    for record in records:
        key = (record["model"], record["year"])
        record.update(_teams(record, counted))
        is_joint = record["team_type"] == "collaboration"
        record["dual_affiliation_only"] = dual.get(key, "unknown") if is_joint else "no"
        record["team_type_apart"] = _team_apart(record)
        record["in_first_audit"] = record["model"] in first_names
        record["same_run_as"] = twins.get(key, "")
        record["base_model"] = bases.get(key, "")
        record.update({column: answers.get(key, "") for column, answers in access.items()})
        record.update(papers.get(record["model"], {}))
    records.sort(key=lambda record: (record["year"], record["model"]))
    own = replace(_RAW, path=OWN_CHECKS, title="Checks of this book after the first audit")
    sources = [first.source(_RAW), later.source(own)]
    written = DerivedTable(RUNS, folder).write(
        records, sources, replaced.groups(), findings.notes()
    )
    return [written, derive_institutes(counted, folder)]


def _key(row: Row) -> tuple[str, str]:
    return row["model"], row["year"]


def _papers() -> dict[str, dict[str, str]]:
    """Return title and link of each model's paper, by the model's name, in the newest vintage."""
    papers: dict[str, dict[str, str]] = {}
    for vintage in files.vintages():
        models = tables.read_table(files.table_name(vintage), SCHEMA)
        for model, reference, link in models[["model", "reference", "link"]].to_numpy().tolist():
            papers[model] = {"reference": reference, "link": link}
    return papers


def _teams(record: Mapping[str, Any], counted: Callable[[str, str], str]) -> dict[str, str]:
    """Return the sectors of a run's makers and its team, also if all institutes were academic.

    A team that the audit could not make out stays unknown.
    """
    organisations = record["organisations"].split("|")
    listed = record["sectors"].split("|")
    sectors = [counted(*pair) for pair in zip(organisations, listed, strict=True)]
    if record["team_type"] == "unknown":
        return {"sectors": joined(sectors), "team_type_with_institutes": "unknown"}
    return {
        "sectors": joined(sectors),
        "team_type": team_type(sectors),
        "team_type_with_institutes": team_with_institutes(sectors),
    }


def _team_apart(record: Mapping[str, Any]) -> str:
    """Return the team if an author with two posts does not make it a collaboration."""
    if record["dual_affiliation_only"] != "yes":
        return str(record["team_type"])
    listed = record["listed_team_type"]
    if listed in {"", "collaboration"}:
        return "unknown"
    return str(listed)


def _answers(
    table: str, column: str, records: Iterable[Mapping[str, Any]]
) -> dict[tuple[str, float], str]:
    """Return a column of a table maintained by hand; each row must belong to an audited run."""
    known = {(record["model"], record["year"]) for record in records}
    answers = {}
    for row in read_raw(files.data_dir() / table).rows:
        key = (row["model"], float(row["year"]))
        if key not in known:
            place = row.place(row["model"])
            raise EvidenceError(f"{place}: no audited run has this name and year")
        answers[key] = row[column]
    return answers
