"""What several commands take: arguments and options, each with its help and with what a shell may offer for it.

Nothing heavy is imported here: `compute-divide --help` reads this module.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bookpress.run.engines import ENGINES

if TYPE_CHECKING:
    from bookpress.book.project import Project

FORMATS = ("html", "pdf", "epub")
"""The formats of the book; the first is always made."""

Complete = Callable[..., list[tuple[str, str]]]
"""What typer asks, by the names of its arguments, for what may be typed."""


def current_project() -> Project:
    """Return the book, and let its evidence be the one that types and loaders read."""
    from bookpress.book.project import Project

    project = Project.find()
    os.environ[project.settings.data_variable] = str(project.data)
    return project


def complete(kind: str) -> Complete:
    """Return what offers things of the book to a shell.

    Parameters
    ----------
    kind : str
        Name of a function of `press.completing`: ``"editions"``, ``"chapters"``, ``"assignments"`` and so on.
    """

    def offers(ctx: Any, incomplete: str) -> list[tuple[str, str]]:
        from bookpress.commands import completion as completing

        make = getattr(completing, kind)
        chapter = ctx.params.get("chapter")
        return completing.offered(lambda typed: make(completing.Request(current_project(), chapter, typed)), incomplete)

    return offers


def complete_names(names: Iterable[str], *, several: bool = False) -> Complete:
    """Return what offers names to a shell: one of them, or several with commas between."""

    def offers(incomplete: str) -> list[tuple[str, str]]:
        from bookpress.commands import completion as completing

        known = [(name, "") for name in names]
        return completing.offered(lambda typed: completing.several(known, typed) if several else known, incomplete)

    return offers


EditionName = Annotated[str, typer.Argument(help="Name of the edition.", autocompletion=complete("editions"))]
AnyEdition = Annotated[
    str,
    typer.Argument(help="Name of an edition, or the id of a built one.", autocompletion=complete("editions_and_built")),
]
BuiltEdition = Annotated[str, typer.Argument(help="Name or id of a built edition.", autocompletion=complete("built"))]
BaseEdition = Annotated[
    str, typer.Option("--edition", help="Edition whose values hold for the rest.", autocompletion=complete("editions"))
]
ChapterName = Annotated[
    str, typer.Argument(help="The chapter's name, as in its address.", autocompletion=complete("chapters"))
]
AnyChapter = Annotated[
    str | None, typer.Argument(help="The chapter; all of them by default.", autocompletion=complete("chapters"))
]
Chapters = Annotated[
    str | None,
    typer.Option(
        "--chapters", help="Only these take the new values; with commas.", autocompletion=complete("several_chapters")
    ),
]
Formats = Annotated[
    str,
    typer.Option(
        "--format",
        help=f"{', '.join(FORMATS)}: those wanted, with commas.",
        autocompletion=complete_names(FORMATS, several=True),
    ),
]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "-p",
        "--parameter",
        metavar="NAME=VALUE",
        help="Set a parameter: NAME=VALUE or CHAPTER.NAME=VALUE. May be repeated; each name once.",
        autocompletion=complete("assignments"),
    ),
]
Grid = Annotated[
    list[str] | None,
    typer.Option(
        "-g",
        "--grid",
        metavar="NAME=V1,V2",
        help="Values to try; a JSON list where one holds a comma.",
        autocompletion=complete("grid"),
    ),
]
Jobs = Annotated[int | None, typer.Option("--jobs", "-j", help="Chapters at a time. [default: one a core]")]
EngineName = Annotated[
    str | None,
    typer.Option(
        "--engine",
        help="forked (fast) or kernel (a Jupyter kernel each).",
        autocompletion=complete_names(ENGINES),
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Run even what has not changed.")]
TimeLimit = Annotated[float | None, typer.Option("--time-limit", help="Seconds a chapter may take. [default: 600]")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
