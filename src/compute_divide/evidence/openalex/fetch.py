"""Fetch the works that answer a query, page by page, into a folder that can be left and taken up again."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from compute_divide.evidence.openalex.checkpoint import Checkpoint, Store
from compute_divide.evidence.openalex.client import PAGE_SIZE, ChoiceError, Client, OpenAlexError, Query

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
"""Root fields of a work that the tables are derived from."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a fetch will take, before it begins."""

    records: int
    pages: int
    credits: int

    def exceeds(self, remaining: int | None) -> bool:
        """Whether the plan takes more credits than remain today."""
        return remaining is not None and self.credits > remaining


class LoopError(OpenAlexError):
    """OpenAlex keeps giving cursors that lead back."""


def cache_dir(name: str) -> Path:
    """Return the folder outside the project where fetched pages are kept by default."""
    return Path(platformdirs.user_cache_dir("compute-divide")) / "openalex" / name


def records_query(
    *,
    first: int,
    last: int,
    sources: Sequence[str] = (),
    topics: Sequence[str] = (),
    subfield: str | None = None,
    search: str | None = None,
) -> Query:
    """Return the query for works of some venues, years and topics.

    Parameters
    ----------
    first, last : int
        Years of publication, both included.
    sources : sequence of str
        OpenAlex ids of venues: ``"S4210191458"``. A work matches if its primary location is one of them.
    topics : sequence of str
        OpenAlex ids of topics: ``"T10028"``.
    subfield : str, optional
        Number of a subfield: ``"1702"`` is artificial intelligence.
    search : str, optional
        Words to find in title or abstract; costs ten times the credits.

    Raises
    ------
    ChoiceError
        If an id is none, there are more than 100 of a kind, or nothing narrows the query but years.

    Examples
    --------
    >>> records_query(first=2020, last=2021, subfield="1702").filters
    {'publication_year': '2020-2021', 'primary_topic.subfield.id': '1702'}
    """
    if first > last:
        raise ChoiceError(f"the first year, {first}, lies after the last, {last}")
    filters = {"publication_year": f"{first}-{last}"}
    if sources:
        filters["primary_location.source.id"] = _alternatives(sources, "S", "a venue")
    if topics:
        filters["primary_topic.id"] = _alternatives(topics, "T", "a topic")
    if subfield is not None:
        filters["primary_topic.subfield.id"] = _alternatives([subfield], "", "a subfield")
    if search is not None:
        filters["title_and_abstract.search"] = checked_search(search)
    if len(filters) == 1:
        raise ChoiceError("years alone would fetch all of science: name venues, topics, a subfield or words")
    return Query(filters, FIELDS)


def checked_search(words: str) -> str:
    """Return words to search for, or raise when they hold what separates filters."""
    if not words.strip() or re.search(r"[,|:]", words):
        raise ChoiceError(f"{words!r} cannot be searched for: it is empty or holds a comma, colon or bar")
    return words.strip()


def plan_records(client: Client, query: Query) -> Plan:
    """Ask how many works there are (one credit, as a count by group) and return what fetching them takes."""
    told = client.page(Query(query.filters, (), "publication_year"))
    pages = math.ceil(told.count / PAGE_SIZE) + 1  # the cursor ends only with an empty page
    return Plan(told.count, pages, pages * client.balance.cost(query))


def fetch_records(
    client: Client,
    query: Query,
    store: Store,
    *,
    fresh: bool = False,
    tolerance: int = 0,
    watch: Callable[[Store], None] = lambda _: None,
) -> Checkpoint:
    """Fetch all works that answer a query, from where an earlier fetch stopped.

    Parameters
    ----------
    client : Client
        Asks OpenAlex.
    query : Query
        Of `records_query`.
    store : Store
        Where pages go; hold it with `Store.locked`.
    fresh : bool
        Throw away what is there.
    tolerance : int
        By how many the works may differ from the count that OpenAlex gives and still be called complete. OpenAlex
        changes daily, so that a long fetch can end a few works off.
    watch : callable
        Called after each page.

    Returns
    -------
    Checkpoint
        Its state is ``complete``, or ``differs`` when the works are not as many as OpenAlex says; running the same
        fetch again then goes through the query once more and adds what is missing.

    Raises
    ------
    OpenAlexError
        When OpenAlex refuses, the budget is spent, or no answer comes. All pages so far are kept.
    """
    at = store.begin(query, fresh=fresh)
    if at.state == "differs":
        at = store.again()
    seen: set[str] = set()
    while at.state == "fetching" and at.cursor is not None:
        _refuse_loop(at.cursor, seen)
        before = client.used
        page = client.page(query, at.cursor)
        at = store.add(page, client.used - before)
        watch(store)
    return store.finish(tolerance)


def _refuse_loop(cursor: str, seen: set[str]) -> None:
    """Raise when a cursor comes back: following it would fetch the same pages for ever."""
    if cursor in seen:
        raise LoopError("OpenAlex gives a cursor that was followed before; what came is kept: run the same again")
    seen.add(cursor)


def _alternatives(ids: Sequence[str], letter: str, noun: str) -> str:
    """Return ids as alternatives of a filter."""
    short = [text.rsplit("/", 1)[-1].upper() for text in ids]
    for text in short:
        if not re.fullmatch(rf"{letter}\d+", text):
            raise ChoiceError(f"{text!r} is not the id of {noun}; it looks like {letter}1234")
    if len(short) > 100:
        raise ChoiceError(f"{len(short)} ids of one kind are more than the 100 that OpenAlex takes in a filter")
    return "|".join(short)
