"""Conference papers: one row a paper, from the raw lists to facts that hold no name, no affiliation, no title, no text.

The lists of one venue and year are read together, then forgotten. A paper's key is a hash of its normalised title
(`paper_key`); within a venue and year a title counts once. The first list of a venue-year, in the order of
`lists.KINDS`, says which papers there are; the others add what it lacks.
"""

from __future__ import annotations

import hashlib
import io
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from bookpress.files import sha256
from compute_divide.evidence.papers import citations
from compute_divide.evidence.papers.affiliations import AffiliationReader, is_unparsed, load_rules
from compute_divide.evidence.papers.email_domains import DomainReader, load_domain_rules
from compute_divide.evidence.papers.lists import (
    PaperList,
    RawPaper,
    Unusable,
    as_list,
    find_lists,
    status_fault,
    title_key,
    track_name,
)
from compute_divide.evidence.papers.profiles import (
    COVERAGE_TABLE,
    SECTORS,
    UNKNOWN,
    judgement_calls,
    paper_profile,
    profile_team,
    sector_counts,
    slot_sectors,
)
from compute_divide.evidence.papers.topics import TextSearch
from compute_divide.evidence.store.files import EvidenceError, SetAside, Sidecar, Source, read_bytes, read_sidecar
from compute_divide.evidence.store.raw_csv import EXAMPLES, TEAM_TYPES
from compute_divide.evidence.store.tables import (
    check_schema,
    flag,
    one_of,
    read_table,
    repeated,
    schema,
    text,
    whole,
    write_table,
)

PAPERS_TABLE = "papers/papers.parquet"
AGREEMENT_TABLE = "papers/agreement.csv"

UNITS = ("author", "organisation")
"""What a slot of a paper's profile is: one author, or one of the organisations that the list names for the paper."""

TEXTS = ("title", "keywords", "abstract")

PAPERS = schema(
    key=text(pa.Check.str_matches(r"^[0-9a-f]{16}$"), nullable=False),
    venue=text(pa.Check.str_matches(r"^[a-z]+$"), nullable=False),
    year=whole(1980, 2040, nullable=False),
    track=text(nullable=False),
    authors=whole(1),
    unit=one_of(UNITS),
    profile=repeated(),
    domain_profile=repeated(),
    **{f"n_{sector}": whole(nullable=False) for sector in (*SECTORS, UNKNOWN)},
    team_type=one_of(TEAM_TYPES, nullable=False),
    team_type_domain=one_of(TEAM_TYPES, nullable=False),
    has_keywords=flag(),
    has_abstract=flag(),
    **{f"{part}_{kind}": repeated() for kind in ("terms", "models") for part in TEXTS},
)
"""Schema of ``papers/papers.parquet``; ``n_*`` and the team types follow from the profiles by the default calls."""

VERDICTS = ("both_company", "only_name", "only_domain", "neither")
"""What affiliation and domain of an author can say about a company."""

MIXED = ("mixed_both", "mixed_only_name")
"""Authors of the first two whose affiliation names a company and another organisation. One address belongs to one
employer, so that the domain cannot confirm both."""

AGREEMENT = schema(
    venue=text(nullable=False),
    year=whole(1980, 2040, nullable=False),
    with_abstracts=flag(),
    **{verdict: whole(nullable=False) for verdict in (*VERDICTS, *MIXED)},
)
"""Schema of ``papers/agreement.csv``: authors whose affiliation and domain are both known, by what each says.

The versions of lists that have abstracts are told apart: they write all employers of an author into one string far more
often, beside one domain, so that they cannot tell how well a string is read.
"""

COVERAGE = schema(
    venue=text(nullable=False),
    year=whole(1980, 2040, nullable=False),
    **{what: whole(nullable=False) for what in ("papers", "by_name", "by_domain", "keywords", "abstracts")},
)
"""Schema of ``papers/coverage.csv``: accepted papers, those with a known team type by affiliations and by domains, and
those with keywords and with an abstract."""

TABLES = {
    PAPERS_TABLE: PAPERS,
    AGREEMENT_TABLE: AGREEMENT,
    COVERAGE_TABLE: COVERAGE,
    citations.RANKS_TABLE: citations.RANKS,
}


def load_papers() -> pd.DataFrame:
    """Return the papers, with the columns of `PAPERS`."""
    return read_table(PAPERS_TABLE, PAPERS)


def load_agreement() -> pd.DataFrame:
    """Return how affiliations and e-mail domains agree, by venue and year, with the columns of `AGREEMENT`."""
    return read_table(AGREEMENT_TABLE, AGREEMENT)


