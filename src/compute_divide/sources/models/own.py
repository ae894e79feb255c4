"""A reader's own rows, added to the models.

They add a model, or change a label or the sector of an organisation. They are in ``data/own``,
outside the list of hashes, and disappear with their file. If a vintage has the model, the given
cells replace its own. Any other model is added to the vintage named in its row, else to all that
are not older than the model, if the row has what a new model needs. A model with an own cell is
marked in the column ``own``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from bookpress.files import read
from compute_divide.sources.models.labels import SECTORS
from compute_divide.sources.models.schema import SCHEMA
from compute_divide.sources.models.sectors import reclassed_sectors
from compute_divide.sources.store import tables
from compute_divide.sources.store.files import OWN, EvidenceError, data_dir, vintages
from compute_divide.sources.store.raw_csv import team_type

NEEDED = ("published", "organisations", "sectors")
"""The columns that a new model needs."""
TABLES = ("models", "organisations")


def own_schema(name: str) -> pa.DataFrameSchema:
    """Return the schema of a table of own rows; a row goes by its first column."""
    if name == "organisations":
        sector = tables.one_of(SECTORS.ours, nullable=False)
        return tables.schema(organisation=tables.text(nullable=False), sector=sector)
    columns = {
        name: pa.Column(column.dtype, column.checks, nullable=name != "model")
        for name, column in SCHEMA.columns.items()
    }
    model = columns.pop("model")
    vintage = tables.one_of(vintages())
    return tables.schema(model=model, vintage=vintage, **columns)


def own_path(name: str) -> Path:
    """Return the file of a table of own rows."""
    return data_dir() / OWN / f"{name}.csv"


def own_rows(name: str) -> pd.DataFrame:
    """Return the own rows of a table; empty without a file."""
    where = f"{OWN}/{name}.csv"
    path = own_path(name)
    if path.is_file():
        return typed_rows(read(path), name, where)
    header = ",".join(own_schema(name).columns) + "\n"
    return typed_rows(header.encode(), name, where)


def typed_rows(content: bytes, name: str, where: str) -> pd.DataFrame:
    """Return the rows in the content of a file, after a check of its columns and its schema."""
    schema = own_schema(name)
    table = tables.parse(content, where, schema)
    if list(table.columns) != list(schema.columns):
        allowed = ", ".join(schema.columns)
        raise EvidenceError(f"data/{where} has other columns than: {allowed}")
    return tables.check_schema(table, schema, where)


def with_own(models: pd.DataFrame, vintage: str) -> pd.DataFrame:
    """Return the models of a vintage with the own rows applied, and the column ``own``."""
    if not any(own_path(name).is_file() for name in TABLES):
        return models.assign(own=False)
    return laid_over(models, vintage, *map(own_rows, TABLES))


def laid_over(
    models: pd.DataFrame, vintage: str, rows: pd.DataFrame, sectors: pd.DataFrame
) -> pd.DataFrame:
    """Return the models of a vintage with own rows and own sectors, marked as such."""
    models = models.assign(own=False)
    lists_all = bool(models["scope"].eq("other").any())
    stated = rows["vintage"]
    of_vintage = rows[stated.isna() | stated.eq(vintage)]
    added = []
    for row in of_vintage.to_dict("records"):
        given = {str(name): value for name, value in row.items() if pd.notna(value)}
        cells = _implied(given)
        same = models["model"].eq(cells["model"])
        if same.any():
            for name, value in {**cells, "own": True}.items():
                models.loc[same, name] = value
        elif "vintage" in given or (not needs_lacked(cells) and _is_of_its_time(cells, vintage)):
            added.append(_new_model(cells, vintage, lists_all=lists_all))
    if added:
        new = pd.DataFrame(added).assign(own=True)
        new = new.reindex(columns=models.columns).astype(models.dtypes)
        models = pd.concat([models, new], ignore_index=True)
    pairs = sectors[["organisation", "sector"]].to_numpy().tolist()
    return _reclassed(models, dict(pairs))


def needs_lacked(cells: Mapping[Any, Any]) -> list[str]:
    """Return what a row lacks to be a new model; such a row can only change a listed one."""
    return [name for name in NEEDED if pd.isna(cells.get(name))]


def _is_of_its_time(cells: Mapping[str, Any], vintage: str) -> bool:
    """Return whether a model is old enough for a vintage."""
    return f"{cells['published']:%Y-%m}" <= vintage


def _new_model(cells: dict[str, Any], vintage: str, *, lists_all: bool) -> dict[str, Any]:
    """Return a model that a vintage lacks; in a list of notable models it counts as notable."""
    lacking = needs_lacked(cells)
    if lacking:
        raise EvidenceError(
            f"{cells['model']!r} is not a model of {vintage}, "
            f"so that its own row needs {', '.join(lacking)} too"
        )
    scope = "other" if lists_all and "notability" not in cells else "notable"
    return {"scope": scope, "date_precision": "day", **cells}


def _implied(given: dict[str, Any]) -> dict[str, Any]:
    """Return the cells of a row other than its vintage, with what follows from them."""
    given = {name: value for name, value in given.items() if name != "vintage"}
    if "published" in given:
        given = {"year": given["published"].year} | given
    if "sectors" in given:
        sectors = given["sectors"].split("|")
        given = {"team_type": team_type(sectors)} | given
    return given


def _reclassed(models: pd.DataFrame, sectors: Mapping[str, str]) -> pd.DataFrame:
    """Change the sector of organisations, in every model that has a sector for each of its own."""
    for place, new in reclassed_sectors(models, sectors).items():
        models.loc[[place], "sectors"] = "|".join(new)
        models.loc[[place], "team_type"] = team_type(new)
        models.loc[[place], "own"] = True
    return models
