"""Sentences that rest on statements: their notes, and how certain each is."""

from bookpress.elements.base.registry import As, Asset, Directive, Element, Forms

ELEMENT = Element(
    "sentence",
    __name__,
    Forms(
        page=".notes:setup",
        print=As.SAME,
        epub=As.SAME,
        notebook=".plain:with_notes",
        text=".plain:with_notes",
    ),
    order=50,
    directives={
        "otherwise": Directive(".notes:show_otherwise", named=True, content=True),
        "every-sentence": Directive(".sentences:every_sentence"),
    },
    roles={"holds": "bookpress.elements.value.roles:ValueRole"},
    style="sentence.css",
    print_style="sentence.print.css",
    epub_style="sentence.epub.css",
    assets=(
        Asset("quotable.css", kinds=("chapter",)),
        Asset("quotable.js", kinds=("chapter",), early=True),
        Asset("quote.css", by_hand=True),  # with the first quote that a reader asks for
        Asset("quote.js", by_hand=True),
    ),
)
