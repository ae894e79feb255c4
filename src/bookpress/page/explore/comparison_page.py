"""Pages on several editions: what differs between two of them, and an index of many as one site."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bookpress.book.chapters import FOLDER, discover, toc_files
from bookpress.book.project import Project
from bookpress.citation.record import load_book
from bookpress.explore.compare import Change, Comparison, Side, by_choice
from bookpress.page.base.templates import write_apart

FINDING = re.compile(r"\{finding\}\s+([\w-]+):([\w.]+)")
"""A finding on the cover: the directive with chapter and key."""


def write_page(comparison: Comparison, project: Project) -> Path:
    """Write a comparison as a page below ``_build/compare``, with what it loads beside it, and return its path."""
    one, other = comparison.sides
    alike = one.title == other.title
    rows = {(change.chapter, change.key): _row(change) for change in comparison.changes}
    groups = {slug: [row for (of, _), row in rows.items() if of == slug] for slug, _ in rows}
    slugs = list(dict.fromkeys([*one.results, *other.results]))
    titles = {chapter.slug: chapter.title for chapter in discover(project)}
    cover = project.root / f"{toc_files(project)[0]}.md"
    found = dict.fromkeys(FINDING.findall(cover.read_text("utf-8")) if cover.is_file() else ())
    headlines = [
        (slug, key)
        for slug, key in found
        if any(key in side.results.get(slug, ()) for side in (one, other))
    ]
    return write_apart(
        project.build / "compare" / f"{one.name}-{other.name}",
        "comparison.html",
        comparison=comparison,
        names=[
            f"{side.title} ({side.id})" if alike else side.title or side.name
            for side in (one, other)
        ],
        titles={
            slug: titles.get(slug, slug)
            for slug in dict.fromkeys([*one.parameters, *other.parameters, *slugs])
        },
        links=[_links(side, slugs, project) for side in (one, other)],
        choices=by_choice(comparison.parameters, "one", "other"),
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
    ends = [
        (result.low, result.high)
        for result in found
        if result.low is not None and result.high is not None
    ]
    return {
        "key": change.key,
        "labels": list(dict.fromkeys(result.label for result in found if result.label))
        or [change.key],
        "results": change.results,
        "direction": direction,
        "change": words,
        "apart": len(ends) == 2 and max(low for low, _ in ends) > min(high for _, high in ends),
        "shares": [
            result for result in found if result.unit == "share" and result.value is not None
        ],
    }


def write_index(project: Project, folders: Sequence[str]) -> Path:
    """Write the index of built editions, by the names of their folders, beside them; return its path."""
    editions = []
    for name in dict.fromkeys(folders):
        record = json.loads((project.editions / name / "edition.json").read_text("utf-8"))
        differs = by_choice(record["differs"], "value", "default")
        editions.append({**record, "address": f"{quote(name)}/html/index.html", "differs": differs})
    return write_apart(
        project.editions, "editions.html", book=load_book(project.root), editions=editions
    )
