"""The colours of the page: legible on both grounds, and the same in the style sheet, in pictures and in charts."""

import re
from typing import Literal

import pytest

from bookpress.page.base.charts import INK
from bookpress.page.base.templates import STATIC
from bookpress.page.figures.theme import ACCENT
from compute_divide.figures.base.marks import TEAM_COLOURS

Ground = Literal["light", "dark"]
CSS = (STATIC / "reading.css").read_text(encoding="utf-8")
PAIRS = dict(re.findall(r"--([a-z]+): light-dark\((#[0-9a-f]{6}, #[0-9a-f]{6})\)", CSS))
PLAIN = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", CSS))
GROUNDS: tuple[Ground, ...] = ("light", "dark")


def colour(name: str, ground: Ground) -> str:
    return PAIRS[name].split(", ")[GROUNDS.index(ground)]


def luminance(text: str) -> float:
    """Return the relative luminance of WCAG 2."""
    parts = [int(text[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("mark", [*TEAM_COLOURS.values(), ACCENT])
def test_marks_of_charts_stand_out_from_the_page(ground: Ground, mark: str) -> None:
    assert contrast(mark, colour("paper", ground)) >= 3


def test_pictures_are_in_the_ink_of_the_page_and_browsers_without_light_dark_get_the_light_colours() -> None:
    assert [INK[ground] for ground in GROUNDS] == [colour("ink", ground) for ground in GROUNDS]
    assert {name: PLAIN[name] for name in PAIRS} == {name: colour(name, "light") for name in PAIRS}
