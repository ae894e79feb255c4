"""Whatever goes wrong on the way, a fetch ends complete or says why it stopped, and resuming makes it complete."""

import logging
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from openalex_server import FAULTS, KEY, Server, make_works

from compute_divide_evidence.openalex.client import Client, FetchError
from compute_divide_evidence.openalex.fetch import DRIFT, FetchedPages, fetch_records, opened
from compute_divide_evidence.openalex.refresh import Choice, records_query
from sampling import LONG

QUERY = records_query(Choice(2012, 2024, subfield="1702"))
SEEDS = range(20 if LONG else 2)
KILLS = 30 if LONG else 2

FETCH = """
import sys, pathlib, numpy
from openalex_server import Server, make_works
from compute_divide_evidence.openalex.fetch import fetch_records, opened
from compute_divide_evidence.openalex.refresh import Choice, records_query
rng = numpy.random.default_rng(int(sys.argv[1]))
server = Server(make_works(3000, rng), rng, pause=0.005)
print("ready", flush=True)
with opened(pathlib.Path(sys.argv[2]), records_query(Choice(2012, 2024, subfield="1702"))) as store:
    fetch_records(server.client(), store)
"""

# What a run may say when it stops: the fault that stopped it, and no other.
TRIED = "gave no usable answer in 4 tries; the last:"
STOPS = {
    "throttle": f"{TRIED} OpenAlex answers 429: Too many requests. slow down",
    "spent": "the day's budget of OpenAlex is spent (0 of 10,000 credits left); it is full again in 11 h 35 min",
    "error": f"{TRIED} OpenAlex answers 500",
    "paused": f"{TRIED} OpenAlex answers 503: Search paused",
    "stall": f"{TRIED} OpenAlex did not answer in time",
    "cut": f"{TRIED} the connection to OpenAlex failed",
    "reset": f"{TRIED} the connection to OpenAlex failed",
    "malformed": f"{TRIED} the answer of OpenAlex is not JSON",
    "shape": f"{TRIED} the answer of OpenAlex has not the expected shape",
    "loop": "a cursor that was followed before",
    "missing": "run the same again with --fresh",
}


def fetch_until_complete(
    server: Server, folder: Path, runs: int = 12
) -> tuple[FetchedPages, list[str], list[Client]]:
    """Run the same fetch again until it is complete; return the store, how each run ended, and the clients."""
    ends: list[str] = []
    clients: list[Client] = []
    for _ in range(runs):
        clients.append(server.client())
        with opened(folder, QUERY, fresh=bool(ends) and "--fresh" in ends[-1]) as store:
            try:
                fetch_records(clients[-1], store)
            except FetchError as error:
                ends.append(str(error))
                server.credits_used = 0
            else:
                return store, ends, clients
    raise AssertionError(f"never complete: {ends}")


def check(store: FetchedPages, server: Server, lost: float = 0.0) -> None:
    """Find every work once, but for a share that a fetch may lack."""
    ids = [record["id"] for record in store.records()]
    assert len(ids) == len(store.ids) >= len(server.works) * (1 - lost)
    assert set(ids) <= server.ids


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fetch_survives(
    fault: str, seed: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rng = np.random.default_rng([FAULTS.index(fault), seed])
    works = make_works(int(rng.integers(0, 900)), rng)
    server = Server(
        works, rng, fault, rate=float(rng.uniform(0.2, 1.0)), strikes=int(rng.integers(1, 8))
    )
    store, ends, clients = fetch_until_complete(server, tmp_path / "store")
    check(store, server, DRIFT if fault == "missing" else 0.0)
    assert all(STOPS[fault] in end for end in ends)
    assert server.timeouts
    assert all(limit == (10.0, 60.0) for limit in server.timeouts)
    assert sum(client.used for client in clients) == server.credits_taken
    for text in (caplog.text, *ends):
        assert KEY not in text
        assert not re.search(r"Bearer (?!\*)", text)
    assert not [
        path for path in tmp_path.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()
    ]


@pytest.mark.parametrize(("fault", "pauses"), [("throttle", 1), ("spent", 0)])
def test_a_throttle_is_waited_out_and_a_spent_budget_is_not(
    fault: str, pauses: int, tmp_path: Path
) -> None:
    rng = np.random.default_rng(1)
    server = Server(make_works(50, rng), rng, fault, rate=1.0, strikes=1)
    slept: list[float] = []
    client = server.client(sleep=slept.append)
    with opened(tmp_path, QUERY) as store:
        if fault == "spent":
            with pytest.raises(FetchError, match="full again in 11 h 35 min"):
                fetch_records(client, store)
        else:
            fetch_records(client, store)
    assert len(slept) == pauses
    assert all(1.0 <= pause <= 6.0 for pause in slept)


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(KILLS))
def test_killed_at_any_moment(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    server = Server(make_works(3000, rng), rng)
    for _ in range(2):
        command = [sys.executable, "-c", FETCH, str(seed), str(tmp_path)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, cwd=Path(__file__).parent
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(float(rng.uniform(0.0, 0.45)))
            process.send_signal(signal.SIGKILL)
    store, _, _ = fetch_until_complete(server, tmp_path, runs=1)
    check(store, server)
    assert len(list(store.lines())) == len(server.works)
