"""The tables that come from OpenAlex: the works that ship, works and counts that a reader fetched, and company ids.

Who wrote a work is read in three ways, kept side by side as profiles
(`compute_divide.evidence.papers.profiles`): ``types``, those that OpenAlex gives institutions;
``ids``, the same but for those on a list of company ids; and our own rules on the affiliation
strings, as in the conference lists. Works without any institution stay in, as ``unknown``.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pandera.pandas as pa

from bookpress.files import sha256
from compute_divide.evidence.papers import profiles
from compute_divide.evidence.papers.affiliations import AffiliationReader, load_rules
from compute_divide.evidence.papers.lists import title_key
from compute_divide.evidence.papers.table import PAPERS, paper_key
from compute_divide.evidence.papers.topics import TextSearch
from compute_divide.evidence.store import files, tables
from compute_divide.evidence.store.files import EvidenceError, Origin, Sidecar, Source
from compute_divide.evidence.store.raw_csv import TEAM_TYPES, Findings

if TYPE_CHECKING:
    from compute_divide.evidence.openalex.fetch import Store

TYPE_SECTORS = {
    "education": "academia",
    "company": "industry",
    **dict.fromkeys(("government", "facility", "funder"), "government"),
    **dict.fromkeys(("healthcare", "nonprofit", "archive", "other"), "nonprofit"),
}
"""Sectors of OpenAlex's types of institutions. The types rest on a crude rule: only the line
between companies and all others should bear weight."""

DERIVED_BY = "compute_divide.evidence.openalex.tables.derive_openalex"

WORKS = tables.schema(
    **PAPERS.schema.columns
    | {
        "venue": tables.text(nullable=False),
        "year": tables.whole(1000, 2100),
        "authors": tables.whole(),
    },
    work=tables.text(pa.Check.str_matches(r"^W\d+$"), nullable=False),
    sample=tables.text(nullable=False),
    place=tables.text(nullable=False),
    source=tables.text(),
    profile_types=tables.text(),
    profile_ids=tables.text(),
    team_type_types=tables.one_of(TEAM_TYPES, nullable=False),
    team_type_ids=tables.one_of(TEAM_TYPES, nullable=False),
    authors_placed=tables.whole(nullable=False),
    authors_stated=tables.whole(nullable=False),
    countries=tables.text(),
)
"""Schema of ``openalex/works*.parquet``: `profile` and `team_type` are the reading by our rules;
`track` is the type of work, `place` the kind of place it is in; `authors_placed` are those with an
institution, `authors_stated` those with a string."""

COMPANIES = tables.Table(
    "openalex/companies.csv",
    tables.schema(
        institution=tables.text(pa.Check.str_matches(r"^I\d+$"), nullable=False),
        company=tables.text(nullable=False),
    ),
    "institutions of OpenAlex that are companies whatever their type says",
    DERIVED_BY,
)

COUNTS = tables.schema(
    topic=tables.text(nullable=False),
    year=tables.whole(1000, 2100, nullable=False),
    # academia stands for every institution that is no company
    team_type=tables.one_of(
        ["academia-only", "collaboration", "industry-only", "unknown"], nullable=False
    ),
    works=tables.whole(nullable=False),
)

TABLES = (
    tables.Table("openalex/works.parquet", WORKS),
    tables.Table("openalex/works-*.parquet", WORKS),
    tables.Table("openalex/counts-*.csv", COUNTS),
    COMPANIES,
)

COMPANIES_FILE = "epoch_company_institution_aliases.json"
_RESEARCH_IMPACT = "epoch-research/ai-research-impact"
RAW_WORKS = (
    (
        "justin21523_works_sample.json",
        "machine learning",
        "2026",
        "Justin21523/openalex-research-rag",
    ),
    ("epoch_ml_works_2023.json", "machine learning", "2023-06", _RESEARCH_IMPACT),
    ("epoch_openai_work0_2023.json", "machine learning", "2023-08", _RESEARCH_IMPACT),
    ("epoch_openai_work2_2023.json", "machine learning", "2023-10", _RESEARCH_IMPACT),
    ("epoch_work0_2023.json", "machine learning", "2023-08", _RESEARCH_IMPACT),
    (
        "openalexPro_works_2026-05.jsonl.gz",
        files.OTHER_FIELDS,
        "2026-05-22",
        "openalexPro/openalexPro",
    ),
    ("kitzcode_openalex_works.json", files.OTHER_FIELDS, "2026", "kitzcode/research-radar"),
    ("b-vitamins_W2741809807.json", files.OTHER_FIELDS, "2025-06", "b-vitamins/openalex-python"),
)
"""Raw files, what set of works they hold, from when they are, and where they were found; newest
first within a set: of two records of one work the first stays."""


def load_works(name: str = files.SHIPPED) -> pd.DataFrame:
    """Return a table of OpenAlex works.

    Parameters
    ----------
    name : str
        One of `works_names`.

    Returns
    -------
    pandas.DataFrame
        One row a work, with the columns of `WORKS`.

    Raises
    ------
    EvidenceError
        If there is no such table, or it is damaged.

    Examples
    --------
    >>> load_works()["sample"].unique().tolist()
    ['machine learning', 'other fields']
    """
    if name not in files.works_names():
        raise EvidenceError(
            f"{name!r} is not a table of OpenAlex works; allowed: {', '.join(files.works_names())}"
        )
    return tables.read_table(f"openalex/{name}.parquet", WORKS)


def load_counts() -> pd.DataFrame:
    """Return the counts of works that were fetched from OpenAlex; none ship.

    Returns
    -------
    pandas.DataFrame
        Numbers of ``works`` by ``table``, ``topic``, ``year`` and ``team_type``; no rows where none were fetched.

    Raises
    ------
    EvidenceError
        If a table is damaged.

    Examples
    --------
    >>> load_counts().columns.tolist()
    ['table', 'topic', 'year', 'team_type', 'works']
    """
    names = [name for name in files.list_names("openalex", ".csv") if name.startswith("counts-")]
    parts = [pd.DataFrame(columns=["table", *COUNTS.columns])] if not names else []
    for name in names:
        counts = tables.read_table(f"openalex/{name}.csv", COUNTS)
        counts.insert(0, "table", name)
        parts.append(counts)
    return pd.concat(parts, ignore_index=True)


def load_companies() -> dict[str, str]:
    """Return the institutions of OpenAlex that are companies whatever their type says.

    Returns
    -------
    dict of str to str
        The name of the company by the short id of the institution.

    Raises
    ------
    EvidenceError
        If the table is damaged.

    Examples
    --------
    >>> next(iter(load_companies())).startswith("I")
    True
    """
    table = COMPANIES.read()
    return dict(zip(table["institution"], table["company"], strict=True))


def derive_openalex(raw: Path, folder: Path) -> list[Sidecar]:
    """Derive works and company ids; see `compute_divide.evidence.catalogue.Derive`."""
    home = raw / "openalex"
    companies, companies_sidecar = _derive_companies(home, folder)
    ledger = Findings()
    table = works_table(WorkReader(companies["institution"]), _raw_works(home, ledger), ledger)
    notes = [
        f"{file} was read from the public mirror github.com/{mirror}"
        for file, _, _, mirror in RAW_WORKS
    ]
    description = "OpenAlex works that could be had without a key: facts by three readings of their affiliations"
    shipped = tables.Table(f"openalex/{files.SHIPPED}.parquet", WORKS, description, DERIVED_BY)
    notes.append("these works are no random sample of any field")
    return [companies_sidecar, shipped.write(table, folder, ledger.sources, ledger.groups(), notes)]


def _raw_works(home: Path, ledger: Findings) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield sample, place and work of every record, and note each file as a source."""
    for file, sample, snapshot, _ in RAW_WORKS:
        content = (home / file).read_bytes()
        works = parse_works(content, file)
        ledger.sources.append(
            _source(f"OpenAlex works: {sample}", snapshot, file, sha256(content), len(works))
        )
        for number, work in enumerate(works, start=1):
            yield sample, f"{file}, work {number}", work


