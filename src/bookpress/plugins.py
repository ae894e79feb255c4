"""What other packages add to the press, by entry points: elements of a page, and formats."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoints, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from bookpress.errors import PressError, UsageError, short

T = TypeVar("T")


@cache
def _all_points() -> Any:
    return entry_points()  # reads the metadata of every distribution


def _points(group: str) -> EntryPoints:
    points: EntryPoints = _all_points().select(group=group)
    return points


def is_extended(group: str) -> bool:
    """Return whether any package adds something to a group."""
    return bool(_points(group))


def load(group: str, kind: type[T]) -> list[tuple[str, T]]:
    """Return what packages add to a group, each after the module that registers it.

    Raises
    ------
    UsageError
        If something cannot be imported, or is of another kind.
    """
    added = []
    for point in _points(group):
        where = f"the entry point {point.name!r} of {group} ({point.value})"
        try:
            loaded = point.load()
        except PressError as error:
            raise UsageError(f"{where}: {error}") from error
        except Exception as error:
            why = short(f"{type(error).__name__}: {error}", 200)
            raise UsageError(f"{where} cannot be loaded: {why}") from error
        if not isinstance(loaded, kind):
            raise UsageError(f"{where} is of type {type(loaded).__name__}, not {kind.__name__}")
        added.append((point.module, loaded))
    return added


def code_of(module: str) -> list[Path]:
    """Return the folders of a package, or of the package of a module; a lone module is a file."""
    spec = find_spec(module)
    if spec is not None and spec.submodule_search_locations:
        return [Path(place) for place in spec.submodule_search_locations]
    package = module.rpartition(".")[0]
    if package:
        return code_of(package)
    return [Path(spec.origin)] if spec is not None and spec.origin else []
