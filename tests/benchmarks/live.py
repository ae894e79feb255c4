"""How long a reader of the served book waits for a value that nobody has tried: each chapter, through the server."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests
from tests.benchmarks._measuring import Copy, Row, tabled

ROUNDS = 5
LIMIT = 2.0
"""Seconds that an answer may take in the median."""
SETTING = re.compile(r'data-name="(\w+)"\s+data-label="[^"]*"\s+data-value="([^"]*)"')
"""The name and the published value of a choice, as its page has them."""
LEAST = 12
"""Chapters of which that is wanted."""


def answers(url: str, slug: str, controls: dict[str, Any]) -> list[float]:
    """Return the seconds of some answers, each for another value of one number, near to the published one."""
    page = requests.get(f"{url}/notebooks/{slug}.html", timeout=60).text
    token = re.findall('data-token="([^"]+)"', page)[0]
    usual = dict(SETTING.findall(page))
    headers = {"Origin": url, "X-Press-Token": token, "Content-Type": "application/json"}
    inputs = {name: control.get("input", {}) for name, control in controls.items()}
    name = next(name for name, field in inputs.items() if field.get("type") == "number")
    is_whole = inputs[name]["step"] == "1"
    seconds = []
    for turn in range(1, ROUNDS + 1):
        near = float(usual[name]) * (1 - turn / 100)
        value = str(int(usual[name]) + turn) if is_whole else f"{near:.4f}"
        order = json.dumps({"chapter": slug, "reader": "bench", "values": {name: value}})
        begun = time.perf_counter()
        address = f"{url}/__press__/choose"
        answer = requests.post(address, order, headers=headers, timeout=120).json()
        seconds.append(time.perf_counter() - begun)
        if "state" not in answer:
            raise RuntimeError(f"{slug}: {name}={value}: {answer}")
    return seconds


def answering(copy: Copy) -> Iterator[Row]:
    """Build the book, measure the answers of each chapter, and count those that are quick."""
    copy.press("build")
    command = [sys.executable, "-m", "compute_divide_evidence", "serve", "--port", "0"]
    served = subprocess.Popen(
        command,
        cwd=copy.root,
        env=copy.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    rows = []
    try:
        assert served.stdout
        url = served.stdout.readline().strip().rstrip("/")
        while requests.get(f"{url}/__press__/state", timeout=60).json()["state"] != "built":
            time.sleep(0.2)
        for slug, controls in requests.get(f"{url}/__press__/controls", timeout=120).json().items():
            fields = [control.get("input", {}) for control in controls.values()]
            if all(field.get("type") != "number" for field in fields):
                continue  # a chapter without a number to move
            rows.append(
                Row.at_most(f"a live answer of `{slug}`", answers(url, slug, controls), LIMIT)
            )
            yield rows[-1]
    finally:
        served.send_signal(signal.SIGINT)
        served.wait(30)
    good, what = sum(row.holds for row in rows), f"chapters that answer within {LIMIT:g} s"
    yield Row(what, str(good), f"{len(rows)} chapters", "", f"at least {LEAST}", good >= LEAST)


def main() -> str:
    """Measure, print each line as it is there, and return the table."""
    with tempfile.TemporaryDirectory(prefix="live-bench-") as home:
        return tabled(answering(Copy.make(Path(home) / "book")), f"Medians of {ROUNDS} answers.")
