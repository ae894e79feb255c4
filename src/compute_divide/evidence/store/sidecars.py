"""The sidecar beside every table: where it comes from, under which licence, and what was done to it."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from compute_divide.evidence.store.paths import EvidenceError

SUFFIX = ".meta.yml"


class Source(BaseModel):
    """One raw file that a table was derived from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    credit: str = Field(description="whom to credit, in the words the licence asks for")
    licence: str
    url: str | None = Field(default=None, description="public address of the source, where there is one")
    snapshot: str = Field(description="date of the snapshot, ISO 8601, as precise as it is known")
    file: str = Field(description="name of the raw file")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    rows: int = Field(ge=0, description="records in the raw file")
    size: int | None = Field(default=None, ge=0, description="size of the raw file in bytes, where it was fetched")
    etag: str | None = Field(default=None, description="entity tag the server gave, where it was fetched")


class SetAside(BaseModel):
    """Records that did not become rows, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: str
    rows: int = Field(ge=1)
    examples: list[str] = Field(default_factory=list, description="up to three places, such as 'row 17'")


class Sidecar(BaseModel):
    """What is known about one evidence table.

    ``rows_in`` equals ``rows_out`` plus the rows set aside, so that nothing is dropped silently.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str = Field(description="path of the table relative to data/, with its ending")
    description: str
    sources: list[Source] = Field(min_length=1)
    derived_by: str = Field(description="the function that makes the table")
    rows_in: int = Field(ge=0)
    rows_out: int = Field(ge=0)
    set_aside: list[SetAside] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="of the table file itself")

    def balance(self) -> None:
        """Raise `EvidenceError` when rows in, out and set aside do not add up."""
        aside = sum(group.rows for group in self.set_aside)
        if self.rows_in != self.rows_out + aside:
            raise EvidenceError(
                f"data/{self.table}: {self.rows_in} rows in, but {self.rows_out} out and {aside} set aside"
            )


def sidecar_path(table: Path) -> Path:
    """Return the path of the sidecar of a table.

    Examples
    --------
    >>> sidecar_path(Path("models/2026-08.csv")).as_posix()
    'models/2026-08.meta.yml'
    """
    return table.with_name(table.stem + SUFFIX)


def dump_sidecar(sidecar: Sidecar) -> str:
    """Return the sidecar as YAML, keys in the order of the model, without those that have no value."""
    fields = sidecar.model_dump(mode="json", exclude_none=True)
    return yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=100)


@lru_cache(maxsize=64)
def parse_sidecar(content: bytes, name: str) -> Sidecar:
    """Return the sidecar that a YAML file holds.

    Raises
    ------
    EvidenceError
        If the file is not YAML or lacks a field; the message names the file and the field.
    """
    try:
        return Sidecar.model_validate(yaml.load(content, Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, ValidationError) as error:
        raise EvidenceError(f"data/{name} is not a valid sidecar: {error}") from error


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
