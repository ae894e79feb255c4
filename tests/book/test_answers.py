"""Whatever a reader taps answers, and wherever a key leads there is a focus to see and a name."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page

from book.browsing import Site
from sampling import count

pytestmark = pytest.mark.heavy

CHAPTERS = ["large-scale-models", "policy", "machines"]
TAPS = count(10, 22)
STOPS = 50
PICK = """(most) => {
  const kinds = ['.to-choices', '.hangs', '.value[data-tip]', '.tool > summary', '.choice > summary',
    'a.term', '.figure-number', '.sort', '.copy', '#mode', '#open-contents', '.code-switch label'];
  const picked = kinds.flatMap((kind) => [...document.querySelectorAll(kind)]
    .filter((one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && one.getClientRects().length)
    .slice(0, Math.ceil(most / 5)));
  picked.slice(0, most).forEach((one, at) => one.setAttribute('data-tapped', at));
  return Math.min(most, picked.length);
}"""
STATE = """() => JSON.stringify([location.href, scrollY, document.documentElement.className,
  document.documentElement.dataset.theme ?? '', document.querySelector('#tip')?.textContent ?? '',
  document.querySelector('#chapter_choices')?.className ?? '', document.querySelector('#book_contents')?.className ?? '',
  [...document.querySelectorAll('details')].map((one) => one.open), document.querySelector('#show-code')?.checked,
  [...document.querySelectorAll('[aria-sort]')].length, document.querySelector('.copy')?.textContent ?? ''])"""
FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  const name = one.getAttribute('aria-label') || one.textContent.trim() || one.labels?.[0]?.textContent
    || one.getAttribute('title') || one.placeholder || '';
  return {
    what: one.outerHTML.slice(0, 90),
    isBody: one === document.body,
    isSeen: style.outlineStyle !== 'none' || one.matches('input'),
    isInView: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
    isNamed: name.length > 0,
  };
}"""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 375, "height": 667}, has_touch=True, is_mobile=True
    )
    yield context.new_page()
    context.close()


def answers(phone: Page, before: str) -> bool:
    """Whether the page differs from what it was within two seconds, or leads to another one."""
    for _ in range(20):
        try:
            if phone.evaluate(STATE) != before:
                return True
        except Error:  # the tap follows a link: the old page is gone while we ask it
            phone.wait_for_load_state()
            return True
        phone.wait_for_timeout(100)
    return False


@pytest.mark.parametrize("slug", CHAPTERS)
def test_every_tap_answers(site: Site, phone: Page, slug: str) -> None:
    phone.goto(site.url(f"notebooks/{slug}.html"))
    picked = phone.evaluate(PICK, TAPS)
    dead = []
    for index in range(picked):
        phone.goto(site.url(f"notebooks/{slug}.html"))
        phone.evaluate(PICK, TAPS)
        element = phone.locator(f"[data-tapped='{index}']")
        element.scroll_into_view_if_needed()
        before = phone.evaluate(STATE)
        tapped = element.evaluate("(one) => one.outerHTML.slice(0, 120)")
        element.tap()
        if not answers(phone, before):
            dead.append(tapped)
    assert picked == TAPS
    assert dead == []


@pytest.mark.parametrize("slug", CHAPTERS)
def test_every_tab_stop_is_seen_and_has_a_name(site: Site, page: Page, slug: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(reduced_motion="reduce")
    page.goto(site.url(f"notebooks/{slug}.html"))
    page.locator("main").focus()  # the bar and the contents come before it
    faults = []
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        what = stop.pop("what")
        if stop.pop("isBody") or not all(stop.values()):
            faults.append(f"{what}: {stop}")
    assert faults == []
