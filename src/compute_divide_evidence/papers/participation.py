"""Derive the papers of universities from the raw lists: counts by venue and year, without names.

Universities are read from affiliations; what else is known of a paper comes from the papers table.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from compute_divide.sources.papers.affiliations import AffiliationReader, load_affiliation_rules
from compute_divide.sources.papers.participation import COVERAGE, DOMAINS, KINDS, PANEL
from compute_divide.sources.papers.profiles import UNKNOWN
from compute_divide.sources.papers.table import PAPERS_TABLE, load_papers
from compute_divide.sources.papers.topics import SEPARATOR, load_topics
from compute_divide.sources.papers.universities import (
    NAMES_FILE,
    load_university_names,
    region_of,
)
from compute_divide.sources.store.files import EvidenceError, SetAside, Sidecar
from compute_divide.sources.store.raw_csv import Findings
from compute_divide_evidence.papers import lists
from compute_divide_evidence.papers.agreement import compare_with_domains
from compute_divide_evidence.papers.merged import merge_lists
from compute_divide_evidence.papers.universities import University, UniversityReader
from compute_divide_evidence.store.raw_csv import Origin, read_raw
from compute_divide_evidence.store.writing import DerivedTable

SEED = 61
_PAPER = ["venue", "year", "key"]
_VENUE_YEAR = _PAPER[:2]
_NAMES = Origin(
    "other/acl23_universities.csv",
    "names of the world's universities",
    "2023",
    "J. P. Wahle and others, acl23-big-tech-nlp",
    "Apache-2.0",
    "https://github.com/jpwahle/acl23-big-tech-nlp",
)
_NOTES = (
    "a paper of several universities counts in full for each",
    f"a university has a number drawn at random, by a fixed seed ({SEED}). This spares names and "
    "hides nothing: a reader with the public lists can find a row again",
    f"names of universities kept by hand: data/{NAMES_FILE}; they count before those of the list",
    f"topics are read from titles alone; topics and teams are those of data/{PAPERS_TABLE}",
)


def derive_university_papers(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive the papers of universities and what is known of each venue and year.

    See `compute_divide_evidence.catalogue.Derive`.
    """
    findings = Findings()
    reader = university_reader(raw, findings)
    papers = _with_kinds(read_papers(raw, reader, findings))
    records = sum(source.rows for source in findings.sources)
    by_university = papers.explode("universities").rename(columns={"universities": "name"})
    panel = _panel(by_university.dropna(subset="name"))
    coverage = _coverage(papers)
    notes = [*_NOTES, *_measured(coverage, panel)]
    aside = _set_aside(papers, panel, findings)
    written = [DerivedTable(PANEL, folder).write(panel, findings.sources, aside, notes)]
    domains = compare_with_domains(_pairs(papers), reader)
    for table, rows in ((COVERAGE, coverage), (DOMAINS, domains)):
        reason = "records counted in rows of many, and names of universities"
        counted = SetAside(reason=reason, rows=records - len(rows))
        written.append(DerivedTable(table, folder).write(rows, findings.sources, [counted], notes))
    return written


def _pairs(papers: pd.DataFrame) -> Counter[tuple[str, str, str]]:
    """Return how often each venue has an affiliation beside an e-mail domain."""
    return Counter(
        (venue, affiliation, domain)
        for venue, pairs in zip(papers["venue"], papers["pairs"], strict=True)
        for _, affiliation, domain in pairs
    )


def university_reader(raw: Path, findings: Findings) -> UniversityReader:
    """Return a reader that knows the names kept by hand and those of the public list."""
    return UniversityReader(load_university_names(), _listed_universities(raw, findings))


def _listed_universities(raw: Path, findings: Findings) -> list[University]:
    """Return the universities of the public list, a file without a header: country, name, page."""
    file = read_raw(raw / _NAMES.path)
    rows = [file.header, *(tuple(row.cells.values()) for row in file.rows)]
    for number, row in enumerate(rows, start=1):
        if len(row) < 2 or not re.fullmatch("[A-Z]{2}", row[0]):
            place = f"{file.file}, row {number}"
            raise EvidenceError(f"{place}: {row[0]!r} is not the code of a country before a name")
    findings.sources.append(_NAMES.source(file.file, file.digest, len(rows)))
    return [University(row[1], row[0]) for row in rows]


