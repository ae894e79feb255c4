"""Requests to a server, and to OpenAlex through pyalex, that retry and name every failure.

pyalex knows the query language, but neither time limits nor the difference between a throttle and a
spent budget. urllib3's own retries do not see an answer that breaks off, is not JSON or lacks a
required field, and would sleep until midnight when a day's budget is spent. So every failure is
first classified, and then retried or not. Every credit is counted. The key comes from the
environment, is sent in a header, and appears in no file, log or error text.
"""

from __future__ import annotations

import logging
import os
import re
import textwrap
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, TypeVar

import pyalex
import requests
from pyalex.api import QueryError
from tenacity import (
    RetryCallState,
    Retrying,
    before_sleep_log,
    retry_if_exception_type,
    stop_after_attempt,
)
from tenacity.wait import wait_random_exponential

from compute_divide.sources.store.files import EvidenceError

LONGEST_MESSAGE = 300
"""The most characters of an explanation: OpenAlex lists every valid field in one message."""
LONGEST_PAUSE = 120.0
"""The longest pause in seconds: a server that asks for more has stopped serving us for now."""

log = logging.getLogger(__name__)
T = TypeVar("T")


class FetchError(EvidenceError):
    """A server cannot be reached, or its answer cannot be used; asking again does not help."""


class TransientError(FetchError):
    """One answer was missing or broken: worth another try, after the requested seconds."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


def timed_session(timeout: tuple[float, float] = (10.0, 60.0)) -> requests.Session:
    """Return a session with time limits.

    They are in seconds, for a connection and for each piece of an answer.
    """
    session = requests.Session()
    session.request = partial(session.request, timeout=timeout)  # type: ignore[method-assign]
    return session


def persist(
    ask: Callable[[], T], server: str, *, tries: int, sleep: Callable[[float], None], key: str = ""
) -> T:
    """Ask until there is an answer, the tries are used up, or the failure is final.

    Pauses are random and grow.
    """

    def ask_once() -> T:
        try:
            return ask()
        except _BROKEN as error:
            failure = failure_of(error, server)
            message = str(failure)
            failure.args = (message.replace(key, "***") if key else message,)
        raise failure  # not in the except clause: the original may contain the request with its key

    retrying = Retrying(
        retry=retry_if_exception_type(TransientError),
        wait=_pause,
        stop=stop_after_attempt(tries),
        sleep=sleep,
        before_sleep=before_sleep_log(log, logging.WARNING),
        reraise=True,
    )
    try:
        return retrying(ask_once)
    except TransientError as last:
        raise FetchError(
            f"{server} gave no usable answer in {tries} tries; the last: {last}"
        ) from None


_BROKEN = (requests.RequestException, ValueError, KeyError, TypeError, AttributeError)
"""The exceptions of a request without an answer, or with one of an unexpected shape."""


def _pause(state: RetryCallState) -> float:
    """Return the seconds to wait, as the server asks for if it does."""
    jitter = wait_random_exponential(multiplier=1, max=60)(state)
    failure = state.outcome and state.outcome.exception()
    wait = getattr(failure, "wait", None)
    if wait is None:
        return jitter
    return min(float(wait), LONGEST_PAUSE) + min(jitter, 5.0)


def failure_of(error: Exception, server: str) -> FetchError:
    """Return the failure behind a request without an answer, a refusal, or an unreadable answer."""
    if isinstance(error, QueryError):
        return FetchError(f"{server} refuses the question: {_shortened(str(error))}")
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return _refusal(error.response, server)
    if isinstance(error, requests.Timeout):
        return TransientError(f"{server} did not answer in time")
    if isinstance(error, requests.JSONDecodeError):
        return TransientError(f"the answer of {server} is not JSON")
    if isinstance(error, requests.RequestException):
        return TransientError(f"the connection to {server} failed ({type(error).__name__})")
    return TransientError(f"the answer of {server} has not the expected shape ({error})")


def _refusal(response: requests.Response, server: str) -> FetchError:
    """Distinguish a spent budget, which lasts until midnight UTC, from other failures."""

    def header(name: str) -> float | None:
        return read_number(response.headers.get(name))

    wait = header("retry-after")
    left = header("x-ratelimit-remaining")
    needed = header("x-ratelimit-credits-required") or 1
    spent = left is not None and left < needed
    lasts = wait is not None and wait > LONGEST_PAUSE
    is_out_of_credits = response.status_code == 429 and (spent or lasts)
    if is_out_of_credits:
        limit = header("x-ratelimit-limit")
        held = ""
        if left is not None and limit is not None:
            held = f" ({left:,.0f} of {limit:,.0f} credits left)"
        seconds = header("x-ratelimit-reset") if wait is None else wait
        when = "at midnight UTC" if seconds is None else f"in {duration(seconds)}"
        return FetchError(f"the day's budget of {server} is spent{held}; it is full again {when}")
    status = response.status_code
    message = f"{server} answers {status}{_explanation(response)}"
    passes = status >= 500 or status in {403, 408, 429}
    if passes:
        return TransientError(message, wait)
    return FetchError(message)


def _explanation(response: requests.Response) -> str:
    """Return the explanation in the body of a failure, shortened."""
    try:
        body = response.json()
        parts = [str(body[name]) for name in ("error", "message") if body.get(name)]
    except (requests.RequestException, ValueError, AttributeError, TypeError):
        return ""
    text = ". ".join(parts)
    if text:
        return f": {_shortened(text)}"
    return ""


def _shortened(text: str) -> str:
    return textwrap.shorten(text, LONGEST_MESSAGE, placeholder=" ...")


def read_number(text: str | None) -> float | None:
    """Return a header as a number of zero or more, else None."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    if 0 <= number < float("inf"):
        return number
    return None


