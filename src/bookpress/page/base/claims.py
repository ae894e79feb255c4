"""What the book quotes: claims of the paper and figures of related work, from YAML files of the evidence."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bookpress.book.number_formats import number, with_unit

PROVENANCE = {
    "paper": "read in the paper itself",
    "summary": "from summaries of the paper; its main text could not be read",
}


@dataclass(frozen=True)
class Quoted:
    """A figure that someone else reports.

    Parameters
    ----------
    id : str
        Name in the file it comes from.
    statement : str
        What it says.
    value : float or None
        The figure, in `unit`; None for a statement without one.
    provenance : str
        How it came to be known, in words.
    """

    id: str
    statement: str
    value: float | None
    unit: str
    provenance: str

    @property
    def text(self) -> str:
        """The figure in words, with the digits its source gives: "about 6 months" is not 6.0 months."""
        if self.value is None:
            return self.statement
        given = number(self.value, self.unit) if self.unit == "share" else f"{self.value:,.10g}"
        return with_unit(given, self.unit)


def evidence_dir(srcdir: Path) -> Path:
    """Return the evidence folder of a book: ``COMPUTE_DIVIDE_DATA``, else ``data`` beside its sources."""
    named = os.environ.get("COMPUTE_DIVIDE_DATA")
    return Path(named) if named else srcdir / "data"


def load_quoted(folder: Path) -> dict[str, Quoted]:
    """Return what is quoted, by ``claim:id`` and ``related:id``.

    Parameters
    ----------
    folder : pathlib.Path
        The evidence; a file that is not there counts as empty.
    """
    found: dict[str, Quoted] = {}
    for kind, file in (("claim", "claims.yml"), ("related", "related.yml")):
        path = folder / file
        entries: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text("utf-8")) if path.exists() else {}
        for key, entry in (entries or {}).items():
            found[f"{kind}:{key}"] = Quoted(
                id=key,
                statement=entry["statement"],
                value=entry["value"],
                unit=entry.get("unit", ""),
                provenance=PROVENANCE.get(entry.get("provenance", ""), "as the work itself reports it"),
            )
    return found
