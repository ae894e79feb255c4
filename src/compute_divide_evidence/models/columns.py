"""Which column of a raw snapshot contains which of our fields, and what a file may lack."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from bookpress.errors import UsageError, nearest
from compute_divide.sources.store.files import EvidenceError
from compute_divide_evidence.store.raw_csv import RawTable

HEADERS: Mapping[str, tuple[str, ...]] = {
    "model": ("Model", "System"),
    "reference": ("Reference",),
    "published": ("Publication date",),
    "organisations": ("Organization", "Organization(s)"),
    "countries": ("Country (of organization)", "Country (from Organization)"),
    "team_label": ("Organization categorization",),
    "notability": ("Notability criteria", "Inclusion criteria"),
    "criteria_met": ("Inclusion criteria met",),
    "excluded": ("Exclude",),
    "training_compute_flop": ("Training compute (FLOP)", "Training compute (FLOPs)"),
    "finetune_compute_flop": ("Finetune compute (FLOP)",),
    "parameters": ("Parameters",),
    "training_hardware": ("Training hardware",),
    "hardware_quantity": ("Hardware quantity",),
    "hardware_utilization": ("Hardware utilization (MFU)", "Hardware utilization"),
    "training_time_hours": ("Training time (hours)",),
    "training_cost_usd": (
        "Training compute cost (2023 USD)",
        "Training compute cost (2020 USD)",
        "Training cost (2020 USD)",
    ),
    "base_model": ("Base model",),
    "openness": ("Model accessibility", "Open-source"),
    "code_openness": ("Training code accessibility", "Code accessibility"),
    "inference_code_openness": ("Inference code accessibility",),
    "domain": ("Domain",),
    "task": ("Task",),
    "self_supervised": ("Self-supervised training",),
    "approach": ("Approach",),
    "citations": ("Citations",),
    "confidence": ("Confidence",),
    "link": ("Link",),
}
"""Our fields, and the headers of their columns in various snapshots, in any letter case."""

NEEDED = ("model", "published", "organisations", "team_label", "notability")

RUNS = ("training-compute", "large-scale-models", "causes", "diffusion", "policy", "audit")
"""The chapters whose results rest on the number of chips, and on hours."""

CHAPTERS: Mapping[str, tuple[str, ...]] = {
    "reference": ("training-compute", "large-scale-models", "open-models", "robustness"),
    "countries": ("machines", "diffusion"),
    "training_compute_flop": (
        *("training-compute", "large-scale-models", "causes", "open-models", "diffusion"),
        *("policy", "remedies", "robustness", "ledger", "audit"),
    ),
    "parameters": ("robustness",),
    "training_hardware": (*RUNS, "ledger"),
    "hardware_quantity": RUNS,
    "hardware_utilization": ("policy",),
    "training_time_hours": RUNS,
    "training_cost_usd": ("causes", "ledger"),
    "base_model": (
        *("training-compute", "large-scale-models", "causes"),
        *("open-models", "diffusion", "audit"),
    ),
    "openness": ("open-models", "diffusion", "ledger"),
    "code_openness": ("diffusion",),
    "domain": ("large-scale-models", "open-models", "ledger"),
    "link": ("training-compute", "policy", "robustness", "ledger"),
}
"""The fields that a file may lack, and the chapters whose results change if it does."""


class Generation(NamedTuple):
    """A schema generation of the database.

    It has a name, the lower-case headers that identify it, whether lists were typed, and which of
    `CHAPTERS` its files may lack.
    """

    name: str
    marks: tuple[str, ...]
    typed: bool
    without: frozenset[str]


_NOT_YET = frozenset(
    {
        *("countries", "base_model", "openness", "code_openness"),
        *("hardware_quantity", "hardware_utilization"),
    }
)
_NEVER_AGAIN = frozenset({"code_openness"})

GENERATIONS = (
    Generation(
        "spreadsheet (2022 to early 2023)",
        ("inclusion criteria", "organization(s)"),
        typed=True,
        without=_NOT_YET | {"training_hardware", "training_time_hours"},
    ),
    Generation(
        "one token an organisation (from 2024)",
        ("notability criteria", "model accessibility"),
        typed=False,
        without=_NEVER_AGAIN,
    ),
    Generation(
        "one token an organisation (from 2024)",
        ("notability criteria", "model"),
        typed=False,
        without=_NEVER_AGAIN,
    ),
    Generation(
        "author shares (late 2023 to early 2024)",
        ("notability criteria", "system"),
        typed=True,
        without=_NOT_YET,
    ),
)


def recognise(raw: RawTable) -> Generation:
    """Return the schema generation that a header belongs to.

    The error says which columns were looked for.
    """
    there = {name.casefold() for name in raw.header}
    blank = [field for field in NEEDED if there.isdisjoint(map(str.casefold, HEADERS[field]))]
    lacking = [_headers(field) for field in blank]
    if not lacking:
        for generation in GENERATIONS:
            if there.issuperset(generation.marks):
                return generation
    columns = "; no column ".join(lacking) or "of one generation"
    there_are = ", ".join(raw.header[:8])
    raise EvidenceError(
        f"{raw.file} is not a snapshot of the models database with team labels: "
        f"it has no column {columns} (its columns: {there_are}, ...)"
    )


def columns_of(header: Sequence[str]) -> dict[str, str]:
    """Return the column of each of our fields in a file; empty if there is none."""
    there = {name.casefold(): name for name in header}
    columns = {}
    for field, names in HEADERS.items():
        columns[field] = ""
        for name in map(str.casefold, names):
            if name in there:
                columns[field] = there[name]
                break
    return columns


def check_columns(
    raw: RawTable, columns: Mapping[str, str], generation: Generation, without: Collection[str]
) -> list[str]:
    """Return notes on columns that chapters need and a file lacks.

    Raise EvidenceError if it lacks a column of its generation that is not named in `without`.
    """
    _refuse_needless(without, columns, raw.file)
    lacking = [field for field in CHAPTERS if not columns[field]]
    strays = [name for name in raw.header if name and name not in columns.values()]
    lost = [field for field in lacking if field not in {*without, *generation.without}]
    if lost:
        described = "; ".join(_lost(field, strays) for field in lost)
        options = " ".join(f"--without {field}" for field in lost)
        raise EvidenceError(
            f"{raw.file} lacks what chapters rest on: {described}: give these columns, in "
            f"their units, or leave what rests on them unknown by {options}"
        )
    blank = [field for field in CHAPTERS if columns[field] and _is_blank(columns[field], raw)]
    return [
        *(f"no column {_headers(field)}: {_unknown(field)}" for field in lacking),
        *(f"no value in {columns[field]!r}: {_unknown(field)}" for field in blank),
    ]


def _refuse_needless(without: Collection[str], columns: Mapping[str, str], file: str) -> None:
    for field in without:
        if field not in CHAPTERS:
            raise UsageError(f"--without {field} names no column{nearest(field, [*CHAPTERS])}")
        if columns[field]:
            raise UsageError(f"--without {field}: {file} has the column {columns[field]!r}")


def _is_blank(column: str, raw: RawTable) -> bool:
    return not any(row[column] for row in raw.rows)


def _unknown(field: str) -> str:
    return f"{field} is unknown ({_used_by(field)})"


def _lost(field: str, strays: Sequence[str]) -> str:
    """Say which column may be meant for a missing field, and which chapters need it."""
    lowered = {name.casefold(): name for name in strays}
    names = [name.casefold() for name in HEADERS[field]]
    alike = [difflib.get_close_matches(name, lowered, n=1, cutoff=0.7) for name in names]
    meant = "".join(f", only {lowered[close[0]]!r}" for close in alike[:1] if close)
    return f"no column {_headers(field)}{meant} ({field}, {_used_by(field)})"


def _headers(field: str) -> str:
    return " or ".join(map(repr, HEADERS[field]))


def _used_by(field: str) -> str:
    return f"used by {', '.join(CHAPTERS[field])}"
