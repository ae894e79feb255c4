"""Every function that loads evidence: what it returns, its columns, and a line that calls it.

They are found by their names, not listed by hand.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

import compute_divide.sources
from compute_divide.sources.store import tables
from compute_divide.sources.store.files import vintages
from holdtrue.number_formats import with_capital

FIELDS = "__dataclass_fields__"
EXAMPLE_BY_HAND = "organisations.csv"
Loader = dict[str, Any]


def loaders() -> list[Loader]:
    """Return every loader of the evidence, by module, calling each once to see what it returns."""
    described: dict[str, Loader] = {}
    package = compute_divide.sources
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        homes = {module.name, tables.__name__}
        contents = vars(importlib.import_module(module.name))
        for name, function in contents.items():
            if not name.startswith("load_") or name in described:
                continue
            if getattr(function, "__module__", "") in homes:
                described[name] = _described(name.removeprefix("load_"), function)
    return list(described.values())


def as_page(described: Sequence[Loader]) -> str:
    """Return loaders as a page of the book."""
    head = (
        "# Every table there is\n\n"
        "What a chapter, or a notebook of yours, can load, with its columns. `compute-divide data "
        "loaders` prints the same and made this\npage; `compute-divide data list` says the files, "
        "with source and licence.\n\n"
    )
    return head + "\n".join(map(_section, described))


def _section(loader: Loader) -> str:
    columns = ", ".join(f"`{name}`" for name in loader["columns"])
    gives = f"It gives {loader['gives']}{': ' if columns else '.'}{columns}"
    example = f"```python\n{loader['example']}\n```"
    return f"## `cd.data.{loader['name']}`\n\n{loader['what']} {gives}\n\n{example}\n"


def _described(name: str, function: Callable[..., Any]) -> Loader:
    examples = {"vintage": vintages()[-1], "name": EXAMPLE_BY_HAND}
    parameters = inspect.signature(function).parameters.values()
    needed = [each.name for each in parameters if each.default is each.empty]
    arguments = [examples[each] for each in needed]
    call = f"{name}({', '.join(map(repr, arguments))})"
    gives, columns = _shape(function(*arguments))
    what = _what(function)
    quoted = call.replace("'", '"')
    return {
        "name": name,
        "what": with_capital(what),
        "gives": gives,
        "columns": columns,
        "example": f"import compute_divide as cd\n\ncd.data.{quoted}",
    }


def _what(function: Callable[..., Any]) -> str:
    """Return what a loader loads, from its table or its docstring."""
    table = getattr(function, "__self__", None)
    if table:
        what = f"{table.description}."
    else:
        documentation = inspect.getdoc(function) or ""
        summary, _, _ = documentation.partition("\n\n")
        what = summary.replace("\n", " ").removeprefix("Return ")
    return re.sub(r",? with the columns of `\w+`", "", what)


def _shape(loaded: Any) -> tuple[str, tuple[str, ...]]:
    """Return the type of a loaded object in words, and its columns or fields."""
    if isinstance(loaded, pd.DataFrame):
        return "a table", tuple(map(str, loaded.columns))
    if isinstance(loaded, Mapping):
        words = "a dictionary of"
        first = next(iter(loaded.values()), None)
    elif isinstance(loaded, tuple):
        words = "a sequence of"
        first = next(iter(loaded), None)
    else:
        words = "one"
        first = loaded
    parts = first if isinstance(first, tuple) else (first,)
    types = [] if first is None else [type(part) for part in parts]
    fields: dict[str, None] = {}
    for kind in types:
        names = getattr(kind, "model_fields", None) or vars(kind).get(FIELDS, ())
        fields |= dict.fromkeys(names)
    named = "` and `".join(kind.__name__ for kind in types) or "DataFrame"
    return f"{words} `{named}`", tuple(fields)
