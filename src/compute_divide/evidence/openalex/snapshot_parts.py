"""The parts of an OpenAlex snapshot: which files there are, here or on S3, and what the manifest says of them.

The layout is that of the quarterly snapshot: ``jsonl/works/updated_date=2026-06-24/part_0000.gz`` or the same under
``parquet/``, with a ``manifest.json`` that lists every part with its size and number of records; a plain folder of such
files, or one file, does as well. One part is one DuckDB query, in memory that does not grow with its size.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from compute_divide.evidence.store.files import EvidenceError

JSON_LINES = (".gz", ".jsonl")
PARQUET = (".parquet",)
MANIFESTS = ("manifest.json", "manifest")
WORKS = "works/"
S3 = "s3://"
S3_REGION = "us-east-1"  # where the public bucket of OpenAlex is


class CorpusError(EvidenceError):
    """A corpus, or one part of it, cannot be read."""


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One file of the corpus."""

    name: str  # path below the root of the corpus, with forward slashes
    url: str  # where it is: an absolute path, or ``s3://bucket/key``
    size: int
    stamp: str  # when it was last changed, as the file system says
    records: int | None = None  # records it should have, where a manifest says so
    bytes_told: int | None = None

    def fingerprint(self, question: Question) -> str:
        """Return a short hash of the part as it is now and of what is asked of it."""
        asked = json.dumps(asdict(question))
        told = json.dumps([self.name, self.size, self.stamp, self.records, self.bytes_told, asked])
        return hashlib.sha256(told.encode()).hexdigest()[:20]


def list_parts(source: str) -> tuple[list[Part], list[str]]:
    """Return the parts of a corpus, sorted by name, and the names that its manifest lists but that are not there."""
    files = _files(source)
    if any(name.startswith(WORKS) for name in files):
        files = {
            name.removeprefix(WORKS): part for name, part in files.items() if name.startswith(WORKS)
        }
    told = _manifest(files)
    files = {
        name: part
        for name, part in files.items()
        if name.endswith(JSON_LINES + PARQUET) and name not in MANIFESTS
    }
    if not files:
        raise CorpusError(
            f"there is no corpus at {source}: no files that end in {', '.join(JSON_LINES + PARQUET)}"
        )
    parquet = [name for name in files if name.endswith(PARQUET)]
    if parquet and len(parquet) < len(files):
        raise CorpusError(
            f"{source} holds JSON Lines and Parquet, two copies of the same works: name the folder of one of them"
        )
    parts = [
        Part(name, part.url, part.size, part.stamp, *told.get(name, ()))
        for name, part in files.items()
    ]
    return sorted(parts), sorted(set(told) - set(files))


def _files(source: str) -> dict[str, Part]:
    """Return the files below an address, or the one file, by their path from there."""
    system, root = _place(source)
    try:
        found = [system.get_file_info(root)]
        if found[0].type == fs.FileType.Directory:
            found = system.get_file_info(fs.FileSelector(root, recursive=True))
    except OSError as error:
        raise CorpusError(f"{source} cannot be listed: {str(error).splitlines()[0]}") from error
    named = {
        one.path[len(root) :].lstrip("/") or one.base_name: one
        for one in found
        if one.type == fs.FileType.File
    }
    scheme = S3 if source.startswith(S3) else ""
    return {
        name: Part(name, scheme + one.path, one.size, str(one.mtime_ns))
        for name, one in named.items()
    }


def _place(address: str) -> tuple[Any, str]:
    """Return the file system of an address, on S3 one of public buckets, and the path there."""
    if not address.startswith(S3):
        return fs.LocalFileSystem(), str(Path(address).absolute())
    system = fs.S3FileSystem(
        anonymous=True, region=S3_REGION, request_timeout=60, connect_timeout=10
    )
    return system, address.removeprefix(S3).rstrip("/")


def opened(part: Part) -> Any:
    """Return a part as a file that can be read at any place, so that only the wanted columns are read."""
    system, path = _place(part.url)
    return system.open_input_file(path)


@contextmanager
def local_copy(part: Part) -> Iterator[Path]:
    """Give a part as a file of this machine, fetched and thrown away again where it is elsewhere."""
    if not part.url.startswith(S3):
        yield Path(part.url)
        return
    with tempfile.TemporaryDirectory(prefix="corpus-") as folder:
        copy = Path(folder) / Path(part.name).name
        with opened(part) as there, copy.open("wb") as here:
            shutil.copyfileobj(there, here, 1 << 20)
        yield copy


