"""A chapter as MyST Markdown: the notebook that a reader takes away, without its outputs."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx

from bookpress.elements.base.store import Page
from bookpress.outputs.notebook.notebook import taken_away
from bookpress.run.executed import ExecutedChapter


def as_source(executed: ExecutedChapter, page: Page, app: Sphinx) -> bytes | None:
    """Return an executed chapter as MyST Markdown, where it was written so."""
    import jupytext
    import nbformat

    if page.source_in(Path(app.srcdir)) is None:
        return None
    notebook = taken_away(executed, page, app)
    cells = [{**cell, "source": "".join(cell["source"])} for cell in notebook["cells"]]
    node = nbformat.from_dict({**notebook, "cells": cells})
    return str(jupytext.writes(node, "md:myst")).encode()
