"""A state on paper: its first page says that it is not the published edition, its figures are drawn."""

import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from book.showing import chapter

MISSING = "This figure was not drawn when the page was printed."


def printed(page: Page, file: Path) -> list[str]:
    """Print a page; return the text of each sheet."""
    page.pdf(path=file, prefer_css_page_size=True)
    done = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True)
    return [" ".join(sheet.split()) for sheet in done.stdout.split("\f")]


@pytest.mark.heavy
def test_the_print_key_draws_all_figures_and_the_first_page_names_the_state(
    explored: Path, page: Page, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": 1280, "height": 300})  # no figure is in view
    page.goto(chapter(explored, "default", "planets") + "?group=inner")
    expect(page.locator(".state-strip")).to_contain_text("Group: inner")
    at_once = " ".join(printed(page, tmp_path / "at-once.pdf"))
    assert MISSING in at_once or "distance_au" in at_once  # never a blank
    page.reload()
    expect(page.locator(".state-strip")).to_contain_text("Group: inner")
    expect(page.locator(".restated-chart")).to_have_count(1)
    page.evaluate("void (window.print = () => { window.asked = true; })")
    page.keyboard.press("Control+p")
    # where the figure was drawn before the key was pressed, the browser prints by itself
    page.wait_for_function("window.asked || document.querySelector(\"[data-state='live']\")")
    expect(page.locator(".restated-chart[data-state='live']")).to_have_count(1)
    sheets = printed(page, tmp_path / "state.pdf")
    assert "Not the published edition. Group: inner." in sheets[0]
    assert "distance_au" in " ".join(sheets)
    assert MISSING not in " ".join(sheets)


def test_on_a_phone_one_press_draws_all_figures_of_a_state_then_prints_them(
    explored: Path, browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(
        viewport={"width": 375, "height": 667}, has_touch=True, is_mobile=True
    )
    phone = context.new_page()
    phone.goto(chapter(explored, "default", "planets") + "?group=inner")
    expect(phone.locator(".state-strip")).to_contain_text("Group: inner")
    phone.evaluate("void (window.print = () => { window.asked = true; })")
    phone.locator(".state-strip").get_by_role("button", name="Print").tap()
    phone.wait_for_function("window.asked")
    sheets = printed(phone, tmp_path / "state.pdf")
    assert "Not the published edition. Group: inner." in sheets[0]
    assert "distance_au" in " ".join(sheets)
    assert MISSING not in " ".join(sheets)
    phone.evaluate("window.asked = false")
    phone.locator("#print-chapter").tap()  # the same from the end of the chapter
    phone.wait_for_function("window.asked")
    context.close()
