"""How to cite: the box at the end of a chapter, and the tags in the head of a page."""

from bookpress.elements.base.registry import As, Asset, Element, Forms, Without

CLASSES = ("cite-downloads", "cite-status")
PLACES = (
    ".//details[@class='cite-fold'][not(dl[@class='cite-state'])]",
    ".//details[@class='cite-fold']/summary",
)
WRAPPER = ".//*[@class='cite-fold']"
ELEMENT = Element(
    "citation",
    __name__,
    Forms(
        page=".extension:setup",
        print=Without(CLASSES, PLACES, (WRAPPER,)),
        epub=Without((*CLASSES, "cite-box"), PLACES, (WRAPPER,)),  # its title page says it
        notebook=As.SAME,
        text=As.SAME,
    ),
    order=64,
    style="cite-box.css",
    print_style="citation.print.css",
    epub_style="citation.epub.css",
    assets=(Asset("cite.css"), Asset("cite.js")),
)
