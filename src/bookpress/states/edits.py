"""What of a page differs in a state: the HTML of blocks by their ids, and parts of its charts.

A state has other blocks than the published page: some come, some go. Each is given to a published
one: what comes stands with the block that follows it, what goes is empty.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from bookpress.elements.base.blocks import Block
from bookpress.elements.base.charts import Chart, data_table, payload


def changed_blocks(
    old: Sequence[Block], new: Sequence[Block], figures: Collection[str] = ()
) -> dict[str, str]:
    """Return the HTML that stands in the place of published blocks, by their ids.

    Blocks that hold one of the `figures` come anew even where their HTML is the same: only new
    blocks are drawn anew.
    """
    outer = [block for block in old if not block.part_of]
    holders = list(dict.fromkeys(block.holder for block in outer))
    if holders != list(dict.fromkeys(block.holder for block in new if not block.part_of)):
        raise ValueError("it has other sections")
    stale = [f'<figure class="chart-figure" id="{name}"' for name in figures]
    changed: dict[str, str] = {}
    for holder in holders:
        before = [block for block in outer if block.holder == holder]
        after = [block.html for block in new if block.holder == holder and not block.part_of]
        changed |= _changed(before, after, stale)
    inner = {block.id: block.html for block in old if block.part_of}
    for block in new:
        if block.part_of and inner.get(block.id) != block.html:
            changed[block.id] = block.html
    return changed


def _changed(before: Sequence[Block], after: Sequence[str], stale: Iterable[str]) -> dict[str, str]:
    """Return what stands in the place of the blocks that one thing holds."""
    texts = [_marked_stale(block.html, stale) for block in before]
    changed: dict[str, str] = {}
    matcher = difflib.SequenceMatcher(None, texts, after, autojunk=False)
    for kind, first, last, new_first, new_last in matcher.get_opcodes():
        coming = [*after[new_first:new_last]]
        going = [*before[first:last]]
        if kind == "equal":
            continue
        if not going:  # what comes stands with a neighbour that stays
            neighbour = before[first] if first < len(before) else before[-1]
            own = changed.pop(neighbour.id, neighbour.html)
            pieces = [*coming, own] if first < len(before) else [own, *coming]
            changed[neighbour.id] = "\n".join(pieces)
            continue
        while len(coming) > len(going):
            coming[:2] = ["\n".join(coming[:2])]
        coming += [""] * (len(going) - len(coming))
        for block, text in zip(going, coming, strict=True):
            changed[block.id] = text
    return changed


def _marked_stale(text: str, stale: Iterable[str]) -> str:
    """Return the HTML of a block, changed where it holds a figure that is to be drawn anew."""
    return f"{text} " if any(figure in text for figure in stale) else text


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
