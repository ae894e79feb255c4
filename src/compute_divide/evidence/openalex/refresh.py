"""A refresh from OpenAlex as one piece of work: plan it, run it, and put the table in its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import platformdirs
from pydantic import BaseModel, ValidationError

from bookpress.errors import UsageError
from bookpress.files import replace_file
from compute_divide.evidence.openalex.client import PAGE_SIZE, Balance, Client, FetchError, Query, duration
from compute_divide.evidence.openalex.fetch import count_records, fetch_records, opened
from compute_divide.evidence.openalex.tables import COUNTS, write_counts, write_works
from compute_divide.evidence.papers.topics import Topics, load_topics
from compute_divide.evidence.store.files import EvidenceError, Sidecar, staged

LONGEST_ADDRESS = 4000  # Characters. Servers refuse addresses that are much longer

FIELDS = (
    "id",
    "doi",
    "title",
    "publication_year",
    "publication_date",
    "type",
    "is_paratext",
    "is_retracted",
    "primary_location",
    "primary_topic",
    "authorships",
    "abstract_inverted_index",
    "updated_date",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reader asked for; see the command ``data refresh openalex``."""

    first: int
    last: int
    topics: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    subfield: str | None = None
    search: str | None = None
    name: str = "refreshed"
    folder: Path | None = None
    fresh: bool = False
    tolerance: int = 0

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.name):
            raise UsageError(f"{self.name!r} is no name for a table: small letters, digits and hyphens between them")
        if self.first > self.last:
            raise UsageError(f"the first year, {self.first}, lies after the last, {self.last}")

    @property
    def home(self) -> Path:
        """Where what is fetched is kept: by default in a cache outside the project."""
        return self.folder or Path(platformdirs.user_cache_dir("compute-divide")) / "openalex" / self.name

    @property
    def years(self) -> str:
        """The years as a filter of OpenAlex."""
        return f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a piece of work takes: units in all, and requests and credits that are still to be spent."""

    total: int
    what: str
    requests: int
    credits: int

    def told(self, balance: Balance) -> str:
        """Say it, against the balance.

        Examples
        --------
        >>> print(Cost(250, "250 works", 3, 3).told(Balance(10000, 9989, 41749.0)))
        250 works: 3 requests, 3 credits; 9,989 of 10,000 credits are left today (full again in 11 h 35 min)
        """
        plan = f"{self.what}: {self.requests:,} requests, {self.credits:,} credits"
        if balance.remaining is None or balance.limit is None:
            return plan
        resets = f" (full again in {duration(balance.resets_in)})" if balance.resets_in is not None else ""
        return f"{plan}; {balance.remaining:,} of {balance.limit:,} credits are left today{resets}"

    def check(self, balance: Balance, *, over_days: bool) -> None:
        """Raise when the credits of today will not do and the reader did not agree to several days."""
        left, limit = balance.remaining, balance.limit
        if over_days or left is None or self.credits <= left:
            return
        days = 1 + -(-(self.credits - left) // limit) if limit else 0
        raise FetchError(
            f"{self.credits:,} credits are more than the {left:,} that are left today. With --over-days the work "
            f"begins, stops when they are spent, and goes on when the same is run again: {days} days in all"
        )


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work: what its units are called, its plan, and the work itself."""

    unit: str
    plan: Callable[[Client], Cost]
    run: Callable[[Client, Callable[[int], None]], Sidecar]


# --- works ---


def records_job(choice: Choice) -> Job:
    """Return the work of fetching works; raise `UsageError` when the choice makes no query."""
    query = records_query(choice)

    def plan(client: Client) -> Cost:
        client.read_balance()
        records, left = count_records(client, query, choice.home, fresh=choice.fresh)
        return Cost(records, f"{records:,} works", left, left * client.balance.cost(query))

    def run(client: Client, advance: Callable[[int], None]) -> Sidecar:
        with opened(choice.home, query, fresh=choice.fresh) as store:
            if not fetch_records(client, store, choice.tolerance, lambda: advance(len(store.ids))):
                raise FetchError(
                    f"{len(store.ids):,} works came, OpenAlex says {store.at.count or 0:,}; all are kept in "
                    f"{store.folder}. Run the same again to go through the query once more and add what is missing, or "
                    "accept it with --allow-difference"
                )
            with staged() as evidence:
                return write_works(store, choice.name, client.asked or "", evidence)

    return Job("works", plan, run)


def records_query(choice: Choice) -> Query:
    """Return the query for works of some years, and of venues, topics, a subfield (by id) or with some words."""
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
        raise UsageError("years alone would fetch all of science: name venues, topics, a subfield or words")
    return Query(filters, FIELDS)


def _alternatives(ids: Sequence[str], letter: str, noun: str) -> str:
    """Return ids as alternatives of a filter."""
    short = [text.rsplit("/", 1)[-1].upper() for text in ids]
    for text in short:
        if not re.fullmatch(rf"{letter}\d+", text):
            raise UsageError(f"{text!r} is not the id of {noun}; it looks like {letter}1234")
    if len(short) > 100:
        raise UsageError(f"{len(short)} ids of one kind are more than the 100 that OpenAlex takes in a filter")
    return "|".join(short)


def _checked_search(words: str) -> str:
    """Return words to search for, or raise when they hold what separates filters."""
    if not words.strip() or re.search(r"[,|:]", words):
        raise UsageError(f"{words!r} cannot be searched for: it is empty or holds a comma, colon or bar")
    return words.strip()


# --- counts ---

NOT_COMPANY = "education|facility|government|nonprofit|healthcare|archive|other|funder"
"""Every type of institution of OpenAlex but company, as alternatives of a filter."""

