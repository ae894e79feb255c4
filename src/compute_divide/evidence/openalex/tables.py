"""The tables that come from OpenAlex: the works that ship, works and counts that a reader fetched, and company ids."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pandera.pandas as pa

from bookpress.files import sha256
from compute_divide.evidence.openalex.works import WORKS, WorkReader, works_table
from compute_divide.evidence.papers.table import Ledger
from compute_divide.evidence.store.files import (
    OTHER_FIELDS,
    SHIPPED,
    EvidenceError,
    Sidecar,
    Source,
    list_names,
    works_names,
)
from compute_divide.evidence.store.tables import one_of, read_table, schema, text, whole, write_table

if TYPE_CHECKING:
    from compute_divide.evidence.openalex.fetch import Store

CREDIT = "OpenAlex (openalex.org)"
LICENCE = "CC0 1.0"
URL = "https://openalex.org"
COMPANIES_TABLE = "openalex/companies.csv"
COMPANIES = schema(
    institution=text(pa.Check.str_matches(r"^I\d+$"), nullable=False),
    company=text(nullable=False),
)

COUNT_TEAM_TYPES = ("academia-only", "collaboration", "industry-only", "unknown")
"""Team types of counts. Academia stands for every institution that is no company."""
COUNTS = schema(
    topic=text(nullable=False),
    year=whole(1000, 2100, nullable=False),
    team_type=one_of(COUNT_TEAM_TYPES, nullable=False),
    works=whole(nullable=False),
)

TABLES = {
    "openalex/works.parquet": WORKS,
    "openalex/works-*.parquet": WORKS,
    "openalex/counts-*.csv": COUNTS,
    COMPANIES_TABLE: COMPANIES,
}
"""Our tables and their schemas, for the catalogue."""

COMPANIES_FILE = "epoch_company_institution_aliases.json"


@dataclass(frozen=True, slots=True)
class RawWorks:
    """A raw file of works: what set it belongs to, from when it is, where it was found."""

    file: str
    sample: str
    snapshot: str
    mirror: str


_RESEARCH_RAG = "Justin21523/openalex-research-rag"
_RESEARCH_IMPACT = "epoch-research/ai-research-impact"
RAW_WORKS = (
    RawWorks("justin21523_works_sample.json", "machine learning", "2026", _RESEARCH_RAG),
    RawWorks("epoch_ml_works_2023.json", "machine learning", "2023-06", _RESEARCH_IMPACT),
    RawWorks("epoch_openai_work0_2023.json", "machine learning", "2023-08", _RESEARCH_IMPACT),
    RawWorks("epoch_openai_work2_2023.json", "machine learning", "2023-10", _RESEARCH_IMPACT),
    RawWorks("epoch_work0_2023.json", "machine learning", "2023-08", _RESEARCH_IMPACT),
    RawWorks("openalexPro_works_2026-05.jsonl.gz", OTHER_FIELDS, "2026-05-22", "openalexPro/openalexPro"),
    RawWorks("kitzcode_openalex_works.json", OTHER_FIELDS, "2026", "kitzcode/research-radar"),
    RawWorks("b-vitamins_W2741809807.json", OTHER_FIELDS, "2025-06", "b-vitamins/openalex-python"),
)
"""The raw files of works, newest first within a set of works: of two records of one work the first stays."""


def load_works(name: str = SHIPPED) -> pd.DataFrame:
    """Return a table of OpenAlex works, one of `works_names`, with the columns of `works.WORKS`.

    Raises
    ------
    EvidenceError
        If there is no such table, or it is damaged.

    Examples
    --------
    >>> load_works()["work"].is_unique
    True
    """
    if name not in works_names():
        raise EvidenceError(f"{name!r} is not a table of OpenAlex works; allowed: {', '.join(works_names())}")
    return read_table(f"openalex/{name}.parquet", WORKS)


def load_counts() -> dict[str, pd.DataFrame]:
    """Return the tables of counts that were fetched, by name; none ship."""
    names = [name for name in list_names("openalex", ".csv") if name.startswith("counts-")]
    return {name: read_table(f"openalex/{name}.csv", COUNTS) for name in names}


def load_companies() -> dict[str, str]:
    """Return the institutions that are companies: from short id to name of the company.

    Examples
    --------
    >>> load_companies()["I4210161460"]
    'OpenAI'
    """
    table = read_table(COMPANIES_TABLE, COMPANIES)
    return dict(zip(table["institution"], table["company"], strict=True))


def derive_openalex(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive works and company ids; see `compute_divide.evidence.catalogue.Derive`."""
    home = raw / "openalex"
    companies, companies_sidecar = _derive_companies(home, folder)
    ledger = Ledger()
    table = works_table(WorkReader(companies["institution"]), _raw_works(home, ledger), ledger)
    notes = [f"{one.file} was read from the public mirror github.com/{one.mirror}" for one in RAW_WORKS]
    works_sidecar = write_table(
        table,
        f"openalex/{SHIPPED}.parquet",
        WORKS,
        description="OpenAlex works that could be had without a key: facts by three readings of their affiliations",
        sources=ledger.sources,
        derived_by="compute_divide.evidence.openalex.tables.derive_openalex",
        set_aside=ledger.groups(),
        notes=[*notes, "these works are no random sample of any field"],
        folder=folder,
    )
    return [companies_sidecar, works_sidecar]


