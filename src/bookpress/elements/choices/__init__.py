"""The opening of a chapter with its bar of choices, and a page in another state."""

from bookpress.elements.base.registry import As, Asset, Directive, Element, Forms, Without

ON_PAPER = Without(
    classes=("choices-hint", "setting"),
    places=(
        ".//ul[@class='facts'][not(li/time)]",
        ".//ul[@class='facts']/li[not(time)]",
        ".//details[@class='choices-more']/summary",
    ),
    wrappers=(".//*[@class='choices-more']",),
    then=".paper:move_parameters",
)
ELEMENT = Element(
    "choices",
    __name__,
    Forms(
        page=".parameter_box:setup",
        print=ON_PAPER,
        epub=ON_PAPER,
        notebook=As.SAME,  # its first code cell are the choices
        text=As.SAME,
    ),
    order=20,
    directives={"every-choice": Directive(".parameter_box:every_choice")},
    style="opening.css",
    assets=(
        Asset("choices.css", kinds=("chapter",), themed=True),
        Asset("walk.js", kinds=("chapter",), early=True, themed=True),
        Asset("states.js", kinds=("chapter",), early=True, themed=True),
    ),
    fixed=frozenset({"parameters"}),
)
