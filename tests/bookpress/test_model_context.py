"""Programs read the book over the Model Context Protocol: the second book, asked by the protocol's own client."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from anyio.from_thread import start_blocking_portal
from processes import environment, new_home, press

if TYPE_CHECKING:
    from mcp import Client

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = new_home(tmp_path_factory.mktemp("asked") / "book")
    press(made, "build")
    return made


@pytest.fixture(scope="module")
def ask(home: Path) -> Iterator[Ask]:
    """Yield what asks a running server for one thing: a tool with its arguments, or a resource."""
    # here, since no other test should wait for it
    from mcp import Client, StdioServerParameters, stdio_client

    server = StdioServerParameters(
        command=sys.executable, args=["-m", "bookpress", "mcp"], env=environment(home), cwd=home
    )

    async def asked(client: Client, name: str, arguments: dict[str, Any]) -> Any:
        if name == "tools":
            return [tool.name for tool in (await client.list_tools()).tools]
        if name.startswith("book://"):
            return (await client.read_resource(name)).contents[0].text
        answer = await client.call_tool(name, arguments)
        text = "".join(part.text for part in answer.content)
        return text if answer.is_error else answer.structured_content

    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Client(stdio_client(server))) as client,
    ):
        yield lambda name, **arguments: portal.call(asked, client, name, arguments)


@pytest.mark.heavy
def test_it_offers_what_the_manual_names(ask: Ask) -> None:
    offered = {"list_chapters", "read_chapter", "read_results", "read_statements"}
    assert offered < set(ask("tools"))
    assert {"check_number", "list_parameters", "run_chapter"} < set(ask("tools"))


def test_a_chapter_is_read_with_its_numbers_and_its_citation(ask: Ask, home: Path) -> None:
    [first, *_] = ask("list_chapters")["result"]
    assert first["chapter"] == "planets"
    text = ask("read_chapter", slug="planets")["result"]
    assert text == (home / "_build/editions/default/html/notebooks/planets.md").read_text("utf-8")
    assert text == ask("book://chapters/planets")
    assert "notebooks/planets.md" in ask("book://contents")


def test_numbers_and_statements_are_those_of_the_edition(ask: Ask, home: Path) -> None:
    edition = home / "_build/editions/default"
    results = json.loads((edition / "results.json").read_text())
    statements = json.loads((edition / "statements.json").read_text())
    assert ask("read_results", slug="planets") == results["planets"]
    assert ask("read_results", slug="planets", key="exponent") == {
        "exponent": results["planets"]["exponent"]
    }
    assert ask("read_statements", slug="planets") == statements["planets"]


def test_a_quoted_number_is_checked(ask: Ask) -> None:
    assert ask("check_number", slug="planets", key="exponent", number="1.5")["verdict"] == "stands"
    wrong = ask("check_number", slug="planets", key="exponent", number="1.7")
    assert wrong["verdict"] == "unknown"
    assert "1.7" in wrong["because"]


def test_a_chapter_is_run_within_its_bounds(ask: Ask) -> None:
    schema = ask("list_parameters", slug="moons")
    assert "Callisto" in json.dumps(schema)
    changed = ask("run_chapter", slug="moons", values={"moon": "Callisto"})
    period = changed["results"]["period"]
    assert period["published"]["value"] != period["now"]["value"]
    assert period["now"]["value"] == pytest.approx(16.7, abs=0.1)
    assert ask("run_chapter", slug="moons", values={}) == {"results": {}, "turned": {}}


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("read_chapter", {"slug": "../../../etc/passwd"}, "no chapter '../../../etc/passwd'"),
        ("read_results", {"slug": "planets", "key": "exponen"}, "did you mean exponent?"),
        ("list_parameters", {"slug": ""}, "no chapter ''"),
        ("check_number", {"slug": "planets", "key": "exponent", "number": "lots"}, "is not"),
        ("run_chapter", {"slug": "moons", "values": {"moon": "Titan"}}, "Titan"),
        ("run_chapter", {"slug": "moons", "values": {"moon": "'; import os; '"}}, "not allowed"),
        (
            "run_chapter",
            {"slug": "moons", "values": {"os.system": "id"}},
            "not the name of a parameter",
        ),
        (
            "run_chapter",
            {"slug": "moons", "values": {"moon = 1; x": "id"}},
            "not the name of a parameter",
        ),
        ("run_chapter", {"slug": "moons", "values": {"moon": ["Io", {"a": 1}]}}, "moon"),
    ],
)
def test_what_it_does_not_know_is_refused_in_words(
    ask: Ask, tool: str, arguments: dict[str, Any], words: str
) -> None:
    answer = ask(tool, **arguments)
    assert words in answer
    assert "Traceback" not in answer


@pytest.mark.heavy
def test_an_edition_that_is_not_built_is_one_line(tmp_path: Path) -> None:
    home = new_home(tmp_path / "book")
    said = press(home, "mcp", code=2)
    assert said == "error: the edition 'default' is not built: bookpress build default\n"
    said = press(home, "mcp", "nope", code=2)
    assert said.startswith("error: no edition 'nope'; ")
    assert "default" in said
