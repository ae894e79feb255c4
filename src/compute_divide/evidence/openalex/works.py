"""From OpenAlex works to rows of the papers table, with three readings of who wrote each, kept side by side.

``types``
    the types that OpenAlex gives institutions;
``ids``
    the same, but institutions on a list of company ids are companies whatever their type says;
``rules``
    our own rules on the affiliation strings as they stand in the work: the reading of the conference lists.

Each is a paper profile (`compute_divide.evidence.papers.profiles`), from which the team type follows. Works without any
institution stay in, as ``unknown``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pandera.pandas as pa

from compute_divide.evidence.papers.affiliations import AffiliationReader, load_rules
from compute_divide.evidence.papers.lists import title_key
from compute_divide.evidence.papers.profiles import (
    UNKNOWN,
    Calls,
    judgement_calls,
    paper_profile,
    profile_team,
    sector_counts,
)
from compute_divide.evidence.papers.table import PAPERS, Ledger, paper_key
from compute_divide.evidence.papers.topics import TextSearch
from compute_divide.evidence.store.files import EvidenceError
from compute_divide.evidence.store.labels import TEAM_TYPES
from compute_divide.evidence.store.tables import one_of, schema, text, whole

TYPE_SECTORS = {
    "education": "academia",
    "company": "industry",
    "government": "government",
    "facility": "government",
    "funder": "government",
    "healthcare": "nonprofit",
    "nonprofit": "nonprofit",
    "archive": "nonprofit",
    "other": "nonprofit",
}
"""Sectors of OpenAlex's types of institutions. The types rest on a crude rule: only the line between companies and all
others should bear weight."""

READINGS = ("types", "ids", "rules")
"""The three readings of a work's affiliations."""

SHORT_TITLE = 3
"""Words. Titles of fewer words, such as "Introduction", are shared by different works: they are never merged."""

WORKS = schema(
    **{**PAPERS.columns, "venue": text(nullable=False), "year": whole(1000, 2100), "authors": whole()},
    work=text(pa.Check.str_matches(r"^W\d+$"), nullable=False),
    sample=text(nullable=False),
    place=text(nullable=False),
    source=text(),
    profile_types=text(),
    profile_ids=text(),
    team_type_types=one_of(TEAM_TYPES, nullable=False),
    team_type_ids=one_of(TEAM_TYPES, nullable=False),
    authors_placed=whole(nullable=False),
    authors_stated=whole(nullable=False),
    countries=text(),
)
"""Schema of ``openalex/works*.parquet``.

`profile` and `team_type` are the reading by our rules, as in the papers table; `track` is the type of work; `place` the
kind of place it is in (``arxiv``, ``journal``, ...); `authors_placed` counts authors with an institution,
`authors_stated` those with an affiliation string.
"""


@dataclass
class WorkReader:
    """Turns works into rows; `companies` are short ids of institutions that are companies whatever their type says.

    Examples
    --------
    >>> work = {"id": "https://openalex.org/W1", "title": "On nothing in particular", "publication_year": 2020,
    ...         "authorships": [{"institutions": [{"id": "https://openalex.org/I9", "type": "other",
    ...                          "country_code": "US"}], "raw_affiliation_strings": ["Google Brain"]}]}
    >>> row = WorkReader({"I9"}).row(work, "example")
    >>> [row[name] for name in ("team_type_types", "team_type_ids", "team_type")]
    ['academia-only', 'industry-only', 'industry-only']
    """

    companies: Iterable[str]
    names: AffiliationReader = field(default_factory=lambda: AffiliationReader(load_rules()))
    calls: Calls = field(default_factory=judgement_calls)
    search: TextSearch = field(default_factory=TextSearch)
    new_types: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.companies = frozenset(self.companies)

    def row(self, work: Mapping[str, Any], sample: str) -> dict[str, Any]:
        """Return the row of a work as OpenAlex gives it, with the columns of `WORKS`; `sample` is its set of works."""
        authorships = work.get("authorships") or []
        placed = [author.get("institutions") or [] for author in authorships]
        stated = [_strings(author) for author in authorships]
        profile = paper_profile(self._stated(strings) for strings in stated)
        by_type = paper_profile(self._placed(places, listed=False) for places in placed)
        by_id = paper_profile(self._placed(places, listed=True) for places in placed)
        place, source, venue = _place(work)
        abstract = plain_abstract(work.get("abstract_inverted_index"))
        countries = {at["country_code"] for places in placed for at in places if at.get("country_code")}
        return {
            "key": work_key(work),
            "venue": venue,
            "year": work.get("publication_year") or int((work.get("publication_date") or "0")[:4]) or None,
            "track": work.get("type") or UNKNOWN,
            "authors": len(authorships) or None,
            "unit": "author" if authorships else None,
            "profile": profile or None,
            "domain_profile": None,
            **{f"n_{sector}": count for sector, count in sector_counts(profile, self.calls).items()},
            "team_type": profile_team(profile, self.calls),
            "team_type_domain": UNKNOWN,
            "has_keywords": False,
            "has_abstract": bool(abstract),
            # The keywords of OpenAlex are a machine's: they are not read.
            **self.search.find({"title": work.get("title"), "keywords": None, "abstract": abstract}),
            "work": _short(work["id"]),
            "sample": sample,
            "place": place,
            "source": source,
            "profile_types": by_type or None,
            "profile_ids": by_id or None,
            "team_type_types": profile_team(by_type, self.calls),
            "team_type_ids": profile_team(by_id, self.calls),
            "authors_placed": sum(bool(places) for places in placed),
            "authors_stated": sum(bool(strings) for strings in stated),
            "countries": "|".join(sorted(countries)) or None,
        }

    def _stated(self, strings: Iterable[str]) -> str:
        """Return the slot profile of an author's affiliation strings, by our rules."""
        atoms = {atom for string in strings for atom in self.names.read(string).split("+")} - {UNKNOWN}
        return "+".join(sorted(atoms)) or UNKNOWN

    def _placed(self, places: Iterable[Mapping[str, Any]], *, listed: bool) -> str:
        """Return the slot profile of an author's institutions, with or without the list of companies."""
        return "+".join(sorted({self._sector(place, listed=listed) for place in places} - {UNKNOWN})) or UNKNOWN

    def _sector(self, place: Mapping[str, Any], *, listed: bool) -> str:
        if listed and _short(place.get("id") or "") in self.companies:
            return "industry"
        kind = place.get("type")
        if kind is not None and kind not in TYPE_SECTORS:
            self.new_types.add(kind)
        return TYPE_SECTORS.get(kind or "", UNKNOWN)

    def refuse_new_types(self) -> None:
        """Raise `EvidenceError` when a work had an institution of a type that we do not know."""
        if self.new_types:
            raise EvidenceError(
                f"OpenAlex has types of institutions that are new to us: {', '.join(sorted(self.new_types))}; "
                f"known: {', '.join(TYPE_SECTORS)}"
            )


