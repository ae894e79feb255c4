"""The command line: the commands of the press, nothing else. Each calls one function elsewhere."""

from __future__ import annotations

import gc
import json
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from bookpress.commands import adopting, citing
from bookpress.commands import options as opt
from bookpress.commands.mcp import mcp
from bookpress.errors import PressError, UsageError
from bookpress.progress import named_output, reporting, say

if TYPE_CHECKING:
    from bookpress.run.runner import RunOptions

INTERRUPTED = 130
"""The exit code after a signal to stop."""
ASKS_FROM = 1000
"""Runs beyond which `explore` asks first."""

press = typer.Typer(
    no_args_is_help=True,
    help="Re-run, compare and cite a book.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
new = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Create something new.")
press.add_typer(new, name="new")


def main(*more: typer.Typer, distribution: str = "bookpress") -> None:
    """Run the command line, with more commands, as the program of a distribution."""
    # a command is short: searching for garbage costs it more than the garbage would
    gc.set_threshold(100_000)
    known = [group.typer_instance for group in press.registered_groups]
    for commands in more:
        if commands not in known:
            press.add_typer(commands)
    try:
        guarded(partial(press, obj=distribution))
    finally:
        gc.freeze()  # Python ends quicker when it need not search all that is left for garbage


def guarded(work: Callable[[], object]) -> None:
    """Do something; an error of ours, or a signal to stop, is one message and an exit code.

    The message goes to standard error.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    try:
        with named_output():
            work()
    except PressError as error:
        say(f"[red]error:[/red] {escape(str(error))}")
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, SystemExit) as end:
        if isinstance(end, SystemExit) and end.code != INTERRUPTED:
            raise
        say("[red]stopped[/red]; what is done is kept")
        sys.exit(INTERRUPTED)


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _options(
    jobs: int | None,
    engine: str | None = None,
    force: bool = False,
    time_limit: float | None = None,
) -> RunOptions:
    from bookpress.run.engine import DEFAULT_ENGINE
    from bookpress.run.runner import RunOptions

    return RunOptions(
        jobs=jobs, engine=engine or DEFAULT_ENGINE, force=force, time_limit=time_limit
    )


@press.callback(invoke_without_command=True)
def _common(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as version_of

        typer.echo(version_of(context.obj))
        raise typer.Exit


@press.command()
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

    options = replace(_options(jobs, engine, force, time_limit), keep_going=keep_going)
    wanted = [load_edition(project, name, parameter or [], only) for name in names]
    if save is not None:
        wanted = [save_edition(project, wanted, save)]
    chosen = choose(formats)  # what each needs is looked for now, not after the chapters ran
    with reporting() as bar:
        built = [build_edition(project, plan, options, bar, chosen, opened) for plan in wanted]
    print_built(project, built, chosen)
    if project.settings.strict and any(done.failed for done in built):
        raise typer.Exit(1)


@press.command()
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

    if notebook is not None and notebook.suffix != ".ipynb":
        raise UsageError(f"--notebook {notebook} is no notebook: its name ends in .ipynb")
    project = opt.current_project()
    opened = engine_for(project, engine, chapter)
    # the rest is imported while that process does its imports
    from bookpress.book.chapters import choose, discover
    from bookpress.edition.assignments import with_file
    from bookpress.files import replace_file
    from bookpress.run.notebook import as_file, with_prose
    from bookpress.states.sweeps.sweep import print_results, run_one

    options = _options(1, engine, force, time_limit)
    values = with_file(file, parameter or [])
    done, is_fresh = run_one(project, chapter, values, edition, options, opened)
    how = f"run in {done.seconds:.1f} s" if is_fresh else "nothing has changed since it was run"
    say(f"{chapter}: {how}")
    results = {chapter: dict(done.results)}
    if notebook is not None:
        [written] = choose(discover(project), [chapter])
        replace_file(notebook, as_file(with_prose(written, done)))
    if as_json:
        _print_json(results)
    else:
        print_results(results)


@press.command()
def params(chapter: opt.AnyChapter = None, as_json: opt.AsJson = False) -> None:
    """List the parameters: value, what is allowed, what it means.

    --json prints a JSON Schema for each chapter.
    """
    from bookpress.states.sweeps.sweep import parameter_schemas, print_parameters

    project = opt.current_project()
    if as_json:
        _print_json(parameter_schemas(project, chapter))
    else:
        print_parameters(project, chapter)


@press.command()
def check(as_json: opt.AsJson = False) -> None:
    """Find errors in the sources without running anything.

    It reports undefined names, unknown results, references and citations, and numbers typed by
    hand. It also lists paragraphs that claim a direction and rest on no statement; these are no
    errors.
    """
    from bookpress.check.check import check as check_book
    from bookpress.check.check import untested

    project = opt.current_project()
    problems, unchecked = check_book(project)
    listed = untested(project) if not problems else []
    if as_json:
        rows = [{"file": at.where, "line": at.line, "problem": at.what} for at in problems]
        rows += [{"file": at.where, "line": at.line, "untested": at.what} for at in listed]
        _print_json(rows)
    else:
        for line in [*problems, *listed]:
            typer.echo(line)
    for slug in unchecked:
        say(f"{slug}: not run yet: its keys are unchecked")
    if problems:
        plural = "s" if len(problems) > 1 else ""
        raise PressError(f"{len(problems)} problem{plural} found")
    more = f"; {len(listed)} paragraphs to look at" if listed else ""
    say(f"nothing wrong was found{more}")


@new.command("chapter")
def new_chapter(
    name: Annotated[
        str, typer.Argument(help="Its permanent name: lower-case letters and hyphens.")
    ],
    after: Annotated[
        str | None, typer.Option(help="The chapter that it follows. [default: the last]")
    ] = None,
) -> None:
    """Create a chapter: front matter, parameters, a first result, statement and figure.

    It can be built at once.
    """
    from bookpress.book.chapters import new_chapter as write_chapter

    typer.echo(write_chapter(opt.current_project(), name, after))


for _command in (
    *(adopting.init, adopting.conf),
    *(citing.cite, citing.rows, citing.verify, citing.release, mcp),
):
    press.command()(_command)


@press.command()
def compare(
    one: opt.AnyEdition,
    other: opt.OtherEdition = None,
    parameter: opt.Parameters = None,
    as_json: opt.AsJson = False,
    jobs: opt.Jobs = None,
) -> None:
    """Show the results and parameters that differ between two editions.

    With -p, compare an edition with itself under other values. Your own rows, if any, are in the
    second only.
    """
    from bookpress.states.sweeps.compare import compare as compare_sides
    from bookpress.states.sweeps.compare import print_comparison, sides
    from bookpress.states.sweeps.comparison_page import write_page

    project = opt.current_project()
    options = _options(jobs)
    if other is None and not parameter and not project.own_rows:
        raise UsageError("compare needs a second edition, or other values: -p NAME=VALUE")
    names = (one, one if other is None else other)
    with reporting() as bar:
        first, second = sides(project, names, options, bar, parameter or ())
    comparison = compare_sides(first, second)
    if as_json:
        _print_json(comparison.as_json())
    else:
        print_comparison(comparison)
    say(f"as a page: {write_page(comparison, project)}")


@press.command()
def statements(
    edition: opt.AnyEdition = "default",
    only_fallen: Annotated[
        bool, typer.Option("--fallen", help="Only statements that are false or unknown.")
    ] = False,
    robustness: Annotated[
        bool,
        typer.Option(
            "--robustness", help="Show under which choices each holds; run explore first."
        ),
    ] = False,
    along: opt.Along = None,
    parameter: opt.Parameters = None,
    as_json: opt.AsJson = False,
    jobs: opt.Jobs = None,
) -> None:
    """List the statements that the sentences of an edition rest on.

    For each: whether it holds, why, and where it stands.
    """
    from bookpress.commands.statements import Asked

    project = opt.current_project()
    asked = Asked(edition, tuple(parameter or ()), only_fallen, robustness, along)
    with reporting() as bar:
        found, print_found = asked.find(project, _options(jobs), bar)
    if as_json:
        _print_json(found)
    else:
        print_found()


@press.command()
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
    options = _options(jobs, engine, force, time_limit)
    default, states, built_in = states_to_explore(project, chapters or [])
    chosen = choose(formats or built_in)
    missing = 0
    if not states:
        say(why_none(default, chapters or []))
    elif force or not is_explored(project, default, states, chosen):
        missing, words = estimate(project, default, states, options)
        say(words)
    if dry_run:
        return
    _ask_before(missing, yes)
    with reporting() as bar:
        built = explore_states(project, default, states, options, bar, chosen, scheduler)
    say(f"edition [bold]{built.edition.folder}[/bold] ({built.edition.id}): {len(states)} states")
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


@press.command()
def serve(
    edition: opt.EditionName = "default",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 for any free one.")
    ] = 8000,
) -> None:
    """Show an edition in the browser while you write.

    Saved changes are built, and the page reloads. If a build fails, the page and the terminal say
    why, and the last good pages stay. Only this machine can connect. Ctrl-C stops the server.
    """
    from bookpress.serve.serve import serve as serve_edition

    serve_edition(opt.current_project(), edition, port, typer.echo)


@press.command()
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
    from bookpress.edition.editions import Fingerprint
    from bookpress.elements.figure import render as drawing
    from bookpress.extras import need
    from bookpress.states.sweeps.sweep import (
        check_folder,
        expected,
        plan_sweep,
        raise_failed,
        read_grid,
        run_sweep,
    )
    from bookpress.states.sweeps.sweep_page import curves_of, summary_table, write_page

    project = opt.current_project()
    options = _options(jobs, engine, force, time_limit)
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
    Console(stderr=True).print(summary_table(done, curves))
    say(f"{done.fresh} of {len(plan.sets)} combinations run now; as a page: {page}")
    for path in done.tables:
        typer.echo(path)
    raise_failed(plan.tasks, done.errors, "combinations failed")


@press.command()
def clean(
    editions: opt.BuiltEditions = None,
    keep_runs: Annotated[
        bool, typer.Option("--keep-runs", help="Keep the results of chapters that were run.")
    ] = False,
) -> None:
    """Remove built editions, or everything that was built."""
    from bookpress.edition.published import clean as remove

    freed = remove(opt.current_project(), editions or [], keep_runs=keep_runs)
    say(f"{freed / 1e6:.1f} MB removed")
