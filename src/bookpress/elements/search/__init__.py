"""Search without a server."""

from bookpress.elements.base.registry import As, Asset, Element, Forms

ELEMENT = Element(
    "search",
    __name__,
    Forms(
        page=".search:setup",
        print=As.SAME,
        epub=As.SAME,
        notebook=As.SAME,
        text=As.SAME,
    ),
    order=80,
    assets=(Asset("search.css", kinds=("search",)), Asset("search.js", kinds=("search",))),
)
