"""What can be said about papers in a parameter: light to import, for parameters are listed without the data.

Here are the closed sets (venues, topics and groups, judgement calls) and the texts that flip a judgement call.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from functools import lru_cache

import yaml

from compute_divide.evidence.store.files import EvidenceError, read_bytes

COVERAGE_TABLE = "papers/coverage.csv"

JOINT_LABS: dict[str, tuple[str, ...]] = {
    "mixed": ("academia", "industry"),
    "academia": ("academia",),
    "industry": ("industry",),
}
"""Ways to count a joint laboratory of a university and a company, and the sectors it then has."""

NON_PROFITS = {
    "academia": "a team without any company is academia-only, whoever else is in it",
    "other": "government and non-profit research is a sector of its own, as in the models database since 2024",
}
"""Ways to count government and non-profit research, and what they mean."""

READINGS = {"name": "by affiliations", "domain": "by e-mail domains, where the lists have them"}
"""Ways to read where authors work, and what they mean."""

_SECTORS = ("academia", "industry", "government", "nonprofit")


def venues() -> list[str]:
    """Return the venues of the papers table in alphabetical order.

    Examples
    --------
    >>> "neurips" in venues()
    True
    """
    return sorted({row["venue"] for row in csv.DictReader(io.StringIO(read_bytes(COVERAGE_TABLE).decode("utf-8")))})


def topic_names() -> list[str]:
    """Return the names of the groups of topics, then of the topics.

    Examples
    --------
    >>> topic_names()[:2]
    ['compute-intensive', 'low-compute']
    """
    return list(_topic_names(read_bytes("topics.yml")))


@lru_cache(maxsize=4)
def _topic_names(content: bytes) -> tuple[str, ...]:
    topics = yaml.load(content, Loader=yaml.CSafeLoader)
    return (*topics["groups"], *topics["topics"])


def judgement_calls() -> dict[str, tuple[str, ...]]:
    """Return the judgement calls in alphabetical order, and the sectors that each counts as by default.

    Examples
    --------
    >>> judgement_calls()["openai"], judgement_calls()["joint-labs"]
    (('industry',), ('academia', 'industry'))
    """
    return dict(_judgement_calls(read_bytes("organisations.csv")))


@lru_cache(maxsize=4)
def _judgement_calls(content: bytes) -> dict[str, tuple[str, ...]]:
    rows = csv.DictReader(io.StringIO(content.decode("utf-8")))
    return dict(
        sorted((row["judgement"], tuple(filter(None, row["sector"].split("|")))) for row in rows if row["judgement"])
    )


def parse_flip(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the judgement call that a text flips and the sectors that it then has.

    Examples
    --------
    >>> parse_flip("openai=nonprofit"), parse_flip("bare-name=unknown")
    (('openai', ('nonprofit',)), ('bare-name', ()))
    """
    name, equals, said = text.partition("=")
    if not equals:
        raise EvidenceError(f"{text!r} does not flip a judgement call: write a call, =, and a sector or unknown")
    if name not in (calls := judgement_calls()):
        raise EvidenceError(f"{name!r} is not a judgement call; allowed: {', '.join(calls)}")
    sectors = () if said == "unknown" else tuple(said.split("|"))
    for sector in sectors:
        if sector not in _SECTORS:
            raise EvidenceError(f"{sector!r} is not a sector; allowed: {', '.join(_SECTORS)}, or unknown")
    return name, sectors


def flips_of(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return what several flips say; see `parse_flip`."""
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name, sectors = parse_flip(text)
        if name in found:
            raise EvidenceError(f"the judgement call {name!r} is flipped twice")
        found[name] = sectors
    return found
