"""References of pages and settings to other files: inclusions, and files outside of the book."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from bookpress.book.documents import ABOVE
from bookpress.files import files_of

FENCE = re.compile(
    r"^[ >]*(?:(?:[-*+]|\d+[.)])[ ]+)*"
    r"(?P<fence>`{3,}|~{3,}|:{3,})[ ]*(?P<directive>\{[\w-]+\})?(?P<rest>.*)$"
)
"""A line that opens or closes a block, which may be all of an item of a list."""
CODE = frozenset({"{code}", "{code-block}", "{code-cell}", "{parsed-literal}", "{prompt}"})
"""Directives that contain code, not text."""
INCLUDED = re.compile(
    r"^[ >]*(?:[`:]{3,}\{(?:literal)?include\}|\.\. (?:literal)?include::)[ ]+(?P<name>\S+)",
    re.MULTILINE,
)
OUTSIDE = re.compile(
    r"(?P<span>(?<![`}])(?P<ticks>`{1,2})(?!`)(?:(?!\n[ ]*\n).)+?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<before>^[ >]*(?:[`:]{3,}\{(?:literalinclude|include|image|figure)\}"
    r"|\.\. (?:literalinclude|include|image|figure)::|:file:)[ ]+"
    r"|\]\(|<img\b[^>]*?\bsrc=[\"']|\{download\}`[^`<]*<)"
    r"(?P<name>[^\s()<>\"'`]*\.\./[^\s()<>\"'`]+)",
    re.DOTALL | re.MULTILINE,
)
"""What names a file by a way that goes up, or a span of code, in which nothing does."""
STEPS_UP = re.compile(r"(?:\.\./)+")
"""A way that leads to a folder that contains the book."""


def outside_in(text: str, where: str) -> Iterator[str]:
    """Yield what a page names outside of the book, relative to the root of the book.

    Examples
    --------
    >>> list(outside_in("![A](../../a.png), ![B](../b.png)", "part/page.md"))
    ['../a.png']
    >>> list(outside_in("![B](../b.png)", "part/page.md"))
    []
    """
    if text.count("../") <= where.count("/"):  # too few steps up to leave the book
        return
    for is_code, part in _parts(text, where):
        for match in () if is_code else OUTSIDE.finditer(part):
            place = _place(match["name"] or "", posixpath.dirname(where))
            if place.startswith("../"):
                yield place


def staged_from_outside(place: str) -> str:
    """Return where a file is staged that lies outside of the book.

    Examples
    --------
    >>> staged_from_outside("../../README.md")
    'staged-sources/above/2/README.md'
    """
    name = place.lstrip("./")
    return f"{ABOVE}/{place.count('../')}/{name}"


def point_inside(text: str, where: str, is_staged: Callable[[str], bool]) -> str:
    """Return a page that names staged copies of the files that it takes from outside of the book.

    `where` is the file of the page, relative to the root of the book.

    Examples
    --------
    >>> page = "![A](../../a.png) and `![](../../a.png)`"
    >>> point_inside(page, "part/page.md", lambda place: place == "../a.png")
    '![A](../staged-sources/above/1/a.png) and `![](../../a.png)`'
    """
    folder = posixpath.dirname(where)

    def point(match: re.Match[str]) -> str:
        place = _place(match["name"] or "", folder)
        if not place.startswith("../") or not is_staged(place):
            return match[0]
        return match["before"] + posixpath.relpath(staged_from_outside(place), folder or ".")

    parts = [part if is_code else OUTSIDE.sub(point, part) for is_code, part in _parts(text, where)]
    return "".join(parts)


def _place(name: str, folder: str) -> str:
    return posixpath.normpath(posixpath.join(folder, name))


def _parts(text: str, where: str) -> Iterator[tuple[bool, str]]:
    """Yield the parts of a page, and whether each is code; in reStructuredText, no fence is."""
    if where.endswith(".rst"):
        yield False, text
        return
    for is_code, lines in groupby(_lines(text), key=itemgetter(0)):
        yield is_code, "".join(line for _, line in lines)


def _lines(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the lines of a page, each with whether it is part of a code block."""
    opened: list[tuple[str, bool]] = []
    for line in text.splitlines(keepends=True):
        inner = opened[-1] if opened else ("", False)
        fence = FENCE.match(line.rstrip("\n"))
        is_code = inner[1]
        if fence:
            is_bare = not fence["directive"] and not fence["rest"].strip()
            if inner[0] and is_bare and fence["fence"].startswith(inner[0]):
                opened.pop()
            elif not is_code:
                is_code = _opens_code(fence)
                if is_code or fence["directive"]:
                    opened.append((fence["fence"], is_code))
        yield is_code, line


