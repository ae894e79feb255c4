"""The book over the Model Context Protocol: `Answers` as tools."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from bookpress import __version__
from bookpress.errors import PressError
from bookpress.serve.answers import Answers

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")
INSTRUCTIONS = """A book whose every number is computed and whose every assertion is tested. \
Give a number with its interval and what it counts, name the edition, quote a sentence as true \
only if its statement holds, and cite the chapter; its reference stands at its end."""


def server(answers: Answers) -> MCPServer[Any]:
    """Return a server whose tools read a built edition, check a number or run a chapter.

    Parameters
    ----------
    answers : Answers
        What the tools return. Nothing else is reachable: no path, no code, no address.
    """
    speaking: MCPServer[Any] = MCPServer(
        "bookpress",
        instructions=f"{INSTRUCTIONS}\n\n{answers.contents()}",
        version=__version__,
        log_level="ERROR",
    )
    for name, tool, description in _tools(answers):
        speaking.add_tool(_refusing(tool), name=name, description=description)
    speaking.resource("book://contents", mime_type="text/markdown")(answers.contents)
    speaking.resource("book://chapters/{slug}", mime_type="text/markdown")(
        _refusing(answers.chapter)
    )
    return speaking


def _tools(answers: Answers) -> list[tuple[str, Callable[..., Any], str]]:
    return [
        ("list_chapters", answers.chapters, "List the chapters: name and title."),
        ("read_chapter", answers.chapter, "Read a chapter as Markdown, given its name (slug)."),
        (
            "read_results",
            answers.results,
            "Read the numbers of a chapter (or one, by key): value, interval, counts, unit, label.",
        ),
        (
            "read_statements",
            answers.statements,
            "Read the statements of a chapter (or one): whether each holds, why, and where.",
        ),
        (
            "check_number",
            answers.check,
            "Check whether a number that somebody quotes from the book still stands, such as 16%.",
        ),
        (
            "list_parameters",
            answers.parameters,
            "Read the JSON Schema of a chapter's parameters: types, bounds, meaning.",
        ),
        (
            "run_chapter",
            answers.run,
            "Run a chapter with other values of its parameters; see what changes against the "
            "published edition. It may take some seconds.",
        ),
    ]


def _refusing(tool: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Return a tool whose errors reach the client as our messages, without a traceback."""

    @wraps(tool)
    def call(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        try:
            return tool(*args, **kwargs)
        except PressError as error:
            raise ToolError(str(error)) from error

    return call
