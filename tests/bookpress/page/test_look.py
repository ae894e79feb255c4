"""The colours of the page: the same in the style sheet and in pictures."""

import re
from typing import Literal

from bookpress.elements.base import assets
from bookpress.elements.base.charts import INK

Ground = Literal["light", "dark"]
CSS = assets.content("reading.css").decode()
PAIRS = dict(re.findall(r"--([a-z]+):light-dark\((#[0-9a-f]{6},#[0-9a-f]{6})\)", CSS))
PLAIN = dict(re.findall(r"--([a-z]+):(#[0-9a-f]{6});", CSS))
GROUNDS: tuple[Ground, ...] = ("light", "dark")


def colour(name: str, ground: Ground) -> str:
    return PAIRS[name].split(",")[GROUNDS.index(ground)]


def test_pictures_are_in_the_ink_of_the_page_and_browsers_without_light_dark_get_the_light_colours() -> (
    None
):
    assert [INK[ground] for ground in GROUNDS] == [colour("ink", ground) for ground in GROUNDS]
    assert {name: PLAIN[name] for name in PAIRS} == {name: colour(name, "light") for name in PAIRS}
