"""The margin of wide screens: a script puts notes beside the lines they belong to."""

from bookpress.elements.base.registry import As, Asset, Element, Forms

ELEMENT = Element(
    "margin-notes",
    __name__,
    Forms(
        page=As.SAME,
        print=As.OMITTED,  # what stands there, stands elsewhere too
        epub=As.OMITTED,
        notebook=As.OMITTED,
        text=As.OMITTED,
    ),
    order=80,
    assets=(
        Asset("margin.css", kinds=("chapter",)),
        Asset("margin.js", kinds=("chapter",)),
    ),
)
