"""The parts of an OpenAlex snapshot: its files, here or on S3, and what the manifest says."""

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

from compute_divide.sources.store.files import EvidenceError

JSON_LINES = (".gz", ".jsonl")
PARQUET = (".parquet",)
MANIFESTS = ("manifest.json", "manifest")
WORKS = "works/"
S3 = "s3://"
S3_REGION = "us-east-1"
"""The address of the public bucket of OpenAlex."""


class CorpusError(EvidenceError):
    """A corpus, or one part of it, cannot be read."""


@dataclass(frozen=True, slots=True, order=True)
class SnapshotPart:
    """One file of the corpus."""

    name: str
    """Path below the root of the corpus, with forward slashes."""
    url: str
    """Its location: an absolute path, or ``s3://bucket/key``."""
    size: int
    stamp: str
    """Its time of last change, according to the file system."""
    records: int | None = None
    """The number of records it should have, if a manifest says so."""
    bytes_told: int | None = None
    """The number of bytes it should have, if a manifest says so."""

    def fingerprint(self, question: CorpusQuestion) -> str:
        """Return a short hash of the part as it is now and of the question."""
        asked = json.dumps(asdict(question))
        state = [self.name, self.size, self.stamp, self.records, self.bytes_told, asked]
        digest = hashlib.sha256(json.dumps(state).encode())
        return digest.hexdigest()[:20]


def list_parts(source: str) -> tuple[list[SnapshotPart], list[str]]:
    """Return the parts of a corpus, sorted by name, and the names of missing ones.

    A part is missing if its manifest lists it but it is not there.
    """
    files = _works(_files(source))
    stated = _manifest(files)
    paths = [name for name in files if name.endswith(JSON_LINES + PARQUET)]
    names = [name for name in paths if name not in MANIFESTS]
    if not names:
        endings = ", ".join(JSON_LINES + PARQUET)
        raise CorpusError(f"there is no corpus at {source}: no files that end in {endings}")
    parquet = [name for name in names if name.endswith(PARQUET)]
    is_mixed = parquet and len(parquet) < len(names)
    if is_mixed:
        raise CorpusError(
            f"{source} contains JSON Lines and Parquet, two copies of the same works: "
            "name the folder of one of them"
        )
    parts = []
    for name in names:
        file = files[name]
        parts.append(SnapshotPart(name, file.url, file.size, file.stamp, *stated.get(name, ())))
    return sorted(parts), sorted(set(stated) - set(names))


def _works(files: dict[str, SnapshotPart]) -> dict[str, SnapshotPart]:
    """Return the files of works by their relative path, if a snapshot has other files too."""
    of_works = [name for name in files if name.startswith(WORKS)]
    return {name.removeprefix(WORKS): files[name] for name in of_works} or files


def _files(source: str) -> dict[str, SnapshotPart]:
    """Return the files below an address, or the one file, by their relative path."""
    system, root = _place(source)
    try:
        infos = [system.get_file_info(root)]
        if infos[0].type == fs.FileType.Directory:
            infos = system.get_file_info(fs.FileSelector(root, recursive=True))
    except OSError as error:
        reason = str(error).splitlines()[0]
        raise CorpusError(f"{source} cannot be listed: {reason}") from error
    scheme = S3 if source.startswith(S3) else ""
    files = {}
    for info in infos:
        if info.type == fs.FileType.File:
            below = info.path[len(root) :]
            name = below.lstrip("/") or info.base_name
            url = scheme + info.path
            files[name] = SnapshotPart(name, url, info.size, str(info.mtime_ns))
    return files


def _place(address: str) -> tuple[Any, str]:
    """Return the file system of an address, and the path on it; on S3 for public buckets."""
    if not address.startswith(S3):
        return fs.LocalFileSystem(), str(Path(address).absolute())
    system = fs.S3FileSystem(
        anonymous=True, region=S3_REGION, request_timeout=60, connect_timeout=10
    )
    return system, address.removeprefix(S3).rstrip("/")


def opened(part: SnapshotPart) -> Any:
    """Return a part as an open file, from any location, for reading only the wanted columns."""
    system, path = _place(part.url)
    return system.open_input_file(path)


