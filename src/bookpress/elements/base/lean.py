"""Styles and scripts as browsers load them: without what only people read.

Nothing is renamed or written anew: comments and white space go.
"""

from __future__ import annotations

import re

_STYLE = re.compile(r"""("[^"]*"|'[^']*')|/\*.*?\*/|\s*([{};])\s*|(\s+)""", re.DOTALL)
_REMARK = re.compile(r"""(?<=[;{},)]) // [^`"']*$""")
"""A remark at the end of a line of a script, where no text can contain it."""


def lean(name: str, text: str) -> str:
    r"""Return a style or a script without comments and white space; any other file as it is.

    Examples
    --------
    >>> lean("a.css", 'p::after { content: "a  { b"; }  /* why */')
    'p::after{content: "a  { b";}'
    >>> lean("a.js", "f();\n// Why.\n  g(); // how\n")
    'f();\ng();'
    """
    if name.endswith(".css"):
        return _STYLE.sub(_shortened, text).strip()
    if name.endswith(".js"):
        lines = (_REMARK.sub("", line.strip()) for line in text.splitlines())
        return "\n".join(line for line in lines if line and not line.startswith("//"))
    return text


def _shortened(found: re.Match[str]) -> str:
    text, sign, space = found.groups()
    return text or sign or (" " if space else "")
