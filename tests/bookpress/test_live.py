"""Any legal value on the served page: what the machine answers is what `run` says, and strangers get nothing run."""

import json
import re
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from html import escape
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import requests
from playwright.sync_api import Page, Route, expect
from processes import ROOT, descendants, edit, environment, left_over, press, words_of
from test_serving import Served

from bookpress.chapter.parameters import Parameter
from bookpress.chapter.types.allowed import as_text
from bookpress.files import tree
from bookpress.serve.live import control
from bookpress.serve.serve import ORDER_LIMIT
from sampling import count

SLOW = "4.75"
"""A power at which the chapter sleeps."""
IMPORTS = "from orbits.law import error_of, predicted_period, table"
FOREVER = f"{IMPORTS}\nimport time\ntime.sleep(600 if power == {SLOW} else 0)"


class Live(Served):
    """A server of the second book, and what a page of it knows."""

    token = ""

    def ask(
        self, values: Any, reader: str = "a-reader", **headers: str | None
    ) -> requests.Response:
        """Ask as a page does, with other headers where they are given."""
        usual = {
            "Origin": self.url.rstrip("/"),
            "X-Press-Token": self.token,
            "Content-Type": "application/json",
        }
        body = values if isinstance(values, bytes) else json.dumps(self.order(values, reader))
        sent = {name: text for name, text in {**usual, **headers}.items() if text is not None}
        return requests.post(f"{self.url}__press__/choose", body, headers=sent, timeout=300)

    @staticmethod
    def order(values: Any, reader: str = "a-reader", chapter: str = "moons") -> dict[str, Any]:
        return {"chapter": chapter, "reader": reader, "values": values}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, explored: Path) -> Iterator[Live]:
    home = shutil.copytree(explored, tmp_path_factory.mktemp("live") / "book", symlinks=True)
    edit(home / "notebooks/moons.md", IMPORTS, FOREVER)
    served = Live(home, environment(home))
    assert served.settled()["state"] == "built"
    assert served.get("__press__/controls").json()["moons"]["power"]["input"]
    served.token = re.findall('data-token="([^"]+)"', served.get("notebooks/moons.html").text)[0]
    yield served
    started = served.family(1)
    served.end()
    assert left_over(started) == []


@pytest.mark.heavy
def test_what_is_answered_is_what_run_says(live: Live) -> None:
    published = json.loads((live.root / "_build/editions/default/results.json").read_text())[
        "moons"
    ]
    rng = np.random.default_rng(16)
    for _ in range(count(2, 200)):
        values = {
            "moon": str(rng.choice(["Io", "Ganymede", "Callisto"])),
            "power": str(round(rng.uniform(0.1, 4), 3)),
        }
        state = live.ask(values).json()["state"]
        options = [word for name, value in values.items() for word in ("-p", f"{name}={value}")]
        said = json.loads(press(live.root, "run", "moons", *options, "--json"))["moons"]
        found = {
            key: [one["value"], one["low"], one["high"]] for key, one in published.items()
        } | state["results"]
        assert found == {key: [one["value"], one["low"], one["high"]] for key, one in said.items()}
        assert state["command"].endswith(
            " ".join(f"-p moons.{name}={value}" for name, value in values.items())
        )


@pytest.mark.heavy
def test_a_refused_value_gets_the_words_of_the_command_line(live: Live) -> None:
    for values in (
        {"power": "9"},
        {"power": "[[["},
        {"moon": "Pluto"},
        {"powr": "1"},
        {"power": "1" * 5000},
    ):
        [words] = live.ask(values).json()["refused"]
        [(name, text)] = values.items()
        assert words in press(live.root, "run", "moons", "-p", f"moons.{name}={text}", code=2)


@pytest.mark.heavy
def test_a_newer_choice_ends_the_older(live: Live) -> None:
    with ThreadPoolExecutor(1) as pool:
        older = pool.submit(live.ask, {"power": SLOW})
        time.sleep(3)
        begun = time.monotonic()
        assert "state" in live.ask({"power": "1.75"}).json()
        assert older.result(20).json() == {"error": "A newer choice took its place."}
        assert time.monotonic() - begun < 30


def hostile(live: Live) -> dict[str, requests.Response]:
    """Return what strangers are told, and pages that ask for what no page of ours does."""
    good = {"power": "2"}
    headers: dict[str, dict[str, str | None]] = {
        "another host": {"Host": "book.example", "Origin": "http://book.example"},
        "another origin": {"Origin": "http://book.example"},
        "origin of another port": {"Origin": "http://127.0.0.1:1"},
        "no origin": {"Origin": None},
        "origin null": {"Origin": "null"},
        "no token": {"X-Press-Token": None},
        "another token": {"X-Press-Token": "x" * 43},
        "a form": {"Content-Type": "application/x-www-form-urlencoded"},
    }
    orders = {
        "a path": Live.order(good, chapter="../../planets"),
        "a path as reader": Live.order(good, reader="../x"),
        "more": {**Live.order(good), "code": "import os"},
        "numbers": Live.order({"power": 2}),
        "none": Live.order({}),
        "many": Live.order({f"p{n}": "1" for n in range(100)}),
        "a long value": Live.order({"power": "1" * 9000}),
        "a strange name": Live.order({"power; rm": "1"}),
    }
    bodies = {
        "no JSON": b"{",
        "no object": b"[]",
        "deep": b"[" * 30000,
        "too long": b" " * (ORDER_LIMIT + 1),
    }
    bodies |= {name: json.dumps(order).encode() for name, order in orders.items()}
    return {
        **{name: live.ask(good, **found) for name, found in headers.items()},
        **{name: live.ask(body) for name, body in bodies.items()},
    }


