"""How states are stored: several neighbours in a script, what they have in common once.

The script of choices (``states.js``) reads it; nothing else knows it. A pack has the ``html`` of
blocks and the ``parts`` of figures, each once, and ``states`` by id, in which the places of these
stand for them. Pieces of one block follow each other, so that hosts send them compressed well.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bookpress.files import canonical

PACKED = 8
"""States in a pack: more weigh less altogether, and more before a reader sees one of them."""
PARTS = ("narrow", "page", "wide", "rows")
"""Parts of a figure, besides its datasets."""


def scripts(index: Mapping[str, Any], contents: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name and text of each script of the states of a chapter, its index among them.

    The index has at each state in which pack it is.
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
    """Pieces, each once, by the JSON of what they are."""

    def __init__(self) -> None:
        self.all: list[Any] = []
        self._places: dict[str, int] = {}

    def place(self, piece: Any) -> int:
        """Return the place of a piece, which is added when it is new."""
        key = canonical(piece)
        if key not in self._places:
            self._places[key] = len(self.all)
            self.all.append(piece)
        return self._places[key]


def pack(states: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return states in a pack."""
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


def _gather(pieces: _Pieces, found: Iterable[Any]) -> None:
    """Take in what is there."""
    for piece in found:
        if piece is not None:
            pieces.place(piece)


def _in_all(named: Iterable[Mapping[str, Any]]) -> Sequence[str]:
    """Return the names in several mappings, each once."""
    return list(dict.fromkeys(name for names in named for name in names))


def _figure(figure: Mapping[str, Any], parts: _Pieces) -> dict[str, Any]:
    """Return a figure with places for its parts and datasets."""
    placed: dict[str, Any] = {part: parts.place(figure[part]) for part in PARTS if part in figure}
    datasets = figure.get("datasets", {})
    return {**placed, "datasets": {name: parts.place(rows) for name, rows in datasets.items()}}
