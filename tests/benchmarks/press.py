"""How fast the press is, against plain Jupyter Book and papermill, measured side by side in fresh copies.

Both sides take turns, so that what else the machine does hits both; medians are shown, and ratios are what counts. The
table names each target of the project and says whether it holds.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
from tests.benchmarks._measuring import TOOLS, Copy, Row, load, machine, middle

COLD, WARM = 3, 5
"""How often a cold and a warm build are measured."""

CHAPTER = "large-scale-models"
GRID = (
    "vintage=2023-03,2023-12,2024-11,2025-06,2026-08",
    "definition=all,notability-filter,compute-known,notability-filter-compute-known,top-k-per-year,near-record",
    "top_k=5,10",
)
RUNS = 60
SAMPLE = 6
"""Runs of papermill that are measured: evenly spread over the grid."""
CLUSTER_ROUNDS = 3

OWN_WORK = """
import asyncio, json, os, sys, time
from pathlib import Path
from bookpress.book.chapters import discover
from bookpress.run.engines import STEADY
from bookpress.run.notebook import imported_modules
from bookpress.book.project import Project
os.environ.update(STEADY)
from bookpress.run.ipython import CellRunner
from bookpress.run.fork_server_main import preload
chapters = [chapter for chapter in discover(Project.at(Path.cwd())) if chapter.listed]
sources = {one.slug: [cell.source for cell in one.notebook.cells if cell.cell_type == "code"] for one in chapters}
preload(imported_modules(chapters))
async def run(cells):
    runner = CellRunner(lambda message: None)
    return all([await runner.run(cell) for cell in cells])
seconds = {}
for slug, cells in sources.items():
    begun = time.perf_counter()
    if os.fork() == 0:
        os._exit(0 if asyncio.run(run(cells)) else 1)
    assert os.wait()[1] == 0, slug
    seconds[slug] = time.perf_counter() - begun
print(json.dumps(seconds))
"""
"""Seconds of the cells of each chapter alone: everything imported, nothing drawn, nothing sent, one after the other."""

PAPERMILL = """
import json, sys, time
from pathlib import Path
import papermill
from bookpress.book.chapters import discover
from bookpress.explore.grid import combinations, parse_options
from bookpress.book.project import Project
slug, sample, folder, *grid = sys.argv[1:]
[chapter] = [chapter for chapter in discover(Project.at(Path.cwd())) if chapter.slug == slug]
usual = {parameter.name: parameter.default for parameter in chapter.parameters}
sets = combinations(chapter, parse_options(grid), usual)
step = len(sets) // int(sample)
begun = time.perf_counter()
for values in sets[::step][: int(sample)]:
    papermill.execute_notebook(f"{folder}/in.ipynb", f"{folder}/out.ipynb", parameters=values, progress_bar=False)
