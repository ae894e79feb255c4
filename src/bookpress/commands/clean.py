"""The command `clean`: remove what was built."""

from __future__ import annotations

from typing import Annotated

import typer

from bookpress.commands.base import options as opt
from bookpress.terminal.messages import say


def clean(
    editions: opt.BuiltEditions = None,
    keep_runs: Annotated[
        bool, typer.Option("--keep-runs", help="Keep the results of chapters that were run.")
    ] = False,
) -> None:
    """Remove built editions, or everything that was built."""
    from bookpress.assembly.published import clean as remove

    freed = remove(opt.current_project(), editions or [], keep_runs=keep_runs)
    say(f"{freed / 1e6:.1f} MB removed")
