"""Quotation marks in print and in an e-book, where nobody copies them into a command."""

from __future__ import annotations

import re
from typing import Any

_VERBATIM = frozenset({"code", "pre", "kbd", "samp", "tt", "math", "svg"})
_OPENING = re.compile(r"(?<=[\s(\[])'(?=\w)")
_CLOSING = re.compile(r"(?<=[\w.,!?])'")


def curl_quotes(body: Any) -> None:
    """Curl apostrophes and single quotation marks, except in code.

    Settings, data and references have them as they were typed; those of prose are curled already.
    """
    if body.tag in _VERBATIM:
        return
    body.text = _curled(body.text)
    for child in body:
        if isinstance(child.tag, str):
            curl_quotes(child)
        child.tail = _curled(child.tail)


def _curled(text: str | None) -> str | None:
    if not text:
        return text
    opened = _OPENING.sub("\N{LEFT SINGLE QUOTATION MARK}", text)
    return _CLOSING.sub("\N{RIGHT SINGLE QUOTATION MARK}", opened)
