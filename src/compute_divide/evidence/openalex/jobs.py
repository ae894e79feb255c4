"""A refresh from OpenAlex as one piece of work: plan it, run it, and put the table in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from compute_divide.evidence.catalogue import staged
from compute_divide.evidence.openalex.client import Balance, ChoiceError, Client
from compute_divide.evidence.openalex.counts import count_questions, fetch_counts, plan_counts
from compute_divide.evidence.openalex.fetch import (
    Store,
    cache_dir,
    checked_search,
    count_records,
    fetch_records,
    records_query,
)
from compute_divide.evidence.openalex.http import FetchError, duration
from compute_divide.evidence.openalex.tables import check_name, write_counts, write_works
from compute_divide.evidence.papers.topics import Topics, load_topics
from compute_divide.evidence.store.paths import EvidenceError
from compute_divide.evidence.store.sidecars import Sidecar

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

    Examples
    --------
    >>> search_words(["language model*", "llm"])
    '("language model" OR llm)'
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