def read_papers(raw: Path, reader: UniversityReader, findings: Findings) -> pd.DataFrame:
    """Return the accepted papers of all lists, with what was read from their affiliations.

    ``universities`` is a list of them; sources and records left out go to the findings.
    """
    rules = AffiliationReader(load_affiliation_rules())
    rows: list[dict[str, Any]] = []
    by_venue_year = itertools.groupby(
        lists.find_lists(raw / "papers"), key=attrgetter("venue", "year")
    )
    for (venue, year), group in by_venue_year:
        for key, paper in merge_lists(list(group), findings).items():
            read = _read(paper.affiliations, reader, rules)
            rows.append({"venue": venue, "year": year, "key": key, "pairs": paper.pairs, **read})
    return pd.DataFrame(rows)


def _read(
    affiliations: Iterable[str], reader: UniversityReader, rules: AffiliationReader
) -> dict[str, Any]:
    """Return the universities of a paper, and how many of its affiliations name none."""
    stated = [text for text in affiliations if text.strip()]
    named = [universities for text in stated if (universities := reader.read(text))]
    others = [rules.read(text).split("+") for text in stated if not reader.read(text)]
    unread = others.count([UNKNOWN])
    return {
        "universities": sorted({*itertools.chain(*named)}),
        "affiliations": len(stated),
        "unnamed": sum("academia" in sectors for sectors in others),
        "unread": unread,
        "read": len(stated) > unread,
        "with_university": bool(named),
    }


def _with_kinds(papers: pd.DataFrame) -> pd.DataFrame:
    """Return papers with a flag for each kind, from the papers table."""
    known = load_papers()
    title_terms = known["title_terms"].astype(object).fillna("").str.split(SEPARATOR)
    topics = load_topics()
    for kind in KINDS[:2]:
        known[kind] = ~title_terms.map(topics.terms([kind.replace("_", "-")]).isdisjoint)
    known["with_company"] = known["n_industry"] > 0
    known["alone"] = known["team_type"] == "academia-only"
    joined = papers.merge(known[[*_PAPER, *KINDS]].astype({"venue": str, "key": str}), how="left")
    if lacking := joined["alone"].isna().sum():
        raise EvidenceError(
            f"{lacking} papers of the lists are not in data/{PAPERS_TABLE}: derive papers first"
        )
    return joined.astype(dict.fromkeys(KINDS, bool))


def _coverage(papers: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `COVERAGE`."""
    counted = papers.assign(papers=True)
    for kind in KINDS:
        counted[kind] &= counted["read"]
    columns = list(COVERAGE.schema.columns)
    return counted.groupby(_VENUE_YEAR, as_index=False)[columns[2:]].sum()


def _panel(by_university: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `PANEL`, from a row for each university of each paper."""
    numbers = university_numbers(by_university["name"])
    countries = {university: university.country for university in numbers}
    counted = by_university.assign(
        papers=True,
        university=by_university["name"].map(numbers),
        region=by_university["name"].map(countries).map(region_of),
    )
    columns = list(PANEL.schema.columns)
    grouped = counted.groupby(columns[:4], as_index=False, dropna=False)
    return grouped[columns[4:]].sum().sort_values([*_VENUE_YEAR, "university"])


def university_numbers(universities: Iterable[University]) -> dict[University, int]:
    """Return a number for each university, drawn without regard to its name."""
    names = sorted({*universities})
    numbers = np.random.default_rng(SEED).permutation(len(names)) + 1
    return dict(zip(names, numbers.tolist(), strict=True))


def _set_aside(papers: pd.DataFrame, panel: pd.DataFrame, findings: Findings) -> list[SetAside]:
    """Return the records that are no row of the panel, by reason."""
    has_none = papers["affiliations"] == 0
    reasons = {
        "the paper has no affiliation in any list": has_none.sum(),
        "no university is read from the paper's affiliations": (
            ~has_none & ~papers["with_university"]
        ).sum(),
        "names in the list of universities": findings.sources[0].rows,
        "papers counted in the rows of their universities": (
            papers["with_university"].sum() - len(panel)
        ),
    }
    groups = [SetAside(reason=why, rows=rows) for why, rows in reasons.items() if rows > 0]
    return [*findings.groups(), *groups]


def _measured(coverage: pd.DataFrame, panel: pd.DataFrame) -> Iterator[str]:
    """Yield how much was read, in numbers."""
    sums = coverage.sum(numeric_only=True).astype(int)
    yield (
        f"affiliations: {sums['affiliations']} stated, of which {sums['unread']} are read by no "
        f"rule, and {sums['unnamed']} are a university's that they do not name"
    )
    unlisted = panel[panel["region"].isna()]
    yield (
        f"universities: {panel['university'].nunique()}, of which "
        f"{unlisted['university'].nunique()} are in no list and so of unknown region, with "
        f"{unlisted['papers'].sum()} of {panel['papers'].sum()} participations"
    )
