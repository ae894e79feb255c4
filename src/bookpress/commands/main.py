"""The command line of the press: its commands in order, and how each of them ends."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Annotated

import typer

from bookpress.commands.new import new_chapter
from bookpress.errors import INTERRUPTED, PressError
from bookpress.terminal.messages import named_output, say, styled

COMMANDS = (
    "build",
    "run",
    "params",
    "check",
    "init",
    "conf",
    "cite",
    "rows",
    "verify",
    "release",
    "mcp",
    "compare",
    "statements",
    "explore",
    "serve",
    "sweep",
    "clean",
)
"""The commands in the order of the help; each is the function in the module of its name."""

press = typer.Typer(
    no_args_is_help=True,
    help="Re-run, compare and cite a book.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
new = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Create something new.")
press.add_typer(new, name="new")


def main(*more: typer.Typer, distribution: str = "bookpress") -> None:
    """Run the command line, with more commands, as the program of a distribution."""
    # a command is short: garbage collection costs more than the garbage
    gc.set_threshold(100_000)
    registered = [group.typer_instance for group in press.registered_groups]
    for commands in more:
        if commands not in registered:
            press.add_typer(commands)
    try:
        guarded(partial(press, obj=distribution))
    finally:
        gc.freeze()  # Python exits faster if it need not search everything for garbage


def guarded(work: Callable[[], object]) -> None:
    """Call a function; turn our errors and signals to stop into one message and an exit code.

    The message goes to standard error.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    try:
        with named_output():
            work()
    except PressError as error:
        say(f"{styled('error:', 'red')} {error}")
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, SystemExit) as end:
        if isinstance(end, SystemExit) and end.code != INTERRUPTED:
            raise
        say(f"{styled('stopped', 'red')}; what is done is kept")
        sys.exit(INTERRUPTED)


@press.callback(invoke_without_command=True)
def _common(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as version_of

        typer.echo(version_of(context.obj))
        raise typer.Exit


for _name in COMMANDS:
    press.command()(getattr(import_module(f"bookpress.commands.{_name}"), _name))
new.command("chapter")(new_chapter)
