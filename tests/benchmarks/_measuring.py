"""What the benchmarks share: a fresh copy of the book, timed commands, facts of the machine, a table."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent
PACKAGES = ("jupyter-book", "sphinx", "papermill", "distributed")


@dataclass(frozen=True)
class Copy:
    """A clone of the last commit, with the packages of this environment and the modules of its own."""

    root: Path

    @classmethod
    def make(cls, root: Path) -> Copy:
        subprocess.run(["git", "clone", "--quiet", ROOT, root], check=True)
        copy = cls(root)
        copy.run(sys.executable, "-m", "compileall", "-q", root / "src")
        return copy

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("BOOKPRESS", "COMPUTE_DIVIDE"))
        }
        return {**ours, "PYTHONPATH": str(self.root / "src")}

    def run(self, *command: str | Path) -> str:
        """Run a command in the copy and return what it prints."""
        done = subprocess.run(
            [str(part) for part in command],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(
                f"{command} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
            )
        return done.stdout

    def seconds(self, *command: str | Path) -> float:
        """Return the seconds on the clock that a command takes."""
        begun = time.perf_counter()
        self.run(*command)
        return time.perf_counter() - begun

    def press(self, *words: str) -> float:
        """Return the seconds that a command of the press takes."""
        return self.seconds(sys.executable, "-m", "compute_divide_evidence", *words)

    def ask(self, code: str, *arguments: str | Path) -> Any:
        """Run Python code in the copy and return the JSON that it prints last."""
        return json.loads(self.run(sys.executable, "-c", code, *arguments).splitlines()[-1])


@dataclass(frozen=True)
class Row:
    """A line of the table: what was measured, against what, and what is wanted."""

    what: str
    ours: str
    other: str
    ratio: str
    wanted: str
    holds: bool

    @classmethod
    def at_most(cls, what: str, measured: Sequence[float], most: float) -> Row:
        """Return a line for seconds that may be so many at the most."""
        middle = statistics.median(measured)
        return cls(what, f"{middle:.2f} s", "", "", f"at most {most:g} s", middle <= most)

    @classmethod
    def part_of(cls, what: str, ours: float, other: float, whose: str, most: float) -> Row:
        """Return a line for seconds that may be such a part of another's at the most."""
        share = ours / other
        return cls(
            what,
            f"{ours:.1f} s",
            f"{other:.1f} s, {whose}",
            f"{share:.2f}",
            f"at most {most:g}",
            share <= most,
        )

    @classmethod
    def faster_than(cls, what: str, ours: float, other: float, whose: str, least: float) -> Row:
        """Return a line for seconds of which another takes so many times more at the least."""
        fold = other / ours
        told = (
            f"{ours:.2f} s",
            f"{other:.2f} s, {whose}",
            f"{fold:.2f} times",
            f"at least {least:g} times",
        )
        return cls(what, *told, fold >= least)

    def __str__(self) -> str:
        cells = (
            self.what,
            self.ours,
            self.other,
            self.ratio,
            self.wanted,
            "holds" if self.holds else "**missed**",
        )
        return f"| {' | '.join(cells)} |"


def machine() -> str:
    """Return the facts of the machine in one line."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.processor() or platform.machine()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"{processor}, {cores} cores, {platform.system()}, Python {platform.python_version()}; {packages}"


def loop() -> float:
    """Return the seconds of a loop of sums, of which others on the same processor may make twice as many."""
    begun, total = time.perf_counter(), 0
    for number in range(10_000_000):
        total += number
    return time.perf_counter() - begun


def tabled(rows: Iterable[Row], how: str = "") -> str:
    """Measure rows, print each as it is there, and return the table with how and on what it was measured."""
    before, table = (
        os.getloadavg()[0],
        ["| | the press | against | ratio | wanted | |\n|---|---|---|---|---|---|"],
    )
    print(table[0], flush=True)
    loops = [loop()]
    for row in rows:
        table.append(str(row))
        print(row, flush=True)
        loops.append(loop())
    wanted = (
        f"Processes that wanted to run: {before:.1f} before, {os.getloadavg()[0]:.1f} at the end"
    )
    pace = f"the same loop of sums took {min(loops):.2f} to {max(loops):.2f} s between the lines"
    note = f"{how} {machine()}. {wanted}; {pace}.".strip()
    print(note, flush=True)
    return "\n".join([*table, "", note])
