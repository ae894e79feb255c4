"""Conference papers: one row a paper, from the raw lists to facts that hold no name, no affiliation, no title, no text.

The lists of one venue and year are read together, then forgotten. A paper's key is a hash of its normalised title
(`paper_key`); within a venue and year a title counts once. The first list of a venue-year, in the order of
`papers_raw.KINDS`, says which papers there are; the others add what it lacks.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from compute_divide.evidence.papers.affiliations import SECTORS, UNKNOWN, AffiliationReader, is_unparsed, load_rules
from compute_divide.evidence.papers.choices import COVERAGE_TABLE
from compute_divide.evidence.papers.email_domains import DomainReader, load_domain_rules
from compute_divide.evidence.papers.lists import (
    PaperList,
    RawPaper,
    Unusable,
    find_lists,
    status_fault,
    title_key,
    track_name,
)
from compute_divide.evidence.papers.profiles import (
    Calls,
    calls_with,
    paper_profile,
    profile_team,
    sector_counts,
    slot_sectors,
)
from compute_divide.evidence.papers.topics import TermFinder, load_topics, model_finder, topic_finder
from compute_divide.evidence.store.files import SetAside, Sidecar, Source
from compute_divide.evidence.store.labels import TEAM_TYPES
from compute_divide.evidence.store.raw_csv import EXAMPLES
from compute_divide.evidence.store.tables import flag, one_of, read_table, schema, text, whole, write_table

PAPERS_TABLE = "papers/papers.parquet"
AGREEMENT_TABLE = "papers/agreement.csv"

UNITS = ("author", "organisation")
"""What a slot of a paper's profile is: one author, or one of the organisations that the list names for the paper."""

TEXTS = ("title", "keywords", "abstract")
"""The texts of a paper that are searched, each apart."""

PAPERS = schema(
    key=text(pa.Check.str_matches(r"^[0-9a-f]{16}$"), nullable=False),
    venue=text(pa.Check.str_matches(r"^[a-z]+$"), nullable=False),
    year=whole(1980, 2040, nullable=False),
    track=text(nullable=False),
    authors=whole(1),
    unit=one_of(UNITS),
    profile=text(),
    domain_profile=text(),
    **{f"n_{sector}": whole(nullable=False) for sector in (*SECTORS, UNKNOWN)},
    team_type=one_of(TEAM_TYPES, nullable=False),
    team_type_domain=one_of(TEAM_TYPES, nullable=False),
    has_keywords=flag(),
    has_abstract=flag(),
    **{f"{part}_{kind}": text() for kind in ("terms", "models") for part in TEXTS},
)
"""Schema of ``papers/papers.parquet``; ``n_*`` and the team types follow from the profiles by the default calls."""

VERDICTS = ("both_company", "only_name", "only_domain", "neither", "mixed_agree", "mixed_differ")
"""What affiliation and domain of an author can say about a company."""

AGREEMENT = schema(
    venue=text(nullable=False),
    year=whole(1980, 2040, nullable=False),
    **{verdict: whole(nullable=False) for verdict in VERDICTS},
)
"""Schema of ``papers/agreement.csv``: authors whose affiliation and domain are both known, by what each says.

An author whose affiliation names a company and another organisation is counted under ``mixed_*`` instead, for one
address can only belong to one of them.
"""

COVERAGE = schema(
    venue=text(nullable=False),
    year=whole(1980, 2040, nullable=False),
    **{what: whole(nullable=False) for what in ("papers", "by_name", "by_domain", "keywords", "abstracts")},
)
"""Schema of ``papers/coverage.csv``: accepted papers, those with a known team type by affiliations and by domains, and
those with keywords and with an abstract."""

TABLES = {PAPERS_TABLE: PAPERS, AGREEMENT_TABLE: AGREEMENT, COVERAGE_TABLE: COVERAGE}
"""Our tables and their schemas, for the catalogue."""


def load_papers() -> pd.DataFrame:
    """Return the papers, with the columns of `PAPERS`.

    Examples
    --------
    >>> papers = load_papers()
    >>> bool(papers.duplicated(["venue", "year", "key"]).any())
    False
    """
    return read_table(PAPERS_TABLE)


def load_agreement() -> pd.DataFrame:
    """Return how affiliations and e-mail domains agree, by venue and year, with the columns of `AGREEMENT`."""
    return read_table(AGREEMENT_TABLE, AGREEMENT)


def load_coverage() -> pd.DataFrame:
    """Return what is known of the papers of each venue and year, with the columns of `COVERAGE`."""
    return read_table(COVERAGE_TABLE, COVERAGE)


