"""The families of evidence tables: how each is derived, and whether all are sound.

To add a family, write a module with a pandera schema and a function ``derive(raw, folder)``, and
add one line to `FAMILIES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pandera.pandas as pa

from bookpress.errors import UsageError
from bookpress.files import sha256
from compute_divide.sources import claims, openness, outside
from compute_divide.sources.audit import instruments, results, sample
from compute_divide.sources.audit import machines as audited_machines
from compute_divide.sources.audit import runs as audit
from compute_divide.sources.audit.institutes import INSTITUTES
from compute_divide.sources.chips import campuses, clusters, machines, universities
from compute_divide.sources.chips import chips as hardware
from compute_divide.sources.models import makers
from compute_divide.sources.models import table as models
from compute_divide.sources.models.raw import NOTHING, Stated
from compute_divide.sources.openalex import tables as openalex_tables
from compute_divide.sources.outside import evaluations
from compute_divide.sources.papers import affiliations, email_domains, labelled, profiles, topics
from compute_divide.sources.papers import table as papers
from compute_divide.sources.store import files
from compute_divide.sources.store.files import EvidenceError, Sidecar
from compute_divide.sources.store.tables import EvidenceTable, check_schema, read_table

Derive = Callable[[Path, Path], list[Sidecar]]
"""A function that derives the tables of a family, from raw files into an evidence folder."""


@dataclass(frozen=True)
class Family:
    """Tables that are derived together.

    A family has patterns of the paths of its tables, and the folders of their raw files.
    """

    name: str
    tables: tuple[EvidenceTable, ...]
    derive: Derive
    raw: tuple[str, ...]


FAMILIES: tuple[Family, ...] = (
    # the audit comes first, because chips and universities use its rates
    Family(
        "audited-machines",
        audited_machines.TABLES,
        audited_machines.derive_audited_machines,
        ("audit",),
    ),
    Family("models", models.TABLES, models.derive_models, ("models", "other")),
    Family("audit", (audit.RUNS, INSTITUTES), audit.derive_runs, ("audit",)),
    Family("instruments", (instruments.INSTRUMENTS,), instruments.derive_instruments, ("audit",)),
    Family("hardware", hardware.TABLES, hardware.derive_hardware, ("models",)),
    Family("prices", (hardware.PRICES,), hardware.derive_prices, ("models",)),
    Family("clusters", (clusters.CLUSTERS,), clusters.derive_clusters, ("models",)),
    Family("machines", machines.TABLES, machines.derive_machines, ("compute",)),
    Family("campuses", (campuses.CAMPUSES,), campuses.derive_campuses, ("compute",)),
    Family("universities", universities.TABLES, universities.derive_universities, ("compute",)),
    Family("openalex", openalex_tables.TABLES, openalex_tables.derive_openalex, ("openalex",)),
    Family("papers", papers.TABLES, papers.derive_papers, ("papers",)),
    Family("outside", outside.TABLES, outside.derive_outside, ("scrutiny", "models")),
    Family("openness", openness.TABLES, openness.derive_openness, ("scrutiny",)),
)
"""Every family of tables. Add yours here, in one line."""

BY_HAND: dict[str, Callable[[], object]] = {
    audited_machines.RATES_FILE: audited_machines.load_aurora_rates,
    results.CHANGED_FILE: results.load_changed_results,
    sample.SAMPLE_FILE: sample.load_audit_sample,
    "claims.yml": claims.load_claims,
    "compute_costs.yml": claims.load_compute_costs,
    "presets.yml": claims.load_presets,
    "related.yml": claims.load_related_figures,
    "instruments.yml": instruments.load_instruments,
    "snapshots.yml": models.shipped_snapshots,
    "topics.yml": topics.load_topics,
    makers.MAKERS_FILE: makers.load_pretrained_models,
    profiles.RULES_FILE: affiliations.load_affiliation_rules,
    email_domains.RULES_FILE: email_domains.load_domain_rules,
    evaluations.EVALUATORS_FILE: evaluations.load_evaluators,
    labelled.LABELLED_FILE: labelled.load_labelled_papers,
    labelled.NAMINGS_FILE: labelled.load_labelled_namings,
}
"""The files kept by hand that chapters read, with what reads and checks each."""


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
        progress(family.name)
        with files.staged() as folder:
            fresh = family.derive(raw, folder)
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


def _families(raw: Path, only: Sequence[str]) -> Sequence[Family]:
    """Return the selected families.

    Raise UsageError for an unknown one, EvidenceError if a folder of raw files is missing.
    """
    named = {family.name: family for family in FAMILIES}
    unknown = [name for name in only if name not in named]
    if unknown:
        raise UsageError(f"{unknown[0]!r} is not a family of tables; allowed: {', '.join(named)}")
    families = [named[name] for name in only] or FAMILIES
    for family in families:
        for source in family.raw:
            if not (raw / source).is_dir():
                raise EvidenceError(
                    f"{raw / source} is not a folder: "
                    f"{family.name} is derived from the raw files in it"
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
    with files.staged() as folder:
        return models.add_snapshot(file, vintage, folder, stated)


def add_papers(file: Path, venue: str, year: int) -> list[Sidecar]:
    """Add a list of the papers of a venue and year.

    Raise EvidenceError if that venue and year is already in the table.
    """
    with files.staged() as folder:
        return papers.add_list(file, venue, year, folder)


def verify(progress: Callable[[str], None] = lambda _: None) -> list[str]:
    """Return every fault in files of the evidence, sorted by file.

    It checks hashes, sidecars and schemas, and finds files that belong to nothing.
    """
    folder = files.data_dir()
    names = files.evidence_files(folder)
    problems = files.differences(folder)
    if files.MANIFEST not in problems:
        _advise(problems)
    with _noting(problems, files.OWN):
        own = folder / files.OWN
        if own.is_dir():
            for vintage in files.vintages():
                models.load_models(vintage)
    _read_by_hand(problems)
    for table in tables():
        if problems.keys().isdisjoint((table, files.sidecar_name(table))):
            progress(table)
            with _noting(problems, table):
                check(table)
    tabular = [name for name in names if name.endswith(ENDINGS)]
    described = set(map(files.sidecar_name, tabular))
    for name in names:
        has_no_table = name.endswith(files.SUFFIX) and name not in described
        if has_no_table:
            problems.setdefault(name, "describes a table that is not there")
    return [f"data/{file}: {problem}" for file, problem in sorted(problems.items())]


def _read_by_hand(problems: dict[str, str]) -> None:
    """Note the faults of the files kept by hand that are as they were listed."""
    there = files.evidence_files(files.data_dir())
    for file, read in BY_HAND.items():
        if file in there and file not in problems:
            with _noting(problems, file):
                read()


def _advise(problems: dict[str, str]) -> None:
    """Add advice on what to do about each file."""
    derived = set(tables())
    derived |= set(map(files.sidecar_name, derived))
    for name in problems:
        problems[name] += ONLY_DERIVED if name in derived else SEAL_ANEW


ONLY_DERIVED = (
    "; a derived table is not edited: derive it again, or bring a row of your own (data add row)"
)
SEAL_ANEW = "; if you meant that, compute-divide data seal lists it anew"
ENDINGS = (".csv", ".parquet")


@contextmanager
def _noting(problems: dict[str, str], name: str) -> Iterator[None]:
    """Note what is wrong with a file, unless the fault is that of another, noted before."""
    try:
        yield
    except EvidenceError as error:
        noted = tuple(f"data/{file}" for file in problems)
        if not str(error).startswith(noted):
            problem = str(error).removeprefix(f"data/{name}")
            problems[name] = problem.lstrip(" :,")


def tables() -> list[str]:
    """Return every table: files that belong to a family, and files with a sidecar."""
    names = files.evidence_files(files.data_dir())
    possible = [name for name in names if name.endswith(ENDINGS)]
    return [name for name in possible if files.sidecar_name(name) in names or _of(name)[0]]


def _of(table: str) -> tuple[str, pa.DataFrameSchema | None]:
    """Return the family of a table and its schema.

    Both are empty if it belongs to none.
    """
    for family in FAMILIES:
        for known in family.tables:
            if fnmatchcase(table, known.name):
                return family.name, known.schema
    return "", None


def check(table: str) -> None:
    """Check one table: its sidecar, that its rows add up, its hash, its schema.

    Raise an error for the first fault.
    """
    sidecar = files.read_sidecar(table)
    _, schema = _of(table)
    if sidecar.table != table:
        raise EvidenceError(
            f"data/{files.sidecar_name(table)} describes data/{sidecar.table}, not data/{table}"
        )
    sidecar.balance()
    if schema is None:
        raise EvidenceError(f"data/{table} belongs to no family of tables")
    rows = check_schema(read_table(table, schema), schema, table)
    if len(rows) != sidecar.rows_out:
        stated = f"its sidecar says {sidecar.rows_out}"
        raise EvidenceError(f"data/{table} has {len(rows)} rows, {stated}")


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
                again = f"compute-divide data derive --only {_of(table)[0]} --raw DIR"
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
    return files.seal(files.data_dir())


def _differs(table: str) -> bool:
    sidecar = files.read_sidecar(table)
    content = files.read_bytes(table)
    return sha256(content) != sidecar.sha256


def read_all() -> None:
    """Read every table, so that processes forked from this one need not parse them."""
    for table in tables():
        with suppress(EvidenceError):
            read_table(table, _of(table)[1])


def entries() -> list[dict[str, Any]]:
    """Return every evidence file: tables as in their sidecars, others with their size."""
    listed = set(tables())
    listing = []
    for name in files.evidence_files(files.data_dir()):
        if name.endswith(files.SUFFIX):
            continue
        entry = dict(_KEPT_BY_HAND)
        if name in listed:
            entry = _described(files.read_sidecar(name))
        path = files.data_dir() / name
        family, _ = _of(name)
        listing.append({"file": name, "bytes": path.stat().st_size, "family": family, **entry})
    return listing


_KEPT_BY_HAND: dict[str, Any] = {
    "description": "kept by hand",
    "rows": None,
    "set_aside": 0,
    "snapshot": "",
    "licence": "",
    "sources": [],
}


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
