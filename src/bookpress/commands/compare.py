"""The command `compare`: what differs between two editions."""

from __future__ import annotations

from bookpress.commands.base import options as opt
from bookpress.errors import UsageError
from bookpress.terminal.messages import say


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
    if other and parameter:
        raise UsageError("compare takes a second edition or -p, not both")
    names = (one, one if other is None else other)
    with opt.reported(options) as how:
        first, second = sides(project, names, how, parameter or ())
    comparison = compare_sides(first, second)
    if as_json:
        opt.print_json(comparison.as_json())
    else:
        print_comparison(comparison)
    say(f"as a page: {write_page(comparison, project)}")
