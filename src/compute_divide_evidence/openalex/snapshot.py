"""Count works by year, team type, topic and country over all parts of an OpenAlex snapshot.

It runs on one worker or many. Every part is one task, whose counts are kept as a small file, so
that a stopped run continues where it was; the counts of all parts add up exactly. A part that
cannot be read is named and set aside, and the others continue.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import platformdirs

from bookpress.files import replace_file
from bookpress.run.executor import as_they_end
from compute_divide_evidence.openalex import snapshot_parts
from compute_divide_evidence.openalex.snapshot_parts import (
    CorpusError,
    CorpusQuestion,
    SnapshotPart,
    count_part,
    list_parts,
)

OpenPool = Callable[[], AbstractContextManager[Executor]]
"""A function that opens an executor, also after a worker's death broke the last one."""
TALLY = "counts.parquet"
REPORT = "report.json"


@dataclass
class Report:
    """The outcome for all parts."""

    source: str
    parts: int
    counted: int = 0
    """Parts whose counts are in the result."""
    resumed: int = 0
    """Parts among these that an earlier run had counted."""
    set_aside: dict[str, str] = field(default_factory=dict)
    """Parts that could not be read, and why."""
    lacking: list[str] = field(default_factory=list)
    """Parts that the manifest lists but that are not there."""
    works: int = 0
    left_out: int = 0
    """Records that the question excludes."""

    @property
    def whole(self) -> bool:
        """Whether every part was counted."""
        return not self.set_aside and not self.lacking


def default_folder(source: str, question: CorpusQuestion) -> Path:
    """Return the default folder for the counts of a corpus.

    It is outside the project, one folder for each question.
    """
    name = SnapshotPart(source, source, 0, "").fingerprint(question)
    return Path(platformdirs.user_cache_dir("compute-divide")) / "corpus" / name


@dataclass(frozen=True)
class Watch:
    """What hears how far a count is."""

    plan: Callable[[int, int], None] = lambda _, __: None
    """Hears once how many parts there are, and how many were counted before."""
    settle: Callable[[SnapshotPart], None] = lambda _: None
    """Hears of each part that is counted or set aside."""


def count_corpus(
    source: str,
    folder: Path,
    open_pool: OpenPool,
    question: CorpusQuestion | None = None,
    watch: Watch = Watch(),
) -> Report:
    """Count the works of a corpus into a folder."""
    question = question or CorpusQuestion()
    parts, lacking = list_parts(source)
    uncounted = [part for part in parts if not _partial(folder, part, question).exists()]
    todo = {part.name: part for part in uncounted}
    report = Report(source, len(parts), resumed=len(parts) - len(todo), lacking=lacking)
    watch.plan(len(parts), report.resumed)

    def settle(part: SnapshotPart, counts: bytes | None, reason: str) -> None:
        if counts is None:
            report.set_aside[part.name] = reason.removeprefix(f"{part.name}: ")
        else:
            replace_file(_partial(folder, part, question), counts)
        del todo[part.name]
        watch.settle(part)

    while todo:
        before = len(todo)
        lasted = _lasts(open_pool, list(todo.values()), question, settle)
        if lasted or len(todo) < before:
            continue
        # The pool broke before it had counted anything, so the guilty part is unknown: one at a
        # time.
        part = next(iter(todo.values()))
        if not _lasts(open_pool, [part], question, settle):
            settle(part, None, "the process that reads it dies")
    counted = _counted(parts, report)
    report.counted = len(counted)
    partials = [_partial(folder, part, question) for part in counted]
    _merge(partials, folder, report)
    _write_report(report, question, folder)
    return report


def _counted(parts: Sequence[SnapshotPart], report: Report) -> list[SnapshotPart]:
    """Return the parts that were read; raise an error if none was."""
    counted = [part for part in parts if part.name not in report.set_aside]
    if not counted:
        name, reason = next(iter(report.set_aside.items()))
        raise CorpusError(
            f"none of the {len(parts)} parts of {report.source} can be read; "
            f"the first, {name}: {reason}"
        )
    return counted


def _write_report(report: Report, question: CorpusQuestion, folder: Path) -> None:
    content = {**asdict(report), "question": asdict(question)}
    text = json.dumps(content, indent=1)
    replace_file(folder / REPORT, text.encode())


def _lasts(
    open_pool: OpenPool,
    parts: list[SnapshotPart],
    question: CorpusQuestion,
    settle: Callable[..., None],
) -> bool:
    """Count parts in a new pool, and return whether the pool survived.

    The death of a worker breaks a local pool.
    """
    try:
        with open_pool() as pool:
            pending = {pool.submit(count_part, part, question): part for part in parts}
            for future in as_they_end(pending):
                part = pending.pop(future)
                counts = None
                reason = ""
                try:
                    counts = future.result()
                except BrokenExecutor:
                    raise
                except Exception as error:  # noqa: BLE001 - the others continue
                    reason = str(error) or type(error).__name__
                settle(part, counts, reason)
    except BrokenExecutor:
        return False
    return True


def _merge(partials: list[Path], folder: Path, report: Report) -> None:
    """Add the counts of all parts up into one file."""
    temporary = folder / f".{TALLY}"
    with snapshot_parts.quiet_connection() as connection:
        paths = list(map(str, partials))
        connection.execute(_ADD_UP, {"partials": paths})
        left_out = {"left_out": snapshot_parts.LEFT_OUT}
        every = {"every": snapshot_parts.ALL_COUNTRIES}
        rows = connection.execute(_TOTALS, {**left_out, **every})
        totals = dict(rows.fetchall())
        tally = connection.sql(_COUNTED, params=left_out)
        tally.write_parquet(str(temporary), compression="zstd")
    temporary.replace(folder / TALLY)
    report.works = totals.get(False, 0)
    report.left_out = totals.get(True, 0)


_ADD_UP = """
CREATE TABLE tally AS
SELECT
    year, team_type, topic, min(topic_name) AS topic_name, country,
    sum(works)::BIGINT AS works
FROM read_parquet($partials) GROUP BY ALL
"""
_TOTALS = """
SELECT team_type = $left_out, sum(works)::BIGINT
FROM tally WHERE country = $every GROUP BY 1
"""
_COUNTED = "FROM tally WHERE team_type <> $left_out ORDER BY ALL"


def _partial(folder: Path, part: SnapshotPart, question: CorpusQuestion) -> Path:
    return folder / "parts" / f"{part.fingerprint(question)}.parquet"
