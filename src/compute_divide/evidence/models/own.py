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
from bookpress.files import load_mapping, read, replace_file
from compute_divide.evidence.store.files import OWN, EvidenceError, data_dir, vintages
from compute_divide.evidence.store.raw_csv import read_raw, team_type
from compute_divide.evidence.store.tables import check_schema, parse

NEEDED = ("published", "organisations", "sectors")
"""What a model needs that a vintage does not have."""


def tables_of(models: pa.DataFrameSchema) -> dict[str, pa.DataFrameSchema]:
    """Return the tables of own rows by name, given the schema of the models; a row goes by its first column."""
    optional = {
        name: pa.Column(one.dtype, one.checks, nullable=name != "model") for name, one in models.columns.items()
    }
    text, sector = pa.Column(str, nullable=False), models.columns["sectors"].checks
    vintage = pa.Column(str, [pa.Check.isin(vintages())], nullable=True)
    return {
        "models": _schema(model=optional.pop("model"), vintage=vintage, **optional),
        "organisations": _schema(organisation=text, sector=pa.Column(str, sector, nullable=False)),
    }


def _schema(**columns: pa.Column) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(columns, strict=True, ordered=True, coerce=True)


def own_rows(name: str, schemas: Mapping[str, pa.DataFrameSchema]) -> pd.DataFrame:
    """Return the own rows of a table; none where there is no file."""
    path, schema = _path(name), schemas[name]
    content = read(path) if path.is_file() else (",".join(schema.columns) + "\n").encode()
    return _typed(content, f"{OWN}/{name}.csv", schema)


def with_own(models: pd.DataFrame, vintage: str, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Return the models of a vintage with the own rows laid over them, and the column ``own``."""
    models = models.assign(own=False)
    if not any(_path(name).is_file() for name in ("models", "organisations")):
        return models
    schemas = tables_of(schema)
    return laid_over(models, vintage, own_rows("models", schemas), own_rows("organisations", schemas))


def laid_over(models: pd.DataFrame, vintage: str, rows: pd.DataFrame, sectors: pd.DataFrame) -> pd.DataFrame:
    """Return models, which have the column ``own``, with rows and sectors of organisations laid over them."""
    models, new = models.copy(), []
    for row in rows[rows["vintage"].isna() | rows["vintage"].eq(vintage)].drop(columns="vintage").to_dict("records"):
        given = _implied({str(name): value for name, value in row.items() if pd.notna(value)})
        here = models["model"].eq(given["model"])
        for name, value in {**given, "own": True}.items() if here.any() else ():
            models.loc[here, name] = value
        if not here.any():
            lacking = [name for name in NEEDED if name not in given]
            if lacking:
                raise EvidenceError(
                    f"{given['model']!r} is no model of {vintage}, so that its own row needs {', '.join(lacking)} too"
                )
            new.append({"scope": "notable" if "notability" in given else "other", "date_precision": "day"} | given)
    if new:
        added = pd.DataFrame(new).assign(own=True).reindex(columns=models.columns).astype(models.dtypes)
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


def add_rows(name: str, file: Path, models: pa.DataFrameSchema, shipped: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """Add the rows of a file, YAML with one or CSV, to those of a table; one that is there is replaced.

    They are laid over the shipped vintages first. Return how many models of each are now marked as own.
    """
    schemas = tables_of(models)
    schema = schemas[name]
    is_yaml = file.suffix in {".yml", ".yaml"}
    given = (
        [load_mapping(file, file.name, "columns and values")]
        if is_yaml
        else [dict(row.cells) for row in read_raw(file).rows]
    )
    strangers = [column for row in given for column in row if column not in schema.columns]
    if strangers or not all(given):
        found = f"{file.name} has a column {strangers[0]!r}" if strangers else f"{file.name} holds no row"
        raise UsageError(f"{found}{nearest(str(strangers[0]) if strangers else '', list(schema.columns))}")
    content = pd.DataFrame(given, columns=list(schema.columns)).to_csv(index=False).encode()
    rows = _typed(content, file.name, schema)
    key = list(schema.columns)[: 2 if name == "models" else 1]
    both = pd.concat([own_rows(name, schemas), rows]).drop_duplicates(key, keep="last", ignore_index=True)
    own = {other: own_rows(other, schemas) for other in schemas} | {name: both}
    marked = {
        vintage: int(laid_over(table.assign(own=False), vintage, *own.values())["own"].sum())
        for vintage, table in shipped.items()
    }
    if not any(marked.values()):
        raise UsageError(f"{file.name} changes no model of any vintage: is {rows.iloc[0, 0]!r} spelled as it is there?")
    _write(name, both)
    return marked


def remove_rows(name: str, label: str, models: pa.DataFrameSchema) -> int:
    """Take the own rows of a model or an organisation out again and return how many; none is a UsageError."""
    rows = own_rows(name, tables_of(models))
    labels = rows.iloc[:, 0]
    if label not in set(labels):
        raise UsageError(f"no own row of {label!r} in {name}{nearest(label, labels.tolist())}")
    _write(name, rows[labels != label])
    return int(labels.eq(label).sum())


def _write(name: str, rows: pd.DataFrame) -> None:
    if rows.empty:
        _path(name).unlink(missing_ok=True)
        return
    replace_file(_path(name), rows.to_csv(index=False, lineterminator="\n").encode())


def _path(name: str) -> Path:
    return data_dir() / OWN / f"{name}.csv"


def _typed(content: bytes, where: str, schema: pa.DataFrameSchema) -> pd.DataFrame:
    table = parse(content, where, schema)
    if list(table.columns) != list(schema.columns):
        raise EvidenceError(f"data/{where} has other columns than: {', '.join(schema.columns)}")
    return check_schema(table, schema, where)
