"""One choice for the whole book: which findings hold under it."""

from bookpress.elements.base.registry import As, Asset, Directive, Element, Forms, Without

FOLDED = Without(classes=("whole-book",))
ELEMENT = Element(
    "whole_book",
    __name__,
    Forms(page=".numbers:setup", print=FOLDED, epub=FOLDED, notebook=As.OMITTED, text=As.OMITTED),
    order=75,
    directives={"whole-book": Directive(".whole_book:whole_book")},
    assets=(
        Asset("whole-book.css", signs=("whole-book",)),
        Asset("whole-book.js", signs=("whole-book",), early=True),
    ),
)
