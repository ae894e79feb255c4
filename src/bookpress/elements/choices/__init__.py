"""The opening of a chapter, the panel of its choices and the links to it, and other states."""

from bookpress.elements.base.registry import As, Asset, Directive, Element, Forms, Without

ON_PAPER = Without(
    classes=("choices-hint", "hangs", "setting"),
    places=(
        ".//ul[@class='facts'][not(li/time)]",
        ".//ul[@class='facts']/li[not(time)]",
    ),
    then=".paper:move_parameters",
)
SCRIPTS = ("packs.js", "restate.js", "states.js")
THEMED = ("../base/dom.js", "themed.js")
"""The first script of a theme's page, which so brings what the others share."""
ELEMENT = Element(
    "choices",
    __name__,
    Forms(
        page=".opening:setup",
        print=ON_PAPER,
        epub=ON_PAPER,
        notebook=As.SAME,  # its choices are a code cell
        text=As.SAME,
    ),
    order=20,
    directives={"every-choice": Directive(".every_choice:every_choice")},
    style="opening.css",
    print_style="choices.print.css",
    epub_style="choices.epub.css",
    assets=(
        Asset("choices.css", kinds=("chapter",), themed=True),
        Asset("themed.css", themed=True, by_hand=True),
        Asset("themed.js", THEMED, themed=True, by_hand=True),
        Asset("panel.js", kinds=("chapter",), early=True, themed=True),
        Asset("restated.css", by_hand=True),  # both come with the first state that is shown
        Asset("walk.js", by_hand=True),
        Asset("states.js", SCRIPTS, ("chapter",), early=True, themed=True),
    ),
    fixed=frozenset({"no-scripts", "chapter_choices"}),
)
