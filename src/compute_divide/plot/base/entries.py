"""What a figure is given by name, checked before it is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bookpress.errors import UsageError, nearest


def check_entries(
    where: str, entries: Mapping[str, Any], needed: Iterable[str] | None = None
) -> None:
    """Refuse a mapping without an entry that is needed or, if none is named, without any.

    `where` names the figure and its argument: ``"fifth_rows: shares"``.
    """
    if needed is None and not entries:
        raise UsageError(f"cd.plot.{where} has no entries; at least one is needed")
    for name in () if needed is None else needed:
        if name not in entries:
            raise UsageError(f"cd.plot.{where} has no {name!r}{nearest(name, list(entries))}")
