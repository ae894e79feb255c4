"""How often a field of the models database is wrong, by the random sample of the audit."""

from __future__ import annotations

import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.statistics.estimates import wilson_share


def label_error(sample: pd.DataFrame, field: str) -> Estimate:
    """Return the share of checked rows whose field is wrong.

    Parameters
    ----------
    sample : pandas.DataFrame
        The random sample, from `cd.data.audit_sample`.
    field : str
        ``"team"``, ``"compute"``, ``"year"``, ``"base"`` or ``"openness"``.

    Returns
    -------
    Estimate
        The share wrong among the rows that could be checked, with its 95% interval.

    Raises
    ------
    KeyError
        If there is no such field.

    Notes
    -----
    The interval is the score interval of Wilson (1927). The sample is 1 in 8 to 1 in 12 of its
    population; no correction for that is made, so that the interval is a little too wide.

    Examples
    --------
    >>> sample = pd.DataFrame({"team_verdict": ["right"] * 3 + ["wrong", "not-checkable"]})
    >>> label_error(sample, "team").k, label_error(sample, "team").n
    (1, 4)
    """
    verdicts = sample[f"{field}_verdict"]
    wrong = int((verdicts == "wrong").sum())
    right = int((verdicts == "right").sum())
    return wilson_share(wrong, wrong + right, f"{field} wrong, of rows that could be checked")