def test_strangers_are_refused_and_nothing_is_run(live: Live) -> None:
    live.ask({"power": "1.9"})
    before = tree(live.root / "_build/cache")
    found = hostile(live)
    assert len(found) == 20
    assert {
        name: answer.status_code
        for name, answer in found.items()
        if not 400 <= answer.status_code < 500
    } == {}
    with ThreadPoolExecutor(100) as pool:
        tries = [
            pool.submit(live.ask, {"power": "3"}, **{"X-Press-Token": "none"}) for _ in range(1000)
        ]
        assert {one.result(60).status_code for one in tries} == {403}
    assert tree(live.root / "_build/cache") == before
    assert "state" in live.ask({"power": "1.9"}).json()


def test_a_crowd_with_a_token_is_turned_away_and_does_not_hang(live: Live) -> None:
    with ThreadPoolExecutor(60) as pool:
        asked = [
            pool.submit(live.ask, {"power": f"2.{n:03}"}, f"reader-{n % 3}") for n in range(60)
        ]
        codes = [one.result(120).status_code for one in asked]
    assert set(codes) == {200, 503}
    assert "state" in live.ask({"power": "1.9"}).json()


def test_a_program_that_was_killed_is_started_again(live: Live) -> None:
    assert "state" in live.ask({"power": "1.9"}).json()
    [program] = [each for each in descendants(live.process.pid) if "serve.live" in words_of(each)]
    program.kill()
    left_over([program])
    assert "try again" in live.ask({"power": "1.8"}).json()["error"]
    assert "state" in live.ask({"power": "1.8"}).json()


def test_the_bar_takes_any_legal_value(live: Live, page: Page) -> None:
    page.goto(f"{live.url}notebooks/moons.html")
    power = page.locator(".setting[data-name=power]")
    page.locator(".choice summary").last.click()
    expect(power.locator("input")).to_have_value("1.5")
    power.locator("input").fill("1.625")
    power.locator("input").press("Enter")
    expect(page.locator(".state-strip")).to_contain_text("Power: 1.625", timeout=120_000)
    power.locator("input").fill("7")
    power.get_by_role("button", name="Show", exact=True).click()
    expect(power.get_by_role("alert")).to_have_text(
        "7 is not allowed; allowed: more than 0 and at most 5"
    )
    expect(page.locator(".state-strip")).to_contain_text("Power: 1.625")
    assert page.url.endswith("?power=1.625")


@pytest.mark.parametrize(
    ("kind", "usual", "typed", "value"),
    [
        (list[int], [1, 2], "[1, 3]", [1, 3]),
        (list[Literal[1, 2]], [2], "[1]", [1]),
        (list[list[str]], [["a"]], '[["b"], []]', [["b"], []]),
        (list[str], ["a, b", "c"], "d, e", ["d", "e"]),
        (list, ["a"], '["d, e"]', ["d, e"]),
    ],
)
def test_a_list_is_typed_with_commas_if_it_is_of_texts_and_else_as_json(
    page: Page, kind: Any, usual: list[Any], typed: str, value: list[Any]
) -> None:
    parameter = Parameter("given", kind, usual)
    scripts = {"dom.js": "elements/base", "live.js": "serve/templates"}
    shown = (
        '<!DOCTYPE html><div id="chapter_choices" data-chapter="one"><p class="choices-hint"></p>'
        '<details open><div class="setting" data-name="given" data-label="Given" '
        f'data-value="{escape(as_text(usual))}"></div></details></div>'
        '<script src="/dom.js"></script><script src="/live.js"></script><script>'
        "bookpress.asks = () => ({}); bookpress.choose = (name, text) => { window.text = text; };"
        "</script>"
    )
    answers = {"": shown, "__press__/controls": json.dumps({"one": {"given": control(parameter)}})}
    for name, folder in scripts.items():
        answers[name] = (ROOT / "src/bookpress" / folder / name).read_text("utf-8")
    for name, body in answers.items():
        kind_of = "text/javascript" if name in scripts else "text/html"
        answer = partial(Route.fulfill, body=body, content_type=kind_of)
        page.route(f"http://localhost/{name}", answer)
    page.goto("http://localhost/")
    field = page.locator(".setting input")
    page.get_by_role("button", name="Show").click()
    assert parameter.parse(page.evaluate("window.text")) == usual
    field.fill(typed)
    page.get_by_role("button", name="Show").click()
    assert parameter.parse(page.evaluate("window.text")) == value
