"""The rows behind a share, without a limit on their number."""

from __future__ import annotations

from dataclasses import replace

from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.chapter.counted import LIMIT_VARIABLE, to_csv
from bookpress.edition.fingerprint import Fingerprint
from bookpress.errors import UsageError, nearest
from bookpress.run.engine import engine_for
from bookpress.run.job import job_for, run_job
from bookpress.states.sweeps.tasks import values_of

ALL = str(10**9)


def rows_behind(project: Project, name: str, options: list[str], edition: str) -> str:
    """Return the rows that a result CHAPTER:KEY counts, and those that it does not, as CSV."""
    slug, colon, key = name.partition(":")
    if not colon or not key:
        raise UsageError(f"{name!r} is not CHAPTER:KEY, such as planets:share_icy")
    book = discover(project)
    chapter, values = values_of(project, book, slug, options, edition)
    job = job_for(project, chapter, values, Fingerprint.of(project))
    unlimited = replace(job, environment={**job.environment, LIMIT_VARIABLE: ALL})
    run = run_job(unlimited, engine_for(project, only=slug, chapters=book))
    if key not in run.results:
        raise UsageError(
            f"the chapter {slug!r} publishes no result {key!r}{nearest(key, sorted(run.results))}"
        )
    tables = run.executed.rows
    if key not in tables:
        reason = "it is not a share of rows that the book counts"
        raise UsageError(f"{name} lists no rows: {reason}")
    return to_csv(tables[key])
