"""Tables of words: on a phone each row is a card, whose cells are named by their headings."""

from __future__ import annotations

import html
import re
from itertools import count
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from bookpress.elements.base.events import where_laid_out

COLUMNS = 4
"""Columns from which on words in them have no room on a phone."""
_TABLE = re.compile(r'<table class="table"[^>]*>.*?</table>', re.DOTALL)
_BODY = re.compile(r"<tbody>.*</tbody>", re.DOTALL)
ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_HEADING = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
TAG = re.compile("<[^>]*>")
_CELL = re.compile(r"<td\b")


@where_laid_out
def label_tables(
    _app: Sphinx,
    _pagename: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Name the cells of the tables of a page; columns of numbers stay below each other."""
    if doctree is not None:
        context["body"] = _TABLE.sub(lambda table: labelled(table[0]), context["body"])


def labelled(table: str) -> str:
    """Return a table with the name of its column at each cell, where it has many, all of words."""
    head = table.partition("</thead>")[0]
    headings = [_plain(heading) for heading in _HEADING.findall(head)]
    if len(headings) < COLUMNS or "text-right" in table:
        return table

    def with_names(row: re.Match[str]) -> str:
        if len(_CELL.findall(row[0])) != len(headings):
            return row[0]
        place = count()
        return _CELL.sub(lambda _: f'<td data-label="{headings[next(place)]}"', row[0])

    def with_rows(body: re.Match[str]) -> str:
        return ROW.sub(with_names, body[0])

    named = _BODY.sub(with_rows, table)
    return named.replace('class="table"', 'class="labelled table"', 1)


def _plain(heading: str) -> str:
    words = TAG.sub("", heading)
    return html.escape(html.unescape(words).strip())
