"""The cache cannot lie: the same is not run again, and any change of what a run may rest on is."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from processes import add_cell, edit, environment, press, write_files

from bookpress.book.project import Project
from bookpress.edition.editions import Edition
from bookpress.errors import PressError
from bookpress.run.cache import Run, RunCache
from bookpress.run.runner import RunOptions, cached_runs, run_chapters

Load = Callable[..., Edition]
BOTH = ["first", "second"]


def fresh(book: Project, edition: Edition, **how: object) -> list[str]:
    outcome = run_chapters(book, edition, RunOptions(**how))  # type: ignore[arg-type]
    assert not outcome.errors, outcome.errors
    return outcome.fresh


def changed(book: Project, edition: Edition) -> list[str]:
    return [slug for slug in BOTH if slug not in cached_runs(book, edition)]


def test_the_same_is_not_run_again(book: Project, edition: Load) -> None:
    assert fresh(book, edition()) == BOTH
    assert fresh(book, edition()) == []
    assert fresh(book, edition(), force=True) == BOTH


def test_each_ingredient_counts(
    book: Project, edition: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh(book, edition())
    published = edition().id
    for name, text, expected in [
        ("notebooks/first.md", "\n```{code-cell} python\n1\n```\n", ["first"]),
        ("package/code.py", "more = 1\n", BOTH),
        ("package/new.py", "", BOTH),
        ("data/a.csv", " ", BOTH),
        ("data/new.csv", "3", BOTH),
        ("requirements.lock", "more==1", BOTH),
        ("book/words.md", "More words.", []),
    ]:
        path = book.root / name
        before = path.read_text() if path.exists() else None
        path.write_text((before or "") + text)
        assert changed(book, edition()) == expected, name
        assert (edition().id != published) == bool(expected), name
        path.unlink() if before is None else path.write_text(before)
        assert changed(book, edition()) == [], f"{name} is as it was"
    first = book.root / "notebooks/first.md"
    first.write_text(first.read_text() + "\nMore.\n")
    assert changed(book, edition()) == []  # for prose is put in afterwards
    assert edition().id != published
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    assert changed(book, edition()) == BOTH


@pytest.mark.heavy
def test_a_chapter_as_it_was_parsed_is_kept_but_neither_damage_nor_an_older_text_counts(
    book: Project,
) -> None:
    shutil.copy(Path(__file__).with_name("tiny_types.py"), book.root)
    told, kept = press(book.root, "params", "second"), book.build / ".parsed/second"
    whole = kept.read_bytes()
    for damaged in (whole[:-9], whole[:64], whole[65:], b"\xff"):
        kept.write_bytes(damaged)
        assert press(book.root, "params", "second") == told
        assert len(kept.read_bytes()) == len(
            whole
        )  # kept anew; the ids of cells are drawn by chance
    edit(book.root / "notebooks/second.md", "last year", "other words")
    assert "other words" in press(book.root, "params", "second")
    shutil.rmtree(kept.parent)
    kept.parent.write_text("no folder")
    assert "other words" in press(book.root, "params", "second")


HASHES = """
import sys
from pathlib import Path
from bookpress.book.discovery import discover
from bookpress.book.project import Project
for chapter in discover(Project.at(Path.cwd())):
    print(chapter.slug, chapter.sha256)
print("nbformat" in sys.modules)
"""


@pytest.mark.heavy
def test_the_outputs_of_a_notebook_are_parsed_once(tmp_path: Path) -> None:
    def hashes() -> tuple[str, bool]:
        command = [sys.executable, "-c", HASHES]
        how: dict[str, Any] = {"cwd": tmp_path, "env": environment(tmp_path), "text": True}
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, **how)
        told, _, is_parsed = done.stdout.rstrip().rpartition("\n")
        return told, is_parsed == "True"

    shown = {"output_type": "stream", "name": "stdout", "text": ["42\n"]}
    # a name makes the notebook unusual: nbformat parses it
    named = {"cell_type": "code", "id": "a", "metadata": {"name": "sum"}, "source": ["6 * 7"]}
    cells = [{**named, "execution_count": 1, "outputs": [shown]}]
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    files = {
        "_config.yml": "execute: {execute_notebooks: 'off'}\n",
        "_toc.yml": "format: jb-book\nroot: sums\n",
        "sums.ipynb": json.dumps(notebook),
    }
    write_files(tmp_path, files)
    first, _ = hashes()
    assert hashes() == (first, False)
    edit(tmp_path / "sums.ipynb", "42", "43")
    again, is_parsed = hashes()
    assert is_parsed
    assert again != first


def test_values_count_for_the_chapter_they_reach(book: Project, edition: Load) -> None:
    fresh(book, edition())
    assert fresh(book, edition("default", "second.factor=2")) == ["second"]
    assert fresh(book, edition("default", "second.factor=2")) == []
    assert fresh(book, edition("default", "factor=2")) == ["first"]


def test_a_damaged_entry_counts_as_missing(book: Project, edition: Load) -> None:
    fresh(book, edition())
    cut, altered = sorted(book.cache.glob("*.json"))
    cut.write_bytes(cut.read_bytes()[:-10])
    altered.write_bytes(altered.read_bytes().replace(b"Some text", b"Some test"))
    assert fresh(book, edition()) == BOTH
    assert fresh(book, edition()) == []


@pytest.mark.parametrize("name", ["package/code.py", "data/a.csv"])
def test_what_changes_during_a_run_is_not_cached(book: Project, edition: Load, name: str) -> None:
    """Not even for a moment: what was read meanwhile is not known."""
    file = book.root / name
    code = f"from pathlib import Path\nfile = Path({str(file)!r})\nfor text in 'changed', {file.read_text()!r}:\n"
    add_cell(book.root / "notebooks/first.md", f"{code}    file.write_text(text)")
    with pytest.raises(
        PressError, match=f"{file} changed while chapters were running; build again"
    ):
        fresh(book, edition())
    assert "first" in changed(book, edition())


def test_storing_one_run_many_times_at_once_leaves_one_whole_entry(book: Project) -> None:
    cache, run = RunCache(book.cache), Run("first", "k" * 64, b"notebook" * 1000, {}, 1.0)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(cache.store, [run] * 64))
    assert cache.find(run.key) == run
    assert len(list(book.cache.iterdir())) == 1
