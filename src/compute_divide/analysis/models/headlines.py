"""The headline questions about large-scale models, and their answers under every definition and in every vintage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from compute_divide.analysis.models.definitions import DEFINITIONS, is_large_scale
from compute_divide.analysis.statistics.estimate import Estimate
from compute_divide.analysis.statistics.shares import period_share, span
from compute_divide.evidence.parameters import last_whole_year


@dataclass(frozen=True, slots=True)
class Question:
    """A share to be read: whose, and over which years.

    Parameters
    ----------
    who : str
        The team in a word, for headings: "academia".
    team_type : str
        Whose share.
    first, last : int
        Years of the period, both included.
    """

    who: str
    team_type: str
    first: int
    last: int

    @property
    def name(self) -> str:
        """Return the question in a few words: "academia, 2010 to 2014"."""
        return f"{self.who}, {span(self.first, self.last)}"

    def answer(self, large: pd.DataFrame) -> Estimate:
        """Return the share among models that are large-scale already."""
        label = f"{self.team_type} share of large-scale models, {span(self.first, self.last)}"
        return period_share(large, self.team_type, self.first, self.last, label)


def answers(
    tables: Mapping[str, pd.DataFrame],
    questions: Sequence[Question],
    *,
    top_k: int = 10,
    record_window: float = 2.0,
    whole_years: bool = False,
) -> pd.DataFrame:
    """Return the answers to some questions under every definition, in every vintage.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        All models of each vintage.
    questions : sequence of Question
        The questions; one that occurs twice is asked once.
    top_k, record_window
        Sizes of two of the definitions; see `compute_divide.analysis.models.definitions.is_large_scale`.
    whole_years : bool
        Whether a question stays unanswered (a share of nothing) whose period was not over when the vintage was taken.

    Returns
    -------
    pandas.DataFrame
        One row a definition, vintage and question: ``definition``, ``vintage``, ``what``, ``team_type``, ``share``,
        ``low``, ``high``, ``k``, ``n``.

    Examples
    --------
    >>> models = pd.DataFrame({"year": [2012], "published": pd.to_datetime(["2012-01-01"]), "parameters": [1e6],
    ...     "team_type": "academia-only", "training_compute_flop": [1e15], "notability": "highly cited"})
    >>> table = answers({"2026-08": models}, [Question("academia", "academia-only", 2010, 2014)])
    >>> len(table), table["n"].tolist() == [1] * len(table)
    (7, True)
    """
    rows = []
    for definition in DEFINITIONS:
        for vintage, models in tables.items():
            chosen = is_large_scale(models, definition, top_k=top_k, record_window=record_window)
            large = models.loc[chosen, ["year", "team_type"]]
            for question in dict.fromkeys(questions):
                over = not whole_years or question.last <= last_whole_year(vintage)
                share = question.answer(large if over else large.iloc[:0])
                rows.append(
                    {
                        "definition": definition,
                        "vintage": vintage,
                        "what": question.name,
                        "team_type": question.team_type,
                        "share": share.value,
                        "low": share.low,
                        "high": share.high,
                        "k": share.k,
                        "n": share.n,
                    }
                )
    return pd.DataFrame(rows).astype({"share": float, "low": float, "high": float})


def compared(table: pd.DataFrame, early: Question, late: Question) -> pd.DataFrame:
    """Return the answers to two questions side by side, where both exist.

    Parameters
    ----------
    table : pandas.DataFrame
        From `answers`.
    early, late : Question
        The questions.

    Returns
    -------
    pandas.DataFrame
        One row a definition and vintage: ``share``, ``low``, ``high`` of each with the endings ``_early`` and
        ``_late``, and ``falls`` (the late share is lower), ``apart`` (and the intervals do not meet).
    """
    on = ["definition", "vintage"]
    columns = [*on, "share", "low", "high"]
    one, other = (table.loc[table["what"] == question.name, columns] for question in (early, late))
    both = one.merge(other, on=on, suffixes=("_early", "_late")).dropna(subset=["share_early", "share_late"])
    return both.assign(
        falls=both["share_late"] < both["share_early"], apart=both["high_late"] < both["low_early"]
    ).reset_index(drop=True)


def agreeing(table: pd.DataFrame, values: Mapping[str, float]) -> pd.DataFrame:
    """Return, for each definition and vintage, whether all answers agree with given values at once.

    Parameters
    ----------
    table : pandas.DataFrame
        From `answers`.
    values : mapping of str to float
        Value of each question, by its name.

    Returns
    -------
    pandas.DataFrame
        One row a definition and vintage that answers every question: ``holds`` (every interval holds its value) and
        ``exact`` (every share equals its value to the percent).

    Examples
    --------
    >>> table = pd.DataFrame({"definition": "all", "vintage": "2026-08", "what": ["a"], "share": [0.648], "low": [0.5],
    ...     "high": [0.7]})
    >>> agreeing(table, {"a": 0.65})[["holds", "exact"]].values.tolist()
    [[True, True]]
    """
    known = table[table["what"].isin(list(values))].dropna(subset=["share"])
    value = known["what"].map(values).astype(float)
    met = known.assign(
        holds=(known["low"] <= value) & (value <= known["high"]),
        exact=(100 * known["share"]).round() == (100 * value).round(),
    ).groupby(["definition", "vintage"], sort=False)
    found = met[["holds", "exact"]].all()
    return found[met.size() == len(values)].reset_index()
