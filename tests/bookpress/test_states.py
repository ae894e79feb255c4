"""States: what the script of each says is what a build with these values shows, and nothing half-made is published."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from processes import edit, wait_for
from states import expect_same, record, script, states

ROOT = Path(__file__).parents[2]
EDITIONS = "_build/editions"


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COMPUTE_DIVIDE")}
    return {**kept, "PYTHONPATH": os.pathsep.join([str(home), str(ROOT / "src")]), "SOURCE_DATE_EPOCH": "1700000000"}


def press(home: Path, *words: str, code: int = 0) -> str:
    """Run a command of the press; return its output, or where it fails what it says."""
    command = [sys.executable, "-m", "bookpress", *words]
    done = subprocess.run(
        command, cwd=home, env=environment(home), capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == code, done.stderr + done.stdout
    return done.stdout if code == 0 else done.stderr


def new_home(folder: Path) -> Path:
    shutil.copytree(ROOT / "tests/bookpress/orbits", folder)
    (folder / "requirements.lock").write_text("", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the second book, explored."""
    made = new_home(tmp_path_factory.mktemp("states") / "book")
    press(made, "explore")
    return made


@pytest.mark.parametrize("slug", ["planets", "moons"])
def test_a_state_is_the_page_that_a_build_with_its_values_makes(home: Path, slug: str) -> None:
    for name, state in states(home / EDITIONS, slug):
        press(home, *shlex.split(state["command"])[1:])
        expect_same(home / EDITIONS, slug, name, state)


def test_the_index_lists_every_value_with_the_headline_under_it(home: Path) -> None:
    folder = home / "_build/editions/default/html/states"
    planets, moons = (script(folder / slug / "index.js") for slug in ("planets", "moons"))
    assert planets["published"] == record(home / EDITIONS, "default")["id"]
    assert (planets["headline"], moons["headline"]) == ("exponent", "error")
    assert [(row["value"], row["fallen"] > 0) for row in planets["choices"]["group"]] == [
        ("all", False),
        ("inner", True),
        ("outer", True),
    ]
    assert [row["value"] for row in moons["choices"]["power"]] == [1.3, 1.5, 1.7]
    for row in (row for index in (planets, moons) for rows in index["choices"].values() for row in rows):
        assert (
            row["id"] == planets["published"]
            or (folder / "planets" / f"{row['id']}.js").is_file()
            or (folder / "moons" / f"{row['id']}.js").is_file()
        )


def test_every_statement_knows_in_how_many_states_it_holds(home: Path) -> None:
    found = json.loads(press(home, "statements", "--robustness", "--json"))
    for slug, of in found.items():
        every = [state for _, state in states(home / EDITIONS, slug)]
        for key, sure in of.items():
            assert (sure["holds"], sure["of"]) == (sum(key not in one["fallen"] for one in every), len(every))
            assert (sure["falls"] is None) == (sure["holds"] == sure["of"])
    assert found["planets"]["many"]["falls"]["choice"] == {"group": "inner"}
    html = home / "_build/editions/default/html"
    page = (html / "notebooks/moons.html").read_text()
    assert re.search(
        r'<a class="[^"]*sureness[^"]*" href="../book/sentences.html#planets-many"[^>]*>holds in 0 of 2</a>', page
    )
    listed = re.findall(r'<tr id="(\w+-\w+)">', (html / "book/sentences.html").read_text())
    shares = {f"{slug}-{key}": one["holds"] / one["of"] for slug, of in found.items() for key, one in of.items()}
    assert sorted(listed) == sorted(shares)
    assert [shares[name] for name in listed] == sorted(shares.values())
    assert "planets:many" in press(home, "statements", "--robustness")
    assert "--robustness is of the edition 'default' alone" in press(
        home, "statements", "inner", "--robustness", code=2
    )


def test_what_is_forked_has_one_thread_and_ends_with_whoever_asks(home: Path) -> None:
    asks = """
import sys, threading, psutil
from pathlib import Path
from bookpress.book.project import Project
from bookpress.explore.warm import WarmBook
edition = Path("_build/editions/default").resolve()
warm = WarmBook(Project.at(Path()), edition / "source", edition / "html").__enter__()
warm.wait()
[forked] = [one for one in psutil.Process().children() if one.name() != "sh"]  # which clears up
print(forked.pid, forked.num_threads(), flush=True)
sys.stdin.read()
"""
    how: dict[str, Any] = {"cwd": home, "env": environment(home), "text": True}
    with subprocess.Popen([sys.executable, "-c", asks], stdin=subprocess.PIPE, stdout=subprocess.PIPE, **how) as asking:
        assert asking.stdout
        forked, threads = map(int, asking.stdout.readline().split())
        assert threads == 1
        asking.kill()
    wait_for(lambda: not psutil.pid_exists(forked))
    wait_for(lambda: not list((home / "_build").glob("cd-*")))  # nothing is left aside either


def test_states_go_with_their_edition_and_the_same_command_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    home = new_home(tmp_path / "book")
    assert "not explored" in press(home, "statements", "--robustness", code=2)
    cache, pages = home / "_build/cache", home / "_build/editions/default/html"
    how: dict[str, Any] = {"cwd": home, "env": environment(home), "stderr": subprocess.DEVNULL}
    with subprocess.Popen([sys.executable, "-m", "bookpress", "explore", "--jobs", "1"], **how) as exploring:
        wait_for(lambda: len(list(cache.glob("*.json"))) >= 2)
        exploring.kill()
    done = {path: path.stat().st_mtime_ns for path in cache.glob("*.json")}
    assert not pages.exists()
    assert len(done) < 9
    press(home, "explore")
    assert {path: path.stat().st_mtime_ns for path in done} == done
    before = sorted(pages.glob("states/*/*.js"))
    assert len(before) == 9
    press(home, "build")
    assert sorted(pages.glob("states/*/*.js")) == before
    edit(home / "index.md", "Far planets", "The far planets")
    press(home, "build")
    assert not (pages / "states").exists()
    assert "sureness" not in (pages / "notebooks/moons.html").read_text()
    press(home, "explore", "planets")
    press(home, "explore", "moons")
    assert sorted(pages.glob("states/*/*.js")) == before


def test_a_chapter_that_shows_other_figures_under_a_value_is_refused(tmp_path: Path) -> None:
    home = new_home(tmp_path / "book")
    press(home, "build")
    before = (home / "_build/editions/default/html/index.html").read_bytes()
    edit(home / "notebooks/planets.md", "show_chart(", "if group != 'inner': show_chart(")
    said = press(home, "explore", "planets", code=1)
    assert "planets group=inner: lacks fig-law" in said
    assert "group=outer: " not in said
    assert (home / "_build/editions/default/html/index.html").read_bytes() == before


def test_it_says_what_it_would_do_and_asks_before_much(tmp_path: Path) -> None:
    home = new_home(tmp_path / "book")
    edit(home / "orbits/choices.py", '{"by": [-0.2, 0.2]}', "[n / 1000 for n in range(1, 1101)]")
    assert press(home, "explore", "--dry-run") == ""
    assert not (home / "_build/cache").exists()
    assert "1,105 runs are more than 1,000: say --yes" in press(home, "explore", code=2)
    assert "did you mean moons" in press(home, "explore", "moon", code=2)
