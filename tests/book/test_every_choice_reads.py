"""Every value that the book says is allowed: no page tells a value, a range or a finding that is not there."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from notebooks.choosing import all_at_once

from bookpress.book.chapters import discover
from bookpress.book.project import Project

PROJECT = Project.at(Path(__file__).parents[2])
LONG = os.environ.get("BOOKPRESS_LONG") == "1"
HOLES = re.compile(r"no value|\(no interval|no counts|\(these data cannot tell\)|\b(\d{4})(?: to |–)\1\b|\b1 models\b")
"""What text looks like that was not written for a missing value, a period of one year, or one of a thing."""


def choices(place: int) -> list[str]:
    """Return, as words of a command, the first (0) or last (-1) edge of every parameter of every chapter."""
    values = {
        f"{chapter.slug}.{name}": value
        for chapter in discover(PROJECT)
        for name, value in all_at_once(chapter.parameters, place).items()
    }
    return [
        word
        for name, value in values.items()
        for word in ("-p", f"{name}={value if isinstance(value, str) else json.dumps(value)}")
    ]


@pytest.mark.long
@pytest.mark.skipif(not LONG, reason="set BOOKPRESS_LONG=1 to build the book at the ends of what is allowed")
@pytest.mark.parametrize("place", [0, -1], ids=["least", "most"])
def test_no_page_speaks_of_what_is_not_there(checkout: Path, run_command: Callable[..., str], place: int) -> None:
    index = Path(run_command(checkout, "build", *choices(place)).split()[-1])
    found = []
    for page in [index, *sorted((index.parent / "notebooks").glob("*.html"))]:
        article = BeautifulSoup(page.read_text(), "lxml").select_one("article")
        for code in article.select("pre, script, template"):
            code.decompose()
        text = " ".join(article.get_text(" ").split())
        found += [f"{page.stem}: {text[max(0, hole.start() - 60) : hole.end()]}" for hole in HOLES.finditer(text)]
    assert found == []
