"""The book as EPUB 3: the finished pages as XHTML, packed so that the same pages give the same bytes."""

from __future__ import annotations


def missing() -> str | None:
    """Return what this machine lacks to make an EPUB: nothing, it is made by this package alone."""
    return None
