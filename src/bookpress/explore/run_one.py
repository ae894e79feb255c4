"""One chapter at a time: run it with other values, print what it recorded, list its parameters."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookpress.book.assignments import file_assignments, option_assignments, repeated, resolve
from bookpress.book.chapters import Chapter, choose, discover, nearest
from bookpress.book.edition_files import DEFAULT, EditionFile, load_edition_file
from bookpress.book.editions import Edition, Fingerprint, load_edition
from bookpress.book.parameters import Value, chapter_schema
from bookpress.book.project import Project
from bookpress.book.wording import describe, grid_option
from bookpress.errors import collecting
from bookpress.explore.grid import combinations
from bookpress.explore.sweep import Sweep, chosen_keys, run_sweep, write_table
from bookpress.files import check_writable
from bookpress.progress import Reporter, folding_table, standard_output
from bookpress.run.cache import Run
from bookpress.run.runner import RunOptions, cached_runs, failure, run_chapters


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
    asked, problems = option_assignments(options)
    file = EditionFile(title=base)
    with collecting(problems):
        file = load_edition_file(project, base)
    wishes = file_assignments(file.parameters, [one.slug for one in book])
    problems += [*repeated(wishes), *repeated(asked)]
    return chapter, resolve(book, [chapter], [*wishes, *asked], problems)[slug]


@dataclass(frozen=True)
class Swept:
    """A sweep with its files.

    Parameters
    ----------
    sweep : Sweep
        What was run.
    usual : dict
        The values it started from.
    keys : list of str
        The results to draw.
    folder : pathlib.Path
        Where everything is written.
    tables : list of pathlib.Path
        The table of results, as Parquet and as CSV.
    command : str
        The command that runs it again.
    """

    sweep: Sweep
    usual: dict[str, Value]
    keys: list[str]
    folder: Path
    tables: list[Path]
    command: str

    @property
    def page(self) -> Path:
        """The page that shows it."""
        return self.folder / "index.html"

    def as_json(self) -> dict[str, Any]:
        """Return all of it as plain JSON: where the files are, what failed, and the rows of the table."""
        parquet, csv = map(str, self.tables)
        failed = [
            {"run": place + 1, "parameters": self.sweep.sets[place], "error": what}
            for place, what in sorted(self.sweep.errors.items())
        ]
        return {
            "chapter": self.sweep.chapter.slug,
            "varied": self.sweep.varied,
            "combinations": len(self.sweep.sets),
            "run_now": self.sweep.fresh,
            "files": {"csv": csv, "parquet": parquet, "page": str(self.page)},
            "failed": failed,
            "results": self.sweep.rows,
        }


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
    out: Path | None = None,
    begin: Callable[[], object] | None = None,
) -> Swept:
    """Run a chapter under every combination of a grid and write its table.

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
    out : pathlib.Path, optional
        Folder to write to; by default one below ``_build/sweeps``, the same for the same combinations.
    begin : callable, optional
        Called when all is found in order, before anything is run.

    Raises
    ------
    UsageError
        If anything of the request is wrong; nothing is run then.
    """
    [chapter] = choose(discover(project), [slug])
    problems: list[str] = []
    values = {parameter.name: parameter.default for parameter in chapter.parameters}
    with collecting(problems):
        _, values = values_of(project, slug, options, base)
    published = cached_runs(project, load_edition(project, DEFAULT)).get(slug)
    problems += _contradictions(chapter, grid, options, keys, published)
    sets = combinations(chapter, grid, values, problems)
    if out is not None:
        check_writable(out)
    if begin is not None:
        begin()
    sweep = run_sweep(project, chapter, list(grid), sets, how, reporter, scheduler)
    folder = out or project.build / "sweeps" / sweep.name
    tables = write_table(sweep, folder)
    return Swept(sweep, values, chosen_keys(sweep, keys), folder, tables, _command(project, sweep, options, base, keys))


def _command(project: Project, sweep: Sweep, options: Sequence[str], base: str, keys: Sequence[str]) -> str:
    """Return the command that runs a sweep again."""
    flags = [("-p", option) for option in options] + [("--result", key) for key in keys]
    if base != DEFAULT:
        flags.append(("--edition", base))
    grid = [grid_option(name, [values[name] for values in sweep.sets]) for name in sweep.varied]
    return " ".join([project.settings.command, "sweep", sweep.chapter.slug, *grid, *map(shlex.join, flags)])


def _contradictions(
    chapter: Chapter,
    grid: Mapping[str, Sequence[Any]],
    options: Sequence[str],
    keys: Sequence[str],
    published: Run | None,
) -> list[str]:
    """Return the parameters both set and varied, and the results to draw that the chapter cannot record, in words."""
    both = sorted({wish.name for wish in option_assignments(options)[0]} & set(grid))
    problems = [f"{name} is set with -p and varied with -g: choose one" for name in both]
    known = list(published.results) if published else []  # of a chapter that was never run no key is known
    problems += [
        f"chapter {chapter.slug} records no result {key!r}{nearest(key, known)}"
        for key in keys
        if known and key not in known
    ]
    return problems


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
