"""Write and read evidence tables: deterministic bytes, a schema, a sidecar, and a check of the hash at every read."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaError, SchemaErrors

from compute_divide.evidence.store.paths import EvidenceError, data_dir, read_bytes
from compute_divide.evidence.store.sidecars import (
    SUFFIX,
    SetAside,
    Sidecar,
    Source,
    dump_sidecar,
    parse_sidecar,
    sha256,
    sidecar_path,
)


def table_bytes(table: pd.DataFrame, name: str) -> bytes:
    """Return a table as the bytes of its file: CSV or Parquet by the ending of the name, the same on every machine."""
    if name.endswith(".csv"):
        return table.to_csv(index=False, lineterminator="\n").encode()
    if name.endswith(".parquet"):
        buffer = io.BytesIO()
        table.to_parquet(buffer, index=False, compression="zstd")
        return buffer.getvalue()
    raise EvidenceError(f"data/{name}: a table is .csv or .parquet")


def write_table(
    table: pd.DataFrame,
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
    """Check a table against its schema and write it with its sidecar, both or neither half-written.

    Parameters
    ----------
    table : pandas.DataFrame
        The rows, in their final order.
    name : str
        Path relative to the evidence folder: ``"models/2026-08.csv"``.
    schema : pandera.DataFrameSchema
        What the table must satisfy.
    description, sources, derived_by, set_aside, notes
        What the sidecar says; see `Sidecar`.
    folder : pathlib.Path, optional
        The evidence folder, `data_dir()` by default.

    Returns
    -------
    Sidecar
        The sidecar that was written.

    Raises
    ------
    EvidenceError
        If the table breaks its schema or the rows do not add up.
    """
    table = check_schema(table, schema, name)
    content = table_bytes(table, name)
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
    path = (folder or data_dir()) / name
    replace_file(path, content)
    replace_file(sidecar_path(path), dump_sidecar(sidecar).encode())
    return sidecar


def read_table(name: str, schema: pa.DataFrameSchema | None = None) -> pd.DataFrame:
    """Return an evidence table after checking its hash.

    A table was checked against its schema when it was written, and the hash says that it is still that table, so its
    rows are not checked again here: `verify` in the catalogue does that. A table is parsed once a process; what is
    returned can be changed without changing what others get.

    Parameters
    ----------
    name : str
        Path relative to the evidence folder: ``"models/2026-08.csv"``.
    schema : pandera.DataFrameSchema, optional
        Gives the types of a CSV's columns.

    Returns
    -------
    pandas.DataFrame
        The rows; text columns hold ``str`` or missing, never an empty string.

    Raises
    ------
    EvidenceError
        If the file is missing or its hash is not the one in the sidecar.
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


def read_sidecar(name: str) -> Sidecar:
    """Return the sidecar of a table, given the table's path relative to the evidence folder."""
    beside = sidecar_path(Path(name)).as_posix()
    return parse_sidecar(read_bytes(beside), beside)


def check_schema(table: pd.DataFrame, schema: pa.DataFrameSchema, name: str) -> pd.DataFrame:
    """Return the table, coerced, or raise `EvidenceError` that names file, column, row and value."""
    try:
        return schema.validate(table, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases.head(5)
        lines = [
            f"column {case.column}: {case.check} fails for {case.failure_case!r}"
            + ("" if pd.isna(case.index) else f" in row {int(case.index) + 2}")
            for case in cases.itertuples()
        ]
        raise EvidenceError(f"data/{name} breaks its schema:\n  " + "\n  ".join(lines)) from errors
    except SchemaError as error:
        raise EvidenceError(f"data/{name} breaks its schema: {error}") from error


def replace_file(path: Path, content: bytes) -> None:
    """Write a file under a temporary name, then rename it, so that no reader ever meets half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


__all__ = [
    "SUFFIX",
    "check_schema",
    "read_sidecar",
    "read_table",
    "replace_file",
    "table_bytes",
    "write_table",
]
