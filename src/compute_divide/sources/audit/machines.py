"""Machines and chips checked against data sheets, user guides, the TOP500 and HPL-MxP.

What nobody could confirm is a lead, and its rate is left out. From the words of the audit only
those that say which source was seen are kept; its notes on a machine become a label, one of
`STATES`.
"""

from __future__ import annotations

import re

import pandas as pd

from compute_divide.sources.store import dates, raw_csv, tables
from compute_divide.sources.store.raw_csv import Bounds, Findings, Labels, Row, same
from compute_divide.sources.store.tables import Field

DERIVED_BY = "compute_divide.sources.audit.machines.derive_audited_machines"

KINDS = Labels(
    "kind of owner",
    {
        "public": "public",
        "public, weapons programme": "weapons",
        "public (announced)": "announced",
        "private": "private",
        "non-profit": "non-profit",
    },
)
"""The owner of a machine; ``announced`` is public and not built yet."""

VERDICTS = Labels(
    "verdict on a machine",
    same(
        "confirmed",
        "missing",
        "not-checkable",
        "date-wrong",
        "count-wrong",
        "chip-wrong",
        "owner-wrong",
    ),
)
"""What is wrong in the list of clusters; ``missing`` means that the machine is not listed."""

SEEN = Labels("how a source was seen", same("primary", "secondary", "excerpt", "dataset", "lead"))
"""``lead`` is what nobody could confirm."""

_STATES = {
    "campus": r"A campus, not shown to be one machine",
    "offer": r"an offer \(",
    "retired": r"retired; still Existing|Decommissioned",
    "enlarged": r"dropped by running_clusters as superseded",
    "replaced": r"replaced \d{4} by",
    "double": r"counted twice",
    "announced": r"Announced: not counted",
}
"""What the audit's notes say about a machine that does not count as running."""
STATES = ["runs", *_STATES]

_INTERNAL = re.compile(r"shared data [^,]*, |\(find_string [^)]*\) | \(row \d+ of clusters\.csv\)")
"""References of the audit to its own files."""


def _cleaned(header: str) -> Field:
    def read(row: Row, _: str, __: Findings) -> str:
        return _INTERNAL.sub("", row[header])

    return Field(tables.text(), read)


def _owner(row: Row, _: str, __: Findings) -> str:
    return row["owner"].removeprefix("nan")


def _state(row: Row, _: str, __: Findings) -> str:
    for state, words in _STATES.items():
        if re.search(words, row["note"]):
            return state
    return "runs"


def _operational(row: Row, _: str, __: Findings) -> str:
    """Return the first day, or that of the first TOP500 list if only that is known."""
    first, _, _ = row["operational_date"].partition(";")
    dated = dates.parse_date(first.removesuffix(" (first list)"))
    if dated is None:
        return ""
    return dated.day.isoformat()


def _first_listed(row: Row, _: str, __: Findings) -> bool:
    return row["operational_date"].endswith("(first list)")


def _lower_bound(row: Row, _: str, __: Findings) -> bool:
    return "Lower bound by HPL-MxP" in row["note"]


def _list(row: Row, _: str, __: Findings) -> str:
    name, _, _ = row["hpl_mxp_list_and_source"].partition(" list")
    return name


def _any(header: str) -> Field:
    return tables.as_number(header, Bounds(positive=False))


