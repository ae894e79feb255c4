"""The evidence as files: its folder, the sidecar of each table, and the list of all hashes."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bookpress.edition.fingerprint import RELEASED
from bookpress.errors import PressError
from bookpress.files import files_of, sha256

CHECKOUT = Path(__file__).resolve().parents[4]
INSTALLED = Path(__file__).resolve().parents[2] / "evidence"
"""Folder of the tables in an installed package, which no checkout surrounds."""
SUFFIX = ".meta.yml"
OWN = "own"
"""Folder of a reader's own rows."""
MANIFEST = "MANIFEST.sha256"
"""Name of the list of hashes, in the format of ``sha256sum --check``."""
WITH_HARDWARE = "2023-12"
"""The first vintage that records chips, openness and base models of many models."""
PUBLISHED = (
    *("2022-06", "2023-03", "2023-11", "2023-12", "2024-10", "2024-11", "2024-12"),
    *("2025-02", "2025-06", "2026-03", "2026-06", "2026-08"),
)
"""The vintages that the published edition compares, each read before it was published with it."""
SHIPPED = "works"
T = TypeVar("T")


class EvidenceError(PressError):
    """Evidence is missing, damaged or not what its schema says."""


class Strict(BaseModel):
    """A record in one of our files: no unknown fields, and immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def problem(error: ValidationError) -> str:
    """Return the fault of an entry, in one line: the field, and what its schema says."""
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    fault = first["msg"].removeprefix("Value error, ")
    if where:
        return f"{where}: {fault}"
    return fault


def data_dir() -> Path:
    """Return the folder of the evidence.

    It is ``COMPUTE_DIVIDE_DATA``, else the ``data`` folder of the checkout, else that which was
    installed with the package.
    """
    named = os.environ.get("COMPUTE_DIVIDE_DATA")
    shipped = INSTALLED if INSTALLED.is_dir() else CHECKOUT / "data"
    folder = Path(named) if named else shipped
    if not folder.is_dir():
        raise EvidenceError(
            f"no evidence at {folder}: set COMPUTE_DIVIDE_DATA to a folder that contains the tables"
        )
    return folder


def read_bytes(name: str) -> bytes:
    """Return the content of an evidence file, given its path relative to the evidence folder."""
    try:
        return (data_dir() / name).read_bytes()
    except OSError as error:
        raise EvidenceError(
            f"cannot read the evidence file data/{name}: {error.strerror}"
        ) from error


def read_yaml(name: str, kind: type[T]) -> T:
    """Return the content of a YAML file of the evidence, checked by pydantic.

    The error names the file and the field.
    """
    content = read_bytes(name)
    value: T = _parsed(content, name, kind)  # type: ignore[arg-type] # a type is hashable
    return value


@lru_cache(maxsize=64)
def _parsed(content: bytes, name: str, kind: type[T]) -> T:
    try:
        plain = yaml.load(content, Loader=yaml.CSafeLoader)
        return TypeAdapter(kind).validate_python(plain)
    except yaml.YAMLError as error:
        raise EvidenceError(f"data/{name} is not YAML: {error}") from error
    except ValidationError as error:
        raise EvidenceError(
            f"data/{name} does not hold what it should: {problem(error)}"
        ) from error


def list_names(folder: str, suffix: str) -> list[str]:
    """Return the sorted names of the files in a folder with this ending, without the ending."""
    paths = (data_dir() / folder).glob(f"*{suffix}")
    visible = [path.name for path in paths if not path.name.startswith(".")]
    return sorted(name.removesuffix(suffix) for name in visible)


def vintages(*, with_hardware: bool = False) -> list[str]:
    """Return the vintages of the models database in the evidence.

    Parameters
    ----------
    with_hardware : bool
        Whether to leave out those that record chips, openness and base models of only a few models.

    Returns
    -------
    list of str
        Year and month of each, oldest first.

    Examples
    --------
    >>> "2026-08" in vintages()
    True
    >>> vintages(with_hardware=True)[0]
    '2023-12'
    """
    names = list_names("models", ".csv")
    if with_hardware:
        return [name for name in names if name >= WITH_HARDWARE]
    return names


def published_vintages(*chosen: str, with_hardware: bool = False) -> list[str]:
    """Return the vintages that the published edition compares, and those that a chapter chooses.

    A snapshot that was added changes what a chapter says only where a choice names it.

    Parameters
    ----------
    *chosen : str
        The chapter's own choices of a vintage.
    with_hardware : bool
        Whether to leave out those that record chips, openness and base models of only a few models.

    Returns
    -------
    list of str
        Year and month of each, oldest first.

    Examples
    --------
    >>> published_vintages()[-1], published_vintages("2026-08")[-1]
    ('2026-08', '2026-08')
    """
    counted = {*PUBLISHED, *chosen}
    return [name for name in vintages(with_hardware=with_hardware) if name in counted]


def table_name(vintage: str) -> str:
    """Return the path of a vintage's table relative to the evidence folder."""
    return f"models/{vintage}.csv"


