"""A refresh from OpenAlex as one job: plan it, run it, and put the table in its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import platformdirs

from bookpress.errors import UsageError
from compute_divide.sources.openalex.tables import COUNTS
from compute_divide.sources.papers.topics import Topics, load_topics
from compute_divide.sources.store.files import EvidenceError, Sidecar
from compute_divide_evidence.openalex.client import (
    PAGE_SIZE,
    Balance,
    Client,
    FetchError,
    Query,
    duration,
)
from compute_divide_evidence.openalex.fetch import count_records, fetch_records, opened
from compute_divide_evidence.openalex.tables import write_counts, write_works
from compute_divide_evidence.store.writing import staged

FIELDS = (
    *("id", "title", "publication_year", "publication_date", "type"),
    *("primary_location", "authorships", "abstract_inverted_index"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a user asked for; see the command ``data refresh openalex``."""

    first: int
    last: int
    topics: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    subfield: str | None = None
    search: str | None = None
    name: str = "refreshed"
    folder: Path | None = None
    fresh: bool = False

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.name):
            raise UsageError(
                f"{self.name!r} is not a name for a table: "
                "small letters, digits and hyphens between them"
            )
        if not self.first <= self.last < self.first + PAGE_SIZE:
            raise UsageError(
                f"{self.years}: the first year lies after the last, "
                f"or they are more than {PAGE_SIZE}"
            )

    @property
    def home(self) -> Path:
        """The folder of what is fetched: by default a cache outside the project."""
        if self.folder:
            return self.folder
        cache = Path(platformdirs.user_cache_dir("compute-divide"))
        return cache / "openalex" / self.name

    @property
    def years(self) -> str:
        """The years as a filter of OpenAlex."""
        return f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a job: its units in all, and the requests and credits still to be spent."""

    total: int
    unit: str
    requests: int
    credits: int

    def in_words(self, balance: Balance) -> str:
        """Return the cost in words, compared with the balance."""
        requests = f"{self.requests:,} requests"
        plan = f"{self.total:,} {self.unit}: {requests}, {self.credits:,} credits"
        if balance.remaining is None or balance.limit is None:
            return plan
        left = f"{balance.remaining:,} of {balance.limit:,} credits are left today"
        if balance.resets_in is not None:
            left += f" (full again in {duration(balance.resets_in)})"
        return f"{plan}; {left}"


Plan = Callable[[Client], Cost]
Run = Callable[[Client, Callable[[int], None]], Sidecar]
Job = tuple[Plan, Run]
"""A job: a function for its cost, and one that runs it and reports progress."""


def records_job(choice: Choice) -> Job:
    """Return the job of fetching works; raise `UsageError` if the choice makes no query."""
    query = records_query(choice)

    def plan(client: Client) -> Cost:
        price = client.read_balance().cost(query)
        records, left = count_records(client, query, choice.home, fresh=choice.fresh)
        return Cost(records, "works", left, left * price)

    def run(client: Client, advance: Callable[[int], None]) -> Sidecar:
        with opened(choice.home, query, fresh=choice.fresh) as store:
            fetch_records(client, store, lambda: advance(len(store.ids)))
            with staged() as evidence:
                return write_works(store, choice.name, client.asked or "", evidence)

    return plan, run


def records_query(choice: Choice) -> Query:
    """Return the query for works of some years.

    It may select venues, topics, a subfield (by id) or words.
    """
    filters = {"publication_year": choice.years}
    if choice.venues:
        filters["primary_location.source.id"] = _alternatives(choice.venues, "S", "a venue")
    if choice.topics:
        filters["primary_topic.id"] = _alternatives(choice.topics, "T", "a topic")
    if choice.subfield is not None:
        filters["primary_topic.subfield.id"] = _alternatives([choice.subfield], "", "a subfield")
    if choice.search is not None:
        filters["title_and_abstract.search"] = _checked_search(choice.search)
    if len(filters) == 1:
        raise UsageError(
            "years alone would fetch all of science: name venues, topics, a subfield or words"
        )
    return Query(filters, FIELDS)


def _alternatives(ids: Sequence[str], letter: str, noun: str) -> str:
    """Return ids as alternatives in a filter."""
    short = [text.rsplit("/", 1)[-1].upper() for text in ids]
    for text in short:
        if not re.fullmatch(rf"{letter}\d+", text):
            raise UsageError(f"{text!r} is not the id of {noun}; it looks like {letter}1234")
    if len(short) > 100:
        raise UsageError(
            f"{len(short)} ids of one kind are more than the 100 that OpenAlex takes in a filter"
        )
    return "|".join(short)


def _checked_search(words: str) -> str:
    """Return words to search for, or raise an error if they contain a separator of filters."""
    is_unusable = not words.strip() or re.search(r"[,|:]", words)
    if is_unusable:
        raise UsageError(
            f"{words!r} cannot be searched for: it is empty or contains a comma, colon or bar"
        )
    return words.strip()


NOT_COMPANY = "education|facility|government|nonprofit|healthcare|archive|other|funder"
"""Every type of institution in OpenAlex except company, as alternatives in a filter."""

# Two conditions on one field need its two names: pyalex merges a repeated name into a form that
# breaks alternatives.
_TYPE = "authorships.institutions.type"
_TYPE_TOO = "institutions.type"

QUESTIONS: Mapping[str, Mapping[str, str]] = {
    "all": {},
    "company": {_TYPE: "company"},
    "both": {_TYPE: "company", _TYPE_TOO: NOT_COMPANY},
    "no-company": {_TYPE: NOT_COMPANY, _TYPE_TOO: "!company"},
}
"""The four questions about a topic. `!company` alone would also find works with no institution."""


def counts_job(choice: Choice) -> Job:
    """Return the job of counting.

    Raise `UsageError` if a topic is unknown or another choice makes no sense.
    """
    if choice.venues or choice.search:
        raise UsageError("--venue and --search are for records, not for counts")
    topics = count_topics(choice, load_topics())
    questions = _questions(choice.years, topics)

    def plan(client: Client) -> Cost:
        balance = client.read_balance()
        price = sum(map(balance.cost, questions.values()))
        return Cost(len(questions), "counts by year", len(questions), price)

    def run(client: Client, advance: Callable[[int], None]) -> Sidecar:
        answers: dict[tuple[str, str], dict[int, int]] = {}
        for number, (key, query) in enumerate(questions.items(), start=1):
            answers[key] = _works_by_year(client, query)
            advance(number)
        notes = [f"{topic}: {Query(filters)}" for topic, filters in topics.items()]
        with staged() as evidence:
            counts = team_counts(answers)
            return write_counts(counts, choice.name, client.asked or "", notes, evidence)

    return plan, run


def _questions(years: str, topics: Mapping[str, Mapping[str, str]]) -> dict[tuple[str, str], Query]:
    """Return the queries by topic and question."""
    queries = {}
    for topic, chosen in topics.items():
        for kind, condition in QUESTIONS.items():
            filters = {"publication_year": years, **chosen, **condition}
            queries[topic, kind] = Query(filters, group_by="publication_year")
    return queries


def _works_by_year(client: Client, query: Query) -> dict[int, int]:
    years = {}
    for group in client.page(query).records:
        year = group["key"].rsplit("/", 1)[-1]
        works = int(group["count"])
        if year.isdecimal():
            years[int(year)] = works
    return years


def count_topics(choice: Choice, topics: Topics) -> dict[str, dict[str, str]]:
    """Return the filters for each topic, or every group: its words, and the subfield.

    The subfield is counted as a topic too.
    """
    within = {} if choice.subfield is None else {"primary_topic.subfield.id": choice.subfield}
    names = choice.topics or topics.groups
    try:
        terms = {name: sorted(topics.terms([name])) for name in names}
    except EvidenceError as error:
        raise UsageError(str(error)) from error
    filters = {"all": within} if within else {}
    for name, words in terms.items():
        filters[name] = {"title_and_abstract.search": search_words(words), **within}
    return filters


def search_words(terms: list[str]) -> str:
    """Return terms as one search for any of the phrases.

    OpenAlex searches by stems, which does what ``*`` asks for.
    """
    plain = [_checked_search(term.strip("*")) for term in terms]
    phrases = [f'"{term}"' if " " in term else term for term in plain]
    return f"({' OR '.join(phrases)})"


def team_counts(answers: Mapping[tuple[str, str], Mapping[int, int]]) -> pd.DataFrame:
    """Return counts by team type, given the works by year for each of the four questions."""
    rows: list[tuple[str, int, str, int]] = []
    for topic in dict.fromkeys(topic for topic, _ in answers):
        total = answers[topic, "all"]
        company = answers[topic, "company"]
        both = answers[topic, "both"]
        without = answers[topic, "no-company"]
        for year in sorted(total):
            of_company = company.get(year, 0)
            of_both = both.get(year, 0)
            of_none = without.get(year, 0)
            parts = {
                "academia-only": of_none,
                "collaboration": of_both,
                "industry-only": of_company - of_both,
                "unknown": total[year] - of_company - of_none,
            }
            if min(parts.values()) < 0:
                raise FetchError(
                    f"the counts of {topic} in {year} contradict each other: {parts}; ask again"
                )
            rows.extend((topic, year, team, works) for team, works in parts.items())
    return pd.DataFrame(rows, columns=list(COUNTS.columns))
