"""When and how cells are run: ``execute`` in a book's settings, and what a page itself asks for.

A page does so under ``mystnb`` in its front matter or in the metadata of its notebook, as in
MyST-NB: https://myst-nb.readthedocs.io/en/latest/configuration.html.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bookpress.book.configuration import configuration, sphinx_settings
from bookpress.errors import UsageError, short
from bookpress.terminal.messages import note

OFF = "off"
AUTO = "auto"
FORCED = "force"
MODES = (OFF, AUTO, FORCED, "cache", "inline")
TIME_LIMIT = 600.0
"""The default time limit of a chapter, in seconds."""
LONGEST = 1e9
"""The longest time limit in seconds; the clocks of some systems fail beyond it."""
MYST_NB = "mystnb"
"""The entry of a page's metadata with its own settings."""
PREFIX = "execution_"
"""The prefix of a page's entries that say how it is run."""
EXCLUDING = f"{PREFIX}excludepatterns"
"""The entry with patterns of documents that are not run."""
OF_BOOK: Mapping[str, str] = {
    "execute_notebooks": "mode",
    "timeout": "timeout",
    "run_in_temp": "in_temp",
    "allow_errors": "allow_errors",
    "raise_on_error": "raise_on_error",
}
"""The fields of `Execution`, by their names in ``_config.yml``."""
ALLOWED: Mapping[str, tuple[type, str]] = {
    "mode": (str, ", ".join(MODES)),
    "timeout": (int, "a whole number of seconds, -1 for no limit"),
    "in_temp": (bool, "true, false"),
    "allow_errors": (bool, "true, false"),
    "raise_on_error": (bool, "true, false"),
}
"""The type of each field, and in words what it may be."""


@dataclass(frozen=True)
class Execution:
    """When and how the cells of a chapter are run."""

    mode: str = FORCED
    """When: one of `MODES`.

    The press runs whatever has changed, unless stored outputs are shown.
    """
    timeout: float | None = None
    """The time limit of a cell in seconds; -1 for none, None if nothing is said."""
    in_temp: bool = False
    """Whether cells run in an empty folder of their own."""
    allow_errors: bool = False
    """Whether cells after one that fails are run too."""
    raise_on_error: bool = False
    """Whether a failing chapter fails the build."""

    @classmethod
    def of_book(cls, root: Path) -> Execution:
        """Return the settings in ``_config.yml``.

        The default mode is ``auto``, as in Jupyter Book: chapters with missing outputs are run.
        """
        execute = configuration(root)["execute"]
        given = {field: execute[name] for name, field in OF_BOOK.items() if name in execute}
        of_sphinx = sphinx_settings(root)
        for field in OF_BOOK.values():
            if f"nb_{PREFIX}{field}" in of_sphinx:
                given[field] = of_sphinx[f"nb_{PREFIX}{field}"]
        mode = given.get("mode", AUTO)
        return cls(
            mode=OFF if mode is False else str(mode),  # YAML reads plain `off` as False
            timeout=_number(given.get("timeout")),
            in_temp=bool(given.get("in_temp")),
            allow_errors=bool(given.get("allow_errors")),
            raise_on_error=bool(given.get("raise_on_error")),
        )

    def of_page(self, metadata: Mapping[str, Any], where: str, *, strict: bool) -> Execution:
        """Return these settings with those that a page's metadata override.

        An invalid one is a note, or an error if the book is strict.
        """
        asked = _asked(metadata)
        faults = dict(_faults(asked))
        for fault in faults.values():
            if strict:
                raise UsageError(f"{where}: {fault}")
            note(f"{where}: {fault}; not obeyed")
        sound = {name: value for name, value in asked.items() if name not in faults}
        return replace(self, **sound)

    @property
    def cell_limit(self) -> float:
        """The time limit of a cell, in seconds."""
        has_limit = self.timeout is not None and self.timeout > 0
        return float(self.timeout or 0) if has_limit else math.inf

    def time_limit(self, front_matter: Mapping[str, Any], cells: Sequence[object]) -> float:
        """Return the time limit of a chapter with these cells, in seconds.

        That is what its front matter states, else at least what all of its cells may take together.
        """
        if front_matter.get("time_limit") is not None:
            return float(front_matter["time_limit"])
        if self.timeout is None:
            return TIME_LIMIT
        return max(TIME_LIMIT, min(self.cell_limit * len(cells), LONGEST))


AS_USUAL = Execution()


def excluding(metadata: Mapping[str, Any], where: str, *, strict: bool) -> list[str] | None:
    """Return a page's own patterns of documents that are not run, which replace the book's.

    Return None if it has none. An invalid entry is a note, or an error in a strict book.
    """
    own = metadata.get(MYST_NB)
    if not isinstance(own, dict) or EXCLUDING not in own:
        return None
    patterns = own[EXCLUDING]
    if isinstance(patterns, list) and all(isinstance(each, str) and each for each in patterns):
        return patterns
    fault = f"{where}: `{EXCLUDING}` is {short(repr(patterns))}; allowed: a list of patterns"
    if strict:
        raise UsageError(fault)
    note(f"{fault}; not obeyed")
    return None


def forget(metadata: Mapping[str, Any]) -> None:
    """Remove from a notebook's metadata how it is run, since it has been."""
    own = metadata.get(MYST_NB)
    if isinstance(own, dict):
        for name in [name for name in own if name.startswith(PREFIX)]:
            del own[name]


def _number(given: Any) -> float | None:
    """Return a number of seconds, or None for anything else, which MyST-NB reports itself."""
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    return float(given) if is_number else None


def _asked(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a page wants to be run, by the fields of `Execution`."""
    fields = Execution.__dataclass_fields__
    own = metadata.get(MYST_NB)
    cached = metadata.get("execution")  # read by jupyter-cache
    asked = {}
    for given, prefix in ((own, PREFIX), (cached, "")):
        entries = given if isinstance(given, dict) else {}
        for name in fields:
            if f"{prefix}{name}" in entries:
                asked[name] = entries[f"{prefix}{name}"]
    if asked.get("mode") is False:
        asked["mode"] = OFF
    return asked


def _faults(asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the fields that a page sets to something invalid, with what is wrong with each."""
    for name, value in asked.items():
        kind, allowed = ALLOWED[name]
        is_sound = value in MODES if name == "mode" else type(value) is kind
        if not is_sound:
            yield name, f"`{PREFIX}{name}` is {short(repr(value))}; allowed: {allowed}"
