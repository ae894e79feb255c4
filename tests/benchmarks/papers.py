"""How long it takes to make the papers table from the raw lists, on one core, and how time and memory grow with papers.

Run by ``make bench`` with ``COMPUTE_DIVIDE_RAW`` set. Twice and four times the papers are copies of the lists under
other names of venues and titles: new work for the whole path, but no new affiliation strings, which are measured apart.
Seconds are those of the processor, so that other work on the machine does not count.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPEATS = 3
MULTIPLES = (1, 2, 4)

_CHILD = """
import os, sys, time, resource, json
from pathlib import Path
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from compute_divide.evidence.papers.table import derive_papers
start = time.process_time()
sidecars = derive_papers(Path(sys.argv[1]), Path(sys.argv[2]))
seconds = time.process_time() - start
unit = 1 if sys.platform == "darwin" else 1024
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
print(json.dumps({"seconds": seconds, "peak_mb": peak, "rows": sidecars[0].rows_out, "records": sidecars[0].rows_in}))
"""


def derive_once(raw: Path) -> dict[str, float]:
    """Derive the table in a process of its own on one core; return seconds, peak memory in MB, rows and records."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, str(raw), folder], check=True, capture_output=True, text=True
        )
    return dict(json.loads(done.stdout))


def enlarged(raw: Path, folder: Path, times: int) -> Path:
    """Make a folder of raw lists with several times the papers; the copies lie in other years, with other titles."""
    target = folder / "papers"
    target.mkdir(parents=True)
    for path in sorted((raw / "papers").iterdir()):
        shutil.copyfile(path, target / path.name)
        if not path.name.endswith(".json.gz"):
            continue
        venue = path.name.split("__")[0]
        records = json.loads(gzip.decompress(path.read_bytes()))
        for copy in "bcd"[: times - 1]:
            for record in records:
                if isinstance(record.get("title"), str):
                    record["title"] += copy
            name = path.name.replace(venue, f"{venue}{copy}")
            (target / name).write_bytes(gzip.compress(json.dumps(records).encode(), compresslevel=1))
    return folder


def read_strings(raw: Path) -> tuple[int, float]:
    """Return the number of distinct affiliation strings and the seconds it takes to read each of them once."""
    from compute_divide.evidence.papers.affiliations import AffiliationReader, load_rules
    from compute_divide.evidence.papers.lists import RawPaper, find_lists

    strings = {
        slot
        for paper_list in find_lists(raw / "papers")
        for record in paper_list.kind.reader(paper_list.path.read_bytes())
        if isinstance(record, RawPaper)
        for slot in record.affiliations
    }
    reader = AffiliationReader(load_rules())
    start = time.process_time()
    for string in strings:
        reader.read(string)
    return len(strings), time.process_time() - start


def say(line: str) -> None:
    """Write a line of the report."""
    sys.stdout.write(f"{line}\n")


def main() -> None:
    """Print the medians."""
    named = os.environ.get("COMPUTE_DIVIDE_RAW")
    if not named:
        say("papers: NOT MEASURED, set COMPUTE_DIVIDE_RAW to the folder of the raw files")
        return
    raw = Path(named)
    say(f"papers: raw lists to finished tables on one core, medians of {REPEATS}")
    say(f"{'papers':>8} {'records':>9} {'rows':>9} {'seconds':>8} {'ms a paper':>11} {'peak MB':>8}")
    for times in MULTIPLES:
        with tempfile.TemporaryDirectory() as folder:
            source = raw if times == 1 else enlarged(raw, Path(folder), times)
            runs = [derive_once(source) for _ in range(REPEATS)]
        seconds = statistics.median(run["seconds"] for run in runs)
        peak = statistics.median(run["peak_mb"] for run in runs)
        rows, records = runs[0]["rows"], runs[0]["records"]
        say(f"{times:>7}x {records:>9,} {rows:>9,} {seconds:>8.2f} {1000 * seconds / rows:>11.3f} {peak:>8.0f}")
    count, seconds = read_strings(raw)
    say(f"affiliations: {count:,} distinct strings, each read once, in {seconds:.2f} s")


if __name__ == "__main__":
    main()
