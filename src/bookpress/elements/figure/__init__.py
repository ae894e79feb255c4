"""Figures of chapters, drawn on the page."""

from bookpress.elements.base.registry import As, Asset, Element, Forms, Without

CLASSES = ("code-fold", "controls", "only-dark")
TOOLS = ".//div[@class='figure-tools']/*[not(summary='Description')]"
NARROW_TOOLS = ".//div[@class='figure-tools']/*[not(summary='Description' or summary='Names')]"
"""Tools that an e-book, whose pictures are for narrow columns, does not keep."""
WRAPPER = ".//*[@class='figure-tools']"
ELEMENT = Element(
    "figure",
    __name__,
    Forms(
        page=".figures:setup",
        print=Without(CLASSES, (TOOLS,), (WRAPPER,), then=".paper:describe_pictures"),
        epub=Without(CLASSES, (NARROW_TOOLS,), (WRAPPER,), then=".paper:take_narrow"),
        notebook=As.SAME,  # the output of its cell; its words are those of the prose
        text=As.SAME,
    ),
    order=30,
    style="figure.css",
    script="chart.js",
    print_style="figure.print.css",
    epub_style="figure.epub.css",
    assets=(
        Asset("picture.js", by_hand=True),  # with the first picture of a state
        Asset("code-colours.js", by_hand=True),  # when code is first shown
        Asset("figure-themed.css", signs=('class="chart-figure"',), themed=True, by_hand=True),
    ),
)
