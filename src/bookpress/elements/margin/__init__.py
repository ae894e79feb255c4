"""The margin of wide screens: notes beside the lines that they belong to, made by a script."""

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
