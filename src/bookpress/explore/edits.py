"""What of a page differs in another state of it.

Blocks to put in the place of others, and parts of its charts. A block is a child of a section, or
of the opener of a chapter, that is neither. The page's script lists them with the same rule,
before other scripts change the page::

    [...article.querySelectorAll("section, div.opener")]
      .flatMap((part) => [...part.children].filter((one) => !one.matches("section, div.opener")))
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from lxml import html

from bookpress.page.base.charts import Chart, data_table, payload

FIXED = frozenset({"parameters", "this-chapter", "cite-this-chapter"})
"""Ids of what is never edited.

Its script fills in choices and citation, and downloads are the published ones.
"""
EDITION = "\ue000"
"""Stands for the name of the edition, which every figure's reference holds.

A sign that no text has.
"""

CODE = re.compile(r'<details class="tool tool-code">.*?</details>', re.DOTALL)
"""The code of a figure.

It is the same in most states: these name its place among those of the page.
"""

Edit = tuple[int, int, list[str]]
"""The first block, how many go, and the HTML of those that come."""


class Block(NamedTuple):
    """A block: the id of what holds it, and its HTML, in which the edition has no name."""

    holder: str
    html: str


def blocks_of(page: str, edition: str) -> list[Block]:
    """Return the blocks of the article of a page, in the order in which the script lists them."""
    article = html.document_fromstring(page).find(".//article")
    blocks = []
    for holder in filter(_is_holder, article.iter("section", "div")):
        name = holder.get("id") or holder.get("class", "")
        for child in holder:
            is_block = isinstance(child.tag, str) and not _is_holder(child)
            if not is_block:
                continue
            is_fixed = FIXED & {name, child.get("id")}
            text = "" if is_fixed else html.tostring(child, encoding="unicode", with_tail=False)
            blocks.append(Block(name, text.replace(edition, EDITION)))
    return blocks


def _is_holder(element: Any) -> bool:
    if element.tag == "section":
        return True
    return element.tag == "div" and "opener" in element.get("class", "").split()


def edits(
    old: Sequence[Block], new: Sequence[Block], edition: str, figures: Iterable[str] = ()
) -> list[Edit]:
    """Return the edits that make the new blocks of the old ones, in order.

    None reaches out of its holder. Blocks that hold one of the `figures` come anew even where
    their HTML is the same: only new blocks are drawn anew.
    """
    stale = [f'<figure class="chart-figure" id="{name}"' for name in figures]
    holders = list(dict.fromkeys(block.holder for block in old))
    if holders != list(dict.fromkeys(block.holder for block in new)):
        raise ValueError("it has other sections")
    placeholders = _code_placeholders(old)
    page_edits: list[Edit] = []
    for holder in holders:
        start = next(at for at, block in enumerate(old) if block.holder == holder)
        before = [_marked_stale(block.html, stale) for block in old if block.holder == holder]
        after = [block.html for block in new if block.holder == holder]
        matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
        for kind, first, last, new_first, new_last in matcher.get_opcodes():
            if kind == "equal":
                continue
            texts = [_short(text, placeholders) for text in after[new_first:new_last]]
            named = [text.replace(EDITION, edition) for text in texts]
            page_edits.append((start + first, last - first, named))
    return sorted(page_edits)


def _code_placeholders(blocks: Iterable[Block]) -> dict[str, str]:
    """Return by each code of a figure what stands for it: its place among those of the page."""
    codes = [code for block in blocks for code in CODE.findall(block.html)]
    return {
        code: f'<details class="tool tool-code" data-kept="{at}"></details>'
        for at, code in enumerate(codes)
    }


def _marked_stale(text: str, stale: Iterable[str]) -> str:
    """Return the HTML of a block, changed where it holds a figure that is to be drawn anew."""
    if any(figure in text for figure in stale):
        return f"{text}{EDITION}"
    return text


def _short(text: str, placeholders: Mapping[str, str]) -> str:
    """Return the HTML of a block with what stands for the codes that the page already has."""
    return CODE.sub(lambda code: placeholders.get(code[0], code[0]), text)


def chart_changes(old: Chart, new: Chart) -> dict[str, Any]:
    """Return what another state has in the place of parts of a chart; empty for nothing.

    Of its script, and of its table of data.
    """
    old_script = payload(old)
    new_script = payload(new)
    changes: dict[str, Any] = {}
    for size in ("narrow", "page", "wide"):
        changes[size] = _changed_entries(old_script[size], new_script[size])
    old_datasets = old_script["datasets"]
    changes["datasets"] = {
        name: rows for name, rows in new_script["datasets"].items() if name not in old_datasets
    }
    table = data_table(new.data)
    if table["rows"] != data_table(old.data)["rows"]:
        changes["rows"] = [_cells(row, table["sortable"]) for row in table["rows"]]
    return changes if any(changes.values()) else {}


def _changed_entries(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries that differ as they are now; None for one that goes."""
    return {key: new.get(key) for key in (*new, *old) if new.get(key) != old.get(key)}


def _cells(row: Iterable[tuple[str, Any]], sortable: bool) -> list[list[Any]]:
    """Return the cells of a row: the text, and what it is sorted by where that differs."""
    return [[text, key] if sortable and key != text else [text] for text, key in row]
