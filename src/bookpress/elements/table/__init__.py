"""Tables: sorting, filtering, contesting, and a card for each row on a phone."""

from bookpress.elements.base.registry import As, Asset, Element, Forms, Without

ELEMENT = Element(
    "table",
    __name__,
    Forms(
        page=".rows:setup",
        print=Without(classes=("later-rows",), then=".paper:leave_rows_out"),
        epub=Without(classes=("later-rows",), then=".paper:suit_readers"),
        notebook=As.SAME,
        text=As.SAME,
    ),
    order=40,
    style="table.css",
    print_style="table.print.css",
    epub_style="table.epub.css",
    assets=(Asset("tables.js", signs=("searchable", "data-filter")),),
)
