"""How states are stored: several in one script, with common parts only once.

Only the script of choices (``packs.js``) reads it. A pack has the ``html`` of blocks and the
``parts`` of figures, each once, and ``states`` by id, which refer to these by position. Versions of
the same block follow each other, so that they compress well.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bookpress.files import canonical

PACKED = 8
"""The states in a pack: more take less space in all, but more before a reader sees one."""
PARTS = ("narrow", "page", "wide", "rows")
"""The parts of a figure, besides its datasets."""


def scripts(index: Mapping[str, Any], contents: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name and text of each script of a chapter's states, and of their index.

    The index gives the pack of each state.
    """
    ids = list(dict.fromkeys(row["id"] for row in _rows(index) if row["id"] in contents))
    packs = [ids[first : first + PACKED] for first in range(0, len(ids), PACKED)]
    place = {name: number for number, names in enumerate(packs) for name in names}

    def placed(row: Mapping[str, Any]) -> dict[str, Any]:
        if row["id"] in place:
            return {**row, "pack": place[row["id"]]}
        return {**row}

    choices = {name: [placed(row) for row in rows] for name, rows in index["choices"].items()}
    pairs = [placed(row) for row in index["pairs"]]
    yield _script("index", {**index, "choices": choices, "pairs": pairs})
    for number, names in enumerate(packs):
        yield _script(f"pack-{number}", pack({name: contents[name] for name in names}))


def _rows(index: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for rows in index["choices"].values():
        yield from rows
    yield from index["pairs"]


def _script(name: str, content: Any) -> tuple[str, str]:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return name, f"bookpress.state({json.dumps(name)},{text});\n"


class _Pieces:
    """Distinct pieces, compared by their JSON."""

    def __init__(self) -> None:
        self.all: list[Any] = []
        self._places: dict[str, int] = {}

    def place(self, piece: Any) -> int:
        """Return the position of a piece, adding it if it is new."""
        key = canonical(piece)
        if key not in self._places:
            self._places[key] = len(self.all)
            self.all.append(piece)
        return self._places[key]


def pack(states: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return a pack of states."""
    html = _Pieces()
    parts = _Pieces()
    for name in _in_all(state["blocks"] for state in states.values()):
        _gather(html, (state["blocks"].get(name) for state in states.values()))
    for name in _in_all(state["figures"] for state in states.values()):
        figures = [state["figures"].get(name, {}) for state in states.values()]
        for part in PARTS:
            _gather(parts, (figure.get(part) for figure in figures))
        for figure in figures:
            _gather(parts, figure.get("datasets", {}).values())
    packed = {}
    for id_, state in states.items():
        blocks = {name: html.place(text) for name, text in state["blocks"].items()}
        figures_of = {name: _figure(figure, parts) for name, figure in state["figures"].items()}
        packed[id_] = {**state, "blocks": blocks, "figures": figures_of}
    return {"html": html.all, "parts": parts.all, "states": packed}


def _gather(pieces: _Pieces, given: Iterable[Any]) -> None:
    """Add all pieces that exist."""
    for piece in given:
        if piece is not None:
            pieces.place(piece)


def _in_all(named: Iterable[Mapping[str, Any]]) -> Sequence[str]:
    """Return the names in several mappings, without repeats."""
    return list(dict.fromkeys(name for names in named for name in names))


def _figure(figure: Mapping[str, Any], parts: _Pieces) -> dict[str, Any]:
    """Return a figure with positions for its parts and datasets."""
    placed: dict[str, Any] = {part: parts.place(figure[part]) for part in PARTS if part in figure}
    datasets = figure.get("datasets", {})
    return {**placed, "datasets": {name: parts.place(rows) for name, rows in datasets.items()}}
