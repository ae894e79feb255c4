"""The commands that run chapters: one, the book, its states, every combination of values."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from bookpress.commands import options as opt
from bookpress.errors import UsageError
from bookpress.progress import reporting, say

ASKS_FROM = 1000
"""Runs beyond which `explore` asks first."""


def build(
    editions: opt.EditionNames = None,
    parameter: opt.Parameters = None,
    chapters: opt.Chapters = None,
    save: Annotated[
        str | None, typer.Option(help="Save these choices as an edition with this name.")
    ] = None,
    jobs: opt.Jobs = None,
    engine: opt.EngineName = None,
    force: opt.Force = False,
    time_limit: opt.TimeLimit = None,
    formats: opt.Formats = opt.FORMATS[0],
    keep_going: opt.KeepGoing = False,
) -> None:
    """Build one edition of the book, or several with an index.

    Chapters that have not changed are not run again.
    """
    from bookpress.run.engine import engine_for

    project = opt.current_project()
    names = editions or ["default"]
    only = None
    if chapters is not None:
        only = [slug.strip() for slug in chapters.split(",")]
    is_built = set(names) <= set(project.built)
    is_new = bool(parameter) or only is not None or not is_built
    opened = engine_for(project, engine) if is_new or force else None
    # the rest is imported while that process does its imports
    from bookpress.commands.built import print_built
    from bookpress.edition.build import build as build_edition
    from bookpress.edition.editions import load_edition, save_edition
    from bookpress.outputs.base.registry import choose

    options = replace(opt.run_options(jobs, engine, force, time_limit), keep_going=keep_going)
    wanted = [load_edition(project, name, parameter or [], only) for name in names]
    if save is not None:
        wanted = [save_edition(project, wanted, save)]
    chosen = choose(formats)  # what each needs is looked for now, not after the chapters ran
    with reporting() as bar:
        built = [build_edition(project, plan, options, bar, chosen, opened) for plan in wanted]
    print_built(project, built, chosen)
    has_failed = project.settings.strict and any(done.failed for done in built)
    if has_failed:
        raise typer.Exit(1)


def run(
    chapter: opt.ChapterName,
    parameter: opt.Parameters = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", "-f", help="File of values, YAML or JSON; -p takes precedence."),
    ] = None,
    as_json: opt.AsJson = False,
    notebook: Annotated[
        Path | None, typer.Option(help="Write the executed notebook here, as .ipynb.")
    ] = None,
    edition: opt.BaseEdition = "default",
    engine: opt.EngineName = None,
    force: opt.Force = False,
    time_limit: opt.TimeLimit = None,
) -> None:
    """Run one chapter with other values and print its results."""
    from bookpress.run.engine import engine_for

    is_no_notebook = notebook is not None and notebook.suffix != ".ipynb"
    if is_no_notebook:
        raise UsageError(f"--notebook {notebook} is no notebook: its name ends in .ipynb")
    project = opt.current_project()
    opened = engine_for(project, engine, chapter)
    # the rest is imported while that process does its imports
    from bookpress.book.chapters import choose, discover
    from bookpress.commands.results import no_results, print_results
    from bookpress.edition.assignments import with_file
    from bookpress.files import replace_file
    from bookpress.run.notebook import as_file, with_prose
    from bookpress.states.sweeps.tasks import run_one

    options = opt.run_options(1, engine, force, time_limit)
    values = with_file(file, parameter or [])
    done, is_fresh = run_one(project, chapter, values, edition, options, opened)
    how = f"run in {done.seconds:.1f} s" if is_fresh else "nothing has changed since it was run"
    say(f"{chapter}: {how}")
    results = {chapter: dict(done.results)}
    if notebook is not None:
        [written] = choose(discover(project), [chapter])
        replace_file(notebook, as_file(with_prose(written, done)))
    if as_json:
        opt.print_json(results)
        if not done.results:
            say(no_results(chapter))
    else:
        print_results(results)


def explore(
    chapters: opt.SomeChapters = None,
    dry_run: opt.DryRun = False,
    yes: opt.Yes = False,
    scheduler: opt.Scheduler = None,
    jobs: opt.Jobs = None,
    engine: opt.EngineName = None,
    force: opt.Force = False,
    time_limit: opt.TimeLimit = None,
    formats: opt.ExploredFormats = None,
) -> None:
    """Build the published edition with its states.

    Each state changes one choice, which readers can then turn on the page. The command also says
    under which choices each statement holds. Finished runs are kept: run the same command again to
    continue. States last as long as the edition; a build that changes it drops them.
    """
    from bookpress.outputs.base.registry import choose
    from bookpress.states.estimate import estimate
    from bookpress.states.explore import explore as explore_states
    from bookpress.states.explore import is_explored, states_to_explore, why_none

    project = opt.current_project()
    options = opt.run_options(jobs, engine, force, time_limit)
    default, states, built_in = states_to_explore(project, chapters or [])
    chosen = choose(formats or built_in)
    missing = 0
    if not states:
        say(escape(why_none(default, chapters or [])))
    elif force or not is_explored(project, default, states, chosen):
        missing, words = estimate(project, default, states, options)
        say(words)
    if dry_run:
        return
    _ask_before(missing, yes)
    with reporting() as bar:
        built = explore_states(project, default, states, options, bar, chosen, scheduler)
    many = f"{len(states)} state{'' if len(states) == 1 else 's'}"
    say(f"edition [bold]{built.edition.folder}[/bold] ({built.edition.id}): {many}")
    typer.echo(built.folder / "html" / "index.html")


def _ask_before(runs: int, yes: bool) -> None:
    """Ask before many runs, unless it was said that they are wanted.

    Who cannot be asked is refused.
    """
    if runs <= ASKS_FROM or yes:
        return
    if not sys.stdin.isatty():
        many = f"{runs:,} runs are more than {ASKS_FROM:,}"
        raise UsageError(f"{many}: say --yes to run them without being asked")
    typer.confirm(f"{runs:,} runs: go on?", abort=True, err=True)


def sweep(
    chapter: opt.ChapterName,
    grid: opt.Grid = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="A grid file: YAML or JSON, lists of values.")
    ] = None,
    parameter: opt.Parameters = None,
    edition: opt.BaseEdition = "default",
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to. [default: one below _build/sweeps]")
    ] = None,
    dry_run: opt.DryRun = False,
    yes: opt.Yes = False,
    scheduler: opt.Scheduler = None,
    jobs: opt.Jobs = None,
    engine: opt.EngineName = None,
    force: opt.Force = False,
    time_limit: opt.TimeLimit = None,
) -> None:
    """Run a chapter under every combination of values.

    It writes one table, and a page that shows how the results move. Finished runs are kept: run the
    same command again to continue. Combinations that fail are named at the end and the exit code
    is 1; the others are in the table.

    For example: sweep CHAPTER -g NAME=1,2,3 -g OTHER=2000:2020:5
    """
    from bookpress.commands.results import no_results
    from bookpress.edition.editions import Fingerprint
    from bookpress.elements.figure import render as drawing
    from bookpress.extras import need
    from bookpress.states.sweeps.curves import curves_of
    from bookpress.states.sweeps.grid import read_grid
    from bookpress.states.sweeps.sweep import check_folder, plan_sweep, run_sweep
    from bookpress.states.sweeps.sweep_page import summary_table, write_page
    from bookpress.states.sweeps.tasks import expected, raise_failed

    project = opt.current_project()
    options = opt.run_options(jobs, engine, force, time_limit)
    plan = plan_sweep(project, chapter, read_grid(grid or [], file), parameter or [], edition)
    check_folder(out)
    fingerprint = Fingerprint.of(project)
    missing, words = expected(project, plan.tasks, fingerprint, options, "combinations")
    if dry_run:
        say(words)
        return
    need("a sweep", "pandas", "pyarrow", "vl_convert")
    _ask_before(missing, yes)
    with reporting() as bar:
        # what draws takes a moment to start: chapters can use it to run
        drawing.warm_up(project.build / "pictures")
        done = run_sweep(project, plan, options, bar, scheduler, out)
        bar.step("drawing the curves")
        curves = curves_of(done)
        page = write_page(done, curves, project)
    if done.rows or done.statement_rows:
        Console(stderr=True).print(summary_table(done, curves))
    else:
        say(no_results(chapter))
    say(f"{done.fresh} of {len(plan.sets)} combinations run now; as a page: {page}")
    for path in done.tables:
        typer.echo(path)
    raise_failed(plan.tasks, done.errors, "combinations failed")
