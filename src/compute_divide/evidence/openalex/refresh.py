"""A refresh from OpenAlex as one piece of work: plan it, run it, and put the table in its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bookpress.files import replace_file
from compute_divide.evidence.catalogue import staged
from compute_divide.evidence.openalex.client import PAGE_SIZE, Balance, ChoiceError, Client, Query
from compute_divide.evidence.openalex.fetch import (
    Store,
    cache_dir,
    checked_search,
    count_records,
    fetch_records,
    records_query,
)
from compute_divide.evidence.openalex.http import FetchError, duration
from compute_divide.evidence.openalex.tables import COUNTS, check_name, write_counts, write_works
from compute_divide.evidence.papers.topics import Topics, load_topics
from compute_divide.evidence.store.files import EvidenceError, Sidecar

LONGEST_ADDRESS = 4000
"""Characters. Servers refuse addresses that are much longer."""


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
        with _as_choice():
            check_name(self.name)

    @property
    def home(self) -> Path:
        """Where what is fetched is kept."""
        return self.folder or cache_dir(self.name)


@contextmanager
def _as_choice() -> Iterator[None]:
    """Turn an error about a value that the reader gave into one that says so."""
    try:
        yield
    except EvidenceError as error:
        raise ChoiceError(str(error)) from error


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


def counts_job(choice: Choice) -> Job:
    """Return the work of counting; raise `ChoiceError` when a topic is not known or another choice makes no sense."""
    for name, value in {"venue": choice.venues, "search": choice.search}.items():
        if value:
            raise ChoiceError(f"--{name} is for records, not for counts")
    topics = count_topics(choice, load_topics())
    questions = count_questions(topics, choice.first, choice.last)
    for question in questions:
        if len(question.query.works().url) > LONGEST_ADDRESS:
            raise ChoiceError(f"{question.topic!r} has too many terms for one question: choose smaller topics")
    folder = choice.home / "counts"

    def plan(client: Client) -> Cost:
        credits_needed = plan_counts(questions, folder, client.read_balance(), fresh=choice.fresh)
        return Cost(len(questions), f"{len(questions)} counts by year", credits_needed, credits_needed)

    def run(client: Client, advance: Callable[[int], None]) -> Sidecar:
        counts, day = fetch_counts(client, questions, folder, advance, fresh=choice.fresh)
        notes = [
            f"{topic}: {','.join(f'{name}:{value}' for name, value in told.items())}" for topic, told in topics.items()
        ]
        with staged() as evidence:
            return write_counts(counts, choice.name, day, notes, evidence)

    return Job("counts", plan, run)


def count_topics(choice: Choice, topics: Topics) -> dict[str, dict[str, str]]:
    """Return the filters of OpenAlex for each topic: words in titles and abstracts, and a subfield where one is named.

    Without topics every group is counted. With a subfield the subfield as a whole is counted as well.
    """
    within = {} if choice.subfield is None else {"primary_topic.subfield.id": choice.subfield}
    with _as_choice():
        terms = {name: sorted(topics.terms([name])) for name in choice.topics or topics.groups}
    chosen = {name: {"title_and_abstract.search": search_words(words), **within} for name, words in terms.items()}
    return ({"all": within} if within else {}) | chosen


def search_words(terms: list[str]) -> str:
    """Return terms of ``data/topics.yml`` as one search: phrases, of which any will do.

    OpenAlex searches by word stems, so that a term's ``*`` is left to it.
    """
    plain = [checked_search(term.strip("*")) for term in terms]
    return "(" + " OR ".join(f'"{term}"' if " " in term else term for term in plain) + ")"


def records_job(choice: Choice) -> Job:
    """Return the work of fetching works; raise `ChoiceError` when the choice makes no query."""
    query = records_query(
        first=choice.first,
        last=choice.last,
        sources=choice.venues,
        topics=choice.topics,
        subfield=choice.subfield,
        search=choice.search,
    )
    store = Store(choice.home)

    def plan(client: Client) -> Cost:
        client.read_balance()
        records, pages = count_records(client, query)
        left = pages if choice.fresh else pages - store.pages_ahead(query, pages)
        return Cost(records, f"{records:,} works", left, left * client.balance.cost(query))

    def run(client: Client, advance: Callable[[int], None]) -> Sidecar:
        with store.locked():
            at = fetch_records(
                client,
                query,
                store,
                fresh=choice.fresh,
                tolerance=choice.tolerance,
                watch=lambda store: advance(len(store.ids)),
            )
            if at.state == "differs":
                raise FetchError(
                    f"{len(store.ids):,} works came, OpenAlex says {at.count or 0:,}; all are kept in {store.folder}. "
                    "Run the same again to go through the query once more and add what is missing, or accept it with "
                    "--allow-difference"
                )
            with staged() as evidence:
                return write_works(store, choice.name, client.asked or "", evidence)

    return Job("works", plan, run)


NOT_COMPANY = "education|facility|government|nonprofit|healthcare|archive|other|funder"
"""Every type of institution of OpenAlex but company, as alternatives of a filter."""

GROUP = "publication_year"

# Two conditions on one field need its two names: pyalex merges a repeated name into a form that breaks alternatives.
_TYPE, _TYPE_TOO = "authorships.institutions.type", "institutions.type"

QUESTIONS: Mapping[str, Mapping[str, str]] = {
    "all": {},
    "company": {_TYPE: "company"},
    "both": {_TYPE: "company", _TYPE_TOO: NOT_COMPANY},
    "no-company": {_TYPE: NOT_COMPANY, _TYPE_TOO: "!company"},
}
"""The four questions about a topic. `!company` alone would also find works with no institution."""


@dataclass(frozen=True, slots=True)
class Question:
    """One count by year: of one topic, with one of the four conditions."""

    topic: str
    kind: str
    query: Query


@dataclass(frozen=True, slots=True)
class Answer:
    """Works by year, and the day on which OpenAlex said so."""

    by_year: dict[int, int]
    day: str


def count_questions(topics: Mapping[str, Mapping[str, str]], first: int, last: int) -> list[Question]:
    """Return the questions that give works by year and team type of some topics, each given by its filters."""
    if first > last:
        raise ChoiceError(f"the first year, {first}, lies after the last, {last}")
    return [
        Question(topic, kind, Query({"publication_year": f"{first}-{last}", **chosen, **condition}, (), GROUP))
        for topic, chosen in topics.items()
        for kind, condition in QUESTIONS.items()
    ]


def plan_counts(questions: list[Question], folder: Path, balance: Balance, *, fresh: bool = False) -> int:
    """Return the credits that the questions without an answer on disk cost."""
    missing = [question for question in questions if fresh or _read(_path(folder, question), question) is None]
    return sum(balance.cost(question.query) for question in missing)


def fetch_counts(
    client: Client, questions: list[Question], folder: Path, advance: Callable[[int], None], *, fresh: bool = False
) -> tuple[pd.DataFrame, str]:
    """Ask the questions, keep every answer on disk as it comes, and return the counts with the day of the oldest."""
    answers: dict[tuple[str, str], Answer] = {}
    for number, question in enumerate(questions, start=1):
        path = _path(folder, question)
        answer = None if fresh else _read(path, question)
        if answer is None:
            answer = _ask(client, question)
            content = {"filters": dict(question.query.filters), "day": answer.day, "by_year": answer.by_year}
            replace_file(path, json.dumps(content, indent=1).encode())
        answers[question.topic, question.kind] = answer
        advance(number)
    by_year = {key: answer.by_year for key, answer in answers.items()}
    return team_counts(by_year), min(answer.day for answer in answers.values())


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


def _ask(client: Client, question: Question) -> Answer:
    """Ask for works by year, over as many pages as it takes; a key can be an address, whose last segment counts."""
    by_year: dict[int, int] = {}
    cursor: str | None = "*"
    while cursor is not None:
        page = client.page(question.query, cursor)
        keys = (str(group["key"]).rsplit("/", 1)[-1] for group in page.records)
        groups = zip(keys, page.records, strict=True)
        by_year |= {int(key): int(group["count"]) for key, group in groups if key.isdecimal()}
        # A cursor comes also with the last groups; following it would cost a credit for an empty answer.
        cursor = page.next_cursor if len(page.records) == PAGE_SIZE else None
    return Answer(by_year, client.asked or "")


def _path(folder: Path, question: Question) -> Path:
    return folder / f"{question.topic}__{question.kind}.json"


def _read(path: Path, question: Question) -> Answer | None:
    """Return an answer on disk, if there is one to this very question."""
    try:
        content = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    if content["filters"] != dict(question.query.filters):
        return None
    return Answer({int(year): works for year, works in content["by_year"].items()}, content["day"])