# Two conditions on one field need its two names: pyalex merges a repeated name into a form that breaks alternatives.
_TYPE, _TYPE_TOO = "authorships.institutions.type", "institutions.type"

QUESTIONS: Mapping[str, Mapping[str, str]] = {
    "all": {},
    "company": {_TYPE: "company"},
    "both": {_TYPE: "company", _TYPE_TOO: NOT_COMPANY},
    "no-company": {_TYPE: NOT_COMPANY, _TYPE_TOO: "!company"},
}
"""The four questions about a topic. `!company` alone would also find works with no institution."""


class Answer(BaseModel):
    """Works by year, the day on which OpenAlex said so, and what it was asked."""

    filters: dict[str, str]
    day: str
    by_year: dict[int, int]


@dataclass(frozen=True, slots=True)
class Question:
    """One count by year: of one topic, with one of the four conditions; its answer is kept in a file."""

    topic: str
    kind: str
    query: Query
    path: Path

    def known(self) -> Answer | None:
        """Return the answer on disk, if there is one to this very question."""
        try:
            answer = Answer.model_validate_json(self.path.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None
        return answer if answer.filters == dict(self.query.filters) else None

    def ask(self, client: Client) -> Answer:
        """Ask for works by year, over as many pages as it takes, and keep the answer."""
        by_year: dict[int, int] = {}
        cursor: str | None = "*"
        while cursor is not None:
            page = client.page(self.query, cursor)
            for group in page.records:
                key = str(group["key"]).rsplit("/", 1)[-1]  # a key can be an address, whose last segment counts
                if key.isdecimal():
                    by_year[int(key)] = int(group["count"])
            # A cursor comes also with the last groups; following it would cost a credit for an empty answer.
            cursor = page.next_cursor if len(page.records) == PAGE_SIZE else None
        answer = Answer(filters=dict(self.query.filters), day=client.asked or "", by_year=by_year)
        replace_file(self.path, answer.model_dump_json(indent=1).encode())
        return answer


def counts_job(choice: Choice) -> Job:
    """Return the work of counting; raise `UsageError` when a topic is not known or another choice makes no sense."""
    for name, value in {"venue": choice.venues, "search": choice.search}.items():
        if value:
            raise UsageError(f"--{name} is for records, not for counts")
    topics = count_topics(choice, load_topics())
    questions = [
        Question(
            topic,
            kind,
            Query({"publication_year": choice.years, **chosen, **condition}, (), "publication_year"),
            choice.home / "counts" / f"{topic}__{kind}.json",
        )
        for topic, chosen in topics.items()
        for kind, condition in QUESTIONS.items()
    ]
    for question in questions:
        if len(question.query.works().url) > LONGEST_ADDRESS:
            raise UsageError(f"{question.topic!r} has too many terms for one question: choose smaller topics")

    def plan(client: Client) -> Cost:
        balance = client.read_balance()
        cost = sum(balance.cost(one.query) for one in questions if choice.fresh or one.known() is None)
        return Cost(len(questions), f"{len(questions)} counts by year", cost, cost)

    def run(client: Client, advance: Callable[[int], None]) -> Sidecar:
        answers: dict[tuple[str, str], Answer] = {}
        for number, one in enumerate(questions, start=1):
            answers[one.topic, one.kind] = (None if choice.fresh else one.known()) or one.ask(client)
            advance(number)
        counts = team_counts({key: answer.by_year for key, answer in answers.items()})
        notes = [f"{topic}: {Query(told)}" for topic, told in topics.items()]
        with staged() as evidence:
            return write_counts(counts, choice.name, min(answer.day for answer in answers.values()), notes, evidence)

    return Job("counts", plan, run)


def count_topics(choice: Choice, topics: Topics) -> dict[str, dict[str, str]]:
    """Return the filters of OpenAlex for each topic: words in titles and abstracts, and a subfield where one is named.

    Without topics every group is counted. With a subfield the subfield as a whole is counted as well.
    """
    within = {} if choice.subfield is None else {"primary_topic.subfield.id": choice.subfield}
    try:
        terms = {name: sorted(topics.terms([name])) for name in choice.topics or topics.groups}
    except EvidenceError as error:
        raise UsageError(str(error)) from error
    chosen = {name: {"title_and_abstract.search": search_words(words), **within} for name, words in terms.items()}
    return ({"all": within} if within else {}) | chosen


def search_words(terms: list[str]) -> str:
    """Return terms of ``data/topics.yml`` as one search: phrases, of which any will do.

    OpenAlex searches by word stems, so that a term's ``*`` is left to it.
    """
    plain = [_checked_search(term.strip("*")) for term in terms]
    return "(" + " OR ".join(f'"{term}"' if " " in term else term for term in plain) + ")"


def team_counts(answers: Mapping[tuple[str, str], Mapping[int, int]]) -> pd.DataFrame:
    """Return counts by team type from works by year, the answers to the four questions about each topic."""
    rows: list[tuple[str, int, str, int]] = []
    for topic in dict.fromkeys(topic for topic, _ in answers):
        total, company, both, without = (answers[topic, kind] for kind in QUESTIONS)
        for year in sorted(total):
            parts = {
                "academia-only": without.get(year, 0),
                "collaboration": both.get(year, 0),
                "industry-only": company.get(year, 0) - both.get(year, 0),
                "unknown": total[year] - company.get(year, 0) - without.get(year, 0),
            }
            if min(parts.values()) < 0:
                raise FetchError(f"the counts of {topic} in {year} contradict each other: {parts}; ask with --fresh")
            rows.extend((topic, year, team, works) for team, works in parts.items())
    return pd.DataFrame(rows, columns=list(COUNTS.columns))
