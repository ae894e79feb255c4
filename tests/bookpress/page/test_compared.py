"""The page of a comparison: what it says, where it leads, and that nothing bars a reader."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import html5lib
import pytest
from bs4 import BeautifulSoup
from page.conftest import ROOT, result, words
from playwright.sync_api import Browser

from book.browsing import expect_no_fault
from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.cite.book import load_book
from bookpress.states.sweeps import comparison_page
from bookpress.states.sweeps.compare import EditionComparison, Reversal, Side, compare
from bookpress.states.sweeps.comparison_page import write_page


def side(name: str, title: str, vintage: str, results: dict[str, dict[str, Any]]) -> Side:
    parameters = {slug: {"vintage": vintage} for slug in results}
    return Side(f"{name}0123", name, title, parameters, results, f"compute-divide build {name}")


@pytest.fixture
def comparison() -> EditionComparison:
    one = side(
        "default",
        "The published edition",
        "2026-08",
        {
            "machines": {
                "share": result(0.64, "share of chips, 2025", low=0.53, high=0.73, k=55, n=86),
                "ratio": result(2.0, "ratio of speed", "ratio", low=1.0, high=3.0),
            },
            "policy": {
                "cost": result(2e6, "cost of a run", "USD"),
                "reach": result(0.5, "what is reached"),
            },
            "robustness": {"n": result(3, "combinations", "count")},
            "diffusion": {"n": result(3, "models", "count")},
        },
    )
    other = side(
        "paper",
        "The paper's <vintage>",
        "2023-03",
        {
            "machines": {
                "share": result(0.9, "share of chips, 2022", low=0.8, high=0.95, k=18, n=20),
                "ratio": result(2.5, "ratio of speed", "ratio", low=1.2, high=3.1),
            },
            "policy": {
                "cost": result(24e6, "cost of a run", "USD"),
                "reach": result(None, "what is reached"),
            },
            "robustness": {"n": result(3, "combinations", "count")},
        },
    )
    return compare(one, other)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return replace(Project.at(ROOT), build=tmp_path)


def page_of(comparison: EditionComparison, project: Project) -> BeautifulSoup:
    text = write_page(comparison, project).read_text("utf-8")
    html5lib.HTMLParser(strict=True).parse(text)
    return BeautifulSoup(text, "html5lib")


@pytest.fixture
def page(comparison: EditionComparison, project: Project) -> BeautifulSoup:
    return page_of(comparison, project)


def test_counts_choices_and_limits_stand_on_top(page: BeautifulSoup, project: Project) -> None:
    [row] = page.select(".choices tbody tr")
    titles = {chapter.slug: chapter.title for chapter in discover(project)}
    assert words(row).startswith(
        f"vintage 2026-08 2023-03 {titles['machines']}; {titles['policy']}; "
    )
    assert words(page.select_one(".counts")) == (
        "5 results differ 1 is the same 1 of those that differ have ranges without a value in common"
    )
    limits = words(page.find("h2", string="Limits of this comparison").find_next("ul"))
    assert "2 results have no value in one of the editions." in limits
    assert "1 result does not measure quite the same" in limits
    unchanged = page.find("h2", string="Chapters without a difference").find_next("p")
    assert words(unchanged) == titles["robustness"]


def test_it_is_in_the_language_of_the_book(
    comparison: EditionComparison, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = load_book(ROOT).model_copy(update={"language": "pt-BR"})
    monkeypatch.setattr(comparison_page, "load_book", lambda _root: book)
    assert page_of(comparison, project).html["lang"] == "pt-BR"


def test_a_result_has_both_values_both_labels_and_the_change(page: BeautifulSoup) -> None:
    row = page.select_one("#machines-share")
    assert [words(label) for label in row.select(".label")] == [
        "share of chips, 2025",
        "share of chips, 2022",
    ]
    assert [words(cell) for cell in row.select("td")] == [
        "64% 95% interval 53% to 73% 55 of 86",
        "90% 95% interval 80% to 95% 18 of 20",
        "▲ higher by 26 points ranges apart",
        "",
    ]
    first, second = row.select("svg g .range")
    assert (first["x"], first["width"], second["x"]) == ("53.0", "20.0", "80.0")
    assert [words(label) for label in page.select("#machines-ratio .label")] == ["ratio of speed"]
    assert "÷" not in words(page)
    assert "× 12" in words(page.select_one("#policy-cost"))
    assert "no comparison" in words(page.select_one("#policy-reach"))


def test_findings_of_the_cover_come_first(
    comparison: EditionComparison, project: Project, tmp_path: Path
) -> None:
    page = page_of(comparison, project)
    assert page.select_one("#cover") is None  # none of the cover's results is among those compared
    book = replace(project, root=tmp_path / "book")
    (book.root / "notebooks").mkdir(parents=True)
    (book.root / "notebooks/machines.md").write_text(
        "---\nkernelspec: {name: python3, display_name: Python 3}\n---\n\n# Machines\n\n```{code-cell}\n1\n```\n"
    )
    (book.root / "_config.yml").write_text("title: A book\n")
    (book.root / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nchapters:\n- file: notebooks/machines\n"
    )
    (book.root / "index.md").write_text(
        "```{finding} machines:ratio\nis it.\n```\n```{finding} robustness:n\nthey.\n```\n```{finding} gone:n\n```\n"
    )
    page = page_of(comparison, book)
    assert (
        words(page.select_one("#cover").find_next("p"))
        == "1 of the 2 results on the cover differs."
    )
    [row] = page.select("#cover ~ table tbody tr")
    assert row["id"] == "cover-ratio"
    assert words(row).startswith("ratio of speed ratio 2.0 95% interval 1.0 to 3.0 2.5")


def test_it_leads_to_pages_that_are_built_and_says_how_to_build_the_rest(
    comparison: EditionComparison, project: Project
) -> None:
    built = project.editions / "default/html/notebooks"
    built.mkdir(parents=True)
    (built / "machines.html").touch()
    (built.parent / "index.html").touch()
    path = write_page(comparison, project)
    page = BeautifulSoup(path.read_text("utf-8"), "html5lib")
    links = {words(link): (path.parent / link["href"]).resolve() for link in page.select("a")}
    assert links == {
        "The published edition": (built.parent / "index.html").resolve(),
        "The chapter in “The published edition”": (built / "machines.html").resolve(),
    }
    assert "not built here" in words(page.select(".sides tbody tr")[1])
    assert "compute-divide build paper" in words(page.select_one(".sides"))
    assert (path.parent / page.select_one('link[rel="stylesheet"]')["href"]).is_file()
    assert page.select("script") == []
    assert "http" not in path.read_text("utf-8")


def test_axe_finds_nothing_and_nothing_is_wider_than_the_page(
    comparison: EditionComparison, project: Project, browser: Browser
) -> None:
    expect_no_fault(write_page(comparison, project), browser)


def test_statements_that_changed_side_have_a_table_of_their_own(
    comparison: EditionComparison, project: Project
) -> None:
    stands = (
        {"holds": holds, "because": "5% < 9%", "marks": [{"sentence": "It <fell>."}]}
        for holds in (True, None)
    )
    page = page_of(replace(comparison, turns=[Reversal("machines", "fell", *stands)]), project)
    row = [words(cell) for cell in page.select("#statements + table tbody tr > *")]
    assert row == ["It <fell>. machines:fell", "holds: 5% < 9%", "is unknown: 5% < 9%"]
    assert "1 statement changed side" in words(page.select_one(".counts"))
    assert "statement" not in page_of(comparison, project).main.text
