"""Finishing touches to the text of a page: raised digits, terms with definitions, MathML."""

from bookpress.elements.base.registry import As, Element, Forms, Without

CURLED = Without(then=".paper:curl_quotes")
ELEMENT = Element(
    "typesetting",
    __name__,
    Forms(
        page=".typesetting:setup",
        print=CURLED,
        epub=CURLED,
        notebook=As.SAME,
        text=As.SAME,
    ),
    order=25,
    style="typesetting.css",
)
