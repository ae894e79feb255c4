"""A book by others, built as it is by the press and by plain Jupyter Book, side by side.

Both have a copy of one made-up book in its theme's pages; they take turns, so that what else the machine does hits both.
Beside seconds on the clock stand those of the processor where no chapter is run.
"""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from tests.benchmarks._measuring import TOOLS, Copy, Row, tabled

CHAPTERS = 12
TURNS = 3
KERNEL = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {name: python3, display_name: Python 3}
---
"""
CELLS = """
```{{code-cell}} ipython3
import matplotlib.pyplot as plt
import numpy as np
```

Heights are drawn for {number} waves, and $h_{number}$ is the highest.

```{{code-cell}} ipython3
plt.plot(np.sin(np.linspace(0, {number}, 200)));
```

```{{code-cell}} ipython3
np.arange({number}).sum()
```
"""
WORD = "A word more.\n"
Measured = tuple[float, float]
"""Seconds on the clock, and of the processor."""


def make_book(root: Path) -> Copy:
    """Write a book of someone else, with nothing of ours in it."""
    root.mkdir()
    names = [f"waves-{number}" for number in range(1, CHAPTERS + 1)]
    listed = "".join(f"- file: {name}\n" for name in names)
    (root / "_config.yml").write_text("title: Waves\nauthor: Ada Author\n")
    (root / "_toc.yml").write_text(f"format: jb-book\nroot: cover\nchapters:\n{listed}")
    (root / "cover.md").write_text("# Waves\n\nA book.\n")
    for number, name in enumerate(names, 1):
        text = f"{KERNEL}# Waves of kind {number}\n{CELLS.format(number=number)}"
        (root / f"{name}.md").write_text(text)
    return Copy(root)


def measured(command: Callable[[], object]) -> Measured:
    """Return the seconds that a command takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    command()
    seconds = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, spent


def building(folder: Path) -> Iterator[Row]:
    """Measure builds: cold, without a change, and with one word changed."""
    press = make_book(folder / "press")
    plain = make_book(folder / "plain")
    cold: list[Measured] = []
    same: list[Measured] = []
    word: list[Measured] = []
    whole: list[Measured] = []
    same_word: list[Measured] = []

    def build() -> None:
        press.run(sys.executable, "-m", "bookpress", "build")

    def build_plain() -> None:
        plain.run(TOOLS / "jupyter-book", "build", ".")

    for _ in range(TURNS):
        for copy in (press, plain):
            shutil.rmtree(copy.root / "_build", ignore_errors=True)
        cold.append(measured(build))
        whole.append(measured(build_plain))
        same.append(measured(build))
        for copy in (press, plain):
            with (copy.root / "waves-1.md").open("a") as file:
                file.write(f"\n{WORD}")
        word.append(measured(build))
        same_word.append(measured(build_plain))
    for what, of_press, of_plain, most in (
        ("a book by others, cold", cold, whole, 1.0),
        ("nothing has changed", same, whole, 0.2),
        ("one word of one chapter changed", word, whole, 1 / 3),
        ("the same word in both", word, same_word, 1 / 3),
    ):
        # what forks spend that run chapters is told to nobody
        units = ("on the clock",) if of_press is cold else ("on the clock", "of the processor")
        for place, unit in enumerate(units):
            ours = median(entry[place] for entry in of_press)
            other = median(entry[place] for entry in of_plain)
            whose = f"`jupyter-book build`, {'cold' if of_plain is whole else 'after that word'}"
            yield Row.part_of(f"{what}, {unit}", ours, other, whose, round(most, 2))


def main() -> str:
    """Measure, print each line as it is there, and return the table."""
    with tempfile.TemporaryDirectory(prefix="foreign-bench-") as home:
        rows = building(Path(home))
        return tabled(rows, f"Medians of {TURNS} builds of {CHAPTERS} chapters; both took turns.")
