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
from typer.core import TyperGroup

if TYPE_CHECKING:
    from compute_divide.press.chapters_run import RunOptions
    from compute_divide.press.formats import Format
    from compute_divide.press.project import Project

ELSEWHERE = {
    "data": ("compute_divide.evidence.commands", "app", "The evidence: list, verify, derive, add, refresh."),
    "cite": ("compute_divide.reading.citation.commands", "app", "References to a chapter or to the book."),
    "corpus": ("compute_divide.corpus_command", "app", "Counts from the whole OpenAlex snapshot."),
}
"""Commands that live with their subject: module, Typer application, help. Imported only when they are called."""


class Menu(TyperGroup):
    """The menu, with the commands that live elsewhere."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return [*super().list_commands(ctx), *(name for name in ELSEWHERE if _exists(name))]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command; one that lives elsewhere is imported when it is called, not for the list of commands."""
        if cmd_name not in ELSEWHERE or not _exists(cmd_name):
            return super().get_command(ctx, cmd_name)
        module, attribute, text = ELSEWHERE[cmd_name]
        if cmd_name not in sys.argv[1:]:
            return typer.main.get_command(_placeholder(cmd_name, text))
        command = typer.main.get_command(getattr(importlib.import_module(module), attribute))
        command.name = cmd_name
        return command


def _exists(name: str) -> bool:
    """Return whether a command that lives elsewhere is installed."""
    try:
        return importlib.util.find_spec(ELSEWHERE[name][0]) is not None
    except ModuleNotFoundError:
        return False


def _placeholder(name: str, text: str) -> typer.Typer:
    """Return a command that shows its name and help in the list."""
    shown = typer.Typer(add_completion=False)
    shown.command(name, help=text)(lambda: None)
    return shown


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
    if os.environ.get("_COMPUTE_DIVIDE_COMPLETE") == "complete_bash":
        from compute_divide.press.completing import join_bash_words

        join_bash_words(os.environ)
    try:
        guarded(lambda: app(prog_name="compute-divide"))
    finally:
        gc.freeze()  # Python ends quicker when it need not search all that is left for garbage


