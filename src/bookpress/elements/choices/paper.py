"""Choices in print and in an e-book: one line at the top of a chapter, and a table at its end."""

from __future__ import annotations

from typing import Any


def move_parameters(body: Any) -> None:
    """Reduce the choices to one line at the top of a chapter, and move their table to its end."""
    for bar in body.find_class("choices"):
        _move(body, bar)


def _move(body: Any, bar: Any) -> None:
    table = bar.find_class("parameters")[0]
    heading = table[0]
    table.tag = "section"
    heading.tag = "h2"
    heading.text = "Choices behind this chapter"
    table.set("id", bar.attrib.pop("id"))
    references = body.find(".//section[@id='references']")
    end = bar if references is None else references
    end.addprevious(table)
    bar.tag = "p"
    body.find_class("opener")[0].append(bar)
    titles = bar.find_class("choices-title")
    choices = bar.find_class("choice")
    summaries = bar.iterfind(".//summary")
    for part in (*titles, *choices, *summaries):
        part.tag = "span"
