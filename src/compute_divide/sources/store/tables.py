"""Evidence tables: their schemas, how a cell of each column is read, and checked hashes."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors
from pyarrow import BufferReader
from pyarrow.parquet import ParquetFile

from bookpress.files import sha256
from compute_divide.sources.store import dates, files, raw_csv
from compute_divide.sources.store.files import EvidenceError
from compute_divide.sources.store.raw_csv import Bounds, Findings, Labels, Row

# tables of some thousand rows: with Arrow's strings, all chapters together take a third longer
pd.set_option("mode.string_storage", "python")
FINITE = sys.float_info.max
"""The greatest number; a column without another bound has this one, so that none is infinite."""
TEXT = pd.StringDtype("python", na_value=np.nan)


def text(*checks: pa.Check, nullable: bool = True) -> pa.Column:
    """Return a column of free text."""
    return pa.Column(str, list(checks), nullable=nullable)


def repeated() -> pa.Column:
    """Return a column of texts that many rows of a Parquet table share.

    They are read as categories, so that each is checked once.
    """
    return pa.Column(str, nullable=True, metadata={"repeated": True})


def one_of(allowed: Sequence[str], *, nullable: bool = True) -> pa.Column:
    """Return a column of labels from a closed set."""
    return text(pa.Check.isin(list(allowed)), nullable=nullable)


def list_of(allowed: Sequence[str]) -> pa.Column:
    """Return a column of ``|``-joined labels from a closed set."""
    known = set(allowed)

    def within(entries: str) -> bool:
        return set(entries.split("|")) <= known

    name = f"within {sorted(known)}"
    return text(pa.Check(lambda texts: texts.map(within), name=name))


def number(low: float = 0.0, high: float = FINITE, *, nullable: bool = True) -> pa.Column:
    """Return a column of finite numbers within bounds, both included."""
    return pa.Column("float64", pa.Check.in_range(low, high), nullable=nullable)


def whole(low: int = 0, high: float = float("inf"), *, nullable: bool = True) -> pa.Column:
    """Return a column of whole numbers within bounds, both included."""
    return pa.Column("Int64", pa.Check.in_range(low, high), nullable=nullable)


def flag() -> pa.Column:
    """Return a column that is true, false or unknown."""
    return pa.Column("boolean", nullable=True)


def date() -> pa.Column:
    """Return a column of days; missing if unknown."""
    return pa.Column("datetime64[ns]", nullable=True)


def schema(**columns: pa.Column) -> pa.DataFrameSchema:
    """Return the schema of a table: these columns in this order, and no other."""
    return pa.DataFrameSchema(columns, strict=True, ordered=True, coerce=True)


@dataclass(frozen=True)
class Field:
    """A column of our tables, and how it is read.

    The reader takes a row, our name of the column and the findings.
    """

    column: pa.Column
    read: Callable[[Row, str, Findings], Any]


Fields = Mapping[str, Field]


def as_text(header: str, *, nullable: bool = True, strip: str = "") -> Field:
    """Return a field for the text in a cell."""

    def read(row: Row, _: str, __: Findings) -> str:
        return row[header].strip(strip)

    return Field(text(nullable=nullable), read)


def as_number(
    header: str,
    bounds: Bounds = Bounds(),  # noqa: B008 - frozen
    column: pa.Column | None = None,
) -> Field:
    """Return a field for a number within plausible bounds."""

    def read(row: Row, name: str, findings: Findings) -> float | None:
        return raw_csv.read_number(row, header, name, bounds, findings)

    return Field(column or number(), read)


def as_count(header: str) -> Field:
    """Return a field for a whole number of at least one."""
    return as_number(header, Bounds(whole=True), whole(1))


def as_label(header: str, labels: Labels, blank: str | None = "") -> Field:
    """Return a field for a label from a closed set.

    `blank` is the value of a blank cell, None if it may not be blank.
    """

    def read(row: Row, _: str, __: Findings) -> str:
        if blank is not None and not row[header]:
            return blank
        return labels.canonical(row[header], row.place())

    allowed = [*labels.ours, blank] if blank else labels.ours
    return Field(one_of(allowed, nullable=blank == ""), read)


def as_list(header: str) -> Field:
    """Return a field for the entries of a comma-separated cell, joined by ``|``."""

    def read(row: Row, _: str, __: Findings) -> str:
        return raw_csv.joined(raw_csv.split_list(row.cells[header]))

    return Field(text(), read)


def as_date(name: str, header: str) -> dict[str, Field]:
    """Return the fields for a day, and for its precision in a column of its own."""

    def day(row: Row, name: str, findings: Findings) -> str | None:
        dated = dates.read_date(row, header, name, findings)
        if dated:
            return dated.day.isoformat()
        return None

    def precision(row: Row, name: str, _: Findings) -> str | None:
        dated = dates.read_date(row, header, name, Findings())
        return dated.precision if dated else None

    precisions = one_of(dates.PRECISIONS)
    return {name: Field(date(), day), f"{name}_precision": Field(precisions, precision)}


def schema_of(fields: Fields) -> pa.DataFrameSchema:
    """Return the schema of a table of these columns."""
    columns = {name: field.column for name, field in fields.items()}
    return schema(**columns)


@dataclass(frozen=True, eq=False)
class EvidenceTable:
    """A table of the evidence.

    It has a path (or a pattern), a schema, a description, and the function that derives it, by the
    name in its sidecar: what is ``compute_divide.sources`` there is now `compute_divide_evidence`.
    """

    name: str
    schema: pa.DataFrameSchema
    description: str = ""
    derived_by: str = ""

    def read(self) -> pd.DataFrame:
        """Return a copy of the table, with unknown values missing, after a check of its hash."""
        return read_table(self.name, self.schema)

    def documentation(self, name: str) -> str:
        """Return the text of ``help`` for the function that reads the table, under its name."""
        columns = ", ".join(f"``{column}``" for column in self.schema.columns)
        return (
            f"Return {self.description[:1].lower()}{self.description[1:]}.\n\n"
            "Returns\n-------\npandas.DataFrame\n"
            f"    A copy of data/{self.name}; what is not known is missing. Columns: {columns}.\n\n"
            "Raises\n------\nEvidenceError\n    If the file is damaged or not there.\n\n"
            f"Examples\n--------\n>>> import compute_divide as cd\n>>> table = cd.data.{name}()\n"
            f">>> table.columns[0]\n{next(iter(self.schema.columns))!r}\n"
        )


def check_schema(table: pd.DataFrame, schema: pa.DataFrameSchema, name: str) -> pd.DataFrame:
    """Return the coerced table, or raise `EvidenceError` with file, column, row and value."""
    try:
        return schema.validate(table, lazy=True)
    except SchemaErrors as errors:
        failures = errors.failure_cases.head(5).itertuples()
        lines = "\n  ".join(map(_failure, failures))
        raise EvidenceError(f"data/{name} breaks its schema:\n  {lines}") from errors


def import_checks() -> None:
    """Let pandera import its checks, which it otherwise does at the first table."""
    pa.DataFrameSchema().validate(pd.DataFrame())


def _failure(case: Any) -> str:
    place = "" if pd.isna(case.index) else f" in row {int(case.index) + 2}"
    return f"column {case.column}: {case.check} fails for {case.failure_case!r}{place}"


def read_table(name: str, schema: pa.DataFrameSchema | None = None) -> pd.DataFrame:
    """Return an evidence table after checking its hash, parsed once per process.

    The caller may change it.
    """
    recorded = files.read_sidecar(name).sha256
    content = files.read_bytes(name)
    digest = sha256(content)
    if digest != recorded:
        raise EvidenceError(
            f"data/{name} is damaged: its sha256 is {digest[:12]}..., "
            f"its sidecar says {recorded[:12]}..."
        )
    known = (name, digest, id(schema))
    if known not in _PARSED:
        _PARSED[known] = parse(content, name, schema)
    return _PARSED[known].copy(deep=False)


def read_by_hand(name: str, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Return a CSV file maintained by hand, after checking it against its schema."""
    table = parse(files.read_bytes(name), name, schema)
    return check_schema(table, schema, name)


