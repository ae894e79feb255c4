"""A random sample of the models database, checked against other sources field by field.

The rows of `runs` were chosen because a headline depends on them; these were drawn at random from
the others, so the errors among them estimate how often a label of the database is wrong. The sample
has 80 of the models that the vintage of August 2026 dates to 2010 or later and that the audit did
not choose, drawn with the seed 20261128 from ordered pairs of date and name.
"""

from __future__ import annotations

import pandas as pd

from compute_divide.sources.audit.runs import SEEN
from compute_divide.sources.store import tables
from compute_divide.sources.store.raw_csv import TEAM_TYPES

SAMPLE_FILE = "audit/sample.csv"
ANSWERS = ("right", "wrong", "not-checkable", "not-listed")

SAMPLE = tables.schema(
    draw=tables.whole(1, nullable=False),
    model=tables.text(nullable=False),
    published=tables.date(),
    listed_team=tables.one_of(TEAM_TYPES, nullable=False),
    audited_team=tables.one_of(TEAM_TYPES, nullable=False),
    team_verdict=tables.one_of(ANSWERS, nullable=False),
    dual_affiliation_only=tables.one_of(["yes", "no"]),
    listed_flop=tables.number(),
    own_flop=tables.number(),
    compute_verdict=tables.one_of(ANSWERS, nullable=False),
    peak_share=tables.number(),
    year_verdict=tables.one_of(ANSWERS, nullable=False),
    base_verdict=tables.one_of(ANSWERS, nullable=False),
    openness_verdict=tables.one_of(ANSWERS, nullable=False),
    source=tables.text(),
    seen=tables.one_of(SEEN),
    compute_seen=tables.one_of(SEEN),
    note=tables.text(),
)


def load_audit_sample() -> pd.DataFrame:
    """Return the random sample of models that was checked against other sources.

    Returns
    -------
    pandas.DataFrame
        One row per model in the order of the draw. For each of `FIELDS` a verdict: ``"right"``,
        ``"wrong"``, ``"not-checkable"`` or ``"not-listed"``; computing is in FLOP.

    Examples
    --------
    >>> load_audit_sample()["draw"].is_monotonic_increasing
    True
    """
    return tables.read_by_hand(SAMPLE_FILE, SAMPLE)
