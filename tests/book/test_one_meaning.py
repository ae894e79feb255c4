"""On the cover, in the brief and in the summary a number means one thing."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from bs4 import BeautifulSoup

NUMBER = re.compile(r"\d[\d,.]*\d%?|\d%?")
SHOWN = {
    "index.html": ".finding .value-result",  # its list of chapters quotes what these say
    "book/brief.html": ".value-result",
    "book/summary.html": ".value-result",
}
SMALL = 10
"""Small counts recur by chance and mislead nobody."""


def meanings(html: Path, cover: Path) -> Iterator[tuple[str, str]]:
    """Yield the numbers of results that readers see, each with what it measures, whenever."""
    results = json.loads((html / "results.json").read_text("utf-8"))
    cards = BeautifulSoup((html / "index.html").read_text("utf-8"), "html5lib")
    keys = re.findall(r"^```\{finding\} ([\w-]+):([\w.]+)", cover.read_text("utf-8"), re.MULTILINE)
    for (chapter, key), card in zip(keys, cards.select(".finding-value"), strict=True):
        label = results[chapter][key]["label"]
        yield from ((number, timeless(label)) for number in NUMBER.findall(card.text))
    for name, selector in SHOWN.items():
        soup = BeautifulSoup((html / name).read_text("utf-8"), "html5lib")
        values = soup.select(selector)
        assert values, name
        for value in values:
            label = str(value["title"]).partition(": ")[0]
            for number in NUMBER.findall(value.get_text(" ")):
                yield number, timeless(label)


def timeless(label: str) -> str:
    """Return what a result measures, without its years."""
    years = r"[, ]*\b(19|20)\d\d\b( to (19|20)\d\d\b)?|; \d+ of \d+ rows audited"
    return re.sub(years, "", label)


def ambiguous(found: Iterator[tuple[str, str]]) -> dict[str, set[str]]:
    """Return the numbers that mean several things."""
    by_number = defaultdict(set)
    for number, meaning in found:
        if number.endswith("%") or float(number.replace(",", "")) > SMALL:
            by_number[number].add(meaning)
    return {number: several for number, several in by_number.items() if len(several) > 1}


def test_no_number_means_two_things(built_book: Callable[..., Path], checkout: Path) -> None:
    html = built_book("default") / "html"
    assert ambiguous(meanings(html, checkout / "index.md")) == {}


def test_the_test_finds_a_number_with_two_meanings() -> None:
    twice = [("35", "chips, industry over academia"), ("35", "models within reach"), ("6", "x")]
    assert ambiguous(iter(twice)).keys() == {"35"}
    assert ambiguous(iter([("42%", "share"), ("42%", "share"), ("3", "a"), ("3", "b")])) == {}