@contextmanager
def local_copy(part: SnapshotPart) -> Iterator[Path]:
    """Yield a part as a local file, fetched and deleted again if it is remote."""
    if not part.url.startswith(S3):
        yield Path(part.url)
        return
    with tempfile.TemporaryDirectory(prefix="corpus-") as folder:
        copy = Path(folder) / Path(part.name).name
        with opened(part) as there, copy.open("wb") as here:
            shutil.copyfileobj(there, here, 1 << 20)
        yield copy


def _manifest(files: Mapping[str, SnapshotPart]) -> dict[str, tuple[int | None, int | None]]:
    """Return the records and bytes of each part according to the manifest, by name.

    It is empty without a manifest.
    """
    part = next((files[name] for name in MANIFESTS if name in files), None)
    if part is None:
        return {}
    stated = {}
    try:
        with opened(part) as file:
            content = json.loads(file.read())
        for entry in content.get("files") or content["entries"]:
            url = entry["url"]
            if "/works/" in url:
                meta = entry["meta"]
                counts = (meta.get("record_count"), meta.get("content_length"))
                stated[url.split("/works/", 1)[1]] = counts
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorpusError(f"{part.url} is not a manifest of a snapshot ({error!r})") from error
    return stated


Level = Literal["domain", "field", "subfield", "topic"]
LEVELS: tuple[Level, ...] = get_args(Level)
ALL_COUNTRIES = "all"
"""The country that represents every work once, whatever its countries.

A work of two countries also has a row in each of them.
"""
UNKNOWN = "unknown"
LEFT_OUT = "left out"
"""The team type of records that the question excludes, counted so that a part adds up."""
MEMORY = "1GB"
"""The most memory that DuckDB takes in one process."""
BATCH = 4096
"""The works of a Parquet part that are in memory at a time."""


@dataclass(frozen=True, slots=True)
class CorpusQuestion:
    """The question: what to count.

    Thin records outside OpenAlex's core are left out, as in its API by default.
    """

    level: Level = "subfield"
    """Level of the primary topic."""
    types: tuple[str, ...] = ()
    """Types of works, such as ``"article"``; empty for all."""
    companies: tuple[str, ...] = ()
    """Ids of institutions (``"I1291425158"``) that count as companies whatever their type."""


def count_part(part: SnapshotPart, question: CorpusQuestion) -> bytes:
    """Return the counts of one part as a Parquet file.

    Raise `CorpusError` if it cannot be read to its end.
    """
    if part.bytes_told not in {None, part.size}:
        stated = f"{part.bytes_told:,}"
        raise CorpusError(f"{part.name}: {part.size:,} bytes, where the manifest says {stated}")
    companies = list(question.companies)
    types = list(question.types)
    asked = {"companies": companies, "types": types}
    try:
        with _reading(part) as (connection, source):
            query = _sql(source, question.level)
            table = connection.sql(query, params=asked).to_arrow_table()
    except (duckdb.Error, pa.ArrowException, OSError, EOFError) as error:
        text = str(error).strip() or type(error).__name__
        reason = text.splitlines()[0]
        raise CorpusError(f"{part.name}: {reason}") from error
    # every record has one row for all countries
    countries = table["country"].to_pylist()
    numbers = table["works"].to_pylist()
    pairs = zip(countries, numbers, strict=True)
    records = sum(works for country, works in pairs if country == ALL_COUNTRIES)
    if part.records not in {None, records}:
        stated = f"{part.records:,}"
        raise CorpusError(f"{part.name}: {records:,} records, where the manifest says {stated}")
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue())


def quiet_connection() -> duckdb.DuckDBPyConnection:
    """Return a quiet connection to a database in memory, with one core and little memory."""
    connection = duckdb.connect(config={"threads": 1, "memory_limit": MEMORY})
    # DuckDB's progress bar goes to standard output, where only results belong.
    connection.execute("SET enable_progress_bar = false")
    return connection


@contextmanager
def _reading(part: SnapshotPart) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """Yield a connection and the SQL source to select from."""
    with quiet_connection() as connection:
        if part.name.endswith(PARQUET):
            with opened(part) as file:
                connection.register("parquet_part", _wanted_leaves(file, part.name))
                yield connection, "parquet_part"
        else:
            with local_copy(part) as path:
                yield connection, _json_source(path)


def _json_source(path: Path) -> str:
    """Return the SQL that reads a file of JSON lines."""
    packed = "gzip" if path.suffix == ".gz" else "uncompressed"
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in _JSON_COLUMNS.items())
    name = str(path).replace("'", "''")
    form = f"format='newline_delimited', compression='{packed}'"
    return f"read_json('{name}', {form}, columns={{{columns}}})"


