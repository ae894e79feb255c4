"""Readers see months and conferences as people write them, not as files name them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

MONTH = re.compile(r"(?<![\d/-])20\d\d-(0[1-9]|1[0-2])(?![\d-])")
CONFERENCE = re.compile(r"\b(aaai|acl|cvpr|emnlp|iccv|iclr|icml|neurips|naacl|corl|coling)\b")
PAGES = ("index", "book/brief", "book/summary", "book/methods")


def texts_of(page: Path, selector: str) -> list[str]:
    """Return what readers see of a page, without code and what is typed."""
    soup = BeautifulSoup(page.read_text("utf-8"), "html5lib")
    for unseen in soup.select("code, pre, script, style, .cell_input, details table"):
        unseen.decompose()
    return [element.get_text(" ") for element in soup.select(selector)]


@pytest.mark.heavy
def test_no_month_is_written_in_digits(built_book: Callable[..., Path]) -> None:
    html = built_book("default") / "html"
    pages = [html / f"{name}.html" for name in PAGES] + sorted((html / "notebooks").glob("*.html"))
    for page in pages:
        for text in texts_of(page, "article > p, section > p, figcaption, h1, h2, .edition-line"):
            assert not MONTH.search(text), (page.name, text)


@pytest.mark.heavy
def test_choices_of_conferences_have_their_names(built_book: Callable[..., Path]) -> None:
    html = built_book("default") / "html"
    seen = 0
    for page in sorted((html / "notebooks").glob("*.html")):
        for text in texts_of(page, "option, summary, legend, figcaption"):
            assert not CONFERENCE.search(text), (page.name, text)
            seen += "NeurIPS" in text
    assert seen


def test_pictures_name_no_month_in_digits(built_book: Callable[..., Path]) -> None:
    for picture in (built_book("default") / "html/figures").rglob("*-page.svg"):
        labels = re.findall(r"<text[^>]*>([^<]*)</text>", picture.read_text("utf-8"))
        assert not [label for label in labels if MONTH.search(label)], picture.name
