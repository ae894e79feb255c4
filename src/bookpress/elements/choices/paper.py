"""Choices on paper and in an e-book: one line at the head of a chapter, their table at its end."""

from __future__ import annotations

from typing import Any


def move_parameters(body: Any) -> None:
    """Leave the choices of a chapter in one line at its head, their table at its end."""
    for bar in body.find_class("choices"):
        _move(body, bar)


def _move(body: Any, bar: Any) -> None:
    table = bar.find_class("parameters")[0]
    heading = table[0]
    table.tag = "section"
    heading.tag = "h2"
    heading.text = "Choices behind this chapter"
    table.set("id", bar.attrib.pop("id"))
    bar.tag = "p"
    body.find_class("opener")[0].append(bar)
    titles = bar.find_class("choices-title")
    choices = bar.find_class("choice")
    summaries = bar.iterfind(".//summary")
    for part in (*titles, *choices, *summaries):
        part.tag = "span"
    references = body.find(".//section[@id='references']")
    if references is not None:
        references.addprevious(table)
    else:
        body.find("section").append(table)
