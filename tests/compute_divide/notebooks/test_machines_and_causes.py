"""The chapters on machines and causes against a recomputation from the raw files that shares no code with them."""

import os
import runpy
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "independent_machines.py"


@pytest.mark.raw
def test_every_number_is_what_the_raw_files_say(run_chapter):
    folder = os.environ.get("COMPUTE_DIVIDE_RAW")
    if not folder:
        pytest.skip("NOT TESTED: set COMPUTE_DIVIDE_RAW to the folder of the raw files")
    again = runpy.run_path(str(SCRIPT))["recompute"](Path(folder))
    results = run_chapter("machines").results | run_chapter("causes").results
    assert len(again) >= 40
    # H100 equivalents are recorded to three significant digits, and ratios of them are ratios of rounded numbers.
    assert {key: results[key].value for key in again} == pytest.approx(again, rel=0.006)


def test_other_counts_of_gpus_change_the_university_in_the_middle(run_chapter):
    middle = {
        count: run_chapter("machines", gpu_count=count).results["median_university"]
        for count in ("checked", "recorded", "theirs")
    }
    assert middle["checked"].low < middle["checked"].value < middle["checked"].high
    assert len({one.value for one in middle.values()}) == 3
    assert middle["theirs"].low is None


def test_years_without_data_have_no_value(run_chapter):
    results = run_chapter("machines", end_year=2010, last_list=2005).results
    assert results["laboratory_most"].value is None
    assert results["top500_last"].value is None
    assert results["universities_checked"].value > 10_000


def test_the_share_of_universities_alone_falls_with_computing(run_chapter):
    results = run_chapter("causes").results
    shares = [results[f"fifth_{place}"] for place in range(1, 6)]
    assert [(one.k, one.n) for one in shares] == [(21, 71), (11, 74), (6, 71), (4, 76), (2, 76)]
