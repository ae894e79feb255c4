"""Derive the facts about conference papers from the raw lists.

No fact contains a name, an affiliation, a title or a text. The lists of one venue and year are read
together, then forgotten. A paper's key is a hash of its normalised title (`paper_key`); within a
venue and year a title counts once. The first list of a venue-year, in the order of `lists.KINDS`,
says which papers there are; the others complete them.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

import pandas as pd

from compute_divide.sources.papers.affiliations import (
    AffiliationReader,
    is_unparsed,
    load_affiliation_rules,
)
from compute_divide.sources.papers.citations import RANKS, load_ranks
from compute_divide.sources.papers.email_domains import load_domain_rules
from compute_divide.sources.papers.profiles import judgement_calls, slot_sectors
from compute_divide.sources.papers.table import (
    AGREEMENT,
    COVERAGE,
    COVERED,
    MIXED,
    PAPERS,
    PAPERS_TABLE,
    SECTOR_COUNTS,
    SLOT_SECTORS,
    TEXTS,
    VERDICTS,
    load_agreement,
)
from compute_divide.sources.store import tables
from compute_divide.sources.store.files import (
    EvidenceError,
    SetAside,
    Sidecar,
    Source,
    read_sidecar,
)
from compute_divide.sources.store.raw_csv import EXAMPLES, Findings
from compute_divide_evidence.papers import citations, lists, profiles
from compute_divide_evidence.papers.email_domains import DomainReader
from compute_divide_evidence.papers.merged import merge_lists
from compute_divide_evidence.papers.topics import TextSearch
from compute_divide_evidence.store.writing import DerivedTable


class Deriver:
    """Turns papers into rows by the rules, terms and default calls of the evidence."""

    def __init__(self) -> None:
        self.names = AffiliationReader(load_affiliation_rules())
        self.domains = DomainReader(load_domain_rules())
        self.search = TextSearch()
        self.calls = judgement_calls()
        self.slots = 0
        self.unparsed = 0

    def row(self, key: str, venue: str, year: int, paper: lists.RawPaper) -> dict[str, Any]:
        """Return the row of a paper: all columns except those that follow from the profiles."""
        self.slots += len(paper.affiliations)
        self.unparsed += sum(map(is_unparsed, paper.affiliations))
        texts = {name: getattr(paper, name) for name in TEXTS}
        profile = profiles.paper_profile(map(self.names.read, paper.affiliations))
        domain_profile = profiles.paper_profile(map(self.domains.read, paper.domains))
        return {
            "key": key,
            "venue": venue,
            "year": year,
            "track": lists.track_name(paper.track, paper.status),
            "authors": paper.authors or None,
            "unit": _unit(paper),
            "profile": profile or None,
            "domain_profile": domain_profile or None,
            "has_keywords": paper.keywords is not None,
            "has_abstract": paper.abstract is not None,
            **self.search.find(texts),
        }

    def table(self, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
        """Return rows as a table with the columns of `PAPERS`, some derived from profiles."""
        table = pd.DataFrame(rows, columns=list(PAPERS.schema.columns))
        places, distinct = pd.factorize(table["profile"].fillna(""))
        table["team_type"] = self._teams(distinct)[places]
        counts = [profiles.sector_counts(profile, self.calls) for profile in distinct]
        by_profile = pd.DataFrame(counts, columns=SLOT_SECTORS)
        table[SECTOR_COUNTS] = by_profile.iloc[places].to_numpy()
        places, distinct = pd.factorize(table["domain_profile"].fillna(""))
        table["team_type_domain"] = self._teams(distinct)[places]
        return table

    def _teams(self, distinct: Iterable[str]) -> Any:
        teams = [profiles.profile_team(profile, self.calls) for profile in distinct]
        return pd.array(teams, dtype="str")

    def agreement(self, papers: Iterable[lists.RawPaper]) -> Iterator[dict[str, Any]]:
        """Yield how the affiliations and the e-mail domains of authors agree.

        These are rows of `AGREEMENT` without venue and year.
        """
        pairs = Counter(pair for paper in papers for pair in paper.pairs)
        verdicts = {False: Counter[str](), True: Counter[str]()}
        for (with_abstracts, name, domain), count in pairs.items():
            by_name = self.names.read(name)
            by_domain = self.domains.read(domain)
            for verdict in self._verdicts(by_name, by_domain):
                verdicts[with_abstracts][verdict] += count
        for with_abstracts, counts in verdicts.items():
            if counts:
                numbers = {name: counts[name] for name in (*VERDICTS, *MIXED)}
                yield {"with_abstracts": with_abstracts, **numbers}

    def notes(self) -> list[str]:
        """Return what the sidecar says about the reading of affiliations."""
        distinct = self.names.read.cache_info().currsize
        return [
            f"affiliations: {self.slots} slots, {distinct} distinct strings, each read once",
            f"affiliations that are pieces of a page and were not read: {self.unparsed} slots",
            "a key is the first 16 hexadecimal digits of the SHA-256 of the title "
            "without accents, case, spaces, signs",
            "a title counts once within a venue and year",
        ]

    def _verdicts(self, name: str, domain: str) -> tuple[str, ...]:
        by_name = slot_sectors(name.split("+"), self.calls)
        by_domain = slot_sectors(domain.split("+"), self.calls)
        if not by_name or not by_domain:
            return ()
        confirmed = "industry" in by_domain
        if "industry" not in by_name:
            return ("only_domain" if confirmed else "neither",)
        verdicts = ("both_company", "mixed_both")
        if not confirmed:
            verdicts = ("only_name", "mixed_only_name")
        if len(by_name) > 1:
            return verdicts
        return verdicts[:1]


def _unit(paper: lists.RawPaper) -> str | None:
    """Return the unit of a slot in a paper's affiliations."""
    if not paper.affiliations:
        return None
    if paper.authors in {None, len(paper.affiliations)}:
        return "author"
    return "organisation"


