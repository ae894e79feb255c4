"""The tables of the evidence, one function each: ``cd.data.models("2026-08")``.

`TABLES` lists them by the module that reads them; ``help(cd.data.models)`` describes one,
``compute-divide data loaders`` all of them. Each call returns a copy, after a check of the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from inspect import getdoc
from typing import Any

TABLES = {
    "audit.institutes": ["institutes"],
    "audit.instruments": ["instruments"],
    "audit.machines": ["audited_chips", "audited_machines", "aurora_rates"],
    "audit.results": ["changed_results"],
    "audit.runs": ["audited_runs"],
    "audit.sample": ["audit_sample"],
    "chips.campuses": ["campuses"],
    "chips.chips": ["chips", "gpu_trends", "prices"],
    "chips.clusters": ["clusters"],
    "chips.machines": ["laboratories", "owners", "rental_prices", "top500"],
    "chips.universities": ["university_checks", "university_gpus", "university_sizes"],
    "claims": ["claims", "compute_costs", "ledger", "presets", "related_figures"],
    "models.makers": ["makers", "pretrained_models"],
    "models.table": ["models"],
    "openalex.tables": ["openalex_companies", "openalex_counts", "openalex_works"],
    "openness": ["components", "model_uses"],
    "outside.capability": ["capability"],
    "outside.evaluations": ["cards", "evaluations", "evaluators"],
    "outside.transparency": ["transparency"],
    "papers.affiliations": ["affiliation_rules"],
    "papers.citations": ["ranks"],
    "papers.email_domains": ["domain_rules"],
    "papers.labelled": ["labelled_namings", "labelled_papers"],
    "papers.table": ["agreement", "papers"],
    "papers.topics": ["topics"],
    "store.by_hand": ["table"],
}
"""The tables, by the module of `compute_divide.sources` that reads them as ``load_...``."""
IMPORT = ">>> import compute_divide as cd"
_MODULES = {name: module for module, names in TABLES.items() for name in names}
__all__ = sorted(_MODULES)  # noqa: PLE0605 - what help() of this module lists


def __getattr__(name: str) -> Callable[..., Any]:
    """Return the function that loads a table, importing its module on first use."""
    if name not in _MODULES:
        from bookpress.errors import nearest

        meant = nearest(name, __all__)
        listed = "TABLES in src/compute_divide/data.py"
        raise AttributeError(f"compute_divide.data has no {name!r}{meant} (listed: {listed})")
    module = import_module(f"compute_divide.sources.{_MODULES[name]}")
    loader = _named(name, getattr(module, f"load_{name}"))
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
