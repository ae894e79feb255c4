"""The families of evidence tables, and whether all are sound.

To add a family, write a module with its tables and their schemas, and add one line to `FAMILIES`;
what derives them is in another package, which lists it in `DERIVATIONS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase

import pandera.pandas as pa

from compute_divide.sources import claims, openness, outside
from compute_divide.sources.audit import instruments, results, sample
from compute_divide.sources.audit import machines as audited_machines
from compute_divide.sources.audit import runs as audit
from compute_divide.sources.audit.institutes import INSTITUTES
from compute_divide.sources.chips import campuses, clusters, machines, universities
from compute_divide.sources.chips import chips as hardware
from compute_divide.sources.models import makers
from compute_divide.sources.models import table as models
from compute_divide.sources.openalex import tables as openalex_tables
from compute_divide.sources.outside import evaluations
from compute_divide.sources.papers import (
    affiliations,
    email_domains,
    labelled,
    machine_entries,
    participation,
    profiles,
    topics,
)
from compute_divide.sources.papers import table as papers
from compute_divide.sources.papers import universities as university_names
from compute_divide.sources.store import files
from compute_divide.sources.store.files import EvidenceError
from compute_divide.sources.store.tables import EvidenceTable, check_schema, read_table

FAMILIES: Mapping[str, tuple[EvidenceTable, ...]] = {
    "audited-machines": audited_machines.TABLES,
    "models": models.TABLES,
    "audit": (audit.RUNS, INSTITUTES),
    "instruments": (instruments.INSTRUMENTS,),
    "hardware": hardware.TABLES,
    "prices": (hardware.PRICES,),
    "clusters": (clusters.CLUSTERS,),
    "machines": machines.TABLES,
    "campuses": (campuses.CAMPUSES,),
    "universities": universities.TABLES,
    "openalex": openalex_tables.TABLES,
    "papers": papers.TABLES,
    "university-papers": participation.TABLES,
    "university-machines": (machine_entries.ENTRIES,),
    "outside": outside.TABLES,
    "openness": openness.TABLES,
}
"""The tables of each family, by its name."""

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
    university_names.NAMES_FILE: university_names.load_university_names,
    machine_entries.CENTRES_FILE: machine_entries.load_computing_centres,
    university_names.READINGS_FILE: university_names.load_university_readings,
}
"""The files kept by hand that chapters read, with what reads and checks each."""


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
    return [name for name in possible if files.sidecar_name(name) in names or family_of(name)[0]]


def family_of(table: str) -> tuple[str, pa.DataFrameSchema | None]:
    """Return the family of a table and its schema.

    Both are empty if it belongs to none.
    """
    for family, known_tables in FAMILIES.items():
        for known in known_tables:
            if fnmatchcase(table, known.name):
                return family, known.schema
    return "", None


def check(table: str) -> None:
    """Check one table: its sidecar, that its rows add up, its hash, its schema.

    Raise an error for the first fault.
    """
    sidecar = files.read_sidecar(table)
    _, schema = family_of(table)
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


def read_all() -> None:
    """Read every table, so that processes forked from this one need not parse them."""
    for table in tables():
        with suppress(EvidenceError):
            read_table(table, family_of(table)[1])
