"""Papers labelled by hand, to measure how well affiliations and names are read."""

from __future__ import annotations

import pandas as pd

from compute_divide.sources.papers.affiliations import AffiliationReader, load_affiliation_rules
from compute_divide.sources.store import tables

# Two samples of strings of the lists, drawn with fixed seeds: half of each in proportion to how
# often a string occurs, half uniformly from the others. Each was read alone, before the rule had
# been tried on it. How they were drawn and read:
# tests/compute_divide/sources/labelled_affiliations.md and labelled_namings.md.
LABELLED_FILE = "labelled_affiliations.csv"
NAMINGS_FILE = "labelled_namings.csv"

USES = ("builds on", "examines", "compares", "mentions", "another thing")
"""The uses that a paper can make of a model."""

LABELLED = tables.schema(
    sample=tables.one_of(["first", "second"], nullable=False),
    stratum=tables.one_of(["by authors", "by strings"], nullable=False),
    affiliation=tables.text(nullable=False),
    company=tables.one_of(["yes", "no"], nullable=False),
    sectors=tables.text(nullable=False),
    note=tables.text(),
)
"""Schema of ``labelled_affiliations.csv``: ``sectors`` are ``|``-joined, or ``unknown``."""


def load_labelled_papers() -> pd.DataFrame:
    """Return the affiliations that were labelled by hand, to test the rules that read them.

    Returns
    -------
    pandas.DataFrame
        One row per string: the ``sample`` it was drawn in (``first`` or ``second``) and its
        ``stratum``, the ``affiliation``, whether it names a ``company`` (``yes`` or ``no``), its
        ``sectors`` and a ``note``; and its ``profile`` by the rules, as for a paper with only this
        author.

    Raises
    ------
    EvidenceError
        If the file, or ``organisations.csv``, is missing or damaged.

    Examples
    --------
    >>> labelled = load_labelled_papers()
    >>> labelled["sample"].value_counts().tolist()
    [400, 300]
    >>> labelled.set_index("affiliation").loc["University of Toronto, Google Brain", "profile"]
    '1:academia+industry'
    """
    labelled = tables.read_by_hand(LABELLED_FILE, LABELLED)
    reader = AffiliationReader(load_affiliation_rules())
    profiles = [f"1:{reader.read(text)}" for text in labelled["affiliation"]]
    return labelled.assign(profile=profiles)


NAMINGS = tables.schema(
    venue=tables.text(nullable=False),
    year=tables.whole(1980, 2040, nullable=False),
    key=tables.text(nullable=False),
    model=tables.text(nullable=False),
    use=tables.one_of(USES, nullable=False),
)
"""Schema of ``labelled_namings.csv``: the paper, one of the models found in it, and one of
`USES`."""


def load_labelled_namings() -> pd.DataFrame:
    """Return a random sample of papers that name a pre-trained model, read by hand.

    Returns
    -------
    pandas.DataFrame
        One row per paper: ``venue``, ``year`` and ``key``, as in the papers table, the ``model``
        that was found in title or abstract, and the ``use`` that the paper makes of it, one of
        `USES`.

    Raises
    ------
    EvidenceError
        If the file is missing or damaged.

    Examples
    --------
    >>> load_labelled_namings()["use"].value_counts().index[0]
    'builds on'
    """
    return tables.read_by_hand(NAMINGS_FILE, NAMINGS)
