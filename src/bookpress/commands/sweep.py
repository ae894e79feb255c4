"""The command `sweep`: a chapter under every combination of values."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bookpress.commands.base import options as opt
from bookpress.errors import with_noun
from bookpress.terminal.messages import say


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
    from bookpress.commands.base.results import no_results
    from bookpress.edition.fingerprint import Fingerprint
    from bookpress.elements.figure import render as drawing
    from bookpress.extras import need
    from bookpress.states.sweeps.curves import curves_of
    from bookpress.states.sweeps.grid import read_grid
    from bookpress.states.sweeps.sweep import check_folder, plan_sweep, run_sweep
    from bookpress.states.sweeps.sweep_page import summary_table, write_page
    from bookpress.states.sweeps.tasks import expected, raise_failed
    from bookpress.terminal.tables import standard_error

    project = opt.current_project()
    options = opt.run_options(jobs, engine, force, time_limit, scheduler)
    plan = plan_sweep(project, chapter, read_grid(grid or [], file), parameter or [], edition)
    check_folder(out)
    fingerprint = Fingerprint.of(project)
    missing, words = expected(project, plan.tasks, fingerprint, options, "combination")
    if dry_run:
        say(words)
        return
    need("a sweep", "pandas", "pyarrow", "vl_convert")
    opt.ask_before(missing, yes)
    with opt.reported(options) as how:
        # start drawing early: chapters can run while it warms up
        drawing.warm_up(project.build / "pictures")
        done = run_sweep(project, plan, how, out)
        how.reporter.step("drawing the curves")
        curves = curves_of(done)
        page = write_page(done, curves, project)
    if done.rows or done.statement_rows:
        standard_error().print(summary_table(done, curves))
    else:
        say(no_results(chapter))
    many = with_noun(len(plan.sets), "combination")
    say(f"{done.fresh} of {many} run now; as a page: {page}")
    for path in done.tables:
        typer.echo(path)
    raise_failed(plan.tasks, done.errors, "combination")
