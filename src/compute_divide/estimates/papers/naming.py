"""Pre-trained models that papers name: which papers count, and who made the models."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from compute_divide.estimates.papers.papers import matched
from compute_divide.estimates.statistics.association import Association, association
from compute_divide.estimates.statistics.shares import flag_share
from compute_divide.estimates.statistics.teams import ACADEMIA, INDUSTRY
from compute_divide.sources.models.makers import load_pretrained_models
from holdtrue.estimates import Estimate


def with_naming(papers: pd.DataFrame, texts: Sequence[str]) -> pd.DataFrame:
    """Return papers with columns for the kinds of pre-trained models that they name.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers with the models that their texts name, in columns such as ``title_models``.
    texts : sequence of str
        Where names are looked for: ``"title"``, ``"keywords"``, ``"abstract"``.

    Returns
    -------
    pandas.DataFrame
        The papers with these columns of true and false: whether they name any model
        (``names_any``), one by companies alone (``names_industry``), one that a company made, alone
        or with others (``names_company``), one by universities alone (``names_academia``), one of a
        company to download (``names_open``), one behind a service (``names_hosted``).

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> papers = with_naming(pd.DataFrame({"title_models": ["gpt-3", None]}), ["title"])
    >>> papers[["names_hosted", "names_open", "names_industry"]].values.tolist()
    [[True, False, False], [False, False, False]]
    """
    known = load_pretrained_models()
    teams = known["team_type"]
    is_open = known["access"] == "open"
    by_company = known["sectors"].str.contains("industry")
    counted = {
        "names_any": teams.notna(),
        "names_industry": teams == INDUSTRY,
        "names_company": by_company,
        "names_academia": teams == ACADEMIA,
        "names_open": is_open & by_company,
        "names_hosted": ~is_open,
    }
    flags = {
        flag: matched(papers, known.loc[models, "model"], texts, "models")
        for flag, models in counted.items()
    }
    return papers.assign(**flags)


def share_naming(
    papers: pd.DataFrame, models: pd.DataFrame, texts: Sequence[str], label: str
) -> Estimate:
    """Return the share of papers that name one of some pre-trained models.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers with the models that their texts name, in columns such as ``title_models``.
    models : pandas.DataFrame
        The models, rows of `cd.data.pretrained_models`.
    texts : sequence of str
        Where names are looked for: ``"title"``, ``"keywords"``, ``"abstract"``.
    label : str
        What is estimated, in a few self-contained words.

    Returns
    -------
    Estimate
        ``k`` of ``n`` papers with a 95% Wilson interval.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> papers = pd.DataFrame({"title_models": ["gpt-3", "bert", None]})
    >>> models = load_pretrained_models()
    >>> share_naming(papers, models[models["access"] == "hosted"], ["title"], "hosted").k
    1
    """
    return flag_share(papers, matched(papers, models["model"], texts, "models"), label)


def late_over_early(
    papers: pd.DataFrame, outcome: str, early: tuple[int, int], late: tuple[int, int], label: str
) -> Association:
    """Return the odds ratio of an outcome, late years over early ones.

    Papers are compared within a conference.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers with ``venue``, ``year`` and the outcome.
    outcome : str
        A column of true and false.
    early, late : tuple of int
        First and last year of the two periods; a year in both counts as late.
    label : str
        What is estimated, in a few self-contained words.

    Returns
    -------
    Association
        The odds ratio, pooled over conferences, and the counts of those that have papers in both
        periods; see `association`.

    Raises
    ------
    KeyError
        If a column is missing.

    Notes
    -----
    The estimator of Mantel and Haenszel (1959), see `association`.

    Examples
    --------
    >>> papers = pd.DataFrame({"venue": "acl", "year": [2020] * 4 + [2024] * 4})
    >>> papers["named"] = [True, False, False, False, True, True, True, False]
    >>> change = late_over_early(papers, "named", (2019, 2022), (2023, 2025), "odds of naming")
    >>> round(change.odds_ratio.value), len(change.strata)
    (9, 1)
    """
    rows = papers[["venue", "year", outcome]]
    years = rows["year"]
    is_late = years.between(*late).astype(bool)
    is_early = years.between(*early).astype(bool)
    compared = rows.assign(late=is_late)[is_late | is_early]
    return association(compared, "late", outcome, ["venue"], label)
