"""Ask a server so that nothing hangs and nothing is given up too early: time limits, and patient retries.

urllib3's own retries do not see an answer that breaks off, is not JSON or lacks what it must have, and would sleep
until midnight when a day's budget is spent. So whatever goes wrong is first named, here, and then asked again or not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import requests
from tenacity import RetryCallState, Retrying, before_sleep_log, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_random_exponential

from compute_divide.evidence.store.files import EvidenceError

LONGEST_PAUSE = 120.0
"""Seconds. A server that asks for a longer pause than this has stopped serving us for now."""

log = logging.getLogger(__name__)
T = TypeVar("T")


class FetchError(EvidenceError):
    """A server cannot be asked, or its answer cannot be used; asking again does not help."""


class TransientError(FetchError):
    """One answer was missing or broken: worth another try, after the seconds that the server asks for."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class TimedSession(requests.Session):
    """A session whose every request has a time limit: seconds for a connection, and for each piece of an answer."""

    def __init__(self, timeout: tuple[float, float] = (10.0, 60.0)) -> None:
        super().__init__()
        self.timeout = timeout

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send a request, with the session's time limit where none is given."""
        return super().send(request, **{**kwargs, "timeout": kwargs.get("timeout") or self.timeout})


def persist(ask: Callable[[], T], server: str, *, tries: int, sleep: Callable[[float], None]) -> T:
    """Ask until there is an answer, the tries are used up, or the failure is final.

    Pauses are random and grow, and are never shorter than the server asks for.
    """

    def pause(state: RetryCallState) -> float:
        jitter = wait_random_exponential(multiplier=1, max=60)(state)
        wait = getattr(state.outcome and state.outcome.exception(), "wait", None)
        return jitter if wait is None else min(float(wait), LONGEST_PAUSE) + min(jitter, 5.0)

    retrying = Retrying(
        retry=retry_if_exception_type(TransientError),
        wait=pause,
        stop=stop_after_attempt(tries),
        sleep=sleep,
        before_sleep=before_sleep_log(log, logging.WARNING),
        reraise=True,
    )
    try:
        return retrying(ask)
    except TransientError as last:
        raise FetchError(f"{server} gave no usable answer in {tries} tries; the last: {last}") from None


def failure_of(error: Exception, server: str) -> FetchError:
    """Return what it means that a request brought no answer, or one that cannot be read."""
    if isinstance(error, requests.Timeout):
        return TransientError(f"{server} did not answer in time")
    if isinstance(error, requests.JSONDecodeError):
        return TransientError(f"the answer of {server} is not JSON")
    if isinstance(error, requests.RequestException):
        return TransientError(f"the connection to {server} failed ({type(error).__name__})")
    return TransientError(f"the answer of {server} has not the expected shape ({error})")


def status_failure(status: int, headers: Mapping[str, str], told: str) -> FetchError:
    """Return what an HTTP status of 400 or more means; `told` is what to tell."""
    if status >= 500 or status in {403, 408, 429}:
        return TransientError(told, retry_after(headers))
    return FetchError(told)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a Retry-After header, which may also be a date; None without one."""
    text = headers.get("retry-after")
    seconds = read_number(text)
    if seconds is not None or text is None:
        return seconds
    try:
        return max(0.0, (parsedate_to_datetime(text) - parsedate_to_datetime(headers["date"])).total_seconds())
    except (KeyError, ValueError, TypeError):
        return None


def read_number(text: str | None) -> float | None:
    """Return a header as a number that is zero or more, else None."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def day_of(headers: Mapping[str, str], name: str = "date") -> str | None:
    """Return the day that a header names, as ``"2026-05-22"``, or None."""
    try:
        return f"{parsedate_to_datetime(headers[name]):%Y-%m-%d}"
    except (KeyError, ValueError, TypeError):
        return None


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
