"""Pictures of charts as they are drawn: no text covers another, nothing is cut off."""

import pytest
from playwright.sync_api import Page

from book.browsing import Site

pytestmark = pytest.mark.book

COVERS = """(svg) => {
  const inside = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')]
    .map((text) => [text, getComputedStyle(text).opacity !== '0', text.getBoundingClientRect()])
    .map(([text, shown, box]) => ({ says: text.textContent, shown, box }))
    .filter(({ says, shown, box }) => says.trim() && shown && box.width > 0);
  const out = (box) => box.left < inside.left - 2 || box.right > inside.right + 2
    || box.top < inside.top - 2 || box.bottom > inside.bottom + 2;
  const covers = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.35 * Math.min(a.height, b.height);
  const pairs = texts.flatMap((one, at) => texts.slice(at + 1).map((other) => [one, other]));
  return [
    ...texts.filter(({ box }) => out(box)).map(({ says }) => `cut off: ${says}`),
    ...pairs.filter(([one, other]) => covers(one.box, other.box)).map(([one, other]) => `${one.says} / ${other.says}`),
  ];
}"""


def test_no_text_of_a_picture_covers_another_or_is_cut_off(site: Site, page: Page) -> None:
    problems = []
    every = sorted((site.root / "figures").rglob("*.svg"))
    pictures = [path for path in every if not path.stem.endswith(("-dark", "-page"))]
    for path in pictures:
        page.set_content(f"<!doctype html><body style='margin:40px'>{path.read_text(encoding='utf-8')}</body>")
        found = page.locator("svg").first.evaluate(COVERS)
        problems += [f"{path.relative_to(site.root)}: {one}" for one in found]
    assert len(pictures) > 10
    assert problems == []
