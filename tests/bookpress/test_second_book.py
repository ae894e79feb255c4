"""The press stands alone: a tiny book of another subject, where importing the first book's package fails."""

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from processes import new_home, press

pytestmark = pytest.mark.heavy

Press = Callable[..., str]
SLOW = "above_value(neptune, earth, 100)"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the second book, in which a module forbids the first book's package."""
    made = new_home(tmp_path_factory.mktemp("orbits") / "book")
    (made / "compute_divide.py").write_text(
        'raise SystemExit("the press asked for the subject of another book")\n'
    )
    return made


@pytest.fixture(scope="module", name="press")
def press_of(home: Path) -> Press:
    return partial(press, home)


@pytest.fixture(scope="module", autouse=True)
def page(press: Press) -> str:
    index = Path(press("build", "default", "inner").strip().splitlines()[-1])
    return (index.parent / "default/html/notebooks/planets.html").read_text(encoding="utf-8")


def test_it_is_built(page: str, home: Path) -> None:
    words = " ".join(re.sub("<[^>]+>", " ", page).split())
    assert "Years grow as the distance to the power 1.50" in words
    assert "The exponent is 1.5" in words
    assert "bookpress run planets" in words
    assert "compute" not in words.lower()
    results = json.loads((home / "_build/editions/default/results.json").read_text())
    assert results["planets"]["exponent"]["value"] == pytest.approx(1.5, abs=0.01)
    assert set(results["moons"]) == {"period", "error"}


def test_it_is_run_again_with_other_values(press: Press) -> None:
    results = json.loads(press("run", "moons", "-p", "moon=Callisto", "--json"))["moons"]
    assert results["period"]["value"] == pytest.approx(16.7, abs=0.1)
    said = press("run", "moons", "-p", "moon=Titan", code=2)
    assert "Titan" in said
    assert "Ganymede" in said


def test_a_run_says_which_sentences_do_not_hold(press: Press) -> None:
    said = press("run", "planets", "-p", "group=inner", whole=True)
    assert "statements: 1 of 3 hold" in said
    line = r"notebooks/planets.md:\d+: planets:many does not hold \(4 is not above 5\): They are"
    assert re.search(line, said)
    assert "statements: 3 of 3 hold" in press("run", "planets", whole=True)


def test_two_editions_are_compared(press: Press) -> None:
    compared = json.loads(press("compare", "default", "inner", "--json"))
    assert {"exponent", "inner"} <= set(re.findall(r"\w+", json.dumps(compared)))
    turned = {
        turn["key"]: (turn["one"]["holds"], turn["other"]["holds"])
        for turn in compared["statements"]
    }
    assert turned == {"many": (True, False), SLOW: (True, None)}


def test_an_edition_says_which_sentences_do_not_hold(home: Path) -> None:
    assert (
        "Written for"
        not in (home / "_build/editions/default/html/notebooks/planets.html").read_text()
    )
    published = json.loads((home / "_build/editions/default/statements.json").read_text())
    assert {one["holds"] for chapter in published.values() for one in chapter.values()} == {True}
    inner = home / "_build/editions/inner/html"
    found = json.loads((inner.parent / "statements.json").read_text())
    assert {key: one["holds"] for key, one in found["planets"].items()} == {
        "kepler": True,
        "many": False,
        SLOW: None,
    }
    assert found["planets"]["many"]["because"] == "4 is not above 5"
    page, other = ((inner / f"notebooks/{name}.html").read_text() for name in ("planets", "moons"))
    for because in (
        "does not hold: 4 is not above 5",
        "cannot be told: no value for the year of Neptune",
    ):
        assert f"Written for the published edition; under your choices this {because}." in page
    assert "So few planets make a wide interval." in page
    assert "bookpress run planets -p group=inner" in page
    assert "The length of a year grows as the distance to the power" in page
    assert "does not hold: 4 is not above 5" in other
    places = [(mark["page"], mark["sentence"]) for mark in found["planets"]["many"]["marks"]]
    assert places == [
        ("index.md", "is the power of the distance that the length of a year follows."),
        ("notebooks/planets.md", "They are more than the five of antiquity."),
        ("notebooks/moons.md", "That law has many witnesses."),
    ]
    for mark in (mark for one in found["planets"].values() for mark in one["marks"]):
        page, anchor = mark["anchor"].split("#")
        assert f'id="{anchor}"' in (inner / page).read_text()
        line = (home / mark["page"]).read_text().splitlines()[mark["line"] - 1]
        assert "{holds}`" in line


