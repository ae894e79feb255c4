"""The command that lets programs read the book over the Model Context Protocol."""

from __future__ import annotations

from bookpress.commands.base import options as opt
from bookpress.extras import need


def mcp(edition: opt.EditionName = "default") -> None:
    """Answer programs that speak the Model Context Protocol, on standard input and output.

    A client lists and reads chapters, numbers and statements, checks a quoted number, and runs a
    chapter with other values of its parameters. Nothing else of this machine can be reached.
    """
    need("mcp", "mcp")
    from bookpress.serve.answers import Answers
    from bookpress.serve.model_context import server

    server(Answers.of(opt.current_project(), edition)).run("stdio")