def works_names() -> list[str]:
    """Return the names of the tables of works, the one that ships first."""
    names = list_names("openalex", ".parquet")
    return [name for name in names if name == SHIPPED or name.startswith("works-")]


def last_whole_year(vintage: str) -> int:
    """Return the last calendar year that a vintage covers completely.

    Parameters
    ----------
    vintage : str
        Year and month, as returned by `vintages`.

    Returns
    -------
    int
        The year before its own.

    Examples
    --------
    >>> last_whole_year("2026-08")
    2025
    """
    return int(vintage[:4]) - 1


class Source(Strict):
    """One raw file that a table was derived from."""

    title: str
    credit: str = Field(description="whom to credit, in the words the licence asks for")
    licence: str
    url: str | None = Field(
        default=None, description="public address of the source, where there is one"
    )
    snapshot: str = Field(description="date of the snapshot, ISO 8601, as precise as it is known")
    file: str = Field(description="name of the raw file")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    rows: int = Field(ge=0, description="records in the raw file")
    size: int | None = Field(
        default=None, ge=0, description="size of the raw file in bytes, where it was fetched"
    )
    etag: str | None = Field(
        default=None, description="entity tag the server gave, where it was fetched"
    )


class SetAside(Strict):
    """Records that did not become rows, and why."""

    reason: str
    rows: int = Field(ge=1)
    examples: list[str] = Field(
        default_factory=list, description="up to three places, such as 'row 17'"
    )


class Sidecar(Strict):
    """The sidecar of one evidence table.

    It records where the table comes from, under which licence, and what was done to it. ``rows_in``
    equals ``rows_out`` plus the rows set aside, so that nothing is dropped silently.
    """

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
        """Raise `EvidenceError` if rows in, out and set aside do not add up."""
        aside = sum(group.rows for group in self.set_aside)
        if self.rows_in != self.rows_out + aside:
            out = f"{self.rows_out} out and {aside} set aside"
            raise EvidenceError(f"data/{self.table}: {self.rows_in} rows in, but {out}")


def sidecar_name(table: str) -> str:
    """Return the path of the sidecar of a table, both relative to the evidence folder."""
    return table.rsplit(".", 1)[0] + SUFFIX


def read_sidecar(table: str) -> Sidecar:
    """Return the sidecar of a table, given the table's path relative to the evidence folder."""
    return read_yaml(sidecar_name(table), Sidecar)


def evidence_files(folder: Path) -> list[str]:
    """Return the files of an evidence folder, sorted.

    Hidden files, the list of hashes, own rows and releases are left out.
    """
    paths = (path.relative_to(folder) for path in files_of(folder))
    apart = {MANIFEST, OWN, RELEASED}
    return sorted(path.as_posix() for path in paths if path.parts[0] not in apart)


def hashes(folder: Path) -> dict[str, str]:
    """Return the hash of each file of an evidence folder, by its path."""
    return {name: sha256((folder / name).read_bytes()) for name in evidence_files(folder)}


def differences(folder: Path) -> dict[str, str]:
    """Return the fault of each file that is missing, not listed, or changed, by its path."""
    try:
        lines = (folder / MANIFEST).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        return {MANIFEST: f"cannot be read: {error}"}
    matches = [re.fullmatch(r"([0-9a-f]{64}) [ *](\S.*)", line) for line in lines]
    if None in matches:
        number = matches.index(None)
        line = lines[number]
        return {MANIFEST: f"line {number + 1}, is damaged: {line[:80]!r}"}
    listed = {match[2]: match[1] for match in matches if match}
    digests = hashes(folder)
    wrong = {name: "is missing" for name in listed if name not in digests}
    for name, digest in digests.items():
        if name not in listed:
            wrong[name] = f"is not listed in data/{MANIFEST}"
        elif digest != listed[name]:
            listed_as = f"data/{MANIFEST} says {listed[name][:12]}..."
            wrong[name] = f"has changed: its sha256 is {digest[:12]}..., {listed_as}"
    return wrong
