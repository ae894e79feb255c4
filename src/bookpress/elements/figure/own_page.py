"""The page of a figure, for figures of every kind: where it is, its citation, what draws it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

from markupsafe import Markup
from sphinx.environment import BuildEnvironment

from bookpress.elements.base import assets
from bookpress.elements.base.contents import chapter_reference, citation_of, title_of
from bookpress.elements.base.moving import Move, folder_of
from bookpress.elements.base.store import store_of
from bookpress.files import replace_file, sha256

_FIGURE = re.compile(r"<(/?)figure\b[^>]*>")
_NAME = re.compile(r"""\bid=["']([^"']+)["']""")
_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL)
LONG = 10_000
"""The length from which a script that several figures need is kept in a file."""


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
    """Return what the page of any figure of a page needs around it: assets, links, the book."""
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


def without_scripts(figure: str) -> str:
    """Return the HTML of a figure without its scripts, whose code may hold any tag."""
    return _SCRIPT.sub("", figure)


def loaders(before: str, figure: str, others: Iterable[str]) -> list[str]:
    """Return the scripts before a figure without which its own draw nothing, such as a library.

    A script that names an element of another figure draws that one.
    """
    if "<script" not in figure:
        return []
    names = {name for other in others for name in _NAME.findall(without_scripts(other))}
    drawing = re.compile("|".join(rf"""["'#]{re.escape(name)}["']""" for name in names) or "$.")
    scripts = [script[0] for script in _SCRIPT.finditer(before)]
    return [script for script in dict.fromkeys(scripts) if not drawing.search(script)]


def kept_beside(script: str, folder: Path) -> Markup:
    """Return a script as it is or, if it is long, as one that loads it from a file in a folder.

    The pages of all figures of a chapter share the file.
    """
    parts = _SCRIPT.fullmatch(script)
    is_classic = parts is not None and "src=" not in parts[1] and "module" not in parts[1]
    if parts is None or len(script) < LONG or not is_classic:
        return Markup(script)  # noqa: S704 (taken from the page)
    name = f"{sha256(parts[2].encode())[:12]}.js"
    replace_file(folder / name, parts[2].encode())
    return Markup(f'<script{parts[1]} src="{name}"></script>')  # noqa: S704 (our own)
