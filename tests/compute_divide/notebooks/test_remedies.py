"""What money buys, and the page that a minister reads: one price, and numbers that add up."""

import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import compute_divide as cd
from bookpress.elements.figure.show import plain
from compute_divide.plot.base.wording import written


def test_an_hour_of_an_h100_has_one_price_in_the_book(run_chapter):
    priced = run_chapter("policy").results["price"]
    listed = run_chapter("causes").results["h100_last"]
    assert (priced.value, priced.low, priced.high) == (listed.value, listed.low, listed.high)


ASSUMED = {"cautious": (98e6 / 1528, 0.5), "middle": (45_000, 0.6), "best": (526e6 / 23_536, 1.0)}


def hours_by_hand(budget: float, case: str) -> float:
    price, share = ASSUMED[case]
    return budget * share / price * 5 * 8766 * 0.8


def test_sums_buy_what_the_arithmetic_of_the_assumptions_gives(run_chapter):
    results = run_chapter("remedies").results
    for name, budget in {"ten": 10e6, "five_hundred": 500e6}.items():
        millions = results[f"million_hours.{name}"]
        runs = results[f"runs.{name}"]
        for end, case in {"low": "cautious", "value": "middle", "high": "best"}.items():
            hours = hours_by_hand(budget, case)
            assert getattr(millions, end) == pytest.approx(hours / 1e6, rel=0.05)
            # A tenth is kept; trials take 82% of everything, at the high end half as much again.
            final = 0.9 * hours * (1 / 1.5 if end == "high" else 0.178)
            assert getattr(runs, end) == pytest.approx(final / (1024 * 1344), rel=0.05)


def test_models_are_counted_with_few_and_with_many_trials(run_chapter):
    results = run_chapter("remedies").results
    models = 0.9 * hours_by_hand(100e6, "middle") / (1024 * 1344)
    told = results["by_trials.hundred"]
    assert (told.low, told.high) == pytest.approx((models * 0.178, models / 1.5), rel=0.1)
    assert results["runs.hundred"].value == pytest.approx(told.low, rel=0.1)
    assert results["runs.hundred"].high > told.high


def test_a_contract_is_paid_whether_or_not_its_hours_are_used(run_chapter):
    results = run_chapter("remedies").results
    hours = 500 * 10_000 * 5 / 0.9
    staff = results["spent.hundred.staff"].value / hours_by_hand(100e6, "middle")
    paid = hours * (results["committed"].value / 0.8 + staff)
    assert results["to_serve_contract"].value == pytest.approx(paid, rel=0.02)
    machine = 100e6 * 0.6 / 45_000 * 5 * 8766 * results["even_contract"].value
    without_staff = 100e6 - results["spent.hundred.staff"].value
    contract = results["committed"].value / 0.8
    assert without_staff / machine == pytest.approx(contract, rel=0.03)


def test_a_model_is_priced_with_the_trials_that_its_makers_report(run_chapter):
    results = run_chapter("remedies").results
    final = results["hours.apertus"].value * results["committed"].value / 0.8
    priced = results["model_usd"]
    assert priced.value == pytest.approx(final / 0.178, rel=0.03)
    assert priced.low == pytest.approx(final * 1.5, rel=0.03)


def test_an_hour_has_a_price_in_each_option_that_gives_hours(run_chapter):
    results = run_chapter("remedies").results
    even = results["even_contract"].value * 500 * 10_000 / 0.9 / 0.8
    assert results["even_hours"].value * 1e6 == pytest.approx(even, rel=0.02)
    share = results["share_year"].value * 1e6 * 5
    assert results["hour_join"].value == pytest.approx(15.5e6 / 0.8684 / share, rel=0.01)
    needed = results["per_hour.hundred"].value * 500 * 10_000 * 5 / 0.9
    assert results["to_serve_usd"].value == pytest.approx(needed, rel=0.02)


def test_ranges_of_costs_run_from_the_lowest_to_the_highest(run_chapter):
    ranged = run_chapter("remedies").results
    costs = [one for one in ranged.values() if one.unit == "USD" and one.high is not None]
    assert len(costs) >= 4
    assert {one.range for one in costs} == {"quotes", "assumptions"}
    assert {ranged[key].range for key in ("rent", "committed")} == {"quotes"}
    assert {ranged[key].range for key in ("per_hour.hundred", "to_serve_usd")} == {"assumptions"}


def test_power_staff_and_upkeep_fit_into_what_the_chips_leave(run_chapter):
    results = run_chapter("remedies").results
    chips = 100e6 * 0.6 / 45_000
    power = chips * 1.3 * 5 * 8766 * 0.15
    upkeep = 0.05 * 60e6 * 5
    staff = 40e6 - power - upkeep
    assert results["power.hundred"].value == pytest.approx(power, rel=0.05)
    assert results["staff.hundred"].value == pytest.approx(staff / 750_000, rel=0.05)


MONEY = ("chips", "upkeep", "power", "staff")
HOURS = ("reserve", "final_runs", "development")


def test_the_accounts_on_the_page_add_up(run_chapter):
    results = run_chapter("remedies").results
    for name, budget in {"ten": 10e6, "hundred": 100e6, "five_hundred": 500e6}.items():
        paid = sum(results[f"spent.{name}.{part}"].value for part in MONEY)
        assert paid == pytest.approx(budget, rel=0.01)
        given = sum(results[f"hours_split.{name}.{part}"].value for part in HOURS)
        assert given == pytest.approx(hours_by_hand(budget, "middle") / 1e6, rel=0.01)
    kept = results["hours_split.hundred.reserve"].value * 1e6
    granted = results["gateways.hundred"].value * 10_000 * 5
    assert granted + kept == pytest.approx(hours_by_hand(100e6, "middle"), rel=0.02)


