"""The command `cite`: references, and what became of a quoted number."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bookpress.commands.base import options as opt
from bookpress.errors import UsageError


def cite(
    chapter: opt.AnyChapter = None,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            help="A style: apa, chicago, ieee, harvard, vancouver; or a file: bibtex, biblatex, "
            "ris, csl-json, markdown, datacite.",
        ),
    ] = "apa",
    edition: opt.CitedEdition = "default",
    checked: Annotated[
        str | None,
        typer.Option(
            "--check",
            metavar="CHAPTER:KEY=NUMBER",
            help="Check whether a quoted number still stands.",
        ),
    ] = None,
    watched: Annotated[
        Path | None,
        typer.Option(
            "--watch",
            help="Check all that a bibliography, or a text, cites and quotes of the book.",
        ),
    ] = None,
) -> None:
    """Print the reference to a chapter, or to the book. It names the edition that was read.

    With --check, say instead what became of a number: exit code 0 if it stands, 1 if it was revised
    or withdrawn, 2 if it is in no release. With --watch, say so of every edition that a file cites
    and of every CHAPTER:KEY=NUMBER in it.
    """
    from bookpress.cite.cited_edition import reference
    from bookpress.release.released import check_number

    asks_for_reference = (chapter, form, edition) != (None, "apa", "default")
    if watched is not None:
        if asks_for_reference or checked is not None:
            raise UsageError(f"--watch {watched} goes with nothing else: it reads the file")
        raise typer.Exit(_watch(watched))
    if checked is not None:
        if asks_for_reference:
            alone = "it names the chapter, and asks every release"
            raise UsageError(f"--check {checked} goes with nothing else: {alone}")
        code, words = check_number(opt.current_project(), checked, opt.run_options(1))
        typer.echo(words)
        raise typer.Exit(code)
    typer.echo(reference(opt.current_project(), chapter, form, edition), nl=False)


def _watch(file: Path) -> int:
    """Print what became of everything that a file cites; return the exit code."""
    from bookpress.release.watch import watch

    with opt.reported(opt.run_options(1)) as how:
        answers = watch(opt.current_project(), file, how)
    for _, words in answers:
        typer.echo(words)
    return max(code for code, _ in answers)
