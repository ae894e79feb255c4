"""An executed chapter: its notebook, parsed once, and what its outputs publish."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from bookpress.chapter import estimates, statements
from bookpress.chapter.counted import ROWS_MIME
from holdtrue.comparisons.base import Comparison
from holdtrue.estimates import Estimate

WIDGET_STATES = "application/vnd.jupyter.widget-state+json"


class ExecutedChapter:
    """The notebook of a run; readers must not modify it.

    Examples
    --------
    >>> ExecutedChapter({"cells": []}).results
    {}
    """

    def __init__(self, notebook: Mapping[str, Any]) -> None:
        self.notebook = notebook

    @classmethod
    def parse(cls, content: bytes) -> ExecutedChapter:
        """Return the chapter in the content of a notebook file."""
        return cls(json.loads(content))

    @property
    def cells(self) -> list[dict[str, Any]]:
        """Its cells, in order."""
        cells: list[dict[str, Any]] = self.notebook["cells"]
        return cells

    @cached_property
    def outputs(self) -> list[dict[str, Any]]:
        """The outputs of its cells, in order."""
        return estimates.outputs_of(self.cells)

    @cached_property
    def results(self) -> Mapping[str, Estimate]:
        """The results that it publishes, by key."""
        return estimates.harvest(self.outputs)

    @cached_property
    def statements(self) -> dict[str, Comparison]:
        """The statements that it publishes, by key."""
        return statements.harvest(self.outputs)

    @cached_property
    def rows(self) -> dict[str, dict[str, Any]]:
        """The rows behind its results, by key, if it lists them."""
        return estimates.published(self.outputs, ROWS_MIME)


def with_steady_ids(notebook: Any) -> Any:
    """Return a notebook whose widgets have ids by their order, not ids that differ between runs."""
    import nbformat

    widgets = notebook["metadata"].get("widgets", {}).get(WIDGET_STATES, {})
    names = list(widgets.get("state", {}))
    if not names:
        return notebook
    text = json.dumps(notebook)
    for number, name in enumerate(names):
        steady = hashlib.sha256(f"widget {number}".encode()).hexdigest()[:32]
        text = text.replace(name, steady)
    return nbformat.from_dict(json.loads(text))
