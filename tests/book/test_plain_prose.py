"""A chapter's source is prose: anybody can edit a paragraph, and little of it is markup."""

import re
from pathlib import Path

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LEAST = 0.55  # of all text; sentences carry the comparison that they rest on
LEAST_SHOWN = 0.7  # without these comparisons, which readers do not see
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
BLOCK = re.compile(r"^(`{3,}|:{3,})(\{[\w-]+\})?.*?^\1[ \t]*$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#+ .*$", re.MULTILINE)
TEST = re.compile(r"\{holds\}(`+)(?:(?!\n\n).)*?(?<!`)\1(?!`)", re.DOTALL)
ROLE = re.compile(r"\{[\w:+.-]+\}(`+)(?:(?!\n\n).)*?(?<!`)\1(?!`)", re.DOTALL)


def plain_share(source: str) -> float:
    text = HEADING.sub("", FRONT_MATTER.sub("", source))
    directives = [
        block[0] for block in BLOCK.finditer(text) if block[2] not in {None, "{code-cell}"}
    ]
    prose = BLOCK.sub("", text)
    return _characters(ROLE.sub("", prose)) / (
        _characters(prose) + sum(map(_characters, directives))
    )


def _characters(text: str) -> int:
    return len(" ".join(text.split()))


def test_most_of_a_chapter_is_plain_text() -> None:
    shares = {
        path.stem: plain_share(path.read_text(encoding="utf-8")) for path in NOTEBOOKS.glob("*.md")
    }
    assert {chapter: share for chapter, share in shares.items() if share < LEAST} == {}


def test_nearly_all_that_readers_see_is_plain_text() -> None:
    shares = {
        path.stem: plain_share(TEST.sub("", path.read_text(encoding="utf-8")))
        for path in NOTEBOOKS.glob("*.md")
    }
    assert {chapter: share for chapter, share in shares.items() if share < LEAST_SHOWN} == {}
