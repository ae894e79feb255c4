"""A share to be computed from several tables, or under several definitions."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from compute_divide.estimates.statistics.periods import span
from compute_divide.estimates.statistics.teams import TEAM_NAMES, period_share
from holdtrue.estimates import Estimate
from holdtrue.periods import Years, years_of


class Question(NamedTuple):
    """A share to be computed under several definitions.

    Parameters
    ----------
    who : str
        The team in a word.
    team_type : str
        One of `TEAM_TYPES`.
    period : tuple of int, or int
        First and last year, both included, or a year.

    Examples
    --------
    >>> Question("academia", "academia-only", (2010, 2014)).name
    'academia, 2010 to 2014'
    """

    who: str
    team_type: str
    period: Years | int

    @property
    def first(self) -> int:
        """The first year of the period."""
        return years_of(self.period)[0]

    @property
    def last(self) -> int:
        """The last year of the period."""
        return years_of(self.period)[1]

    @property
    def name(self) -> str:
        """The question in a few words."""
        return f"{self.who}, {span(self.period)}"

    def answer(self, rows: pd.DataFrame, what: str = "large-scale models") -> Estimate:
        """Return the share.

        Parameters
        ----------
        rows : pandas.DataFrame
            The rows that count, with the columns ``year`` and ``team_type``.
        what : str
            What they are, for the label.

        Returns
        -------
        Estimate
            The share, with its period.
        """
        label = f"share of {TEAM_NAMES[self.team_type]} in {what}, {span(self.period)}"
        return period_share(rows, self.team_type, self.period, label)
