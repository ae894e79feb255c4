"""Other choices than the published ones: from a file, saved as an edition, several at a time, and many in a sweep."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bookpress.book.project import Project
from bookpress.edition.editions import load_edition

Say = Callable[..., tuple[int, str, str]]


def test_run_takes_values_from_a_file_and_writes_the_notebook(said: Say, tmp_path: Path) -> None:
    (tmp_path / "values.yml").write_text("factor: 5\ntable: b\n")
    out = tmp_path / "out.ipynb"
    code, results, _ = said(
        "run",
        "first",
        "-f",
        str(tmp_path / "values.yml"),
        "-p",
        "table=a",
        "--notebook",
        str(out),
        "--json",
    )
    assert code == 0
    assert json.loads(results)["first"]["number"]["value"] == 5.0
    assert any(cell.get("outputs") for cell in json.loads(out.read_text())["cells"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("-f", "{folder}/no.yml"), "no file of values"),
        (("-f", "{folder}/list.yml"), "it contains names with values"),
        (("-f", "{folder}/odd.yml"), "factor: 2025-01-01 is not allowed"),
        (("--notebook", "{folder}/out.txt"), "is not a notebook: its name ends in .ipynb"),
    ],
)
def test_what_run_cannot_take_is_wrong_use(
    words: tuple[str, ...], told: str, said: Say, tmp_path: Path
) -> None:
    (tmp_path / "list.yml").write_text("- 1\n")
    (tmp_path / "odd.yml").write_text("factor: 2025-01-01\n")
    code, out, error = said("run", "first", *(word.format(folder=tmp_path) for word in words))
    assert (code, out) == (2, "")
    assert told in error


@pytest.mark.heavy
def test_choices_are_saved_as_an_edition(said: Say, book: Project) -> None:
    code, out, error = said("build", "-p", "first.factor=4", "--save", "mine")
    assert code == 0
    assert "2 of 2 chapters run" in error
    assert out.strip().endswith("editions/mine/html/index.html")
    saved = load_edition(book, "mine")
    assert (saved.values["first"]["factor"], saved.values["second"]["factor"]) == (4.0, 1.0)
    assert saved.id == load_edition(book, "default", ["first.factor=4"]).id
    before = (book.root / "book/editions/mine.yml").read_text()
    assert (
        "there is an edition 'mine' already"
        in said("build", "-p", "first.factor=5", "--save", "mine")[2]
    )
    assert "give -p" in said("build", "--save", "other2")[2]
    assert (
        "the name of an edition has letters"
        in said("build", "-p", "first.factor=5", "--save", "../x")[2]
    )
    assert (book.root / "book/editions/mine.yml").read_text() == before
    assert not (book.root / "book/editions/other2.yml").exists()


def test_several_editions_are_one_site_with_an_index(said: Say, built: Project) -> None:
    code, out, _ = said("build", "default", "other")
    assert code == 0
    index = Path(out.strip())
    assert index == built.editions / "index.html"
    page = index.read_text()
    for name in ("default", "other"):
        assert (index.parent / f"{name}/html/index.html").is_file()
        assert f'href="{name}/html/index.html"' in page
    assert "The other table" in page
    assert built.built == ["default", "other"]


def test_compare_takes_values_in_the_place_of_an_edition(said: Say) -> None:
    code, out, _ = said("compare", "default", "-p", "first.factor=3", "--json")
    assert code == 0
    assert [one["chapter"] for one in json.loads(out)["results"]] == ["first"]
    assert said("compare", "default")[0] == 2
    code, _, error = said("compare", "default", "other", "-p", "first.factor=3")
    assert (code, error) == (2, "error: compare takes a second edition or -p, not both\n")


def test_a_sweep_says_what_it_comes_to_and_asks_above_a_thousand(
    said: Say, book: Project, tmp_path: Path
) -> None:
    many = json.dumps([n / 1000 for n in range(1, 1002)])
    code, out, error = said("sweep", "first", "-g", f"factor={many}", "--dry-run")
    assert (code, out) == (0, "")
    assert "1,001 combinations, 1,001 of them to be run: about" in error
    code, out, error = said("sweep", "first", "-g", f"factor={many}")
    assert (code, out) == (2, "")
    assert "--yes" in error
    assert not list(book.build.glob("[!.]*"))
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.docx").write_text("years of work")
    code, _, error = said("sweep", "first", "-g", "factor=1,2", "--out", str(mine))
    assert (code, "contains 'thesis.docx' and is not the folder of a sweep" in error) == (2, True)
    assert [path.name for path in mine.iterdir()] == ["thesis.docx"]
