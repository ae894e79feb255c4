"""Files to download, and their descriptions for machines."""

from bookpress.elements.base.registry import As, Element, Forms, Without

ELEMENT = Element(
    "downloads",
    __name__,
    Forms(
        page=".downloads:setup",
        print=Without(classes=("chapter-end",)),
        epub=Without(classes=("chapter-end",)),
        notebook=As.SAME,
        text=As.SAME,
    ),
    order=65,
    style="downloads.css",
    fixed=frozenset({"this-chapter", "this-chapter-title"}),
)
