"""The command line: the menu, nothing else. Each command calls one function elsewhere."""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import compute_divide
from bookpress.commands.menu import Menu
from bookpress.commands.options import (
    FORMATS,
    AnyChapter,
    AnyEdition,
    AsJson,
    BaseEdition,
    BuiltEdition,
    ChapterName,
    Chapters,
    EditionName,
    EngineName,
    Force,
    Formats,
    Grid,
    Jobs,
    Parameters,
    TimeLimit,
    complete,
    current_project,
)

if TYPE_CHECKING:
    from bookpress.build.formats import Format
    from bookpress.run.runner import RunOptions

INTERRUPTED = 130
"""Exit code with which Typer answers Ctrl-C; ours is that of any work that was not done."""

app = typer.Typer(
    cls=Menu,
    no_args_is_help=True,
    help="Re-run, compare and cite The Compute Divide.",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line."""
    gc.set_threshold(100_000)  # a command is short: searching for garbage costs it more than the garbage would
    completed = os.environ.get("_COMPUTE_DIVIDE_COMPLETE", "").removeprefix("complete_")
    try:
        guarded({"bash": _complete_bash, "zsh": _complete_zsh}.get(completed, _answer))
    finally:
        gc.freeze()  # Python ends quicker when it need not search all that is left for garbage


def _complete_bash() -> None:
    from bookpress.commands.completion import join_bash_words

    join_bash_words(os.environ)
    _answer()


def _complete_zsh() -> None:
    from bookpress.commands.completion import as_zsh

    typer.echo(as_zsh(_answer, os.environ))


def _answer() -> None:
    """Do what the command line says."""
    from bookpress.stdout import named_output

    with named_output():
        app(prog_name="compute-divide")


def listen_for_stops() -> None:
    """Let what asks a program to end do what Ctrl-C does, also where a shell has its job ignore Ctrl-C.

    A hang-up is ignored where `nohup` asks for it.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    hang_up = getattr(signal, "SIGHUP", None)
    if hang_up is not None and signal.getsignal(hang_up) == signal.SIG_DFL:
        signal.signal(hang_up, signal.default_int_handler)


def guarded(work: Callable[[], object]) -> None:
    """Do something; an error of ours is one message on standard error and an exit code, and so is a signal to stop."""
    from bookpress.errors import PressError

    listen_for_stops()
    try:
        work()
    except PressError as error:
        _say(f"[red]error:[/red] {_escaped(str(error))}")
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, SystemExit) as end:
        if isinstance(end, SystemExit) and end.code != INTERRUPTED:
            raise
        _say("[red]stopped[/red]")
        sys.exit(1)
    except Exception as error:
        if type(error).__name__ != "EvidenceError":
            raise
        _say(f"[red]error:[/red] {_escaped(str(error))}")
        sys.exit(1)


def _say(text: str) -> None:
    from rich.console import Console

    Console(stderr=True, soft_wrap=True, highlight=False).print(text)


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _options(jobs: int | None, engine: str | None, force: bool, time_limit: float | None) -> RunOptions:
    from bookpress.run.engines import DEFAULT_ENGINE
    from bookpress.run.runner import RunOptions

    chosen = DEFAULT_ENGINE if engine is None else engine
    return RunOptions(jobs=jobs, engine=chosen, force=force, time_limit=time_limit)


def _verify() -> list[Any]:
    """Return what is wrong with the evidence."""
    from compute_divide.evidence.catalogue import verify

    return list(verify())


def _formats(names: str) -> list[Format]:
    """Return the formats that are asked for; the parts each needs are looked for now, not after the chapters ran."""
    from bookpress.build.formats import Format, choose

    modules = {name: f"bookpress.page.print.{name}" for name in FORMATS[1:]}
    known = [
        Format(name, module, lambda module=module: importlib.import_module(module).missing())  # type: ignore[misc]
        for name, module in modules.items()
    ]
    return choose(names, known)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(compute_divide.__version__)
        raise typer.Exit


