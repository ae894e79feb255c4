"""How the tables of each family are derived, and what is done with all files of the evidence.

To add a family, write a function ``derive(raw, folder)``, and add one line to `DERIVATIONS`; its
tables are listed in `compute_divide.sources.catalogue`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bookpress.errors import UsageError
from bookpress.files import sha256
from compute_divide.sources.catalogue import BY_HAND, ENDINGS, family_of, tables
from compute_divide.sources.store import files
from compute_divide.sources.store.by_hand import is_by_hand
from compute_divide.sources.store.files import EvidenceError, Sidecar
from compute_divide_evidence import openness, outside
from compute_divide_evidence.audit import instruments
from compute_divide_evidence.audit import machines as audited_machines
from compute_divide_evidence.audit import runs as audit
from compute_divide_evidence.chips import campuses, clusters, machines, universities
from compute_divide_evidence.chips import chips as hardware
from compute_divide_evidence.models import table as models
from compute_divide_evidence.models.raw import NOTHING, Stated
from compute_divide_evidence.openalex import tables as openalex_tables
from compute_divide_evidence.papers import machine_entries, participation
from compute_divide_evidence.papers import table as papers
from compute_divide_evidence.store.writing import seal, staged

Derive = Callable[[Path, Path], list[Sidecar]]
"""A function that derives the tables of a family, from raw files into an evidence folder."""

DERIVATIONS: Mapping[str, tuple[Derive, tuple[str, ...]]] = {
    # the audit comes first, because chips and universities use its rates
    "audited-machines": (audited_machines.derive_audited_machines, ("audit",)),
    "models": (models.derive_models, ("models", "other")),
    "audit": (audit.derive_runs, ("audit",)),
    "instruments": (instruments.derive_instruments, ("audit",)),
    "hardware": (hardware.derive_hardware, ("models",)),
    "prices": (hardware.derive_prices, ("models",)),
    "clusters": (clusters.derive_clusters, ("models",)),
    "machines": (machines.derive_machines, ("compute",)),
    "campuses": (campuses.derive_campuses, ("compute",)),
    "universities": (universities.derive_universities, ("compute",)),
    "openalex": (openalex_tables.derive_openalex, ("openalex",)),
    "papers": (papers.derive_papers, ("papers",)),
    # whose table says what else is known of a paper
    "university-papers": (participation.derive_university_papers, ("papers", "other")),
    "university-machines": (
        machine_entries.derive_university_machines,
        ("compute", "papers", "other"),
    ),
    "outside": (outside.derive_outside, ("scrutiny", "models")),
    "openness": (openness.derive_openness, ("scrutiny",)),
}
"""What derives each family of tables, and the folders of its raw files. Add yours here."""


def derive(
    raw: Path,
    only: Sequence[str] = (),
    progress: Callable[[str], None] = lambda _: None,
    *,
    replace: bool = False,
) -> list[Sidecar]:
    """Derive tables family by family, moving each family into place once all its tables are sound.

    See `data derive`.
    """
    written: list[Sidecar] = []
    for family in _families(raw, only):
        progress(family)
        derive_family, _ = DERIVATIONS[family]
        with staged() as folder:
            fresh = derive_family(raw, folder)
            if not replace:
                _refuse_losses(raw, fresh)
            written += fresh
    return written


def _refuse_losses(raw: Path, fresh: Sequence[Sidecar]) -> None:
    losses = [loss for sidecar in fresh for loss in _losses(sidecar)]
    if losses:
        raise EvidenceError(
            f"{raw} lacks known raw files: {'; '.join(losses)}: "
            "--replace replaces them all the same"
        )


def _families(raw: Path, only: Sequence[str]) -> Sequence[str]:
    """Return the selected families.

    Raise UsageError for an unknown one, EvidenceError if a folder of raw files is missing.
    """
    unknown = [name for name in only if name not in DERIVATIONS]
    if unknown:
        allowed = ", ".join(DERIVATIONS)
        raise UsageError(f"{unknown[0]!r} is not a family of tables; allowed: {allowed}")
    families = only or [*DERIVATIONS]
    for family in families:
        _, folders = DERIVATIONS[family]
        for source in folders:
            if not (raw / source).is_dir():
                raise EvidenceError(
                    f"{raw / source} is not a folder: {family} is derived from the raw files in it"
                )
    return families


def _losses(fresh: Sidecar) -> Iterator[str]:
    """Yield what an existing table would lose: rows, and the raw files they came from."""
    table = fresh.table
    if not (files.data_dir() / table).exists():
        return
    before = files.read_sidecar(table)
    fresh_files = {source.file for source in fresh.sources}
    gone = sorted({source.file for source in before.sources} - fresh_files)
    if gone:
        named = ", ".join(gone[:3])
        if len(gone) > 3:
            named += f" and {len(gone) - 3} more"
        rows = f"from {before.rows_out:,} to {fresh.rows_out:,} rows"
        yield f"data/{table} would go {rows}, without {named}"


def add_models(
    file: Path, vintage: str, *, replace: bool = False, stated: Stated = NOTHING
) -> Sidecar:
    """Make a vintage, such as ``"2024-07"``, from a raw CSV snapshot of the models database."""
    table = files.table_name(vintage)
    stands_already = (files.data_dir() / table).exists() and not replace
    if stands_already:
        raise EvidenceError(
            f"the vintage {vintage} is there already (data/{table}): --replace replaces it"
        )
    with staged() as folder:
        return models.add_snapshot(file, vintage, folder, stated)


def add_papers(file: Path, venue: str, year: int) -> list[Sidecar]:
    """Add a list of the papers of a venue and year.

    Raise EvidenceError if that venue and year is already in the table.
    """
    with staged() as folder:
        return papers.add_list(file, venue, year, folder)


def outdated() -> list[str]:
    """Return the derived tables whose input kept by hand has changed since, and what to do.

    That is no fault: a change need not concern the table, and not everybody has the raw files.
    """
    folder = files.data_dir()
    derived = tables()
    by_hand = {
        Path(name).name: name
        for name in files.evidence_files(folder)
        if name.endswith((*ENDINGS, ".yml")) and not name.endswith(files.SUFFIX)
        if name not in derived
    }
    lines = []
    for table in derived:
        for source in files.read_sidecar(table).sources:
            name = by_hand.get(source.file)
            if name and sha256(files.read_bytes(name)) != source.sha256:
                again = f"compute-divide data derive --only {family_of(table)[0]} --raw DIR"
                lines.append(
                    f"data/{table} was derived before data/{name} was changed: "
                    f"`{again}` derives it again, if that matters to it"
                )
    return lines


def seal_by_hand() -> int:
    """Renew the list of hashes after edits by hand, and return its length.

    Derived tables must not have been edited, and what was edited must be readable.
    """
    changed = files.differences(files.data_dir())
    for file in changed.keys() & BY_HAND.keys():
        BY_HAND[file]()
    for table in tables():
        is_damaged = files.sidecar_name(table) in changed or _differs(table)
        if is_damaged:
            raise EvidenceError(
                f"data/{table} is derived, so that it is not edited by hand, nor sealed: "
                "derive it again (data derive), or bring a row of your own (data add row)"
            )
    return seal(files.data_dir())


def _differs(table: str) -> bool:
    sidecar = files.read_sidecar(table)
    content = files.read_bytes(table)
    return sha256(content) != sidecar.sha256


def entries() -> list[dict[str, Any]]:
    """Return every evidence file: tables as in their sidecars, others with their size."""
    listed = set(tables())
    listing = []
    for name in files.evidence_files(files.data_dir()):
        if name.endswith(files.SUFFIX):
            continue
        entry = _described(files.read_sidecar(name)) if name in listed else _by_hand(name)
        path = files.data_dir() / name
        family, _ = family_of(name)
        listing.append({"file": name, "bytes": path.stat().st_size, "family": family, **entry})
    return listing


def _by_hand(name: str) -> dict[str, Any]:
    """Return the description of a file without a sidecar: of a reader, or one of ours by hand."""
    rows = None
    if is_by_hand(name):
        with (files.data_dir() / name).open(encoding="utf-8", newline="") as file:
            rows = max(sum(1 for _ in csv.reader(file)) - 1, 0)
    is_ours = name in HAND_MADE
    return {
        "description": f"kept by hand: {HAND_MADE[name]}" if is_ours else "kept by hand",
        "rows": rows,
        "set_aside": 0,
        "snapshot": "",
        "licence": LICENCE if is_ours else "",
        "sources": [],
    }


LICENCE = "CC BY 4.0"
"""The licence of what we keep by hand, see ``LICENSE-DATA``."""
HAND_MADE = {
    "audit/access.csv": "whether weights can be had, from model cards, pages and repositories",
    "audit/bases.csv": "bases of models, from model cards and papers",
    "audit/changed_results.csv": "results that audited records change, from the chapters",
    "audit/dual_affiliation.csv": "authors with two posts, from affiliations of papers",
    "audit/makers.csv": "makers of pre-trained models, from papers and conference lists",
    "audit/own_checks.csv": "checks of training runs, from papers and model cards",
    "audit/own_chips.csv": "peak speeds of chips, from data sheets",
    "audit/own_machines.csv": "machines, from the TOP500 and pages of their owners",
    "audit/same_runs.csv": "rows that are one run, from their papers",
    "audit/sample.csv": "a random sample of models, checked against other sources",
    "aurora_rates.csv": "speeds of the chip of Aurora, from its maker and user guides",
    "computing_centres.csv": "universities of computing centres, by our judgement",
    "domains.csv": "sectors of the domains of addresses, by our judgement",
    "evaluators.csv": "who evaluated models, from system cards and reports",
    "gpu_checks.csv": "a sample of universities' chips in the survey, checked again",
    "labelled_affiliations.csv": "affiliations, labelled by us",
    "labelled_namings.csv": "mentions of models in papers, labelled by us",
    "organisations.csv": "sectors of organisations, by our judgement",
    "university_names.csv": "names of universities, by our judgement",
    "university_readings.csv": "universities read from affiliations, checked by us",
}
"""What is in the tables that we keep by hand, and where it comes from."""


def _described(sidecar: Sidecar) -> dict[str, Any]:
    """Return a sidecar's description of its table."""
    snapshots = {source.snapshot for source in sidecar.sources}
    licences = {source.licence for source in sidecar.sources}
    return {
        "description": sidecar.description,
        "rows": sidecar.rows_out,
        "set_aside": sidecar.rows_in - sidecar.rows_out,
        "snapshot": ", ".join(sorted(snapshots)),
        "licence": ", ".join(sorted(licences)),
        "sources": [source.file for source in sidecar.sources],
    }
