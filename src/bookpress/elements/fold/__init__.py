"""Folds: sections that a page shows by their heading alone until a reader opens them."""

from bookpress.elements.base.registry import Asset, Element, Forms, Without

SIGN = '<details class="fold">'
OPENED = Without(
    wrappers=(".//details[@class='fold']/summary", ".//details[@class='fold']"),
)
ELEMENT = Element(
    "fold",
    __name__,
    Forms(
        page=".fold:setup",
        print=OPENED,
        epub=OPENED,
        notebook=".plain:as_sections",
        text=".plain:as_sections",
    ),
    order=30,
    assets=(
        Asset("fold.css", signs=(SIGN,), themed=True),
        Asset("fold.js", signs=(SIGN,), themed=True),
    ),
)