@app.callback()
def common(
    _: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Take the options that no command needs."""


@app.command()
def build(
    edition: EditionName = "default",
    parameter: Parameters = None,
    chapters: Chapters = None,
    jobs: Jobs = None,
    engine: EngineName = None,
    force: Force = False,
    time_limit: TimeLimit = None,
    formats: Formats = FORMATS[0],
) -> None:
    """Build an edition of the book; what has not changed is not run again."""
    from bookpress.run.ahead import engine_ahead

    project = current_project()
    only = [slug.strip() for slug in chapters.split(",")] if chapters is not None else None
    is_new = bool(parameter) or only is not None or edition not in project.built
    with ExitStack() as stack:
        opened = stack.enter_context(engine_ahead(project, engine)) if is_new or force else None
        from rich.console import Console  # the rest is imported while that process does its imports

        from bookpress.book.editions import load_edition
        from bookpress.build.build import build as build_edition
        from bookpress.progress import Bar

        options = _options(jobs, engine, force, time_limit)
        wanted = load_edition(project, edition, parameter or [], only)
        chosen, bar = _formats(formats), stack.enter_context(Bar(Console(stderr=True)).shown())
        built = build_edition(project, wanted, options, bar, _verify, chosen, opened)
    what = f"{len(built.fresh)} of {len(wanted.chapters)} chapters run" if built.changed else "nothing to do"
    _say(f"edition [bold]{wanted.folder}[/bold] ({wanted.id}): {what}")
    typer.echo(built.folder / "html" / "index.html")


@app.command()
def run(
    chapter: ChapterName,
    parameter: Parameters = None,
    as_json: AsJson = False,
    edition: BaseEdition = "default",
    engine: EngineName = None,
    force: Force = False,
    time_limit: TimeLimit = None,
) -> None:
    """Run one chapter with other values and print its results."""
    from bookpress.explore.run_one import print_results, run_one

    project, options = current_project(), _options(1, engine, force, time_limit)
    results = run_one(project, chapter, parameter or [], edition, options, _say)
    if as_json:
        typer.echo(json.dumps(results, indent=2, ensure_ascii=False))
    else:
        print_results(results)


@app.command()
def params(
    chapter: AnyChapter = None,
    as_json: AsJson = False,
) -> None:
    """List the parameters: value, what is allowed, what it means. --json prints a JSON Schema for each chapter."""
    from bookpress.explore.run_one import parameter_schemas, print_parameters

    project = current_project()
    if as_json:
        typer.echo(json.dumps(parameter_schemas(project, chapter), indent=2, ensure_ascii=False))
    else:
        print_parameters(project, chapter)


@app.command()
def check(as_json: AsJson = False) -> None:
    """Find undefined names, unknown results, references and citations, and numbers typed by hand; nothing is run."""
    from bookpress.check.check import check as check_book
    from bookpress.errors import PressError

    problems, unchecked = check_book(current_project())
    if as_json:
        rows = [{"file": one.where, "line": one.line, "problem": one.what} for one in problems]
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        for one in problems:
            typer.echo(one)
    for slug in unchecked:
        _say(f"{slug}: not run yet: its keys are unchecked")
    if problems:
        raise PressError(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} found")
    _say("nothing wrong was found")


@app.command()
def release(
    edition: BuiltEdition = "default",
    older: Annotated[list[Path] | None, typer.Option(help="Archive of an earlier release; may be repeated.")] = None,
    to: Annotated[Path, typer.Option(help="Where the site, the archives and SHA256SUMS go.")] = Path("dist"),
) -> None:
    """Pack a built edition with checksums, and lay out a site where earlier releases stay reachable."""
    from bookpress.build.release import release as release_edition
    from bookpress.citation.settings import load_book

    project = current_project()
    ids = release_edition(project.root, edition, load_book(project.root).version, older or [], to)
    _say(f"editions on the site: {', '.join(ids)}")
    typer.echo(to / "site" / "index.html")


@app.command()
def compare(
    one: AnyEdition,
    other: AnyEdition,
    as_json: AsJson = False,
    jobs: Jobs = None,
) -> None:
    """Show the results that differ between two editions, and the parameters that differ with them."""
    from rich.console import Console

    from bookpress.explore.compare import compare_editions, print_comparison
    from bookpress.page.site.comparison_page import write_page
    from bookpress.progress import Bar

    project, options = current_project(), _options(jobs, None, False, None)
    with Bar(Console(stderr=True)).shown() as bar:
        comparison = compare_editions(project, (one, other), options, bar)
    if as_json:
        typer.echo(json.dumps(comparison.as_json(), indent=2, ensure_ascii=False))
    else:
        print_comparison(comparison)
    _say(f"as a page: {write_page(comparison, project)}")


@app.command()
def serve(
    edition: EditionName = "default",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to listen; 0 for any that is free.")] = 8000,
) -> None:
    """Show an edition in the browser while you write: what you save is built again, and the page reloads.

    Listens on this machine alone. A build that fails is told on the page and here; the last good pages stay.
    Ctrl-C ends it.

    For example: compute-divide serve paper --port 8080
    """
    from bookpress.write.serve import serve as serve_edition

    serve_edition(current_project(), edition, port, typer.echo)


@app.command()
def sweep(
    chapter: ChapterName,
    grid: Grid = None,
    file: Annotated[Path | None, typer.Option("--file", help="A grid file: YAML or JSON, lists of values.")] = None,
    parameter: Parameters = None,
    edition: BaseEdition = "default",
    result: Annotated[list[str] | None, typer.Option("--result", help="Draw these only. [default: all]")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write to. [default: one below _build/sweeps]")] = None,
    as_json: AsJson = False,
    scheduler: Annotated[
        str | None, typer.Option(help="Run on this Dask cluster, such as tcp://10.0.0.1:8786.")
    ] = None,
    jobs: Jobs = None,
    engine: EngineName = None,
    force: Force = False,
    time_limit: TimeLimit = None,
) -> None:
    """Run a chapter under every combination of values: one table, and how the results move.

    What is done is kept: run the same command again to go on after a stop. Combinations that fail are named at the end
    and the exit code is 1; the others are in the table.

    For example: compute-divide sweep large-scale-models -g vintage=2023-03,2026-08 -g top_k=5,10
    """
    from rich.console import Console

    from bookpress.explore.grid import whole_grid
    from bookpress.explore.run_one import sweep_chapter
    from bookpress.page.figures import render as drawing
    from bookpress.page.site.sweep_page import curves_of, summary_table, write_page
    from bookpress.progress import Bar

    project, options = current_project(), _options(jobs, engine, force, time_limit)
    values = whole_grid(grid or [], file)
    with Bar(Console(stderr=True)).shown() as bar:
        done = sweep_chapter(
            project,
            chapter,
            values,
            parameter or [],
            edition,
            result or [],
            options,
            bar,
            scheduler,
            out,
            lambda: drawing.warm_up(2),  # what draws takes a moment to start: chapters can use it to run
        )
        bar.step("drawing the curves")
        curves = curves_of(done)
        write_page(done, curves, project)
    if not as_json:
        Console(stderr=True).print(summary_table(done, curves))
    _say(f"{done.sweep.fresh} of {len(done.sweep.sets)} combinations run now; as a page: {done.page}")
    if as_json:
        typer.echo(json.dumps(done.as_json(), indent=2, ensure_ascii=False))
    else:
        for path in done.tables:
            typer.echo(path)
    done.sweep.raise_errors()


@app.command()
def clean(
    editions: Annotated[
        list[str] | None,
        typer.Argument(help="Built editions; everything by default.", autocompletion=complete("built")),
    ] = None,
    keep_runs: Annotated[bool, typer.Option("--keep-runs", help="Keep the chapters that were run.")] = False,
) -> None:
    """Remove built editions, or everything that was built."""
    from bookpress.build.clean import clean as remove

    freed = remove(current_project(), editions or [], keep_runs=keep_runs)
    _say(f"{freed / 1e6:.1f} MB removed")
