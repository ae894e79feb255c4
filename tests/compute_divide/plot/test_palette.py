"""Colours that everyone can tell from the ground and from each other: contrast and colour blindness, computed."""

import re
from itertools import combinations

import numpy as np
import pytest

from bookpress.elements.base import assets
from bookpress.elements.figure.theme import ACCENT, QUIET
from compute_divide.plot.base.marks import TEAM_COLOURS, TEAM_NAMES, TEAM_SHAPES

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
# Ottosson (2020): linear RGB to OKLab.
TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
JUST_NOTICEABLE = 0.02
CSS = assets.content("reading.css").decode()
GROUNDS = re.search(r"--paper:light-dark\((#\w+),(#\w+)\)", CSS).groups()
"""Of the page, light and dark."""


def linear(colour):
    """Return linear RGB of a colour such as ``#518fe9``."""
    parts = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """Return the contrast of two colours by WCAG 2."""
    light, dark = sorted(
        (linear(colour) @ [0.2126, 0.7152, 0.0722] for colour in (one, other)), reverse=True
    )
    return (light + 0.05) / (dark + 0.05)


def distance(one, other, vision):
    """Return the distance of two colours in OKLab as someone with this vision sees them."""
    seen = [
        TO_LAB @ np.cbrt(TO_CONES @ np.clip(VISION[vision] @ linear(colour), 0, 1))
        for colour in (one, other)
    ]
    return float(np.linalg.norm(seen[0] - seen[1]))


def test_the_measures_give_known_values():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert distance("#000000", "#ffffff", "normal") == pytest.approx(1, abs=1e-3)
    # A red and a green that differ in hue alone are hard to tell for most colour-blind readers.
    assert distance("#c05050", "#6f7f30", "deuteranopia") < 0.4 * distance(
        "#c05050", "#6f7f30", "normal"
    )


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("colour", [*TEAM_COLOURS.values(), ACCENT, QUIET])
def test_every_colour_stands_out_from_both_grounds(colour, ground):
    assert contrast(colour, ground) >= 3


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize(("one", "other"), list(combinations(TEAM_COLOURS, 2)))
def test_team_types_can_be_told_apart(one, other, vision):
    assert distance(TEAM_COLOURS[one], TEAM_COLOURS[other], vision) > 4 * JUST_NOTICEABLE


def test_every_team_type_has_colour_shape_and_name_of_its_own():
    for table in (TEAM_COLOURS, TEAM_SHAPES, TEAM_NAMES):
        assert len(set(table.values())) == len(table) == 5
        assert list(table) == list(TEAM_COLOURS)
