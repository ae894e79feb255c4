"""Cells that are never run, as they are tagged, show what their file stores."""

import json
from pathlib import Path

import pytest
from processes import press as run_press
from processes import write_files
from test_foreign_shapes import notebook, words

pytestmark = pytest.mark.heavy

CELLS = {"parameters": "year = 2000", "long": "train()", "then": "print('of', year)"}


def write_book(root: Path, cells: dict[str, str], output: str = "stored") -> None:
    """Write a book with one chapter, whose second cell is never run."""
    written = json.loads(notebook("One", cells, f"{output}\n"))
    written["cells"][2]["metadata"]["tags"] = ["skip-execution"]
    files = {
        "_config.yml": "title: Left\nexecute: {execute_notebooks: force}\n",
        "_toc.yml": "format: jb-book\nroot: one\n",
        "one.ipynb": json.dumps(written),
    }
    write_files(root, files)


@pytest.mark.parametrize("engine", ["forked", "kernel"])
def test_a_cell_that_is_never_run_shows_what_its_file_stores(tmp_path: Path, engine: str) -> None:
    write_book(tmp_path, CELLS)
    run_press(tmp_path, "build", "--engine", engine)
    site = tmp_path / "_build/editions/default/html"
    assert "train() stored print('of', year) of 2000" in words(site, "one")
    run_press(tmp_path, "build", "-p", "year=1990", "--save", "early", "--engine", engine)
    early = words(tmp_path / "_build/editions/early/html", "one")
    assert "train() stored print('of', year) of 1990" in early


def test_other_outputs_of_such_a_cell_are_shown_and_run_nothing(tmp_path: Path) -> None:
    write_book(tmp_path, CELLS)
    run_press(tmp_path, "build")
    write_book(tmp_path, CELLS, "trained again")
    assert "0 of 1 chapters run" in run_press(tmp_path, "build", whole=True)
    site = tmp_path / "_build/editions/default/html"
    assert "train() trained again print('of', year) of 2000" in words(site, "one")


def test_they_stay_where_a_later_cell_fails(tmp_path: Path) -> None:
    write_book(tmp_path, {**CELLS, "then": "1 / 0"})
    run_press(tmp_path, "build")
    shown = words(tmp_path / "_build/editions/default/html", "one")
    assert "train() stored 1 / 0" in shown
    assert shown.index("train() stored") < shown.index("could not be run to its end")