def test_evidence_that_overturns_sentences_fails_the_build_and_lists_them(
    press: Press, home: Path
) -> None:
    table, index = home / "data/planets.csv", home / "_build/editions/default/html/index.html"
    text, before = table.read_text(), index.read_text()
    few = [*text.splitlines()[:5], "Jupiter,5.203,11.0", ""]  # no Neptune, and Jupiter is too fast
    table.write_text("\n".join(few))
    try:
        said = press("build", code=1)
    finally:
        table.write_text(text)
    assert "the published edition says what is not true: 7 sentences" in said
    unknown = f"planets:{SLOW} is unknown (no value for the year of Neptune)"
    assert f"notebooks/planets.md:46: {unknown}: A year of Neptune is longer than a life." in said
    assert (
        "index.md:13: planets:many does not hold (both are 5): is the power of the distance" in said
    )
    assert index.read_text() == before


def test_a_chapter_is_swept(press: Press, home: Path) -> None:
    press(
        "sweep",
        "moons",
        "-g",
        "moon=Io,Europa",
        "-g",
        "power=1.4,1.5",
        "--out",
        str(home.parent / "sweep"),
    )
    table = (home.parent / "sweep/results.csv").read_text().splitlines()
    assert len(table) == 1 + 4 * 3  # two results and a statement a run
    assert [row.split(",")[4] for row in table if ",same_law," in row] == [
        "1.0",
        "1.0",
        "0.0",
        "1.0",
    ]
    assert "in which it stands" in (home.parent / "sweep/index.html").read_text()


def test_statements_are_listed_by_name_or_id(press: Press, home: Path) -> None:
    built = json.loads((home / "_build/editions/default/statements.json").read_text())
    assert json.loads(press("statements", "--json")) == built
    assert json.loads(press("statements", "--fallen", "--json")) == {}
    fallen = json.loads(press("statements", "inner", "--fallen", "--json"))
    assert {key: one["holds"] for key, one in fallen["planets"].items()} == {
        "many": False,
        SLOW: None,
    }
    number = Path(press("build", "-p", "power=1.4").strip().splitlines()[-1]).parents[1].name
    shown = press("statements", number, "--fallen")
    standing = sum(len(of_chapter) for of_chapter in built.values()) - 1
    assert f"Statements: {standing} true, 1 false, 0 unknown" in shown
    assert "moons:same_law" in shown
    kept = json.loads(press("statements", number, "--fallen", "--json"))
    assert "planets" not in kept
    assert "5% is not below 1%" in kept["moons"]["same_law"]["because"]
    compared = json.loads(press("compare", "default", number, "--json"))
    assert {(one["chapter"], *one["parameters"]) for one in compared["results"]} == {
        ("moons", "power")
    }
    assert "did you mean inner?" in press("statements", "iner", code=2)


def test_it_is_cited_and_checked_and_its_parameters_are_listed(press: Press) -> None:
    assert {"Planets", "Orbits"} <= set(
        re.findall(r"\w+", press("cite", "planets", "--format", "apa"))
    )
    press("check")
    assert "which planets the fit takes" in press("params", "planets")


def test_check_names_the_figure_without_alternative_text_of_a_chapter_that_was_run(
    press: Press, home: Path
) -> None:
    chapter = home / "notebooks/planets.md"
    written = chapter.read_text()
    lines = written.splitlines()
    begins = lines.index("    name: fig-law")
    ends = next(number for number, line in enumerate(lines) if line.startswith("    alt:"))
    chapter.write_text("\n".join([*lines[: ends - 1], *lines[ends + 1 :]]) + "\n")
    said = press("check", code=1, whole=True)
    found = re.search(
        r"planets.md:(\d+): the figure fig-law has no alternative text: .* alt:", said
    )
    assert found, said
    assert begins - 3 <= int(found[1]) <= ends
    chapter.write_text(written.replace("kepler = about(", "kepler = abuot("))
    assert "no 'abuot' in the chapter; did you mean about?" in press("check", code=1, whole=True)
    chapter.write_text(written)
