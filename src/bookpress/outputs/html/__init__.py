"""The pages, which every build makes and all other formats are made from."""

from bookpress.formats import Format

FORMAT = Format(
    "html",
    "bookpress.outputs.html.pages",
    title="Pages",
    what="to read and change",
    media_type="text/html",
    order=0,
)
