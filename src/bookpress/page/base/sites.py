"""Which builders make a site of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.builders import Builder


def is_site(builder: Builder) -> bool:
    """Return whether pages of a site are written, as against one long page or an e-book."""
    return builder.name in {"html", "dirhtml"}
