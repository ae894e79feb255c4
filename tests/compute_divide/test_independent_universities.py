"""What another program makes of the raw lists and the committed tables of universities."""

import independent_universities as again
import pytest

import compute_divide as cd
from compute_divide.estimates.statistics.event_study import event_study


@pytest.fixture(scope="module")
def names(raw_dir):
    """Give the other program's reader of affiliations."""
    return again.Names(raw_dir)


@pytest.fixture(scope="module")
def primary():
    """Give the primary estimate of the package: papers at CVPR of universities of known region."""
    papers = cd.data.university_papers()
    coverage = cd.data.university_coverage()
    counted = coverage[coverage["read"] >= 0.85 * coverage["papers"]]
    known = papers[papers["region"].notna()].drop_duplicates("university")
    machines = cd.data.university_machines().set_index("university")
    universities = known.set_index("university")[["region"]].join(machines)
    may_control = universities["may_control"].astype("boolean").fillna(True).astype(bool)
    universities = universities.assign(
        entry=universities["entry"].astype(float), may_control=may_control
    )

    def shares(places):
        of_places = papers.merge(places[["venue", "year"]])
        sums = of_places.pivot_table(
            index="university", columns="year", values="papers", aggfunc="sum"
        )
        return sums.reindex(universities.index).fillna(0.0) / places.groupby("year")["read"].sum()

    at_cvpr = counted[counted["venue"] == "cvpr"]
    return event_study(universities, shares(at_cvpr), shares(counted))


@pytest.mark.raw
@pytest.mark.parametrize(("venue", "year"), again.LISTS)
def test_concentration_is_nearly_that_of_a_plainer_reader(raw_dir, names, venue, year):
    ours, theirs = (
        again.spread_committed(venue, year),
        again.spread_read(raw_dir, names, venue, year),
    )
    assert ours["taking_part"] == pytest.approx(theirs["taking_part"], rel=0.03)
    assert ours["half"] == pytest.approx(theirs["half"], abs=1)
    for own, other in zip(ours["ten"], theirs["ten"], strict=True):
        assert own == pytest.approx(other, rel=0.015)


@pytest.mark.raw
def test_as_many_universities_entered_in_each_year(raw_dir, names):
    theirs = again.entries(raw_dir, names)
    ours = again.entries_committed()
    assert ours == theirs
    assert ours["entry"].total() >= 80


def test_the_event_study_is_that_of_the_design_page(primary):
    """The interval takes the plain sum of squares, without the factor of the textbook jackknife."""
    study = again.Study(again.Panel())
    weights = dict.fromkeys(again.WINDOW, 1 / 3)
    ratio = primary.ratio("papers", weights)
    theirs = study.interval()
    assert (primary.treated, primary.controls) == (theirs["treated"], theirs["controls"])
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx(
        (theirs["ratio"], theirs["low"], theirs["high"]), rel=1e-9
    )
    # 999 draws here and 999 there, each with an error of one point where the value is 0.1
    assert primary.chance(weights) == pytest.approx(study.chance(999), abs=0.05)
