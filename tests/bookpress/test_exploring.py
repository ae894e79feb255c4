"""Values to explore that are said with ``-g``: no type has to be written for a plain ``n = 2``."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from processes import press as run_press
from processes import write_files
from states import script

pytestmark = pytest.mark.heavy

Press = Callable[..., str]
HEAD = "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: Python 3}\n---\n"
CELL = "```{code-cell} ipython3\n"
FILES = {
    "_config.yml": "title: Plain\nauthor: Ada Author\n",
    "_toc.yml": "format: jb-book\nroot: one\nchapters: [{file: two}]\n",
    "one.md": (
        f"{HEAD}# One\n\n{CELL}:tags: [parameters]\n\nn = 2  # how many\nside = 'left'\n```\n\n"
        f"{CELL}print(side, n)\n```\n"
    ),
    "two.md": f"{HEAD}# Two\n\n{CELL}:tags: [parameters]\n\nn = 2\n```\n\n{CELL}print(n)\n```\n",
}


@pytest.fixture(scope="module", name="home")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("plain"), FILES)


@pytest.fixture(scope="module", name="press")
def press_of(home: Path) -> Press:
    return partial(run_press, home)


def tried(home: Path, slug: str) -> dict[str, list[Any]]:
    """Return the values under which a chapter was run, by parameter."""
    index = script(home / f"_build/editions/default/html/states/{slug}/index.js")
    return {name: [row["value"] for row in rows] for name, rows in index["choices"].items()}


def test_plain_parameters_are_explored_under_the_values_that_are_said(
    press: Press, home: Path
) -> None:
    said = press("explore", "one", "-g", "n=1:3", "-g", "side=left,right", whole=True)
    assert "3 states" in said
    assert tried(home, "one") == {"n": [1, 2, 3], "side": ["left", "right"]}
    # what was explored stays, whatever else is asked for
    press("explore", "two", "-g", "two.n=2,5")
    assert tried(home, "one") == {"n": [1, 2, 3], "side": ["left", "right"]}
    assert tried(home, "two") == {"n": [2, 5]}
    assert press("explore", "--dry-run", whole=True) == "4 states, all of them explored"
    assert "4 states" in press("explore", "--dry-run", "--force", whole=True)


@pytest.mark.parametrize(
    ("grid", "said"),
    [
        ("n=soon", "n: soon is not allowed; allowed: any whole number"),
        ("n=3:1", "n: the range 3:1 has no values: steps of 1 from 3 never reach 1"),
        ("m=1,2", "no chapter has a parameter 'm'; there are: n, side"),
        ("one.sides=1", "chapter one has no parameter 'sides'; did you mean side?"),
        ("three.n=1", "no chapter 'three'"),
        ("n", "-g 'n' is not NAME=V1,V2 or CHAPTER.NAME=V1,V2"),
    ],
)
def test_what_is_wrong_with_a_grid_is_one_line(press: Press, grid: str, said: str) -> None:
    refused = press("explore", "-g", grid, "--dry-run", code=2)
    assert said in refused
    assert len(refused.strip().splitlines()) == 1


def test_values_for_one_chapter_win_over_those_for_all(press: Press, home: Path) -> None:
    press("explore", "-g", "two.n=2,7", "-g", "n=8")
    assert (tried(home, "one")["n"], tried(home, "two")["n"]) == ([2, 8], [2, 7])


def test_a_value_that_fails_is_told_and_not_offered_beside_those_that_run(tmp_path: Path) -> None:
    cells = f"{CELL}:tags: [parameters]\n\nn = 2\n```\n\n{CELL}print(6 / (3 - n))\n```\n"
    home = write_files(tmp_path, {**FILES, "two.md": f"{HEAD}# Two\n\n{cells}"})
    for _ in range(2):  # it is told again where all the rest is done
        said = run_press(home, "explore", "-g", "n=1:4", "-g", "side=left,right", code=1)
        assert "1 of 7 states failed; the pages offer the others:" in said
        assert "two n=3: two: code cell 2 (`print(6 / (3 - n))`) failed with Zero" in said
        assert "division by zero (two.md:14)" in said
        assert "edition default" in said
    assert tried(home, "two") == {"n": [1, 2, 4]}
    assert tried(home, "one") == {"n": [1, 2, 3, 4], "side": ["left", "right"]}
    page = (home / "_build/editions/default/html/two.html").read_text("utf-8")
    assert re.findall(r'data-value="(\d)"', page) == ["2", "1", "2", "4"]
    write_files(home, {"book/settings.yml": "strict: true\n"})
    assert "1 of 9 runs failed:" in run_press(home, "explore", "two", "-g", "two.n=1:4", code=1)
    assert (home / "_build/editions/default/html/two.html").read_text("utf-8") == page


def test_pictures_of_states_are_there_whenever_the_book_is_made_again(tmp_path: Path) -> None:
    drawn = f"{CELL}import matplotlib.pyplot as plt\n\nplt.plot([1, n]);\n```\n"
    cells = f"{CELL}:tags: [parameters]\n\nn = 2\n```\n\n{drawn}"
    home = write_files(tmp_path, {**FILES, "two.md": f"{HEAD}# Two\n\n{cells}"})

    def pictures() -> list[Path]:
        site = home / "_build/editions/default/html"
        [pack] = (site / "states/two").glob("pack-*.js")
        found = re.findall(r"states/_images/[^\"\\]+", pack.read_text("utf-8"))
        return [site / name for name in dict.fromkeys(found)]

    def explored() -> list[bytes]:
        run_press(home, "explore", "two", "-g", "two.n=2,5")
        return [path.read_bytes() for path in pictures()]

    first = explored()
    assert [picture[:4] for picture in first] == [b"\x89PNG"]
    write_files(home, {"one.md": FILES["one.md"] + "\nMore words.\n"})
    assert explored() == first
    for path in (home / "_build/cache/states").glob("*.json"):
        path.write_text("{")  # as after a power cut
    write_files(home, {"one.md": FILES["one.md"] + "\nOther words.\n"})
    assert explored() == first


def test_what_precedes_the_first_heading_follows_a_choice(tmp_path: Path) -> None:
    """A notebook may show something before it has a title."""
    cells = f"{CELL}:tags: [parameters]\n\nn = 2\n```\n\n{CELL}print('shown', n)\n```\n"
    home = write_files(tmp_path, {**FILES, "two.md": f"{HEAD}{cells}\n# Two\n\nWords.\n"})
    run_press(home, "explore", "two", "-g", "two.n=2,5")
    [pack] = (home / "_build/editions/default/html/states/two").glob("pack-*.js")
    assert "shown 5" in pack.read_text("utf-8")


@pytest.mark.parametrize("layout", ["theme", "press"])
def test_headings_of_an_author_may_be_called_as_parts_of_the_page(
    tmp_path: Path, page: Page, layout: str
) -> None:
    cells = f"{CELL}:tags: [parameters]\n\nn = 2\n```\n\n{CELL}print('shown', n)\n```\n"
    headings = "\n\n## Contents\n\n## Search\n\n## Choices\n"
    files = {"two.md": f"{HEAD}# Parameters\n\n{cells}{headings}"}
    settings = {"book/settings.yml": f"layout: {layout}\n"}
    home = write_files(tmp_path, {**FILES, **files, **settings})
    run_press(home, "explore", "two", "-g", "two.n=2,5")
    page.goto((home / "_build/editions/default/html/two.html").as_uri() + "?n=5")
    expect(page.locator("article")).to_contain_text("shown 5")
    ids = page.locator("[id]").evaluate_all("all => all.map(each => each.id)")
    assert {"parameters", "contents", "search"} <= {*ids}
    assert len(ids) == len({*ids})


def test_where_no_values_are_said_the_way_out_is(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    said = run_press(tmp_path, "explore", "--yes", code=2)
    assert not (tmp_path / "_build/editions").exists()  # nothing is built in vain
    assert "no type says which values of one.n, one.side, two.n to try" in said
    assert "say them with -g, such as -g one.n=1,2,5:9:2" in said
    # a name without a chapter reaches each that has it
    assert "8 states" in run_press(tmp_path, "explore", "-g", "n=1,3:5", "--dry-run", whole=True)


def test_a_chapter_with_nothing_to_turn_is_refused_beside_one_that_has(tmp_path: Path) -> None:
    write_files(tmp_path, {**FILES, "two.md": f"{HEAD}# Two\n\n{CELL}print(2)\n```\n"})
    run_press(tmp_path, "explore", "one", "-g", "one.n=1,2")
    for asked in (["two"], ["one", "two"]):
        refused = run_press(tmp_path, "explore", *asked, code=2)
        said = "nothing to explore: no parameters in two; there are one.n, one.side"
        assert refused.splitlines() == [f"error: {said}"]


def test_it_says_first_how_many_states_have_yet_to_run(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    asked = ("explore", "one", "-g", "n=1", "--dry-run")
    assert "1 state, 1 of them to be run" in run_press(tmp_path, *asked, whole=True)
    run_press(tmp_path, "run", "one", "-p", "n=1")
    assert "1 state, none of them to be run" in run_press(tmp_path, *asked, whole=True)
