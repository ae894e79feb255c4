"""What laboratories use beside what universities own, and what a budget buys: the parts fit each other."""

import pytest

import compute_divide as cd


@pytest.mark.parametrize("name", ["machines", "policy", "training-compute"])
def test_every_range_says_of_which_kind_it_is(run_chapter, name):
    ranged = {
        key: found for key, found in run_chapter(name).results.items() if found.high is not None
    }
    assert ranged
    assert [key for key, found in ranged.items() if found.range is None] == []


def test_research_is_a_part_of_what_the_laboratory_uses(run_chapter):
    results = run_chapter("machines").results
    parts = [results[f"research_parts.in_{year}"].value for year in (2024, 2025)]
    assert parts == pytest.approx([5 / 7, 9 / 16])
    whole, research = results["laboratory_over_universities"], results["research_over_universities"]
    assert research.value == pytest.approx(whole.value * parts[1], rel=0.05)
    assert research.low == pytest.approx(whole.low * min(parts), rel=0.05)
    assert research.high == pytest.approx(whole.high * max(parts), rel=0.05)
    assert results["final_over_universities"].value == pytest.approx(research.value / 10, rel=0.1)


def test_a_programme_reaches_no_further_than_its_final_run(run_chapter):
    results = run_chapter("policy").results
    reached = [
        results[key].k for key in ("reach_programme", "reach_programme_olmo", "reach_budget")
    ]
    assert reached == sorted(reached)
    times = results["programme_times"]
    assert (times.low, times.high) == pytest.approx((1 / (1 - 0.822), 10))


def test_prices_of_chips_and_hours_follow_from_each_other(run_chapter):
    results = run_chapter("policy").results
    chips = results["facility_n"].value
    assert results["facility_purchase"].value == pytest.approx(
        chips * results["chip_purchase"].value
    )
    committed = results["price"].value * results["committed_of_list"].value
    assert results["committed_price"].value == pytest.approx(committed)


def test_what_others_report_says_how_it_was_seen():
    figures = cd.data.related_figures()
    names = [name for name in figures if name.startswith(("openai-", "final-runs-", "olmo3-"))]
    assert len(names) == 8
    assert all(figures[name].seen for name in names)
    told = {name for name in names if figures[name].seen == "third parties"}
    assert told == {"final-runs-minimax", "final-runs-zai"}
    assert all(figures[name].told_by for name in told)
