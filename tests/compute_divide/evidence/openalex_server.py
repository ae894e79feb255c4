"""An OpenAlex on this machine, for tests: it speaks the API, counts credits, and misbehaves to order.

Shapes and headers are those of exchanges recorded in May 2026. pyalex knows only one host, so `reach` mounts an adapter
that carries its requests here, and notes the time limit of each.
"""

from __future__ import annotations

import base64
import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import numpy as np
import requests
from requests.adapters import HTTPAdapter

KEY = "sEcReT-kEy-0123456789abcdef"
HOST = "https://api.openalex.org"
FAULTS = (
    "throttle",  # 429, wait a second
    "spent",  # 429, the credits of the day are gone
    "error",  # 500
    "paused",  # 503, search paused
    "stall",  # no answer within the time limit
    "cut",  # the connection ends inside the body
    "reset",  # the connection is reset before any answer
    "malformed",  # half of a JSON text, whole by its length
    "shape",  # JSON without what an answer must have
    "loop",  # a cursor that leads back
    "doubled",  # records that came before, too
    "missing",  # fewer records than there are
)
STALL = 0.25
"""Seconds a stalled answer takes; the tests' clients wait less."""


def make_works(number: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return works with the fields of real ones, as many as wanted."""
    kinds = [[], ["education"], ["company"], ["company", "education"], ["government"]]
    return [
        {
            "id": f"https://openalex.org/W{4_000_000_000 + i}",
            "title": f"Work number {i}",
            "publication_year": int(rng.integers(2012, 2025)),
            "type": "article",
            "authorships": [
                {"institutions": [{"id": f"https://openalex.org/I{i}", "type": kind, "country_code": "US"}]}
                for kind in kinds[int(rng.integers(len(kinds)))]
            ],
        }
        for i in range(number)
    ]


@dataclass
class Server:
    """The state of the pretended OpenAlex.

    `fault` strikes each request with probability `rate`, at most `strikes` times. `credits_used` are those of the day,
    `credits_taken` all.
    """

    works: Sequence[dict[str, Any]]
    rng: np.random.Generator
    fault: str | None = None
    rate: float = 0.3
    strikes: int = 3
    budget: int = 10_000
    pause: float = 0.0
    port: int = 0
    credits_used: int = 0
    credits_taken: int = 0
    requests: Counter[str] = field(default_factory=Counter)
    timeouts: list[Any] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def ids(self) -> set[str]:
        """Ids of all works."""
        return {work["id"] for work in self.works}

    def strike(self) -> bool:
        """Whether this request goes wrong."""
        with self.lock:
            if self.fault is None or self.strikes <= 0 or self.rng.random() >= self.rate:
                return False
            self.strikes -= 1
            return True

    def midnight(self) -> None:
        """Fill the budget again."""
        self.credits_used = 0


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """Serve on a free port of this machine, and give it."""
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    httpd.daemon_threads = True
    threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield httpd.server_address[1]
    finally:
        httpd.shutdown()
        httpd.server_close()


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """Serve the pretended OpenAlex."""

    class Handler(_Handler):
        state = server

    with serving(Handler) as server.port:
        yield server


def reach(session: requests.Session, port: int, timeouts: list[Any] | None = None) -> None:
    """Carry the requests of a session for OpenAlex to a server on this machine."""
    session.mount(HOST, _LocalAdapter(port, timeouts))
    session.trust_env = False


class _LocalAdapter(HTTPAdapter):
    def __init__(self, port: int, timeouts: list[Any] | None) -> None:
        super().__init__()
        self.port, self.timeouts = port, timeouts

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if self.timeouts is not None:
            self.timeouts.append(kwargs.get("timeout"))
        parts = urlsplit(request.url or "")
        request.url = urlunsplit(("http", f"127.0.0.1:{self.port}", parts.path, parts.query, ""))
        return super().send(request, *args, **kwargs)


class _Handler(BaseHTTPRequestHandler):
    state: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_: Any) -> None:
        """Stay silent."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name.replace("-", "_"): values[0] for name, values in parse_qs(parts.query).items()}
        with self.state.lock:
            self.state.requests[parts.path] += 1
        if self.headers.get("Authorization") != f"Bearer {KEY}":
            self._answer(401, {"error": "Invalid or missing API key", "message": "API key not found"})
        elif parts.path == "/rate-limit":
            self._answer(200, self._balance())
        else:
            self._works(query)

    def _balance(self) -> dict[str, Any]:
        left = self.state.budget - self.state.credits_used
        return {
            "api_key": "sEc...def",
            "rate_limit": {
                "credits_limit": self.state.budget,
                "credits_used": self.state.credits_used,
                "credits_remaining": left,
                "resets_in_seconds": 41669,
                "credit_costs": {"singleton": 0, "list": 1, "search": 10},
            },
        }

    def _works(self, query: dict[str, str]) -> None:
        state = self.state
        time.sleep(state.pause)
        struck = state.strike()
        cost = 10 if ".search" in query.get("filter", "") and "group_by" not in query else 1
        if struck and self._broken_before(state.fault):
            return
        with state.lock:
            if state.credits_used + cost > state.budget:
                self._spent()
                return
            state.credits_used += cost
            state.credits_taken += cost
        problem = _problem(query)
        if problem:
            self._answer(400, {"error": "Invalid query parameters error.", "message": problem}, cost)
            return
        body = self._groups(query) if "group_by" in query else self._list(query, struck)
        if struck and state.fault == "shape":
            wrong = [{"results": []}, {"meta": None, "results": []}, {"meta": body["meta"]}, [], "sorry", {}]
            wrong += [{**body, "meta": {"next_cursor": None}}, {**body, "results": [{"title": "no id"}]}]
            body = wrong[int(state.rng.integers(len(wrong)))]
        self._answer(200, body, cost, fault=state.fault if struck else None)

    def _broken_before(self, fault: str | None) -> bool:
        """Fail before any credit is taken; return whether that was done."""
        if fault == "throttle":
            self._answer(429, {"error": "Too many requests", "message": "slow down"}, 0, {"Retry-After": "1"})
        elif fault == "error":
            self._answer(500, {"error": "Internal server error", "message": "an error"}, 0)
        elif fault == "paused":
            self._answer(503, {"error": "Search paused", "message": "search is paused"}, 0)
        elif fault == "spent":
            with self.state.lock:
                self.state.credits_used = self.state.budget
            self._spent()
        elif fault == "stall":
            time.sleep(STALL)
            self.close_connection = True
        elif fault == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
        else:
            return False
        return True

    def _spent(self) -> None:
        self._answer(429, {"error": "Rate limit exceeded", "message": "budget"}, 0, {"Retry-After": "41749"})

    def _list(self, query: dict[str, str], struck: bool) -> dict[str, Any]:
        per_page = int(query.get("per_page", 25))
        start = _start(query.get("cursor", "*"))
        works = list(self.state.works)
        results = works[start : start + per_page]
        after = start + per_page
        cursor = _cursor(after) if results else None
        if struck and self.state.fault == "missing":
            results = results[: len(results) // 2]
        if struck and self.state.fault == "doubled":
            results = results + works[max(0, start - 7) : start]
        if struck and self.state.fault == "loop" and start:
            cursor = query["cursor"]
        selected = query["select"].split(",") if "select" in query else None
        results = [{k: v for k, v in work.items() if selected is None or k in selected} for work in results]
        meta = {"count": len(works), "db_response_time_ms": 9, "page": None, "per_page": per_page}
        return {"meta": {**meta, "next_cursor": cursor, "groups_count": None}, "results": results, "group_by": []}

    def _groups(self, query: dict[str, str]) -> dict[str, Any]:
        matching = [work for work in self.state.works if _matches(work, query["filter"])]
        counts = Counter(work["publication_year"] for work in matching)
        groups = [{"key": str(y), "key_display_name": str(y), "count": n} for y, n in counts.most_common()]
        meta = {"count": len(matching), "db_response_time_ms": 9, "page": None, "per_page": 100}
        meta |= {"next_cursor": "InN0YW5kYXJkIg==", "groups_count": len(groups)}
        return {"meta": meta, "results": [], "group_by": groups}

    def _answer(
        self, status: int, body: Any, cost: int = 0, headers: dict[str, str] | None = None, fault: str | None = None
    ) -> None:
        content = json.dumps(body).encode()
        half = content[: len(content) // 2]
        if fault == "malformed":
            content = half
        self.send_response(status)
        told = {
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
            "x-ratelimit-limit": str(self.state.budget),
            "x-ratelimit-remaining": str(self.state.budget - self.state.credits_used),
            "x-ratelimit-credits-used": str(cost),
            "x-ratelimit-reset": "41749",
        }
        for name, value in {**told, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(half if fault == "cut" else content)
        if fault == "cut":
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True


def _start(cursor: str) -> int:
    return 0 if cursor == "*" else int(json.loads(base64.b64decode(cursor))[0])


def _cursor(start: int) -> str:
    return base64.b64encode(json.dumps([start, "W"]).encode()).decode()


def _problem(query: dict[str, str]) -> str | None:
    """Return what the API refuses in a query."""
    if int(query.get("per_page", 25)) > 100:
        return "per-page parameter must be between 1 and 100"
    for condition in query.get("filter", "").split(","):
        name = condition.split(":")[0]
        if name == "DOESNTEXIST":
            return f"{name} is not a valid field. Valid fields are: " + ", ".join(["abstract.search"] * 100)
    return None


def _matches(work: dict[str, Any], conditions: str) -> bool:
    """Whether a work passes the filters on years and types of institutions."""
    types = {place["type"] for author in work["authorships"] for place in author["institutions"]}
    for condition in conditions.split(","):
        name, _, value = condition.partition(":")
        if name == "publication_year":
            first, last = map(int, value.split("-"))
            if not first <= work["publication_year"] <= last:
                return False
        elif name.endswith("institutions.type"):
            wanted = set(value.lstrip("!").split("|"))
            if bool(wanted & types) == value.startswith("!"):
                return False
    return True
