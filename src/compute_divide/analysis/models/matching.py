"""Find the same model in two vintages of the database, whose names and links were edited in between."""

from __future__ import annotations

import re

import pandas as pd

_ARXIV = re.compile(r"arxiv\.org/(?:pdf|abs)/(\d{4}\.\d{4,5})(?:v\d+)?(?:\.pdf)?")


def match_models(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Match the models of two vintages one to one: by name, then by title of the paper, then by link.

    A key counts only where it is unique among the models still unmatched on either side, so that several models of one
    paper are never confused; they are matched by their names or not at all.

    Parameters
    ----------
    old, new : pandas.DataFrame
        Models of two vintages with ``model``, ``reference`` and ``link``.

    Returns
    -------
    pandas.DataFrame
        ``old`` and ``new`` (labels of the rows) and ``by`` (``name``, ``title`` or ``link``), in the order of `old`.

    Examples
    --------
    >>> old = pd.DataFrame({"model": ["GPT-3"], "reference": ["Few-Shot Learners"], "link": [None]})
    >>> new = pd.DataFrame({"model": ["GPT-3 175B"], "reference": ["Few-shot learners"], "link": [None]})
    >>> match_models(old, new)["by"].tolist()
    ['title']
    """
    left, right = _keys(old), _keys(new)
    found = []
    for by in left.columns:
        pairs = _unique(left[by], "old").merge(_unique(right[by], "new"), on="key").assign(by=by)
        found.append(pairs)
        left, right = left.drop(pairs["old"]), right.drop(pairs["new"])
    matches = pd.concat(found)[["old", "new", "by"]]
    order = pd.Series(range(len(old)), index=old.index)
    return matches.sort_values("old", key=lambda labels: labels.map(order), ignore_index=True)


def plain(text: str) -> str:
    """Return a text without case, spaces and punctuation; letters of any alphabet and digits remain.

    Examples
    --------
    >>> plain("PanGu-α (2.6B)")
    'panguα26b'
    """
    return re.sub(r"[\W_]", "", text.casefold())


def plain_link(link: str) -> str:
    """Return a link without what changes between edits: the scheme, ``www``, the version of a preprint.

    Examples
    --------
    >>> plain_link("https://arxiv.org/pdf/2005.14165v4.pdf") == plain_link("http://www.arxiv.org/abs/2005.14165")
    True
    """
    bare = re.sub(r"^https?://(www\.)?", "", link.strip().casefold()).rstrip("/")
    preprint = _ARXIV.search(bare)
    return f"arxiv {preprint[1]}" if preprint else bare


def _keys(models: pd.DataFrame) -> pd.DataFrame:
    """Return the keys of each model, the surest first; missing where there is nothing to compare."""
    columns = {"name": ("model", plain), "title": ("reference", plain), "link": ("link", plain_link)}
    keys = {by: models[column].map(make, na_action="ignore") for by, (column, make) in columns.items()}
    return pd.DataFrame(keys, index=models.index).replace("", None)


def _unique(keys: pd.Series[str], side: str) -> pd.DataFrame:
    """Return the keys that occur once, with the row they belong to."""
    known = keys.dropna()
    once = known[~known.duplicated(keep=False)]
    return pd.DataFrame({"key": once.to_numpy(), side: once.index})
