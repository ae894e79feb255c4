"""What became of everything that a bibliography, or any text, cites from the book."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bookpress.book.project import Project
from bookpress.book.renamed import load_renamed, under_present_names
from bookpress.chapter.estimates import results_file
from bookpress.chapter.expressions import SLUG
from bookpress.edition.editions import BookAsRead
from bookpress.errors import UsageError
from bookpress.files import read, sha256
from bookpress.release.archives import Results
from bookpress.release.released import (
    CHANGED,
    NUMBER,
    STANDS,
    UNKNOWN,
    apart,
    check_number,
    every_result,
    shown,
)
from bookpress.release.verify import (
    Cited,
    cited_in,
    differences_of,
    made_here,
    no_edition,
    past_of,
    present_form,
)
from bookpress.run.runner import RunOptions
from bookpress.states.sweeps.compare import ChangedResult, side_of

Answer = tuple[int, str]
"""An exit code, and its meaning in words."""
QUOTED = re.compile(rf"{SLUG}:[\w.]+={NUMBER}")


def watch(project: Project, file: Path, options: RunOptions) -> list[Answer]:
    """Return what became of each state that a file cites, and of each number that it quotes."""
    if not file.is_file():
        raise UsageError(f"--watch {str(file)!r} is not a file: give a bibliography or a text")
    text = read(file).decode("utf-8", "replace")
    numbers = list(dict.fromkeys(match[0].strip() for match in QUOTED.finditer(text)))
    answers = [check_number(project, number, options) for number in numbers]
    states = cited_in(text)
    if not (numbers or states):
        raise no_edition(file)
    of_part = {state.id for state in states if state.sha}
    cited = {
        (state.id, state.sha): state for state in states if state.sha or state.id not in of_part
    }
    answers += [_state(project, state, options) for state in cited.values()]
    return answers


def _state(project: Project, cited: Cited, options: RunOptions) -> Answer:
    """Return which results of a cited state have changed."""
    past = past_of(project, cited.id)
    named = f"edition {cited.id}"
    read = BookAsRead.of(project)
    if not past:
        if made_here(project, cited, read):
            return STANDS, f"{named}: what this checkout makes, and not released yet"
        return UNKNOWN, f"{named} is neither what this checkout makes, nor built, nor released"
    side = side_of(project, present_form(project, cited, past, read), options)
    before = _cited_part(past["results"], cited)
    if before != past["results"]:
        named = f"{named}, {', '.join(before)}"
    present = under_present_names(load_renamed(project), "results", before)
    changes = differences_of(present, side.results)
    many = len(list(every_result(present)))
    if not changes:
        return STANDS, f"{named} ({past['where']}): all {many} results stand"
    lines = [f"{named} ({past['where']}): {len(changes)} of {many} results changed"]
    lines += _lines(changes)
    return CHANGED, "\n".join(lines)


def _cited_part(results: Results, cited: Cited) -> Results:
    """Return the results of the cited chapter, found by their hash; otherwise all."""
    for slug, of_chapter in results.items():
        if sha256(results_file(of_chapter)) == cited.sha:
            return {slug: of_chapter}
    return results


def _lines(changes: list[ChangedResult]) -> Iterator[str]:
    for change in changes:
        before: Mapping[str, Any] = change.one or {}
        if change.other is None:
            yield f"  {change.chapter}:{change.key} withdrawn: it was {shown(before)}"
        else:
            was, now = apart(before, change.other)
            yield f"  {change.chapter}:{change.key} revised: it was {was}, and is {now}"
