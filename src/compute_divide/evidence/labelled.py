"""Affiliation strings labelled by hand, to try the rule that reads them.

``data/labelled_affiliations.csv`` holds two samples of strings of the conference lists, drawn with fixed seeds: half of
each in proportion to how often a string occurs (``by authors``), half uniformly from the other distinct strings (``by
strings``). Every string was read alone, before the rule had been tried on it. The note beside the tests that repeat
the draw (``tests/evidence/labelled_affiliations.md``) tells what was measured when.
"""

from __future__ import annotations

import io

import pandas as pd

from compute_divide.evidence.columns import one_of, schema, text
from compute_divide.evidence.paths import read_bytes
from compute_divide.evidence.tables import check_schema

LABELLED_FILE = "labelled_affiliations.csv"

LABELLED = schema(
    "affiliation strings and the sectors that a reader sees in them",
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
