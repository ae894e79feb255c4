"""Write ordinary notebooks in MyST as jupytext does, whose import takes longer.

Unusual notebooks are left to jupytext.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import metadata as distribution
from typing import Any

import yaml

NAME = re.compile(r"[\w.@/-]+", re.ASCII)
"""A key of metadata that the text format allows."""
FORMAT = {"extension": ".md", "format_name": "myst", "format_version": 0.13}
"""The description of jupytext in a text that it has written."""
WRITTEN = ("kernelspec", "kernel_info", "orphan", "tocdepth")
"""The metadata of a notebook that jupytext writes."""
OF_JUPYTEXT = frozenset({"jupytext", "main_language", "encoding", "executable"})
"""Metadata that change how it writes, as do keys that begin with one of these two."""
OF_OLD_JUPYTEXT = ("jupytext_", "nbrmd_")
UNWRITTEN = frozenset(
    {
        *("autoscroll", "collapsed", "scrolled", "trusted", "execution", "ExecuteTime"),
        *("skipline", "noskipline"),
        *("cell_marker", "lines_to_next_cell", "lines_to_end_of_cell_marker"),
    }
)
"""The metadata of cells that it does not write."""


def usual_text(notebook: Mapping[str, Any]) -> str | None:
    """Return the JSON of a notebook as text, without outputs; None if it is unusual."""
    metadata = notebook["metadata"]
    cells = notebook["cells"]
    if not (_is_usual(metadata) and all(map(_has_usual_names, cells))):
        return None
    if cells and _is_front_matter(cells[0]):
        return None
    lexer = (metadata.get("language_info") or {}).get("pygments_lexer")
    written = [_dumped(_header(metadata))]
    for before, cell in zip([{}, *cells], cells, strict=False):
        is_prose = cell["cell_type"] == "markdown"
        written.append(_prose(cell, before) if is_prose else _fenced(cell, lexer))
    return "".join(written).rstrip() + "\n"


def _is_usual(metadata: Mapping[str, Any]) -> bool:
    """Return whether no metadata of a notebook change how it is written."""
    return OF_JUPYTEXT.isdisjoint(metadata) and all(
        NAME.fullmatch(name) and not name.startswith(OF_OLD_JUPYTEXT) for name in metadata
    )


def _has_usual_names(cell: Mapping[str, Any]) -> bool:
    """Return whether jupytext would write all metadata of a cell."""
    return all(map(NAME.fullmatch, cell["metadata"]))


def _header(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the written metadata of a notebook, with the description of jupytext."""
    entries = {name: metadata[name] for name in WRITTEN if name in metadata}
    written = {**FORMAT, "jupytext_version": _version()}
    return dict(sorted({**entries, "jupytext": {"text_representation": written}}.items()))


@cache
def _version() -> str:
    return distribution.version("jupytext")


def _is_front_matter(cell: Mapping[str, Any]) -> bool:
    """Return whether a cell looks like the header that jupytext puts at the top of the text."""
    return bool(cell["cell_type"] == "raw" and cell["source"].strip().startswith("---"))


def _prose(cell: Mapping[str, Any], last: Mapping[str, Any]) -> str:
    """Return a cell of prose as text, separated from the previous one."""
    metadata = _metadata(cell)
    divider = ""
    if metadata:
        divider = f"\n+++ {json.dumps(metadata)}\n"
    elif last.get("cell_type") == "markdown":
        divider = "\n+++\n"
    return f"{divider}\n{_ended(cell['source'])}"


def _fenced(cell: Mapping[str, Any], lexer: str | None) -> str:
    """Return a cell of code, or a raw one, as text."""
    source = cell["source"]
    ticks = [len(line) - len(line.lstrip("`")) for line in source.splitlines()]
    fence = "`" * max(3, max(ticks, default=0) + 1)
    is_code = cell["cell_type"] == "code"
    kind = "{code-cell}" if is_code else "{raw-cell}"
    named = f" {lexer}" if lexer and is_code else ""
    metadata = _metadata(cell)
    options = _dumped(metadata, is_short=True) if metadata else ""
    if not metadata and source.startswith(("---", ":")):
        options = "\n"
    return f"\n{fence}{kind}{named}\n{options}{_ended(source)}{fence}\n"


def _metadata(cell: Mapping[str, Any]) -> dict[str, Any]:
    """Return the written metadata of a cell."""
    entries = cell["metadata"].items()
    written = {name: entry for name, entry in entries if name not in UNWRITTEN}
    if not written.get("tags", True):
        del written["tags"]
    return written


def _ended(source: str) -> str:
    return source if source.endswith("\n") else f"{source}\n"


class _Dumper(yaml.SafeDumper):
    """Writes YAML as jupytext does, with lists of names in one line."""


def _represented_list(dumper: _Dumper, entries: list[Any]) -> yaml.Node:
    is_short = not any(isinstance(entry, dict) for entry in entries)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", entries, flow_style=is_short)


_Dumper.add_representer(list, _represented_list)


def _dumped(entries: Mapping[str, Any], *, is_short: bool = False) -> str:
    """Return metadata as YAML, in lines that begin with a colon if that is sufficient."""
    text = yaml.dump(entries, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    lines = text.splitlines()
    if is_short and all(line and line[0].isalpha() for line in lines):
        return "".join(f":{line}\n" for line in lines) + "\n"
    return f"---\n{text}---\n"
