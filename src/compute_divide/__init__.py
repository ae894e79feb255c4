"""The Compute Divide: the vocabulary of its chapters, for ``import compute_divide as cd``.

`VOCABULARY` lists what a chapter may use, by the module that defines it; see
``help(cd.period_share)`` and the like. The tables are in `compute_divide.data`, the figures in
`compute_divide.plot`, the types of parameters in `compute_divide.choices`. A name is imported when
it is first used, so that a command which needs none of them starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

VOCABULARY = {
    # snapshots
    "compute_divide.sources.papers.profiles": ["conferences", "venue_name"],
    "compute_divide.sources.store.files": ["last_whole_year", "published_vintages"],
    # models: which count, and their shares
    "compute_divide.estimates.models.definitions": ["editors_choice", "large_scale"],
    "compute_divide.estimates.models.revisions": ["Revision"],
    "compute_divide.estimates.models.questions": ["Question"],
    "compute_divide.estimates.models.fragility": ["fragility"],
    "compute_divide.estimates.models.records": [
        "record_changes",
        "with_records",
        "wrong_share",
    ],
    "compute_divide.estimates.models.bases": ["with_bases"],
    # how open models are
    "compute_divide.estimates.models.openness": [
        "dated_compute",
        "lag_estimate",
        "with_access",
    ],
    "compute_divide.estimates.models.outside": ["CapabilityIndex"],
    "compute_divide.estimates.models.countries": ["made_in"],
    # papers: which count, who wrote them, what they name
    "compute_divide.estimates.papers.papers": [
        "Choices",
        "about",
        "conference_years",
        "covered",
        "having",
        "two_sides",
        "with_teams",
    ],
    "compute_divide.estimates.papers.attention": [
        "lead",
        "ranked",
    ],
    "compute_divide.estimates.papers.naming": [
        "late_over_early",
        "share_naming",
        "with_naming",
    ],
    # chips and machines
    "compute_divide.estimates.chips.hardware": [
        "PEAK",
        "chip_peaks",
        "with_peaks",
    ],
    "compute_divide.estimates.chips.budget": ["committed_offers", "newest_quotes", "run_flop"],
    "compute_divide.estimates.chips.machines": ["known_machines"],
    # estimates
    "bookpress.chapter.estimates": ["Estimate"],
    "bookpress.chapter.number_formats": ["spoken"],
    "compute_divide.estimates.statistics.association": ["association"],
    "compute_divide.estimates.statistics.bounds": ["belonging_bounds", "bounded_share"],
    "compute_divide.estimates.statistics.ratios": ["geometric_mean_ratio"],
    "compute_divide.estimates.statistics.resampling": ["median"],
    "compute_divide.estimates.statistics.trends": [
        "growth",
        "record_holders",
        "trend_break",
    ],
    "compute_divide.estimates.statistics.periods": [
        "in_years",
        "joint_period",
        "span",
    ],
    "compute_divide.estimates.statistics.numbers": [
        "COMPUTE",
        "number_of",
        "ratio",
        "significant",
    ],
    "compute_divide.estimates.statistics.shares": [
        "counted_flags",
        "counted_share",
        "flag_share",
        "known_share",
        "newcombe_difference",
        "wilson_share",
        "with_shares",
    ],
    "compute_divide.estimates.statistics.teams": [
        "TEAM_NAMES",
        "known_teams",
        "period_share",
        "shares_by",
        "takes_part",
        "team_share",
    ],
    # words
    "compute_divide.plot.base.wording": ["in_words"],
    # claims of others, compared with our estimates
    "compute_divide.estimates.claims.verdicts": ["Check"],
    # comparisons added to those of the press; sentences use them without a prefix
    "compute_divide.estimates.comparisons.names": [
        "labelled",
        "listed",
        "made_by",
        "only",
        "ordered",
        "unlisted",
    ],
    "compute_divide.estimates.comparisons.values": [
        "equals",
        "every_above",
        "every_below",
        "judged",
        "later",
        "one_of",
    ],
}
"""The names that chapters use, by the module that defines them."""
NAMESPACES = ("data", "plot")
"""The modules of tables and of figures."""
_MODULES = {name: module for module, names in VOCABULARY.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a name of the vocabulary, the tables or the figures, when it is first used."""
    if name in NAMESPACES:
        return import_module(f"compute_divide.{name}")
    if name not in _MODULES:
        from bookpress.errors import nearest

        if name.startswith("load_"):
            table = name.removeprefix("load_")
            raise AttributeError(f"compute_divide has no {name!r}: tables are in cd.data ({table})")
        meant = nearest(name, __dir__())
        listed = "VOCABULARY in src/compute_divide/__init__.py"
        raise AttributeError(f"compute_divide has no {name!r}{meant} (listed: {listed})")
    value = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the vocabulary, for ``dir()`` and completion."""
    return sorted([*_MODULES, *NAMESPACES])


def load_all() -> None:
    """Import the whole vocabulary, once for all chapters that are forked from this process."""
    for module in _MODULES.values():
        import_module(module)
    for name in NAMESPACES:
        import_module(f"compute_divide.{name}").load_all()
