"""The page of a comparison: what differs between two editions, in the look of the book."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bookpress.book.chapters import FOLDER, discover, toc_files
from bookpress.book.project import Project
from bookpress.explore.compare import Change, Comparison, Side
from bookpress.page.base.templates import write_apart

FINDING = re.compile(r"\{finding\}\s+([\w-]+):(\w+)")
"""A finding on the cover: the directive with chapter and key."""


def write_page(comparison: Comparison, project: Project) -> Path:
    """Write a comparison as a page below ``_build/compare``, with what it loads beside it, and return its path."""
    one, other = comparison.sides
    alike = one.title == other.title
    titles = {chapter.slug: chapter.title for chapter in discover(project)}
    groups: dict[str, list[dict[str, Any]]] = {}
    rows = {(change.chapter, change.key): _row(change) for change in comparison.changes}
    for (slug, _), row in rows.items():
        groups.setdefault(slug, []).append(row)
    slugs = list(dict.fromkeys([*one.results, *other.results]))
    recorded = {(slug, key) for side in comparison.sides for slug, found in side.results.items() for key in found}
    cover = project.root / f"{toc_files(project)[0]}.md"
    found = FINDING.findall(cover.read_text("utf-8")) if cover.is_file() else []
    headlines = [name for name in dict.fromkeys(found) if name in recorded]
    return write_apart(
        project.build / "compare" / f"{one.name}-{other.name}",
        "comparison.html",
        comparison=comparison,
        names=[f"{side.title} ({side.id})" if alike else side.title or side.name for side in comparison.sides],
        titles={slug: titles.get(slug, slug) for slug in dict.fromkeys([*one.parameters, *other.parameters, *slugs])},
        links=[_links(side, slugs, project) for side in comparison.sides],
        choices=comparison.choices(),
        causes={change.chapter: change.parameters for change in comparison.changes},
        cover={"all": len(headlines), "rows": [rows[name] for name in headlines if name in rows]},
        groups=groups,
        turns=comparison.turns,
        unchanged=[slug for slug in slugs if slug not in groups],
        apart=sum(row["apart"] for row in rows.values()),
        relabelled=sum(len(row["labels"]) > 1 for row in rows.values()),
        open=sum(not row["direction"] for row in rows.values()),
    )


def _links(side: Side, slugs: Sequence[str], project: Project) -> dict[str, str]:
    root = project.editions / side.name / "html"
    pages = {"": "index.html", **{slug: f"{FOLDER}/{slug}.html" for slug in slugs}}
    start = f"../../{project.editions.name}/{quote(side.name)}/html"
    return {slug: f"{start}/{page}" for slug, page in pages.items() if (root / page).is_file()}


def _row(change: Change) -> dict[str, Any]:
    found = [result for result in change.results if result]
    direction, words = change.size
    ends = [(result.low, result.high) for result in found if result.low is not None and result.high is not None]
    return {
        "key": change.key,
        "labels": list(dict.fromkeys(result.label for result in found if result.label)) or [change.key],
        "results": change.results,
        "direction": direction,
        "change": words,
        "apart": len(ends) == 2 and max(low for low, _ in ends) > min(high for _, high in ends),
        "shares": [result for result in found if result.unit == "share" and result.value is not None],
    }
