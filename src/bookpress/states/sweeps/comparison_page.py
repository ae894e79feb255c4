"""Pages about several editions: what differs between two of them, and an index of many."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bookpress.book.chapters import Chapter
from bookpress.book.discovery import discover
from bookpress.book.documents import document_path, toc_files
from bookpress.book.project import CHAPTERS, Project
from bookpress.cite.book import load_book
from bookpress.elements.base.store import run_file
from bookpress.elements.base.templates import write_apart
from bookpress.files import read
from bookpress.run.executed import ExecutedChapter
from bookpress.states.sweeps.compare import ChangedResult, EditionComparison, Side, by_choice
from bookpress.states.sweeps.shown import what_it_shows
from holdtrue.estimates import Estimate

TEMPLATES = Path(__file__).with_name("templates")
FINDING = re.compile(r"\{finding\}\s+([\w-]+):([\w.]+)")
"""The directive of a finding on the cover, with chapter and key."""


def write_page(comparison: EditionComparison, project: Project) -> Path:
    """Write a comparison as a page below ``_build/compare``, and return its path.

    The files that it loads are beside it.
    """
    first, second = comparison.sides
    chapters = discover(project)
    slugs = list(dict.fromkeys([*first.results, *second.results]))
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    groups: dict[str, list[dict[str, Any]]] = {}
    for change in comparison.changes:
        row = _row(change)
        rows[change.chapter, change.key] = row
        groups.setdefault(change.chapter, []).append(row)
    headlines = _headlines(comparison, project)
    changed_headlines = [rows[name] for name in headlines if name in rows]
    relabelled = [row for row in rows.values() if len(row["labels"]) > 1]
    without_value = [row for row in rows.values() if not row["direction"]]
    return write_apart(
        project.build / "compare" / f"{first.name}-{second.name}",
        TEMPLATES / "comparison.html",
        book=load_book(project.root),
        comparison=comparison,
        names=_names(first, second),
        titles=_titles(comparison, slugs, chapters),
        links=[_links(side, slugs, project, chapters) for side in comparison.sides],
        choices=by_choice(comparison.parameters, "one", "other"),
        causes={change.chapter: change.parameters for change in comparison.changes},
        cover={"all": len(headlines), "rows": changed_headlines},
        groups=groups,
        turns=comparison.turns,
        unchanged=_without_difference(comparison, slugs),
        unknown={
            slug: _side_by_side(comparison, slug, project, chapters)
            for slug in _without_results(comparison)
        },
        apart=sum(row["apart"] for row in rows.values()),
        relabelled=len(relabelled),
        open=len(without_value),
    )


def _without_difference(comparison: EditionComparison, slugs: Sequence[str]) -> list[str]:
    """Return the chapters that publish results, none of which differs."""
    changed = {change.chapter for change in comparison.changes}
    compared = [slug for slug in slugs if any(side.results.get(slug) for side in comparison.sides)]
    return [slug for slug in compared if slug not in changed]


def _without_results(comparison: EditionComparison) -> list[str]:
    """Return the chapters whose choices differ, and that publish no results to compare."""
    chosen = dict.fromkeys(row["chapter"] for row in comparison.parameters)
    return [slug for slug in chosen if not any(s.results.get(slug) for s in comparison.sides)]


def _side_by_side(
    comparison: EditionComparison, slug: str, project: Project, chapters: Sequence[Chapter]
) -> list[dict[str, Any]]:
    """Return what a chapter shows in each edition; of one built before, what is kept of its run."""
    documents = {chapter.slug: chapter.docname for chapter in chapters}
    shown = []
    for side, name in zip(comparison.sides, _names(*comparison.sides), strict=True):
        outputs = side.outputs.get(slug)
        file = run_file(project.editions / side.name / "source", documents.get(slug, slug))
        if outputs is None and file:
            outputs = ExecutedChapter.parse(read(file)).outputs
        shown.append(what_it_shows(name, outputs or ()))
    return shown


def _headlines(comparison: EditionComparison, project: Project) -> list[tuple[str, str]]:
    """Return chapter and key of the findings on the cover that either edition has."""
    root_document = toc_files(project)[0]
    cover = document_path(project.root, root_document)
    if not cover.is_file():
        return []
    text = cover.read_text("utf-8")
    findings = dict.fromkeys(FINDING.findall(text))
    headlines = []
    for slug, key in findings:
        if any(key in side.results.get(slug, ()) for side in comparison.sides):
            headlines.append((slug, key))
    return headlines


def _names(first: Side, second: Side) -> list[str]:
    """Return distinct names of two editions: their titles, with their ids if these are equal."""
    sides = (first, second)
    if first.title == second.title:
        return [f"{side.title} ({side.id})" for side in sides]
    return [side.title or side.name for side in sides]


def _titles(
    comparison: EditionComparison, slugs: Sequence[str], chapters: Sequence[Chapter]
) -> dict[str, str]:
    """Return the titles of all chapters that the page names."""
    first, second = comparison.sides
    known = {chapter.slug: chapter.title for chapter in chapters}
    named = [*first.parameters, *second.parameters, *slugs]
    return {slug: known.get(slug, slug) for slug in dict.fromkeys(named)}


def _links(
    side: Side, slugs: Sequence[str], project: Project, chapters: Sequence[Chapter]
) -> dict[str, str]:
    root = project.editions / side.name / "html"
    start = f"../../{project.editions.name}/{quote(side.name)}/html"
    places = {chapter.slug: chapter.docname for chapter in chapters}
    pages = {"": "index.html"}
    for slug in slugs:
        pages[slug] = f"{places.get(slug, f'{CHAPTERS}/{slug}')}.html"
    built = {slug: page for slug, page in pages.items() if (root / page).is_file()}
    return {slug: f"{start}/{page}" for slug, page in built.items()}


def _row(change: ChangedResult) -> dict[str, Any]:
    results = [result for result in change.results if result]
    labels = dict.fromkeys(result.label for result in results if result.label)
    shares = [result for result in results if result.unit == "share"]
    direction, words = change.size
    return {
        "key": change.key,
        "labels": list(labels) or [change.key],
        "results": change.results,
        "direction": direction,
        "change": words,
        "apart": _are_apart(results),
        "shares": [share for share in shares if share.value is not None],
    }


def _are_apart(results: Sequence[Estimate]) -> bool:
    """Return whether the intervals of two results have no value in common."""
    lows = []
    highs = []
    for result in results:
        if result.low is not None and result.high is not None:
            lows.append(result.low)
            highs.append(result.high)
    if len(lows) != 2:
        return False
    return max(lows) > min(highs)


def write_index(project: Project, folders: Sequence[str]) -> Path:
    """Write the index of built editions beside them, given their folders, and return its path."""
    editions = []
    for name in dict.fromkeys(folders):
        file = project.editions / name / "edition.json"
        record = json.loads(file.read_text("utf-8"))
        record["address"] = f"{quote(name)}/html/index.html"
        record["differs"] = by_choice(record["differs"], "value", "default")
        editions.append(record)
    book = load_book(project.root)
    return write_apart(project.editions, TEMPLATES / "editions.html", book=book, editions=editions)
