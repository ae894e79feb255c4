"""The models database at several dates (Epoch AI, CC BY 4.0): one table a vintage, all in one schema."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from pandas import DataFrame
from pydantic import BaseModel, ConfigDict

from bookpress.errors import UsageError
from compute_divide.evidence.models import own
from compute_divide.evidence.models.raw import (
    CODE_OPENNESS,
    CONFIDENCE,
    NOTABILITY,
    OPENNESS,
    SECTORS,
    Parsed,
    parse_snapshot,
)
from compute_divide.evidence.store.files import (
    OWN,
    EvidenceError,
    Origin,
    SetAside,
    Sidecar,
    Source,
    data_dir,
    read_yaml,
    vintages,
)
from compute_divide.evidence.store.raw_csv import PRECISIONS, TEAM_TYPES, read_raw
from compute_divide.evidence.store.tables import (
    date,
    flag,
    list_of,
    number,
    one_of,
    read_table,
    schema,
    text,
    whole,
    write_table,
)

CREDIT = "Epoch AI, 'Data on AI Models', published online at epoch.ai"
LICENCE = "CC BY 4.0"
URL = "https://epoch.ai/data/ai-models"


class Snapshot(BaseModel):
    """A raw file that the project ships a table of; see ``data/snapshots.yml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    date: str
    file: str
    mirror: str
    notable: str | None = None


SCHEMA = schema(
    model=text(nullable=False),
    reference=text(),
    published=date(),
    date_precision=one_of(PRECISIONS),
    year=whole(1940, 2040),
    organisations=text(),
    countries=text(),
    sectors=list_of(SECTORS.ours),
    team_type=one_of(TEAM_TYPES, nullable=False),
    team_label=text(),
    notability=list_of(NOTABILITY.ours),
    scope=one_of(["notable", "other"], nullable=False),
    criteria_met=flag(),
    excluded=flag(),
    training_compute_flop=number(),
    parameters=number(),
    training_hardware=text(),
    hardware_quantity=whole(1),
    hardware_utilization=number(high=1),
    training_time_hours=number(),
    training_cost_usd=number(),
    training_cost_base_year=whole(2000, 2040),
    base_model=text(),
    openness=one_of(OPENNESS.ours),
    code_openness=one_of(CODE_OPENNESS.ours),
    inference_code_openness=one_of(CODE_OPENNESS.ours),
    domain=text(),
    task=text(),
    self_supervised=flag(),
    citations=whole(),
    confidence=one_of(CONFIDENCE.ours),
    link=text(),
)
"""Schema of every table under ``data/models``. Lists are joined by ``|``; money is in dollars of the base year."""

TABLES = {"models/*.csv": SCHEMA}


def load_models(vintage: str) -> DataFrame:
    """Return the models of a vintage, one of `vintages()`, with the columns of `SCHEMA`, in the order of the raw file.

    A column ``own`` marks the models that a reader added or changed (``data add row``).

    A vintage that does not exist, or whose table is damaged, is an EvidenceError.

    Examples
    --------
    >>> models = load_models("2026-08")
    >>> models.loc[models["year"] == 2022, "team_type"].eq("industry-only").sum()
    np.int64(50)
    """
    if vintage not in vintages():
        raise EvidenceError(f"{vintage!r} is not a vintage; allowed: {', '.join(vintages())}")
    return own.with_own(read_table(table_name(vintage), SCHEMA), vintage, SCHEMA)


def add_own(name: str, file: Path) -> dict[str, int]:
    """Add own rows to ``models`` or ``organisations``; return how many models of each vintage are now marked."""
    return own.add_rows(
        name, file, SCHEMA, {vintage: read_table(table_name(vintage), SCHEMA) for vintage in vintages()}
    )


def remove_own(name: str, label: str) -> int:
    """Take the own rows of a model or an organisation out again; return how many there were."""
    return own.remove_rows(name, label, SCHEMA)


def check_own() -> None:
    """Raise where the own rows cannot be laid over every vintage."""
    for vintage in vintages() if (data_dir() / OWN).is_dir() else ():
        load_models(vintage)


def table_name(vintage: str) -> str:
    """Return the path of a vintage's table relative to the evidence folder."""
    return f"models/{vintage}.csv"


def derive_models(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the tables of all shipped snapshots; see `compute_divide.evidence.catalogue.Derive`."""
    return [_derive_snapshot(snapshot, raw, folder) for snapshot in read_yaml("snapshots.yml", list[Snapshot])]


def _derive_snapshot(snapshot: Snapshot, raw: Path, folder: Path) -> Sidecar:
    file = read_raw(raw / snapshot.file)
    title = f"Epoch AI models database, snapshot of {snapshot.date}"
    origin = Origin(snapshot.file, title, snapshot.date, CREDIT, LICENCE, URL)
    sources = [file.source(origin)]
    aside: list[SetAside] = []
    notable = None
    if snapshot.notable:
        sheet = read_raw(raw / snapshot.notable)
        names = {row["System"] for row in sheet.rows}
        notable = names.__contains__
        sources.append(sheet.source(replace(origin, title=f"{title}, sheet of notable models")))
        aside.append(SetAside(reason="rows of the sheet of notable models, which mark the scope", rows=len(sheet.rows)))
        strangers = names - {row["System"] for row in file.rows}
        if strangers:
            raise EvidenceError(f"{sheet.file}: {min(strangers)!r} is not in {file.file}")
    parsed = parse_snapshot(file, notable)
    notes = [f"read from the public mirror {snapshot.mirror}", *parsed.notes]
    return _write(snapshot.date[:7], parsed, sources, [*aside, *parsed.set_aside], notes, folder)


def check_vintage(vintage: str) -> str:
    """Return a vintage that is written as one, or raise `UsageError`."""
    if not re.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])", vintage):
        raise UsageError(f"{vintage!r} is not a vintage: give year and month, such as 2024-07")
    return vintage


def add_snapshot(path: Path, vintage: str, folder: Path) -> Sidecar:
    """Make a table of a snapshot that the project does not ship; its sidecar notes models dated after the vintage."""
    check_vintage(vintage)
    file = read_raw(path)
    parsed = parse_snapshot(file)
    late = [record["model"] for record in parsed.records if (record["published"] or "")[:7] > vintage]
    notes = [*parsed.notes, *([f"published after the vintage: {len(late)} ({'; '.join(late[:3])})"] if late else [])]
    origin = Origin(path.name, f"Epoch AI models database, snapshot of {vintage}", vintage, CREDIT, LICENCE, URL)
    return _write(vintage, parsed, [file.source(origin)], parsed.set_aside, notes, folder, derived_by="add_snapshot")


def _write(
    vintage: str,
    parsed: Parsed,
    sources: list[Source],
    set_aside: list[SetAside],
    notes: list[str],
    folder: Path,
    derived_by: str = "derive_models",
) -> Sidecar:
    return write_table(
        parsed.records,
        table_name(vintage),
        SCHEMA,
        description=f"models of the Epoch AI database as of {vintage}",
        sources=sources,
        derived_by=f"compute_divide.evidence.models.table.{derived_by}",
        set_aside=set_aside,
        notes=notes,
        folder=folder,
    )