def _opens_code(fence: re.Match[str]) -> bool:
    """Return whether a line opens a code block."""
    if fence["directive"]:
        return fence["directive"] in CODE
    return not fence["fence"].startswith(":") and "`" not in fence["rest"]


def included_in(text: str, where: str) -> Iterator[str]:
    """Yield the files that a page includes, relative to the root of the book."""
    for match in INCLUDED.finditer(text):
        name = match["name"]
        place = name[1:] if name[0] == "/" else posixpath.join(posixpath.dirname(where), name)
        place = posixpath.normpath(place)
        if not place.startswith(".."):
            yield place


def settings_outside(root: Path, settings: Any) -> Iterator[str]:
    """Yield the files outside of a book that settings name, alone or with their folder.

    Files are relative to the root of the book.
    """
    if isinstance(settings, dict):
        settings = [*settings.values()]
    if isinstance(settings, list):
        for entry in settings:
            yield from settings_outside(root, entry)
    elif place := _place_outside(settings):
        path = root / place
        below = path.rglob("*") if path.is_dir() else [path]
        yield from (f"{place}{str(each).removeprefix(str(path))}" for each in below)


def with_staged(settings: Any, files: Collection[str]) -> Any:
    """Return settings that name the staged copies of what they name outside of the book."""
    inner = partial(with_staged, files=files)
    if isinstance(settings, dict):
        return {name: inner(entry) for name, entry in settings.items()}
    if isinstance(settings, list):
        return [inner(entry) for entry in settings]
    place = _place_outside(settings)
    staged = staged_from_outside(place) if place else ""
    is_staged = staged in files or any(name.startswith(f"{staged}/") for name in files)
    return staged if place and is_staged else settings


def extensions_above(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the extensions of a book's own in folders that contain it, each with its folder.

    Examples
    --------
    >>> extensions_above({"sphinx": {"local_extensions": {"a": "../", "b": "../ext", "c": "."}}})
    {'a': '../'}
    """
    local = (settings.get("sphinx") or {}).get("local_extensions") or {}
    folders = {name: f"{posixpath.normpath(place)}/" for name, place in local.items()}
    return {name: place for name, place in folders.items() if STEPS_UP.fullmatch(place)}


def extensions_outside(root: Path, settings: Mapping[str, Any]) -> Iterator[str]:
    """Yield the files of extensions in folders that contain the book, and nothing beside them."""
    for name, folder in extensions_above(settings).items():
        package = name.partition(".")[0]
        files = [root / folder / f"{package}.py", *files_of(root / folder / package)]
        yield from (f"{folder}{path.relative_to(root / folder).as_posix()}" for path in files)


def _place_outside(entry: Any) -> str:
    """Return a path that leads out of the book, without needless steps; empty if it is none."""
    if not isinstance(entry, str) or not entry.startswith(("../", "./../")) or "\n" in entry:
        return ""
    place = posixpath.normpath(entry)
    return place if place.strip("./") else ""


def markdown_in(content: bytes) -> str:
    """Return the Markdown of a notebook; empty if it is none."""
    _, cells = _notebook(content)
    return "\n\n".join("".join(cell["source"]) for cell in cells)


def with_markdown(content: bytes, change: Callable[[str], str]) -> bytes:
    """Return a notebook with the text of each cell of Markdown changed; anything else stays."""
    notebook, cells = _notebook(content)
    is_changed = False
    for cell in cells:
        before = "".join(cell["source"])
        cell["source"] = change(before)
        is_changed |= cell["source"] != before
    return json.dumps(notebook, ensure_ascii=False).encode() if is_changed else content


def _notebook(content: bytes) -> tuple[Any, list[dict[str, Any]]]:
    """Return a notebook and its cells of Markdown; what is wrong with it is told by its reader."""
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError):
        return None, []
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    given = cells if isinstance(cells, list) else []
    return notebook, [cell for cell in given if _is_markdown(cell)]


def _is_markdown(cell: Any) -> bool:
    return (
        isinstance(cell, dict)
        and cell.get("cell_type") == "markdown"
        and isinstance(cell.get("source"), list | str)
    )
