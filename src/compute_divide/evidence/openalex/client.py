"""Ask OpenAlex through pyalex: every request with a time limit, every failure named, every credit counted.

pyalex knows the query language; it knows neither time limits nor the difference between a throttle and a spent
budget. This module adds the two. The key comes from the environment, travels in a header, and stands in no file,
log or error text.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import pyalex
import requests
from pyalex.api import QueryError

from compute_divide.evidence.openalex.http import (
    LONGEST_PAUSE,
    FetchError,
    RefusedError,
    TimedSession,
    classify_failure,
    classify_status,
    day_of,
    duration,
    persist,
    read_number,
    retry_after,
)

KEY_VARIABLE = "OPENALEX_API_KEY"
HOST = "https://api.openalex.org"
PAGE_SIZE = 100
"""Most records that OpenAlex gives in one answer."""
SERVER = "OpenAlex"
T = TypeVar("T")


class OpenAlexError(FetchError):
    """OpenAlex cannot be asked, or its answer cannot be used."""


class ChoiceError(OpenAlexError):
    """A request that makes no sense: nothing was asked."""


class NoKeyError(OpenAlexError):
    """No usable key in the environment."""


class BudgetSpentError(OpenAlexError):
    """The credits of the day are spent; what has been fetched is kept."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question about works, from which a fresh pyalex query is built every time (pyalex changes its own in place).

    Parameters
    ----------
    filters : mapping of str to str
        OpenAlex filter names and values; a value may hold alternatives (``"education|company"``) or a negation.
    select : tuple of str
        Root fields to return; empty for all.
    group_by : str, optional
        Field to count by, instead of returning records.

    Examples
    --------
    >>> Query({"publication_year": "2020", "type": "article"}).works().url
    'https://api.openalex.org/works?filter=publication_year:2020,type:article'
    """

    filters: Mapping[str, str]
    select: tuple[str, ...] = ()
    group_by: str | None = None

    def works(self) -> pyalex.Works:
        """Return the query as a new `pyalex.Works`."""
        works = pyalex.Works().filter(**self.filters)
        if self.select:
            works = works.select(list(self.select))
        return works.group_by(self.group_by) if self.group_by else works

    @property
    def searches(self) -> bool:
        """Whether the query searches text, which costs more credits a page."""
        return any(name.endswith(".search") or ".search." in name for name in self.filters)


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: records or groups, how many there are in all, and the cursor of the next answer (None at the end)."""

    records: list[dict[str, Any]]
    count: int
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Balance:
    """Credits of the day, as the last answer gave them; None where it gave none."""

    limit: int | None = None
    remaining: int | None = None
    resets_in: float | None = None
    list_cost: int = 1
    search_cost: int = 10

    def cost(self, query: Query) -> int:
        """Return the credits that one page of a query costs. A count by group costs the same with a search."""
        return self.search_cost if query.searches and not query.group_by else self.list_cost


@dataclass
class Client:
    """Asks OpenAlex and keeps count of the credits.

    Parameters
    ----------
    key : str
        The key. `from_environment` reads it; nothing else should.
    timeout : (float, float)
        Seconds to wait for a connection, and for each piece of an answer.
    tries : int
        How often one question is asked before it is given up.
    sleep : callable
        Waits for the given seconds; tests replace it.

    Attributes
    ----------
    session : requests.Session
        The one session of all requests.
    balance : Balance
        The credits, as of the last answer.
    used : int
        Credits that this client has used, by the answers' own account.
    asked : str or None
        Day of the last answer, by the server's clock.
    """

    key: str = field(repr=False)
    timeout: tuple[float, float] = (10.0, 60.0)
    tries: int = 8
    sleep: Callable[[float], None] = time.sleep
    balance: Balance = field(default_factory=Balance, init=False)
    used: int = field(default=0, init=False)
    asked: str | None = field(default=None, init=False)
    session: requests.Session = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.session = TimedSession(self.timeout)
        self.session.headers["Authorization"] = f"Bearer {_checked_key(self.key)}"
        self.session.hooks["response"].append(self._note)

    @classmethod
    def from_environment(cls, **options: Any) -> Client:
        """Return a client with the key of ``OPENALEX_API_KEY``.

        Raises
        ------
        NoKeyError
            If the variable is empty or holds what cannot be a key.
        """
        return cls(os.environ.get(KEY_VARIABLE, ""), **options)

    def page(self, query: Query, cursor: str = "*") -> Page:
        """Return one answer to a query, asked again with growing pauses while it fails.

        Parameters
        ----------
        query : Query
            What to ask.
        cursor : str
            Where to go on; ``"*"`` is the beginning.

        Raises
        ------
        RefusedError, BudgetSpentError, UnreachableError
            When asking again does not help, or did not.
        """
        return self._persist(lambda: self._page_once(query, cursor))

    def read_balance(self) -> Balance:
        """Ask for the balance, which is free, and return it."""

        def ask() -> Balance:
            response = self.session.get(f"{HOST}/rate-limit")
            response.raise_for_status()
            told = response.json()["rate_limit"]
            costs = told["credit_costs"]
            return Balance(
                limit=int(told["credits_limit"]),
                remaining=int(told["credits_remaining"]),
                resets_in=float(told["resets_in_seconds"]),
                list_cost=int(costs["list"]),
                search_cost=int(costs["search"]),
            )

        self.balance = self._persist(ask)
        return self.balance

    def _page_once(self, query: Query, cursor: str) -> Page:
        """Ask once through pyalex and check the shape of the answer."""
        pages = query.works().paginate(per_page=PAGE_SIZE, cursor=cursor, n_max=None)
        pages._session = self.session
        answer = next(pages)
        return _checked_page(answer, grouped=query.group_by is not None)

    def _persist(self, ask: Callable[[], T]) -> T:
        """Ask with growing pauses; see `fetching.persist`."""
        return persist(self._named(ask), SERVER, tries=self.tries, sleep=self.sleep)

    def _named(self, ask: Callable[[], T]) -> Callable[[], T]:
        """Return a callable whose failures are `FetchError`, without the key."""

        def asked() -> T:
            try:
                return ask()
            except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError) as error:
                failure = classify(error)
                failure.args = (redact(str(failure), self.key),)
            raise failure  # outside of the except clause: the original may hold the request with its key

        return asked

    def _note(self, response: requests.Response, **_: Any) -> None:
        """Take the date and the credits from the headers of an answer."""
        headers = response.headers
        self.asked = day_of(headers) or self.asked
        self.used += int(read_number(headers.get("x-ratelimit-credits-used")) or 0)
        remaining = read_number(headers.get("x-ratelimit-remaining"))
        if remaining is not None:
            limit = read_number(headers.get("x-ratelimit-limit"))
            self.balance = replace(
                self.balance,
                limit=self.balance.limit if limit is None else int(limit),
                remaining=int(remaining),
                resets_in=read_number(headers.get("x-ratelimit-reset")),
            )


