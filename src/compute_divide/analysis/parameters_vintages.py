"""Types of the parameters that choose a second vintage beside the chapter's own: each says what it is read for.

What records hardware, openness and base models began late, so that their types take fewer vintages.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from compute_divide.analysis.parameters_policy import HardwareVintage
from compute_divide.evidence.parameters import Vintage

PaperVintage = Annotated[
    Vintage,
    Field(description="snapshot of the models database on which the paper's claims are tested: that of its time"),
]
"""The vintage that claims are held against."""

RevisedVintage = Annotated[
    Vintage,
    Field(
        description="old snapshot of the models database, to tell how many of its values of compute were revised since"
    ),
]
"""The vintage whose values are compared with the newest ones."""

GapVintage = Annotated[
    Vintage,
    Field(description="snapshot of the models database whose gaps, era by era, are set beside those of vintage"),
]
"""The vintage whose gaps are quoted beside the chapter's own."""

OldVintage = Annotated[
    Vintage, Field(description="old snapshot of the models database, in which the models of drift_year are first read")
]
"""Where the first year is read first."""

SecondOldVintage = Annotated[
    Vintage,
    Field(description="old snapshot of the models database, in which the models of second_drift_year are first read"),
]
"""Where the second year is read first."""

NewVintage = Annotated[
    Vintage, Field(description="new snapshot of the models database, in which the models of both years are read again")
]
"""Where both years are read again."""

SelfSupervisedVintage = Annotated[
    Vintage, Field(description="snapshot of the models database that is asked which models are self-supervised")
]
"""The vintage that is asked for self-supervised models."""

CountVintage = Annotated[
    HardwareVintage,
    Field(
        description="snapshot of the models database whose numbers of chips are told under the strict and loose rules"
    ),
]
"""The vintage whose numbers of chips are quoted."""

UtilisationVintage = Annotated[
    HardwareVintage,
    Field(description="snapshot of the models database from which reported and implied utilisation are taken"),
]
"""The vintage that tells what share of the peak was reached."""

ChipsVintage = Annotated[
    HardwareVintage,
    Field(description="snapshot of the models database from which the chips of models are taken"),
]
"""The vintage whose models name their chips."""

AccessVintage = Annotated[
    HardwareVintage,
    Field(description="snapshot of the models database that says whose weights and code can be had"),
]
"""The vintage that records access."""

ComparedAccessVintage = Annotated[
    HardwareVintage,
    Field(
        description="snapshot of the models database whose record of access is compared with that of openness_vintage"
    ),
]
"""The vintage whose record of access is compared."""

BaseVintage = Annotated[
    HardwareVintage,
    Field(description="snapshot of the models database that says which models are built on which"),
]
"""The vintage that names base models."""
