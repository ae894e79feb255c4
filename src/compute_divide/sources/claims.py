"""What the paper claims, what related work reports, and what money buys.

All of these are facts, in YAML files in data/.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from compute_divide.sources.store.files import Strict, read_yaml
from holdtrue.estimates import Estimate

Unit = Literal["share", "months", "ratio", "count", "USD", "EUR", "none"]


class Claim(Strict):
    """A statement of the paper, with the value it reports and how we know about it."""

    name: str = Field(description="in a few words, as tables and charts call it")
    statement: str
    value: float | None
    unit: Unit
    section: str
    provenance: Literal["paper", "summary"]
    undefined: list[str] = Field(description="words of the statement whose definition is not known")


class LedgerEntry(Strict):
    """What the ledger says about a figure of related work.

    It says what was counted, when it was published, and how we know about it.
    """

    name: str = Field(description="in a few words, as tables and charts call it")
    date: str = Field(pattern=r"^20\d\d-\d\d$", description="of publication, ISO 8601")
    definition: str
    seen: Literal["excerpt", "third parties"] = Field(
        description="the work's own page, or what others tell of it"
    )
    told_by: str | None = Field(None, description="who tells it, where we read third parties")


class RelatedFigure(Strict):
    """A figure that related work reports, or a direction that it claims."""

    cite: str = Field(description="key in book/references.bib")
    statement: str
    value: float | None
    unit: Unit
    year: int
    seen: Literal["read", "excerpt", "third parties"] | None = Field(
        None, description="how we know of it, if no entry of the ledger says so"
    )
    told_by: str | None = Field(None, description="who tells it, where we read third parties")
    entry: LedgerEntry | None = None

    @property
    def estimate(self) -> Estimate:
        """The figure as an estimate without an interval, labelled by its statement."""
        return Estimate(self.value, unit=self.unit, label=self.statement)


class LedgerFigure(RelatedFigure):
    """A figure of related work that has an entry in the ledger."""

    entry: LedgerEntry


class ComputeCost(Strict):
    """GPU-hours that a piece of work took, or that somebody is given.

    Chips differ, so these are orders of magnitude.
    """

    side: Literal["work", "grant", "machine"]
    name: str
    low: float = Field(gt=0, description="GPU-hours")
    high: float = Field(gt=0, description="GPU-hours")
    chip: str
    told: str = Field(description="what is counted, and how it was worked out")
    seen: Literal["excerpt", "third parties", "arithmetic"] = Field(description="how we know of it")
    cite: str = Field(description="key in book/references.bib")


class Preset(Strict):
    """A starting point of a calculator.

    It is a budget, GPU-hours to spend in some months, or chips that work for them.
    """

    name: str
    budget: float | None = Field(None, gt=0, description="USD")
    gpu_hours: float | None = Field(None, gt=0)
    chips: float | None = Field(None, gt=0)
    months: float | None = Field(None, gt=0, description="with GPU-hours and with chips")
    chip: str | None = Field(
        None, description="which chips; those that the reader chose, where none is named"
    )
    date: str | None = Field(
        None, pattern=r"^20\d\d(-\d\d){0,2}$", description="of the source, ISO 8601"
    )
    told: str = Field(description="what is counted")
    seen: Literal["excerpt", "third parties", "round number"] = Field(
        description="how we know of it"
    )
    cite: str | None = Field(None, description="key in book/references.bib; none of a round number")

    @model_validator(mode="after")
    def _one_amount(self) -> Preset:
        amounts = [self.budget, self.gpu_hours, self.chips]
        in_time = self.budget is None
        has_months = self.months is not None
        is_incomplete = amounts.count(None) != 2 or in_time != has_months
        if is_incomplete:
            raise ValueError(
                f"preset {self.name!r} has a budget, or GPU-hours or chips with months, "
                f"not {amounts}"
            )
        return self


def load_claims() -> dict[str, Claim]:
    """Return the claims of the paper.

    Returns
    -------
    dict
        Each `Claim` by its id, in the order of ``data/claims.yml``.

    Raises
    ------
    EvidenceError
        If the file breaks its schema, or is not there.

    Examples
    --------
    >>> load_claims()["academia-share-early"].value
    0.65
    """
    return dict(read_yaml("claims.yml", dict[str, Claim]))


def load_related_figures() -> dict[str, RelatedFigure]:
    """Return the figures of related work.

    Returns
    -------
    dict
        Each `RelatedFigure` by its id, in the order of ``data/related.yml``.

    Raises
    ------
    EvidenceError
        If the file breaks its schema, or is not there.

    Examples
    --------
    >>> load_related_figures()["pilz-private-2025"].unit
    'share'
    """
    return dict(read_yaml("related.yml", dict[str, RelatedFigure]))


def load_ledger() -> dict[str, LedgerFigure]:
    """Return the figures of related work that have an entry in the ledger.

    Returns
    -------
    dict
        By id, in the order of ``data/related.yml``: each with its ``entry``, which says what was
        counted and when.

    Examples
    --------
    >>> load_ledger()["liang-most"].entry.name
    'who publishes most'
    """
    with_entry = {name: figure for name, figure in load_related_figures().items() if figure.entry}
    return {
        name: LedgerFigure.model_validate(figure.model_dump())
        for name, figure in with_entry.items()
    }


def load_compute_costs() -> dict[str, ComputeCost]:
    """Return the GPU-hours of known works, grants and machines.

    Returns
    -------
    dict
        Each `ComputeCost` by its id, in the order of ``data/compute_costs.yml``.

    Raises
    ------
    EvidenceError
        If the file breaks its schema, or is not there.

    Examples
    --------
    >>> load_compute_costs()["bloom"].high > 1e6
    True
    """
    return dict(read_yaml("compute_costs.yml", dict[str, ComputeCost]))


def load_presets() -> dict[str, Preset]:
    """Return the starting points of the calculators.

    Returns
    -------
    dict
        Each `Preset` by its id, in the order of ``data/presets.yml``.

    Raises
    ------
    EvidenceError
        If the file breaks its schema, or is not there.

    Examples
    --------
    >>> load_presets()["one-server"].chips
    8.0
    """
    return dict(read_yaml("presets.yml", dict[str, Preset]))
