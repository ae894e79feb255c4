"""The elements of a page, one folder each, and the Sphinx extension that adds them."""

from __future__ import annotations

from typing import Any


def setup(app: Any) -> Any:
    """Set up the extension; it is imported here so that only Sphinx loads it."""
    from bookpress.elements.extension import setup as set_up

    return set_up(app)