def work_key(work: Mapping[str, Any]) -> str:
    """Return the key of a work: that of its title, as in the papers table; without a telling title, of its id.

    Examples
    --------
    >>> work_key({"id": "W1", "title": "Attention Is All You Need"}) == paper_key("attention is all you need")
    True
    >>> work_key({"id": "W1", "title": "Editorial"}) == work_key({"id": "W2", "title": "Editorial"})
    False
    """
    title = work.get("title") or ""
    telling = len(title.split()) >= SHORT_TITLE and title_key(title)
    return paper_key(title if telling else work["id"])


def works_table(
    reader: WorkReader, works: Iterable[tuple[str, str, Mapping[str, Any]]], ledger: Ledger
) -> pd.DataFrame:
    """Return works (sample, place for reports, and the work) as a table in which every title counts once.

    Of works with one title the one stays that places most authors in an institution; among equals one outside of
    repositories, then the one that came first. The others are put aside in the ledger. An institution of a type that is
    new to us is an `EvidenceError`.
    """
    best: dict[str, tuple[tuple[int, bool], dict[str, Any]]] = {}
    for sample, where, work in works:
        row = reader.row(work, sample)
        worth = (row["authors_placed"], row["place"] not in {"arxiv", "repository", UNKNOWN})
        known = best.get(row["key"])
        if known is not None:
            same = "the same work" if known[1]["work"] == row["work"] else "another work of the same title"
            ledger.put_aside(f"{same} is kept", where)
        if known is None or worth > known[0]:
            best[row["key"]] = (worth, row)
    reader.refuse_new_types()
    rows = sorted((row for _, row in best.values()), key=lambda row: (row["sample"], row["key"]))
    return pd.DataFrame(rows, columns=list(WORKS.columns))


def plain_abstract(index: Mapping[str, Iterable[int]] | str | None) -> str | None:
    """Return an abstract as text, from the places of its words; the Parquet snapshot holds them as JSON text.

    Examples
    --------
    >>> plain_abstract({"world": [1], "hello": [0]})
    'hello world'
    """
    if isinstance(index, str):
        index = json.loads(index)
    if not index or isinstance(index, str):
        return None
    return " ".join(word for _, word in sorted((place, word) for word, places in index.items() for place in places))


def _strings(author: Mapping[str, Any]) -> list[str]:
    """Return the affiliation strings of an author, in the form of any year."""
    strings = author.get("raw_affiliation_strings") or [author.get("raw_affiliation_string")]
    return [string for string in strings if string and string.strip()]


def _place(work: Mapping[str, Any]) -> tuple[str, str | None, str]:
    """Return the kind of place a work is in, the id of the source and its name."""
    location = work.get("primary_location") or {}
    source = location.get("source") or {}
    name = source.get("display_name") or UNKNOWN
    kind = "arxiv" if name.startswith("arXiv") else source.get("type") or UNKNOWN
    return kind, _short(source["id"]) if source.get("id") else None, name


def _short(address: str) -> str:
    """Return the last segment of an id, which may be a full address."""
    return address.rsplit("/", 1)[-1]
