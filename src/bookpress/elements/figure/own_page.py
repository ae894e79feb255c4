"""The page of a figure: where it is, its citation, what is around it."""

from __future__ import annotations

import posixpath
import re
from html import escape
from pathlib import Path
from typing import Any

from sphinx.environment import BuildEnvironment

from bookpress.elements.base import assets
from bookpress.elements.base.contents import chapter_reference, citation_of, title_of
from bookpress.elements.base.moving import Move, folder_of
from bookpress.elements.base.store import store_of

_FIGURE = re.compile(r"<(/?)figure\b[^>]*>")
_NAME = re.compile(r"""\bid=["']([^"']+)["']""")


def cited(env: BuildEnvironment, docname: str, name: str, stem: str) -> dict[str, str]:
    """Return the number of a figure, its chapter's citation, and its addresses.

    These are its place on the page and its public address, if any.
    """
    page_numbers = env.toc_fignumbers.get(docname, {})
    figure_numbers = page_numbers.get("figure", {})
    number = ".".join(map(str, figure_numbers.get(name, ())))
    reference, address = chapter_reference(env, docname)
    public = ""
    if address:
        root = address.removesuffix(f"{docname}.html")
        public = f"{root}{folder_of(store_of(env).slug(docname))}/{stem}.html"
    return {
        "number": env.config.numfig_format["figure"] % number,
        "reference": reference,
        "anchor": name,
        "link": f"{address}#{name}",
        "public": public,
    }


def embedding(address: str, title: str, height: int) -> str:
    """Return the HTML that shows a figure within another page."""
    named = f'src="{escape(address)}" title="{escape(title)}"'
    return f'<iframe {named} width="700" height="{height}" loading="lazy"></iframe>'


def surroundings(app: Any, docname: str, move: Move) -> dict[str, Any]:
    """Return what the page of a figure needs around it: assets, links, the book."""
    static = posixpath.relpath("_static", move.folder)
    return {
        "asset": lambda name: f"{static}/{name}?v={assets.digest(name)}",
        "page": move.address(move.page.rpartition("/")[2]),
        "root": posixpath.relpath(".", move.folder) + "/",
        "icon": Path(app.config.html_favicon or "").name,
        "book": citation_of(app.config).book,
        "chapter": title_of(app.env, docname),
    }


def figures_in(body: str) -> dict[str, str]:
    """Return the figures of a page by name, each with those inside."""
    figures = {}
    begun: list[re.Match[str]] = []
    for tag in _FIGURE.finditer(body):
        if not tag[1]:
            begun.append(tag)
        elif begun:
            start = begun.pop()
            name = _NAME.search(start[0])
            if name:
                figures[name[1]] = body[start.start() : tag.end()]
    return figures
