"""Ask OpenAlex through pyalex: every request with a time limit, every failure named, every credit counted.

pyalex knows the query language; it knows neither time limits nor the difference between a throttle and a spent
budget. This module adds the two. The key comes from the environment, travels in a header, and stands in no file,
log or error text.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import pyalex
import requests
from pyalex.api import QueryError
from tenacity import RetryCallState, RetryError, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_random_exponential

from compute_divide.evidence.paths import EvidenceError

KEY_VARIABLE = "OPENALEX_API_KEY"
HOST = "https://api.openalex.org"
PAGE_SIZE = 100
"""Most records that OpenAlex gives in one answer."""
LONGEST_THROTTLE = 120.0
"""Seconds. A server that asks for a longer pause than this is not throttling: the day's budget is spent."""

log = logging.getLogger(__name__)
T = TypeVar("T")


class OpenAlexError(EvidenceError):
    """OpenAlex cannot be asked, or its answer cannot be used."""


class NoKeyError(OpenAlexError):
    """No usable key in the environment."""


class RefusedError(OpenAlexError):
    """OpenAlex refuses the question itself (400, 401, 404): asking again does not help."""


class BudgetSpentError(OpenAlexError):
    """The credits of the day are spent; what has been fetched is kept."""


class UnreachableError(OpenAlexError):
    """OpenAlex did not give a usable answer in any of the tries."""


class TransientError(OpenAlexError):
    """One answer was missing, broken or a failure of the server: worth another try.

    Parameters
    ----------
    message : str
        What happened.
    wait : float, optional
        Seconds that the server asks to wait; None when it names none.
    """

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


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
    """

    key: str = field(repr=False)
    timeout: tuple[float, float] = (10.0, 60.0)
    tries: int = 8
    sleep: Callable[[float], None] = time.sleep
    balance: Balance = field(default_factory=Balance, init=False)
    used: int = field(default=0, init=False)
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
        """Ask until there is an answer, the tries are used up, or the failure is final."""
        retrying = Retrying(
            retry=retry_if_exception_type(TransientError),
            wait=_pause,
            stop=stop_after_attempt(self.tries),
            sleep=self.sleep,
            before_sleep=self._log_pause,
        )
        try:
            return retrying(self._named(ask))
        except RetryError as error:
            last = error.last_attempt.exception()
            raise UnreachableError(f"OpenAlex gave no usable answer in {self.tries} tries; the last: {last}") from None

    def _named(self, ask: Callable[[], T]) -> Callable[[], T]:
        """Return a callable whose failures are `OpenAlexError`, without the key."""

        def asked() -> T:
            try:
                return ask()
            except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError) as error:
                failure = classify(error)
                failure.args = (redact(str(failure), self.key),)
            raise failure  # outside of the except clause: the original may hold the request with its key

        return asked

    def _note(self, response: requests.Response, **_: Any) -> None:
        """Take the credits from the headers of an answer."""
        used = _number(response.headers.get("x-ratelimit-credits-used"))
        self.used += int(used or 0)
        remaining = _number(response.headers.get("x-ratelimit-remaining"))
        if remaining is not None:
            limit = _number(response.headers.get("x-ratelimit-limit"))
            self.balance = Balance(
                limit=self.balance.limit if limit is None else int(limit),
                remaining=int(remaining),
                resets_in=_number(response.headers.get("x-ratelimit-reset")),
                list_cost=self.balance.list_cost,
                search_cost=self.balance.search_cost,
            )

    def _log_pause(self, state: RetryCallState) -> None:
        """Say why and how long the client waits."""
        failure = state.outcome.exception() if state.outcome else None
        pause = state.next_action.sleep if state.next_action else 0.0
        log.warning("%s; next try in %.1f s (%d of %d)", failure, pause, state.attempt_number + 1, self.tries)


class TimedSession(requests.Session):
    """A session whose every request has a time limit, also when the caller forgets it."""

    def __init__(self, timeout: tuple[float, float]) -> None:
        super().__init__()
        self.timeout = timeout

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send a request, with the session's time limit where none is given."""
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self.timeout
        return super().send(request, **kwargs)


