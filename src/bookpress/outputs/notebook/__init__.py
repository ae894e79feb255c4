"""Each chapter as a notebook to download."""

from bookpress.formats import Format

FORMAT = Format(
    "notebook",
    title="Notebook",
    what="with all outputs (ipynb)",
    media_type="application/x-ipynb+json",
    chapter="downloads/{slug}.ipynb",
    write="bookpress.outputs.notebook.notebook:as_notebook",
    order=30,
)
