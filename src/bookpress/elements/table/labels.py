"""Tables of words: on a phone each row is a card, with the headings beside its cells."""

from __future__ import annotations

import html
import re
from itertools import count, zip_longest
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from bookpress.elements.base.events import where_laid_out
from bookpress.elements.table.later_rows import ROW

ROOM = 60
"""The characters that fit in a line of a table on a phone, with the gaps between columns."""
COLUMN = 18
"""The width in characters of a column whose words wrap."""
GAP = 2
"""The gap between two columns in characters."""
_TABLE = re.compile(r'<table class="(?:every-choice )?table"[^>]*>.*?</table>', re.DOTALL)
_BODY = re.compile(r"<tbody>.*</tbody>", re.DOTALL)
_HEADING = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
TAG = re.compile("<[^>]*>")
_CELL = re.compile(r"<td\b")
_TEXT = re.compile(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", re.DOTALL)


@where_laid_out
def label_tables(
    _app: Sphinx,
    _pagename: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Label the cells of a page's tables; columns of numbers stay columns."""
    if doctree is not None:
        context["body"] = _TABLE.sub(lambda table: labelled(table[0]), context["body"])


def labelled(table: str) -> str:
    """Return a table with its headings at each cell, if it is wider than a phone.

    A table in which most columns are numbers is unchanged: its values are compared down a column.
    """
    head = table.partition("</thead>")[0]
    headings = [_plain(heading) for heading in _HEADING.findall(head)]
    if _width(table) < ROOM or head.count("text-right") * 2 > len(headings):
        return table

    def with_names(row: re.Match[str]) -> str:
        if len(_CELL.findall(row[0])) != len(headings):
            return row[0]
        place = count()
        return _CELL.sub(lambda _: f'<td data-label="{headings[next(place)]}"', row[0])

    def with_rows(body: re.Match[str]) -> str:
        return ROW.sub(with_names, body[0])

    named = _BODY.sub(with_rows, table)
    return named.replace('table"', 'labelled table"', 1)


def _width(table: str) -> int:
    """Return the signs that a line of a table takes."""
    rows = [[_length(text) for text in _TEXT.findall(row)] for row in ROW.findall(table)]
    return sum(min(COLUMN, max(column)) + GAP for column in zip_longest(*rows, fillvalue=0))


def _length(text: str) -> int:
    return len(html.unescape(TAG.sub("", text)).strip())


def _plain(heading: str) -> str:
    words = TAG.sub("", heading)
    return html.escape(html.unescape(words).strip())
