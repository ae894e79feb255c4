"""The press serves any book: no word of the subject of this one stands in it."""

import re
from pathlib import Path

import pytest

PRESS = Path(__file__).parents[2] / "src/bookpress"
SUBJECT = (
    "vintage|flop|compute-divide|compute_divide|academ|large-scale-models|neurips|epoch ai"
    "|universit|\\bcompan(y|ies)\\b|\\bchips?\\b|model card|question and the findings"
    # the address of a page of any site is older than the word of this book
    r"|\bclaim(s|ed)?\b(?!\.html)"
)
KINDS = {
    ".css",
    ".csv",
    ".html",
    ".js",
    ".json",
    ".md",
    ".py",
    ".svg",
    ".toml",
    ".txt",
    ".xml",
    ".yml",
}


def files():
    for path in sorted(PRESS.rglob("*")):
        if path.suffix in KINDS and not path.name.startswith("LICENSE"):
            yield path


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PRESS)))
def test_no_word_of_the_subject_stands_in_the_press(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [
        f"{number}: {line.strip()[:80]}"
        for number, line in enumerate(lines, 1)
        if re.search(SUBJECT, line, re.IGNORECASE)
    ]
    assert not found
