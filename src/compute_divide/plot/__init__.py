"""The figures and tables of the chapters: one function each, with a module or folder per chapter.

A function returns a `bookpress.elements.figure.show.Figure` or `Table`: chart, data, columns, long
description and source together. Name, title, legend and alternative text are in the chapter, as
metadata of the cell that calls it. Every public function in a module here that is annotated to
return one is found automatically; its module is imported when it is first used.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

_MAKERS = Path("base", "show.py")
"""The module that builds a figure from any chart: its own functions are not chapters' figures."""
_FIGURE = re.compile(
    r"^def (?P<name>[a-z]\w*)\((?:[^()]|\([^()]*\))*\) -> (?:Figure|Table):", re.MULTILINE
)


@cache
def figures() -> dict[str, str]:
    """Return the module of each figure and table, read without importing it."""
    folder = Path(__file__).parent
    modules: dict[str, str] = {}
    for path in sorted({*folder.rglob("*.py")} - {folder / _MAKERS}):
        names = _FIGURE.findall(path.read_text("utf-8"))
        module = ".".join(path.relative_to(folder).with_suffix("").parts)
        modules |= dict.fromkeys(names, module)
    return modules


def __getattr__(name: str) -> Any:
    """Import a figure when it is first used."""
    if name not in figures():
        from bookpress.errors import nearest

        meant = nearest(name, __dir__())
        where = "a figure is a function in src/compute_divide/plot that says `-> Figure`"
        raise AttributeError(f"compute_divide.plot has no {name!r}{meant} ({where})")
    module = import_module(f"{__name__}.{figures()[name]}")
    value = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the figures and tables, for ``dir()`` and completion."""
    return sorted(figures())


def load_all() -> None:
    """Import all figures and tables."""
    for module in set(figures().values()):
        import_module(f"{__name__}.{module}")
