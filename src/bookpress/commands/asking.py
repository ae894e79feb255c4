"""The commands that ask what the book says: its parameters, faults, differences, statements."""

from __future__ import annotations

from typing import Annotated

import typer

from bookpress.commands import options as opt
from bookpress.errors import PressError, UsageError
from bookpress.progress import reporting, say


def params(chapter: opt.AnyChapter = None, as_json: opt.AsJson = False) -> None:
    """List the parameters: value, what is allowed, what it means.

    --json prints a JSON Schema for each chapter.
    """
    from bookpress.commands.params import parameter_schemas, print_parameters

    project = opt.current_project()
    if as_json:
        opt.print_json(parameter_schemas(project, chapter))
    else:
        print_parameters(project, chapter)


def check(as_json: opt.AsJson = False) -> None:
    """Find errors in the sources without running anything.

    It reports undefined names, unknown results, references and citations, and numbers typed by
    hand. It also lists paragraphs that claim a direction and rest on no statement; these are no
    errors.
    """
    from bookpress.check.check import check as check_book
    from bookpress.check.untested import untested

    project = opt.current_project()
    problems, unchecked = check_book(project)
    listed = untested(project) if not problems else []
    if as_json:
        rows = [{"file": at.where, "line": at.line, "problem": at.what} for at in problems]
        rows += [{"file": at.where, "line": at.line, "untested": at.what} for at in listed]
        opt.print_json(rows)
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
    options = opt.run_options(jobs)
    compares_nothing = other is None and not parameter and not project.own_rows
    if compares_nothing:
        raise UsageError("compare needs a second edition, or other values: -p NAME=VALUE")
    names = (one, one if other is None else other)
    with reporting() as bar:
        first, second = sides(project, names, options, bar, parameter or ())
    comparison = compare_sides(first, second)
    if as_json:
        opt.print_json(comparison.as_json())
    else:
        print_comparison(comparison)
    say(f"as a page: {write_page(comparison, project)}")


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
        listed, print_list = asked.find(project, opt.run_options(jobs), bar)
    if as_json:
        opt.print_json(listed)
    else:
        print_list()
