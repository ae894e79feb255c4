"""Hold the universities read from affiliations against the e-mail domains of the same authors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from compute_divide.sources.papers.email_domains import load_domain_rules
from compute_divide.sources.papers.participation import DOMAINS, ENOUGH
from compute_divide.sources.papers.universities import region_of
from compute_divide_evidence.papers.email_domains import DomainReader, domains_in, registered_name
from compute_divide_evidence.papers.universities import University, UniversityReader

Pairs = Mapping[tuple[str, str, str], int]
"""How often a venue has an affiliation beside an e-mail domain."""


def compare_with_domains(pairs: Pairs, reader: UniversityReader) -> pd.DataFrame:
    """Return the rows of `DOMAINS`."""
    domains = DomainReader(load_domain_rules())
    academic = [
        (venue, site, reader.read(affiliation), number)
        for (venue, affiliation, domain), number in pairs.items()
        if domains.read(domain) == "academia" and (site := _site(domain))
    ]
    by_site: dict[str, Counter[University]] = {}
    for _, site, universities, number in academic:
        counts = by_site.setdefault(site, Counter())
        counts.update(dict.fromkeys(universities, number))
    usual = {site: _most_frequent(counts) for site, counts in by_site.items()}
    columns = list(DOMAINS.schema.columns)
    rows = pd.DataFrame(_rows(academic, usual), columns=columns)
    return rows.groupby(columns[:2], as_index=False, dropna=False).sum()


def _rows(
    academic: Iterable[tuple[str, str, tuple[University, ...], int]],
    usual: Mapping[str, tuple[University | None, int]],
) -> Iterator[dict[str, Any]]:
    for venue, site, universities, number in academic:
        university, readings = usual[site]
        is_compared = bool(universities) and readings >= ENOUGH
        yield {
            "venue": venue,
            "region": region_of(university.country) if university else None,
            "authors": number,
            "named": number if universities else 0,
            "compared": number if is_compared else 0,
            "usual": number if is_compared and university in universities else 0,
        }


def _site(domain: str) -> str:
    """Return the registered name of an e-mail domain; empty if there are several, or none."""
    if len(names := domains_in(domain)) != 1:
        return ""
    return ".".join(registered_name(names[0].split(".")))


def _most_frequent(counts: Counter[University]) -> tuple[University | None, int]:
    """Return the university that is read most often at a site, and how many readings there are."""
    if not counts:
        return None, 0
    return min(counts, key=lambda university: (-counts[university], university)), counts.total()
