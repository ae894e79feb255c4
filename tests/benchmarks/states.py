"""How long it takes to explore the whole book, and how much its states weigh as hosts send them.

What closed choices alone take is told by the seconds of their runs: a book without the other states would have to be
another book.
"""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks._measuring import Copy, Row, load, machine

SECONDS = {"closed choices": 360.0, "all choices": 720.0}
MEGABYTES = {"closed choices": 6.0, "all choices": 10.0}
A_STATE = 15.0
"""Kilobytes of a state on average."""
CLOSED = """
import json
from bookpress.book.chapters import discover
from bookpress.book.project import Project
chapters = discover(Project.find())
print(json.dumps({chapter.slug: [one.name for one in chapter.parameters if one.choices] for chapter in chapters}))
"""


def exploring(copy: Copy) -> Iterator[Row]:
    """Explore a book that was built, and yield what that took and what it left."""
    copy.press("build")
    command = [sys.executable, "-m", "compute_divide", "explore", "--yes"]
    begun = time.perf_counter()
    environment = {**copy.environment, "COLUMNS": "200"}  # each run that ends is one line
    done = subprocess.run(command, cwd=copy.root, env=environment, capture_output=True, text=True, check=True)
    seconds, closed = time.perf_counter() - begun, copy.ask(CLOSED)
    ran = re.findall(r"^  ([\w-]+) ((?:\w+=.*)) ([\d.]+) s$", done.stderr, re.MULTILINE)
    work = {True: 0.0, False: 0.0}
    for slug, choice, took in ran:
        work[all(name in closed[slug] for name in re.findall(r"(\w+)=", choice))] += float(took)
    took = {"closed choices": seconds * work[True] / sum(work.values()), "all choices": seconds}
    weights: dict[str, list[int]] = {"closed choices": [], "all choices": []}
    for path in (copy.root / "_build/editions/default/html/states").glob("*/*.js"):
        size = len(gzip.compress(path.read_bytes(), 9))
        weights["all choices"].append(size)
        choice = re.match(r'bookpress\.state\("\w+",\{"choice":(\{[^}]*\})', path.read_text("utf-8"))
        if choice is None or set(json.loads(choice[1])) <= set(closed[path.parent.name]):
            weights["closed choices"].append(size)
    for which, sizes in weights.items():
        yield Row.at_most(f"{which}: {len(sizes)} scripts", [took[which]], SECONDS[which])
        whole, each = sum(sizes) / 1e6, sum(sizes) / len(sizes) / 1e3
        yield _weight(f"{which}, compressed", whole, MEGABYTES[which], "MB")
        yield _weight(f"{which}, a script on average", each, A_STATE, "kB")


def _weight(what: str, found: float, most: float, unit: str) -> Row:
    return Row(what, f"{found:.1f} {unit}", "", "", f"at most {most:g} {unit}", found <= most)


def main() -> str:
    """Measure, print each line as it is there, and return the table."""
    before = load()
    print(f"states: {machine()}\n{Row.head()}", flush=True)
    rows = []
    with tempfile.TemporaryDirectory(prefix="states-bench-") as home:
        for row in exploring(Copy.make(Path(home, "book"))):
            print(row, flush=True)
            rows.append(row)
    note = f"Processes that wanted to run: {before:.1f} before, {load():.1f} at the end."
    print(note, flush=True)
    return "\n".join([Row.head(), *map(str, rows), "", note])


if __name__ == "__main__":
    main()