def paper_key(title: str) -> str:
    """Return the key of a paper: 16 hexadecimal digits of the SHA-256 of its normalised title."""
    return hashlib.sha256(title_key(title).encode()).hexdigest()[:16]


# --- what was labelled by hand, to try the rules that read affiliations and names of models ---

# Two samples of strings of the lists, drawn with fixed seeds: half of each in proportion to how often a string occurs,
# half uniformly from the others. Each was read alone, before the rule had been tried on it. How they were drawn and
# read: tests/compute_divide/evidence/labelled_affiliations.md and labelled_namings.md.
LABELLED_FILE = "labelled_affiliations.csv"
NAMINGS_FILE = "labelled_namings.csv"

USES = ("builds on", "examines", "compares", "mentions", "another thing")  # what a paper can do with a model

LABELLED = schema(
    sample=one_of(["first", "second"], nullable=False),
    stratum=one_of(["by authors", "by strings"], nullable=False),
    affiliation=text(nullable=False),
    company=one_of(["yes", "no"], nullable=False),
    sectors=text(nullable=False),
    note=text(),
)
"""Schema of ``labelled_affiliations.csv``: ``sectors`` are ``|``-joined, or ``unknown``."""


def load_labelled() -> pd.DataFrame:
    """Return the labelled strings, with the columns of `LABELLED`."""
    table = pd.read_csv(io.BytesIO(read_bytes(LABELLED_FILE)), dtype="str", keep_default_na=False, na_values=[""])
    return check_schema(table, LABELLED, LABELLED_FILE)


NAMINGS = schema(
    venue=text(nullable=False),
    year=whole(1980, 2040, nullable=False),
    key=text(nullable=False),
    model=text(nullable=False),
    use=one_of(USES, nullable=False),
)
"""Schema of ``labelled_namings.csv``: the paper, one of the models found in it, and one of `USES`."""


def load_labelled_namings() -> pd.DataFrame:
    """Return the labelled namings, with the columns of `NAMINGS`."""
    table = pd.read_csv(io.BytesIO(read_bytes(NAMINGS_FILE)), dtype={"year": "Int64"})
    return check_schema(table, NAMINGS, NAMINGS_FILE)


# --- reading the lists of a venue and year ---


@dataclass
class Ledger:
    """What was read, and which records became no row: their places, by the reason."""

    sources: list[Source] = field(default_factory=list)
    places: dict[str, list[str]] = field(default_factory=dict)

    def put_aside(self, reason: str, place: str) -> None:
        """Count a record that becomes no row."""
        self.places.setdefault(reason, []).append(place)

    def groups(self) -> list[SetAside]:
        """Return the reasons, most frequent first."""
        order = sorted(self.places.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        return [SetAside(reason=reason, rows=len(found), examples=found[:EXAMPLES]) for reason, found in order]


def read_list(paper_list: PaperList, ledger: Ledger) -> Iterator[tuple[str, str, RawPaper]]:
    """Yield key, place and record of every accepted paper of a list; the ledger receives the rest and the source."""
    content = paper_list.path.read_bytes()
    records = 0
    for records, record in enumerate(paper_list.kind.reader(content), start=1):  # noqa: B007
        place = f"{paper_list.path.name}, {record.place}"
        if isinstance(record, Unusable):
            ledger.put_aside(f"malformed: {record.reason}", place)
        elif fault := status_fault(record.status):
            ledger.put_aside(fault, place)
        else:
            yield paper_key(record.title), place, record
    origin = replace(
        paper_list.kind.origin, title=f"{paper_list.kind.origin.title}: {paper_list.venue} {paper_list.year}"
    )
    ledger.sources.append(origin.source(paper_list.path.name, sha256(content), records))


def merge_lists(lists: Sequence[PaperList], ledger: Ledger) -> dict[str, RawPaper]:
    """Return the accepted papers of one venue and year by key, each with the facts of all its lists."""
    papers: dict[str, RawPaper] = {}
    for number, paper_list in enumerate(lists):
        here: set[str] = set()
        for key, place, read in read_list(paper_list, ledger):
            record = replace(read, paired_with_abstracts=paper_list.with_abstracts) if read.pairs else read
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
        paired_with_abstracts=(paper if paper.pairs else other).paired_with_abstracts,
        citations=other.citations if paper.citations is None else paper.citations,
    )


# --- from a paper to its row ---


