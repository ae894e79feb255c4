"""How long a run of the chapter on universities takes, with its random draws, and deriving its tables."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks._measuring import Copy, Row, tabled

ROUNDS = 5
CHAPTER = "universities"
TABLES = ("university-papers", "university-machines")
RUN, DERIVE = 3.0, 60.0
"""Seconds that each may take."""


def measuring(copy: Copy) -> Iterator[Row]:
    """Run the chapter with values that nobody has tried, then derive its tables from raw files."""
    values = [f"minimum_coverage=0.8{turn}" for turn in range(ROUNDS)]
    runs = [copy.press("run", CHAPTER, "-p", value, "--json") for value in values]
    yield Row.at_most(f"`run {CHAPTER}` with another value", runs, RUN)
    only = [word for table in TABLES for word in ("--only", table)]
    derived = copy.press("data", "derive", *only, "--raw", os.environ["COMPUTE_DIVIDE_RAW"])
    yield Row.at_most(f"deriving the tables of `{CHAPTER}`", [derived], DERIVE)


def main() -> str | None:
    """Measure, print each line as it is there, and return the table."""
    if "COMPUTE_DIVIDE_RAW" not in os.environ:
        print("NOT MEASURED: universities; set COMPUTE_DIVIDE_RAW to the folder of the raw files")
        return None
    with tempfile.TemporaryDirectory(prefix="universities-bench-") as home:
        return tabled(measuring(Copy.make(Path(home, "book"))), f"Medians of {ROUNDS} runs.")
