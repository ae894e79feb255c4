"""The menu of commands, with those that live with their subject: they are imported only when they are called."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

ELSEWHERE = {
    "data": ("compute_divide.commands.data", "app", "The evidence: list, verify, derive, add, refresh."),
    "cite": ("bookpress.commands.cite", "app", "References to a chapter or to the book."),
    "corpus": ("compute_divide.commands.corpus", "app", "Counts from the whole OpenAlex snapshot."),
}
"""Commands that live with their subject: module, Typer application, help."""

TYPED = ("COMP_WORDS", "_TYPER_COMPLETE_ARGS")
"""Variables in which a shell hands over the words of a command that is being typed: bash, and the others."""


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
        if cmd_name not in _words():
            return typer.main.get_command(_placeholder(cmd_name, text))
        command = typer.main.get_command(getattr(importlib.import_module(module), attribute))
        command.name = cmd_name
        return command


def _words() -> list[str]:
    """Return the words of the command: called, or being typed."""
    return sys.argv[1:] or " ".join(os.environ.get(name, "") for name in TYPED).split()


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
