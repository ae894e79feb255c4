"""Rows of a reader's own, laid over the models: another model, another label, another sector of an organisation.

They lie in ``data/own``, outside the list of hashes, and are gone when their file is. A model that a vintage has takes
the cells that are given; any other is added. A model with an own cell is marked in the column ``own``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from bookpress.errors import UsageError, nearest
from bookpress.files import as_mapping, read, replace_file
from compute_divide.evidence.models.raw import SCHEMA, SECTORS
from compute_divide.evidence.store import tables
from compute_divide.evidence.store.files import OWN, EvidenceError, data_dir, table_name, vintages
from compute_divide.evidence.store.raw_csv import read_raw, team_type

NEEDED = ("published", "organisations", "sectors")
"""What a model needs that a vintage does not have."""
TABLES = ("models", "organisations")


def _schema(name: str) -> pa.DataFrameSchema:
    """Return the schema of a table of own rows; a row goes by its first column."""
    if name == "organisations":
        sector = tables.one_of(SECTORS.ours, nullable=False)
        return tables.schema(organisation=tables.text(nullable=False), sector=sector)
    columns = {
        name: pa.Column(one.dtype, one.checks, nullable=name != "model")
        for name, one in SCHEMA.columns.items()
    }
    return tables.schema(model=columns.pop("model"), vintage=tables.one_of(vintages()), **columns)


def _path(name: str) -> Path:
    return data_dir() / OWN / f"{name}.csv"


def _own_rows(name: str) -> pd.DataFrame:
    """Return the own rows of a table; none where there is no file."""
    header = ",".join(_schema(name).columns) + "\n"
    return _typed(
        read(_path(name)) if _path(name).is_file() else header.encode(), name, f"{OWN}/{name}.csv"
    )


def _typed(content: bytes, name: str, where: str) -> pd.DataFrame:
    schema = _schema(name)
    table = tables.parse(content, where, schema)
    if list(table.columns) != list(schema.columns):
        raise EvidenceError(f"data/{where} has other columns than: {', '.join(schema.columns)}")
    return tables.check_schema(table, schema, where)


def with_own(models: pd.DataFrame, vintage: str) -> pd.DataFrame:
    """Return the models of a vintage with the own rows laid over them, and the column ``own``."""
    if not any(_path(name).is_file() for name in TABLES):
        return models.assign(own=False)
    return _laid_over(models, vintage, *map(_own_rows, TABLES))


def _laid_over(
    models: pd.DataFrame, vintage: str, rows: pd.DataFrame, sectors: pd.DataFrame
) -> pd.DataFrame:
    models, new = models.assign(own=False), []
    for row in (
        rows[rows["vintage"].isna() | rows["vintage"].eq(vintage)]
        .drop(columns="vintage")
        .to_dict("records")
    ):
        given = _implied({str(name): value for name, value in row.items() if pd.notna(value)})
        here = models["model"].eq(given["model"])
        if here.any():
            for name, value in {**given, "own": True}.items():
                models.loc[here, name] = value
            continue
        if lacking := [name for name in NEEDED if name not in given]:
            raise EvidenceError(
                f"{given['model']!r} is no model of {vintage}, so that its own row needs {', '.join(lacking)} too"
            )
        new.append(
            {"scope": "notable" if "notability" in given else "other", "date_precision": "day"}
            | given
        )
    if new:
        added = (
            pd.DataFrame(new).assign(own=True).reindex(columns=models.columns).astype(models.dtypes)
        )
        models = pd.concat([models, added], ignore_index=True)
    return _reclassed(models, dict(sectors[["organisation", "sector"]].to_numpy().tolist()))


def _implied(given: dict[str, Any]) -> dict[str, Any]:
    """Return the cells of a row with what follows from them."""
    if "published" in given:
        given = {"year": given["published"].year} | given
    if "sectors" in given:
        given = {"team_type": team_type(given["sectors"].split("|"))} | given
    return given


def _reclassed(models: pd.DataFrame, sectors: Mapping[str, str]) -> pd.DataFrame:
    """Give organisations another sector, in every model that has one sector for each of its organisations."""
    for place, names, old in models[["organisations", "sectors"]].dropna().itertuples():
        listed, kinds = names.split("|"), old.split("|")
        if len(listed) == len(kinds) and not sectors.keys().isdisjoint(listed):
            new = [sectors.get(name, kind) for name, kind in zip(listed, kinds, strict=True)]
            models.loc[[place], ["sectors", "team_type"]] = ["|".join(new), team_type(new)]
            models.loc[[place], "own"] = True
    return models


def add_own(name: str, file: Path) -> dict[str, int]:
    """Add the rows of a file, replacing those that are there; return how many models of each vintage are now own."""
    known = list(_schema(name).columns)
    if file.suffix in {".yml", ".yaml"}:
        given = [as_mapping(read(file), file.name, "columns and values")]
    else:
        given = [dict(row.cells) for row in read_raw(file).rows]
    strangers = [str(column) for row in given for column in row if column not in known]
    if strangers or not all(given):
        found = (
            f"{file.name} has a column {strangers[0]!r}"
            if strangers
            else f"{file.name} holds no row"
        )
        raise UsageError(f"{found}{nearest(strangers[0] if strangers else '', known)}")
    rows = _typed(pd.DataFrame(given, columns=known).to_csv(index=False).encode(), name, file.name)
    key = known[: 2 if name == "models" else 1]
    both = pd.concat([_own_rows(name), rows]).drop_duplicates(key, keep="last", ignore_index=True)
    own = [both if other == name else _own_rows(other) for other in TABLES]
    marked = {
        vintage: int(
            _laid_over(tables.read_table(table_name(vintage), SCHEMA), vintage, *own)["own"].sum()
        )
        for vintage in vintages()
    }
    if not any(marked.values()):
        raise UsageError(
            f"{file.name} changes no model of any vintage: is {rows.iloc[0, 0]!r} spelled as it is there?"
        )
    replace_file(_path(name), both.to_csv(index=False, lineterminator="\n").encode())
    return marked


def remove_own(name: str, label: str) -> int:
    """Take the own rows of a model or an organisation out again and return how many; none is a UsageError."""
    rows = _own_rows(name)
    here = rows.iloc[:, 0].eq(label)
    if not here.any():
        raise UsageError(
            f"no own row of {label!r} in {name}{nearest(label, rows.iloc[:, 0].tolist())}"
        )
    if here.all():
        _path(name).unlink()
    else:
        replace_file(_path(name), rows[~here].to_csv(index=False, lineterminator="\n").encode())
    return int(here.sum())
