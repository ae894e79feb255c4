"""Each chapter as Markdown for machines, and an index of these."""

from bookpress.formats import Format

FORMAT = Format(
    "text",
    title="Text",
    what="without code (Markdown)",
    media_type="text/markdown",
    chapter="{docname}.md",
    write="bookpress.outputs.text.text:as_markdown",
    index="bookpress.outputs.text.text:write_index",
    order=50,
)
