"""An OpenAlex without a network, for tests: it speaks the API, counts credits, and misbehaves to order.

Shapes and headers are those of exchanges recorded in May 2026. It answers the requests of a session that it is mounted
on, in place of the wire, and notes the time limit of each.
"""

from __future__ import annotations

import base64
import io
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import requests
from requests.adapters import BaseAdapter

from compute_divide_evidence.openalex.client import HOST, Client

KEY = "sEcReT-kEy-0123456789abcdef"
STATUS = {
    "throttle": (429, {"error": "Too many requests", "message": "slow down"}, {"retry-after": "1"}),
    "spent": (429, {"error": "Rate limit exceeded", "message": "budget"}, {"retry-after": "41749"}),
    "error": (500, {"error": "Internal server error", "message": f"an error of {KEY}"}, {}),
    "paused": (503, {"error": "Search paused", "message": "search is paused"}, {}),
}
RAISED = {
    "stall": requests.ReadTimeout("no answer within the time limit"),
    "cut": requests.exceptions.ChunkedEncodingError("the connection ends inside the body"),
    "reset": requests.ConnectionError("the connection is reset before any answer"),
}
FAULTS = (
    *(*STATUS, *RAISED),
    "malformed",  # half of a JSON text
    "shape",  # JSON without what an answer must have
    "loop",  # a cursor that leads back
    "doubled",  # records that came before, too
    "missing",  # fewer records than there are
)


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
                {
                    "institutions": [
                        {"id": f"https://openalex.org/I{i}", "type": kind, "country_code": "US"}
                    ]
                }
                for kind in kinds[int(rng.integers(len(kinds)))]
            ],
        }
        for i in range(number)
    ]


def respond(status: int, body: Any, headers: dict[str, str] | None = None) -> requests.Response:
    """Return an answer of a server."""
    response = requests.Response()
    response.status_code = status
    response.headers.update(headers or {})
    response.raw = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
    return response


@dataclass(eq=False)
class Server(BaseAdapter):
    """The pretended OpenAlex.

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
    credits_used: int = 0
    credits_taken: int = 0
    requests: Counter[str] = field(default_factory=Counter)
    timeouts: list[Any] = field(default_factory=list)

    @property
    def ids(self) -> set[str]:
        """Ids of all works."""
        return {work["id"] for work in self.works}

    def client(self, **options: Any) -> Client:
        """Return a client of this server."""
        client = Client(**{"key": KEY, "tries": 4, "sleep": lambda _: None, **options})
        client.session.mount(HOST, self)
        return client

    def send(
        self, request: requests.PreparedRequest, *_: Any, timeout: Any = None, **__: Any
    ) -> requests.Response:
        """Answer a request, or fail as asked."""
        self.timeouts.append(timeout)
        parts = urlsplit(request.url or "")
        query = {
            name.replace("-", "_"): values[0] for name, values in parse_qs(str(parts.query)).items()
        }
        self.requests[str(parts.path)] += 1
        cost = 0
        if (sent := request.headers["Authorization"]) != f"Bearer {KEY}":
            status, body, told = (
                401,
                {"error": "Invalid or missing API key", "message": f"no {sent}"},
                {},
            )
        elif parts.path == "/rate-limit":
            status, body, told = 200, self._balance(), {}
        else:
            time.sleep(self.pause)
            struck = self.fault is not None and self.strikes > 0 and self.rng.random() < self.rate
            self.strikes -= struck
            cost = 10 if ".search" in query.get("filter", "") and "group_by" not in query else 1
            status, body, told = self._works(query, cost, self.fault if struck else None)
        used = cost if status in {200, 400} else 0
        self.credits_used += used
        self.credits_taken += used
        numbers = {
            "limit": self.budget,
            "remaining": self.budget - self.credits_used,
            "reset": 41749,
        }
        limits = {
            f"x-ratelimit-{name}": str(value)
            for name, value in {**numbers, "credits-used": used}.items()
        }
        return respond(status, body, {**limits, **told})

    def close(self) -> None:
        """Close nothing."""

    def _balance(self) -> dict[str, Any]:
        left = {"credits_limit": self.budget, "credits_remaining": self.budget - self.credits_used}
        costs = {"singleton": 0, "list": 1, "search": 10}
        return {
            "api_key": "sEc...def",
            "rate_limit": {**left, "resets_in_seconds": 41669, "credit_costs": costs},
        }

    def _works(
        self, query: dict[str, str], cost: int, fault: str | None
    ) -> tuple[int, Any, dict[str, str]]:
        if fault in RAISED:
            raise RAISED[fault]
        if fault == "spent":
            self.credits_used = self.budget
        if fault in STATUS:
            return STATUS[fault]
        if self.credits_used + cost > self.budget:
            return STATUS["spent"]
        if (
            query.get("filter", "").startswith("DOESNTEXIST")
            or int(query.get("per_page", 25)) > 100
        ):
            message = "DOESNTEXIST is not a valid field. Valid fields are: " + ", ".join(
                ["abstract.search"] * 100
            )
            return 400, {"error": "Invalid query parameters error.", "message": message}, {}
        body: Any = self._groups(query) if "group_by" in query else self._list(query, fault)
        if fault == "shape":
            wrong = [
                {"results": []},
                {"meta": None, "results": []},
                {"meta": body["meta"]},
                [],
                "sorry",
                {},
            ]
            wrong += [
                {**body, "meta": {"next_cursor": None}},
                {**body, "results": [{"title": "no id"}]},
            ]
            body = wrong[int(self.rng.integers(len(wrong)))]
        content = json.dumps(body).encode()
        return 200, content[: len(content) // 2] if fault == "malformed" else content, {}

    def _list(self, query: dict[str, str], fault: str | None) -> dict[str, Any]:
        start = (
            0 if query["cursor"] == "*" else int(json.loads(base64.b64decode(query["cursor"]))[0])
        )
        after = start + int(query["per_page"])
        results = list(self.works[start:after])
        cursor = base64.b64encode(json.dumps([after, "W"]).encode()).decode() if results else None
        if fault == "missing":
            results = results[: len(results) // 2]
        if fault == "doubled":
            results += self.works[max(0, start - 7) : start]
        if fault == "loop" and start:
            cursor = query["cursor"]
        selected = query["select"].split(",") if "select" in query else None
        results = [
            {k: v for k, v in work.items() if selected is None or k in selected} for work in results
        ]
        return {
            "meta": {"count": len(self.works), "next_cursor": cursor},
            "results": results,
            "group_by": [],
        }

    def _groups(self, query: dict[str, str]) -> dict[str, Any]:
        matching = [work for work in self.works if _matches(work, query["filter"])]
        counts = Counter(work["publication_year"] for work in matching)
        groups = [
            {"key": str(y), "key_display_name": str(y), "count": n} for y, n in counts.most_common()
        ]
        return {
            "meta": {"count": len(matching), "next_cursor": "InN0YW5kYXJkIg=="}, "results": [], "group_by": groups
        }  # fmt: skip


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
