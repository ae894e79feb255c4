"""Works of OpenAlex: who wrote each, in three readings, and the facts that are kept about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

import pandas as pd

from compute_divide.sources.openalex.tables import WORKS
from compute_divide.sources.papers.affiliations import AffiliationReader, load_affiliation_rules
from compute_divide.sources.papers.profiles import UNKNOWN, judgement_calls
from compute_divide.sources.store.files import EvidenceError
from compute_divide.sources.store.raw_csv import Findings
from compute_divide_evidence.papers import profiles
from compute_divide_evidence.papers.lists import title_key
from compute_divide_evidence.papers.merged import paper_key
from compute_divide_evidence.papers.topics import TextSearch

_GOVERNMENT = ("government", "facility", "funder")
_NONPROFIT = ("healthcare", "nonprofit", "archive", "other")
TYPE_SECTORS = {
    "education": "academia",
    "company": "industry",
    **dict.fromkeys(_GOVERNMENT, "government"),
    **dict.fromkeys(_NONPROFIT, "nonprofit"),
}
"""Sectors of OpenAlex's types of institutions.

The types rest on a crude rule: rely only on the line between companies and all others. Everything
that is not a company counts as academia.
"""


class WorkReader:
    """Turns works into rows.

    `companies` are short ids of institutions that are companies whatever their type.
    """

    def __init__(self, companies: Iterable[str]) -> None:
        self.companies = frozenset(companies)
        self.calls = judgement_calls()
        self.names = AffiliationReader(load_affiliation_rules())
        self.search = TextSearch()

    def row(self, work: Mapping[str, Any], sample: str) -> dict[str, Any]:
        """Return the row of a work in OpenAlex's format, with the columns of `WORKS`.

        `sample` is its set of works.
        """
        authorships = work.get("authorships") or []
        place, source, venue = _place(work)
        abstract = plain_abstract(work.get("abstract_inverted_index"))
        # OpenAlex's keywords are machine-made: they are not read.
        texts = {"title": work.get("title"), "keywords": None, "abstract": abstract}
        return {
            "key": work_key(work),
            "venue": venue,
            "year": _year(work),
            "track": work.get("type") or UNKNOWN,
            "authors": len(authorships) or None,
            "unit": "author" if authorships else None,
            "domain_profile": None,
            "team_type_domain": UNKNOWN,
            "has_keywords": False,
            "has_abstract": bool(abstract),
            "work": short_id(work["id"]),
            "sample": sample,
            "place": place,
            "source": source,
            **self._by_rules(authorships),
            **self._by_institutions(authorships),
            **self.search.find(texts),
        }

    def _by_rules(self, authorships: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return the columns from our reading of affiliation strings."""
        stated = [_strings(author) for author in authorships]
        profile = profiles.paper_profile(map(self._stated, stated))
        counts = profiles.sector_counts(profile, self.calls)
        return {
            "profile": profile or None,
            **{f"n_{sector}": count for sector, count in counts.items()},
            "team_type": self._team(profile),
            "authors_stated": sum(map(bool, stated)),
        }

    def _by_institutions(self, authorships: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return the columns from the institutions that OpenAlex assigns to authors."""
        placed = [author.get("institutions") or [] for author in authorships]
        types = [self._placed(places, listed=False) for places in placed]
        ids = [self._placed(places, listed=True) for places in placed]
        by_type = profiles.paper_profile(types)
        by_id = profiles.paper_profile(ids)
        codes = {place.get("country_code") for places in placed for place in places}
        return {
            "profile_types": by_type or None,
            "profile_ids": by_id or None,
            "team_type_types": self._team(by_type),
            "team_type_ids": self._team(by_id),
            "authors_placed": sum(map(bool, placed)),
            "countries": "|".join(sorted(filter(None, codes))) or None,
        }

    def _team(self, profile: str) -> str:
        """Return a team type in which everything but companies is academia; see `TYPE_SECTORS`."""
        return profiles.profile_team(profile, self.calls, "academia")

    def _stated(self, strings: Iterable[str]) -> str:
        """Return the slot profile of an author's affiliation strings, by our rules."""
        atoms: list[str] = []
        for string in strings:
            atoms += self.names.read(string).split("+")
        return profiles.slot_profile(atoms)

    def _placed(self, places: Iterable[Mapping[str, Any]], *, listed: bool) -> str:
        """Return the slot profile of an author's institutions, by the list of companies or not."""
        sectors = [self._sector(place, listed=listed) for place in places]
        return profiles.slot_profile(sectors)

    def _sector(self, place: Mapping[str, Any], *, listed: bool) -> str:
        address = place.get("id") or ""
        is_company = listed and short_id(address) in self.companies
        if is_company:
            return "industry"
        kind = place.get("type")
        if kind is not None and kind not in TYPE_SECTORS:
            known = ", ".join(TYPE_SECTORS)
            raise EvidenceError(
                f"OpenAlex has a type of institutions that is new to us: {kind}; known: {known}"
            )
        return TYPE_SECTORS.get(kind or "", UNKNOWN)


def work_key(work: Mapping[str, Any]) -> str:
    """Return the key of a work, from its title as in the papers table.

    Without a distinctive title it comes from its id.
    """
    title = work.get("title") or ""
    several = len(title.split()) >= 3  # different works share "Introduction": never merged
    telling = several and title_key(title)
    return paper_key(title if telling else work["id"])


def _year(work: Mapping[str, Any]) -> int | None:
    stated: int | None = work.get("publication_year")
    if stated:
        return stated
    date = work.get("publication_date") or "0"
    return int(date[:4]) or None


def works_table(
    reader: WorkReader, works: Iterable[tuple[str, str, Mapping[str, Any]]], ledger: Findings
) -> pd.DataFrame:
    """Return works (sample, place for reports, and the work) as a table.

    Among works with the same title the most informative one stays.
    """
    best: dict[str, tuple[tuple[int, bool], dict[str, Any]]] = {}
    for sample, where, work in works:
        row = reader.row(work, sample)
        # most authors placed in an institution, then outside of repositories, then the first
        published = row["place"] not in {"arxiv", "repository", UNKNOWN}
        worth = (row["authors_placed"], published)
        best_so_far = best.get(row["key"])
        if best_so_far is None:
            best[row["key"]] = (worth, row)
            continue
        best_worth, best_row = best_so_far
        same = best_row["work"] == row["work"]
        other = "the same work" if same else "another work of the same title"
        ledger.add(f"{other} is kept", where)
        if worth > best_worth:
            best[row["key"]] = (worth, row)
    rows = [row for _, row in best.values()]
    rows.sort(key=itemgetter("sample", "key"))
    return pd.DataFrame(rows, columns=list(WORKS.columns))


def plain_abstract(index: Mapping[str, Iterable[int]] | None) -> str | None:
    """Return an abstract as text, given the positions of its words."""
    if not index:
        return None
    placed = [(place, word) for word, places in index.items() for place in places]
    return " ".join(word for _, word in sorted(placed))


def _strings(author: Mapping[str, Any]) -> list[str]:
    """Return the affiliation strings of an author, in any of OpenAlex's formats."""
    strings = author.get("raw_affiliation_strings") or [author.get("raw_affiliation_string")]
    return [string for string in strings if string and string.strip()]


def _place(work: Mapping[str, Any]) -> tuple[str, str | None, str]:
    """Return the kind of a work's place, the id of the source and its name."""
    location = work.get("primary_location") or {}
    source = location.get("source") or {}
    name = source.get("display_name") or UNKNOWN
    kind = source.get("type") or UNKNOWN
    if name.startswith("arXiv"):
        kind = "arxiv"
    address = source.get("id")
    return kind, short_id(address) if address else None, name


def short_id(address: str) -> str:
    """Return the last segment of an id, which may be a full address."""
    return address.rsplit("/", 1)[-1]
