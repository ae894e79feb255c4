"""Checks the entries under the book's own key in a page's front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bookpress.book.project import Project
from bookpress.chapter.quotes import quotes_of
from bookpress.check.problem import Problem, line_in_yaml
from bookpress.errors import UsageError, nearest, similar
from bookpress.files import front_matter

ENTRIES = [
    *("abstract", "also", "authors", "data_date", "doi"),
    *("finding", "headline", "keywords", "literals", "needs", "template", "time_limit"),
]
"""The entries allowed there."""
ALSO = "also"
"""What a chapter publishes besides what it quotes."""


def front_matter_faults(project: Project, name: str, slug: str, text: str) -> Iterator[Problem]:
    """Yield the faults of the entries under the book's own key.

    `slug` is that of the chapter, by which its own prose may quote it, or the name of the page.
    """
    key = project.settings.front_matter
    try:
        entries = front_matter(text, name, strict=project.settings.strict)
    except UsageError as error:
        message = str(error).removeprefix(f"{name}: ")
        yield Problem(name, line_in_yaml(message), message)
        return
    own = entries.get(key) or {}
    if key not in entries and (meant := similar(key, list(map(str, entries)))):
        fault = f"the front matter's {meant!r} is not read; did you mean {key}?"
        yield Problem(name, _entry_line(text, meant), fault)
    if ALSO in entries and "{code-cell}" in text:
        fault = f"`{ALSO}` is read under `{key}:` alone: move it there"
        yield Problem(name, _entry_line(text, ALSO), fault)
    if not isinstance(own, dict):
        yield Problem(name, 1, f"the front matter's `{key}` contains no named entries")
        return
    for entry in map(str, own):
        if entry not in ENTRIES:
            suggestion = nearest(entry, ENTRIES)
            fault = f"the front matter's `{key}` has no {entry!r}{suggestion}"
            yield Problem(name, _entry_line(text, entry), fault)
    if "headline" in own:
        yield from _headline(name, slug, text, own)


def _headline(name: str, slug: str, text: str, own: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the faults of the result that stands for a chapter."""
    try:
        quotes = quotes_of(slug, text, own.get(ALSO) or ())
    except UsageError:  # reported elsewhere
        return
    results = [quote.key for quote in quotes if quote.kind == "result"]
    key = str(own["headline"])
    if key not in results:
        fault = f"the chapter publishes no result {key!r}{nearest(key, results)}"
        yield Problem(name, _entry_line(text, "headline"), f"headline: {fault}")


def _entry_line(text: str, entry: str) -> int:
    """Return the line of an entry in the front matter, which may be within brackets; else 1."""
    named = re.compile(rf"(?<![\w-]){re.escape(entry)}[\"']?\s*:")
    lines = enumerate(text.splitlines(), 1)
    return next((number for number, line in lines if named.search(line)), 1)
