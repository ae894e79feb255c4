"""How fast a snapshot of OpenAlex is counted, and in how much memory, against the plain reading of pandas.

The parts are made of the 202 whole works among the raw files, repeated under new ids. Each measurement is a process of
its own on one core; pandas only reads, which favours it.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path

from bookpress.run.executor import executor
from compute_divide_evidence.openalex.snapshot import count_corpus
from compute_divide_evidence.openalex.snapshot_parts import (
    CorpusQuestion,
    count_part,
    list_parts,
    quiet_connection,
)

RAW_FILE = "openalex/openalexPro_works_2026-05.jsonl.gz"
REPEATS = 30
"""How often the works stand in one part."""
PARTS = 8
GROWTH = 8

MEASURED = """
import json, os, pathlib, sys, time
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {{min(os.sched_getaffinity(0))}})
{imports}
path, times = sys.argv[1], []
for _ in range({repeats}):
    begun = time.process_time()
    {work}
    times.append(time.process_time() - begun)
status = pathlib.Path("/proc/self/status")
peak = int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024 if status.exists() else None
print(json.dumps([min(times), peak]))
"""
# VmHWM and not ru_maxrss: the latter starts at the memory of the process that started this one.
OURS = {
    "imports": "from compute_divide_evidence.openalex.snapshot_parts import CorpusQuestion, count_part, list_parts",
    "work": "count_part(list_parts(path)[0][0], CorpusQuestion())",
}
PANDAS = {
    "jsonl": {
        "imports": "import pandas as pd",
        "work": "sum(len(chunk) for chunk in pd.read_json(path, lines=True, chunksize=1000))",
    },
    "parquet": {"imports": "import pandas as pd", "work": "pd.read_parquet(path)"},
}


def measure(path: Path, what: dict[str, str], repeats: int) -> tuple[float, float]:
    """Return the seconds of the fastest run and the peak memory in bytes, in a process of its own on one core.

    Seconds are those of the processor, so that other work on the machine does not count.
    """
    script = MEASURED.format(repeats=repeats, **what)
    run = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    seconds, peak = json.loads(run.stdout)
    return seconds, peak


def make_parts(raw: Path, folder: Path) -> int:
    """Write the parts in both formats, and a file of eight times as many works; return works a part."""
    works = [
        json.loads(line) for line in gzip.decompress((raw / RAW_FILE).read_bytes()).splitlines()
    ]
    for number in range(PARTS):
        lines = []
        for repeat in range(REPEATS):
            for place, work in enumerate(works):
                work["id"] = (
                    f"https://openalex.org/W{10**10 + (number * REPEATS + repeat) * len(works) + place}"
                )
                lines.append(json.dumps(work))
        part = folder / "jsonl" / f"part_{number:04}.gz"
        part.parent.mkdir(exist_ok=True)
        part.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), compresslevel=6))
        to_parquet([part], folder / "parquet" / f"part_{number:04}.parquet")
    parts = sorted((folder / "jsonl").iterdir())
    grown = folder / "grown.gz"
    grown.write_bytes(b"".join(part.read_bytes() for part in parts[:GROWTH]))
    to_parquet([grown], folder / "grown.parquet")
    return REPEATS * len(works)


def to_parquet(jsonl: list[Path], path: Path) -> None:
    """Write works as Parquet, packed as the snapshot is, in groups of its size."""
    path.parent.mkdir(exist_ok=True)
    with quiet_connection() as connection:
        works = connection.read_json(
            [str(one) for one in jsonl], format="newline_delimited", maximum_object_size=1 << 24
        )
        works.write_parquet(str(path), compression="snappy", row_group_size=20_480)


def by_workers(source: Path, folder: Path) -> list[float]:
    """Return the seconds that all parts take on one and on two workers that are ready."""
    seconds = []
    first = list_parts(str(source))[0][0]
    for jobs in (1, 2):
        with executor(jobs) as pool:
            for ready in [
                pool.submit(count_part, first, CorpusQuestion()) for _ in range(4 * jobs)
            ]:
                ready.result()
            begun = time.perf_counter()
            count_corpus(
                str(source),
                folder / f"{source.name}-{jobs}",
                partial(nullcontext, pool),
                CorpusQuestion(),
            )
            seconds.append(time.perf_counter() - begun)
    return seconds


def main() -> str | None:
    """Measure, print and return the table."""
    raw = os.environ.get("COMPUTE_DIVIDE_RAW")
    if not raw:
        print("NOT MEASURED: the corpus; set COMPUTE_DIVIDE_RAW to the folder of the raw files")
        return None
    lines = [
        "| parts | works/s, one core | plain pandas | ratio | peak memory | pandas | memory at 8x | 2 workers |",
        "|---|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory(prefix="corpus-bench-") as home:
        folder = Path(home)
        works = make_parts(Path(raw), folder)
        for kind, ending, name in (
            ("jsonl", "gz", "JSON Lines gz"),
            ("parquet", "parquet", "Parquet"),
        ):
            first, grown = folder / kind / f"part_0000.{ending}", folder / f"grown.{ending}"
            (seconds, peak), (theirs, their_peak) = (
                measure(first, OURS, 5),
                measure(first, PANDAS[kind], 2),
            )
            growth, workers = measure(grown, OURS, 1)[1] / peak, by_workers(folder / kind, folder)
            speeds = f"{works / seconds:,.0f} | {works / theirs:,.0f} | {theirs / seconds:.1f}"
            peaks = f"{peak / 1e6:,.0f} MB | {their_peak / 1e6:,.0f} MB | {growth:.2f} times"
            lines.append(f"| {name} | {speeds} | {peaks} | {workers[0] / workers[1]:.2f} times |")
    table = "\n".join(lines)
    print(table)
    return table