MACHINE_FIELDS = {
    "machine": _cleaned("machine"),
    "owner": Field(tables.text(), _owner),
    "kind": tables.as_label("owner_kind", KINDS, blank=None),
    "country": tables.as_text("country"),
    "operational": Field(tables.date(), _operational),
    "first_listed": Field(tables.flag(), _first_listed),
    "chip": tables.as_text("chip"),
    "chips": tables.as_count("chips"),
    "listed_tflop_s": tables.as_number("dense_fp16_or_bf16_peak_per_chip_used_by_book"),
    "peak_tflop_s": tables.as_number("correct_dense_peak_per_chip"),
    "lower_bound": Field(tables.flag(), _lower_bound),
    "hpl_mxp_eflop_s": tables.as_number("hpl_mxp_eflops"),
    "hpl_mxp_list": Field(tables.text(), _list),
    "hpl_pflop_s": tables.as_number("rmax_pflops"),
    "listed_h100e": _any("book_h100e"),
    "h100e": _any("audited_h100e"),
    "state": Field(tables.one_of(STATES, nullable=False), _state),
    "verdict": tables.as_label("verdict", VERDICTS, blank=None),
    "seen": tables.as_label("seen", SEEN, blank=None),
    "source": _cleaned("source"),
}
MACHINES = tables.EvidenceTable(
    "audit/machines.csv",
    tables.schema_of(MACHINE_FIELDS),
    "machines held against their sources: chips, dense 16-bit peak, measured speed, verdict",
    DERIVED_BY,
)
"""``listed_tflop_s`` and ``listed_h100e`` are what the list of clusters gives, ``peak_tflop_s`` the
peak of one chip of this machine, ``h100e`` its worth in H100s; `first_listed` where ``operational``
is only the first TOP500 that has it; `lower_bound` where the peak is a measured speed."""
load_audited_machines = MACHINES.read

STATUSES = Labels(
    "status of a chip",
    same(
        "right",
        "vector rate used",
        "FP16 accumulation",
        "right value, wrong column",
        "disputed",
        "suspicious",
        "empty",
        "empty, not checked",
        "not in the chip list",
    ),
)
_MATRIX = {"vector rate used", "FP16 accumulation", "right value, wrong column"}


def _rate(row: Row, name: str, findings: Findings) -> float | None:
    """Return the rate in the data sheet; None if it is a lead."""
    if row["seen"] == "lead":
        findings.add(f"{name}: a lead, left out", f"row {row.number}")
        return None
    return raw_csv.read_number(row, "data_sheet_dense_16bit_tflops", name, Bounds(), findings)


def _has_matrix(row: Row, _: str, __: Findings) -> bool:
    if row["book_tensor_fp16_tflops"]:
        return True
    return row["status"] in _MATRIX


CHIP_FIELDS = {
    "chip": tables.as_text("chip", nullable=False),
    "listed_tflop_s": tables.as_number("book_peak_used_tflops"),
    "peak_tflop_s": Field(tables.number(), _rate),
    "matrix": Field(tables.flag(), _has_matrix),
    "status": tables.as_label("status", STATUSES, blank=None),
    "seen": tables.as_label("seen", SEEN),
    "source": _cleaned("source"),
}
CHIPS = tables.EvidenceTable(
    "audit/chips.csv",
    tables.schema_of(CHIP_FIELDS),
    "chips held against their data sheets: dense 16-bit peak, whether by matrix engines",
    DERIVED_BY,
)
"""``listed_tflop_s`` is from the list of chips, ``peak_tflop_s`` the dense 16-bit peak in the data
sheet, missing if nobody saw it; ``matrix`` whether matrix engines reach it."""
load_audited_chips = CHIPS.read

TABLES = (MACHINES, CHIPS)

RATES_FILE = "aurora_rates.csv"
RATES = tables.schema(
    kind=tables.one_of(["peak", "measured"], nullable=False),
    tflop_s=tables.number(nullable=False),
    how=tables.text(nullable=False),
    source=tables.text(nullable=False),
)
"""Rates of one chip of Aurora in 16 bits, maintained by hand."""


def load_aurora_rates() -> pd.DataFrame:
    """Return what one chip of Aurora does at half precision, by each source.

    Returns
    -------
    pandas.DataFrame
        One row per rate: ``kind`` (peak or measured), ``tflop_s`` (TFLOP/s), how and by which
        source.

    Raises
    ------
    EvidenceError
        If the file does not fit its schema.

    Examples
    --------
    >>> load_aurora_rates()["kind"].unique().tolist()
    ['peak', 'measured']
    """
    return tables.read_by_hand(RATES_FILE, RATES)
