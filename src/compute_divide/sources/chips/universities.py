"""GPUs that 167 universities of the United States own: which kinds, and how unequally spread.

There are only sums over universities and quantiles, and no single university. Language models
collected the numbers of the source; `CHECKS` has the findings from checking 31 of its rows.
"""

from __future__ import annotations

from compute_divide.sources.store import tables
from compute_divide.sources.store.raw_csv import Labels, same

GPUS = {
    "H100_SXM": "NVIDIA H100 SXM5 80GB",
    "H100_PCIe": "NVIDIA H100 PCIe",
    "H200": "NVIDIA H200 SXM",
    "A100_80GB": "NVIDIA A100 SXM4 80 GB",
    "A100_40GB": "NVIDIA A100 SXM4 40 GB",
    "B200": "NVIDIA B200",
    "A40": "NVIDIA A40 PCIe",
    "RTX_A6000": "NVIDIA RTX A6000",
    "L40S": "NVIDIA L40S",
    "V100": "NVIDIA V100",
    "P100": "NVIDIA P100",
    "GH200": "NVIDIA GH200",
    "A10": "NVIDIA A10 PCIe",
}
"""Kinds of the source and the chips whose speed they are given. B100, the source's last kind, is
owned by none of its universities."""

VERDICTS = Labels("verdict on a row", same("agrees", "estimated", "disagrees"))
"""``estimated``: the notes say the same, and that it is a guess."""

REASONS = {
    "twice": "same chips|second time",
    "retired": "retired|replaced",
    "national": "national programme",
}
"""The most frequent corrections, and the words in their reasons that identify them."""

UNCHECKED = "unchecked"

DERIVED_BY = "compute_divide.sources.chips.universities.derive_universities"
SUBJECT = "GPUs that US universities own"

KINDS = tables.EvidenceTable(
    "compute/university_gpus.csv",
    tables.schema(
        gpu=tables.one_of(list(GPUS), nullable=False),
        chip=tables.text(nullable=False),
        recorded=tables.whole(nullable=False),
        checked=tables.whole(nullable=False),
        universities=tables.whole(nullable=False),
    ),
    f"{SUBJECT}: how many of each kind, as recorded and as checked",
    DERIVED_BY,
)
"""How many of a kind all universities together own, as recorded and after our checks, and how many
have any."""
load_university_gpus = KINDS.read

SIZES = tables.EvidenceTable(
    "compute/university_sizes.csv",
    tables.schema(
        quantile=tables.number(0, 1, nullable=False),
        checked=tables.number(nullable=False),
        low=tables.number(),
        high=tables.number(),
        recorded=tables.number(nullable=False),
        theirs=tables.number(nullable=False),
        held=tables.number(0, 1, nullable=False),
    ),
    f"{SUBJECT}: quantiles of their H100 equivalents",
    DERIVED_BY,
)
"""Quantiles of the H100 equivalents of a university, by speed in 16 bits after our checks (with an
interval from order statistics) and as recorded, and by price as the source counts. ``held`` is the
share of the sum (after our checks) that universities at or above the quantile hold."""
load_university_sizes = SIZES.read

CHECKS = tables.EvidenceTable(
    "compute/university_checks.csv",
    tables.schema(
        verdict=tables.one_of([*VERDICTS.ours, UNCHECKED], nullable=False),
        universities=tables.whole(nullable=False),
        searched=tables.whole(nullable=False),
        without=tables.whole(nullable=False),
        corrections=tables.whole(nullable=False),
        **{name: tables.whole(nullable=False) for name in REASONS},
        checked=tables.number(nullable=False),
        recorded=tables.number(nullable=False),
        theirs=tables.number(nullable=False),
    ),
    f"{SUBJECT}: rows held against their own notes, by verdict",
    DERIVED_BY,
)
"""The universities by verdict, how many of them were found by a search and not by their rank, how
many have no GPU on record, in how many the same chips were counted ``twice``, or those that are
``retired`` or of ``national`` programmes, and the sums of their H100 equivalents by the three
counts of `SIZES`."""
load_university_checks = CHECKS.read

TABLES = (KINDS, SIZES, CHECKS)
