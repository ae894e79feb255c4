"""The calculator on the page and the one in Python agree, setting by setting, driven in a real browser."""

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from book.browsing import Site
from compute_divide.choices.machines import rentable_chips
from compute_divide.estimates.chips import budget
from compute_divide.estimates.chips.budget import rank_by_year
from compute_divide.estimates.chips.hardware import chip_peaks
from compute_divide.estimates.models.records import with_records
from compute_divide.sources.chips.chips import load_chips, load_prices
from compute_divide.sources.chips.machines import load_rental_prices
from compute_divide.sources.models.table import load_models
from sampling import LONG

SETTINGS = 125 if LONG else 12
TEAMS = ("all", "academia-only", "collaboration", "industry-only", "other")

SET = """async ([figure, values]) => {
  const box = document.querySelector(`[data-name="${figure}"]`);
  const view = box.view;
  for (const [name, value] of Object.entries(values)) {
    const form = box.parentNode.querySelector("form");
    const input = form.querySelector(name === "preset" ? ".control-preset" : `[data-signal="${name}"]`);
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
  await new Promise((done) => setTimeout(done));
  await view.runAsync();
  const said = [...box.querySelectorAll("svg [aria-label], svg [data-says]")]
    .map((mark) => mark.getAttribute("aria-label") ?? mark.dataset.says);
  return { flop: view.signal("run_flop"), chips: view.signal("run_chips"), said: view.signal("said"),
           title: box.parentNode.querySelector(".caption-text").textContent,
           ranks: said.filter((text) => text.includes("within reach")) };
}"""


@pytest.fixture(scope="module")
def page(site: Site, browser: Browser) -> Page:
    page = browser.new_page()
    page.goto((site.root / "notebooks/policy.html").as_uri())
    page.evaluate("() => bookpress.drawAll()")
    return page


@pytest.fixture(scope="module")
def models() -> pd.DataFrame:
    models = with_records(load_models("2026-08"), "audited")
    return models[(models["year"] >= 2010) & models["training_compute_flop"].gt(0)]


@pytest.fixture(scope="module")
def offers() -> pd.DataFrame:
    peaks = chip_peaks(load_chips())
    offered = budget.offers(load_prices(), load_rental_prices(), peaks, rentable_chips())
    return offered.set_index("chip")


def ranks_on_page(labels: list[str]) -> dict[int, tuple[int, int, int]]:
    found = {}
    for label in labels:
        year, within, n, rank = map(int, re.findall(r"\d+", label))
        found[year] = (within, n, rank)
    return found


def ranks_in_python(
    models: pd.DataFrame, flop: float, team: str
) -> dict[int, tuple[int, int, int]]:
    table = rank_by_year(models if team == "all" else models[models["team_type"] == team], flop)
    table = table[table["n"] > 0]
    columns = table[["year", "within", "n", "rank"]].astype(int)
    return {year: (within, n, rank) for year, within, n, rank in columns.itertuples(index=False)}


def draw(rng: np.random.Generator, offers: pd.DataFrame) -> dict[str, Any]:
    return {
        "chip": str(rng.choice(offers.index)),
        "utilisation": round(float(rng.integers(5, 91)) / 100, 2),
        "months": int(rng.integers(1, 37)),
        "team": str(rng.choice(TEAMS)),
    }


@pytest.mark.heavy
def test_the_page_and_python_agree(page: Page, models: pd.DataFrame, offers: pd.DataFrame) -> None:
    rng = np.random.default_rng(5)
    for place in range(SETTINGS):
        setting = draw(rng, offers)
        offer = offers.loc[setting["chip"]]
        hours = setting["months"] * budget.HOURS_PER_MONTH
        if place % 5 == 0:
            figure, setting = "fig-facility", setting | {"own_chips": int(10 ** rng.uniform(0, 7))}
            chips = setting["own_chips"]
            flop = budget.run_flop(chips * hours, offer["peak"], setting["utilisation"])
        else:
            quote, amount = (
                str(rng.choice(["lowest", "median", "highest"])),
                int(10 ** rng.uniform(2, 12)),
            )
            figure, setting = "fig-budget", setting | {"budget": amount, "quote": quote}
            chips = amount / offer[quote] / hours
            flop = budget.run_flop(chips * hours, offer["peak"], setting["utilisation"])
        shown = page.evaluate(SET, [figure, setting])
        assert shown["flop"] == pytest.approx(flop, rel=1e-12), setting
        assert shown["chips"] == pytest.approx(chips, rel=1e-12), setting
        assert ranks_on_page(shown["ranks"]) == ranks_in_python(models, flop, setting["team"]), (
            setting
        )


