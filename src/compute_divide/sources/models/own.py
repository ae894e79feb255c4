"""A reader's own rows, added to the models.

They add a model, or change a label or the sector of an organisation. They are in ``data/own``,
outside the list of hashes, and disappear with their file. If a vintage has the model, the given
cells replace its own. Any other model is added to the vintage named in its row, else to all that
are not older than the model, if the row has what a new model needs. A model with an own cell is
marked in the column ``own``.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from bookpress.errors import UsageError, nearest
from bookpress.files import as_mapping, read, replace_file
from compute_divide.sources.models.labels import SECTORS
from compute_divide.sources.models.schema import SCHEMA
from compute_divide.sources.models.sectors import reclassed_sectors
from compute_divide.sources.store import tables
from compute_divide.sources.store.files import OWN, EvidenceError, data_dir, table_name, vintages
from compute_divide.sources.store.raw_csv import read_raw, team_type

NEEDED = ("published", "organisations", "sectors")
"""The columns that a new model needs."""
TABLES = ("models", "organisations")
_QUOTED = re.compile("'([^']+)'")
_RANGE = re.compile(r"in_range\((.+), (.+)\)")
_KINDS = {"M": "a day, as 2026-05-01", "f": "a number", "i": "a whole number", "b": "true, false"}
"""What a column may contain, by the kind of its type."""


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


def _checked(content: bytes, name: str, file: str) -> pd.DataFrame:
    """Return the checked rows of a file; the error names the line of a cell that is not allowed."""
    try:
        return typed_rows(content, name, file)
    except EvidenceError as error:
        cause = error.__cause__
        if not isinstance(cause, SchemaErrors):
            fault = _unreadable(content, name)
            known = f"{file}: {fault}" if fault else str(error).removeprefix("data/")
            raise UsageError(known) from error
        case = cause.failure_cases.iloc[0]
        value = case["failure_case"]
        if pd.isna(value):
            raise UsageError(f"{file}: {case['column']} is missing") from error
        shown = repr(value) if isinstance(value, str) else f"{value:g}"
        allowed = _allowed(str(case["check"]))
        fault_words = f"{file}: {case['column']} {shown} is not allowed; allowed: {allowed}"
        raise UsageError(fault_words) from error


def _unreadable(content: bytes, name: str) -> str:
    """Return what is wrong with the first cell that is not of its column's type; else nothing."""
    columns = own_schema(name).columns
    cells = pd.read_csv(io.BytesIO(content), dtype=str)
    for column in cells:
        dtype = columns[column].dtype.type
        for value in cells[column].dropna():
            try:
                pd.Series([value]).astype(dtype)
            except (ValueError, TypeError):
                return f"{column} {value!r} is not allowed; allowed: {_KINDS[dtype.kind]}"
    return ""


def _allowed(check: str) -> str:
    """Return in words what a check allows."""
    bounds = _RANGE.fullmatch(check)
    if not bounds:
        return ", ".join(_QUOTED.findall(check)) or check
    low, high = map(float, bounds.groups())
    return f"{low:g} or more" if math.isinf(high) else f"{low:g} to {high:g}"


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


def add_own(name: str, file: Path) -> dict[str, int]:
    """Add the rows of a file, replacing existing ones.

    Return how many models of each vintage are now own.
    """
    columns = list(own_schema(name).columns)
    given = _given(file, columns)
    content = pd.DataFrame(given, columns=columns).to_csv(index=False)
    rows = _checked(content.encode(), name, file.name)
    key = columns[:2] if name == "models" else columns[:1]
    both = pd.concat([own_rows(name), rows])
    both = both.drop_duplicates(key, keep="last", ignore_index=True)
    own = [both if other == name else own_rows(other) for other in TABLES]
    alone = [rows if other == name else own_rows(other).head(0) for other in TABLES]
    marked = {}
    listed: set[str] = set()
    changes_one = False
    for vintage in vintages():
        models = tables.read_table(table_name(vintage), SCHEMA)
        listed.update(models["model"])
        marked[vintage] = int(laid_over(models, vintage, *own)["own"].sum())
        changes_one |= bool(laid_over(models, vintage, *alone)["own"].any())
    if not changes_one:
        raise UsageError(f"{file.name} changes no model of any vintage: {_why_none(rows, listed)}")
    _write(name, both)
    return marked


def _why_none(rows: pd.DataFrame, listed: set[str]) -> str:
    """Return why own rows may have changed nothing, given the names of all models."""
    first = rows.iloc[0]
    newest = max(vintages())
    published = first.get("published")
    is_too_new = pd.notna(published) and f"{published:%Y-%m}" > newest
    if is_too_new:
        return (
            f"{first['model']!r} of {published:%Y-%m-%d} is newer than all of them, the last is of "
            f"{newest}; name the vintage in the row to add it all the same"
        )
    if "sector" in first:
        return (
            f"{first.iloc[0]!r} is not among their organisations under this name, or has the "
            f"sector {first['sector']!r} already"
        )
    lacking = ", ".join(needs_lacked(first.to_dict()))
    near = nearest(str(first["model"]), sorted(listed))
    return f"{first['model']!r} is not listed, and a new model needs {lacking} too{near}"


def _given(file: Path, columns: list[str]) -> list[dict[Any, Any]]:
    """Return the rows of a file; no row may be empty or have a column that the table lacks."""
    if file.suffix in {".yml", ".yaml"}:
        given = [as_mapping(read(file), file.name, "columns and values")]
    else:
        given = [dict(row.cells) for row in read_raw(file).rows]
    for row in given:
        for column in row:
            if column not in columns:
                near = nearest(str(column), _containing(str(column), columns) or columns)
                raise UsageError(f"{file.name} has a column {str(column)!r}{near}")
    if not all(given):
        near = nearest("", columns)
        raise UsageError(f"{file.name} contains no row{near}")
    return [{column: _in_one_line(cell) for column, cell in row.items()} for row in given]


def _containing(word: str, columns: list[str]) -> list[str]:
    """Return the columns whose names contain a word, such as ``compute``."""
    return [column for column in columns if word.lower() in column]


def _in_one_line(cell: Any) -> Any:
    """Return a text without line breaks, which a cell of our tables never has."""
    if isinstance(cell, str):
        return " ".join(cell.split())
    return cell


def _write(name: str, rows: pd.DataFrame) -> None:
    content = rows.to_csv(index=False, lineterminator="\n")
    replace_file(own_path(name), content.encode())


def remove_own(name: str, label: str) -> int:
    """Remove the own rows of a model or an organisation and return their number.

    Raise UsageError if there are none.
    """
    rows = own_rows(name)
    labels = rows.iloc[:, 0]
    here = labels.eq(label)
    if not here.any():
        near = nearest(label, labels.tolist())
        raise UsageError(f"no own row of {label!r} in {name}{near}")
    if here.all():
        own_path(name).unlink()
    else:
        _write(name, rows[~here])
    return int(here.sum())
