"""Pages that lead from an old address to the new place."""

from bookpress.elements.base.registry import As, Asset, Element, Forms

ELEMENT = Element(
    "moved",
    __name__,
    Forms(
        page=".moved:setup",
        print=As.SAME,
        epub=As.SAME,
        notebook=As.SAME,
        text=As.SAME,
    ),
    order=85,
    assets=(Asset("moved.js", by_hand=True),),
)
