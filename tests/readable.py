"""How a chapter reads: ``python -m tests.readable [NAME...]`` prints a line for each chapter.

Counted are paragraphs and list items outside folds, tables, captions and metadata. A number is a quoted result, claim
or figure of others, with its range and counts, or a typed one; years, dates and names are none.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bookpress.chapter.quotes import without_markup
from bookpress.check.prose import typed_numbers
from bookpress.files import FRONT
from bookpress.myst import CELLS

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
WORDS_A_MINUTE = 220
FENCED = re.compile(r"^(`{3,}|:{3,}).*?^\1[ \t]*$", re.DOTALL | re.MULTILINE)
QUOTED = re.compile(r"\{(?:result|claim|related)\}`(?![^`]*:label`)[^`]+`")
HOLDS = re.compile(r"\{holds\}`[^`]*`")
ITEM = re.compile(r"\n\s*\n|\n(?=[ \t]*(?:[-*]|\d+\.)[ \t])")
NO_PROSE = re.compile(r"[#|$]")
LABEL = re.compile(r"^\([\w-]+\)=[ \t]*\n|^\{[.#][^}\n]*\}[ \t]*\n", re.MULTILINE)
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
FOLD = re.compile(r"^\{[^}\n]*\.fold\b[^}\n]*\}[ \t]*\n(?=(#+) )", re.MULTILINE)


class Reading(NamedTuple):
    """The length of a chapter outside folds, and the numbers in it."""

    minutes: float
    sentences: int
    with_number: int
    crowded: list[str]


def without_folds(text: str) -> str:
    """Return a page without its folded sections, each of which ends where the next one begins."""
    kept = []
    start = 0
    for fold in FOLD.finditer(text):
        if fold.start() < start:
            continue
        kept.append(text[start : fold.start()])
        level = len(fold[1])
        after = HEADING.finditer(text, fold.end() + level + 1)
        ends = [heading.start() for heading in after if len(heading[1]) <= level]
        start = ends[0] if ends else len(text)
        before = text.rfind("\n\n", 0, start)  # the attributes and labels of the next heading
        start = before if ends else start
    return "".join([*kept, text[start:]])


def paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs and list items of a page that readers see unfolded."""
    text = FRONT.sub("", text, count=1)
    text = LABEL.sub("", FENCED.sub("\n\n", CELLS.sub("\n\n", without_folds(text))))
    for block in ITEM.split(text):
        stripped = block.strip()
        if stripped and not NO_PROSE.match(stripped):
            yield stripped


def numbers_in(text: str) -> int:
    """Return how many numbers a text quotes or types."""
    bare = re.sub(r"\{[\w:-]+\}`[^`]*`", " ", text)
    return len(QUOTED.findall(text)) + len(typed_numbers(without_markup(bare)))


def read(text: str) -> Reading:
    """Return how a page reads."""
    words = sentences = with_number = 0
    crowded = []
    for paragraph in paragraphs(text):
        told = re.sub(r"\{[\w:-]+\}`[^`]*`", "x", HOLDS.sub("", paragraph))
        words += len(told.split())
        if numbers_in(paragraph) > 4:
            crowded.append(paragraph)
        for sentence in split(paragraph):
            sentences += 1
            with_number += numbers_in(sentence) > 0
    return Reading(words / WORDS_A_MINUTE, sentences, with_number, crowded)


def split(paragraph: str) -> list[str]:
    """Return the sentences of a paragraph."""
    return [
        part
        for part in re.split(r"(?<=[.!?])(?:[”’)*]*)\s+(?=[A-Z“‘(*{\[])", HOLDS.sub("", paragraph))
        if part.strip()
    ]


def main() -> None:
    """Print how each chapter reads."""
    names = sys.argv[1:] or sorted(path.stem for path in NOTEBOOKS.glob("*.md"))
    for name in names:
        text = (NOTEBOOKS / f"{name}.md").read_text("utf-8")
        minutes, sentences, with_number, crowded = read(text)
        alone = " ".join(paragraphs(text)).lower().count("universities alone")
        print(
            f"{name}: {minutes:.1f} minutes; a number in {with_number} of {sentences} sentences "
            f"({with_number / sentences:.0%}); {len(crowded)} paragraphs with more than four; "
            f"universities alone: {alone}"
        )
        for paragraph in crowded if len(names) == 1 else []:
            print(f"  {numbers_in(paragraph)}: {paragraph[:100]}")


if __name__ == "__main__":
    main()
