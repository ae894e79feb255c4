"""Topics of conference papers and the pre-trained models they name, from the terms that matched.

Which texts are searched is a choice: every paper has a title, only some lists have keywords or abstracts. A share that
rests on abstracts must be taken over the papers that have one (`having`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from compute_divide.analysis.statistics.estimate import Estimate
from compute_divide.analysis.statistics.shares import known_teams, wilson_share
from compute_divide.evidence.papers.topics import SEPARATOR, Topics, load_topics

INTENSIVE, LOW, REST = "compute-intensive", "low-compute", "other"
"""Classes of papers by topic; a paper of both kinds is compute-intensive."""

_PRESENT = {"keywords": "has_keywords", "abstract": "has_abstract"}


def matched(
    papers: pd.DataFrame, names: Iterable[str], texts: Sequence[str] = ("title",), kind: str = "terms"
) -> pd.Series:
    """Tell for each paper whether one of the names matched in one of the texts.

    Parameters
    ----------
    papers : pandas.DataFrame
        The papers table.
    names : iterable of str
        Terms, or names of models.
    texts : sequence of {"title", "keywords", "abstract"}
        Where to look.
    kind : {"terms", "models"}
        What the names are.

    Returns
    -------
    pandas.Series of bool
        By the index of the papers.

    Examples
    --------
    >>> rows = pd.DataFrame({"title_terms": ["bandit*|regret", None]})
    >>> matched(rows, ["regret"]).tolist()
    [True, False]
    """
    wanted = frozenset(names)
    found = pd.Series(False, index=papers.index)
    for text in texts:
        column = papers[f"{text}_{kind}"]
        hits = [
            joined
            for joined in column.unique()
            if isinstance(joined, str) and not wanted.isdisjoint(joined.split(SEPARATOR))
        ]
        found |= column.isin(hits)
    return found


def about(
    papers: pd.DataFrame, groups: Sequence[str], texts: Sequence[str] = ("title",), topics: Topics | None = None
) -> pd.Series:
    """Tell for each paper whether it is about one of the groups or topics of ``data/topics.yml``.

    Raises
    ------
    EvidenceError
        If a name is neither a group nor a topic.
    """
    return matched(papers, (topics or load_topics()).terms(groups), texts)


def with_class(
    papers: pd.DataFrame,
    intensive: Sequence[str] = (INTENSIVE,),
    low: Sequence[str] = (LOW,),
    texts: Sequence[str] = ("title",),
    topics: Topics | None = None,
) -> pd.DataFrame:
    """Return papers with ``topic_class``: ``compute-intensive``, ``low-compute`` or ``other``.

    Parameters
    ----------
    papers : pandas.DataFrame
        The papers table.
    intensive, low : sequence of str
        Groups or topics of each class. A paper of both is compute-intensive.
    texts : sequence of str
        Where to look.
    topics : Topics, optional
        ``data/topics.yml`` by default.
    """
    classes = pd.Series(REST, index=papers.index)
    classes[about(papers, low, texts, topics)] = LOW
    classes[about(papers, intensive, texts, topics)] = INTENSIVE
    return papers.assign(topic_class=classes)


def having(papers: pd.DataFrame, texts: Sequence[str]) -> pd.DataFrame:
    """Return the papers that have all of these texts."""
    present = pd.Series(True, index=papers.index)
    for text in texts:
        if text in _PRESENT:
            present &= papers[_PRESENT[text]].astype(bool)
    return papers[present]


def topic_shares(papers: pd.DataFrame, names: Sequence[str], texts: Sequence[str] = ("title",)) -> pd.DataFrame:
    """Return who writes about each topic: the share with a company author, one row a topic.

    Parameters
    ----------
    papers : pandas.DataFrame
        From `compute_divide.analysis.papers.papers.with_teams`.
    names : sequence of str
        Topics or groups.
    texts : sequence of str
        Where to look.

    Returns
    -------
    pandas.DataFrame
        ``topic`` (name), ``label``, ``k`` papers with a company author of ``n`` with a known team, ``share``, ``low``,
        ``high``; in the order of the names. Topics overlap, so the counts do not add up.
    """
    topics = load_topics()
    known = known_teams(papers)
    rows = []
    for name in names:
        entry = topics.groups.get(name) or topics.topics[name]
        part = known[about(known, [name], texts, topics)]
        share = wilson_share(int(part["industry"].sum()), len(part), entry.label)
        rows.append({"topic": name, "label": entry.label, **_columns(share)})
    return pd.DataFrame(rows, columns=["topic", "label", "k", "n", "share", "low", "high"])


def naming_shares(papers: pd.DataFrame, flag: pd.Series, keys: Sequence[str]) -> pd.DataFrame:
    """Return the share of papers for which a flag holds, by the key columns.

    Parameters
    ----------
    papers : pandas.DataFrame
        Papers with the key columns.
    flag : pandas.Series of bool
        By the index of the papers.
    keys : sequence of str
        Columns that make a group.

    Returns
    -------
    pandas.DataFrame
        The keys, ``k``, ``n``, ``share``, ``low``, ``high``, with Wilson intervals; sorted by the keys.
    """
    rows = []
    for group, part in papers.assign(_flag=flag).groupby(list(keys), observed=True):
        share = wilson_share(int(part["_flag"].sum()), len(part), "")
        rows.append({**dict(zip(keys, group, strict=True)), **_columns(share)})
    return pd.DataFrame(rows, columns=[*keys, "k", "n", "share", "low", "high"])


def largest_share(shares: pd.DataFrame, name: str) -> Estimate:
    """Return the largest of some shares, labelled by its own name; no value where there is none.

    Parameters
    ----------
    shares : pandas.DataFrame
        From `naming_shares`.
    name : str
        Column that names a row.

    Examples
    --------
    >>> shares = pd.DataFrame({"what": ["ICML 2020", "ICML 2021"], "k": [1, 2], "n": [4, 4], "share": [0.25, 0.5]})
    >>> largest_share(shares, "what").label, largest_share(shares.head(0), "what").n
    ('ICML 2021', 0)
    """
    if shares.empty:
        return wilson_share(0, 0, "none")
    row = shares.iloc[int(shares["share"].to_numpy().argmax())]
    return wilson_share(int(row["k"]), int(row["n"]), str(row[name]))


def models_named(papers: pd.DataFrame, texts: Sequence[str], *, backbones: bool = False) -> pd.DataFrame:
    """Return how many papers name each pre-trained model.

    Parameters
    ----------
    papers : pandas.DataFrame
        The papers table, or a part of it.
    texts : sequence of str
        Where to look.
    backbones : bool, default False
        Whether image networks that are as much architectures as pre-trained models count.

    Returns
    -------
    pandas.DataFrame
        ``model``, ``label``, ``maker``, ``team`` (of the maker), ``access``, ``kind``, ``papers``; most named first.
    """
    rows = [
        {
            "model": name,
            "label": model.label,
            "maker": model.maker,
            "team": model.team,
            "access": model.access,
            "kind": model.kind,
            "papers": int(matched(papers, [name], texts, "models").sum()),
        }
        for name, model in load_topics().models.items()
        if backbones or model.kind != "backbone"
    ]
    return pd.DataFrame(rows).sort_values(["papers", "model"], ascending=[False, True], ignore_index=True)


def model_names(*, teams: Sequence[str] = (), access: Sequence[str] = (), backbones: bool = False) -> list[str]:
    """Return the pre-trained models whose maker is of one of the team types and whose access is of one of the kinds.

    Parameters
    ----------
    teams, access : sequence of str
        All when left out.
    backbones : bool, default False
        Whether image networks that are as much architectures as pre-trained models count.

    Examples
    --------
    >>> "clip" in model_names(teams=["industry-only"], access=["open"])
    True
    """
    return [
        name
        for name, model in load_topics().models.items()
        if (not teams or model.team in teams)
        and (not access or model.access in access)
        and (backbones or model.kind != "backbone")
    ]


def _columns(share: object) -> dict[str, object]:
    """Return an estimate of a share as columns."""
    return {name: getattr(share, field) for name, field in _FIELDS.items()}


_FIELDS = {"k": "k", "n": "n", "share": "value", "low": "low", "high": "high"}
