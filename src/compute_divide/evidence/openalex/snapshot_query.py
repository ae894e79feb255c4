"""One part of the corpus, one DuckDB query: works by year, team type, topic and country.

Of a Parquet part only the leaves that are needed are read; JSON Lines are parsed by DuckDB as they are unpacked.
Memory does not grow with the size of a part.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, get_args

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from compute_divide.evidence.openalex.snapshot_parts import CorpusError, Part, local_copy, opened

Level = Literal["domain", "field", "subfield", "topic"]
LEVELS: tuple[Level, ...] = get_args(Level)
ALL_COUNTRIES = "all"
"""Stands for every work once, whatever its countries; a work of two countries has a row in each of them too."""
UNKNOWN = "unknown"
LEFT_OUT = "left out"
"""In place of a team type: records that the question leaves out, counted so that a part adds up."""
MEMORY = "1GB"
"""Most memory that DuckDB takes in one process."""
BATCH = 4096
"""Works of a Parquet part that are in memory at a time."""

COUNTS = pa.schema(
    [
        ("year", pa.int32()),
        ("team_type", pa.string()),
        ("topic", pa.string()),
        ("topic_name", pa.string()),
        ("country", pa.string()),
        ("works", pa.int64()),
    ]
)


@dataclass(frozen=True, slots=True)
class Question:
    """What is counted."""

    level: Level = "subfield"
    """Level of the primary topic."""
    types: tuple[str, ...] = ()
    """Types of works, such as ``"article"``; empty for all."""
    subfield: str | None = None
    """Number of the only subfield: ``"1702"`` is artificial intelligence."""
    core: bool = True
    """Leave out the thin records that OpenAlex keeps outside its core, as its API does by default."""
    companies: tuple[str, ...] = ()
    """Ids of institutions (``"I1291425158"``) that are companies whatever their type says."""

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise CorpusError(f"{self.level!r} is no level of topics; allowed: {', '.join(LEVELS)}")
        for text in (*self.types, self.subfield or ""):
            if not re.fullmatch(r"[a-z0-9-]*", text):
                raise CorpusError(f"{text!r} is neither a type of works nor the number of a subfield")


def count_part(part: Part, question: Question) -> bytes:
    """Return the counts of one part as the bytes of a Parquet file with the columns of `COUNTS`.

    A part that cannot be read to its end, or has not the number of records that the manifest says, is a `CorpusError`.
    """
    if part.bytes_told not in {None, part.size}:
        raise CorpusError(f"{part.name}: {part.size:,} bytes, where the manifest says {part.bytes_told:,}")
    try:
        with _reading(part) as (connection, source):
            table = connection.sql(
                _sql(source, question), params={"companies": list(question.companies)}
            ).to_arrow_table()
    except (duckdb.Error, pa.ArrowException, OSError, EOFError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise CorpusError(f"{part.name}: {reason}") from error
    pairs = zip(table["country"].to_pylist(), table["works"].to_pylist(), strict=True)
    records = sum(works for country, works in pairs if country == ALL_COUNTRIES)  # every record has one such row
    if part.records is not None and records != part.records:
        raise CorpusError(f"{part.name}: {records:,} records, where the manifest says {part.records:,}")
    sink = pa.BufferOutputStream()
    pq.write_table(table.cast(COUNTS), sink, compression="zstd")
    return bytes(sink.getvalue())


def quiet_connection() -> duckdb.DuckDBPyConnection:
    """Return a connection to a database in memory that takes one core and little memory, and says nothing."""
    connection = duckdb.connect(config={"threads": 1, "memory_limit": MEMORY})
    # The bar that DuckDB draws for slow queries goes to standard output, where only results belong.
    connection.execute("SET enable_progress_bar = false")
    return connection


@contextmanager
def _reading(part: Part) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """Give a connection and what to select from."""
    with quiet_connection() as connection:
        if part.is_parquet:
            with opened(part) as file:
                connection.register("parquet_part", _wanted_leaves(file, part.name))
                yield connection, "parquet_part"
        else:
            with local_copy(part) as path:
                packed = "gzip" if path.suffix == ".gz" else "uncompressed"
                columns = ", ".join(f"{name}: '{kind}'" for name, kind in _JSON_COLUMNS.items())
                name = str(path).replace("'", "''")
                yield (
                    connection,
                    f"read_json('{name}', format='newline_delimited', compression='{packed}', columns={{{columns}}})",
                )


_NAMED = "id VARCHAR, display_name VARCHAR"
_JSON_COLUMNS = {
    "publication_year": "INTEGER",
    "type": "VARCHAR",
    "is_xpac": "BOOLEAN",
    "authorships": "STRUCT(institutions STRUCT(id VARCHAR, type VARCHAR, country_code VARCHAR)[])[]",
    "primary_topic": "STRUCT(" + ", ".join([_NAMED, *(f"{level} STRUCT({_NAMED})" for level in LEVELS[:3])]) + ")",
}

_LEAVES = {
    "publication_year",
    "type",
    "is_xpac",
    *(f"authorships.institutions.{leaf}" for leaf in ("id", "type", "country_code")),
    *(f"primary_topic.{leaf}" for leaf in ("id", "display_name")),
    *(f"primary_topic.{level}.{leaf}" for level in LEVELS[:3] for leaf in ("id", "display_name")),
}
_LIST_STEP = re.compile(r"\.(?:list|bag)\.(?:element|item|array_element)(?=\.|$)")


def _wanted_leaves(file: Any, name: str) -> pa.RecordBatchReader:
    """Return the needed leaves of a Parquet file, batch by batch."""
    parquet = pq.ParquetFile(file, pre_buffer=False)
    paths = [parquet.schema.column(i).path for i in range(len(parquet.schema))]
    wanted = [path for path in paths if _LIST_STEP.sub("", path) in _LEAVES]
    lacking = _LEAVES - {_LIST_STEP.sub("", path) for path in wanted} - {"type", "is_xpac"}
    if lacking:
        raise CorpusError(f"{name}: no column {min(lacking)}")
    if parquet.metadata.num_rows == 0:
        return parquet.read(columns=wanted).to_reader()
    batches = parquet.iter_batches(batch_size=BATCH, columns=wanted, use_threads=False)
    first = next(batches)
    return pa.RecordBatchReader.from_batches(first.schema, itertools.chain([first], batches))


def _sql(source: str, question: Question) -> str:
    """Return the query, with ``$companies`` to be filled in."""
    topic = "primary_topic" if question.level == "topic" else f"primary_topic.{question.level}"
    return f"""
        WITH work AS (
            SELECT
                publication_year AS year,
                {_last_segment(f"{topic}.id")} AS topic,
                {topic}.display_name AS topic_name,
                {_kept(question)} AS kept,
                flatten(list_transform(coalesce(authorships, []), lambda a: coalesce(a.institutions, []))) AS places
            FROM {source}
        ),
        team AS (
            SELECT
                year,
                topic,
                topic_name,
                kept,
                list_transform(places, lambda p:
                    p.type = 'company' OR list_contains($companies, {_last_segment("p.id")})) AS company,
                list_distinct(list_filter(
                    list_transform(places, lambda p: p.country_code), lambda c: c IS NOT NULL)) AS countries
            FROM work
        ),
        row AS (
            SELECT
                CASE WHEN kept THEN year END AS year,
                CASE
                    WHEN NOT kept THEN '{LEFT_OUT}'
                    WHEN list_contains(company, true) AND list_contains(company, false) THEN 'collaboration'
                    WHEN list_contains(company, true) THEN 'industry-only'
                    WHEN list_contains(company, false) THEN 'academia-only'
                    ELSE '{UNKNOWN}'
                END AS team_type,
                CASE WHEN kept THEN coalesce(topic, '{UNKNOWN}') END AS topic,
                CASE WHEN kept THEN coalesce(topic_name, '{UNKNOWN}') END AS topic_name,
                unnest(CASE
                    WHEN NOT kept THEN ['{ALL_COUNTRIES}']
                    WHEN len(countries) = 0 THEN ['{ALL_COUNTRIES}', '{UNKNOWN}']
                    ELSE list_append(countries, '{ALL_COUNTRIES}')
                END) AS country
            FROM team
        )
        SELECT year, team_type, topic, min(topic_name) AS topic_name, country, count(*) AS works
        FROM row
        GROUP BY ALL
        ORDER BY ALL
    """  # noqa: S608 - every part of the text is ours or checked by Question


def _kept(question: Question) -> str:
    """Return the condition on works that are counted."""
    conditions = ["true"]
    if question.types:
        conditions.append(f"coalesce(type, '') IN ({', '.join(repr(kind) for kind in question.types)})")
    if question.subfield:
        wanted = _last_segment("primary_topic.subfield.id")
        conditions.append(f"coalesce({wanted}, '') = '{question.subfield}'")
    if question.core:
        conditions.append("NOT coalesce(is_xpac, false)")
    return " AND ".join(conditions)


def _last_segment(address: str) -> str:
    """Return SQL for the last segment of an id that may be a full address."""
    return f"split_part({address}, '/', -1)"
