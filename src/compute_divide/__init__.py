"""The Compute Divide: the vocabulary of its chapters, for ``import compute_divide as cd``.

`__init__.pyi` lists what a chapter may use, by the module that defines it; see
``help(cd.period_share)`` and the like. The tables are in `compute_divide.data`, the figures in
`compute_divide.plot`, the types of parameters in `compute_divide.choices`. A name is imported when
it is first used, so that a command which needs none of them starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from compute_divide.stub import offered

NAMESPACES = ("data", "plot")
"""The modules of tables and of figures."""
_OFFERED = {name: at for name, at in offered(__file__).items() if name not in NAMESPACES}
VOCABULARY: dict[str, list[str]] = {}
"""The names that chapters use, by the module that defines them."""
for _name, (_module, _) in _OFFERED.items():
    VOCABULARY.setdefault(_module, []).append(_name)


def __getattr__(name: str) -> Any:
    """Import a name of the vocabulary, the tables or the figures, when it is first used."""
    if name in NAMESPACES:
        return import_module(f"compute_divide.{name}")
    if name not in _OFFERED:
        from bookpress.errors import nearest

        if name.startswith("load_"):
            table = name.removeprefix("load_")
            raise AttributeError(f"compute_divide has no {name!r}: tables are in cd.data ({table})")
        meant = nearest(name, __dir__())
        listed = "src/compute_divide/__init__.pyi"
        raise AttributeError(f"compute_divide has no {name!r}{meant} (listed: {listed})")
    value = getattr(import_module(_OFFERED[name][0]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the vocabulary, for ``dir()`` and completion."""
    return sorted([*_OFFERED, *NAMESPACES])


def load_all() -> None:
    """Import the whole vocabulary, once for all chapters that are forked from this process."""
    for module in VOCABULARY:
        import_module(module)
    for name in NAMESPACES:
        import_module(f"compute_divide.{name}").load_all()
