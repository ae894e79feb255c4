"""Give models of an old vintage the team type that the new rule would give them.

To 2023 a model had one label that rests on the shares of its authors; since 2024 the team type follows from the sectors
of the organisations listed. Where every organisation of an old row is known in the newer tables, the new rule can be
applied to the old row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from compute_divide.analysis.models.headlines import Question
from compute_divide.analysis.models.matching import plain
from compute_divide.analysis.statistics.shares import UNKNOWN, known_teams
from compute_divide.evidence.store.team_types import team_type

_FORMS = re.compile(r",?\s+(inc|ltd|llc|corp|corporation|group)\.?$", re.IGNORECASE)


def organisation_sectors(tables: Iterable[pd.DataFrame]) -> dict[str, str]:
    """Return the sector of each organisation, by its plain name and its plain aliases.

    Parameters
    ----------
    tables : iterable of pandas.DataFrame
        Models of vintages since 2024, with ``organisations`` and ``sectors``. Rows where the two lists differ in length
        are left out: which sector belongs to which organisation is not known there.

    Returns
    -------
    dict of str to str
        A name that stands for organisations of different sectors is left out.

    Examples
    --------
    >>> table = pd.DataFrame({"organisations": ["Nanyang Technological University (NTU)"], "sectors": ["academia"]})
    >>> organisation_sectors([table])["ntu"]
    'academia'
    """
    found: dict[str, set[str]] = {}
    for table in tables:
        known = table.dropna(subset=["organisations", "sectors"])
        for names, sectors in zip(known["organisations"].str.split("|"), known["sectors"].str.split("|"), strict=True):
            if len(names) == len(sectors):
                for name, sector in zip(names, sectors, strict=True):
                    for alias in aliases(name):
                        found.setdefault(alias, set()).add(sector)
    return {alias: sectors.pop() for alias, sectors in found.items() if len(sectors) == 1}


def aliases(name: str) -> Iterator[str]:
    """Yield the plain forms under which an organisation may be written.

    Examples
    --------
    >>> list(aliases("Massachusetts Institute of Technology (MIT)"))
    ['massachusettsinstituteoftechnologymit', 'massachusettsinstituteoftechnology', 'mit']
    >>> list(aliases("University of Montreal / Université de Montréal"))[1:]
    ['universityofmontreal', 'universitédemontréal']
    """
    yield plain(name)
    bare, *inside = re.split(r"\s*\(([^)]*)\)", name)
    forms = [*bare.split(" / "), *inside[:1]]
    for form in forms:
        short = plain(_FORMS.sub("", form.strip()))
        if short and short != plain(name):
            yield short


def relabel(models: pd.DataFrame, sectors: dict[str, str]) -> pd.Series[str]:
    """Return the team type of each model by the new rule; unknown where one of its organisations is not known.

    Parameters
    ----------
    models : pandas.DataFrame
        Models with ``organisations``, a list joined by ``|``.
    sectors : dict of str to str
        From `organisation_sectors`.

    Examples
    --------
    >>> models = pd.DataFrame({"organisations": ["MIT|Google", "MIT|Nowhere", None]})
    >>> relabel(models, {"mit": "academia", "google": "industry"}).tolist()
    ['collaboration', 'unknown', 'unknown']
    """
    return pd.Series([_team(names, sectors) for names in models["organisations"]], index=models.index, dtype="str")


def relabel_effect(models: pd.DataFrame, sectors: dict[str, str], questions: Sequence[Question]) -> pd.DataFrame:
    """Return how the answers to some questions change when a vintage is labelled by the new rule.

    Parameters
    ----------
    models : pandas.DataFrame
        Models of an old vintage; compared are those that have a label and whose organisations are all known.
    sectors : dict of str to str
        From `organisation_sectors`.
    questions : sequence of Question
        The questions.

    Returns
    -------
    pandas.DataFrame
        One row a question: ``what``, ``n`` (models compared), ``old`` and ``new`` (counts), ``old_share`` and
        ``new_share``.

    Examples
    --------
    >>> models = pd.DataFrame({"organisations": ["MIT|Google"], "team_type": ["academia-only"], "year": [2012]})
    >>> question = Question("academia", "academia-only", 2010, 2014)
    >>> effect = relabel_effect(models, {"mit": "academia", "google": "industry"}, [question])
    >>> effect[["n", "old", "new"]].values.tolist()
    [[1, 1, 0]]
    """
    both = known_teams(models.assign(relabelled=relabel(models, sectors)))
    both = both[both["relabelled"] != UNKNOWN]
    rows = []
    for question in questions:
        old, new = question.answer(both), question.answer(both.assign(team_type=both["relabelled"]))
        shares = {"old_share": old.value, "new_share": new.value}
        rows.append({"what": question.name, "n": old.n, "old": old.k, "new": new.k, **shares})
    return pd.DataFrame(rows)


def _team(names: object, sectors: dict[str, str]) -> str:
    """Return the team type of one list of organisations."""
    if not isinstance(names, str):
        return UNKNOWN
    found = [next((sectors[alias] for alias in aliases(name) if alias in sectors), None) for name in names.split("|")]
    tokens = [sector for sector in found if sector is not None]
    return team_type(tokens) if len(tokens) == len(found) else UNKNOWN
