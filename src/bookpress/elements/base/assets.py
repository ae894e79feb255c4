"""The styles and scripts that pages load, from the folders of the elements they belong to.

Every page loads one style and one script, which are the parts of all elements in order. Some pages
also load a few of their own.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from functools import cache
from pathlib import Path

from bookpress.elements.base.registry import Asset, elements
from bookpress.files import replace_file

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
STYLE = "reading.css"
SCRIPT = "reading.js"
APART = "apart.css"
"""The style of pages outside an edition, besides that of all pages."""
FIRST = "mode.js"
"""The first script of every page."""
SHARED = HERE / "dom.js"
"""What all scripts share; it is a part of the first of a page."""
_STYLE = re.compile(r"""("[^"]*"|'[^']*')|/\*.*?\*/|\s*([{};,])\s*|(:)\s+|(\s+)""", re.DOTALL)
_REMARK = re.compile(r"""(?<=[;{},)]) // [^`"']*$""")
"""A comment at the end of a line of a script, where it cannot be part of a text."""


@cache
def served() -> dict[str, bytes]:
    """Return all styles and scripts, by file name."""
    styles = [HERE / "base.css"]
    scripts = [HERE / SCRIPT]
    own = {APART: [HERE / APART], FIRST: [SHARED, HERE / FIRST]}
    for element in elements():
        styles += [element.folder / element.style] if element.style else []
        scripts += [element.folder / element.script] if element.script else []
        for asset in element.assets:
            own[asset.name] = [element.folder / file for file in asset.files]
    every = {STYLE: styles, SCRIPT: scripts, **own}
    return {name: lean(name, _joined(files)).encode() for name, files in every.items()}


def _joined(files: list[Path]) -> str:
    return "\n".join(file.read_text("utf-8") for file in files)


def style_of(form: str, page: str) -> str:
    """Return the style of a form, ``print`` or ``epub``: the page's, then those of the elements."""
    named = [(element.folder, getattr(element, f"{form}_style")) for element in elements()]
    parts = [(folder / name).read_text("utf-8") for folder, name in named if name]
    return lean(f"{form}.css", "\n".join([page, *parts]))


def loaded(kind: str, body: str) -> list[Asset]:
    """Return the extra styles and scripts that a page loads, in the order of the elements."""
    offered = [asset for element in elements() for asset in element.assets]
    return [asset for asset in offered if asset.is_for(kind, body)]


def themed() -> list[Asset]:
    """Return what pages may load if a theme lays them out."""
    return [asset for element in elements() for asset in element.assets if asset.themed]


def content(name: str) -> bytes:
    """Return the content of a style or script."""
    return served()[name]


@cache
def digest(name: str) -> str:
    """Return a short hash of a style or script, so that browsers notice a new version."""
    return hashlib.sha256(content(name)).hexdigest()[:8]


def write_all(static: Path) -> None:
    """Write all styles, scripts and fonts into the folder that pages load them from."""
    for name, text in served().items():
        replace_file(static / name, text)
    shutil.copytree(FONTS, static / "fonts", dirs_exist_ok=True)


def lean(name: str, text: str) -> str:
    r"""Return a style or a script without comments and white space; any other file unchanged.

    Examples
    --------
    >>> lean("a.css", 'p::after { content: "a  { b"; }  /* why */')
    'p::after{content:"a  { b";}'
    >>> lean("a.js", "f();\n// Why.\n  g(); // how\n")
    'f();\ng();'
    """
    if name.endswith(".css"):
        return _STYLE.sub(_shortened, text).strip()
    if name.endswith(".js"):
        lines = (_REMARK.sub("", line.strip()) for line in text.splitlines())
        return "\n".join(line for line in lines if line and not line.startswith("//"))
    return text


def _shortened(match: re.Match[str]) -> str:
    text, sign, colon, space = match.groups()
    return text or sign or colon or (" " if space else "")
