"""When a chapter that failed is run again, and that each build tells of it."""

from pathlib import Path

import pytest
from processes import edit, write_files
from processes import press as run_press
from test_foreign_shapes import notebook

pytestmark = pytest.mark.heavy

COUNT = "open(%r, 'a').write('x')"
WRONG_CELL = "1 / 0"
FAILED = f"cell 3 (`{WRONG_CELL}`) failed with ZeroDivisionError"
AGAIN = "`bookpress build --force` tries again"


def failing_book(tmp_path: Path) -> Path:
    """Return a book with a chapter that fails, and counts its runs in the file `runs` beside."""
    files = {
        "_config.yml": "title: Failing\n",
        "_toc.yml": "format: jb-book\nroot: one\nchapters: [{file: two}]\n",
        "one.ipynb": notebook("One", {"value": "6 * 7"}),
        "two.ipynb": notebook(
            "Two", {"count": COUNT % str(tmp_path / "runs"), "wrong": WRONG_CELL}
        ),
    }
    return write_files(tmp_path / "book", files)


def test_a_chapter_that_failed_is_run_again_if_something_of_it_has_changed(tmp_path: Path) -> None:
    home = failing_book(tmp_path)

    def built(*options: str) -> tuple[str, int]:
        said = run_press(home, "build", *options, whole=True)
        page = (home / "_build/editions/default/html/two.html").read_text("utf-8")
        assert FAILED in said
        assert "(two.ipynb: cell 3, line 1)" in said
        assert "could not be run to its end" in page
        return said, len((tmp_path / "runs").read_text())

    said, runs = built()
    assert (AGAIN in said, runs) == (False, 1)
    said, runs = built()
    assert (AGAIN in said, "nothing to do" in said, runs) == (True, True, 1)
    edit(home / "one.ipynb", "# One", "# The first")
    said, runs = built()
    assert (AGAIN in said, "two failed" in said, runs) == (True, False, 1)
    edit(home / "two.ipynb", "# Two", "# The second")
    assert built()[1] == 2
    assert "The second" in (home / "_build/editions/default/html/two.html").read_text("utf-8")
    (home / "missing-1.0.dist-info").mkdir()  # a package was installed
    assert built()[1] == 3
    assert built("--force")[1] == 4


def test_a_strict_book_says_each_time_that_a_chapter_failed(tmp_path: Path) -> None:
    home = failing_book(tmp_path)
    write_files(home, {"book/settings.yml": "strict: true\n"})
    assert AGAIN not in run_press(home, "build", code=1, whole=True)
    for options in ([], [], ["--keep-going"], ["--keep-going"]):
        said = run_press(home, "build", *options, code=1, whole=True)
        assert (FAILED in said, AGAIN in said) == (True, True)
    assert len((tmp_path / "runs").read_text()) == 1
    assert AGAIN not in run_press(home, "build", "--force", code=1, whole=True)
    assert len((tmp_path / "runs").read_text()) == 2


def test_what_failed_is_not_run_again_to_be_explored_or_swept(tmp_path: Path) -> None:
    home = failing_book(tmp_path)
    cells = {"parameters": "size = 1", "count": COUNT % str(tmp_path / "runs"), "wrong": WRONG_CELL}
    write_files(home, {"two.ipynb": notebook("Two", cells)})
    grid = ("-g", "two.size=1,2")

    def runs(*command: str) -> int:
        said = run_press(home, *command, *grid, code=1, whole=True)
        assert "ZeroDivisionError" in said
        return len((tmp_path / "runs").read_text())

    first = runs("sweep", "two")
    assert (first, runs("sweep", "two"), runs("explore", "--yes")) == (2, 2, 2)
    assert runs("sweep", "two", "--force") == 4


def test_a_good_run_of_a_chapter_that_failed_counts_in_the_next_build(tmp_path: Path) -> None:
    home = failing_book(tmp_path)
    outside = tmp_path / "outside.txt"
    edit(home / "two.ipynb", WRONG_CELL, f"print(open({str(outside)!r}).read())")
    assert "FileNotFoundError" in run_press(home, "build", whole=True)
    outside.write_text("it is there")
    assert "two: run in" in run_press(home, "run", "two", whole=True)
    assert "FileNotFoundError" not in run_press(home, "build", whole=True)
    page = (home / "_build/editions/default/html/two.html").read_text("utf-8")
    assert ("it is there" in page, "could not be run" in page) == (True, False)
    assert "nothing to do" in run_press(home, "build", whole=True)


def test_a_file_that_a_chapter_writes_beside_itself_is_named(tmp_path: Path) -> None:
    home = failing_book(tmp_path)
    edit(home / "two.ipynb", WRONG_CELL, "open('log.txt', 'a').write('x')")
    for _ in range(2):
        assert "note: log.txt was written while chapters ran" in run_press(
            home, "build", whole=True
        )
    config = home / "_config.yml"
    config.write_text(f"{config.read_text()}exclude_patterns: [log.txt]\n")
    assert "log.txt" not in run_press(home, "build", whole=True)
    assert "nothing to do" in run_press(home, "build", whole=True)
