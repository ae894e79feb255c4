"""Links between pages and chapters: written to the sources, pointed at the executed notebooks when staged."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection

from compute_divide.press.chapters import FOLDER

_LINK = re.compile(r"\[(?P<text>[^\[\]]*)\]\((?P<path>[^()\s#]*?)(?P<slug>[a-z0-9-]+)\.md(?P<anchor>#[^()\s]*)?\)")


def point_to_notebooks(text: str, folder: str, kept: Collection[str]) -> str:
    """Return Markdown whose links to chapters lead to their executed notebooks.

    A link names the file that an author sees (``large-scale-models.md``); staged, the chapter is a notebook. A chapter
    that the edition leaves out has no page: of a link to it only the words stay.

    Parameters
    ----------
    text : str
        The Markdown.
    folder : str
        Folder of the page, relative to the root of the book: ``"book"``, or ``""`` for the root.
    kept : collection of str
        Slugs of the chapters of the edition.

    Examples
    --------
    >>> point_to_notebooks("See [who](../notebooks/who.md#now).", "book", {"who"})
    'See [who](../notebooks/who.ipynb#now).'
    >>> point_to_notebooks("See [who](who.md) and [how](../book/how.md).", "notebooks", set())
    'See who and [how](../book/how.md).'
    """

    def point(link: re.Match[str]) -> str:
        if posixpath.normpath(posixpath.join(folder, link["path"])) != FOLDER:
            return link[0]
        if link["slug"] not in kept:
            return link["text"]
        return f"[{link['text']}]({link['path']}{link['slug']}.ipynb{link['anchor'] or ''})"

    return _LINK.sub(point, text)
