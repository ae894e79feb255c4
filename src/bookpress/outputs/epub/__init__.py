"""The book as EPUB 3."""

from bookpress.formats import Format

FORMAT = Format(
    "epub",
    "bookpress.outputs.epub.epub",
    title="EPUB",
    what="for e-book readers",
    media_type="application/epub+zip",
    book="epub/{stem}.epub",
    needs_layout=True,
    order=20,
)
