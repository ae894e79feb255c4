"""Conference papers: one row per paper, with facts alone.

No fact contains a name, an affiliation, a title or a text. A paper's key is a hash of its
normalised title; within a venue and year a title counts once.
"""

from __future__ import annotations

from compute_divide.sources.papers import citations, profiles
from compute_divide.sources.store import tables
from compute_divide.sources.store.raw_csv import TEAM_TYPES

PAPERS_TABLE = "papers/papers.parquet"
AGREEMENT_TABLE = "papers/agreement.csv"

UNITS = ("author", "organisation")
"""The meaning of a slot in a paper's profile.

It is one author, or one of the organisations that the list names for the paper.
"""

TEXTS = ("title", "keywords", "abstract")

DERIVED_BY = "compute_divide.sources.papers.table.derive_papers"
_VENUE_YEAR = {
    "venue": tables.text(nullable=False),
    "year": tables.whole(1980, 2040, nullable=False),
}

SLOT_SECTORS = [*profiles.SECTORS, profiles.UNKNOWN]
SECTOR_COUNTS = [f"n_{sector}" for sector in SLOT_SECTORS]
_NAMED = [f"{part}_{kind}" for kind in ("terms", "models") for part in TEXTS]

PAPERS = tables.EvidenceTable(
    PAPERS_TABLE,
    tables.schema(
        **{name: citations.RANKS.schema.columns[name] for name in ("key", "venue", "year")},
        track=tables.text(nullable=False),
        authors=tables.whole(1),
        unit=tables.one_of(UNITS),
        profile=tables.repeated(),
        domain_profile=tables.repeated(),
        **{name: tables.whole(nullable=False) for name in SECTOR_COUNTS},
        team_type=tables.one_of(TEAM_TYPES, nullable=False),
        team_type_domain=tables.one_of(TEAM_TYPES, nullable=False),
        has_keywords=tables.flag(),
        has_abstract=tables.flag(),
        **{name: tables.repeated() for name in _NAMED},
    ),
    "conference papers: team types, matched topic terms and pre-trained models",
    DERIVED_BY,
)
"""``n_*`` and the team types follow from the profiles by the default calls."""
load_papers = PAPERS.read

VERDICTS = ("both_company", "only_name", "only_domain", "neither")
"""What an author's affiliation and domain can say about a company."""

MIXED = ("mixed_both", "mixed_only_name")
"""Authors of the first two whose affiliation names a company and another organisation. An address
belongs to one employer, so the domain cannot confirm both."""

AGREEMENT = tables.EvidenceTable(
    AGREEMENT_TABLE,
    tables.schema(
        **_VENUE_YEAR,
        with_abstracts=tables.flag(),
        **{verdict: tables.whole(nullable=False) for verdict in (*VERDICTS, *MIXED)},
    ),
    "authors with an affiliation and an e-mail domain, by whether each names a company",
    DERIVED_BY,
)
"""Authors whose affiliation and domain are both known, by what each says. Lists with abstracts are
separate: they often write all employers of an author into one string, beside one domain, and so
cannot show how well it is read."""
load_agreement = AGREEMENT.read

COVERED = ("papers", "by_name", "by_domain", "keywords", "abstracts")
COVERAGE = tables.EvidenceTable(
    profiles.COVERAGE_TABLE,
    tables.schema(**_VENUE_YEAR, **{what: tables.whole(nullable=False) for what in COVERED}),
    "accepted papers of each venue and year, and how many of them have a known team type and texts",
    DERIVED_BY,
)
"""Accepted papers, those with a known team type by affiliations and by domains, with keywords and
with an abstract."""

TABLES = (PAPERS, AGREEMENT, COVERAGE, citations.RANKS)