def parse_works(content: bytes, name: str) -> list[dict[str, Any]]:
    """Return the works of a file: one record, a list, an answer of the API, or JSON Lines, packed or
    not."""
    try:
        plain = gzip.decompress(content) if name.endswith(".gz") else content
        if ".jsonl" in name:
            found: Any = [json.loads(line) for line in plain.splitlines() if line.strip()]
        else:
            found = json.loads(plain)
    except (OSError, EOFError, ValueError) as error:
        raise EvidenceError(f"{name} cannot be read: {error}") from error
    if isinstance(found, dict):
        found = found.get("results", [found])
    if not isinstance(found, list) or any(
        not isinstance(work, dict) or "id" not in work for work in found
    ):
        raise EvidenceError(f"{name} holds no OpenAlex works")
    return found


def _derive_companies(home: Path, folder: Path) -> tuple[pd.DataFrame, Sidecar]:
    content = (home / COMPANIES_FILE).read_bytes()
    rows = sorted((_short(address), company) for address, company in json.loads(content).items())
    table = pd.DataFrame(rows, columns=list(COMPANIES.schema.columns))
    origin = Origin(
        "openalex",
        "OpenAlex ids of institutions that belong to companies",
        "2023",
        "Epoch AI, 'ai-research-impact' (github.com/epoch-research/ai-research-impact)",
        "none stated; a list of facts",
        "https://github.com/epoch-research/ai-research-impact",
    )
    return table, COMPANIES.write(
        table, folder, [origin.source(COMPANIES_FILE, sha256(content), len(rows))]
    )


