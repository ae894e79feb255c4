"""Who made the pre-trained models that papers name, and how we know: one table for all chapters."""

from __future__ import annotations

import pandas as pd

from compute_divide.sources.papers.profiles import SECTORS
from compute_divide.sources.papers.topics import load_topics
from compute_divide.sources.store import tables
from compute_divide.sources.store.files import EvidenceError
from compute_divide.sources.store.raw_csv import team_type

MAKERS_FILE = "audit/makers.csv"

SEEN = ("primary", "conference-list", "secondary", "notes-of-database", "unchecked")
"""How the makers were seen.

On a title page, a card or a README; in a conference's own list; quoted by others; only in the
models database; not at all.
"""
UNCONFIRMED = ("notes-of-database", "unchecked")
"""Ways of seeing that give no source besides the models database."""

MAKERS = tables.schema(
    model=tables.text(nullable=False),
    organisations=tables.text(nullable=False),
    sectors=tables.list_of(SECTORS),
    second_posts=tables.text(),
    seen=tables.one_of(SEEN, nullable=False),
    source=tables.text(nullable=False),
    listed_as=tables.text(),
    note=tables.text(),
)
"""Schema of ``audit/makers.csv``, maintained by hand: a name in ``topics.yml``, its ``|``-joined
makers and the sector of each; which of these only authors with two posts print; how and where they
were seen; the names that the models database has for it, as far as they matter here."""


def load_makers() -> pd.DataFrame:
    """Return who made each pre-trained model that papers name, and how we know.

    Returns
    -------
    pandas.DataFrame
        One row per ``model``, a name in ``data/topics.yml``: the ``|``-joined ``organisations``
        that its authors give and the ``sectors`` of these; those of them that only authors with two
        posts print (``second_posts``); ``seen``, one of `SEEN`, with the ``source``; the
        ``|``-joined names that the models database lists it under (``listed_as``); a ``note``.
        ``team_type`` follows from all sectors, ``team_type_single`` from those without the second
        posts. ``confirmed`` is whether anything besides the models database says so.

    Raises
    ------
    EvidenceError
        If the file is missing or does not fit its schema.

    Notes
    -----
    By the rule of the audit at least one university and one company make a collaboration, and an
    author with two posts counts for both.

    Examples
    --------
    >>> makers = load_makers().set_index("model")
    >>> makers.loc["gpt-3", ["team_type", "team_type_single"]].tolist()
    ['collaboration', 'industry-only']
    """
    makers = tables.read_by_hand(MAKERS_FILE, MAKERS)
    columns = ("model", "organisations", "sectors", "second_posts")
    rows = zip(*(makers[name].fillna("") for name in columns), strict=True)
    teams = [_teams(*row) for row in rows]
    both = pd.DataFrame(teams, columns=["team_type", "team_type_single"], index=makers.index)
    confirmed = ~makers["seen"].isin(UNCONFIRMED)
    return makers.join(both).assign(confirmed=confirmed)


def load_pretrained_models() -> pd.DataFrame:
    """Return the pre-trained models that are searched for in the texts of papers, and their makers.

    Returns
    -------
    pandas.DataFrame
        One row per model or family: ``model`` (its name in ``data/topics.yml``), ``label``,
        ``access`` (``"open"`` to download, ``"hosted"`` through a service only when it came out)
        and ``kind``, and the columns of `load_makers`. Image networks that are as much
        architectures as pre-trained models do not count.

    Raises
    ------
    EvidenceError
        If ``data/topics.yml`` or ``data/audit/makers.csv`` is missing or damaged, or one names a
        model that the other does not.

    Examples
    --------
    >>> models = load_pretrained_models().set_index("model")
    >>> models.loc["roberta", ["organisations", "team_type", "access"]].tolist()
    ['Meta|University of Washington', 'collaboration', 'open']
    """
    rows = [
        {"model": name, "label": model.label, "access": model.access, "kind": model.kind}
        for name, model in load_topics().models.items()
    ]
    named = pd.DataFrame(rows)
    makers = load_makers()
    apart = set(named["model"]).symmetric_difference(makers["model"])
    if apart or makers["model"].duplicated().any():
        which = min(apart, default="one stands twice")
        raise EvidenceError(
            f"data/{MAKERS_FILE} does not list each model of data/topics.yml once: {which}"
        )
    models = named.merge(makers, on="model")
    return models[models["kind"] != "backbone"].reset_index(drop=True)


def _teams(model: str, organisations: str, sectors: str, second_posts: str) -> tuple[str, str]:
    """Return the team types of a model's makers: of all of them, and without the second posts."""
    place = f"data/{MAKERS_FILE} ({model})"
    names = organisations.split("|")
    kinds = sectors.split("|")
    if len(names) != len(kinds):
        raise EvidenceError(f"{place}: {len(names)} organisations, {len(kinds)} sectors")
    second = set(filter(None, second_posts.split("|")))
    strangers = second.difference(names)
    if strangers:
        raise EvidenceError(f"{place}: {min(strangers)!r} is not among {', '.join(names)}")
    single = [kind for name, kind in zip(names, kinds, strict=True) if name not in second]
    return team_type(kinds), team_type(single)
