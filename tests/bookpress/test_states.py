"""States: what the script of each says is what a build with these values shows, and nothing half-made is published."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from processes import wait_for

from bookpress.explore.edits import Block, apply, article_of, blocks

ROOT = Path(__file__).parents[2]
SIZES = re.compile(r' (?:width|height)="\d+"')
"""What pictures measure: a state has the published ones until its charts are drawn."""


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


def script(path: Path) -> Any:
    """Return what a script of a state holds, as the page is told it."""
    call = re.fullmatch(r'bookpress\.state\("([^"]+)",(.*)\);\n', path.read_text("utf-8"), re.DOTALL)
    assert call
    assert call[1] == path.stem
    return json.loads(call[2])


def states(home: Path, slug: str) -> Iterator[tuple[str, Any]]:
    for path in sorted((home / f"_build/editions/default/html/states/{slug}").glob("*.js")):
        if path.stem != "index":
            yield path.stem, script(path)


def blocks_of(home: Path, edition: str, slug: str, label: str) -> list[Block]:
    page = (home / f"_build/editions/{edition}/html/notebooks/{slug}.html").read_text("utf-8")
    return blocks(article_of(page), label)


@pytest.mark.parametrize("slug", ["planets", "moons"])
def test_a_state_is_the_page_that_a_build_with_its_values_makes(home: Path, slug: str) -> None:
    published = json.loads((home / "_build/editions/default/edition.json").read_text())["id"]
    old = blocks_of(home, "default", slug, f"default edition {published}")
    for name, state in states(home, slug):
        press(home, *state["command"].split()[1:])
        new = blocks_of(home, name, slug, f"edition {name}")
        expected = [SIZES.sub("", text) for text in apply(new, [], f"edition {name}")]
        made = [SIZES.sub("", text) for text in apply(old, state["edits"], f"edition {name}")]
        assert made == expected
        record = json.loads((home / f"_build/editions/{name}/edition.json").read_text())
        assert [record[field] for field in ("title", "results_sha256")] == [state["title"], state["results_sha256"]]
        found = json.loads((home / f"_build/editions/{name}/statements.json").read_text())[slug]
        fallen = {key: [one["holds"], one["because"]] for key, one in found.items() if one["holds"] is not True}
        assert state["fallen"] == fallen


def test_what_is_forked_has_one_thread_and_ends_with_whoever_asks(home: Path) -> None:
    asks = """
import sys, threading, psutil
from pathlib import Path
from bookpress.book.project import Project
from bookpress.explore.warm import WarmBook
edition = Path("_build/editions/default").resolve()
warm = WarmBook(Project.at(Path()), edition / "source", edition / "html").__enter__()
warm.wait()
[forked] = psutil.Process().children()
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