@pytest.mark.heavy
def test_the_controls_work_by_keyboard_and_what_changes_is_said(page: Page) -> None:
    figure = page.locator("#fig-budget")
    page.evaluate(SET, ["fig-budget", {"budget": 1000000, "months": 3, "team": "all"}])
    months = figure.locator('[data-signal="months"]')
    months.focus()
    for _ in range(4):
        months.press("ArrowRight")
    amount = figure.locator('[data-signal="budget"]')
    amount.focus()
    amount.press("Control+a")
    amount.press_sequentially("2500000")
    amount.press("Enter")
    assert amount.input_value() == "2,500,000"
    signals = figure.locator(".chart").evaluate(
        "(box) => ['months', 'budget', 'said'].map((name) => box.view.signal(name))"
    )
    assert signals[:2] == [7, 2_500_000]
    told = figure.locator("output")
    told.filter(has_text=signals[2]).wait_for(state="attached", timeout=3000)
    assert "chips for 7 months" in told.inner_text()
    figure.locator(".live svg").press(
        "ArrowRight"
    )  # a mark is told as the text of the book writes it
    expect(page.locator("#tip")).to_contain_text(
        re.compile(r"\(FLOP\): \d\.\d × 10[⁰¹²³⁴⁵⁶⁷⁸⁹]{2}$")
    )


@pytest.mark.parametrize("name", ["fig-budget", "fig-facility"])
def test_an_unchanged_calculator_says_what_the_published_title_says(page: Page, name: str) -> None:
    figure = page.locator(f"#{name}")
    figure.scroll_into_view_if_needed()
    figure.locator("form.controls").evaluate("(form) => form.reset()")
    page.wait_for_function(f"!location.search.includes('{name}')")
    published = figure.locator(".caption-text").inner_text()
    chart = page.locator(f'.chart[data-name="{name}"]')
    assert chart.evaluate("(box) => box.view.signal('headline')") == published


@pytest.mark.heavy
def test_the_address_opens_the_setting_and_the_way_back_is_the_published_one(page: Page) -> None:
    figure, title = page.locator("#fig-budget"), page.locator("#fig-budget .caption-text")
    figure.locator("form.controls").evaluate("(form) => form.reset()")
    page.wait_for_function("!location.search.includes('fig-budget')")
    published = title.inner_text()
    chart = page.locator("#fig-budget .chart")
    assert chart.evaluate("(box) => box.view.signal('headline')") == published
    figure.locator(".control-preset").select_option(index=1)
    figure.locator('[data-signal="months"]').press("ArrowRight")
    figure.locator('[data-signal="budget"]').fill("25000000")
    figure.locator('[data-signal="budget"]').press("Enter")
    expect(title).to_contain_text("$25 million rents enough computing for")
    other, changed = page.context.browser.new_page(), title.inner_text()
    other.goto(page.url)
    expect(other.locator("#fig-budget .caption-text")).to_have_text(changed)
    assert other.locator('#fig-budget [data-signal="budget"]').input_value() == "25,000,000"
    other.locator("#fig-budget button[type=reset]").click()
    expect(other.locator("#fig-budget .caption-text")).to_have_text(published)
    assert "fig-budget" not in other.url
    other.goto(f"{other.url.partition('?')[0]}?fig-budget.chip=<b>&fig-budget.budget=x")
    expect(other.locator("#fig-budget .caption-text")).to_contain_text(
        "$0 rents enough computing for the final runs of 0 of"
    )
    other.close()


def test_every_control_has_a_label_stands_above_the_chart_and_takes_no_nonsense(page: Page) -> None:
    for figure, expected in (("fig-budget", 7), ("fig-facility", 6)):
        controls = page.locator(f"#{figure} form.controls label")
        assert controls.count() == expected
        assert all(text.strip() for text in controls.locator("span:first-child").all_inner_texts())
        form, chart = (
            page.locator(f"#{figure} {part}").bounding_box() for part in ("form.controls", ".chart")
        )
        assert form
        assert chart
        assert form["y"] + form["height"] <= chart["y"]
    for nonsense in ("", "-5", "abc"):
        shown = page.evaluate(SET, ["fig-budget", {"budget": nonsense, "team": "all"}])
        assert shown["flop"] == 0
        assert all(within == 0 for within, _, _ in ranks_on_page(shown["ranks"]).values())


def test_a_preset_sets_the_controls_and_is_left_when_one_is_moved(page: Page) -> None:
    setting = {
        "chip": "NVIDIA A100",
        "months": 3,
        "own_chips": 7,
        "utilisation": 0.33,
        "team": "all",
    }
    page.evaluate(SET, ["fig-facility", setting])
    shown = page.evaluate(SET, ["fig-facility", {"preset": "AIRR, open access"}])
    box = page.locator("#fig-facility form.controls")
    hours = shown["chips"] * 12 * budget.HOURS_PER_MONTH
    assert hours == pytest.approx(1_400_000, rel=1e-4)
    assert box.locator('[data-signal="months"]').input_value() == "12"
    assert box.locator('[data-signal="chip"]').input_value() == "NVIDIA H100 SXM5 80GB"
    assert shown["title"].startswith("160 chips, all on one run for 12 months, reach ")
    page.evaluate(SET, ["fig-facility", {"months": 5}])
    assert box.locator(".control-preset").input_value() == ""
    assert page.locator("#fig-facility .chart").evaluate("(box) => box.view.signal('months')") == 5
