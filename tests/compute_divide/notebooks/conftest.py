"""Run a chapter's code in this process, without a kernel, and keep what it would have shown."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jupytext
import pytest

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"


class Chapter:
    """What a chapter showed: its results by key, its figures by name, its tables."""

    def __init__(self, outputs: list[dict[str, Any]]) -> None:
        from bookpress.chapter.estimates import harvest
        from bookpress.page.figures.show import VEGALITE_MIME

        self.results = harvest(outputs)
        figures = [output for output in outputs if VEGALITE_MIME in output["data"]]
        self.figures = {output["metadata"][VEGALITE_MIME]["name"]: output for output in figures}
        self.tables = [
            output["data"]["text/markdown"]
            for output in outputs
            if "text/markdown" in output["data"]
        ]


DONE: dict[str, Chapter] = {}
"""Chapters that ran already, so that several tests can look at one run."""


@pytest.fixture
def run_chapter(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Chapter]:
    """Return a function that runs a chapter with some parameters changed."""
    outputs: list[dict[str, Any]] = []

    def keep(data: dict[str, Any], *, raw: bool, metadata: dict[str, Any] | None = None) -> None:
        assert raw
        outputs.append({"data": data, "metadata": metadata or {}})

    monkeypatch.setattr("IPython.display.display", keep)

    def run(slug: str, *, again: bool = False, **parameters: Any) -> Chapter:
        key = repr((slug, sorted(parameters.items())))
        if key in DONE and not again:
            return DONE[key]
        outputs.clear()
        scope: dict[str, Any] = {}
        for cell in jupytext.read(NOTEBOOKS / f"{slug}.md").cells:
            if cell.cell_type == "code":
                exec(compile(cell.source, f"{slug}.md", "exec"), scope)  # noqa: S102 - our own notebook
                if "parameters" in cell.metadata.get("tags", []):
                    assert parameters.keys() <= scope.keys()
                    scope.update(parameters)
        DONE[key] = Chapter(list(outputs))
        return DONE[key]

    return run
