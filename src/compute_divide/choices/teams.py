"""The teams of papers: how the employers of their authors are inferred and counted."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from compute_divide.choices.kinds import OneOf
from compute_divide.sources.papers.profiles import JOINT_LABS, NON_PROFITS, READINGS, flips_of
from compute_divide.sources.store.files import EvidenceError

Reading = Annotated[str, OneOf(READINGS)]
"""The source from which employers are inferred."""
_sides = {"mixed": "both sides", "academia": "universities", "industry": "companies"}
JointLabs = Annotated[str, OneOf(lambda: list(JOINT_LABS), named=_sides.__getitem__)]
"""How a joint laboratory of a university and a company counts."""
NonProfits = Annotated[str, OneOf(NON_PROFITS)]
"""How government and non-profit research counts."""


def _valid(flips: list[str]) -> list[str]:
    try:
        flips_of(flips)
    except EvidenceError as error:
        raise ValueError(str(error)) from error
    return flips


_Flip = Annotated[str, Field(examples=["openai=nonprofit"])]
Flips = Annotated[list[_Flip], AfterValidator(_valid)]
"""Judgement calls to decide differently: ``call=sector``."""