def guarded(work: Callable[[], object]) -> None:
    """Do something; an error of ours is one message on standard error and an exit code, and so is a signal to stop."""
    from compute_divide.press.errors import PressError

    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))
    try:
        work()
    except PressError as error:
        _say(f"[red]error:[/red] {_escaped(str(error))}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
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


def _project() -> Project:
    """Return the book, and let its evidence be the one that types and loaders read."""
    from compute_divide.press.project import Project

    project = Project.find()
    os.environ["COMPUTE_DIVIDE_DATA"] = str(project.data)
    return project


def _options(jobs: int | None, engine: str | None, force: bool, time_limit: float | None) -> RunOptions:
    from compute_divide.press.chapters_run import RunOptions
    from compute_divide.press.engines import DEFAULT_ENGINE

    return RunOptions(jobs=jobs, engine=engine or DEFAULT_ENGINE, force=force, time_limit=time_limit)


def _verify() -> list[Any]:
    """Return what is wrong with the evidence."""
    from compute_divide.evidence.catalogue import verify

    return list(verify())


def _complete(kind: str) -> Callable[[Any, str], list[tuple[str, str]]]:
    """Return what offers names to a shell: editions, those and built ones, chapters, or parameters."""

    def offers(ctx: Any, incomplete: str) -> list[tuple[str, str]]:
        from compute_divide.press import completing

        if kind == "assignments":
            chapter = ctx.params.get("chapter")
            return completing.offered(lambda typed: completing.assignments(_project(), chapter, typed), incomplete)
        return completing.offered(lambda _: getattr(completing, kind)(_project()), incomplete)

    return offers


def _formats(names: str) -> list[Format]:
    """Return the formats that are asked for; the parts each needs are looked for now, not after the chapters ran."""
    from compute_divide.press.formats import Format, choose

    modules = {name: f"compute_divide.reading.{name}" for name in ("pdf", "epub")}
    known = [
        Format(name, module, lambda module=module: importlib.import_module(module).missing())  # type: ignore[misc]
        for name, module in modules.items()
    ]
    return choose(names, known)


EditionName = Annotated[str, typer.Argument(help="Name of the edition.", autocompletion=_complete("editions"))]
BaseEdition = Annotated[
    str, typer.Option("--edition", help="Edition whose values hold for the rest.", autocompletion=_complete("editions"))
]
ChapterName = Annotated[
    str, typer.Argument(help="The chapter's name, as in its address.", autocompletion=_complete("chapters"))
]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "-p",
        "--parameter",
        metavar="NAME=VALUE",
        help="Set a parameter: NAME=VALUE or CHAPTER.NAME=VALUE.",
        autocompletion=_complete("assignments"),
    ),
]
Jobs = Annotated[int | None, typer.Option("--jobs", "-j", help="Chapters at a time. [default: one a core]")]
EngineName = Annotated[str | None, typer.Option("--engine", help="forked (fast) or kernel (a Jupyter kernel each).")]
Force = Annotated[bool, typer.Option("--force", help="Run even what has not changed.")]
TimeLimit = Annotated[float | None, typer.Option("--time-limit", help="Seconds a chapter may take. [default: 600]")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def build(
    edition: EditionName = "default",
    parameter: Parameters = None,
    chapters: Annotated[str | None, typer.Option("--chapters", help="Only these, separated by commas.")] = None,
    jobs: Jobs = None,
    engine: EngineName = None,
    force: Force = False,
    time_limit: TimeLimit = None,
    formats: Annotated[str, typer.Option("--format", help="html, pdf, epub: those wanted, with commas.")] = "html",
) -> None:
    """Build an edition of the book; what has not changed is not run again."""
    from compute_divide.press.ahead import engine_ahead

    project = _project()
    only = [slug.strip() for slug in chapters.split(",")] if chapters is not None else None
    is_new = bool(parameter) or only is not None or not (project.editions / edition).exists()
    with ExitStack() as stack:
        opened = stack.enter_context(engine_ahead(project, engine)) if is_new or force else None
        from rich.console import Console  # the rest is imported while that process does its imports

        from compute_divide.press.build import build as build_edition
        from compute_divide.press.editions import load_edition
        from compute_divide.press.progress import Bar

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
    from compute_divide.press.single import print_results, run_one

    project, options = _project(), _options(1, engine, force, time_limit)
    results = run_one(project, chapter, parameter or [], edition, options, _say)
    if as_json:
        typer.echo(json.dumps(results, indent=2, ensure_ascii=False))
    else:
        print_results(results)


@app.command()
def params(
    chapter: Annotated[
        str | None, typer.Argument(help="The chapter; all of them by default.", autocompletion=_complete("chapters"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the parameters: value, what is allowed, what it means. --json prints a JSON Schema for each chapter."""
    from compute_divide.press.single import parameter_schemas, print_parameters

    project = _project()
    if as_json:
        typer.echo(json.dumps(parameter_schemas(project, chapter), indent=2, ensure_ascii=False))
    else:
        print_parameters(project, chapter)


@app.command()
def check(as_json: AsJson = False) -> None:
    """Find undefined names, unknown results, references and citations, and numbers typed by hand; nothing is run."""
    from compute_divide.press.check import check as check_book
    from compute_divide.press.errors import PressError

    problems = check_book(_project())
    if as_json:
        rows = [{"file": one.where, "line": one.line, "problem": one.what} for one in problems]
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        for one in problems:
            typer.echo(one)
    if problems:
        raise PressError(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} found")
    _say("nothing wrong was found")


@app.command()
def release(
    edition: Annotated[str, typer.Argument(help="Name or id of a built edition.")] = "default",
    older: Annotated[list[Path] | None, typer.Option(help="Archive of an earlier release; may be repeated.")] = None,
    to: Annotated[Path, typer.Option(help="Where the site, the archives and SHA256SUMS go.")] = Path("dist"),
) -> None:
    """Pack a built edition with checksums, and lay out a site where earlier releases stay reachable."""
    from compute_divide.press.release import release as release_edition
    from compute_divide.reading.citation.settings import load_book

    project = _project()
    ids = release_edition(project.root, edition, load_book(project.root).version, older or [], to)
    _say(f"editions on the site: {', '.join(ids)}")
    typer.echo(to / "site" / "index.html")


@app.command()
def compare(
    one: Annotated[
        str,
        typer.Argument(
            help="Name of an edition, or the id of a built one.", autocompletion=_complete("editions_and_built")
        ),
    ],
    other: Annotated[str, typer.Argument(help="The other.", autocompletion=_complete("editions_and_built"))],
    as_json: AsJson = False,
    jobs: Jobs = None,
) -> None:
    """Show the results that differ between two editions, and the parameters that differ with them."""
    from rich.console import Console

    from compute_divide.press.compare import compare_editions, print_comparison, write_page
    from compute_divide.press.progress import Bar

    project, options = _project(), _options(jobs, None, False, None)
    with Bar(Console(stderr=True)).shown() as bar:
        comparison = compare_editions(project, (one, other), options, bar)
    if as_json:
        typer.echo(json.dumps(comparison.as_json(), indent=2, ensure_ascii=False))
    else:
        print_comparison(comparison)
    _say(f"as a page: {write_page(comparison, project.build / 'compare')}")


@app.command()
def serve(
    edition: Annotated[str, typer.Argument(help="Name of the edition.")] = "default",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to listen; 0 for any that is free.")] = 8000,
) -> None:
    """Show an edition in the browser while you write: what you save is built again, and the page reloads.

    Listens on this machine alone. A build that fails is told on the page and here; the last good pages stay.
    Ctrl-C ends it.

    For example: compute-divide serve paper --port 8080
    """
    from compute_divide.press.serving import serve as serve_edition

    serve_edition(_project(), edition, port, typer.echo)


@app.command()
def sweep(
    chapter: ChapterName,
    grid: Annotated[
        list[str] | None,
        typer.Option("-g", "--grid", metavar="NAME=V1,V2", help="Values to try; a JSON list where one holds a comma."),
    ] = None,
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

    from compute_divide.press.grid import parse_options, read_grid
    from compute_divide.press.progress import Bar
    from compute_divide.press.single import sweep_chapter

    project, options = _project(), _options(jobs, engine, force, time_limit)
    values = {**(read_grid(file) if file else {}), **parse_options(grid or [])}
    with Bar(Console(stderr=True)).shown() as bar:
        done = sweep_chapter(
            project, chapter, values, parameter or [], edition, result or [], options, bar, scheduler, out
        )
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
        typer.Argument(help="Built editions; everything by default.", autocompletion=_complete("editions_and_built")),
    ] = None,
    keep_runs: Annotated[bool, typer.Option("--keep-runs", help="Keep the chapters that were run.")] = False,
) -> None:
    """Remove built editions, or everything that was built."""
    from compute_divide.press.cleaning import clean as remove

    freed = remove(_project(), editions or [], keep_runs=keep_runs)
    _say(f"{freed / 1e6:.1f} MB removed")
