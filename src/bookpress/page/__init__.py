"""The Sphinx extension: charts and results on pages, parameter box, citation, downloads."""

from __future__ import annotations

from typing import Any


def setup(app: Any) -> Any:
    """Let Sphinx, and nothing else that imports this, load ``bookpress.page`` as an extension."""
    from bookpress.page.extension import setup as set_up

    return set_up(app)
