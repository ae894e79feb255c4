"""What a release says of its own sureness.

How its statements stand along a parameter, and what of the release before it was revised.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bookpress.book.project import FILE, Project
from bookpress.book.renamed import Kind, Renamed, load_renamed, under_present_names
from bookpress.chapter import number_formats as numbers
from bookpress.chapter.estimates import read_estimate
from bookpress.edition.files import DEFAULT
from bookpress.errors import UsageError
from bookpress.progress import reporting
from bookpress.release import survival
from bookpress.release.archives import Archive
from bookpress.run.runner import RunOptions

ByChapter = Mapping[str, Mapping[str, Any]]
"""Results, or how statements stand, by chapter and key."""


def score(
    project: Project, archive: Archive, entries: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Return what the ledger keeps of the published edition besides its results.

    ``statements``: how each stands. ``survival``, where the settings of the book name a parameter:
    the score along it. ``revised``, where there was a release before: what of it is otherwise now.
    """
    entry: dict[str, Any] = {"statements": archive.statements}
    if project.settings.survival:
        entry["survival"] = _survival(project, project.settings.survival)
    before = [version for version in entries if DEFAULT in entries[version]]
    if before:
        since = before[-1]
        past = entries[since][DEFAULT]
        table = load_renamed(project)
        entry["revised"] = {
            "since": since,
            "results": revised_results(table, past["results"], archive.results),
            "statements": turned_statements(table, past.get("statements", {}), archive.statements),
        }
    return entry


def _survival(project: Project, along: str) -> dict[str, Any]:
    """Return the score of the published edition along a parameter that the settings name."""
    try:
        with reporting() as bar:
            survivals = survival.survivals(project, along, RunOptions(reporter=bar))
    except UsageError as error:
        raise UsageError(*(f"{FILE}: survival: {problem}" for problem in error.problems)) from error
    return survival.score(along, survivals)


def revised_results(table: Renamed, before: ByChapter, now: ByChapter) -> dict[str, Any]:
    """Return which results of a release are printed as another number now, and which are gone."""
    return _revised(table, "results", before, now, _printed)


def turned_statements(table: Renamed, before: ByChapter, now: ByChapter) -> dict[str, Any]:
    """Return which statements of a release stand otherwise now, and which are gone."""
    return _revised(table, "statements", before, now, lambda holds: holds)


def _printed(result: Mapping[str, Any]) -> str:
    """Return the value of a result as prose prints it: rounded, with its unit."""
    return numbers.write(read_estimate(result))


def _revised(
    table: Renamed,
    kind: Kind,
    before: ByChapter,
    now: ByChapter,
    said: Callable[[Any], object],
) -> dict[str, Any]:
    """Return of how many that a release had which were revised and which dropped, by name."""
    present = under_present_names(table, kind, before)
    revised = []
    dropped = []
    for slug, of_chapter in present.items():
        for key, was in of_chapter.items():
            here = now.get(slug, {})
            if key not in here:
                dropped.append(f"{slug}:{key}")
            elif said(here[key]) != said(was):
                revised.append(f"{slug}:{key}")
    of = sum(map(len, present.values()))
    return {"of": of, "revised": revised, "dropped": dropped}