def _manifest(files: Mapping[str, Part]) -> dict[str, tuple[int | None, int | None]]:
    """Return records and bytes that the manifest says of each part, by name; empty without a manifest."""
    part = next((files[name] for name in MANIFESTS if name in files), None)
    if part is None:
        return {}
    try:
        with opened(part) as file:
            content = json.loads(file.read())
        works = [
            entry
            for entry in content.get("files") or content["entries"]
            if "/works/" in entry["url"]
        ]
        meta = {entry["url"].split("/works/", 1)[1]: entry["meta"] for entry in works}
        return {
            name: (one.get("record_count"), one.get("content_length")) for name, one in meta.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorpusError(f"{part.url} is not a manifest of a snapshot ({error!r})") from error


Level = Literal["domain", "field", "subfield", "topic"]
LEVELS: tuple[Level, ...] = get_args(Level)
ALL_COUNTRIES = "all"
"""Stands for every work once, whatever its countries; a work of two countries has a row in each of them too."""
UNKNOWN = "unknown"
LEFT_OUT = "left out"  # in place of a team type: records that the question leaves out, counted so that a part adds up
MEMORY = "1GB"  # most memory that DuckDB takes in one process
BATCH = 4096  # works of a Parquet part that are in memory at a time


@dataclass(frozen=True, slots=True)
class Question:
    """What is counted. Thin records outside OpenAlex's core are left out, as its API does by default."""

    level: Level = "subfield"  # level of the primary topic
    types: tuple[str, ...] = ()  # types of works, such as ``"article"``; empty for all
    companies: tuple[str, ...] = ()
    """Ids of institutions (``"I1291425158"``) that are companies whatever their type says."""


def count_part(part: Part, question: Question) -> bytes:
    """Return the counts of one part as a Parquet file; one that is not read to its end is a `CorpusError`."""
    if part.bytes_told not in {None, part.size}:
        raise CorpusError(
            f"{part.name}: {part.size:,} bytes, where the manifest says {part.bytes_told:,}"
        )
    asked = {"companies": list(question.companies), "types": list(question.types)}
    try:
        with _reading(part) as (connection, source):
            table = connection.sql(_sql(source, question.level), params=asked).to_arrow_table()
    except (duckdb.Error, pa.ArrowException, OSError, EOFError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise CorpusError(f"{part.name}: {reason}") from error
    pairs = zip(table["country"].to_pylist(), table["works"].to_pylist(), strict=True)
    records = sum(
        works for country, works in pairs if country == ALL_COUNTRIES
    )  # every record has one such row
    if part.records not in {None, records}:
        raise CorpusError(
            f"{part.name}: {records:,} records, where the manifest says {part.records:,}"
        )
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
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
        if part.name.endswith(PARQUET):
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
_PLAIN = {"publication_year": "INTEGER", "type": "VARCHAR", "is_xpac": "BOOLEAN"}
_JSON_COLUMNS = {
    **_PLAIN,
    "authorships": "STRUCT(institutions STRUCT(id VARCHAR, type VARCHAR, country_code VARCHAR)[])[]",
    "primary_topic": "STRUCT("
    + ", ".join([_NAMED, *(f"{level} STRUCT({_NAMED})" for level in LEVELS[:3])])
    + ")",
}

_LEAVES = {
    *_PLAIN,
    *(f"authorships.institutions.{leaf}" for leaf in ("id", "type", "country_code")),
    *(
        f"primary_topic.{level}{leaf}"
        for level in ("", *(f"{one}." for one in LEVELS[:3]))
        for leaf in ("id", "display_name")
    ),
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


def _sql(source: str, level: Level) -> str:
    """Return the query, with ``$companies`` and ``$types`` to be filled in."""
    topic = "primary_topic" if level == "topic" else f"primary_topic.{level}"
    return f"""
        WITH work AS (
            SELECT
                publication_year::INTEGER AS year,
                {_last_segment(f"{topic}.id")} AS topic,
                {topic}.display_name AS topic_name,
                (len($types) = 0 OR list_contains($types, coalesce(type, ''))) AND NOT coalesce(is_xpac, false) AS kept,
                flatten(list_transform(coalesce(authorships, []), lambda a: coalesce(a.institutions, []))) AS places,
                list_transform(places, lambda p:
                    p.type = 'company' OR list_contains($companies, {_last_segment("p.id")})) AS company,
                list_distinct(list_transform(places, lambda p: p.country_code)) AS countries  -- none of them NULL
            FROM {source}
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
            FROM work
        )
        SELECT year, team_type, topic, min(topic_name) AS topic_name, country, count(*) AS works
        FROM row
        GROUP BY ALL
        ORDER BY ALL
    """  # noqa: S608 - every part of the text is ours


def _last_segment(address: str) -> str:
    """Return SQL for the last segment of an id that may be a full address."""
    return f"split_part({address}, '/', -1)"
