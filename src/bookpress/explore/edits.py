"""What of a page differs in another state of it: blocks to put in the place of others, and parts of its charts.

A block is a child of a section, or of the opener of a chapter, that is neither. The page's script lists them with the
same rule, before other scripts change the page::

    [...article.querySelectorAll("section, div.opener")]
      .flatMap((part) => [...part.children].filter((one) => !one.matches("section, div.opener")))
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from lxml import html

from bookpress.page.base.charts import Chart, data_table, payload

FIXED = frozenset({"parameters", "this-chapter", "cite-this-chapter"})
"""Ids of what is never edited: its script fills in choices and citation, and downloads are the published ones."""
EDITION = "\ue000"
"""Stands for the name of the edition, which every figure's reference holds: a sign that no text has."""

CODE = re.compile(r'<details class="tool tool-code">.*?</details>', re.DOTALL)
"""The code of a figure, which is the same in most states: these name its place among those of the page."""

Edit = tuple[int, int, list[str]]
"""The first block, how many go, and the HTML of those that come."""


class Block(NamedTuple):
    """A block: the id of what holds it, and its HTML, in which the edition has no name."""

    holder: str
    html: str


def blocks_of(page: str, edition: str) -> list[Block]:
    """Return the blocks of the article of a page, in the order in which the script lists them."""
    found = []
    for holder in filter(
        _is_holder, html.document_fromstring(page).find(".//article").iter("section", "div")
    ):
        name = holder.get("id") or holder.get("class", "")
        for child in holder:
            if isinstance(child.tag, str) and not _is_holder(child):
                is_fixed = FIXED & {name, child.get("id")}
                text = "" if is_fixed else html.tostring(child, encoding="unicode", with_tail=False)
                found.append(Block(name, text.replace(edition, EDITION)))
    return found


def _is_holder(element: Any) -> bool:
    return element.tag == "section" or (
        element.tag == "div" and "opener" in element.get("class", "").split()
    )


def edits(
    old: Sequence[Block], new: Sequence[Block], edition: str, figures: Iterable[str] = ()
) -> list[Edit]:
    """Return the edits that make the new blocks of the old ones, in order; none reaches out of its holder.

    Blocks that hold one of the `figures` come anew even where their HTML is the same: only new blocks are drawn anew.
    """
    stale = [f'<figure class="chart-figure" id="{name}"' for name in figures]
    holders = dict.fromkeys(one.holder for one in old)
    if [*holders] != [*dict.fromkeys(one.holder for one in new)]:
        raise ValueError("it has other sections")
    codes = (code for block in old for code in CODE.findall(block.html))
    kept = {
        code: f'<details class="tool tool-code" data-kept="{at}"></details>'
        for at, code in enumerate(codes)
    }
    found: list[Edit] = []
    for holder in holders:
        start = next(at for at, one in enumerate(old) if one.holder == holder)
        before, after = ([one.html for one in part if one.holder == holder] for part in (old, new))
        before = [
            f"{text}{EDITION}" if any(one in text for one in stale) else text for text in before
        ]
        for kind, first, last, here, there in difflib.SequenceMatcher(
            None, before, after, False
        ).get_opcodes():
            if kind != "equal":
                short = (
                    CODE.sub(lambda code: kept.get(code[0], code[0]), text)
                    for text in after[here:there]
                )
                found.append(
                    (
                        start + first,
                        last - first,
                        [text.replace(EDITION, edition) for text in short],
                    )
                )
    return sorted(found)


def chart_changes(old: Chart, new: Chart) -> dict[str, Any]:
    """Return what of a chart's script, and of its table of data, another state has in its place; empty for nothing."""
    was, now = payload(old), payload(new)
    found: dict[str, Any] = {}
    for size in ("narrow", "page", "wide"):
        before, after = was[size], now[size]
        found[size] = {
            key: after.get(key) for key in (*after, *before) if after.get(key) != before.get(key)
        }
    found["datasets"] = {
        name: rows for name, rows in now["datasets"].items() if name not in was["datasets"]
    }
    table = data_table(new.data)
    if table["rows"] != data_table(old.data)["rows"]:
        keyed = table["sortable"]
        found["rows"] = [
            [[text, key] if keyed and key != text else [text] for text, key in row]
            for row in table["rows"]
        ]
    return found if any(found.values()) else {}