_PARSED: dict[tuple[str, str, int], pd.DataFrame] = {}


def parse(content: bytes, name: str, schema: pa.DataFrameSchema | None) -> pd.DataFrame:
    """Return the table in a file; the columns of a CSV get the types of a schema."""
    columns = {} if schema is None else schema.columns
    try:
        if name.endswith(".parquet"):
            categories = [header for header, column in columns.items() if column.metadata]
            return _parse_parquet(content, categories)
        types = {header: column.dtype.type for header, column in columns.items()}
        return _parse_csv(content, types)
    except (ValueError, KeyError, TypeError) as error:
        # errors of the parser, of decoding and of Arrow are kinds of ValueError; 1.5 as a whole
        # number is a TypeError
        raise EvidenceError(f"data/{name} cannot be read: {error}") from error


def _parse_parquet(content: bytes, categories: list[str]) -> pd.DataFrame:
    # without the threads of pandas' own reader: chapters fork from a process that has read tables
    file = ParquetFile(BufferReader(content), read_dictionary=categories)
    table = file.read(use_threads=False)
    return pd.DataFrame(table.to_pandas(use_threads=False))


def _parse_csv(content: bytes, types: Mapping[str, Any]) -> pd.DataFrame:
    days = {column: kind for column, kind in types.items() if kind == "datetime64[ns]"}
    texts = [column for column, kind in types.items() if kind == "str"]
    kinds = {**types, **dict.fromkeys([*days, *texts], TEXT)}
    buffer = io.BytesIO(content)
    table = pd.read_csv(buffer, dtype=kinds, keep_default_na=False, na_values=[""])
    if not table.index.equals(pd.RangeIndex(len(table))):  # pandas takes the first for names
        raise ValueError("row 2 has more fields than there are columns")
    return table.astype(days)
