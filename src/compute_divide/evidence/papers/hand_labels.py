"""What was labelled by hand, to try the rules that read affiliations and names of models.

``data/labelled_affiliations.csv`` holds two samples of strings of the conference lists, drawn with fixed seeds: half of
each in proportion to how often a string occurs (``by authors``), half uniformly from the other distinct strings (``by
strings``). Every string was read alone, before the rule had been tried on it. The note beside the tests that repeat
the draw (``tests/compute_divide/evidence/labelled_affiliations.md``) tells what was measured when.

``data/labelled_namings.csv`` holds papers in which a pre-trained model was found, and what its title and abstract
say of that model. The note ``tests/compute_divide/evidence/labelled_namings.md`` tells how they were drawn and read.
"""

from __future__ import annotations

import io

import pandas as pd

from compute_divide.evidence.store.files import read_bytes
from compute_divide.evidence.store.tables import check_schema, one_of, schema, text, whole

LABELLED_FILE = "labelled_affiliations.csv"
NAMINGS_FILE = "labelled_namings.csv"

USES = {
    "builds on": "it takes the model, a part of it or its design into its own work, or uses it as an instrument",
    "examines": "the model, or the family it stands for, is what the paper is about: evaluated, explained, attacked",
    "compares": "the model is a yardstick or a baseline",
    "mentions": "the model stands in the background",
    "another thing": "the name means something else",
}
"""What a paper can do with a model that it names."""

LABELLED = schema(
    sample=one_of(["first", "second"], nullable=False),
    stratum=one_of(["by authors", "by strings"], nullable=False),
    affiliation=text(nullable=False),
    company=one_of(["yes", "no"], nullable=False),
    sectors=text(nullable=False),
    note=text(),
)
"""Schema of ``labelled_affiliations.csv``: ``sectors`` are ``|``-joined, or ``unknown``."""


def load_labelled() -> pd.DataFrame:
    """Return the labelled strings, with the columns of `LABELLED`.

    Examples
    --------
    >>> load_labelled()["sample"].value_counts().to_dict()
    {'first': 400, 'second': 300}
    """
    table = pd.read_csv(io.BytesIO(read_bytes(LABELLED_FILE)), dtype="str", keep_default_na=False, na_values=[""])
    return check_schema(table, LABELLED, LABELLED_FILE)


NAMINGS = schema(
    venue=text(nullable=False),
    year=whole(1980, 2040, nullable=False),
    key=text(nullable=False),
    model=text(nullable=False),
    use=one_of(list(USES), nullable=False),
)
"""Schema of ``labelled_namings.csv``: the paper, one of the models found in it, and one of `USES`."""


def load_labelled_namings() -> pd.DataFrame:
    """Return the labelled namings, with the columns of `NAMINGS`.

    Examples
    --------
    >>> len(load_labelled_namings())
    120
    """
    table = pd.read_csv(io.BytesIO(read_bytes(NAMINGS_FILE)), dtype={"year": "Int64"})
    return check_schema(table, NAMINGS, NAMINGS_FILE)
