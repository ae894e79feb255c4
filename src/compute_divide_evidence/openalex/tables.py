"""Derive the tables from OpenAlex: works that ship, fetched works and counts, company ids."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from bookpress.files import sha256
from compute_divide.sources.openalex.tables import (
    COMPANIES,
    COUNTS,
    DERIVED_BY,
    WORKS,
    load_openalex_companies,
)
from compute_divide.sources.store import tables
from compute_divide.sources.store.files import SHIPPED, EvidenceError, Sidecar, Source
from compute_divide.sources.store.raw_csv import Findings
from compute_divide_evidence.openalex.works import WorkReader, short_id, works_table
from compute_divide_evidence.store.raw_csv import Origin
from compute_divide_evidence.store.writing import DerivedTable

if TYPE_CHECKING:
    from compute_divide_evidence.openalex.fetch import FetchedPages

OTHER_FIELDS = "other fields"
"""Sample of the shipped works outside machine learning."""
COMPANIES_FILE = "epoch_company_institution_aliases.json"
_RESEARCH_IMPACT = "epoch-research/ai-research-impact"
RAW_WORKS = (
    (
        "justin21523_works_sample.json",
        "machine learning",
        "2026",
        "Justin21523/openalex-research-rag",
    ),
    ("epoch_ml_works_2023.json", "machine learning", "2023-06", _RESEARCH_IMPACT),
    ("epoch_openai_work0_2023.json", "machine learning", "2023-08", _RESEARCH_IMPACT),
    ("epoch_openai_work2_2023.json", "machine learning", "2023-10", _RESEARCH_IMPACT),
    ("epoch_work0_2023.json", "machine learning", "2023-08", _RESEARCH_IMPACT),
    (
        "openalexPro_works_2026-05.jsonl.gz",
        OTHER_FIELDS,
        "2026-05-22",
        "openalexPro/openalexPro",
    ),
    ("kitzcode_openalex_works.json", OTHER_FIELDS, "2026", "kitzcode/research-radar"),
    ("b-vitamins_W2741809807.json", OTHER_FIELDS, "2025-06", "b-vitamins/openalex-python"),
)
"""Raw files, their set of works, their dates and where they were found.

They are newest first within a set: of equally informative records of a work the first stays.
"""


def derive_openalex(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive works and company ids; see `compute_divide_evidence.catalogue.Derive`."""
    home = raw / "openalex"
    companies, companies_sidecar = _derive_companies(home, folder)
    ledger = Findings()
    reader = WorkReader(companies["institution"])
    table = works_table(reader, _raw_works(home, ledger), ledger)
    notes = [
        f"{file} was read from the public mirror github.com/{mirror}"
        for file, _, _, mirror in RAW_WORKS
    ]
    notes.append("these works are no random sample of any field")
    shipped = tables.EvidenceTable(
        f"openalex/{SHIPPED}.parquet",
        WORKS,
        "OpenAlex works that could be had without a key: "
        "facts by three readings of their affiliations",
        DERIVED_BY,
    )
    works_sidecar = DerivedTable(shipped, folder).write(
        table, ledger.sources, ledger.groups(), notes
    )
    return [companies_sidecar, works_sidecar]


def _raw_works(home: Path, ledger: Findings) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield sample, place and work of every record, and note each file as a source."""
    for file, sample, snapshot, _ in RAW_WORKS:
        content = (home / file).read_bytes()
        works = parse_works(content, file)
        title = f"OpenAlex works: {sample}"
        source = _source(title, snapshot, file, sha256(content), len(works))
        ledger.sources.append(source)
        for number, work in enumerate(works, start=1):
            yield sample, f"{file}, work {number}", work


def parse_works(content: bytes, name: str) -> list[dict[str, Any]]:
    """Return the works of a file, compressed or not.

    It contains one record, a list, an answer of the API, or JSON Lines.
    """
    try:
        plain = gzip.decompress(content) if name.endswith(".gz") else content
        if ".jsonl" in name:
            works: Any = [json.loads(line) for line in plain.splitlines() if line.strip()]
        else:
            works = json.loads(plain)
    except (OSError, EOFError, ValueError) as error:
        raise EvidenceError(f"{name} cannot be read: {error}") from error
    if isinstance(works, dict):
        works = works.get("results", [works])
    if not isinstance(works, list) or not all(map(_is_work, works)):
        raise EvidenceError(f"{name} contains no OpenAlex works")
    return works


def _is_work(record: Any) -> bool:
    return isinstance(record, dict) and "id" in record


def _derive_companies(home: Path, folder: Path) -> tuple[pd.DataFrame, Sidecar]:
    content = (home / COMPANIES_FILE).read_bytes()
    names = json.loads(content)
    rows = sorted((short_id(address), company) for address, company in names.items())
    table = pd.DataFrame(rows, columns=list(COMPANIES.schema.columns))
    origin = Origin(
        "openalex",
        "OpenAlex ids of institutions that belong to companies",
        "2023",
        "Epoch AI, 'ai-research-impact' (github.com/epoch-research/ai-research-impact)",
        "none stated; a list of facts",
        "https://github.com/epoch-research/ai-research-impact",
    )
    source = origin.source(COMPANIES_FILE, sha256(content), len(rows))
    return table, DerivedTable(COMPANIES, folder).write(table, [source])


def write_works(store: FetchedPages, name: str, day: str, folder: Path) -> Sidecar:
    """Derive the table ``works-NAME`` from a complete fetch and the day of its last answer."""
    ledger = Findings()
    query = ",".join(f"{name}:{value}" for name, value in store.at.filters.items())
    records = enumerate(store.records(), start=1)
    works = ((name, f"work {number}", work) for number, work in records)
    rows = works_table(WorkReader(load_openalex_companies()), works, ledger)
    pages = [file.read_bytes() for file in store.page_files]
    digest = sha256(b"".join(pages))
    title = f"OpenAlex works: {query}"
    source = _source(title, day, "pages/*.jsonl.gz", digest, len(store.ids))
    table = tables.EvidenceTable(
        f"openalex/works-{name}.parquet",
        WORKS,
        f"OpenAlex works of the query {query}",
        "compute_divide.sources.openalex.tables.write_works",
    )
    note = f"OpenAlex says {store.at.count} works"
    return DerivedTable(table, folder).write(rows, [source], ledger.groups(), [note])


def write_counts(
    counts: pd.DataFrame, name: str, day: str, topics: Sequence[str], folder: Path
) -> Sidecar:
    """Write the table ``counts-NAME`` from counts by OpenAlex.

    `topics` describe the query of each topic in words.
    """
    digest = sha256(counts.to_csv(index=False).encode())
    title = "OpenAlex: numbers of works by year"
    source = _source(title, day, "counts/*.json", digest, len(counts))
    table = tables.EvidenceTable(
        f"openalex/counts-{name}.csv",
        COUNTS,
        "numbers of works by year, topic and team type, counted by OpenAlex",
        "compute_divide.sources.openalex.refresh.team_counts",
    )
    return DerivedTable(table, folder).write(counts, [source], notes=topics)


def _source(title: str, snapshot: str, file: str, digest: str, rows: int) -> Source:
    """Return the record of an OpenAlex source."""
    origin = Origin(
        "openalex", title, snapshot, "OpenAlex (openalex.org)", "CC0 1.0", "https://openalex.org"
    )
    return origin.source(file, digest, rows)
