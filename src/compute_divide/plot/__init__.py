"""The figures and tables of the chapters: a function each; a module, or a folder, a chapter.

A function returns a `bookpress.elements.figure.show.Figure` or `Table`: chart, data, columns, long
description and source together. Name, title, legend and alternative text stand in the chapter, as
metadata of the cell that calls it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

FIGURES: dict[str, list[str]] = {
    "audit": [
        "audited_table",
        "change_count_table",
        "changed_result_table",
        "label_error_dots",
        "record_change_table",
    ],
    "ledger": ["claimed_shares", "ledger_table"],
    "base.by_year": ["bars_by_year", "lines_by_year"],  # for any chapter
    "diffusion.countries": ["country_bars"],
    "diffusion.access": ["capability_steps", "ladder_bars"],
    "introduction": ["notable_lines"],
    "large_scale_models": ["compute_bars", "models_and_bases", "rule_dots", "run_tiles"],
    "machines.areas": ["owner_areas"],
    "machines.sizes": ["largest_machines"],
    "machines.owners": ["machine_countries", "owners_scale"],
    "open_models": [
        "base_bars",
        "component_dots",
        "use_dots",
    ],
    "openalex": ["bound_bars", "topic_lines"],
    "causes": ["fifth_rows", "price_lines"],
    "robustness": [
        "change_table",
        "definition_grid",
        "drift_lines",
        "fragility_table",
        "known_lines",
    ],
    "training_compute": ["compute_scatter", "doubling_table", "gap_by_era", "waterfall"],
    "research_topics": ["company_lines", "top_dots", "topic_kind_dots", "topic_odds"],
    "scrutiny": [
        "evaluator_tiles",
        "kind_odds",
    ],
    "policy": ["budget_calculator", "facility_calculator", "machine_runs"],
    "remedies.instruments": ["instrument_table", "instrument_timeline"],
    "remedies.sums": ["sum_bars"],
}
"""The figures and tables, by the module that draws them."""
_MODULES = {name: module for module, names in FIGURES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a figure when it is first used."""
    if name not in _MODULES:
        from bookpress.errors import nearest

        meant = nearest(name, __dir__())
        listed = "FIGURES in src/compute_divide/plot/__init__.py"
        raise AttributeError(f"compute_divide.plot has no {name!r}{meant} (listed: {listed})")
    module = import_module(f"{__name__}.{_MODULES[name]}")
    value = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the figures and tables, for those who look for a name."""
    return sorted(_MODULES)


def load_all() -> None:
    """Import them all."""
    for module in FIGURES:
        import_module(f"{__name__}.{module}")
