"""The makers of models with the sector of each, where a list gives one for each maker."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping

import pandas as pd


def listed_makers(models: pd.DataFrame) -> Iterator[tuple[Hashable, list[str], list[str]]]:
    """Yield the place of each model, its makers and their sectors, if there are as many."""
    known = models[["organisations", "sectors"]].dropna()
    for place, names, listed in known.itertuples():
        organisations = names.split("|")
        sectors = listed.split("|")
        if len(organisations) == len(sectors):
            yield place, organisations, sectors


def reclassed_sectors(
    models: pd.DataFrame, sectors: Mapping[str, str]
) -> dict[Hashable, list[str]]:
    """Return, by place, the sectors of models that have one of the organisations given."""
    if not sectors:
        return {}
    # few models have one, and splitting the names of all takes ten times as long
    named = "|".join(map(re.escape, sectors))
    may_have = models["organisations"].str.contains(named, na=False)
    return {
        place: [sectors.get(name, sector) for name, sector in zip(makers, kinds, strict=True)]
        for place, makers, kinds in listed_makers(models[may_have])
        if not sectors.keys().isdisjoint(makers)
    }