print(json.dumps([len(sets), time.perf_counter() - begun]))
"""


def building(folder: Path) -> Iterator[Row]:
    """Measure builds: cold, without a change, with one parameter changed."""
    press, plain = (Copy.make(folder / name) for name in ("press", "plain"))
    # Jupyter Book keeps what it ran, so that a second build shows what the pages alone take.
    config = plain.root / "_config.yml"
    config.write_text(config.read_text(encoding="utf-8").replace('"force"', '"cache"'), encoding="utf-8")
    book = [str(TOOLS / "jupyter-book"), "build"]
    cold, execution, assembly, plain_cold, plain_assembly = ([] for _ in range(5))
    for _ in range(COLD):
        for copy in (press, plain):
            shutil.rmtree(copy.root / "_build", ignore_errors=True)
        cold.append(press.press("build"))
        execution.append(execution_seconds(press))
        assembly.append(cold[-1] - execution[-1])
        plain_cold.append(plain.seconds(*book, "."))
        shutil.rmtree(plain.root / "_build/pictures", ignore_errors=True)
        plain_assembly.append(plain.seconds(*book, "--all", "."))
    whole = middle(plain_cold)
    yield from _cold_rows(cold, execution, assembly, plain_cold, plain_assembly)
    same = [press.press("build") for _ in range(WARM)]
    share = middle(same) / whole
    yield Row(
        "nothing has changed",
        f"{middle(same):.2f} s",
        f"{whole:.1f} s",
        f"{share:.3f}",
        "0.1 and under 2 s",
        share <= 0.1 and middle(same) < 2,
    )
    changed = [press.press("build", "-p", f"{CHAPTER}.top_k={20 + turn}") for turn in range(WARM)]
    yield Row(
        "one parameter of one chapter changed, to the finished page",
        f"{middle(changed):.2f} s",
        f"{whole:.1f} s",
        f"{middle(changed) / whole:.3f}",
        "under 5 s",
        middle(changed) < 5,
    )


def executing(folder: Path) -> Iterator[Row]:
    """Measure the execution of all chapters against the least that their own work can take."""
    copy, execution, works = Copy.make(folder / "execution"), [], []
    for _ in range(COLD):
        copy.press("build", "--force")
        execution.append(execution_seconds(copy))
        works.append(copy.ask(OWN_WORK))
    yield _floor_row(execution, works)


def execution_seconds(copy: Copy) -> float:
    """Return how long the chapters of the last build took together, as it tells itself."""
    timings = json.loads((copy.root / "_build/editions/default/timings.json").read_text(encoding="utf-8"))
    return float(timings["execution"])


def _cold_rows(
    cold: Sequence[float],
    execution: Sequence[float],
    assembly: Sequence[float],
    plain_cold: Sequence[float],
    plain_assembly: Sequence[float],
) -> Iterator[Row]:
    plain_execution = [whole - part for whole, part in zip(plain_cold, plain_assembly, strict=True)]
    parts = (
        ("the whole book, cold", cold, plain_cold, 0.45),
        ("of it execution", execution, plain_execution, None),
        ("of it the rest", assembly, plain_assembly, None),
    )
    for what, ours, other, wanted in parts:
        ratio = middle(ours) / middle(other)
        yield Row(
            what,
            f"{middle(ours):.1f} s",
            f"{middle(other):.1f} s, `jupyter-book build`",
            f"{ratio:.2f}",
            "" if wanted is None else f"{wanted}",
            wanted is None or ratio <= wanted,
        )


def _floor_row(execution: Sequence[float], works: Sequence[dict[str, float]]) -> Row:
    """Return the execution of all chapters against the least time their own work can take on these cores."""
    work = {slug: middle([one[slug] for one in works]) for slug in works[0]}
    cores = len(psutil.Process().cpu_affinity())
    least = max(sum(work.values()) / cores, *work.values())
    allowed = 1.25 * least + 0.15 * len(work) + 1
    return Row(
        f"execution of {len(work)} chapters",
        f"{middle(execution):.1f} s",
        f"{least:.1f} s, their own work",
        f"{middle(execution) / least:.2f}",
        f"{allowed:.1f} s = 1.25 × + 0.15 s a chapter + 1 s",
        middle(execution) <= allowed,
    )


def sweeping(folder: Path) -> Iterator[Row]:
    """Measure a sweep against papermill in a loop."""
    copy = Copy.make(folder / "sweep")
    notebook = folder / "in.ipynb"
    copy.run(TOOLS / "jupytext", "--to", "ipynb", "--output", notebook, f"notebooks/{CHAPTER}.md")
    ours, others = [], []
    for _ in range(COLD):
        shutil.rmtree(copy.root / "_build", ignore_errors=True)
        ours.append(RUNS / copy.press("sweep", CHAPTER, *grid_options()))
        runs, seconds = copy.ask(PAPERMILL, CHAPTER, str(SAMPLE), folder, *GRID)
        if runs != RUNS:
            raise RuntimeError(f"the grid has {runs} combinations, not {RUNS}")
        others.append(SAMPLE / seconds)
    ratio = middle(ours) / middle(others)
    yield Row(
        f"a sweep of {RUNS} runs, with its table and curves",
        f"{middle(ours):.2f} runs/s",
        f"{middle(others):.2f} runs/s, papermill in a loop ({SAMPLE} of the {RUNS} measured)",
        f"{ratio:.2f}",
        "2.5",
        ratio >= 2.5,
    )


def clustering(folder: Path) -> Iterator[Row]:
    """Measure the same sweep on a Dask cluster with one worker and with two."""
    copy = Copy.make(folder / "cluster")
    seconds: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(CLUSTER_ROUNDS):
        for workers, measured in seconds.items():
            with cluster(copy, workers) as address:
                # The first runs import; what is measured is a cluster that is there, as a user has it.
                copy.press("sweep", CHAPTER, "-g", "top_k=900,901,902,903", "--force", "--scheduler", address)
                measured.append(copy.press("sweep", CHAPTER, *grid_options(), "--force", "--scheduler", address))
    one, two = middle(seconds[1]), middle(seconds[2])
    yield Row(
        "the sweep on a Dask cluster, two workers against one",
        f"{RUNS / two:.2f} runs/s",
        f"{RUNS / one:.2f} runs/s",
        f"{one / two:.2f}",
        "1.67",
        one / two >= 1.67,
    )


def grid_options() -> list[str]:
    """Return the grid as the command line takes it."""
    return [word for axis in GRID for word in ("-g", axis)]


@contextmanager
def cluster(copy: Copy, workers: int) -> Iterator[str]:
    """Yield the address of a Dask scheduler with so many workers, each a process of its own."""
    with tempfile.TemporaryDirectory() as home, ExitStack() as stack:
        file = Path(home) / "scheduler.json"

        def start(*words: str | Path) -> None:
            process = subprocess.Popen(
                [str(word) for word in (TOOLS / "dask", *words, "--host", "127.0.0.1", "--no-dashboard")],
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


def say(text: str) -> None:
    """Show how it goes at once."""
    print(text, flush=True)


def main() -> str:
    """Measure, print each line as it is there, and return the table."""
    before = load()
    say(f"press: {machine()}\n{Row.head()}")
    rows = []
    with tempfile.TemporaryDirectory(prefix="press-bench-") as home:
        for part in (building, executing, sweeping, clustering):
            for row in part(Path(home)):
                say(str(row))
                rows.append(row)
    note = (
        f"Medians of {COLD} cold and {WARM} warm builds, {COLD} sweeps, {CLUSTER_ROUNDS} rounds on the cluster; both "
        f"sides took turns. {machine()}. Processes that wanted to run: {before:.1f} before, {load():.1f} at the end."
    )
    say(note)
    return "\n".join([Row.head(), *map(str, rows), "", note])


if __name__ == "__main__":
    main()