_NAMED = "id VARCHAR, display_name VARCHAR"
_PLAIN = {"publication_year": "INTEGER", "type": "VARCHAR", "is_xpac": "BOOLEAN"}
_INSTITUTION = "STRUCT(id VARCHAR, type VARCHAR, country_code VARCHAR)"
_BROADER = ", ".join(f"{level} STRUCT({_NAMED})" for level in LEVELS[:3])
_JSON_COLUMNS = {
    **_PLAIN,
    "authorships": f"STRUCT(institutions {_INSTITUTION}[])[]",
    "primary_topic": f"STRUCT({_NAMED}, {_BROADER})",
}

_TOPICS = ("primary_topic", *(f"primary_topic.{level}" for level in LEVELS[:3]))
_LEAVES = {
    *_PLAIN,
    *(f"authorships.institutions.{leaf}" for leaf in ("id", "type", "country_code")),
    *(f"{topic}.id" for topic in _TOPICS),
    *(f"{topic}.display_name" for topic in _TOPICS),
}
_LIST_STEP = re.compile(r"\.(?:list|bag)\.(?:element|item|array_element)(?=\.|$)")


def _wanted_leaves(file: Any, name: str) -> pa.RecordBatchReader:
    """Return the needed leaves of a Parquet file, batch by batch."""
    parquet = pq.ParquetFile(file, pre_buffer=False)
    schema = parquet.schema
    paths = [schema.column(number).path for number in range(len(schema))]
    leaves = {path: _LIST_STEP.sub("", path) for path in paths}
    wanted = [path for path, leaf in leaves.items() if leaf in _LEAVES]
    needed = _LEAVES - {"type", "is_xpac"}
    lacking = needed - set(leaves.values())
    if lacking:
        raise CorpusError(f"{name}: no column {min(lacking)}")
    if parquet.metadata.num_rows == 0:
        return parquet.read(columns=wanted).to_reader()
    batches = parquet.iter_batches(batch_size=BATCH, columns=wanted, use_threads=False)
    first = next(batches)
    every = itertools.chain([first], batches)
    return pa.RecordBatchReader.from_batches(first.schema, every)


def _sql(source: str, level: Level) -> str:
    """Return the query, with ``$companies`` and ``$types`` to be filled in."""
    return f"""
        WITH work AS ({_sql_of_works(source, level)}),
        row AS ({_SQL_OF_ROWS})
        SELECT year, team_type, topic, min(topic_name) AS topic_name, country, count(*) AS works
        FROM row
        GROUP BY ALL
        ORDER BY ALL
    """  # noqa: S608 - every part of the text is ours


def _sql_of_works(source: str, level: Level) -> str:
    """Return SQL for the needed fields of each work."""
    topic = "primary_topic" if level == "topic" else f"primary_topic.{level}"
    topic_id = _last_segment(f"{topic}.id")
    place_id = _last_segment("p.id")
    return f"""
        SELECT
            publication_year::INTEGER AS year,
            {topic_id} AS topic,
            {topic}.display_name AS topic_name,
            (len($types) = 0 OR list_contains($types, coalesce(type, '')))
                AND NOT coalesce(is_xpac, false) AS kept,
            flatten(list_transform(
                coalesce(authorships, []), lambda a: coalesce(a.institutions, [])
            )) AS places,
            list_transform(
                places,
                lambda p: p.type = 'company' OR list_contains($companies, {place_id})
            ) AS company,
            -- none of them NULL
            list_distinct(list_transform(places, lambda p: p.country_code)) AS countries
        FROM {source}
    """  # noqa: S608 - every part of the text is ours


_SQL_OF_ROWS = f"""
    SELECT
        CASE WHEN kept THEN year END AS year,
        CASE
            WHEN NOT kept THEN '{LEFT_OUT}'
            WHEN list_contains(company, true) AND list_contains(company, false)
                THEN 'collaboration'
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
"""  # noqa: S608 - every part of the text is ours
"""SQL for one row for each country of a work, and one for all of them."""


def _last_segment(address: str) -> str:
    """Return SQL for the last segment of an id that may be a full address."""
    return f"split_part({address}, '/', -1)"
