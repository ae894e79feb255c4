"""Under other choices no sentence gives the years of one choice to numbers of another."""

import re
from pathlib import Path

import pytest

from bookpress.book.discovery import discover
from bookpress.book.project import Project

PROJECT = Project.at(Path(__file__).parents[3])
TEXTS = {chapter.slug: chapter.source for chapter in discover(PROJECT)} | {
    path.stem: path.read_text("utf-8") for path in (PROJECT.root / "book").glob("*.md")
}
OF_A_YEAR = re.compile(
    r"\{result\}`(?P<share>[^`]+)` of the notable models (?:of|from) \{result\}`(?P<year>[^`]+)`"
)


@pytest.mark.parametrize("page", TEXTS)
def test_a_share_of_a_year_and_the_year_come_from_one_chapter(page: str) -> None:
    for share, year in OF_A_YEAR.findall(TEXTS[page]):
        assert chapter_of(share, page) == chapter_of(year, page)


def chapter_of(quoted: str, page: str) -> str:
    """Return the chapter whose result is quoted; a format such as ``:ranged`` is no name."""
    head = quoted.partition(":")[0]
    return head if head in TEXTS else page


@pytest.mark.heavy
def test_the_years_of_the_trend_end_with_the_snapshot(run_chapter) -> None:
    run = run_chapter("training-compute", vintage="2023-03", records="as-listed")
    assert run.results["years.last"].value == 2022
    prose = re.sub(
        r"^```\{code-cell\}.*?^```$", "", TEXTS["training-compute"], flags=re.MULTILINE | re.DOTALL
    )
    assert "`trend`" not in prose
    assert "training-compute:trend`" not in prose


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"early": "2013-2015"}, "the early period is 2013 to 2015"),
        ({"late": "2021-2023"}, "the late period is 2021 to 2023"),
        ({"industry_year": 2020}, "the year is 2020"),
    ],
    ids=str,
)
def test_a_claim_is_judged_only_on_the_years_that_it_is_about(run_chapter, changes, reason) -> None:
    statements = run_chapter("ledger", **changes).statements.values()
    assert reason in [each.because for each in statements if each.holds is False]


def test_the_machine_runs_as_long_as_readers_choose() -> None:
    for page in ("remedies", "brief"):
        assert "five years" not in TEXTS[page].replace("\n", " ")


def test_what_counts_the_largest_runs_follows_how_many_they_are() -> None:
    for page, phrase in (
        ("training-compute", "median of the ten"),
        ("diffusion", "one of the ten"),
    ):
        assert phrase not in " ".join(TEXTS[page].split())
