"""Each chapter as MyST Markdown, to run again."""

from bookpress.formats import Format

FORMAT = Format(
    "source",
    title="Source",
    what="to run again (MyST Markdown)",
    media_type="text/markdown",
    chapter="downloads/{slug}.md",
    write="bookpress.outputs.source.source:as_source",
    order=40,
)
