"""How the press grows with a book: the tiny second book with 10, 40 and 160 chapters."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.benchmarks._measuring import ROOT, Row, tabled

SECOND_BOOK = ROOT / "tests/bookpress/orbits"
SIZES = (10, 40, 160)
ROUNDS = 3
LINEAR = 1.3
"""How much more than in proportion time and memory may grow from the smallest book to the largest."""


def grown(folder: Path, chapters: int) -> Path:
    """Write the second book with so many chapters: copies of its second one, each a little different."""
    shutil.copytree(SECOND_BOOK, folder)
    (folder / "requirements.lock").write_text("")
    moons = (folder / "notebooks/moons.md").read_text(encoding="utf-8")
    names = [f"moons-{number:03}" for number in range(chapters - 2)]
    for number, name in enumerate(names):
        text = re.sub(r"power: Power = 1.5", f"power: Power = {1.5 + number / 100_000}", moons)
        text = text.replace("moons:", f"{name}:").replace("# Moons", f"# Moons, {number}")
        (folder / f"notebooks/{name}.md").write_text(text, encoding="utf-8")
    with (folder / "_toc.yml").open("a", encoding="utf-8") as toc:
        toc.writelines(f"  - file: notebooks/{name}\n" for name in names)
    return folder


def press(book: Path, *words: str) -> tuple[float, float]:
    """Return the seconds on the clock and the peak memory (MB) of a command of the press and of all it starts."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(book), str(ROOT / "src")])}
    begun = time.perf_counter()
    command = [sys.executable, "-c", PEAK, sys.executable, "-m", "bookpress", *words]
    done = subprocess.run(
        command, cwd=book, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(
            f"{words} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
        )
    return time.perf_counter() - begun, float(done.stdout.split()[-1])


PEAK = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True)
sys.stderr.buffer.write(done.stderr)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
sys.exit(done.returncode)
"""


def measured(book: Path) -> tuple[float, float, float, float]:
    """Return seconds of a cold build, its memory (MB), and seconds with nothing and with one chapter changed."""
    cold, memory = press(book, "build")
    same, _ = press(book, "build")
    chapter = book / "notebooks/moons.md"
    chapter.write_text(
        chapter.read_text(encoding="utf-8") + "\nOne more sentence.\n", encoding="utf-8"
    )
    one, _ = press(book, "build")
    return cold, memory, same, one


def growing() -> Iterator[Row]:
    """Measure books of each size."""
    found = {}
    with tempfile.TemporaryDirectory(prefix="growth-") as home:
        for size in SIZES:
            rounds = [measured(grown(Path(home, f"{size}-{turn}"), size)) for turn in range(ROUNDS)]
            found[size] = tuple(median(one) for one in zip(*rounds, strict=True))
            print(
                f"{size} chapters: " + ", ".join(f"{value:.1f}" for value in found[size]),
                flush=True,
            )
    small, middling, large = (found[size] for size in SIZES)
    steps = [
        (b - a) / (to - frm)
        for (a, b), (frm, to) in (
            ((small[0], middling[0]), (10, 40)),
            ((middling[0], large[0]), (40, 160)),
        )
    ]
    told = ", ".join(f"{found[size][0]:.1f} s" for size in SIZES)
    memory = ", ".join(f"{found[size][1]:.0f} MB" for size in SIZES)
    yield from (
        Row(
            "cold build of 10, 40 and 160 chapters",
            told,
            f"{steps[0]:.2f} s a chapter from 10 to 40, {steps[1]:.2f} s from 40 to 160",
            f"{steps[1] / steps[0]:.2f}",
            f"linear: at most {LINEAR:g}",
            steps[1] <= LINEAR * steps[0],
        ),
        Row(
            "its memory",
            memory,
            "",
            f"{large[1] / small[1]:.2f}",
            "at most 16",
            large[1] <= 16 * small[1],
        ),
        Row.at_most("160 chapters, nothing changed", [large[2]], most=2),
        Row.at_most("160 chapters, one changed", [large[3]], most=10),
    )


def main() -> str:
    """Measure, print and return the table."""
    return tabled(growing(), f"Medians of {ROUNDS}.")
