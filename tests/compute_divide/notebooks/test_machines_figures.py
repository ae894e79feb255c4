"""The charts of the chapter on machines, drawn from the evidence: every mark is there, no text leaves the picture."""

import pytest
import vl_convert

from bookpress.page.figures.show import VEGALITE_MIME
from bookpress.page.figures.theme import INK

FIGURES = ("fig-one-scale", "fig-frontier", "fig-top500")


def drawn(chapter, name, width):
    """Return the drawn texts of a figure, each with its horizontal position."""
    spec = chapter.figures[name]["data"][VEGALITE_MIME]
    spec = spec | {"width": width, "autosize": {"type": "fit-x", "contains": "padding"}}
    scene = vl_convert.vegalite_to_scenegraph(spec, vl_version="6.4")
    return [(x, item) for kind, x, item in items(scene["scenegraph"], scene["origin"][0]) if kind == "text"]


def items(mark, x):
    for item in mark.get("items", []):
        here = x + item.get("x", 0)
        if mark.get("marktype") == "group":
            for below in item.get("items", []):
                yield from items(below, here)
        else:
            yield mark["marktype"], here, item


@pytest.mark.parametrize("width", [640, 340])
@pytest.mark.parametrize("name", FIGURES)
def test_text_stays_in_the_picture_and_has_the_colour_of_the_page(run_chapter, name, width):
    texts = [(x, item) for x, item in drawn(run_chapter("machines"), name, width) if item.get("text")]
    assert {item.get("fill") for _, item in texts} == {INK}
    for x, item in texts:
        length = 0.48 * item.get("fontSize", 11) * len(str(item["text"]))
        left = x + item.get("dx", 0) - length * {"left": 0, "center": 0.5, "right": 1}[item.get("align", "left")]
        assert -0.1 * length < left, item["text"]
        assert left + 0.9 * length < width, item["text"]


def test_the_frontier_names_no_anonymous_system_and_no_arsenal(run_chapter):
    texts = {str(item.get("text")) for _, item in drawn(run_chapter("machines"), "fig-frontier", 640)}
    assert {"JUPITER", "Alps", "Isambard-AI", "MareNostrum 5", "Leonardo", "Frontier", "Colossus"} <= texts
    assert not any(word in text for text in texts for word in ("unnamed", "Anonym", "Livermore", "Capitan"))
