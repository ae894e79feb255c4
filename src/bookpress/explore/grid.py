"""The grid of a sweep: for each parameter the values to try, and every combination of them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bookpress.book.chapters import Chapter, nearest
from bookpress.book.parameters import Parameter, Value, range_problems
from bookpress.book.wording import quoted
from bookpress.errors import UsageError
from bookpress.yaml_files import load_mapping


def parse_options(options: Iterable[str]) -> dict[str, list[Any]]:
    """Return the grid of ``-g NAME=V1,V2``; a JSON list where a value holds a comma.

    Examples
    --------
    >>> parse_options(["vintage=2023-03,2026-08", 'venues=[["ICML", "ICLR"], ["CVPR"]]'])
    {'vintage': ['2023-03', '2026-08'], 'venues': [['ICML', 'ICLR'], ['CVPR']]}
    """
    grid: dict[str, list[Any]] = {}
    problems = []
    for option in options:
        name, equals, text = option.partition("=")
        name = name.strip()
        if not equals or not name:
            problems.append(f"-g {quoted(option)} is not NAME=VALUE,VALUE,...")
        elif name in grid:
            problems.append(f"-g {name} is given twice")
        else:
            grid[name] = _values(text)
    if problems:
        raise UsageError.listing(problems)
    return grid


def _values(text: str) -> list[Any]:
    """Return the values of one option: those of a JSON list, else the parts between commas."""
    if text.lstrip().startswith("["):
        try:
            loaded = json.loads(text)
        except ValueError:
            loaded = None
        if isinstance(loaded, list):
            return loaded
    return [part.strip() for part in text.split(",")]


def whole_grid(options: Iterable[str], path: Path | None) -> dict[str, list[Any]]:
    """Return the grid of the command line and of a file, where there is one; a name stands in one of them.

    Raises
    ------
    UsageError
        If a name stands in both, or one of them cannot be read.
    """
    typed, written = parse_options(options), read_grid(path) if path else {}
    both = [f"{name} is varied with -g and in {path}: choose one" for name in typed if name in written]
    if both:
        raise UsageError.listing(both)
    return {**written, **typed}


def read_grid(path: Path) -> dict[str, list[Any]]:
    """Return the grid of a file, YAML or JSON: a name and its list of values on each line.

    Raises
    ------
    UsageError
        If there is no such file, or it is not a mapping of names to lists.
    """
    if not path.is_file():
        raise UsageError(f"no grid file {path}")
    loaded = load_mapping(path, str(path), "names with lists of values")
    if not all(isinstance(values, list) for values in loaded.values()):
        raise UsageError(f"{path}: a grid holds names with lists of values, such as `vintage: [2023-03, 2026-08]`")
    return {str(name): values for name, values in loaded.items()}


def combinations(
    chapter: Chapter, grid: Mapping[str, Sequence[Any]], base: Mapping[str, Value], found: Sequence[str] = ()
) -> list[dict[str, Value]]:
    """Return every combination of a grid, as complete values of a chapter, in the order of the grid.

    Parameters
    ----------
    chapter : Chapter
        The chapter.
    grid : mapping
        Values to try, by parameter.
    base : mapping
        The value of every parameter that the grid does not vary.
    found : sequence of str
        Problems found elsewhere, to be reported with those of the grid.

    Raises
    ------
    UsageError
        With all problems at once: unknown names, values that are not allowed, nothing to try, reversed ranges.
    """
    known = {parameter.name: parameter for parameter in chapter.parameters}
    problems = [
        *found,
        *(
            f"chapter {chapter.slug} has no parameter {name!r}{nearest(name, list(known))}"
            for name in grid
            if name not in known
        ),
    ]
    checked: dict[str, list[Value]] = {}
    refused = set()
    for name, values in grid.items():
        if name in known:
            good, wrong = _checked(known[name], values)
            problems += wrong
            refused |= {name} if wrong else set()
            checked |= {name: good} if good else {}
    if not grid:
        problems.append("nothing to vary: give a grid, such as -g vintage=2023-03,2026-08")
    sets = [{**base, **dict(zip(checked, chosen, strict=True))} for chosen in itertools.product(*checked.values())]
    if not found:  # else the values that the grid does not vary are not those asked for
        sound = [parameter for parameter in chapter.parameters if parameter.name not in refused]
        problems += dict.fromkeys(problem for values in sets for problem in range_problems(sound, values))
    if problems:
        raise UsageError.listing(problems)
    return sets


def _checked(parameter: Parameter, values: Sequence[Any]) -> tuple[list[Value], list[str]]:
    """Return the distinct values that are allowed, and what is wrong with the others."""
    good: list[Value] = []
    problems = [] if values else [f"{parameter.name}: no value to try"]
    for value in values:
        try:
            one = parameter.parse(value) if isinstance(value, str) else parameter.check(value)
        except ValueError as error:
            problems.append(f"{parameter.name}: {error}")
        else:
            if one not in good:
                good.append(one)
    return good, problems
