"""The command `check`: errors in the sources."""

from __future__ import annotations

from typing import Annotated

import typer

from bookpress.commands.base import options as opt
from bookpress.errors import PressError, some_of, with_noun
from bookpress.terminal.messages import say

Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose",
        "-v",
        help="List also paragraphs that assert a direction or a degree and rest on no statement, "
        "which are no errors.",
    ),
]


def check(verbose: Verbose = False, as_json: opt.AsJson = False) -> None:
    """Find errors in the sources without running anything.

    It reports undefined names, unknown results, references and citations, and numbers typed by
    hand. Whether a statement holds is said by run, build and statements.
    """
    from bookpress.check.check import check as check_book
    from bookpress.check.untested import untested

    project = opt.current_project()
    problems, unchecked = check_book(project)
    listed = untested(project) if verbose and not problems else []
    if as_json:
        rows = [{"file": at.where, "line": at.line, "problem": at.what} for at in problems]
        rows += [{"file": at.where, "line": at.line, "untested": at.what} for at in listed]
        opt.print_json(rows)
    else:
        for line in [*problems, *listed]:
            typer.echo(line)
    if unchecked:
        say(f"not run yet, so that their figures are unchecked: {some_of(unchecked, 20)}")
    if problems:
        raise PressError(f"{with_noun(len(problems), 'problem')} found")
    more = f"; {with_noun(len(listed), 'paragraph')} to look at" if listed else ""
    say(f"nothing wrong was found{more}")