def paper_key(title: str) -> str:
    """Return the key of a paper: 16 hexadecimal digits of the SHA-256 of its normalised title.

    Examples
    --------
    >>> paper_key("Attention Is All You Need") == paper_key("attention is all  you need.")
    True
    """
    return hashlib.sha256(title_key(title).encode()).hexdigest()[:16]


# --- reading the lists of a venue and year ---


@dataclass
class Ledger:
    """What was read, and which records became no row: how many for each reason, and the first places."""

    sources: list[Source] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[str]] = field(default_factory=dict)

    def put_aside(self, reason: str, place: str) -> None:
        """Count a record that becomes no row."""
        self.counts[reason] += 1
        if len(known := self.places.setdefault(reason, [])) < EXAMPLES:
            known.append(place)

    def groups(self) -> list[SetAside]:
        """Return the reasons, most frequent first."""
        order = sorted(self.counts.items(), key=lambda entry: (-entry[1], entry[0]))
        return [SetAside(reason=reason, rows=rows, examples=self.places[reason]) for reason, rows in order]


def read_list(paper_list: PaperList, ledger: Ledger) -> Iterator[tuple[str, str, RawPaper]]:
    """Yield key, place and record of every accepted paper of a list; the ledger receives the rest and the source."""
    content, digest = paper_list.read()
    records = 0
    for records, record in enumerate(paper_list.kind.reader(content), start=1):  # noqa: B007
        place = f"{paper_list.path.name}, {record.place}"
        if isinstance(record, Unusable):
            ledger.put_aside(f"malformed: {record.reason}", place)
        elif fault := status_fault(record.status):
            ledger.put_aside(fault, place)
        else:
            yield paper_key(record.title), place, record
    kind = paper_list.kind
    ledger.sources.append(
        Source(
            title=f"{kind.title}: {paper_list.venue} {paper_list.year}",
            credit=kind.credit,
            licence=kind.licence,
            url=kind.url,
            snapshot=kind.snapshot,
            file=paper_list.path.name,
            sha256=digest,
            rows=records,
        )
    )


def merge_lists(lists: Sequence[PaperList], ledger: Ledger) -> dict[str, RawPaper]:
    """Return the accepted papers of one venue and year by key, each with the facts of all its lists."""
    papers: dict[str, RawPaper] = {}
    for number, paper_list in enumerate(lists):
        here: set[str] = set()
        for key, place, record in read_list(paper_list, ledger):
            if key in here:
                ledger.put_aside("the title stands twice in the list", place)
            elif key in papers:
                papers[key] = _completed(papers[key], record)
                ledger.put_aside("in a second list too: what it adds is kept", place)
            elif number and paper_list.kind.adds_only:
                ledger.put_aside("not among the venue's papers under this title", place)
            else:
                papers[key] = record
            here.add(key)
    return papers


def _completed(paper: RawPaper, other: RawPaper) -> RawPaper:
    """Return a paper with the facts of another record of it where it has none."""
    return replace(
        paper,
        keywords=paper.keywords or other.keywords,
        abstract=paper.abstract or other.abstract,
        affiliations=paper.affiliations or other.affiliations,
        domains=paper.domains or other.domains,
        authors=paper.authors or other.authors,
        pairs=paper.pairs or other.pairs,
    )


# --- from a paper to its row ---


