"""What the cells of a chapter show, as Markdown without their code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lxml import html

WIDGET = "application/vnd.jupyter.widget-view+json"
"""What a page shows only together with all that keeps the widgets of its chapter."""
COLOURS = re.compile(r"\x1b\[[\d;]*m")
"""What gives colours to the words of a terminal."""
REPRESENTED = re.compile(r"<.*>", re.DOTALL)
"""What Python says of an object that has no words of its own."""
NO_WORDS = ("script", "style", "svg")


def shown_words(output: Mapping[str, Any]) -> str:
    r"""Return the words that an output shows; empty for a picture, which has other words.

    Examples
    --------
    >>> shown_words({"output_type": "stream", "name": "stdout", "text": ["one ", "two"]})
    '```text\none two\n```'
    >>> table = {"text/html": "<p>1 <b>2</b></p>", "text/plain": "<Styler object>"}
    >>> shown_words({"output_type": "display_data", "data": table})
    '```text\n1 2\n```'
    >>> widget = {"text/plain": "IntSlider(value=7)", WIDGET: {"model_id": "a"}}
    >>> shown_words({"output_type": "display_data", "data": widget})
    '```text\nIntSlider(value=7)\n```'
    """
    match output["output_type"]:
        case "stream":
            return _block(output["text"]) if output["name"] == "stdout" else ""
        case "error":
            return _block(f"{output['ename']}: {output['evalue']}")
    data: Mapping[str, Any] = output.get("data", {})
    if "text/latex" in data:
        return "".join(data["text/latex"]).replace("<", r"\lt ")
    is_text = all(kind.startswith("text/") or kind == WIDGET for kind in data)
    if not is_text:
        return ""
    plain = "".join(data.get("text/plain", ""))
    if "text/html" in data and REPRESENTED.fullmatch(plain or "<>"):
        plain = _words_of_html("".join(data["text/html"]))
    return _block(plain)


def _block(text: str | list[str]) -> str:
    """Return text as a block of code, which Markdown leaves as it is; empty without words."""
    words = COLOURS.sub("", "".join(text)).strip("\n")
    ticks = max(map(len, re.findall(r"`{3,}", words)), default=2)
    fence = "`" * (ticks + 1)
    return f"{fence}text\n{words}\n{fence}" if words.strip() else ""


def _words_of_html(text: str) -> str:
    """Return the words of HTML in lines: each row of a table is one."""
    if not text.strip():
        return ""
    body = html.fragment_fromstring(text, create_parent="div")
    for element in list(body.iter(*NO_WORDS)):
        element.drop_tree()
    for row in body.iter("tr"):
        row.tail = "\n"
        for cell in row.iter("td", "th"):
            cell.tail = " "
    lines = [" ".join(line.split()) for line in body.text_content().split("\n")]
    return "\n".join(filter(None, lines))
