"""From a sentence to the rows that its number counts."""

import csv

import pytest
from playwright.sync_api import Page, expect

from book.browsing import Site

pytestmark = pytest.mark.heavy

NUMBER = ".value-result[data-rows]"


def test_the_panel_of_a_sentence_leads_to_the_rows_that_its_number_counts(
    site: Site, page: Page
) -> None:
    page.goto(site.url("notebooks/large-scale-models.html"))
    sentence = page.locator(".quotable", has=page.locator(NUMBER)).first
    number = sentence.locator(NUMBER).first
    counts = number.get_attribute("data-tip") or number.get_attribute("title") or ""
    sentence.get_by_role("button", name="Quote this sentence").click()
    item = page.get_by_role("dialog").locator("li", has_text=counts).first
    address = item.get_by_role("link", name="The rows").evaluate("(link) => link.href")
    path = site.root / address.removeprefix(site.address).lstrip("/")
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    counted = sum(row["counted"] == "yes" for row in rows)
    assert f"{counted} of {len(rows)}" in counts
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
