"""Read sectors from e-mail domains.

If several patterns match a domain, the one with the most literal characters decides, so that
``ia.ac.cn`` (an academy) wins over ``ac.??`` (universities). A free-mail provider says nothing. If
a list joins several domains of an author (``nvidia.com+utah.edu``), each is read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from compute_divide.sources.papers.email_domains import DomainRule
from compute_divide.sources.papers.profiles import UNKNOWN
from compute_divide_evidence.papers.profiles import slot_profile


class DomainReader:
    """Reads e-mail domains by a set of rules, each distinct domain once."""

    def __init__(self, rules: Sequence[DomainRule]) -> None:
        # by ends of domains, and for patterns with a star by registered names under any suffix
        self._plain: dict[str, tuple[int, str]] = {}
        wild: list[tuple[int, str, str]] = []
        for rule in rules:
            literal = len(re.sub(r"[*?.]", "", rule.pattern))
            if _is_plain(rule.pattern):
                self._plain[rule.pattern] = (literal, rule.profile)
            else:
                wild.append((literal, _expression(rule.pattern), rule.profile))
        wild.sort(key=lambda entry: -entry[0])
        self._wild = [(literal, profile) for literal, _, profile in wild]
        expressions = [f"({expression})" for _, expression, _ in wild]
        self._expression = re.compile("|".join(expressions) or "(?!)")
        self.read = cache(self._read)  # from an e-mail domain to its slot profile

    def _read(self, text: str) -> str:
        atoms: list[str] = []
        for domain in domains_in(text):
            atoms += self._sector(domain).split("+")
        return slot_profile(atoms)

    def _sector(self, domain: str) -> str:
        """Return the slot profile of one domain."""
        labels = domain.split(".")
        name, suffix = registered_name(labels)
        ends = [".".join(labels[i:]) for i in range(len(labels))]
        patterns = [f"{name}.*", *ends]
        matches = [self._plain[pattern] for pattern in patterns if pattern in self._plain]
        if match := self._expression.fullmatch(f"{domain} {name} {suffix}"):
            matches.append(self._wild[match.lastindex - 1])  # type: ignore[operator]
        if matches:
            return max(matches)[1]
        return UNKNOWN


def _is_plain(pattern: str) -> bool:
    """Return whether a pattern has no wildcard, so that it can be looked up directly."""
    name = pattern.removesuffix(".*")
    if re.search(r"[*?]", name):
        return False
    return name == pattern or "." not in name


_SECOND_LEVEL = frozenset(
    {"co", "com", "ac", "acad", "edu", "gov", "go", "or", "org", "ne", "net", "gob", "gouv", "re"}
)


def registered_name(labels: Sequence[str]) -> tuple[str, str]:
    """Return the registered label and the public suffix after it."""
    size = 1
    if len(labels) > 2:
        *_, second, country = labels
        is_second_level = second in _SECOND_LEVEL and len(country) == 2
        if is_second_level:
            size = 2
    suffix = ".".join(labels[-size:])
    return labels[-size - 1], suffix


def clean_domain(text: str) -> str:
    """Return a domain in lower case without stray signs; empty if the text is not a domain."""
    plain = unicodedata.normalize("NFKD", text).lower()
    domain = plain.strip(" @.{}<>()[],;:'\"†*").replace(" ", "")
    if re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain):
        return domain
    return ""


_JOINTS = re.compile(r"[+/;|&,]")


def domains_in(text: str) -> list[str]:
    """Return the domains of a text: one, or several that are joined by signs or spaces."""
    domains: list[str] = []
    for part in _JOINTS.split(text):
        words = [_domain_of(word) for word in part.split()]
        # A space within a domain is a typo in the list; between whole domains it separates them.
        domains += words if words and all(words) else [_domain_of(part)]
    return list(filter(None, dict.fromkeys(domains)))


def _domain_of(address: str) -> str:
    return clean_domain(address.rsplit("@", maxsplit=1)[-1])


def _expression(pattern: str) -> str:
    """Return a glob as a regular expression over ``domain registered-name public-suffix``.

    No wildcard crosses a dot.
    """
    name = pattern.removesuffix(".*")
    labels = re.escape(name).replace(r"\*", r"[^.\s]*").replace(r"\?", r"[^.\s]")
    if "." not in pattern or name != pattern:
        return rf"\S+ {labels} \S+"
    return rf"(?:\S+\.)?{labels} \S+ \S+"
