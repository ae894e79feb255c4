"""From parameterised chapters to a published Jupyter Book.

The press knows nothing of a book's subject. `FACE` lists what chapters and the packages of books
import from it; each name is imported on first use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

FACE: Mapping[str, Sequence[str]] = {
    # A number with its range and counts, which prose quotes by name.
    "holdtrue.estimates": ["Estimate"],
    # What sentences rest on: true, false or unknown, with a reason.
    "holdtrue.comparisons.base": ["Comparison"],
    "holdtrue.comparisons.sides": [
        *("about", "above", "apart", "below", "counts", "majority", "minority", "within"),
    ],
    "holdtrue.comparisons.ranges": [
        *("about_throughout", "above_throughout", "below_throughout"),
    ],
    "holdtrue.comparisons.values": [
        *("about_value", "above_value", "below_value", "majority_value", "minority_value"),
    ],
    "holdtrue.comparisons.order": ["fell", "fell_value", "rose", "rose_value"],
    "holdtrue.comparisons.differences": [
        *("differ", "indistinguishable", "times_as_large", "times_as_large_value", "undecided"),
    ],
    # A first and a last year, as the type of a parameter.
    "bookpress.chapter.periods": ["period_type"],
    "holdtrue.periods": ["Years", "years_of"],
    # What the last line of a cell shows; needs the extra `charts`.
    "bookpress.elements.figure.show": ["Column", "Figure", "Table"],
    # What a book's own function raises: several problems at once, one a line.
    "bookpress.errors": ["PressError", "UsageError"],
}
_MODULES = {name: module for module, names in FACE.items() for name in names}


def __getattr__(name: str) -> Any:
    """Return the version, or import a public name on first use."""
    if name == "__version__":
        return _version()
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    from bookpress.extras import EXTRAS, needs

    try:
        value = getattr(import_module(_MODULES[name]), name)
    except ModuleNotFoundError as error:
        if error.name not in EXTRAS:
            raise
        raise ImportError(needs(f"bookpress.{name}", error.name)) from error
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*_MODULES, "__version__"})


def _version() -> str:
    """Return the installed version, or that of a checkout that is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("bookpress")
    except PackageNotFoundError:
        import tomllib
        from pathlib import Path

        facts = Path(__file__).with_name("pyproject.toml").read_text(encoding="utf-8")
        return str(tomllib.loads(facts)["project"]["version"])
