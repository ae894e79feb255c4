"""What money buys, and the page that a minister reads: one price, and numbers that add up."""

import re
from pathlib import Path

import pytest

import compute_divide as cd
from bookpress.elements.figure.show import plain


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
            assert getattr(runs, end) == pytest.approx(hours / (1024 * 1344), rel=0.05)


def test_power_and_staff_fit_into_what_the_machine_leaves(run_chapter):
    results = run_chapter("remedies").results
    chips = 100e6 * 0.6 / 45_000
    power = chips * 1.3 * 5 * 8766 * 0.15
    assert results["power.hundred"].value == pytest.approx(power, rel=0.05)
    assert results["staff.hundred"].value == pytest.approx((40e6 - power) / 750_000, rel=0.05)


def test_every_instrument_has_a_row_that_can_be_contested(run_chapter):
    tables = run_chapter("remedies").tables
    names = cd.data.instruments()["name"]
    [listed] = [table for table in tables if "What it does" in table]
    assert all(plain(name) in listed for name in names)
    assert "find_string" not in listed


BRIEF = Path(__file__).parents[3] / "book" / "brief.md"


def test_the_brief_is_brief_and_types_no_result():
    text = BRIEF.read_text(encoding="utf-8").split("---\n", 2)[2]
    figures = re.findall(r"^```\{cover-chart\}", text, re.MULTILINE)
    shown = re.sub(r"^```.*?^```\n", "", text, flags=re.MULTILINE | re.DOTALL)
    shown = re.sub(r" *\{holds\}`[^`]*`", "", shown)
    typed = re.findall(r"\d[\d,]*", re.sub(r"\{result\}`[^`]*`", "", shown))
    quoted = re.findall(r"\{result\}`[^`]*`", shown)
    words = re.sub(r"[|#*-]+|\(\S+\)", " ", shown).split()
    assert len(figures) == 1
    assert set(typed) == {"2023", "2025"}
    assert len(typed) + len(quoted) <= 12
    assert len(words) <= 350


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
    assert 100e6 / hours == pytest.approx(results["rent"].value, rel=0.01)
