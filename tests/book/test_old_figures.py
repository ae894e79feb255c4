"""Every figure that was published has a page: its own, or one that leads to what answers it now."""

from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

RELEASED = Path(__file__).with_name("released_figures.txt").read_text("utf-8").split()
"""The addresses of figures in release 0.1.0 and at commit 776360c."""


@pytest.mark.parametrize("address", RELEASED)
def test_an_old_address_of_a_figure_leads_to_it_or_to_its_answer(
    built_book: Callable[..., Path], address: str
) -> None:
    page = built_book("default") / "html" / address
    soup = BeautifulSoup(page.read_text("utf-8"), "html5lib")
    moved = soup.select_one(".moved-to a")
    if moved is None:
        assert soup.select_one("figure, .chart, canvas, svg, img") is not None
        return
    path, _, place = str(moved["href"]).partition("#")
    target = (page.parent / path).resolve()
    assert target.is_file()
    if place:
        there = BeautifulSoup(target.read_text("utf-8"), "html5lib")
        assert there.find(id=place) is not None
