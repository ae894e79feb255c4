"""What readers contest: the text that they send, and the register of outcomes."""

from bookpress.elements.base.registry import As, Asset, Directive, Element, Forms

ELEMENT = Element(
    "contested",
    __name__,
    Forms(
        page=".contested:setup",
        print=As.SAME,
        epub=As.SAME,
        notebook=As.SAME,
        text=As.SAME,
    ),
    order=45,
    directives={"contested": Directive(".contested:all_contested")},
    style="contested.css",
    assets=(Asset("contest.js", by_hand=True),),  # with the first text that a reader asks for
)