def classify(error: Exception) -> FetchError:
    """Return what a failure of a request means.

    Parameters
    ----------
    error : Exception
        What requests or pyalex raised.

    Returns
    -------
    FetchError
        `RefusedError` or `BudgetSpentError` when asking again does not help, else `TransientError`.

    Examples
    --------
    >>> type(classify(requests.ConnectionError("cut"))).__name__
    'TransientError'
    >>> type(classify(QueryError("no such field"))).__name__
    'RefusedError'
    """
    if isinstance(error, QueryError):
        return RefusedError(f"OpenAlex refuses the question: {_shortened(str(error))}")
    if isinstance(error, requests.HTTPError) and error.response is not None:
        response = error.response
        told = f"OpenAlex answers {response.status_code}{_told(response)}"
        spent = _spent(response.headers) if response.status_code == 429 else None
        return spent or classify_status(response.status_code, response.headers, told)
    return classify_failure(error, SERVER)


def redact(text: str, key: str) -> str:
    """Return a text without the key, wherever a server or library may have put it.

    Examples
    --------
    >>> redact("GET /works?api_key=abc&x=1 with abcdef", "abcdef")
    'GET /works?api_key=***&x=1 with ***'
    """
    text = text.replace(key, "***") if key else text
    return re.sub(r"(api_key=|Bearer )[^&\s\"']+", r"\1***", text)


def _spent(headers: Mapping[str, str]) -> BudgetSpentError | None:
    """Tell a spent budget, which lasts until midnight UTC, from everything that passes in seconds."""
    wait = retry_after(headers)
    remaining = read_number(headers.get("x-ratelimit-remaining"))
    required = read_number(headers.get("x-ratelimit-credits-required")) or 1
    short = remaining is not None and remaining < required
    if not short and (wait is None or wait <= LONGEST_PAUSE):
        return None
    limit = read_number(headers.get("x-ratelimit-limit"))
    left = "" if remaining is None or limit is None else f" ({remaining:,.0f} of {limit:,.0f} credits left)"
    return BudgetSpentError(f"the day's budget of OpenAlex is spent{left}; {_reset(headers, wait)}")


def _reset(headers: Mapping[str, str], seconds: float | None) -> str:
    """Say when a spent budget is full again."""
    seconds = read_number(headers.get("x-ratelimit-reset")) if seconds is None else seconds
    if seconds is None:
        return "it is full again at midnight UTC"
    try:
        then = parsedate_to_datetime(headers["date"]) + timedelta(seconds=seconds)
    except (KeyError, ValueError):
        return f"it is full again in {duration(seconds)}"
    return f"it is full again in {duration(seconds)}, at {then:%Y-%m-%d %H:%M} UTC"


def _told(response: requests.Response) -> str:
    """Return what the body of a failure says, shortened."""
    try:
        body = response.json()
        parts = [str(body[name]) for name in ("error", "message") if body.get(name)]
    except (ValueError, AttributeError, TypeError):
        return ""
    return f": {_shortened('. '.join(parts))}" if parts else ""


def _shortened(text: str, longest: int = 300) -> str:
    """Return a text cut at a readable length: OpenAlex lists every valid field in one message."""
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0] + " ..."


def _checked_page(answer: Any, *, grouped: bool) -> Page:
    """Return an answer of pyalex as a page, or raise when its shape is wrong."""
    meta = answer.meta
    count, cursor = meta["count"], meta["next_cursor"]
    if not isinstance(count, int) or count < 0:
        raise TypeError(f"meta.count is {count!r}")
    if not (cursor is None or isinstance(cursor, str)):
        raise TypeError(f"meta.next_cursor is {cursor!r}")
    records = [dict(record) for record in answer]
    name = "key" if grouped else "id"
    if any(not isinstance(record.get(name), str) for record in records):
        raise KeyError(f"a record without {name}")
    return Page(records, count, cursor)


def _checked_key(key: str) -> str:
    """Return the key without blanks around it, or raise without showing it."""
    key = key.strip()
    if not key:
        raise NoKeyError(
            f"OpenAlex needs a key: set {KEY_VARIABLE}. A free one comes with an account (openalex.org/settings/api)"
        )
    if not re.fullmatch(r"[\x21-\x7e]+", key):
        raise NoKeyError(f"{KEY_VARIABLE} holds a blank or another character that a key cannot have")
    return key
