"""What runs show, side by side on pages apart from the book: sweeps and comparisons ask."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any


def what_it_shows(label: str, outputs: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the pictures and the printed words in the outputs of a run, below a label."""
    pictures: list[str] = []
    words = ""
    for output in outputs:
        pictures += _pictures(output.get("data", {}))
        words += "".join(output.get("text", ""))
    return {"label": label, "pictures": pictures, "words": words.strip()}


def _pictures(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the picture of an output as an address that contains it."""
    for kind in ("image/svg+xml", "image/png", "image/jpeg"):
        if kind in data:
            content = "".join(data[kind])
            is_text = kind == "image/svg+xml"
            coded = b64encode(content.encode()).decode() if is_text else content.replace("\n", "")
            yield f"data:{kind};base64,{coded}"
            return
