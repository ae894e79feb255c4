"""Write and read evidence tables: deterministic bytes, a schema, a sidecar, and a check of the hash at every read."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from bookpress.files import replace_file, sha256
from compute_divide.evidence.store.files import (
    EvidenceError,
    Origin,
    SetAside,
    Sidecar,
    Source,
    data_dir,
    read_bytes,
    read_sidecar,
    write_sidecar,
)
from compute_divide.evidence.store.raw_csv import Findings, Row, read_raw

# --- the columns of schemas ---


def text(*checks: pa.Check, nullable: bool = True) -> pa.Column:
    """Return a column of free text."""
    return pa.Column(str, list(checks), nullable=nullable)


def one_of(allowed: Sequence[str], *, nullable: bool = True) -> pa.Column:
    """Return a column of labels from a closed set."""
    return text(pa.Check.isin(list(allowed)), nullable=nullable)


def list_of(allowed: Sequence[str]) -> pa.Column:
    """Return a column of ``|``-joined labels from a closed set."""
    known = set(allowed)
    within = pa.Check(
        lambda texts: texts.map(lambda joined: set(joined.split("|")) <= known), name=f"entries in {sorted(known)}"
    )
    return text(within)


def number(low: float = 0.0, high: float = float("inf"), *, nullable: bool = True) -> pa.Column:
    """Return a column of numbers within bounds, both included."""
    return pa.Column("float64", pa.Check.in_range(low, high), nullable=nullable)


def whole(low: int = 0, high: float = float("inf"), *, nullable: bool = True) -> pa.Column:
    """Return a column of whole numbers within bounds, both included."""
    return pa.Column("Int64", pa.Check.in_range(low, high), nullable=nullable)


def flag() -> pa.Column:
    """Return a column that is true, false or not known."""
    return pa.Column("boolean", nullable=True)


def date() -> pa.Column:
    """Return a column of days; missing where none is known."""
    return pa.Column("datetime64[ns]", nullable=True)


def schema(**columns: pa.Column) -> pa.DataFrameSchema:
    """Return the schema of a table: these columns in this order, and no other."""
    return pa.DataFrameSchema(columns, strict=True, ordered=True, coerce=True)


# --- writing ---


def write_table(
    rows: pd.DataFrame | Sequence[Mapping[str, Any]],
    name: str,
    schema: pa.DataFrameSchema,
    *,
    description: str,
    sources: Sequence[Source],
    derived_by: str,
    set_aside: Sequence[SetAside] = (),
    notes: Sequence[str] = (),
    folder: Path | None = None,
) -> Sidecar:
    """Check a table against its schema and write it with its sidecar, neither of them half-written."""
    if not isinstance(rows, pd.DataFrame):
        rows = pd.DataFrame(rows, columns=list(schema.columns)).replace("", None)
    table = check_schema(rows, schema, name)
    content = _table_bytes(table, name)
    sidecar = Sidecar(
        table=name,
        description=description,
        sources=list(sources),
        derived_by=derived_by,
        rows_in=sum(source.rows for source in sources),
        rows_out=len(table),
        set_aside=list(set_aside),
        notes=list(notes),
        sha256=sha256(content),
    )
    sidecar.balance()
    home = folder or data_dir()
    replace_file(home / name, content)
    write_sidecar(sidecar, home)
    return sidecar


def _table_bytes(table: pd.DataFrame, name: str) -> bytes:
    if name.endswith(".csv"):
        return table.to_csv(index=False, lineterminator="\n").encode()
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False, compression="zstd")
    return buffer.getvalue()


def check_schema(table: pd.DataFrame, schema: pa.DataFrameSchema, name: str) -> pd.DataFrame:
    """Return the table, coerced, or raise `EvidenceError` that names file, column, row and value."""
    try:
        return schema.validate(table, lazy=True)
    except SchemaErrors as errors:
        lines = [
            f"column {case.column}: {case.check} fails for {case.failure_case!r}"
            + ("" if pd.isna(case.index) else f" in row {int(case.index) + 2}")
            for case in errors.failure_cases.head(5).itertuples()
        ]
        raise EvidenceError(f"data/{name} breaks its schema:\n  " + "\n  ".join(lines)) from errors


def derive_table(
    raw: Path,
    folder: Path,
    origin: Origin,
    record: Callable[[Row, Findings], dict[str, Any] | None],
    name: str,
    schema: pa.DataFrameSchema,
    *,
    description: str,
    derived_by: str,
    notes: Sequence[str] = (),
    without: str = "",
) -> Sidecar:
    """Derive a table of one raw file, a row from each record; where it gives None, `without` says why."""
    file = read_raw(raw / origin.path)
    findings = Findings()
    records = [(row, record(row, findings)) for row in file.rows]
    aside = [f"row {row.number}" for row, found in records if found is None]
    return write_table(
        [found for _, found in records if found is not None],
        name,
        schema,
        description=description,
        sources=[file.source(origin)],
        derived_by=derived_by,
        set_aside=[SetAside(reason=without, rows=len(aside), examples=aside[:3])] if aside else [],
        notes=[*notes, *findings.notes()],
        folder=folder,
    )


# --- reading ---


def read_table(name: str, schema: pa.DataFrameSchema | None = None) -> pd.DataFrame:
    """Return an evidence table after checking its hash; a schema gives the types of a CSV's columns.

    A table was checked against its schema when it was written, and the hash says that it is still that table, so its
    rows are not checked again here: `compute_divide.evidence.catalogue.verify` does that. A table is parsed once a
    process; what is returned can be changed without changing what others get. Texts are never empty, but missing.
    """
    recorded = read_sidecar(name).sha256
    content = read_bytes(name)
    found = sha256(content)
    if found != recorded:
        raise EvidenceError(
            f"data/{name} is damaged: its sha256 is {found[:12]}..., its sidecar says {recorded[:12]}..."
        )
    known = (name, found, id(schema))
    if known not in _PARSED:
        _PARSED[known] = _parse(content, name, schema)
    return _PARSED[known].copy(deep=False)


_PARSED: dict[tuple[str, str, int], pd.DataFrame] = {}


def _parse(content: bytes, name: str, schema: pa.DataFrameSchema | None) -> pd.DataFrame:
    types = {} if schema is None else {column: each.dtype.type for column, each in schema.columns.items()}
    days = [column for column, kind in types.items() if kind == "datetime64[ns]"]
    try:
        if name.endswith(".parquet"):
            return pd.read_parquet(io.BytesIO(content))
        texts = types | dict.fromkeys(days, "str")
        table = pd.read_csv(io.BytesIO(content), dtype=texts, keep_default_na=False, na_values=[""])
        return table.astype({column: types[column] for column in days})
    except (ValueError, KeyError) as error:  # parser, decoding and Arrow errors are kinds of the first
        raise EvidenceError(f"data/{name} cannot be read: {error}") from error
