"""Hold chapters against what they said in another language: ``python -m tests.same_chapters [CHAPTER ...]``.

``same_chapters.json.gz`` holds what commit 776360c made of seven editions: the default one, ``paper``, and five drawn
at random (each choice of a chapter changed or not, by the flip of a coin): the values of all parameters, 667 results
and 367 statements each. Here every chapter is run with the same values. Old names are followed through
``data/released/renamed.yml``. Numbers are equal to a relative 1e-12, counts, units and verdicts to the letter; a label
may be worded anew, and is counted. What differs, and what was dropped with its reason, is listed; the exit code is 1
where anything differs.
"""

from __future__ import annotations

import gzip
import json
import math
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from bookpress.book.chapters import Chapter, discover
from bookpress.book.editions import Fingerprint
from bookpress.book.project import Project
from bookpress.build.statements import statements_of
from bookpress.chapter.periods import period_text
from bookpress.run.cache import Run
from bookpress.run.engine import Engine, engine_for
from bookpress.run.notebook import job_for, run_job

BEFORE = Path(__file__).parent / "same_chapters.json.gz"
PARTS = ("value", "low", "high", "k", "n", "unit")

Table = Mapping[str, Mapping[str, str]]


def main() -> int:
    """Compare the chapters that the command line names, else all."""
    project = Project.at(Path(__file__).parents[1])
    os.environ[project.settings.data_variable] = str(project.data)
    before = json.loads(gzip.decompress(BEFORE.read_bytes()))
    chapters = [one for one in discover(project) if not sys.argv[1:] or one.slug in sys.argv[1:]]
    engine = engine_for(project)
    mark = Fingerprint.of(project)
    counts: Counter[str] = Counter()
    faults = []
    for chapter in chapters:
        table = renamed(project, chapter.slug)
        for name, edition in before.items():
            run = run_with(project, chapter, edition["values"][chapter.slug], table, engine, mark)
            faults += [
                f"{name} {chapter.slug}: {fault}" for fault in compare(run, edition, table, counts)
            ]
        counts["chapters"] += 1
    for slug, key, why in dropped(project, chapters):
        print(f"dropped {slug}:{key}: {why}")
    print("\n".join([*faults, ", ".join(f"{number:,} {what}" for what, number in counts.items())]))
    print(f"{len(faults)} differ")
    return 1 if faults else 0


def renamed(project: Project, slug: str) -> Table:
    """Return what the names of a chapter are called now."""
    table = yaml.safe_load((project.data / "released" / "renamed.yml").read_text("utf-8")) or {}
    return table.get(slug) or {}


def dropped(project: Project, chapters: list[Chapter]) -> Iterator[tuple[str, str, str]]:
    """Yield what chapters no longer say, with the reason."""
    for chapter in chapters:
        for key, why in (renamed(project, chapter.slug).get("dropped") or {}).items():
            yield chapter.slug, key, why


def run_with(
    project: Project,
    chapter: Chapter,
    old: Mapping[str, Any],
    table: Table,
    engine: Engine,
    mark: Fingerprint,
) -> Run:
    """Run a chapter with values under their old names."""
    values: dict[str, Any] = {}
    periods: dict[str, dict[str, int]] = {}
    names = table.get("parameters") or {}
    for name, value in old.items():
        new, _, end = names.get(name, name).partition(".")
        if end:
            periods.setdefault(new, {})[end] = value
        else:
            values[new] = value
    for name, ends in periods.items():
        values[name] = period_text((ends["first"], ends["last"]))
    return run_job(job_for(project, chapter, values, mark), engine)


def compare(run: Run, edition: Any, table: Table, counts: Counter[str]) -> Iterator[str]:
    """Yield what a run makes otherwise than it was."""
    gone = table.get("dropped") or {}
    for key, was in edition["results"][run.chapter].items():
        now = run.results.get((table.get("results") or {}).get(key, key))
        if key in gone:
            counts["results dropped"] += 1
        elif now is None:
            yield f"no result {key}"
        else:
            counts["results"] += 1
            counts["labels worded anew"] += now["label"] != was[-1]
            yield from (
                f"{key}.{part}" for part in differing(dict(zip(PARTS, was[:-1], strict=True)), now)
            )
    statements = statements_of(run)
    for key, holds in edition["statements"][run.chapter].items():
        found = statements.get((table.get("statements") or {}).get(key, key))
        if key in gone:
            counts["statements dropped"] += 1
        elif found is None:
            yield f"no statement {key}"
        else:
            counts["statements"] += 1
            if found.holds is not holds:
                yield f"{key} was {holds}, is {found.holds}: {found.because}"


def differing(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Yield the parts of a result that are not equal, with both."""
    for part in PARTS:
        old, new = was[part], now[part]
        are_floats = isinstance(old, float) and isinstance(new, float | int)
        same = math.isclose(old, new, rel_tol=1e-12, abs_tol=1e-300) if are_floats else old == new
        if not same:
            yield f"{part}: {old!r} was, {new!r} is"


if __name__ == "__main__":
    sys.exit(main())
