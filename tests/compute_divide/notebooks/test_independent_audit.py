"""What audited records give is what another program makes of the raw list and the raw audit."""

from collections import Counter

import independent_audit
import independent_records
import pytest

import compute_divide as cd
from compute_divide.estimates.models import records

REASONS = {
    "team": records.TEAM,
    "institute": records.INSTITUTE,
    "own": records.OWN_COMPUTING,
    "own not known": records.OF_ITS_BASE,
    "corrected": records.CORRECTED,
    "not supported": records.UNSUPPORTED,
    "above peak": records.ABOVE_PEAK,
    "access": records.OTHER_ACCESS,
}
"""Why a row changes, in the words of the other program and of the package."""


@pytest.fixture(scope="module")
def models(raw_dir):
    """Give the audited models that count, and those whose run another row describes."""
    return independent_records.once(independent_records.audited_models(raw_dir))


@pytest.fixture(scope="module")
def numbers(raw_dir):
    """Give every number of the other program by chapter and key."""
    return independent_audit.numbers(raw_dir)


def differences(found, results):
    """Return what the other program and a chapter give, where the two are not the same."""
    differ = {}
    for key, number in found.items():
        result = results[key]
        if isinstance(number, tuple):
            is_same = (result.k, result.n) == number
        else:
            is_same = result.value == pytest.approx(number, rel=1e-6)
        if not is_same:
            differ[key] = (result, number)
    return differ


@pytest.mark.raw
@pytest.mark.parametrize(
    ("chapter", "fewest"),
    [
        ("audit", 13),
        ("causes", 5),
        ("diffusion", 22),
        ("introduction", 3),
        ("large-scale-models", 30),
        ("policy", 18),
        ("robustness", 3),
        ("training-compute", 38),
    ],
)
def test_the_numbers_of_audited_runs_are_those_of_another_program(
    run_chapter, numbers, chapter, fewest
):
    found = {
        name.removeprefix(f"{chapter}:"): number
        for name, number in numbers.items()
        if name.startswith(f"{chapter}:")
    }
    assert len(found) >= fewest
    assert differences(found, run_chapter(chapter).results) == {}


@pytest.mark.raw
def test_the_ten_largest_runs_of_each_year_are_the_same_and_of_the_same_teams(models):
    audited = cd.with_records(cd.data.models("2026-08"), "audited")
    runs = cd.large_scale(audited[audited["year"].ge(2010)], "top-k-per-year", top_k=10)
    tens = independent_audit.tens(models[0])
    assert sum(map(len, tens.values())) == len(runs) > 150
    for row in runs.to_dict("records"):
        team = independent_records.TEAMS.get(row["team_type"], row["team_type"])
        assert tens[row["year"]][row["model"]] == team, row["model"]


@pytest.mark.raw
def test_as_many_rows_change_for_each_reason(models):
    counted, doubles = models
    ours = Counter(cd.record_changes(cd.data.models("2026-08"))["reason"])
    theirs = Counter(REASONS[reason] for model in counted for reason in model["reasons"])
    theirs[records.SAME_RUN] = len(doubles)
    assert ours == theirs
    assert len(ours) >= 6


@pytest.mark.heavy
@pytest.mark.raw
def test_the_largest_runs_are_the_same_where_two_posts_make_no_collaboration(run_chapter, raw_dir):
    apart, _ = independent_records.once(independent_records.audited_models(raw_dir, apart=True))
    results = run_chapter("large-scale-models", dual_affiliation="apart").results
    found = independent_audit.large_scale(apart) | independent_audit.participation(apart)
    assert differences(found, results) == {}


def test_the_errors_of_rows_drawn_by_lot_have_the_same_intervals(run_chapter):
    results = run_chapter("audit").results
    for key, expected in independent_audit.sample().items():
        result = results[key]
        assert (result.k, result.n) == expected[:2]
        assert (result.low, result.high) == pytest.approx(expected[2:], rel=1e-6)
