"""The numbers of pages without choices, under one choice for the whole book."""

import json
from html import escape, unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bs4 import BeautifulSoup
from playwright.sync_api import Page, Route, expect

from bookpress.edition.sureness import QUOTED, shares, together
from bookpress.elements import whole_book
from bookpress.elements.base import assets
from bookpress.elements.whole_book.numbers import write_numbers
from bookpress.states.pack import scripts

SCRIPT = Path(whole_book.__file__).with_name("whole-book.js")
RESULT = {
    "value": 0.5,
    "low": 0.4,
    "high": 0.6,
    "range": "sampling",
    "k": 5,
    "n": 10,
    "unit": "share",
    "label": "teams",
}
BODY = """
<p>Now <span data-result="models:late value">3%</span>, then <span data-result="models:early value">9%</span>.</p>
<div data-result="models:late finding"></div>
<details data-numbers="records=as-listed"></details><details data-numbers="records=own"></details>
"""


def numbers_of(folder: Path, states: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what a page says of its numbers at each value of a choice."""
    file = folder / QUOTED
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"states": states}), encoding="utf-8")
    context = {"body": BODY}
    app: Any = SimpleNamespace(srcdir=str(folder))
    write_numbers(app, "index", "", context, None)
    places = BeautifulSoup(context["body"], "html.parser").select("details")
    return [json.loads(unescape(str(place["data-numbers"]))) for place in places]


def test_a_number_is_that_of_the_choice_in_the_form_of_the_page(tmp_path: Path) -> None:
    state = {"choice": {"records": "as-listed"}, "results": {"models:late": RESULT}}
    listed, own = numbers_of(tmp_path, [state])
    assert own == {}
    assert listed["models:late value"] == ["50%", "teams: 50% (95% interval 40% to 60%; 5 of 10)"]
    shown = BeautifulSoup(listed["models:late finding"][0], "html.parser")
    assert [part["class"] for part in shown.find_all(recursive=False)] == [
        ["finding-value"],
        ["finding-bar"],
        ["finding-interval"],
    ]
    assert "models:early value" not in listed


def test_a_page_of_a_book_that_was_not_explored_has_no_numbers_of_choices(tmp_path: Path) -> None:
    assert numbers_of(tmp_path, []) == [{}, {}]


def test_the_strip_is_of_the_choices_that_the_words_are_of() -> None:
    def sure(**of: float) -> dict[str, Any]:
        choices = [
            {"name": name, "noun": name, "turns": share < 1, "is_firm": share == 1, "share": share}
            for name, share in of.items()
        ]
        return {"holds": 1, "of": len(of), "choices": choices, "falls": [], "pairs": [], "open": []}

    both = together([sure(rule=1.0, year=0.75), sure(rule=0.5, list=1.0)])
    assert shares(both) == [1.0, 0.75, 0.5]


FINDING = '<p class="finding-value">{}</p><span class="finding-bar"></span><p class="finding-interval">{}</p>'


STUB = """window.bookpress.draw = async (box) => {
  box.dataset.state = "live";
  box.title = box.restated.datasets.rows[0];
};"""


def opened(page: Page, numbers: dict[str, list[str]], states: dict[str, Any] | None = None) -> Page:
    """Open a cover with a choice in its address, under which some numbers are these.

    The states of its chapters, by id, are served beside it, if there are any.
    """
    value = f'data-value="as-listed" data-numbers="{escape(json.dumps(numbers))}"'
    chart = 'data-figure="fig-a" data-chart="figures/a.js" data-states="states/models/"'
    text = f"""<html data-edition="e1"><div class="frame"></div>
    <p id="text">Now <span data-result="models:late value">3%</span>, <span data-result="models:same value">9%</span>.</p>
    <div class="finding" data-result="models:late finding">{FINDING.format("3%", "1 of 33")}<p>Text.</p></div>
    <figure class="cover-chart" {chart}><figcaption><a href="models.html#fig-a">A</a></figcaption>
    <div class="chart"><img alt="Falls."></div><p class="figure-source">Lists</p></figure>
    <figure class="cover-chart"><figcaption><a href="others.html#fig-b">B</a></figcaption></figure>
    <div class="whole-book"><details data-name="records"><summary>Records <span class="count">1</span></summary>
    <details {value}><summary>as listed <span class="count">both findings stand</span></summary>
    <table><tr><th><a href="models.html?records=as-listed" data-state="s1">Models</a></th></tr></table></details></details></div>
    <script src="/mode.js"></script><script>{STUB}{SCRIPT.read_text("utf-8")}</script>
    <script src="/cover-chart.js"></script>"""
    row = {"id": "s1", "value": "as-listed"}
    index = {"published": "e1", "choices": {"records": [row]}, "pairs": []}
    served = {f"states/models/{name}.js": script for name, script in scripts(index, states or {})}
    served |= {
        name: assets.content(name).decode() for name in ("mode.js", "cover-chart.js", "states.js")
    }

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix("http://book.test/")
        if name in served:
            route.fulfill(body=served[name], content_type="text/javascript")
        elif name.endswith(".js"):
            route.fulfill(status=404)
        else:
            route.fulfill(body=text, content_type="text/html")

    page.route("**/*", answer)
    page.goto("http://book.test/?records=as-listed")
    return page


def test_a_cover_under_a_choice_shows_its_numbers_and_strikes_the_published_ones(
    page: Page,
) -> None:
    numbers = {
        "models:late value": ["50%", "teams: 50%"],
        "models:same value": ["9%", ""],
        "models:late finding": [FINDING.format("50%", "5 of 10"), ""],
    }
    opened(page, numbers)
    expect(page.locator(".whole-banner p").first).to_contain_text("2 numbers on this page differ")
    expect(page.locator("#text")).to_have_text("Now 50% published: 3%, 9%.")
    expect(page.locator(".finding")).to_contain_text("50% published: 3%5 of 10Text.")


def test_a_cover_says_when_its_numbers_are_the_published_ones(page: Page) -> None:
    opened(page, {})
    said = page.locator(".whole-banner p").first
    expect(said).to_contain_text("Numbers on this page are the published ones")
    expect(page.locator("del")).to_have_count(0)
    opened(page, {"models:same value": ["9%", ""]})
    expect(said).to_contain_text("No number on this page that rests on it differs")


FIGURE = """<div><figure id="fig-a"><figcaption><span class="caption-text">A moved</span></figcaption>
<div class="chart"><img alt="Rises."></div><p class="figure-source">Own lists</p></figure></div>"""


def test_a_chart_on_the_cover_is_drawn_under_the_choice(page: Page) -> None:
    state = {"blocks": {"models-1": FIGURE}, "figures": {"fig-a": {"datasets": {"rows": ["new"]}}}}
    opened(page, {}, {"s1": state})
    chart = page.locator(".cover-chart").first
    expect(chart.locator(".as-published")).to_have_text(
        "This chart is drawn under your choice. See it in its chapter."
    )
    expect(chart.locator(".chart")).to_have_attribute("title", "new")
    expect(chart.locator("figcaption")).to_have_text("A moved")
    expect(chart.locator("img")).to_have_attribute("alt", "Rises.")
    expect(chart.locator(".figure-source")).to_have_text("Own lists")
    expect(page.locator(".as-published")).to_have_count(1)


def test_a_chart_on_the_cover_that_a_choice_leaves_is_said_to_stay(page: Page) -> None:
    opened(page, {}, {"s1": {"blocks": {"models-2": "<p>It moved.</p>"}, "figures": {}}})
    expect(page.locator(".as-published")).to_contain_text("Your choice changes nothing in it.")
    expect(page.locator(".cover-chart figcaption").first).to_have_text("A")


def test_a_chart_on_the_cover_without_states_is_as_published_and_leads_to_that_of_the_choice(
    page: Page,
) -> None:
    opened(page, {})
    said = page.locator(".as-published")
    expect(said).to_have_text("This chart shows the published edition. See it under your choice.")
    expect(said.locator("a")).to_have_attribute(
        "href", "http://book.test/models.html?records=as-listed#fig-a"
    )
