"""Write evidence tables: deterministic bytes, a schema, a sidecar, and the list of all hashes."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from bookpress.files import check_writable, replace_file, sha256
from compute_divide.sources.store.files import (
    MANIFEST,
    SetAside,
    Sidecar,
    Source,
    data_dir,
    evidence_files,
    hashes,
    sidecar_name,
)
from compute_divide.sources.store.raw_csv import Findings, Row
from compute_divide.sources.store.tables import EvidenceTable, Fields, check_schema
from compute_divide_evidence.store.raw_csv import Origin, read_raw


def read_rows(rows: Iterable[Row], fields: Fields, findings: Findings) -> list[dict[str, Any]]:
    """Return rows of a raw file as records of our table."""

    def record(row: Row) -> dict[str, Any]:
        return {name: field.read(row, name, findings) for name, field in fields.items()}

    return list(map(record, rows))


@dataclass(frozen=True)
class DerivedTable:
    """A table of the evidence, and the folder that it is derived into."""

    table: EvidenceTable
    folder: Path

    def write(
        self,
        rows: pd.DataFrame | Sequence[Mapping[str, Any]],
        sources: Sequence[Source],
        aside: Sequence[SetAside] = (),
        notes: Sequence[str] = (),
    ) -> Sidecar:
        """Check rows against the schema and write them with their sidecar, atomically."""
        if not isinstance(rows, pd.DataFrame):
            columns = list(self.table.schema.columns)
            rows = pd.DataFrame(rows, columns=columns).replace("", None)
        table = check_schema(rows, self.table.schema, self.table.name)
        content = self._content(table)
        sidecar = Sidecar(
            table=self.table.name,
            description=self.table.description,
            sources=list(sources),
            derived_by=self.table.derived_by,
            rows_in=sum(source.rows for source in sources),
            rows_out=len(table),
            set_aside=list(aside),
            notes=list(notes),
            sha256=sha256(content),
        )
        sidecar.balance()
        replace_file(self.folder / self.table.name, content)
        write_sidecar(sidecar, self.folder)
        return sidecar

    def _content(self, table: pd.DataFrame) -> bytes:
        buffer = io.BytesIO()
        if self.table.name.endswith(".csv"):
            table.to_csv(buffer, index=False, lineterminator="\n")
        else:
            table.to_parquet(buffer, index=False, compression="zstd")
        return buffer.getvalue()

    def derive(
        self,
        raw: Path,
        origin: Origin,
        fields: Fields,
        notes: Sequence[str] = (),
    ) -> Sidecar:
        """Write a row from each record of a raw file."""
        file = read_raw(raw / origin.path)
        findings = Findings()
        rows = read_rows(file.rows, fields, findings)
        noted = [*notes, *findings.notes()]
        return self.write(rows, [file.source(origin)], notes=noted)


def write_sidecar(sidecar: Sidecar, folder: Path) -> None:
    """Write a sidecar beside its table in an evidence folder, without empty fields."""
    fields = sidecar.model_dump(mode="json", exclude_none=True)
    text = yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=100)
    replace_file(folder / sidecar_name(sidecar.table), text.encode())


def seal(folder: Path) -> int:
    """Rewrite the list of hashes and return its length."""
    digests = hashes(folder)
    lines = [f"{digest}  {name}\n" for name, digest in digests.items()]
    replace_file(folder / MANIFEST, "".join(lines).encode())
    return len(lines)


@contextmanager
def staged() -> Iterator[Path]:
    """Yield a folder to write evidence to.

    If all went well, move its files into place and renew the hashes.
    """
    home = data_dir()
    check_writable(home)
    with tempfile.TemporaryDirectory(prefix=".derive-", dir=home) as name:
        folder = Path(name)
        yield folder
        fresh = evidence_files(folder)
        for file in fresh:
            (home / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).replace(home / file)
    if fresh:
        seal(home)
