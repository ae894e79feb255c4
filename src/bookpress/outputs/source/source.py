"""A chapter as MyST Markdown: the downloaded notebook without its outputs."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx

from bookpress.book.parsed import written_as_myst
from bookpress.elements.base.store import Page
from bookpress.outputs.notebook.notebook import taken_away
from bookpress.run.executed import ExecutedChapter


def as_source(executed: ExecutedChapter, page: Page, app: Sphinx) -> bytes | None:
    """Return an executed chapter as MyST Markdown; None if it was not written as such."""
    if page.source_in(Path(app.srcdir)) is None:
        return None
    notebook = taken_away(executed, page, app)
    cells = [{**cell, "source": "".join(cell["source"])} for cell in notebook["cells"]]
    return written_as_myst({**notebook, "cells": cells}).encode()