def classify(error: Exception) -> OpenAlexError:
    """Return what a failure of a request means.

    Parameters
    ----------
    error : Exception
        What requests or pyalex raised.

    Returns
    -------
    OpenAlexError
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
        return _classify_status(error.response)
    if isinstance(error, requests.Timeout):
        return TransientError("OpenAlex did not answer in time")
    if isinstance(error, requests.JSONDecodeError):
        return TransientError("the answer of OpenAlex is not JSON")
    if isinstance(error, requests.RequestException):
        return TransientError(f"the connection to OpenAlex failed ({type(error).__name__})")
    return TransientError(f"the answer of OpenAlex has not the expected shape ({error})")


def redact(text: str, key: str) -> str:
    """Return a text without the key, wherever a server or library may have put it.

    Examples
    --------
    >>> redact("GET /works?api_key=abc&x=1 with abcdef", "abcdef")
    'GET /works?api_key=***&x=1 with ***'
    """
    text = text.replace(key, "***") if key else text
    return re.sub(r"(api_key=|Bearer )[^&\s\"']+", r"\1***", text)


def duration(seconds: float) -> str:
    """Return a number of seconds as people say it.

    Examples
    --------
    >>> duration(41749), duration(59)
    ('11 h 35 min', '59 s')
    """
    minutes = int(seconds // 60)
    if minutes == 0:
        return f"{seconds:.0f} s"
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def _classify_status(response: requests.Response) -> OpenAlexError:
    """Return what an HTTP status of 400 or more means."""
    status = response.status_code
    told = f"OpenAlex answers {status}{_told(response)}"
    if status == 429:
        return _classify_limit(response, told)
    if status == 403:  # documented as "slow down"
        return TransientError(told, _retry_after(response.headers))
    if status >= 500 or status == 408:
        return TransientError(told, _retry_after(response.headers))
    return RefusedError(told)


def _classify_limit(response: requests.Response, told: str) -> OpenAlexError:
    """Tell a throttle, which passes in seconds, from a spent budget, which lasts until midnight UTC."""
    headers = response.headers
    wait = _retry_after(headers)
    remaining = _number(headers.get("x-ratelimit-remaining"))
    required = _number(headers.get("x-ratelimit-credits-required")) or 1
    short = remaining is not None and remaining < required
    if not short and (wait is None or wait <= LONGEST_THROTTLE):
        return TransientError(told, wait)
    limit = _number(headers.get("x-ratelimit-limit"))
    left = "" if remaining is None or limit is None else f" ({remaining:,.0f} of {limit:,.0f} credits left)"
    resets = wait if wait is not None else _number(headers.get("x-ratelimit-reset"))
    return BudgetSpentError(f"the day's budget of OpenAlex is spent{left}; {_reset(headers, resets)}")


def _reset(headers: Mapping[str, str], seconds: float | None) -> str:
    """Say when a spent budget is full again."""
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


def _pause(state: RetryCallState) -> float:
    """Return the seconds before the next try: random and growing, and never less than the server asks for."""
    jitter = wait_random_exponential(multiplier=1, max=60)(state)
    failure = state.outcome.exception() if state.outcome else None
    asked = failure.wait if isinstance(failure, TransientError) else None
    return jitter if asked is None else min(asked, LONGEST_THROTTLE) + min(jitter, 5.0)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a Retry-After header, which may also be a date."""
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None or text is None:
        return seconds
    try:
        return max(0.0, (parsedate_to_datetime(text) - parsedate_to_datetime(headers["date"])).total_seconds())
    except (KeyError, ValueError, TypeError):
        return None


def _number(text: str | None) -> float | None:
    """Return a header as a number that is zero or more, else None."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


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
