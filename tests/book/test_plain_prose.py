"""A chapter's source is prose: anybody can edit a paragraph, and little of it is markup."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LEAST = 0.7
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
BLOCK = re.compile(r"^(`{3,}|:{3,})(\{[\w-]+\})?.*?^\1[ \t]*$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#+ .*$", re.MULTILINE)
ROLE = re.compile(r"\{[\w:+.-]+\}(`+)(?:(?!\n\n).)*?(?<!`)\1(?!`)", re.DOTALL)


def plain_share(source: str) -> float:
    """Return what share of the characters of Markdown cells, without code and headings, is in no role or directive."""
    text = HEADING.sub("", FRONT_MATTER.sub("", source))
    directives = [block[0] for block in BLOCK.finditer(text) if block[2] not in {None, "{code-cell}"}]
    prose = BLOCK.sub("", text)
    return _characters(ROLE.sub("", prose)) / (_characters(prose) + sum(map(_characters, directives)))


def _characters(text: str) -> int:
    return len(" ".join(text.split()))


def shares() -> Iterator[tuple[str, float]]:
    """Yield every chapter with its share of plain characters."""
    for path in sorted(NOTEBOOKS.glob("*.md")):
        yield path.stem, plain_share(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("chapter", "share"), list(shares()), ids=lambda one: one if isinstance(one, str) else "")
def test_most_of_a_chapter_is_plain_text(chapter: str, share: float) -> None:
    assert share >= LEAST, f"{chapter}: {share:.0%} of its prose stands outside roles and directives"


def test_a_role_and_a_directive_are_no_plain_text() -> None:
    blocks = "```{code-cell}\nx\n```\n\n```{note}\nNo.\n```\n\n```bash\nls\n```\n"
    source = f"---\na: b\n---\n# Who\n\nIt fell. {{holds}}`it`\n\n{blocks}"
    assert plain_share(source) == pytest.approx(len("It fell.") / len("It fell. {holds}`it````{note} No. ```"))


if __name__ == "__main__":
    sys.stdout.writelines(f"{share:4.0%}  {chapter}\n" for chapter, share in shares())