@dataclass
class Deriver:
    """Turns papers into rows; every distinct affiliation, domain and profile is worked out once."""

    names: AffiliationReader
    domains: DomainReader
    terms: TermFinder
    models: TermFinder
    calls: Calls
    unparsed: int = 0
    slots: int = 0
    _teams: dict[str, str] = field(default_factory=dict)
    _counts: dict[str, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def from_evidence(cls) -> Deriver:
        """Return a deriver with the rules, terms and default calls of the evidence."""
        topics = load_topics()
        return cls(
            AffiliationReader(load_rules()),
            DomainReader(load_domain_rules()),
            topic_finder(topics),
            model_finder(topics),
            calls_with(),
        )

    def row(self, key: str, venue: str, year: int, paper: RawPaper) -> tuple[Any, ...]:
        """Return the row of a paper, in the order of `PAPERS`."""
        self.slots += len(paper.affiliations)
        self.unparsed += sum(map(is_unparsed, paper.affiliations))
        profile = paper_profile(map(self.names.read, paper.affiliations))
        domain_profile = paper_profile(map(self.domains.read, paper.domains))
        texts = (paper.title, paper.keywords, paper.abstract)
        return (
            key,
            venue,
            year,
            track_name(paper.track, paper.status),
            paper.authors or None,
            _unit(paper),
            profile or None,
            domain_profile or None,
            *self._sector_counts(profile),
            self._team(profile),
            self._team(domain_profile),
            paper.keywords is not None,
            paper.abstract is not None,
            *(self.terms.find(part) or None if part else None for part in texts),
            *(self.models.find(part) or None if part else None for part in texts),
        )

    def _team(self, profile: str) -> str:
        team = self._teams.get(profile)
        if team is None:
            team = self._teams[profile] = profile_team(profile, self.calls)
        return team

    def _sector_counts(self, profile: str) -> tuple[int, ...]:
        counts = self._counts.get(profile)
        if counts is None:
            counts = self._counts[profile] = tuple(sector_counts(profile, self.calls).values())
        return counts

    def agreement(self, papers: Iterable[RawPaper]) -> Counter[str]:
        """Return how the affiliations and the e-mail domains of authors agree; keys are columns of `AGREEMENT`."""
        found: Counter[str] = Counter()
        for (name, domain), count in Counter(pair for paper in papers for pair in paper.pairs).items():
            if verdict := self._verdict(self.names.read(name), self.domains.read(domain)):
                found[verdict] += count
        return found

    def notes(self) -> list[str]:
        """Return what the sidecar says about the reading of affiliations."""
        return [
            f"affiliations: {self.slots} slots, {self.names.distinct} distinct strings, each read once",
            f"affiliations that are pieces of a page and were not read: {self.unparsed} slots",
            "a key is the first 16 hexadecimal digits of the SHA-256 of the title without accents, case, spaces, signs",
            "a title counts once within a venue and year",
        ]

    def _verdict(self, name: str, domain: str) -> str | None:
        by_name = slot_sectors(name.split("+"), self.calls)
        by_domain = slot_sectors(domain.split("+"), self.calls)
        if not by_name or not by_domain:
            return None
        company = "industry" in by_name, "industry" in by_domain
        if company[0] and len(by_name) > 1:
            return "mixed_agree" if by_domain & by_name else "mixed_differ"
        return {(True, True): "both_company", (True, False): "only_name", (False, True): "only_domain"}.get(
            company, "neither"
        )


def _unit(paper: RawPaper) -> str | None:
    """Return what the slots of a paper are; unknown without affiliations."""
    if not paper.affiliations:
        return None
    return "author" if paper.authors in {None, len(paper.affiliations)} else "organisation"


# --- deriving the tables ---

DERIVED_BY = "compute_divide.evidence.papers.table.derive_papers"


def derive_papers(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the papers and the agreement of the two readings; see `compute_divide.evidence.catalogue.Derive`."""
    ledger = Ledger()
    deriver = Deriver.from_evidence()
    rows: list[tuple[Any, ...]] = []
    agreement: list[dict[str, Any]] = []
    lists = find_lists(raw / "papers")
    for (venue, year), group in itertools.groupby(lists, key=lambda entry: (entry.venue, entry.year)):
        papers = merge_lists(list(group), ledger)
        rows += (deriver.row(key, venue, year, papers[key]) for key in sorted(papers))
        if counts := deriver.agreement(papers.values()):
            agreement.append({"venue": venue, "year": year, **{name: counts[name] for name in VERDICTS}})
    table = pd.DataFrame(rows, columns=list(PAPERS.columns))
    return [
        write_table(
            table,
            PAPERS_TABLE,
            PAPERS,
            description="conference papers: team types, matched topic terms and pre-trained models",
            sources=ledger.sources,
            derived_by=DERIVED_BY,
            set_aside=ledger.groups(),
            notes=deriver.notes(),
            folder=folder,
        ),
        _write_counts(
            pd.DataFrame(agreement, columns=list(AGREEMENT.columns)),
            AGREEMENT_TABLE,
            "authors with an affiliation and an e-mail domain, by whether each names a company",
            ledger.sources,
            folder,
        ),
        _write_counts(
            known_facts(table),
            COVERAGE_TABLE,
            "accepted papers of each venue and year, and how many of them have a known team type and texts",
            ledger.sources,
            folder,
        ),
    ]


def known_facts(papers: pd.DataFrame) -> pd.DataFrame:
    """Return what is known of the papers of each venue and year, with the columns of `COVERAGE`."""
    facts = pd.DataFrame(
        {
            "papers": True,
            "by_name": papers["team_type"] != "unknown",
            "by_domain": papers["team_type_domain"] != "unknown",
            "keywords": papers["has_keywords"],
            "abstracts": papers["has_abstract"],
        }
    )
    return facts.groupby([papers["venue"], papers["year"]]).sum().reset_index()


def _write_counts(rows: pd.DataFrame, table: str, description: str, sources: list[Source], folder: Path) -> Sidecar:
    """Write a table that counts papers or authors by venue and year."""
    records = sum(source.rows for source in sources)
    return write_table(
        rows,
        table,
        TABLES[table],
        description=description,
        sources=sources,
        derived_by=DERIVED_BY,
        set_aside=[SetAside(reason="records counted in the row of their venue and year", rows=records - len(rows))],
        folder=folder,
    )
