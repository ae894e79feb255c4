"""How fast the press is, against plain Jupyter Book and papermill, measured side by side in fresh copies.

Both sides take turns, so that what else the machine does hits both; medians are shown, and ratios are what counts. The
table names each target of the project and says whether it holds.
"""

from __future__ import annotations

import itertools
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from tests.benchmarks._measuring import TOOLS, Copy, Row, tabled

COLD, WARM = 3, 5
"""How often a cold and a warm build are measured."""

CHAPTER = "large-scale-models"
GRID: dict[str, list[str] | list[int]] = {
    "vintage": ["2023-03", "2023-12", "2024-11", "2025-06", "2026-08"],
    "definition": [
        "all",
        "notability-filter",
        "compute-known",
        "notability-filter-compute-known",
        "top-k-per-year",
        "near-record",
    ],
    "top_k": [5, 10],
}
COMBINATIONS = [
    dict(zip(GRID, values, strict=True)) for values in itertools.product(*GRID.values())
]
SAMPLE = 6
"""Runs of papermill that are measured: evenly spread over the grid."""
CLUSTER_ROUNDS = 5

PAPERMILL = """
import json, sys, time
import papermill
source, target, sets = sys.argv[1:]
begun = time.perf_counter()
for values in json.loads(sets):
    papermill.execute_notebook(source, target, parameters=values, progress_bar=False)
print(json.dumps(time.perf_counter() - begun))
"""


def building(folder: Path) -> Iterator[Row]:
    """Measure builds: cold, without a change, with one parameter changed, and one chapter alone."""
    press, plain = (Copy.make(folder / name) for name in ("press", "plain"))
    cold, plain_cold = [], []
    for _ in range(COLD):
        for copy in (press, plain):
            shutil.rmtree(copy.root / "_build", ignore_errors=True)
        cold.append(press.press("build"))
        plain_cold.append(plain.seconds(TOOLS / "jupyter-book", "build", "."))
    whole = median(plain_cold)
    yield Row.part_of(
        "the whole book, cold", median(cold), whole, "`jupyter-book build`", most=0.32
    )
    yield Row.at_most("nothing has changed", [press.press("build") for _ in range(WARM)], most=1)
    changed = [press.press("build", "-p", f"{CHAPTER}.top_k={20 + turn}") for turn in range(WARM)]
    yield Row.at_most(
        "one parameter of one chapter changed, to the finished page", changed, most=12
    )
    alone = [
        press.press("run", CHAPTER, "-p", f"top_k={40 + turn}", "--json") for turn in range(WARM)
    ]
    yield Row.at_most(f"`run {CHAPTER}` with another value", alone, most=3)


def sweeping(folder: Path) -> Iterator[Row]:
    """Measure a sweep against papermill in a loop."""
    copy = Copy.make(folder / "sweep")
    source, target = folder / "in.ipynb", folder / "out.ipynb"
    copy.run(TOOLS / "jupytext", "--to", "ipynb", "--output", source, f"notebooks/{CHAPTER}.md")
    sample = json.dumps(COMBINATIONS[:: len(COMBINATIONS) // SAMPLE][:SAMPLE])
    ours, others = [], []
    for _ in range(COLD):
        shutil.rmtree(copy.root / "_build", ignore_errors=True)
        ours.append(copy.press("sweep", CHAPTER, *grid_options()) / len(COMBINATIONS))
        others.append(copy.ask(PAPERMILL, source, target, sample) / SAMPLE)
    what = f"a run of a sweep of {len(COMBINATIONS)}, with its table and curves"
    yield Row.faster_than(what, median(ours), median(others), "papermill in a loop", least=8)


def clustering(folder: Path) -> Iterator[Row]:
    """Measure the same sweep on a Dask cluster with one worker and with two."""
    copy = Copy.make(folder / "cluster")
    seconds: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(CLUSTER_ROUNDS):
        for workers, measured in seconds.items():
            with cluster(copy, workers) as address:
                # The first runs import; what is measured is a cluster that is there, as a user has it.
                copy.press(
                    "sweep", CHAPTER, "-g", "top_k=90,91,92,93", "--force", "--scheduler", address
                )
                measured.append(
                    copy.press("sweep", CHAPTER, *grid_options(), "--force", "--scheduler", address)
                )
    what = "the sweep on a Dask cluster with two workers"
    yield Row.faster_than(what, median(seconds[2]), median(seconds[1]), "with one", least=1.67)


def grid_options() -> list[str]:
    """Return the grid as the command line takes it."""
    return [
        word
        for name, values in GRID.items()
        for word in ("-g", f"{name}={','.join(map(str, values))}")
    ]


@contextmanager
def cluster(copy: Copy, workers: int) -> Iterator[str]:
    """Yield the address of a Dask scheduler with so many workers, each a process of its own."""
    with tempfile.TemporaryDirectory() as home, ExitStack() as stack:
        file = Path(home) / "scheduler.json"

        def start(*words: str | Path) -> None:
            process = subprocess.Popen(
                [
                    str(word)
                    for word in (TOOLS / "dask", *words, "--host", "127.0.0.1", "--no-dashboard")
                ],
                cwd=copy.root,
                env=copy.environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(process.wait)
            stack.callback(process.send_signal, signal.SIGTERM)

        start("scheduler", "--port", "0", "--scheduler-file", file)
        while not file.exists() or not file.read_text().strip().endswith("}"):
            time.sleep(0.05)
        address = str(json.loads(file.read_text())["address"])
        for _ in range(workers):
            start("worker", address, "--nthreads", "1", "--local-directory", home)
        waiting = f"from distributed import Client; Client({address!r}).wait_for_workers({workers}, timeout=60)"
        copy.run(sys.executable, "-c", waiting)
        yield address


def main() -> str:
    """Measure, print each line as it is there, and return the table."""
    rounds = f"Medians of {COLD} cold and {WARM} warm builds, {COLD} sweeps, {CLUSTER_ROUNDS} rounds on the cluster"
    with tempfile.TemporaryDirectory(prefix="press-bench-") as home:
        rows = (row for part in (building, sweeping, clustering) for row in part(Path(home)))
        return tabled(rows, f"{rounds}; both sides took turns.")
