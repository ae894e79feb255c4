"""One chapter at a time: run it with other values, print what it recorded, list its parameters."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compute_divide.press.chapters import Chapter, choose, discover
from compute_divide.press.chapters_run import RunOptions, failure, run_chapters
from compute_divide.press.curve import chosen_keys, write_page
from compute_divide.press.editions import (
    Edition,
    Fingerprint,
    file_assignments,
    load_edition_file,
    option_assignments,
    resolve,
)
from compute_divide.press.grid import combinations
from compute_divide.press.parameters import Value, chapter_schema
from compute_divide.press.progress import Reporter, folding_table, standard_output
from compute_divide.press.project import Project
from compute_divide.press.sweep import Sweep, run_sweep, write_table
from compute_divide.press.wording import describe


def run_one(
    project: Project,
    slug: str,
    options: Sequence[str],
    base: str,
    how: RunOptions,
    say: Callable[[str], None],
) -> dict[str, dict[str, Any]]:
    """Run one chapter and return its results in the shape of ``results.json``.

    Parameters
    ----------
    project : Project
        The book.
    slug : str
        The chapter.
    options : sequence of str
        ``NAME=VALUE`` or ``CHAPTER.NAME=VALUE``.
    base : str
        The edition whose values hold where none is given.
    how : RunOptions
        How to run.
    say : callable
        Told what is done, on standard error.

    Raises
    ------
    UsageError
        If the chapter or a parameter is unknown, or a value is not allowed.
    PressError
        If the chapter fails.
    """
    chapter, values = values_of(project, slug, options, base)
    edition = Edition(
        name="",
        base=base,
        title="",
        description="",
        chapters=(chapter,),
        values={slug: values},
        fingerprint=Fingerprint.of(project),
    )
    outcome = run_chapters(project, edition, how)
    if outcome.errors:
        raise failure(project, outcome.errors)
    took = f"run in {outcome.runs[slug].seconds:.1f} s" if outcome.fresh else "nothing has changed since it was run"
    say(f"{slug}: {took}")
    return {slug: dict(outcome.runs[slug].results)}


def values_of(project: Project, slug: str, options: Sequence[str], base: str) -> tuple[Chapter, dict[str, Value]]:
    """Return a chapter and the value of each of its parameters: its own, the edition's, the command line's.

    Raises
    ------
    UsageError
        If the chapter or a parameter is unknown, or a value is not allowed.
    """
    book = discover(project)
    [chapter] = choose(book, [slug])
    names = {parameter.name for parameter in chapter.parameters}
    wishes = file_assignments(load_edition_file(project, base).parameters, [one.slug for one in book])
    inherited = [wish for wish in wishes if wish.name in names and wish.chapter in {None, slug}]
    return chapter, resolve([chapter], [*inherited, *option_assignments(options)])[slug]


@dataclass(frozen=True)
class Swept:
    """A sweep with its files.

    Parameters
    ----------
    sweep : Sweep
        What was run.
    tables : list of pathlib.Path
        The table of results, as Parquet and as CSV.
    page : pathlib.Path
        The specification curves.
    """

    sweep: Sweep
    tables: list[Path]
    page: Path


def sweep_chapter(
    project: Project,
    slug: str,
    grid: Mapping[str, Sequence[Any]],
    options: Sequence[str],
    base: str,
    keys: Sequence[str],
    how: RunOptions,
    reporter: Reporter,
    scheduler: str | None = None,
) -> Swept:
    """Run a chapter under every combination of a grid and write its table and curves.

    Parameters
    ----------
    project : Project
        The book.
    slug : str
        The chapter.
    grid : mapping
        Values to try, by parameter.
    options : sequence of str
        ``NAME=VALUE`` for parameters that the grid does not vary.
    base : str
        The edition whose values hold for the rest.
    keys : sequence of str
        Results to draw; all by default.
    how : RunOptions
        How to run.
    reporter : Reporter
        Told how it goes.
    scheduler : str, optional
        Address of a Dask scheduler.

    Raises
    ------
    UsageError
        If anything of the request is wrong; nothing is run then.
    """
    chapter, values = values_of(project, slug, options, base)
    sets = combinations(chapter, grid, values)
    sweep = run_sweep(project, chapter, list(grid), sets, how, reporter, scheduler)
    folder = project.build / "sweeps" / sweep.name
    reporter.step("drawing the curves")
    tables = write_table(sweep, folder)
    return Swept(sweep, tables, write_page(sweep, chosen_keys(sweep, keys), folder))


def print_results(results: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    """Print results as a table on standard output."""
    table = folding_table("result", "value", "interval", "counts", "unit", "what it is")
    for recorded in results.values():
        for key, result in recorded.items():
            interval = "" if result["low"] is None else f"{number(result['low'])} to {number(result['high'])}"
            table.add_row(key, number(result["value"]), interval, counts(result), result["unit"], result["label"])
    standard_output().print(table)


def counts(result: Mapping[str, Any]) -> str:
    """Return what a result rests on.

    Examples
    --------
    >>> counts({"k": 3, "n": 4}), counts({"k": None, "n": 4}), counts({"k": None, "n": None})
    ('3 of 4', 'n = 4', '')
    """
    if result["n"] is None:
        return ""
    return f"n = {result['n']}" if result["k"] is None else f"{result['k']} of {result['n']}"


def number(value: float | None) -> str:
    """Return a number with four digits, or a dash.

    Examples
    --------
    >>> number(0.123456), number(None), number(12)
    ('0.1235', '-', '12')
    """
    return "-" if value is None else f"{value:.4g}"


def parameter_schemas(project: Project, slug: str | None = None) -> dict[str, Any]:
    """Return a JSON Schema for each chapter, or for one."""
    return {chapter.slug: chapter_schema(chapter.parameters) for chapter in _chosen(project, slug)}


def print_parameters(project: Project, slug: str | None = None) -> None:
    """Print the parameters of each chapter, or of one, as tables on standard output."""
    console = standard_output()
    for chapter in _chosen(project, slug):
        if not chapter.parameters:
            console.print(f"{chapter.slug} has no parameters.", highlight=False)
            continue
        table = folding_table("name", "default", "allowed", "unit", "meaning", title=chapter.slug)
        for row in describe(chapter.parameters):
            table.add_row(row["name"], shown(row["default"]), row["allowed"], row["unit"], row["help"])
        console.print(table)
        console.print()


def shown(value: Value) -> str:
    """Return a value as the command line takes it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _chosen(project: Project, slug: str | None) -> list[Chapter]:
    chapters = discover(project)
    return choose(chapters, [slug]) if slug is not None else chapters
