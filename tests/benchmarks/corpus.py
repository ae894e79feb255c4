"""How fast a snapshot of OpenAlex is counted, and in how much memory, against the plain reading of pandas.

The parts are made of the 202 whole works among the raw files, repeated under new ids. Each measurement is a process of
its own on one core; pandas only reads, which favours it. ``main(save=True)`` keeps the figures for the chapter on
OpenAlex, with the machine they were taken on.
"""

from __future__ import annotations

import gzip
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
import pyarrow.parquet as pq

from bookpress.run.executor import executor
from compute_divide.evidence.openalex.snapshot import count_corpus
from compute_divide.evidence.openalex.snapshot_parts import list_parts
from compute_divide.evidence.openalex.snapshot_query import _LEAVES, _LIST_STEP, Question, count_part, quiet_connection

RAW_FILE = "openalex/openalexPro_works_2026-05.jsonl.gz"
SAVED = Path(__file__).parents[2] / "data" / "benchmarks" / "corpus.json"
REPEATS = 30
"""How often the works stand in one part."""
PARTS = 8
GROWTH = (1, 2, 4, 8)

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
    "imports": "from compute_divide.evidence.openalex.snapshot_parts import list_parts\n"
    "from compute_divide.evidence.openalex.snapshot_query import Question, count_part",
    "work": "count_part(list_parts(path)[0][0], Question())",
}
PANDAS = {
    "jsonl": {
        "imports": "import pandas as pd",
        "work": "sum(len(chunk) for chunk in pd.read_json(path, lines=True, chunksize=1000))",
    },
    "parquet": {"imports": "import pandas as pd", "work": "pd.read_parquet(path)"},
}


def measure(path: Path, what: dict[str, str], repeats: int) -> dict[str, float]:
    """Return the seconds of the fastest run and the peak memory in bytes, in a process of its own on one core.

    Seconds are those of the processor, so that other work on the machine does not count.
    """
    script = MEASURED.format(repeats=repeats, **what)
    run = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    seconds, peak = json.loads(run.stdout)
    return {"seconds": seconds, "peak_bytes": peak}


def make_parts(raw: Path, folder: Path) -> int:
    """Write the parts in both formats, and files of twice, four and eight times as many works; return works a part."""
    works = [json.loads(line) for line in gzip.decompress((raw / RAW_FILE).read_bytes()).splitlines()]
    for number in range(PARTS):
        lines = []
        for repeat in range(REPEATS):
            for place, work in enumerate(works):
                work["id"] = f"https://openalex.org/W{10**10 + (number * REPEATS + repeat) * len(works) + place}"
                lines.append(json.dumps(work))
        part = folder / "jsonl" / f"part_{number:04}.gz"
        part.parent.mkdir(exist_ok=True)
        part.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), compresslevel=6))
        to_parquet([part], folder / "parquet" / f"part_{number:04}.parquet")
    parts = sorted((folder / "jsonl").iterdir())
    for times in GROWTH[1:]:
        grown = folder / f"grown-{times}.gz"
        grown.write_bytes(b"".join(part.read_bytes() for part in parts[:times]))
        to_parquet([grown], folder / f"grown-{times}.parquet")
    to_parquet([raw / RAW_FILE], folder / "once.parquet")
    return REPEATS * len(works)


def to_parquet(jsonl: list[Path], path: Path) -> None:
    """Write works as Parquet, packed as the snapshot is, in groups of its size."""
    path.parent.mkdir(exist_ok=True)
    with quiet_connection() as connection:
        works = connection.read_json(
            [str(one) for one in jsonl], format="newline_delimited", maximum_object_size=1 << 24
        )
        works.write_parquet(str(path), compression="snappy", row_group_size=20_480)


def needed_share(path: Path) -> float:
    """Return the share of a Parquet file's bytes that a count reads."""
    metadata = pq.ParquetFile(path).metadata
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    columns = [group.column(number) for group in groups for number in range(metadata.num_columns)]
    needed = [column for column in columns if _LIST_STEP.sub("", column.path_in_schema) in _LEAVES]
    return sum(c.total_compressed_size for c in needed) / sum(c.total_compressed_size for c in columns)


def by_workers(source: Path, folder: Path) -> dict[str, float]:
    """Return the seconds that all parts take on one and on two workers that are ready."""
    seconds = {}
    first = list_parts(str(source))[0][0]
    for jobs in (1, 2):
        with executor(jobs) as pool:
            for ready in [pool.submit(count_part, first, Question()) for _ in range(4 * jobs)]:
                ready.result()
            begun = time.perf_counter()
            count_corpus(str(source), folder / f"{source.name}-{jobs}", partial(nullcontext, pool), Question())
            seconds[str(jobs)] = time.perf_counter() - begun
    return seconds


def machine() -> dict[str, Any]:
    """Return what the figures were taken on."""
    model = ""
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    return {
        "processor": model or platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in ("duckdb", "pyarrow", "pandas")},
        "day": time.strftime("%Y-%m-%d"),
    }


def run(raw: Path) -> dict[str, Any]:
    """Return every figure."""
    with tempfile.TemporaryDirectory(prefix="corpus-bench-") as home:
        folder = Path(home)
        works = make_parts(raw, folder)
        formats = {}
        for kind, ending in (("jsonl", "gz"), ("parquet", "parquet")):
            first = folder / kind / f"part_0000.{ending}"
            grown = {1: first, **{times: folder / f"grown-{times}.{ending}" for times in GROWTH[1:]}}
            formats[kind] = {
                "bytes": first.stat().st_size,
                "counting": measure(first, OURS, 5),
                "pandas": measure(first, PANDAS[kind], 2),
                "memory_by_size": {str(times): measure(path, OURS, 1)["peak_bytes"] for times, path in grown.items()},
                "seconds_by_workers": by_workers(folder / kind, folder),
            }
        formats["parquet"]["needed_share"] = needed_share(folder / "once.parquet")
        return {"machine": machine(), "works_a_part": works, "parts": PARTS, "formats": formats}


def told(figures: dict[str, Any]) -> str:
    """Return the figures as the table of the README."""
    works, lines = figures["works_a_part"], []
    lines.append(
        "| parts | works/s, one core | plain pandas | ratio | peak memory | pandas | memory at 8x | 2 workers |"
    )
    lines.append("|---|---|---|---|---|---|---|---|")
    for kind, name in (("jsonl", "JSON Lines gz"), ("parquet", "Parquet")):
        one = figures["formats"][kind]
        ours, pandas, memory = one["counting"], one["pandas"], one["memory_by_size"]
        cells = (
            name,
            f"{works / ours['seconds']:,.0f}",
            f"{works / pandas['seconds']:,.0f}",
            f"{pandas['seconds'] / ours['seconds']:.1f}",
            f"{ours['peak_bytes'] / 1e6:,.0f} MB",
            f"{pandas['peak_bytes'] / 1e6:,.0f} MB",
            f"{memory['8'] / memory['1']:.2f} times",
            f"{one['seconds_by_workers']['1'] / one['seconds_by_workers']['2']:.2f} times",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(*, save: bool = False) -> None:
    """Measure, and print the table; with `save` keep the figures as evidence."""
    raw = os.environ.get("COMPUTE_DIVIDE_RAW")
    if not raw:
        print("NOT MEASURED: the corpus; set COMPUTE_DIVIDE_RAW to the folder of the raw files")
        return
    figures = run(Path(raw))
    print(told(figures))
    if save:
        SAVED.parent.mkdir(exist_ok=True)
        SAVED.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(save="--save" in sys.argv[1:])
