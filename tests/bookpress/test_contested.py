"""What readers contest: the text that the page writes for them, and the register of what became of it."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, expect
from processes import new_home, press

from bookpress.book.project import Project
from bookpress.check.check import check
from bookpress.elements.contested.register import load_contested, unknown_places
from bookpress.errors import UsageError

OPEN: dict[str, Any] = {
    "id": "neptune",
    "date": "2026-03-01",
    "contested": "A year of {download}`Neptune <../../_config.yml>` is *too* short.",
    "bears_on": ["planets:exponent", "planets"],
}
DECIDED = {
    **OPEN,
    "id": "moons",
    "date": "2026-02-01",
    "bears_on": ["moons"],
    "verdict": "rejected",
    "decided": "2026-02-03",
    "answer": "The moons were measured <b>twice</b>.",
}


def register(home: Path, *contests: dict[str, Any]) -> None:
    content = yaml.safe_dump({"contested": [deepcopy(contest) for contest in contests]})
    (home / "data/contested.yml").write_text(content, encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"verdict": "maybe"}, "verdict: 'maybe' should be 'open', 'upheld'"),
        ({"verdict": "upheld"}, "go together"),
        ({"answer": "No."}, "go together"),
        (
            {"verdict": "upheld", "decided": "2026-01-01", "answer": "Yes."},
            "decided on 2026-01-01, before 2026-03-01",
        ),
        ({"bears_on": []}, "bears_on"),
        ({"id": "../x"}, "contested.0.id"),
        ({"date": "soon"}, "date: 'soon' should be a valid date"),
        ({"by": "A. Person"}, "by"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    home = new_home(tmp_path / "book")
    register(home, {**OPEN, **changes})
    with pytest.raises(UsageError, match=r"data/contested\.yml") as refused:
        load_contested(Project.at(home))
    assert words in str(refused.value)


def test_one_id_stands_for_one_entry(tmp_path: Path) -> None:
    home = new_home(tmp_path / "book")
    register(home, OPEN, OPEN)
    with pytest.raises(UsageError, match="contested twice under one id: neptune"):
        load_contested(Project.at(home))
    (home / "data/contested.yml").write_text("[", encoding="utf-8")
    [damaged] = check(Project.at(home))[0]
    assert str(damaged).startswith("data/contested.yml:1: is not plain YAML: line 1")
    register(home, OPEN, OPEN)
    problems, _ = check(Project.at(home))
    assert list(map(str, problems)) == [
        "data/contested.yml:1: contested twice under one id: neptune"
    ]
    refused = press(home, "build", code=2)
    assert refused == "error: data/contested.yml: contested twice under one id: neptune\n"


def test_a_place_that_the_book_has_not_is_named(tmp_path: Path) -> None:
    home = new_home(tmp_path / "book")
    register(home, {**OPEN, "bears_on": ["planet", "planets:exponen", "planets:exponent"]})
    contests = load_contested(Project.at(home))
    assert list(unknown_places(contests, {"planets": {"exponent"}})) == [
        "neptune: no chapter 'planet'; did you mean planets?",
        "neptune: planets publishes no 'exponen'; did you mean exponent?",
    ]
    assert list(unknown_places(contests[:1], {"planet": None, "planets": None})) == []
    assert load_contested(Project.at(new_home(tmp_path / "none"))) == []


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the pages of the second book, whose cover ends with all that was contested."""
    home = new_home(tmp_path_factory.mktemp("contested") / "book")
    register(home, DECIDED, OPEN)
    with (home / "index.md").open("a", encoding="utf-8") as page:
        page.write("\n\n```{contested}\n```\n")
    return Path(press(home, "build").strip()).parent


@pytest.mark.heavy
def test_it_stands_at_the_chapter_it_bears_on(pages: Path) -> None:
    soup = BeautifulSoup((pages / "notebooks/planets.html").read_text("utf-8"), "lxml")
    section = soup.select_one("#contested")
    assert section
    assert [term.text for term in section.select("dt")] == ["1 March 2026, not yet decided"]
    assert OPEN["contested"] in section.text  # text, and no markup
    assert not section.select("a[href*=config]")
    following = section.find_next_sibling("section")
    assert following is None or following["id"] == "references"
    moons = (pages / "notebooks/moons.html").read_text("utf-8")
    assert "rejected: the book stands" in moons
    assert "3 February 2026: The moons were measured &lt;b&gt;twice" in moons


def test_the_list_names_each_with_its_chapters(pages: Path) -> None:
    soup = BeautifulSoup((pages / "index.html").read_text("utf-8"), "lxml")
    assert [term["id"] for term in soup.select("dl.contests dt")] == [
        "contest-neptune",
        "contest-moons",
    ]
    links = [link["href"] for link in soup.select("dl.contests a")]
    assert links == ["notebooks/planets.html#contested", "notebooks/moons.html#contested"]


def test_a_reader_contests_a_sentence_from_its_mark(pages: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 700})
    page.goto((pages / "notebooks/planets.html").as_uri())
    sentence = page.locator(".quotable", has_text="Kepler")
    sentence.get_by_role("button", name="Quote this sentence").click()
    page.get_by_role("button", name="Contest this sentence").click()
    text = page.get_by_label("Complete this text and send it:")
    expect(text).to_be_focused()
    words = text.input_value()
    assert words.startswith('I contest a sentence of "')
    assert "“That is Kepler’s, as near as these planets can tell.”" in words
    assert "#holds-" in words
    assert "What shows it" in words
    expect(page.get_by_text("Send to")).to_be_hidden()  # the publisher has set no address
    page.keyboard.press("Escape")
    expect(page.locator("dialog.contest")).to_be_hidden()
    page.close()