def day_of(headers: Mapping[str, str], name: str = "date") -> str | None:
    """Return the day that a header names, as ``"2026-05-22"``, or None."""
    try:
        return f"{parsedate_to_datetime(headers[name]):%Y-%m-%d}"
    except (KeyError, ValueError, TypeError):
        return None


def duration(seconds: float) -> str:
    """Return a number of seconds in words: ``11 h 35 min``."""
    minutes = int(seconds // 60)
    if minutes == 0:
        return f"{seconds:.0f} s"
    hours, rest = divmod(minutes, 60)
    if hours:
        return f"{hours} h {rest} min"
    return f"{minutes} min"


KEY_VARIABLE = "OPENALEX_API_KEY"
HOST = "https://api.openalex.org"
PAGE_SIZE = 100
"""The most records that OpenAlex returns in one answer."""
SERVER = "OpenAlex"


@dataclass(frozen=True, slots=True)
class Query:
    """A query for works.

    A fresh pyalex query is built from it every time, because pyalex changes its own in place.
    """

    filters: Mapping[str, str]
    """OpenAlex's names of filters and their values, which may contain alternatives
    (``"education|company"``) or a negation."""
    select: tuple[str, ...] = ()
    """Root fields to return; empty for all."""
    group_by: str | None = None
    """Field to count by, instead of returning records."""

    def works(self) -> pyalex.Works:
        """Return the query as a new `pyalex.Works`."""
        works = pyalex.Works().filter(**self.filters)
        if self.select:
            works = works.select(list(self.select))
        if self.group_by:
            return works.group_by(self.group_by)
        return works

    def __str__(self) -> str:
        """Return the filters as OpenAlex writes them."""
        conditions = [f"{name}:{value}" for name, value in self.filters.items()]
        return ",".join(conditions)


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """One answer: records or groups, and their total number.

    The cursor leads to the next answer, and is None at the end.
    """

    records: list[dict[str, Any]]
    count: int
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Balance:
    """Credits of the day, as reported by the last answer; None if it reported none."""

    limit: int | None = None
    remaining: int | None = None
    resets_in: float | None = None
    list_cost: int = 1
    search_cost: int = 10

    def cost(self, query: Query) -> int:
        """Return the credits that one page of a query costs.

        A count by group costs the same with a search.
        """
        searches = any(name.endswith(".search") for name in query.filters)
        if searches and not query.group_by:
            return self.search_cost
        return self.list_cost


@dataclass
class Client:
    """A client of OpenAlex.

    `used` counts the credits it has spent, `asked` is the day of its last answer.
    """

    key: str = field(repr=False)
    tries: int = 8
    sleep: Callable[[float], None] = time.sleep
    balance: Balance = field(default_factory=Balance, init=False)
    used: int = field(default=0, init=False)
    asked: str | None = field(default=None, init=False)
    session: requests.Session = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.key = self.key.strip()
        if not self.key:
            raise FetchError(
                f"OpenAlex needs a key: set {KEY_VARIABLE}; "
                "openalex.org/settings/api gives a free one"
            )
        if not re.fullmatch(r"[\x21-\x7e]+", self.key):
            raise FetchError(
                f"{KEY_VARIABLE} contains a blank or another character that a key cannot have"
            )
        self.session = timed_session()
        self.session.headers["Authorization"] = f"Bearer {self.key}"
        self.session.hooks["response"].append(self._note)

    @classmethod
    def from_environment(cls) -> Client:
        """Return a client with the key in ``OPENALEX_API_KEY``.

        Raise `FetchError` if it cannot be a key.
        """
        return cls(os.environ.get(KEY_VARIABLE, ""))

    def page(self, query: Query, cursor: str = "*") -> AnswerPage:
        """Return one answer to a query, retrying with growing pauses.

        The cursor ``"*"`` is the beginning.
        """

        def ask() -> AnswerPage:
            pages = query.works().paginate(per_page=PAGE_SIZE, cursor=cursor, n_max=None)
            pages._session = self.session
            return _checked_page(next(pages), grouped=query.group_by is not None)

        return self._persist(ask)

    def read_balance(self) -> Balance:
        """Ask for the balance, which is free, and return it."""

        def ask() -> Balance:
            response = self.session.get(f"{HOST}/rate-limit")
            response.raise_for_status()
            limits = response.json()["rate_limit"]
            costs = limits["credit_costs"]
            return Balance(
                limit=int(limits["credits_limit"]),
                remaining=int(limits["credits_remaining"]),
                resets_in=float(limits["resets_in_seconds"]),
                list_cost=int(costs["list"]),
                search_cost=int(costs["search"]),
            )

        self.balance = self._persist(ask)
        return self.balance

    def _persist(self, ask: Callable[[], T]) -> T:
        return persist(ask, SERVER, tries=self.tries, sleep=self.sleep, key=self.key)

    def _note(self, response: requests.Response, **_: Any) -> None:
        """Take the date and the credits from the headers of an answer."""
        headers = response.headers
        self.asked = day_of(headers) or self.asked
        used = read_number(headers.get("x-ratelimit-credits-used"))
        self.used += int(used or 0)
        limit = read_number(headers.get("x-ratelimit-limit"))
        remaining = read_number(headers.get("x-ratelimit-remaining"))
        if limit is not None and remaining is not None:
            resets = read_number(headers.get("x-ratelimit-reset"))
            self.balance = replace(
                self.balance, limit=int(limit), remaining=int(remaining), resets_in=resets
            )


def _checked_page(answer: Any, *, grouped: bool) -> AnswerPage:
    """Return an answer of pyalex as a page, or raise an error if its shape is wrong."""
    count = answer.meta["count"]
    cursor = answer.meta["next_cursor"]
    countable = isinstance(count, int) and count >= 0
    if not countable or not isinstance(cursor, str | None):
        raise TypeError(f"meta.count is {count!r}, meta.next_cursor {cursor!r}")
    records = [dict(record) for record in answer]
    name = "key" if grouped else "id"
    for record in records:
        if not isinstance(record.get(name), str):
            raise KeyError(f"a record without {name}")
    return AnswerPage(records, count, cursor)