def accounts(**values):
    """Return the functions of the chapter that keep accounts, with these values of parameters."""
    text = (Path(__file__).parents[3] / "notebooks" / "remedies.md").read_text(encoding="utf-8")
    cells = re.findall(r"ipython3\n(def \w+_account.*?)^```", text, re.DOTALL | re.MULTILINE)
    scope = {"pd": pd, "hours_of_year": 8766, **values}
    exec("".join(cells), scope)  # noqa: S102
    return scope["machine_account"], scope["hours_account"]


AMOUNT = st.floats(100, 1e12)
SHARE = st.floats(0, 1)


@given(AMOUNT, st.integers(1, 50), st.floats(1e3, 1e6), st.floats(0.05, 1), SHARE, st.floats(0, 20))
def test_every_dollar_is_spent_once(budget, years, price, share, upkeep, power):
    machine_account, _ = accounts(years=years)
    parts = machine_account(budget, price, share, upkeep, power)
    assert parts.min() >= 0
    assert parts["chips"] == pytest.approx(parts["count"] * price)
    assert parts["chips"] <= budget * share * (1 + 1e-9)
    assert parts.drop("count").sum() == pytest.approx(budget)


@given(AMOUNT, SHARE, st.floats(0, 10))
def test_no_hour_is_promised_twice(hours, reserve, development):
    _, hours_account = accounts(reserve=reserve, development=development)
    parts = hours_account(hours)
    assert parts.min() >= -1e-6 * hours
    assert parts.sum() == pytest.approx(hours)


def test_rented_hours_and_whole_people_use_up_the_sum(run_chapter):
    results = run_chapter("remedies").results
    people = results["staff_ten"].value
    assert people == int(people)
    paid = people * 150_000 * 5
    assert paid + results["rented_usd"].value == pytest.approx(10e6)
    used = results["rented_usd"].value / results["rent"].value
    assert results["credits_ten"].value == pytest.approx(used * 0.9 / 50_000, rel=0.05)
    by_contract = results["rented_usd"].value / results["committed"].value
    assert results["credits_committed"].value == pytest.approx(by_contract * 0.9 / 50_000, rel=0.05)


def test_the_committed_price_is_one_in_the_book(run_chapter):
    there = run_chapter("policy").results["committed_price"]
    here = run_chapter("remedies").results["committed"]
    assert (here.value, here.low, here.high) == pytest.approx((there.value, there.low, there.high))


@pytest.mark.heavy
@pytest.mark.parametrize(
    "changes",
    [{"groups": 1, "group_hours": 1}, {"reserve": 1}, {"upkeep": 1, "years": 50}, {"reserve": 0}],
    ids=str,
)
def test_accounts_add_up_at_the_ends_of_what_readers_may_choose(run_chapter, changes):
    chapter = run_chapter("remedies", **changes)
    assert chapter.statements["adds_up"].holds is not False
    served = chapter.results["shortfall.rent"].value
    assert 0 <= served <= 1


def test_every_instrument_has_a_row_that_can_be_contested(run_chapter):
    tables = run_chapter("remedies").tables
    names = cd.data.instruments()["name"]
    [listed] = [table for table in tables if "What it does" in table]
    assert all(plain(name) in listed for name in names)
    assert "find_string" not in listed


BRIEF = Path(__file__).parents[3] / "book" / "brief.md"


def shown_brief(results):
    """Return the text of the brief with its results as they are shown, without its figure."""
    text = BRIEF.read_text(encoding="utf-8").split("---\n", 2)[2]
    text = re.sub(r"^```.*?^```\n", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r" *\{holds\}`[^`]*`", "", text)
    quoted = r"\{result\}`([\w-]+):([\w.]+)(?::(\w+))?`"
    return re.sub(quoted, lambda m: results(m[1], m[2], m[3] or "value"), text)


def test_the_brief_is_brief_and_types_no_result(run_chapter):
    shown = shown_brief(
        lambda chapter, name, form: written(run_chapter(chapter).results[name], form)
    )
    words = re.sub(r"[|#*-]+|\(\S+\)", " ", shown).split()
    assert len(words) <= 350, " ".join(words)
    typed = re.findall(r"\b\d+", shown_brief(lambda *_: ""))
    assert set(typed) <= {"2023", "2024", "2025", "2026"}
    assert BRIEF.read_text(encoding="utf-8").count("```{cover-chart}") == 1


def test_every_option_of_the_brief_has_five_filled_columns():
    rows = [line for line in BRIEF.read_text(encoding="utf-8").splitlines() if line[:3] == "| *"]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert len(cells) == 6
    assert all(len(row) == 5 and all(row) for row in cells)


def test_every_claim_of_the_brief_is_a_statement_of_a_chapter():
    text = BRIEF.read_text(encoding="utf-8")
    held = re.findall(r"\{holds\}`([\w-]+):(\w+)`", text)
    assert len(held) >= 8
    assert len(held) == text.count("{holds}")


def test_halves_of_the_largest_sum_pay_for_what_the_text_says(run_chapter):
    results = run_chapter("remedies").results
    assert results["chips.half"].value == pytest.approx(250e6 * 0.6 / 45_000, rel=0.05)
    assert results["evaluators_usd"].value == pytest.approx((250e6 - 152e6) / 5, rel=0.05)


def test_a_machine_costs_what_rent_does_at_the_use_that_the_text_names(run_chapter):
    results = run_chapter("remedies").results
    hours = 100e6 * 0.6 / 45_000 * 5 * 8766 * results["even"].value
    without_staff = 100e6 - results["spent.hundred.staff"].value
    assert without_staff / hours == pytest.approx(results["rent"].value, rel=0.01)
