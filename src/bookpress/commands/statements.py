"""The command `statements`: what the sentences of an edition rest on."""

from __future__ import annotations

from typing import Annotated

import typer

from bookpress.commands.base import options as opt


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
    from bookpress.commands.base.statements import Asked

    project = opt.current_project()
    asked = Asked(edition, tuple(parameter or ()), only_fallen, robustness, along)
    with opt.reported(opt.run_options(jobs)) as how:
        listed, print_list = asked.find(project, how)
    if as_json:
        opt.print_json(listed)
    else:
        print_list()