def _raw_works(home: Path, ledger: Ledger) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield sample, place and work of every record, and note each file as a source."""
    for one in RAW_WORKS:
        content = (home / one.file).read_bytes()
        works = parse_works(content, one.file)
        title = f"OpenAlex works: {one.sample}"
        ledger.sources.append(_source(title, one.snapshot, one.file, sha256(content), len(works)))
        for number, work in enumerate(works, start=1):
            yield one.sample, f"{one.file}, work {number}", work


def parse_works(content: bytes, name: str) -> list[dict[str, Any]]:
    """Return the works of a file: one record, a list, an answer of the API, or JSON Lines, packed or not.

    Examples
    --------
    >>> parse_works(b'{"results": [{"id": "W1"}]}', "answer.json")
    [{'id': 'W1'}]
    """
    try:
        plain = gzip.decompress(content) if name.endswith(".gz") else content
        if ".jsonl" in name:
            found: Any = [json.loads(line) for line in plain.splitlines() if line.strip()]
        else:
            found = json.loads(plain)
    except (OSError, EOFError, ValueError) as error:
        raise EvidenceError(f"{name} cannot be read: {error}") from error
    if isinstance(found, dict):
        found = found.get("results", [found])
    if not isinstance(found, list) or any(not isinstance(work, dict) or "id" not in work for work in found):
        raise EvidenceError(f"{name} holds no OpenAlex works")
    return found


def _derive_companies(home: Path, folder: Path) -> tuple[pd.DataFrame, Sidecar]:
    content = (home / COMPANIES_FILE).read_bytes()
    rows = sorted((address.rsplit("/", 1)[-1], company) for address, company in json.loads(content).items())
    table = pd.DataFrame(rows, columns=list(COMPANIES.columns))
    source = Source(
        title="OpenAlex ids of institutions that belong to companies",
        credit="Epoch AI, 'ai-research-impact' (github.com/epoch-research/ai-research-impact)",
        licence="none stated; a list of facts",
        url="https://github.com/epoch-research/ai-research-impact",
        snapshot="2023",
        file=COMPANIES_FILE,
        sha256=sha256(content),
        rows=len(rows),
    )
    sidecar = write_table(
        table,
        COMPANIES_TABLE,
        COMPANIES,
        description="institutions of OpenAlex that are companies whatever their type says",
        sources=[source],
        derived_by="compute_divide.evidence.openalex.tables.derive_openalex",
        folder=folder,
    )
    return table, sidecar


def check_name(name: str) -> str:
    """Return a name for a fetched table, or raise when it is none.

    Examples
    --------
    >>> check_name("neurips-2024")
    'neurips-2024'
    """
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise EvidenceError(f"{name!r} is no name for a table: small letters, digits and hyphens between them")
    return name


def write_works(store: Store, name: str, day: str, folder: Path) -> Sidecar:
    """Derive the table ``works-NAME`` from a complete fetch, whose last answer is of a day."""
    at = store.checkpoint
    if at is None:
        raise EvidenceError(f"{store.folder} holds no fetch")
    ledger = Ledger()
    works = ((name, f"work {number}", work) for number, work in enumerate(store.records(), start=1))
    table = works_table(WorkReader(load_companies()), works, ledger)
    query = ",".join(f"{field}:{value}" for field, value in at.filters.items())
    digest = sha256(b"".join(file.read_bytes() for file in store.page_files))
    source = _source(f"OpenAlex works: {query}", day, "pages/*.jsonl.gz", digest, len(store.ids))
    return write_table(
        table,
        f"openalex/works-{check_name(name)}.parquet",
        WORKS,
        description=f"OpenAlex works of the query {query}",
        sources=[source],
        derived_by="compute_divide.evidence.openalex.tables.write_works",
        set_aside=ledger.groups(),
        notes=[f"OpenAlex says {at.count} works; passes {at.passes}; records that came twice: {store.doubled}"],
        folder=folder,
    )


def write_counts(counts: pd.DataFrame, name: str, day: str, topics: Sequence[str], folder: Path) -> Sidecar:
    """Write the table ``counts-NAME`` of counts that OpenAlex made; `topics` say what each asks for, in its words."""
    digest = sha256(counts.to_csv(index=False).encode())
    source = _source("OpenAlex: numbers of works by year", day, "counts/*.json", digest, len(counts))
    return write_table(
        counts,
        f"openalex/counts-{check_name(name)}.csv",
        COUNTS,
        description="numbers of works by year, topic and team type, counted by OpenAlex",
        sources=[source],
        derived_by="compute_divide.evidence.openalex.refresh.team_counts",
        notes=[*topics],
        folder=folder,
    )


def _source(title: str, snapshot: str, file: str, digest: str, rows: int) -> Source:
    """Return something of OpenAlex as a source."""
    return Source(
        title=title, credit=CREDIT, licence=LICENCE, url=URL, snapshot=snapshot, file=file, sha256=digest, rows=rows
    )
