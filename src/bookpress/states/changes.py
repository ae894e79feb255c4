"""How a page differs in a state: the HTML of blocks, by id, and parts of its charts.

A block differs if its hash does. A block that only the state has goes with the block before it; one
that the state lacks is empty.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from bookpress.elements.base.blocks import Block
from bookpress.elements.base.charts import Chart, payload
from bookpress.elements.table.data_table import data_table


def changed_blocks(
    old: Sequence[Block], new: Sequence[Block], figures: Collection[str] = ()
) -> dict[str, str]:
    """Return the HTML that replaces published blocks, by id.

    Blocks with one of the `figures` are always replaced, since only new blocks are drawn again.
    """
    hashes = {block.id: block.hash for block in old}
    if _holders(old) != _holders(new):
        raise ValueError("it has other sections")
    changed = dict.fromkeys(hashes.keys() - {block.id for block in new}, "")
    before = ""
    html = {}
    for block in new:
        html[block.id] = block.html
        is_new = block.id not in hashes and not block.part_of
        if is_new:
            changed[before] = "\n".join([changed.get(before, html[before]), block.html])
            continue
        has_changed = block.hash != hashes.get(block.id) or _holds(block, figures)
        if has_changed:
            changed[block.id] = block.html
        if not block.part_of:
            before = block.id
    return changed


def _holders(page: Iterable[Block]) -> list[str]:
    """Return the holders of the blocks of a page, in order."""
    return [*dict.fromkeys(block.holder for block in page if not block.part_of)]


def _holds(block: Block, figures: Iterable[str]) -> bool:
    """Return whether a block contains one of some figures."""
    return any(f'<figure class="chart-figure" id="{name}"' in block.html for name in figures)


def chart_changes(old: Chart, new: Chart) -> dict[str, Any]:
    """Return how a chart, and its table, differ in a state; empty if they do not."""
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
    if any(changes.values()):
        return changes
    return {}


def _changed_entries(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return the new values of entries that differ; None for one that is gone."""
    return {key: new.get(key) for key in (*new, *old) if new.get(key) != old.get(key)}


def _cells(row: Iterable[tuple[str, Any]], sortable: bool) -> list[list[Any]]:
    """Return the cells of a row: the text, and the sort key if that differs."""
    return [[text, key] if sortable and key != text else [text] for text, key in row]