@dataclass
class PaperFacts:
    """The facts from lists: papers, agreement of the two readings, ranks of citations.

    It also has the records set aside, sources and notes.
    """

    papers: pd.DataFrame
    agreement: pd.DataFrame
    ranks: pd.DataFrame
    aside: list[SetAside]
    unranked: list[SetAside]
    sources: list[Source]
    notes: list[str]


def derive_papers(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive papers, facts of venues and ranks of citations.

    See `compute_divide_evidence.catalogue.Derive`.
    """
    paper_lists = lists.find_lists(raw / "papers")
    return _write_all(_read_all(paper_lists), folder)


def add_list(file: Path, venue: str, year: int, folder: Path) -> list[Sidecar]:
    """Add the papers of a list to the tables.

    A venue and year that is already there can only be derived again.
    """
    paper_list = lists.as_list(file, venue, year)
    before = read_sidecar(PAPERS_TABLE)
    known = tables.read_table(PAPERS_TABLE)  # texts, not categories, so that new ones can be added
    of_venue = known[known["venue"].eq(paper_list.venue)]
    if of_venue["year"].eq(year).any():
        raise EvidenceError(
            f"{paper_list.venue} {year} is there already: lists of one venue and year are read "
            "together, put the file beside the others and use data derive --only papers"
        )
    if file.name in {source.file for source in before.sources}:
        raise EvidenceError(
            f"a list named {file.name} is among the sources already: rename the file"
        )
    new = _read_all([paper_list])
    if new.papers.empty:
        reasons = "; ".join(f"{group.reason} ({group.rows})" for group in new.aside)
        raise EvidenceError(
            f"{file.name} contains no accepted paper{': ' if reasons else ''}{reasons}"
        )
    unranked = read_sidecar(RANKS.name).set_aside
    added = new.papers.astype(known.dtypes)
    note = f"added: {paper_list.venue} {year}, {len(added)} papers of {file.name}"
    contents = PaperFacts(
        papers=pd.concat([known, added]),
        agreement=pd.concat([load_agreement(), new.agreement]),
        ranks=pd.concat([load_ranks(), new.ranks]),
        aside=together([*before.set_aside, *new.aside]),
        unranked=together([*unranked, *new.unranked]),
        sources=[*before.sources, *new.sources],
        notes=[*before.notes, note],
    )
    return _write_all(contents, folder)


def together(groups: Iterable[SetAside]) -> list[SetAside]:
    """Merge groups of records set aside for the same reason."""
    rows = Counter[str]()
    examples: dict[str, list[str]] = {}
    for group in groups:
        rows[group.reason] += group.rows
        examples.setdefault(group.reason, []).extend(group.examples)
    return [
        SetAside(reason=reason, rows=rows[reason], examples=places[:EXAMPLES])
        for reason, places in examples.items()
    ]


def _read_all(paper_lists: Iterable[lists.PaperList]) -> PaperFacts:
    """Read lists, all lists of one venue and year together."""
    ledger = Findings()
    deriver = Deriver()
    rows: list[dict[str, Any]] = []
    agreement: list[dict[str, Any]] = []
    cited: list[dict[str, Any]] = []
    for (venue, year), group in itertools.groupby(paper_lists, key=attrgetter("venue", "year")):
        papers = merge_lists(list(group), ledger)
        venue_year = {"venue": venue, "year": year}
        for key, paper in sorted(papers.items(), key=itemgetter(0)):
            rows.append(deriver.row(key, venue, year, paper))
            cited.append({"key": key, **venue_year, "citations": paper.citations})
        agreement += ({**venue_year, **counts} for counts in deriver.agreement(papers.values()))
    cited_papers = pd.DataFrame(cited, columns=["key", *citations.VENUE_YEAR, "citations"])
    ranked, unranked = citations.rank_papers(cited_papers)
    records = sum(source.rows for source in ledger.sources)
    others = records - len(cited)
    return PaperFacts(
        papers=deriver.table(rows),
        agreement=pd.DataFrame(agreement, columns=list(AGREEMENT.schema.columns)),
        ranks=ranked[list(RANKS.schema.columns)],
        aside=ledger.groups(),
        unranked=citations.groups(unranked, others),
        sources=ledger.sources,
        notes=deriver.notes(),
    )


def _write_all(contents: PaperFacts, folder: Path) -> list[Sidecar]:
    """Write papers, facts of venues and ranks of citations."""
    order = ["venue", "year", "key"]
    sources = contents.sources
    papers = contents.papers.sort_values(order, ignore_index=True)
    written = [DerivedTable(PAPERS, folder).write(papers, sources, contents.aside, contents.notes)]
    agreement = contents.agreement.sort_values(order[:2], kind="stable")
    for table, rows in ((AGREEMENT, agreement), (COVERAGE, known_facts(papers))):
        others = written[0].rows_in - len(rows)
        counted = SetAside(reason="records counted in the row of their venue and year", rows=others)
        written.append(DerivedTable(table, folder).write(rows, sources, [counted]))
    ranks = contents.ranks.sort_values(order, ignore_index=True)
    crawled = [citations.CRAWLED]
    written.append(DerivedTable(RANKS, folder).write(ranks, sources, contents.unranked, crawled))
    return written


def known_facts(papers: pd.DataFrame) -> pd.DataFrame:
    """Return which facts are known for the papers of each venue-year, as columns of `COVERAGE`."""
    teams = papers[["team_type", "team_type_domain"]] != "unknown"
    texts = papers[["has_keywords", "has_abstract"]]
    known = teams.join(texts).set_axis(COVERED[1:], axis=1)
    facts = known.assign(papers=True)[list(COVERED)]
    by_venue_year = facts.groupby([papers["venue"], papers["year"]])
    return by_venue_year.sum().reset_index()
