"""Arguments and options shared by commands, each with its completions for a shell.

``--help`` imports nothing heavy.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bookpress.errors import PressError, UsageError
from bookpress.formats import asked_for
from bookpress.plugins import is_extended
from bookpress.terminal.progress import reporting

if TYPE_CHECKING:
    from bookpress.book.project import Project
    from bookpress.run.runner import RunOptions


def _format_names() -> tuple[str, ...]:
    """Return the names of the formats; where one is registered wrongly, the command says so."""
    try:
        return tuple(form.name for form in asked_for())
    except UsageError:
        return ("html",)


FORMATS = _format_names()
"""The formats of the book; the first is always made."""
Offers = Iterable[tuple[str, str]]
"""Completions, each with a short explanation."""
ELEMENTS = "bookpress.elements"
"""The group of elements, which are imported only if another package adds some."""
ASKS_FROM = 1000
"""The number of runs beyond which a command asks first."""
Find = Callable[["Project", str | None, str], Offers]
"""Finds completions for a book, a chapter and the text typed so far."""


def current_project() -> Project:
    """Return the book, and make types and loaders read its evidence.

    Raises
    ------
    UsageError
        If there is none, or another package adds an element or a format that is not sound.
    """
    from bookpress.book.project import Project

    check_added()
    project = Project.find()
    os.environ[project.settings.data_variable] = str(project.data)
    return project


def check_added() -> None:
    """Raise if an element or a format that another package adds is not sound."""
    asked_for()
    if is_extended(ELEMENTS):
        from bookpress.elements.base.registry import elements

        elements()


def offering(find: Find) -> Callable[..., list[tuple[str, str]]]:
    """Return a completion function for Typer: the offers that begin with the typed word."""

    def complete(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
        chapter = ctx.params.get("chapter")
        try:
            offers = dict(find(current_project(), chapter, incomplete))
        except PressError:
            return []
        return [(text, words) for text, words in offers.items() if text.startswith(incomplete)]

    return complete


def _editions(project: Project, _: str | None, __: str) -> Offers:
    from bookpress.edition.files import edition_names

    return ((name, "") for name in [*edition_names(project), *project.built])


def _built(project: Project, _: str | None, __: str) -> Offers:
    return ((name, "") for name in project.built)


def _chapters(project: Project, _: str | None, __: str) -> Offers:
    from bookpress.book.discovery import discover

    return ((chapter.slug, chapter.title) for chapter in discover(project))


def _assignments(project: Project, slug: str | None, typed: str) -> Offers:
    """Yield ``NAME=`` for each parameter, and its values once a name is typed."""
    from bookpress.book.discovery import discover

    for chapter in discover(project):
        if slug not in {None, chapter.slug}:
            continue
        for parameter in chapter.parameters:
            for label in (parameter.name, f"{chapter.slug}.{parameter.name}"):
                if typed.startswith(f"{label}="):
                    shown = [parameter.default] if parameter.is_period else parameter.choices
                    yield from ((f"{label}={choice}", "") for choice in shown)
                else:
                    yield f"{label}=", parameter.help


def _ordered(project: Project, _: str | None, __: str) -> Offers:
    from bookpress.book.chapters import ordered_parameters
    from bookpress.book.discovery import discover

    return ((name, "") for name in ordered_parameters(discover(project)))


def in_slugs(given: str | list[str] | None) -> str | list[str] | None:
    """Return the names of chapters that may be given by their files, with or without the ending."""
    if isinstance(given, list):
        return [_slug_of(name) for name in given]
    if given is None:
        return None
    return ",".join(_slug_of(name.strip()) for name in given.split(","))


def _slug_of(name: str) -> str:
    if "/" not in name and not Path(name).is_file():
        return name
    from bookpress.book.discovery import discover

    project = current_project()
    path = os.path.relpath(Path(name).resolve(), project.root)
    for chapter in discover(project):
        if {path, name} & {chapter.docname, chapter.where}:
            return chapter.slug
    return name


def argument(text: str, find: Find) -> Any:
    """Return an argument with its help and its completions."""
    callback = in_slugs if find is _chapters else None
    return typer.Argument(help=text, autocompletion=offering(find), callback=callback)


def option(text: str, find: Find, *names: str, metavar: str | None = None) -> Any:
    """Return an option with its help and its completions."""
    callback = in_slugs if find is _chapters else None
    offers = offering(find)
    return typer.Option(
        *names, help=text, metavar=metavar, autocompletion=offers, callback=callback
    )


EditionName = Annotated[str, argument("Name of the edition.", _editions)]
EditionNames = Annotated[
    list[str] | None, argument("Names of editions. [default: default]", _editions)
]
AnyEdition = Annotated[str, argument("Name of an edition, or the id of a built one.", _editions)]
OtherEdition = Annotated[
    str | None,
    argument("The other edition; by default the same one with the values of -p.", _editions),
]
BuiltEditions = Annotated[list[str] | None, argument("Names or ids of built editions.", _built)]
ChapterName = Annotated[str, argument("The chapter's name in its address, or its file.", _chapters)]
AnyChapter = Annotated[str | None, argument("The chapter; without one the whole book.", _chapters)]
SomeChapters = Annotated[list[str] | None, argument("Chapters; all by default.", _chapters)]
BaseEdition = Annotated[
    str, option("Edition that supplies all other values.", _editions, "--edition")
]
CitedEdition = Annotated[str, option("Name or id of an edition.", _editions, "--edition", "-e")]
Chapters = Annotated[
    str | None,
    option("Chapters that take the new values, separated by commas.", _chapters, "--chapters"),
]
SET = "Set a parameter: NAME=VALUE or CHAPTER.NAME=VALUE. Repeat it for several parameters."
Parameters = Annotated[
    list[str] | None, option(SET, _assignments, "-p", "--parameter", metavar="NAME=VALUE")
]
TRY = "Values to try; a JSON list if a value contains a comma."
Grid = Annotated[list[str] | None, option(TRY, _assignments, "-g", "--grid", metavar="NAME=V1,V2")]
FOLLOW = "Show how often each held over all values of this parameter, in order."
Along = Annotated[str | None, option(FOLLOW, _ordered, "--along", metavar="PARAMETER")]
Formats = Annotated[
    str,
    typer.Option("--format", help=f"Formats to build, separated by commas: {', '.join(FORMATS)}."),
]
ExploredFormats = Annotated[
    str | None,
    typer.Option(
        "--format", help="Formats, as for build. [default: those the edition was built in]"
    ),
]
Scheduler = Annotated[
    str | None, typer.Option(help="Run on a Dask cluster, such as tcp://10.0.0.1:8786.")
]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", "-j", help="How many chapters run at once. [default: one per core]"),
]
EngineName = Annotated[
    Literal["forked", "kernel"] | None,
    typer.Option("--engine", help="forked (fast) or kernel (a Jupyter kernel per chapter)."),
]
KeepGoing = Annotated[
    bool,
    typer.Option("--keep-going", help="Build the rest of the book although a chapter fails."),
]
Force = Annotated[bool, typer.Option("--force", help="Run chapters even if nothing has changed.")]
TimeLimit = Annotated[
    float | None, typer.Option("--time-limit", help="Seconds a chapter may take. [default: 600]")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say how many runs there are, and run none.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def run_options(
    jobs: int | None,
    engine: str | None = None,
    force: bool = False,
    time_limit: float | None = None,
    scheduler: str | None = None,
) -> RunOptions:
    """Return how chapters are run; ``None`` means the default."""
    from bookpress.run.engine import DEFAULT_ENGINE
    from bookpress.run.runner import RunOptions

    return RunOptions(
        jobs=jobs,
        engine=engine or DEFAULT_ENGINE,
        force=force,
        time_limit=time_limit,
        scheduler=scheduler,
    )


@contextmanager
def reported(options: RunOptions) -> Iterator[RunOptions]:
    """Report the progress of chapters on standard error while the block runs."""
    with reporting() as bar:
        yield replace(options, reporter=bar)


def ask_before(runs: int, yes: bool) -> None:
    """Ask before many runs, unless they were confirmed with an option.

    Without a terminal to ask on, refuse.
    """
    if runs <= ASKS_FROM or yes:
        return
    if not sys.stdin.isatty():
        many = f"{runs:,} runs are more than {ASKS_FROM:,}"
        raise UsageError(f"{many}: say --yes to run them without being asked")
    typer.confirm(f"{runs:,} runs: go on?", abort=True, err=True)


def print_json(value: object) -> None:
    """Print JSON on standard output, as ``--json`` asks."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