def write_works(store: Store, name: str, day: str, folder: Path) -> Sidecar:
    """Derive the table ``works-NAME`` from a complete fetch, whose last answer is of a day."""
    ledger, query = (
        Findings(),
        ",".join(f"{name}:{value}" for name, value in store.at.filters.items()),
    )
    works = ((name, f"work {number}", work) for number, work in enumerate(store.records(), start=1))
    rows = works_table(WorkReader(load_companies()), works, ledger)
    digest = sha256(b"".join(file.read_bytes() for file in store.page_files))
    source = _source(f"OpenAlex works: {query}", day, "pages/*.jsonl.gz", digest, len(store.ids))
    derived_by = "compute_divide.evidence.openalex.tables.write_works"
    table = tables.Table(
        f"openalex/works-{name}.parquet", WORKS, f"OpenAlex works of the query {query}", derived_by
    )
    return table.write(
        rows, folder, [source], ledger.groups(), [f"OpenAlex says {store.at.count} works"]
    )


def write_counts(
    counts: pd.DataFrame, name: str, day: str, topics: Sequence[str], folder: Path
) -> Sidecar:
    """Write the table ``counts-NAME`` of counts that OpenAlex made.

    `topics` say what each asks for, in its words.
    """
    digest = sha256(counts.to_csv(index=False).encode())
    source = _source(
        "OpenAlex: numbers of works by year", day, "counts/*.json", digest, len(counts)
    )
    description = "numbers of works by year, topic and team type, counted by OpenAlex"
    derived_by = "compute_divide.evidence.openalex.refresh.team_counts"
    return tables.Table(f"openalex/counts-{name}.csv", COUNTS, description, derived_by).write(
        counts, folder, [source], notes=topics
    )


def _source(title: str, snapshot: str, file: str, digest: str, rows: int) -> Source:
    """Return something of OpenAlex as a source."""
    origin = Origin(
        "openalex", title, snapshot, "OpenAlex (openalex.org)", "CC0 1.0", "https://openalex.org"
    )
    return origin.source(file, digest, rows)


# --- from a work to its row ---


