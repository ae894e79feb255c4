"""Every function that loads evidence: what it gives, its columns, and a line to call it by.

Found, not listed.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

import compute_divide.evidence
from compute_divide.evidence.store import tables
from compute_divide.evidence.store.files import vintages

FIELDS = "__dataclass_fields__"
Loader = dict[str, Any]


def loaders() -> list[Loader]:
    """Return every loader of the evidence, by module; each is called once, to see what it gives."""
    found: dict[str, Loader] = {}
    package = compute_divide.evidence
    for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        for name, function in vars(importlib.import_module(one.name)).items():
            home = getattr(function, "__module__", "")
            if (
                name.startswith("load_")
                and home in {one.name, tables.__name__}
                and name not in found
            ):
                found[name] = _described(name, function)
    return list(found.values())


def as_page(found: Sequence[Loader]) -> str:
    """Return loaders as a page of the book."""
    parts = [
        f"## `{one['name']}`\n\n{one['what']} It gives {one['gives']}"
        f"{': ' if one['columns'] else '.'}{', '.join(f'`{name}`' for name in one['columns'])}"
        f"\n\n```python\n{one['example']}\n```\n"
        for one in found
    ]
    head = (
        "# Every table there is\n\n"
        "What a chapter, or a notebook of yours, can load, with its columns. `compute-divide data "
        "loaders` prints the same and made this\npage; `compute-divide data list` says the files, "
        "with source and licence.\n\n"
    )
    return head + "\n".join(parts)


def _described(name: str, function: Callable[..., Any]) -> Loader:
    needed = [
        one for one in inspect.signature(function).parameters.values() if one.default is one.empty
    ]
    arguments = [vintages()[-1]] if needed else []  # the one thing that a loader asks for
    call = f"{name}({', '.join(map(repr, arguments))})".replace("'", '"')
    gives, columns = _shape(function(*arguments))
    table = getattr(function, "__self__", None)
    said = (
        (inspect.getdoc(function) or "")
        .partition("\n\n")[0]
        .replace("\n", " ")
        .removeprefix("Return ")
    )
    what = re.sub(r",? with the columns of `\w+`", "", f"{table.description}." if table else said)
    example = f"import compute_divide as cd\n\ncd.{call}"
    return {
        "name": name,
        "what": what[:1].upper() + what[1:],
        "gives": gives,
        "columns": columns,
        "example": example,
    }


def _shape(found: Any) -> tuple[str, tuple[str, ...]]:
    """Return what something is, in words, and the columns or fields that it has."""
    if isinstance(found, pd.DataFrame):
        return "a table", tuple(map(str, found.columns))
    many = isinstance(found, Mapping | tuple)
    inner = (
        next(iter(found.values() if isinstance(found, Mapping) else found), None) if many else found
    )
    parts = inner if isinstance(inner, tuple) else () if inner is None else (inner,)
    fields = [
        name
        for part in parts
        for name in getattr(type(part), "model_fields", None) or vars(type(part)).get(FIELDS, ())
    ]
    kind = {Mapping: "a dictionary of", tuple: "a sequence of"}
    words = next((kind[one] for one in kind if isinstance(found, one)), "one")
    return (
        f"{words} `{'` and `'.join(type(part).__name__ for part in parts) or 'DataFrame'}`",
        tuple(dict.fromkeys(fields)),
    )
