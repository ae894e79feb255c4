"""Links between pages and chapters: written to the sources, pointed at the executed notebooks when staged."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping

from bookpress.book.chapters import FOLDER

PUBLISHED = "published:"
"""Scheme of an address within the published edition: ``published:notebooks/hardware.html``."""
_LINK = re.compile(r"\[(?P<text>[^\[\]]*)\]\((?P<path>[^()\s#]*?)(?P<slug>[a-z0-9-]+)\.md(?P<anchor>#[^()\s]*)?\)")


def point_to_notebooks(text: str, folder: str, kept: Collection[str], left_out: Mapping[str, str] | None = None) -> str:
    """Return Markdown whose links to chapters lead to their executed notebooks.

    A link names the file that an author sees (``large-scale-models.md``); staged, the chapter is a notebook. A chapter
    that the edition leaves out has no page here: a link to it leads to the published edition. One that does not exist
    is left as it is, for Sphinx to report.

    Parameters
    ----------
    text : str
        The Markdown.
    folder : str
        Folder of the page, relative to the root of the book: ``"book"``, or ``""`` for the root.
    kept : collection of str
        Slugs of the chapters of the edition.
    left_out : mapping, optional
        Titles of the chapters that the edition leaves out, by slug.

    Examples
    --------
    >>> point_to_notebooks("See [who](../notebooks/who.md#now).", "book", {"who"})
    'See [who](../notebooks/who.ipynb#now).'
    >>> point_to_notebooks("See [](who.md) and [how](../book/how.md).", "notebooks", set(), {"who": "Who?"})
    'See [Who?](published:notebooks/who.html) and [how](../book/how.md).'
    """
    missing = left_out or {}

    def point(link: re.Match[str]) -> str:
        if posixpath.normpath(posixpath.join(folder, link["path"])) != FOLDER:
            return link[0]
        text, slug, anchor = link["text"], link["slug"], link["anchor"] or ""
        if slug in kept:
            return f"[{text}]({link['path']}{slug}.ipynb{anchor})"
        if slug in missing:
            return f"[{text or missing[slug]}]({PUBLISHED}{FOLDER}/{slug}.html{anchor})"
        return link[0]

    return _LINK.sub(point, text)