class WorkReader:
    """Turns works into rows.

    `companies` are short ids of institutions that are companies whatever their type says.
    """

    def __init__(self, companies: Iterable[str]) -> None:
        self.companies, self.calls = frozenset(companies), profiles.judgement_calls()
        self.names, self.search = AffiliationReader(load_rules()), TextSearch()

    def row(self, work: Mapping[str, Any], sample: str) -> dict[str, Any]:
        """Return the row of a work as OpenAlex gives it, with the columns of `WORKS`.

        `sample` is its set of works.
        """
        authorships = work.get("authorships") or []
        placed = [author.get("institutions") or [] for author in authorships]
        stated = [_strings(author) for author in authorships]
        profile = profiles.paper_profile(self._stated(strings) for strings in stated)
        by_type = profiles.paper_profile(self._placed(places, listed=False) for places in placed)
        by_id = profiles.paper_profile(self._placed(places, listed=True) for places in placed)
        place, source, venue = _place(work)
        abstract = plain_abstract(work.get("abstract_inverted_index"))
        countries = {
            at["country_code"] for places in placed for at in places if at.get("country_code")
        }
        return {
            "key": work_key(work),
            "venue": venue,
            "year": work.get("publication_year")
            or int((work.get("publication_date") or "0")[:4])
            or None,
            "track": work.get("type") or profiles.UNKNOWN,
            "authors": len(authorships) or None,
            "unit": "author" if authorships else None,
            "profile": profile or None,
            "domain_profile": None,
            **{
                f"n_{sector}": count
                for sector, count in profiles.sector_counts(profile, self.calls).items()
            },
            "team_type": self._team(profile),
            "team_type_domain": profiles.UNKNOWN,
            "has_keywords": False,
            "has_abstract": bool(abstract),
            # The keywords of OpenAlex are a machine's: they are not read.
            **self.search.find(
                {"title": work.get("title"), "keywords": None, "abstract": abstract}
            ),
            "work": _short(work["id"]),
            "sample": sample,
            "place": place,
            "source": source,
            "profile_types": by_type or None,
            "profile_ids": by_id or None,
            "team_type_types": self._team(by_type),
            "team_type_ids": self._team(by_id),
            "authors_placed": sum(bool(places) for places in placed),
            "authors_stated": sum(bool(strings) for strings in stated),
            "countries": "|".join(sorted(countries)) or None,
        }

    def _team(self, profile: str) -> str:
        # Only the line between companies and all others bears weight here, see `TYPE_SECTORS`: whoever is no company
        # counts as academia.
        return profiles.profile_team(profile, self.calls, "academia")

    def _stated(self, strings: Iterable[str]) -> str:
        """Return the slot profile of an author's affiliation strings, by our rules."""
        return profiles.slot_profile(
            atom for string in strings for atom in self.names.read(string).split("+")
        )

    def _placed(self, places: Iterable[Mapping[str, Any]], *, listed: bool) -> str:
        """Return the slot profile of an author's institutions, with or without the list of
        companies."""
        return profiles.slot_profile(self._sector(place, listed=listed) for place in places)

    def _sector(self, place: Mapping[str, Any], *, listed: bool) -> str:
        if listed and _short(place.get("id") or "") in self.companies:
            return "industry"
        kind = place.get("type")
        if kind is not None and kind not in TYPE_SECTORS:
            known = ", ".join(TYPE_SECTORS)
            raise EvidenceError(
                f"OpenAlex has a type of institutions that is new to us: {kind}; known: {known}"
            )
        return TYPE_SECTORS.get(kind or "", profiles.UNKNOWN)


def work_key(work: Mapping[str, Any]) -> str:
    """Return the key of a work: that of its title, as in the papers table.

    Without a telling title, of its id.
    """
    title = work.get("title") or ""
    telling = len(title.split()) >= 3 and title_key(
        title
    )  # different works share "Introduction": never merged
    return paper_key(title if telling else work["id"])


def works_table(
    reader: WorkReader, works: Iterable[tuple[str, str, Mapping[str, Any]]], ledger: Findings
) -> pd.DataFrame:
    """Return works (sample, place for reports, and the work) as a table.

    Of one title the one that is worth most.
    """
    best: dict[str, tuple[tuple[int, bool], dict[str, Any]]] = {}
    for sample, where, work in works:
        row = reader.row(work, sample)
        # most authors placed in an institution, then outside of repositories, then the one that came first
        worth = (
            row["authors_placed"],
            row["place"] not in {"arxiv", "repository", profiles.UNKNOWN},
        )
        known = best.get(row["key"])
        if known is not None:
            same = (
                "the same work"
                if known[1]["work"] == row["work"]
                else "another work of the same title"
            )
            ledger.add(f"{same} is kept", where)
        if known is None or worth > known[0]:
            best[row["key"]] = (worth, row)
    rows = sorted((row for _, row in best.values()), key=lambda row: (row["sample"], row["key"]))
    return pd.DataFrame(rows, columns=list(WORKS.columns))


def plain_abstract(index: Mapping[str, Iterable[int]] | None) -> str | None:
    """Return an abstract as text, from the places of its words."""
    if not index:
        return None
    return " ".join(
        word
        for _, word in sorted((place, word) for word, places in index.items() for place in places)
    )


def _strings(author: Mapping[str, Any]) -> list[str]:
    """Return the affiliation strings of an author, in the form of any year."""
    strings = author.get("raw_affiliation_strings") or [author.get("raw_affiliation_string")]
    return [string for string in strings if string and string.strip()]


def _place(work: Mapping[str, Any]) -> tuple[str, str | None, str]:
    """Return the kind of place a work is in, the id of the source and its name."""
    location = work.get("primary_location") or {}
    source = location.get("source") or {}
    name = source.get("display_name") or profiles.UNKNOWN
    kind = "arxiv" if name.startswith("arXiv") else source.get("type") or profiles.UNKNOWN
    return kind, _short(source["id"]) if source.get("id") else None, name


def _short(address: str) -> str:
    """Return the last segment of an id, which may be a full address."""
    return address.rsplit("/", 1)[-1]
