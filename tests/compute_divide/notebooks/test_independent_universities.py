"""What the chapter on universities says is what another program makes of lists and tables."""

import independent_universities as again
import pytest


@pytest.fixture(scope="module")
def names(raw_dir):
    """Give the other program's reader of affiliations."""
    return again.PlainReader(raw_dir)


@pytest.mark.raw
@pytest.mark.parametrize(("venue", "year"), again.LISTS)
def test_concentration_is_nearly_that_of_a_plainer_reader(raw_dir, names, venue, year):
    ours = again.spread_committed(venue, year)
    theirs = again.spread_read(raw_dir, names, venue, year)
    assert ours["taking_part"] == pytest.approx(theirs["taking_part"], rel=0.03)
    assert ours["half"] == pytest.approx(theirs["half"], abs=1)
    for own, other in zip(ours["ten"], theirs["ten"], strict=True):
        assert own == pytest.approx(other, rel=0.015)


def test_the_chapter_says_how_concentrated_the_committed_papers_are(run_chapter):
    results = run_chapter("universities").results
    for end, year in {"first": 2013, "last": 2024}.items():
        at_cvpr = again.spread_committed("cvpr", year)
        assert results[f"half.{end}"].value == at_cvpr["half"]
        assert results[f"taking_part.{end}"].value == at_cvpr["taking_part"]
    for venue, years in {"neurips": (2007, 2024), "icml": (2013, 2024)}.items():
        for end, year in zip(("first", "last"), years, strict=True):
            ten = results[f"ten_at.{venue}.{end}"]
            assert (ten.k, ten.n) == again.spread_committed(venue, year)["ten"]


@pytest.mark.raw
def test_as_many_universities_entered_in_each_year(raw_dir, names):
    theirs = again.entries(raw_dir, names)
    ours = again.entries_committed()
    assert ours == theirs
    assert ours["entry"].total() >= 80


@pytest.mark.parametrize(
    ("key", "venue", "weights"),
    [
        ("effect", "cvpr", again.AVERAGE),
        ("ratios.neurips", "neurips", again.AVERAGE),
        ("other.two_years", "cvpr", again.AVERAGE | {-3: -0.5}),
        ("year_before", "cvpr", {-1: 1}),
    ],
)
def test_the_event_study_is_that_of_the_design_page(run_chapter, key, venue, weights):
    """The interval takes the plain sum of squares, without the factor of the textbook jackknife."""
    ours = run_chapter("universities").results[key]
    study = again.Study(again.Panel(), venue)
    assert ours.n == len(study.treated)
    assert (ours.value, ours.low, ours.high) == pytest.approx(study.interval(weights), rel=1e-9)


def test_what_could_be_seen_and_explained_is_alike(run_chapter):
    results = run_chapter("universities").results
    study = again.Study(again.Panel())
    assert results["treated"].value == len(study.treated)
    assert results["controls"].value == len(study.controls)
    assert results["visible"].value == pytest.approx(study.visible(), rel=1e-9)
    drifting = results["drifting"]
    assert (drifting.low, drifting.high) == pytest.approx(study.departures(), rel=1e-9)


def test_chance_decides_alike(run_chapter):
    chance = run_chapter("universities").results["chance"].value
    # 999 draws there and 499 here, with errors of 0.9 and 1.3 points where the value is 0.09
    assert chance == pytest.approx(again.Study(again.Panel()).chance(499), abs=0.05)
