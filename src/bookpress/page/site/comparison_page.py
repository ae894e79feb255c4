"""The page of a comparison: what differs between two editions, in the look of the book. Knows no Sphinx."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bookpress.book import number_formats as numbers
from bookpress.book.chapters import FOLDER, discover, toc_files
from bookpress.book.project import Project
from bookpress.book.results import Result
from bookpress.explore.compare import Change, Comparison, Side
from bookpress.page.site import standalone_page as apart

FINDING = re.compile(r"\{finding\}\s+([\w-]+):(\w+)")
"""A finding on the cover: the directive with chapter and key."""
UP, DOWN, LEVEL = "up", "down", "level"


@dataclass(frozen=True)
class Shown:
    """A result in words, in one of the two editions.

    Parameters
    ----------
    value, interval, counts : str
        In words; empty where the result has none.
    """

    value: str
    interval: str = ""
    counts: str = ""


@dataclass(frozen=True)
class Row:
    """A result that differs.

    Parameters
    ----------
    key : str
        Its name within the chapter.
    labels : list of str
        What it measures; both wordings where the editions differ in it.
    one, other : Shown
        The result in each edition.
    direction : str
        Whether the second value is higher (``"up"``), lower, or the same; empty where that cannot be said.
    change : str
        By how much, in words.
    apart : bool
        Whether the two intervals have no value in common.
    bars : list of dict
        Of a share: where interval and value lie between 0 and 100, for each edition.
    """

    key: str
    labels: list[str]
    one: Shown
    other: Shown
    direction: str
    change: str
    apart: bool
    bars: list[dict[str, float]]


def write_page(comparison: Comparison, project: Project) -> Path:
    """Write a comparison as a page below ``_build/compare``, with what it loads beside it, and return its path.

    Parameters
    ----------
    comparison : Comparison
        What differs.
    project : Project
        The book; its built editions are linked.
    """
    one, other = comparison.sides
    folder = project.build / "compare" / f"{one.name}-{other.name}"
    return apart.write_page(folder, page_html(comparison, project))


def page_html(comparison: Comparison, project: Project) -> str:
    """Return the page of a comparison."""
    titles = {chapter.slug: chapter.title for chapter in discover(project)}
    groups: dict[str, list[Change]] = {}
    for change in comparison.changes:
        groups.setdefault(change.chapter, []).append(change)
    shared = [slug for slug in comparison.sides[0].chapters if slug not in comparison.only[0]]
    rows = {slug: [row_of(change) for change in changes] for slug, changes in groups.items()}
    every = [row for found in rows.values() for row in found]
    compared = {(slug, key) for slug in shared for side in comparison.sides for key in side.results.get(slug, {})}
    headlines = [name for name in cover_results(project) if name in compared]
    changed = {(change.chapter, change.key): row_of(change) for change in comparison.changes}
    return apart.page_text(
        "comparison.html",
        comparison=comparison,
        names=side_names(comparison.sides),
        titles={slug: titles.get(slug, slug) for side in comparison.sides for slug in side.chapters},
        links=[links_to(side, project) for side in comparison.sides],
        choices=comparison.choices(),
        causes={slug: changes[0].parameters for slug, changes in groups.items()},
        cover={"all": len(headlines), "rows": [changed[name] for name in headlines if name in changed]},
        groups=rows,
        unchanged=[slug for slug in shared if slug not in groups],
        apart=sum(row.apart for row in every),
        relabelled=sum(len(row.labels) > 1 for row in every),
        open=sum(not row.direction for row in every),
    )


def cover_results(project: Project) -> list[tuple[str, str]]:
    """Return chapter and key of every result that the cover of the book gives as a finding, in its order."""
    cover = project.root / f"{toc_files(project)[0]}.md"
    text = cover.read_text("utf-8") if cover.is_file() else ""
    return list(dict.fromkeys(FINDING.findall(text)))


def side_names(sides: Sequence[Side]) -> list[str]:
    """Return what the two editions are called on the page: their titles, with the ids where these are the same."""
    one, other = sides
    return [side.title or side.name if one.title != other.title else f"{side.title} ({side.id})" for side in sides]


def links_to(side: Side, project: Project) -> dict[str, str]:
    """Return the addresses of the pages of an edition that are built: by slug, and of the cover by an empty one."""
    root = project.editions / side.name / "html"
    pages = {"": "index.html", **{slug: f"{FOLDER}/{slug}.html" for slug in side.chapters}}
    start = f"../../{project.editions.name}/{quote(side.name)}/html"
    return {slug: f"{start}/{page}" for slug, page in pages.items() if (root / page).is_file()}


def row_of(change: Change) -> Row:
    """Return a result that differs, as the page shows it."""
    one, other = (Result.model_validate(found) if found else None for found in (change.one, change.other))
    labels = [found.label for found in (one, other) if found and found.label]
    direction, words = change_words(one, other)
    return Row(
        key=change.key,
        labels=list(dict.fromkeys(labels)) or [change.key],
        one=shown(one),
        other=shown(other),
        direction=direction,
        change=words,
        apart=are_apart(one, other),
        bars=[bar(found) for found in (one, other) if found and found.unit == "share" and found.value is not None],
    )


def shown(result: Result | None) -> Shown:
    """Return a result in words.

    Examples
    --------
    >>> shown(Result(value=0.64, low=0.534, high=0.733, k=55, n=86, unit="share"))
    Shown(value='64%', interval='53% to 73%', counts='55 of 86')
    >>> shown(None)
    Shown(value='not recorded', interval='', counts='')
    """
    if result is None:
        return Shown("not recorded")
    interval = numbers.interval(result) if result.low is not None and result.high is not None else ""
    return Shown(numbers.write(result), interval, numbers.counts(result) if result.n is not None else "")


def change_words(one: Result | None, other: Result | None) -> tuple[str, str]:
    """Return the direction of a change and its size in words.

    Shares differ by points, years by years; what is measured on a scale that begins at zero by a part of the first
    value, or by a factor where it doubles or halves.

    Examples
    --------
    >>> change_words(Result(value=0.64, unit="share"), Result(value=0.725, unit="share"))
    ('up', '8.5 points')
    >>> change_words(Result(value=10, unit="months"), Result(value=8, unit="months"))
    ('down', '20%')
    >>> change_words(Result(value=2.0, unit="USD"), Result(value=24.0, unit="USD"))
    ('up', '× 12')
    >>> change_words(Result(value=2.0), None)
    ('', 'no comparison')
    """
    if one is None or other is None or one.value is None or other.value is None:
        return "", "no comparison"
    if one.unit != other.unit:
        return "", "other unit"
    first, second = one.value, other.value
    if first == second:
        return LEVEL, "same value"
    return (UP if second > first else DOWN), numbers.difference(first, second, one.unit)


def are_apart(one: Result | None, other: Result | None) -> bool:
    """Return whether two intervals have no value in common; without both intervals they are not said to be apart."""
    if one is None or other is None or None in (one.low, one.high, other.low, other.high):
        return False
    low, high = max(one.low or 0, other.low or 0), min(one.high or 0, other.high or 0)
    return low > high


def bar(result: Result) -> dict[str, float]:
    """Return where the interval and the value of a share lie between 0 and 100.

    Examples
    --------
    >>> bar(Result(value=0.5, low=0.4, high=0.6, unit="share"))
    {'value': 50.0, 'low': 40.0, 'width': 20.0}
    """
    value = 100 * (result.value or 0)
    low, high = (value if bound is None else 100 * bound for bound in (result.low, result.high))
    return {"value": round(value, 2), "low": round(low, 2), "width": round(high - low, 2)}
