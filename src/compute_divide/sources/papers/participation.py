"""Papers of universities by venue and year: counts, under numbers drawn at random, without names.

A paper of several universities counts in full for each, and an author with two for both. Topics are
read from titles alone, because some lists have nothing else; teams are those of the papers table.
"""

from __future__ import annotations

import pandera.pandas as pa

from compute_divide.sources.papers.profiles import VENUE
from compute_divide.sources.papers.universities import REGIONS
from compute_divide.sources.store import tables

KINDS = ("compute_intensive", "low_compute", "with_company", "alone")
"""Papers on topics that need much computing, or little; with a company; of universities alone."""

DERIVED_BY = "compute_divide.sources.papers.participation.derive_university_papers"
_VENUE_YEAR = {
    "venue": tables.text(pa.Check.str_matches(rf"^{VENUE}$"), nullable=False),
    "year": tables.whole(1980, 2040, nullable=False),
}

PANEL = tables.EvidenceTable(
    "papers/universities.csv",
    tables.schema(
        university=tables.whole(1, nullable=False),
        region=tables.one_of(REGIONS),
        **_VENUE_YEAR,
        papers=tables.whole(1, nullable=False),
        **{kind: tables.whole(nullable=False) for kind in KINDS},
    ),
    "papers in which each university takes part, by venue and year: all, and those of four kinds",
    DERIVED_BY,
)
"""One row for each university at a venue in a year. Its number was drawn at random; its region is
missing if no list knows the country of the university."""
load_university_papers = PANEL.read

COVERAGE = tables.EvidenceTable(
    "papers/university_coverage.csv",
    tables.schema(
        **_VENUE_YEAR,
        papers=tables.whole(1, nullable=False),
        read=tables.whole(nullable=False),
        **{kind: tables.whole(nullable=False) for kind in KINDS},
        with_university=tables.whole(nullable=False),
        affiliations=tables.whole(nullable=False),
        unnamed=tables.whole(nullable=False),
        unread=tables.whole(nullable=False),
    ),
    "papers of each venue and year of which affiliations were read, and what was not read",
    DERIVED_BY,
)
"""Papers, those of which an affiliation was read, and of the latter those of four kinds and those
that name a university; then affiliations that are stated, those of a university that they do not
name, and those that no rule reads."""
load_university_coverage = COVERAGE.read

ENOUGH = 10
"""The fewest readings at an e-mail domain that say which university is the usual one there."""

DOMAINS = tables.EvidenceTable(
    "papers/university_domains.csv",
    tables.schema(
        venue=_VENUE_YEAR["venue"],
        region=tables.one_of(REGIONS),
        authors=tables.whole(1, nullable=False),
        named=tables.whole(nullable=False),
        compared=tables.whole(nullable=False),
        usual=tables.whole(nullable=False),
    ),
    "authors with a university's e-mail domain, by whether their affiliation agrees with it",
    DERIVED_BY,
)
"""Authors whose list states one e-mail domain, of a university, beside the affiliation; those from
whose affiliation a university is read; of the latter those at a domain with `ENOUGH` readings, and
those whose reading is the most frequent there. The region is that of the latter, missing if none
was read; a domain that the whole list misreads agrees with itself."""
load_university_domains = DOMAINS.read

TABLES = (PANEL, COVERAGE, DOMAINS)
