"""Values in prose: on the page, and in plain words."""

from bookpress.elements.base.registry import As, Element, Forms

ROLE = ".roles:ValueRole"
KINDS = ("result", "param", "years", "minutes")
"""The roles for values in any book; `reported` are those of one book."""
ELEMENT = Element(
    "value",
    __name__,
    Forms(
        page=".captions:setup",
        print=As.SAME,
        epub=As.SAME,
        notebook=".words:in_words",
        text=".words:in_words",
    ),
    order=60,
    style="value.css",
    print_style="value.print.css",
    roles=dict.fromkeys(KINDS, ROLE),
)
