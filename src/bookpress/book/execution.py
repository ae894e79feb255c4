"""When and how cells are run: ``execute`` of a book's settings, and what a page asks for itself.

A page asks under ``mystnb`` in its front matter, or in the metadata of its notebook, as MyST-NB
has it: https://myst-nb.readthedocs.io/en/latest/configuration.html.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bookpress.book.configuration import configuration, sphinx_settings
from bookpress.errors import UsageError, short
from bookpress.progress import note

OFF = "off"
AUTO = "auto"
FORCED = "force"
MODES = (OFF, AUTO, FORCED, "cache", "inline")
TIME_LIMIT = 600.0
"""Seconds a chapter may take, unless something else is said."""
LONGEST = 1e9
"""Seconds that may be a limit at the most: beyond it the clocks of some systems give up."""
MYST_NB = "mystnb"
"""The entry of a page's metadata by which it asks for settings of its own."""
PREFIX = "execution_"
"""What the entries of a page begin with that say how it is run."""
EXCLUDING = f"{PREFIX}excludepatterns"
"""The patterns of documents that are not run."""
OF_BOOK: Mapping[str, str] = {
    "execute_notebooks": "mode",
    "timeout": "timeout",
    "run_in_temp": "in_temp",
    "allow_errors": "allow_errors",
    "raise_on_error": "raise_on_error",
}
"""The fields of `Execution`, by what ``_config.yml`` calls them."""
ALLOWED: Mapping[str, tuple[type, str]] = {
    "mode": (str, ", ".join(MODES)),
    "timeout": (int, "a whole number of seconds, -1 for no limit"),
    "in_temp": (bool, "true, false"),
    "allow_errors": (bool, "true, false"),
    "raise_on_error": (bool, "true, false"),
}
"""What such an entry is, and in words what it may be."""


@dataclass(frozen=True)
class Execution:
    """When and how the cells of a chapter are run."""

    mode: str = FORCED
    """When: one of `MODES`. The press runs what has changed where outputs are not to be shown."""
    timeout: float | None = None
    """Seconds that each cell may take; minus one for no limit, None where nothing is said."""
    in_temp: bool = False
    """Whether cells run in an empty folder of their own."""
    allow_errors: bool = False
    """Whether cells behind one that fails are run too."""
    raise_on_error: bool = False
    """Whether a chapter that fails fails the build."""

    @classmethod
    def of_book(cls, root: Path) -> Execution:
        """Return what ``_config.yml`` says.

        It is ``auto`` by default, as Jupyter Book has it: chapters are run where outputs lack.
        """
        execute = configuration(root)["execute"]
        given = {field: execute[name] for name, field in OF_BOOK.items() if name in execute}
        of_sphinx = sphinx_settings(root)
        for field in OF_BOOK.values():
            if f"nb_{PREFIX}{field}" in of_sphinx:
                given[field] = of_sphinx[f"nb_{PREFIX}{field}"]
        mode = given.get("mode", AUTO)
        return cls(
            mode=OFF if mode is False else str(mode),  # plain `off` is False in YAML
            timeout=_number(given.get("timeout")),
            in_temp=bool(given.get("in_temp")),
            allow_errors=bool(given.get("allow_errors")),
            raise_on_error=bool(given.get("raise_on_error")),
        )

    def of_page(self, metadata: Mapping[str, Any], where: str, *, strict: bool) -> Execution:
        """Return it with what the metadata of a page ask for.

        What nobody can obey is told, and an error where a book is strict.
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
        """Seconds that each cell may take."""
        has_limit = self.timeout is not None and self.timeout > 0
        return float(self.timeout or 0) if has_limit else math.inf

    def time_limit(self, front_matter: Mapping[str, Any], cells: Sequence[object]) -> float:
        """Return how many seconds a chapter with these cells may take.

        That is what its front matter states, and else no less than all of its cells may.
        """
        if front_matter.get("time_limit") is not None:
            return float(front_matter["time_limit"])
        if self.timeout is None:
            return TIME_LIMIT
        return max(TIME_LIMIT, min(self.cell_limit * len(cells), LONGEST))


AS_USUAL = Execution()


def excluding(metadata: Mapping[str, Any], where: str, *, strict: bool) -> list[str] | None:
    """Return the patterns of documents not to be run that a page has, in place of the book's.

    None where it has none; what nobody can obey is told, and an error where a book is strict.
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
    """Take from the metadata of a notebook how it is run: it has been run."""
    own = metadata.get(MYST_NB)
    if isinstance(own, dict):
        for name in [name for name in own if name.startswith(PREFIX)]:
            del own[name]


def _number(given: Any) -> float | None:
    """Return a number of seconds; nothing for what is none, of which MyST-NB complains itself."""
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    return float(given) if is_number else None


def _asked(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a page says of how it is run, by the fields of `Execution`."""
    fields = Execution.__dataclass_fields__
    own = metadata.get(MYST_NB)
    cached = metadata.get("execution")  # which jupyter-cache looks at
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
    """Yield the fields for which a page says what it may not, and what is wrong with each."""
    for name, value in asked.items():
        kind, allowed = ALLOWED[name]
        is_sound = value in MODES if name == "mode" else type(value) is kind
        if not is_sound:
            yield name, f"`{PREFIX}{name}` is {short(repr(value))}; allowed: {allowed}"
