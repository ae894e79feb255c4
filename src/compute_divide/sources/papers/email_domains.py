"""The rules by which e-mail domains show employers: data, in ``data/domains.csv``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from compute_divide.sources.papers.affiliations import parse_rows
from compute_divide.sources.papers.profiles import UNKNOWN, Sector
from compute_divide.sources.store.files import Strict, read_bytes

RULES_FILE = "domains.csv"


class DomainRule(Strict):
    """A row of the rules: a pattern over domains and the sector it stands for.

    A free-mail provider has none. A pattern is the end of a domain (``edu``, ``mpg.de``); a last
    label ``*`` stands for any public suffix (``google.*`` matches ``google.com`` and
    ``cs.google.co.jp``), and so does its absence after a wildcard (``uni-*``); ``?`` and ``*``
    elsewhere stand for characters within a label.
    """

    pattern: str = Field(pattern=r"^[a-z0-9.*?-]+$")
    sector: Sector | Literal[""]
    kind: str = Field(min_length=1)
    judgement: str = Field(pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$")

    @property
    def profile(self) -> str:
        """Return the slot profile of the rule."""
        if self.judgement:
            return f"@{self.judgement}"
        return self.sector or UNKNOWN


def load_domain_rules() -> tuple[DomainRule, ...]:
    """Return the rules that recognise e-mail domains, from ``data/domains.csv``.

    Returns
    -------
    tuple of DomainRule
        In the order of the file.

    Raises
    ------
    EvidenceError
        If a rule is malformed.

    Examples
    --------
    >>> next(rule.kind for rule in load_domain_rules() if rule.pattern == "gmail.com")
    'free mail'
    """
    return parse_rows(read_bytes(RULES_FILE).decode("utf-8"), RULES_FILE, DomainRule)
