"""Where Jupyter Book itself runs the chapters, it runs them again when the evidence has changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
import yaml

if TYPE_CHECKING:
    from page.conftest import Book

ROOT = Path(__file__).resolve().parents[3]
CELL = """
import os
from pathlib import Path
from bookpress.book.results import Result, record
total = float(Path(os.environ["COMPUTE_DIVIDE_DATA"], "total.txt").read_text())
record("total", Result(value=total, unit="", label="total"))
"""


def test_plain_builds_see_that_the_evidence_has_changed(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    project = yaml.safe_load((book.root / "_config.yml").read_text(encoding="utf-8"))
    project["execute"] = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["execute"]
    book.write("_config.yml", yaml.safe_dump(project))
    monkeypatch.setenv("COMPUTE_DIVIDE_DATA", str(book.root / "data"))
    cells = [nbformat.v4.new_markdown_cell("# Total\n\nIt is {result}`total`."), nbformat.v4.new_code_cell(CELL)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    book.write_chapter("models", nbformat.v4.new_notebook(cells=cells, metadata=kernel))
    book.write("index.md", "# A book\n\nThe total is {result}`models:total`.")
    book.write("data/total.txt", "17")
    assert "The total is 17" in book.build().text()
    book.write("data/total.txt", "23")
    assert "The total is 23" in book.build().text()
    assert "It is 23" in book.text("notebooks/models")
