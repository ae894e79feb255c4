"""What a reader finds on a page, to compare a state with a build."""

import itertools
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

READ = r"""async () => {
  await bookpress.drawAll();
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  for (const fold of all('.tool-data')) fold.open = true;
  await new Promise((done) => setTimeout(done, 100));
  const article = document.querySelector('article').cloneNode(true);
  const apart = 'noscript, #chapter_choices, .cite-box, #this-chapter, .was, .sureness, .overturn, .tool-share, .chart, .copy';
  for (const part of all(apart, article)) part.remove();
  const marks = (box) => all('.live svg :is(path, text)', box)
    .map((part) => `${part.getAttribute('d') ?? part.textContent} ${JSON.stringify(part.__data__?.tooltip ?? '')}`);
  const charts = all('.chart[data-chart]').map((box) => [box.dataset.name, [box.dataset.state, ...marks(box)]]);
  const cells = all('.data-table td', article).map((cell) => cell.outerHTML);
  for (const table of all('.tool-data', article)) table.remove();
  const ids = all('[id]').map((one) => one.id);
  return {
    text: article.textContent.replace(/\s+/g, ' ').split(/(?<=\.) /),
    alternatives: all('.chart img').map((one) => one.alt),
    charts: Object.fromEntries(charts),
    cells,
    twice: ids.filter((id, at) => ids.indexOf(id) !== at),
  };
}"""
ARTICLE = "document.querySelector('article').outerHTML"


def read(page: Page, address: str) -> dict[str, Any]:
    """Open a page and return its text, charts and tables, once it shows what its address asks for."""
    page.goto(address)
    if "?" in address:
        page.wait_for_function("document.documentElement.hasAttribute('data-restated')")
    found: dict[str, Any] = page.evaluate(READ)
    return found


def differing(one: dict[str, Any], other: dict[str, Any]) -> list[Any]:
    """Return the differences of two pages, in short, and duplicate ids on the first."""
    found: list[Any] = [
        (name, part) for name, part in one["charts"].items() if part != other["charts"].get(name)
    ]
    for name in ("text", "alternatives", "cells"):
        found += [
            pair for pair in itertools.zip_longest(one[name], other[name]) if pair[0] != pair[1]
        ]
    return [str(part)[:300] for part in (*found, *one["twice"])]


def chapter(root: Path, edition: str, slug: str) -> str:
    return (root / f"_build/editions/{edition}/html/notebooks/{slug}.html").as_uri()
