"""The grid of a sweep: the values of parameters to try, from ``-g`` and from a file."""

from __future__ import annotations

import itertools
import json
import math
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bookpress.book.chapters import Chapter
from bookpress.chapter.parameters import Parameter
from bookpress.chapter.types.allowed import Value, as_text
from bookpress.chapter.types.ranges import spread, takes_ranges
from bookpress.edition.assignments import (
    Assignment,
    hits_of,
    parse_assignments,
    split_values,
    unknown,
)
from bookpress.edition.editions import Edition
from bookpress.errors import UsageError, nearest
from bookpress.files import as_mapping, read
from holdtrue.periods import Years, years_of

MOST = 100_000
"""The most combinations that a grid may have: more fill the memory before anything runs."""


def read_grid(options: Iterable[str], path: Path | None = None) -> dict[str, list[Any]]:
    """Return the grid of ``-g NAME=V1,V2``, and of a file with lists of values by name.

    With ``-g``, values that contain commas need a JSON list.
    """
    grid = {} if path is None else _grid_file(path)
    asked, problems = parse_assignments(options, "-g", several=True)
    for assignment in asked:
        if assignment.label in grid:
            problems.append(f"{assignment.label} is varied with -g and in {path}: choose one")
    if problems:
        raise UsageError(*problems)
    return {**grid, **{assignment.label: assignment.value for assignment in asked}}


def _grid_file(path: Path) -> dict[str, list[Any]]:
    if not path.is_file():
        raise UsageError(f"no grid file {path}")
    content = as_mapping(read(path), str(path), "names with lists")
    grid: dict[str, list[Any]] = {str(name): values for name, values in content.items()}
    if not all(isinstance(values, list) for values in grid.values()):
        example = "`year: [2010, 2020]`"
        raise UsageError(f"{path}: a grid contains names with lists of values, such as {example}")
    return grid


def values_to_try(
    chapter: Chapter, grid: Mapping[str, Sequence[Any]], problems: list[str]
) -> dict[str, list[Value]]:
    """Return the values of each parameter in a grid, each once; note what is wrong."""
    by_name = {parameter.name: parameter for parameter in chapter.parameters}
    if not grid:
        problems.append("nothing to vary: give a grid, such as -g year=2010,2020")
    for name in grid:
        if name not in by_name:
            hint = chapter.foreign or nearest(name, [*by_name])
            problems.append(f"chapter {chapter.slug} has no parameter {name!r}{hint}")
    tried = {
        name: _checked(by_name[name], values, problems)
        for name, values in grid.items()
        if name in by_name
    }
    many = math.prod(map(len, tried.values()))
    if many > MOST:
        problems.append(f"the grid has {many:,} combinations; allowed: {MOST:,}")
    return tried


def combinations(
    tried: Mapping[str, Sequence[Value]], usual: Mapping[str, Value]
) -> list[dict[str, Value]]:
    """Return every combination of values, in order, as complete values of a chapter."""
    return [
        {**usual, **dict(zip(tried, chosen, strict=True))}
        for chosen in itertools.product(*tried.values())
    ]


def _in_ranges(parameter: Parameter, values: Iterable[Any], problems: list[str]) -> Iterator[Any]:
    """Yield the values to try, with ranges expanded."""
    for value in values:
        if not isinstance(value, str) or not takes_ranges(parameter.schema):
            yield value
            continue
        try:
            yield from spread(value)
        except ValueError as error:
            problems.append(f"{parameter.name}: {error}")


def _checked(parameter: Parameter, values: Sequence[Any], problems: list[str]) -> list[Value]:
    good: list[Value] = []
    if not values:
        problems.append(f"{parameter.name}: no value to try")
    for text in _in_ranges(parameter, values, problems):
        try:
            value = parameter.parse(text) if isinstance(text, str) else parameter.check(text)
        except ValueError as error:
            problems.append(f"{parameter.name}: {error}")
        else:
            if value not in good:
                good.append(value)
    return good


def present_grid(
    chapter: Chapter, grid: Mapping[str, Sequence[Any]], usual: Mapping[str, Value]
) -> dict[str, Sequence[Any]]:
    """Return a grid under the present names of a chapter's parameters.

    The ends of a period are combined into periods.
    """
    present_values: dict[str, Sequence[Any]] = {}
    ends: dict[str, dict[str, Sequence[Any]]] = {}
    for name, values in grid.items():
        hit = next(hits_of(Assignment(None, name, None), [chapter]), None)
        now = hit.parameter.name if hit else name
        if hit and hit.end:
            ends.setdefault(now, {})[hit.end] = values
        present_values[now] = values
    for name, tried in ends.items():
        present_values[name] = _periods(tried, years_of(usual[name]))
    return present_values


def _periods(tried: Mapping[str, Sequence[Any]], usual: Years) -> list[str]:
    """Return the periods made from the tried ends; an end that is not tried is the usual one."""
    first, last = usual
    firsts = tried.get("first", [first])
    lasts = tried.get("last", [last])
    return [f"{begin}-{end}" for begin, end in itertools.product(firsts, lasts)]


def tried_in(
    edition: Edition, chapters: Sequence[Chapter], grid: Mapping[str, Sequence[Any]]
) -> dict[str, dict[str, list[Value]]]:
    """Return the values to try for some chapters of an edition, by chapter and parameter.

    A name in the grid applies to every chapter that has it, ``CHAPTER.NAME`` to that one, for
    which it wins. An end of a period that is not tried is the edition's.
    """
    problems: list[str] = []
    reached: dict[str, dict[str, Sequence[Any]]] = {}
    for label, values in sorted(grid.items(), key=lambda asked: "." in asked[0]):
        slug, _, name = label.rpartition(".")
        asked = Assignment(slug or None, name, None, is_text=True)
        hits = list(hits_of(asked, chapters))
        for hit in hits:
            reached.setdefault(hit.chapter.slug, {})[name] = values
        if not hits:
            problems.append(unknown(edition.chapters, chapters, asked))
    tried: dict[str, dict[str, list[Value]]] = {}
    for chapter in chapters:
        usual = edition.values[chapter.slug]
        varied = present_grid(chapter, reached.get(chapter.slug, {}), usual)
        by_name = {parameter.name: parameter for parameter in chapter.parameters}
        tried[chapter.slug] = {
            name: _checked(by_name[name], values, problems) for name, values in varied.items()
        }
    if problems:
        raise UsageError(*dict.fromkeys(problems))
    return tried


def grid_option(name: str, values: Sequence[Value]) -> str:
    """Return values to try as a command-line option.

    They are a JSON list if one contains a comma.
    """
    texts = [as_text(value) for value in values]
    listed = ",".join(texts)
    if split_values(listed) != texts:
        listed = json.dumps(values, ensure_ascii=False)
    assignment = f"{name}={listed}"
    return f"-g {shlex.quote(assignment)}"
