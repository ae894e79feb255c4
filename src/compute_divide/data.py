"""The tables of the evidence, one function each: ``cd.data.models("2026-08")``.

`data.pyi` lists them by the module that reads them; ``help(cd.data.models)`` describes one,
``compute-divide data loaders`` all of them. Each call returns a copy, after a check of the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from inspect import getdoc
from typing import Any

from compute_divide.stub import offered

IMPORT = ">>> import compute_divide as cd"
_OFFERED = offered(__file__)
__all__ = sorted(_OFFERED)  # noqa: PLE0605 - what help() of this module lists


def __getattr__(name: str) -> Callable[..., Any]:
    """Return the function that loads a table, importing its module on first use."""
    if name not in _OFFERED:
        from bookpress.errors import nearest

        meant = nearest(name, __all__)
        listed = "src/compute_divide/data.pyi"
        raise AttributeError(f"compute_divide.data has no {name!r}{meant} (listed: {listed})")
    module, there = _OFFERED[name]
    loader = _named(name, getattr(import_module(module), there))
    globals()[name] = loader
    return loader


def __dir__() -> list[str]:
    """Return the tables, for ``dir()`` and completion."""
    return __all__


def _named(name: str, load: Callable[..., Any]) -> Callable[..., Any]:
    """Return a loader that ``help`` shows under its name here, with a description of its table."""

    @wraps(load)
    def loader(*arguments: Any, **named: Any) -> Any:
        return load(*arguments, **named)

    loader.__name__ = name
    loader.__qualname__ = name
    loader.__module__ = __name__
    if table := getattr(load, "__self__", None):
        loader.__doc__ = table.documentation(name)
    else:
        imported = (getdoc(load) or "").replace(">>> ", f"{IMPORT}\n>>> ", 1)
        loader.__doc__ = re.sub(r"\bload_(\w+)", r"cd.data.\1", imported)
    return loader


def load_all() -> None:
    """Import all loaders, and the checks of their files."""
    from compute_divide.sources.store.tables import import_checks

    for name in __all__:
        __getattr__(name)
    import_checks()
