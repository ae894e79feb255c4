"""The published results that audited records change: a table that the book makes about itself."""

from __future__ import annotations

import pandas as pd

from compute_divide.sources.store import tables

CHANGED_FILE = "audit/changed_results.csv"
CHANGED = tables.schema(
    chapter=tables.text(nullable=False),
    result=tables.text(nullable=False),
    label=tables.text(nullable=False),
    listed=tables.text(nullable=False),
    audited=tables.text(nullable=False),
)
"""Schema of the table that ``compute-divide data changed-results`` writes."""


def load_changed_results() -> pd.DataFrame:
    """Return the published results that differ between records as listed and audited ones.

    Returns
    -------
    pandas.DataFrame
        One row per result, in the order of the book: its ``chapter``, its name (``result``), what
        it says (``label``), and its value in words with the models ``listed`` and ``audited``.

    Raises
    ------
    EvidenceError
        If the file does not fit its schema.

    Examples
    --------
    >>> changed = load_changed_results()
    >>> bool((changed["listed"] != changed["audited"]).all())
    True
    """
    return tables.read_by_hand(CHANGED_FILE, CHANGED)
