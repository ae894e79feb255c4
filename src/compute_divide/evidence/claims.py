"""What the paper claims and what related work reports: facts with their provenance, kept as YAML under data/."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from compute_divide.evidence.store.files import read_yaml

Unit = Literal["share", "months", "ratio", "count", "change", "USD", "none"]


class Claim(BaseModel):
    """A statement of the paper, with the value it reports and how we know of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    statement: str
    value: float | None
    unit: Unit
    section: str
    provenance: Literal["paper", "summary"]
    undefined: list[str] = Field(description="words of the statement whose definition is not known")


class RelatedFigure(BaseModel):
    """A figure that related work reports."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cite: str = Field(description="key in book/references.bib")
    statement: str
    value: float
    unit: Unit
    year: int


def load_claims() -> dict[str, Claim]:
    """Return the claims of the paper by id, in the order of ``data/claims.yml``.

    Examples
    --------
    >>> load_claims()["academia-share-early"].value
    0.65
    """
    return dict(read_yaml("claims.yml", dict[str, Claim]))


def load_related() -> dict[str, RelatedFigure]:
    """Return the figures of related work by id, in the order of ``data/related.yml``.

    Examples
    --------
    >>> load_related()["ahmed-biggest-2021"].cite
    'ahmed2023'
    """
    return dict(read_yaml("related.yml", dict[str, RelatedFigure]))