class Deriver:
    """Turns papers into rows by the rules, terms and default calls of the evidence."""

    def __init__(self) -> None:
        self.names = AffiliationReader(load_rules())
        self.domains = DomainReader(load_domain_rules())
        self.search = TextSearch()
        self.calls = judgement_calls()
        self.slots = self.unparsed = 0

    def row(self, key: str, venue: str, year: int, paper: RawPaper) -> dict[str, Any]:
        """Return the row of a paper: all columns of `PAPERS` but those that follow from the profiles."""
        self.slots += len(paper.affiliations)
        self.unparsed += sum(map(is_unparsed, paper.affiliations))
        texts = dict(zip(TEXTS, (paper.title, paper.keywords, paper.abstract), strict=True))
        return {
            "key": key,
            "venue": venue,
            "year": year,
            "track": track_name(paper.track, paper.status),
            "authors": paper.authors or None,
            "unit": UNITS[paper.authors not in {None, len(paper.affiliations)}] if paper.affiliations else None,
            "profile": paper_profile(map(self.names.read, paper.affiliations)) or None,
            "domain_profile": paper_profile(map(self.domains.read, paper.domains)) or None,
            "has_keywords": paper.keywords is not None,
            "has_abstract": paper.abstract is not None,
            **self.search.find(texts),
        }

    def table(self, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
        """Return rows as a table with the columns of `PAPERS`, what follows from profiles added."""
        table = pd.DataFrame(rows, columns=list(PAPERS.columns))
        for column, team in (("profile", "team_type"), ("domain_profile", "team_type_domain")):
            places, profiles = pd.factorize(table[column].fillna(""))
            table[team] = pd.array([profile_team(profile, self.calls) for profile in profiles], dtype="str")[places]
            if column == "profile":
                counts = pd.DataFrame([sector_counts(profile, self.calls) for profile in profiles]).iloc[places]
                table[[f"n_{sector}" for sector in counts]] = counts.to_numpy()
        return table

    def agreement(self, papers: Iterable[RawPaper]) -> Iterator[dict[str, Any]]:
        """Yield how the affiliations and the e-mail domains of authors agree: `AGREEMENT` without venue and year."""
        pairs = Counter((paper.paired_with_abstracts, *pair) for paper in papers for pair in paper.pairs)
        found = {with_abstracts: Counter[str]() for with_abstracts in (False, True)}
        for (with_abstracts, name, domain), count in pairs.items():
            for verdict in self._verdicts(self.names.read(name), self.domains.read(domain)):
                found[with_abstracts][verdict] += count
        for with_abstracts, counts in found.items():
            if counts:
                yield {"with_abstracts": with_abstracts, **{name: counts[name] for name in (*VERDICTS, *MIXED)}}

    def notes(self) -> list[str]:
        """Return what the sidecar says about the reading of affiliations."""
        distinct = self.names.read.cache_info().currsize
        return [
            f"affiliations: {self.slots} slots, {distinct} distinct strings, each read once",
            f"affiliations that are pieces of a page and were not read: {self.unparsed} slots",
            "a key is the first 16 hexadecimal digits of the SHA-256 of the title without accents, case, spaces, signs",
            "a title counts once within a venue and year",
        ]

    def _verdicts(self, name: str, domain: str) -> tuple[str, ...]:
        by_name, by_domain = (slot_sectors(profile.split("+"), self.calls) for profile in (name, domain))
        if not by_name or not by_domain:
            return ()
        company, confirmed = "industry" in by_name, "industry" in by_domain
        if not company:
            return ("only_domain" if confirmed else "neither",)
        mixed = (MIXED[not confirmed],) if len(by_name) > 1 else ()
        return (VERDICTS[not confirmed], *mixed)


# --- deriving the tables ---

DERIVED_BY = "compute_divide.evidence.papers.table.derive_papers"


def derive_papers(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive papers, facts of venues and ranks of citations; see `compute_divide.evidence.catalogue.Derive`."""
    ledger, deriver = Ledger(), Deriver()
    rows, agreement, cited = _read_all(find_lists(raw / "papers"), deriver, ledger)
    ranked, unranked = citations.rank_papers(pd.DataFrame(cited))
    aside = citations.groups(unranked, sum(source.rows for source in ledger.sources) - len(cited))
    found = Found(deriver.table(rows), pd.DataFrame(agreement, columns=list(AGREEMENT.columns)), ranked, aside)
    return _write_all(found, ledger.sources, ledger.groups(), deriver.notes(), folder)


@dataclass
class Found:
    """What lists hold: papers, how the two readings agree, ranks of citations, and what is set aside of these."""

    papers: pd.DataFrame
    agreement: pd.DataFrame
    ranks: pd.DataFrame
    unranked: list[SetAside]


def add_list(file: Path, venue: str, year: int, folder: Path) -> list[Sidecar]:
    """Add the papers of a list to the tables; a venue and year that is there already can only be derived anew."""
    paper_list = as_list(file, venue, year)
    before, known = read_sidecar(PAPERS_TABLE), read_table(PAPERS_TABLE)  # texts, to which new ones can be added
    if (known["venue"].eq(paper_list.venue) & known["year"].eq(year)).any():
        raise EvidenceError(
            f"{paper_list.venue} {year} is there already: lists of one venue and year are read together, put the file "
            "beside the others and use data derive --only papers"
        )
    if file.name in {source.file for source in before.sources}:
        raise EvidenceError(f"a list named {file.name} is among the sources already: rename the file")
    ledger, deriver = Ledger(), Deriver()
    rows, agreement, cited = _read_all([paper_list], deriver, ledger)
    if not rows:
        reasons = "; ".join(f"{group.reason} ({group.rows})" for group in ledger.groups())
        raise EvidenceError(f"{file.name} holds no accepted paper{': ' if reasons else ''}{reasons}")
    ranked, unranked = citations.rank_papers(pd.DataFrame(cited))
    aside = citations.groups(unranked, ledger.sources[0].rows - len(cited))
    order = ["venue", "year", "key"]
    found = Found(
        pd.concat([known, deriver.table(rows).astype(known.dtypes)]).sort_values(order, ignore_index=True),
        pd.concat([load_agreement(), pd.DataFrame(agreement, columns=list(AGREEMENT.columns))]),
        pd.concat([citations.load_ranks(), ranked[list(citations.RANKS.columns)]]),
        together([*read_sidecar(citations.RANKS_TABLE).set_aside, *aside]),
    )
    notes = [*before.notes, f"added: {paper_list.venue} {year}, {len(rows)} papers of {file.name}"]
    sources = [*before.sources, *ledger.sources]
    return _write_all(found, sources, together([*before.set_aside, *ledger.groups()]), notes, folder)


def together(groups: Iterable[SetAside]) -> list[SetAside]:
    """Return groups of records set aside with those of one reason as one."""
    found: dict[str, SetAside] = {}
    for group in groups:
        known = found.get(group.reason, group.model_copy(update={"rows": 0, "examples": []}))
        examples = [*known.examples, *group.examples][:EXAMPLES]
        found[group.reason] = known.model_copy(update={"rows": known.rows + group.rows, "examples": examples})
    return list(found.values())


def _write_all(
    found: Found, sources: list[Source], aside: list[SetAside], notes: list[str], folder: Path
) -> list[Sidecar]:
    """Write papers, facts of venues and ranks of citations."""
    written = [
        write_table(
            found.papers,
            PAPERS_TABLE,
            PAPERS,
            description="conference papers: team types, matched topic terms and pre-trained models",
            sources=sources,
            derived_by=DERIVED_BY,
            set_aside=aside,
            notes=notes,
            folder=folder,
        )
    ]
    for name, rows_of_venues, description in (
        (
            AGREEMENT_TABLE,
            found.agreement.sort_values(["venue", "year"], kind="stable"),
            "authors with an affiliation and an e-mail domain, by whether each names a company",
        ),
        (
            COVERAGE_TABLE,
            known_facts(found.papers),
            "accepted papers of each venue and year, and how many of them have a known team type and texts",
        ),
    ):
        others = written[0].rows_in - len(rows_of_venues)
        written.append(
            write_table(
                rows_of_venues,
                name,
                TABLES[name],
                description=description,
                sources=sources,
                derived_by=DERIVED_BY,
                set_aside=[SetAside(reason="records counted in the row of their venue and year", rows=others)],
                folder=folder,
            )
        )
    ranks = found.ranks.sort_values(["venue", "year", "key"], ignore_index=True)
    return [*written, citations.write_ranks(ranks, found.unranked, sources, DERIVED_BY, folder)]


def _read_all(lists: Iterable[PaperList], deriver: Deriver, ledger: Ledger) -> tuple[list[dict[str, Any]], ...]:
    """Return the rows of papers, of how the two readings agree by venue and year, and of citations."""
    rows: list[dict[str, Any]] = []
    agreement: list[dict[str, Any]] = []
    cited: list[dict[str, Any]] = []
    for (venue, year), group in itertools.groupby(lists, key=attrgetter("venue", "year")):
        papers = merge_lists(list(group), ledger)
        rows += (deriver.row(key, venue, year, papers[key]) for key in sorted(papers))
        cited += citations.counts(venue, year, papers)
        agreement += ({"venue": venue, "year": year, **counts} for counts in deriver.agreement(papers.values()))
    return rows, agreement, cited


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
