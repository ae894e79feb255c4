"""Whatever goes wrong on the way, a fetch ends complete or says why it stopped, and resuming makes it complete."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from evidence.openalex_server import FAULTS, KEY, STALL, Server, make_works, reach, running

from compute_divide.evidence.openalex.client import BudgetSpentError, Client, FetchError
from compute_divide.evidence.openalex.fetch import Store, fetch_records, opened
from compute_divide.evidence.openalex.refresh import Choice, records_query

QUERY = records_query(Choice(2012, 2024, subfield="1702"))
LONG = os.environ.get("BOOKPRESS_LONG") == "1"
SEEDS = range(20) if LONG else range(3)
KILLS = 30 if LONG else 4

# What a run may say when it stops: the fault that stopped it, and no other.
STOPS = {
    "throttle": "gave no usable answer in 4 tries; the last: OpenAlex answers 429: Too many requests. slow down",
    "spent": "the day's budget of OpenAlex is spent (0 of 10,000 credits left); it is full again in 11 h 35 min",
    "error": "gave no usable answer in 4 tries; the last: OpenAlex answers 500",
    "paused": "gave no usable answer in 4 tries; the last: OpenAlex answers 503: Search paused",
    "stall": "gave no usable answer in 4 tries; the last: OpenAlex did not answer in time",
    "cut": "gave no usable answer in 4 tries; the last: the connection to OpenAlex failed",
    "reset": "gave no usable answer in 4 tries; the last: the connection to OpenAlex failed",
    "malformed": "gave no usable answer in 4 tries; the last: the answer of OpenAlex is not JSON",
    "shape": "gave no usable answer in 4 tries; the last: the answer of OpenAlex has not the expected shape",
    "loop": "a cursor that was followed before",
}


def make_client(server: Server, pauses: list[float] | None = None) -> Client:
    limits = (5.0, STALL / 2 if server.fault == "stall" else 5.0)
    client = Client(KEY, timeout=limits, tries=4, sleep=([] if pauses is None else pauses).append)
    reach(client.session, server.port, server.timeouts)
    return client


def fetch_until_complete(server: Server, folder: Path, runs: int = 12) -> tuple[Store, list[str], list[Client]]:
    """Run the same fetch again until it is complete; return the store, what each run ended with, and the clients."""
    ends: list[str] = []
    clients: list[Client] = []
    for _ in range(runs):
        client = make_client(server)
        clients.append(client)
        with opened(folder, QUERY) as store:
            try:
                ends.append("complete" if fetch_records(client, store) else "differs")
            except FetchError as error:
                ends.append(str(error))
                server.midnight()
        if ends[-1] == "complete":
            return store, ends, clients
    raise AssertionError(f"never complete: {ends}")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fetch_survives(fault: str, seed: int, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    rng = np.random.default_rng([FAULTS.index(fault), seed])
    works = make_works(int(rng.integers(0, 900)), rng)
    server = Server(works, rng, fault, rate=float(rng.uniform(0.2, 1.0)), strikes=int(rng.integers(1, 8)))
    with running(server):
        store, ends, clients = fetch_until_complete(server, tmp_path / "store")

    ids = [record["id"] for record in store.records()]
    assert len(ids) == len(works)
    assert set(ids) == server.ids
    for end in ends[:-1]:
        assert end == "differs" or STOPS[fault] in end
        assert end != "differs" or fault == "missing"
    assert server.timeouts
    assert all(limit == clients[0].timeout for limit in server.timeouts)
    if fault not in {"cut", "stall"}:  # the headers of those answers may never arrive
        assert sum(client.used for client in clients) == server.credits_taken
    assert_secret(tmp_path, caplog.text, *ends)


def assert_secret(folder: Path, *texts: str) -> None:
    """Find the key in none of the files and texts."""
    for path in folder.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path
    for text in texts:
        assert KEY not in text
        assert not re.search(r"Bearer (?!\*)", text)


@pytest.mark.parametrize(("fault", "pauses"), [("throttle", 1), ("spent", 0)])
def test_a_throttle_is_waited_out_and_a_spent_budget_is_not(fault: str, pauses: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    server = Server(make_works(50, rng), rng, fault, rate=1.0, strikes=1)
    slept: list[float] = []
    with running(server), opened(tmp_path, QUERY) as store:
        client = make_client(server, slept)
        if fault == "spent":
            with pytest.raises(BudgetSpentError, match="full again in 11 h 35 min"):
                fetch_records(client, store)
        else:
            assert fetch_records(client, store)
    assert len(slept) == pauses
    assert all(1.0 <= pause <= 6.0 for pause in slept)


def test_pages_of_a_stopped_fetch_are_not_asked_for_again(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    server = Server(make_works(1000, rng), rng, budget=6)
    with running(server):
        store, ends, clients = fetch_until_complete(server, tmp_path)
    assert [client.used for client in clients] == [6, 5]  # ten pages and the empty one that ends the cursor
    assert "spent (0 of 6 credits left)" in ends[0]
    assert store.at.credits == 11
    assert store.doubled == 0


def test_a_complete_fetch_costs_nothing_again(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    server = Server(make_works(120, rng), rng)
    with running(server):
        fetch_until_complete(server, tmp_path)
        used = server.credits_used
        fetch_until_complete(server, tmp_path)
    assert server.credits_used == used


@pytest.mark.parametrize("seed", range(KILLS))
def test_killed_at_any_moment(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    works = make_works(3000, rng)
    server = Server(works, rng, pause=0.005)
    with running(server):
        for _ in range(2):
            run_and_kill(server.port, tmp_path, after=float(rng.uniform(0.0, 0.45)))
        server.pause = 0.0
        store, _, _ = fetch_until_complete(server, tmp_path, runs=1)
    ids = [record["id"] for record in store.records()]
    assert len(ids) == len(works)
    assert set(ids) == server.ids
    assert store.doubled == 0


def run_and_kill(port: int, folder: Path, after: float) -> None:
    script = Path(__file__).with_name("openalex_fetch.py")
    environment = {**os.environ, "OPENALEX_API_KEY": KEY}
    with subprocess.Popen(
        [sys.executable, str(script), str(port), str(folder)], stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
