"""What a release says about its own reliability.

That is how its statements hold along a parameter, and what it revised of the last release.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bookpress.book.project import FILE, Project
from bookpress.book.renamed import Kind, Renamed, load_renamed, under_present_names
from bookpress.edition.files import DEFAULT
from bookpress.errors import UsageError
from bookpress.release import survival
from bookpress.release.archives import Archive
from bookpress.run.runner import RunOptions
from bookpress.terminal.progress import reporting
from holdtrue import number_formats as numbers
from holdtrue.estimates import read_estimate

ByChapter = Mapping[str, Mapping[str, Any]]
"""Results, or verdicts on statements, by chapter and key."""


def reliability(
    project: Project, archive: Archive, entries: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Return what the ledger records about the published edition besides its results.

    ``statements``: the verdict on each. ``survival``, if the settings name a parameter: the score
    along it. ``revised``, if there is an earlier release: what changed since then.
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
    """Return the score of the published edition along the parameter in the settings."""
    try:
        with reporting() as bar:
            bar.step(f"running chapters with every {along}, as `survival` in {FILE} asks")
            survivals = survival.survivals(project, along, RunOptions(reporter=bar))
    except UsageError as error:
        raise UsageError(*map(_of_setting, error.problems)) from error
    return survival.score(along, survivals)


def _of_setting(problem: str) -> str:
    return problem if problem.startswith(f"{FILE}: ") else f"{FILE}: survival: {problem}"


def revised_results(table: Renamed, before: ByChapter, now: ByChapter) -> dict[str, Any]:
    """Return which results of a release are now printed as another number, and which are gone."""
    return _revised(table, "results", before, now, _printed)


def turned_statements(table: Renamed, before: ByChapter, now: ByChapter) -> dict[str, Any]:
    """Return which statements of a release now have another verdict, and which are gone."""
    return _revised(table, "statements", before, now, lambda holds: holds)


def _printed(result: Mapping[str, Any]) -> str:
    """Return the value of a result as prose prints it: rounded, with its unit."""
    return numbers.write(read_estimate(result))


def _revised(
    table: Renamed,
    kind: Kind,
    before: ByChapter,
    now: ByChapter,
    shown: Callable[[Any], object],
) -> dict[str, Any]:
    """Return the names that were revised and dropped, and of how many in a release."""
    present = under_present_names(table, kind, before)
    revised = []
    dropped = []
    for slug, of_chapter in present.items():
        for key, was in of_chapter.items():
            here = now.get(slug, {})
            if key not in here:
                dropped.append(f"{slug}:{key}")
            elif shown(here[key]) != shown(was):
                revised.append(f"{slug}:{key}")
    of = sum(map(len, present.values()))
    return {"of": of, "revised": revised, "dropped": dropped}
