"""Tables in print and in an e-book."""

from __future__ import annotations

from typing import Any

from lxml import html

CARD_COLUMNS = 3
"""The number of columns from which words would be broken on a narrow page."""


def leave_rows_out(body: Any) -> None:
    """Replace the rows of a table for looking things up, if its page has only some of them."""
    for table in body.xpath(".//table[@data-rows]"):
        _leave_out(table)


def suit_readers(body: Any) -> None:
    """Leave rows out, and prepare rows of wide tables to become cards on narrow pages."""
    leave_rows_out(body)
    for table in body.iter("table"):
        labels = [" ".join(head.text_content().split()) for head in table.xpath("thead/tr[1]/*")]
        if len(labels) < CARD_COLUMNS:
            continue
        table.set("class", f"{table.get('class', '')} cards".strip())
        for row in table.xpath("tbody/tr"):
            for cell, label in zip(row, labels, strict=False):
                cell.set("data-label", label if cell.text_content().strip() else "")


def _leave_out(table: Any) -> None:
    words = f"{int(table.get('data-rows')):,} rows, on the web page of this chapter."
    for part in table.xpath("thead | colgroup"):
        part.drop_tree()
    [body] = table.xpath("tbody")
    body[:] = [html.fromstring(f"<table><tr><td>{words}</td></tr></table>")[0]]
