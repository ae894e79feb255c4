"""The elements of a page, a folder each, and the Sphinx extension that puts them there."""

from __future__ import annotations

from typing import Any


def setup(app: Any) -> Any:
    """Let Sphinx, and nothing else that imports this, load the elements as an extension."""
    from bookpress.elements.extension import setup as set_up

    return set_up(app)
