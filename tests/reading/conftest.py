"""A small book with real figures and recorded results, built by Jupyter Book's own configuration."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altair as alt
import nbformat
import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
RESULT_MIME = "application/vnd.compute-divide.result+json"


def result_output(key: str, **fields: Any) -> nbformat.NotebookNode:
    payload = {"key": key, "value": None, "low": None, "high": None, "k": None, "n": None, "unit": "share", "label": ""}
    return nbformat.v4.new_output(
        "display_data", {RESULT_MIME: {**payload, **fields}, "text/plain": f"{key} = ..."}, metadata={}
    )


def chart_output(name: str = "fig-shares", title: str = "Academic teams lost ground") -> nbformat.NotebookNode:
    from compute_divide.figures.show import figure_output

    data = pd.DataFrame(
        {
            "year": [year for year in range(2010, 2022) for _ in range(2)],
            "team_type": ["academia-only", "industry-only"] * 12,
            "share": [round(0.7 - 0.05 * i, 3) if j else round(0.2 + 0.05 * i, 3) for i in range(12) for j in (1, 0)],
        }
    )
    chart = (
        alt.Chart(data)
        .mark_line(point=True)
        .encode(x="year:Q", y="share:Q", color="team_type:N", tooltip=["year", "share"])
        .properties(width="container", height=260)
    )
    output, metadata = figure_output(
        chart,
        name=name,
        title=title,
        alt="Line chart of shares by year: academia falls, industry rises.",
        description="The academic share falls from 70% in 2010 to 15% in 2021; that of industry rises to 75%.",
        data=data,
        source="Epoch AI, models database, 19 August 2026.",
        caption="Share of models by *team type*; {result}`early:counts` in the early years.",
    )
    return nbformat.v4.new_output("display_data", output, metadata=metadata)


def code(source: str, tags: list[str], outputs: list[nbformat.NotebookNode] | None = None) -> nbformat.NotebookNode:
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": tags}, outputs=outputs or [])
    cell.execution_count = 1
    return cell


def models_chapter(early: float = 0.64) -> nbformat.NotebookNode:
    """Return an executed chapter with one figure and two results."""
    cells = [
        nbformat.v4.new_markdown_cell(
            "# Who trains large models\n\nIn the early years {result}`early:full` were academic."
        ),
        code("window: int = 3", ["parameters"]),
        code(
            "record(...)",
            ["hide-input"],
            [
                result_output(
                    "early", value=early, low=0.53, high=0.73, k=55, n=86, label="academic share, 2010 to 2014"
                ),
                result_output(
                    "late", value=0.16, low=0.12, high=0.21, k=35, n=220, label="academic share, 2020 to 2022"
                ),
                result_output("nothing", value=None, n=0, k=0, label="share of nothing"),
            ],
        ),
        nbformat.v4.new_markdown_cell("## Shares by year\n\nSee {numref}`fig-shares`."),
        code("show_chart(chart_of_shares())", ["hide-input"], [chart_output()]),
        nbformat.v4.new_markdown_cell("## What it means\n\nThe window was {param}`window`."),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata["compute_divide"] = {
        "finding": "Academic teams trained {result}`early` of large models early on, and {result}`late` later.",
        "chapter": "models",
        "edition": {"id": "0123abcd", "name": "default", "title": "The published edition"},
        "parameters": [
            {
                "name": "window",
                "value": 3,
                "default": 3,
                "type": "whole number",
                "allowed": "1 to 9",
                "unit": "years",
                "help": "width of the moving window",
            }
        ],
        "command": "compute-divide run models",
    }
    return notebook


REFERENCES = """@article{besiroglu2024, title = {The Compute Divide}, author = {Besiroglu, T.}, year = {2024}}
"""

INDEX = """# A small book

Academia trained {result}`models:early` of large models ({result}`models:early:interval`), the paper says
{claim}`academia-share-early`. With a window of {param}`models:window` years.

The fall is {when}`models:late.high < models:early.low|*beyond* chance|within chance`.

```{when} models:late < 0.5
Shown: {result}`models:late:counts`.
```

```{when} models:late > 0.5
Hidden: {result}`models:no_such_result`.
```

```{when} models:nothing > 0.5
Unknown.
```
"""


@dataclass
class Book:
    """A book in a folder of its own."""

    root: Path
    status: str = ""
    warnings: str = ""

    @property
    def html(self) -> Path:
        return self.root / "_build" / "html"

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def write_chapter(self, slug: str, notebook: nbformat.NotebookNode) -> None:
        for number, cell in enumerate(notebook.cells):
            cell["id"] = f"c{number}"
        path = self.root / "notebooks" / f"{slug}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)

    def build(self, builder: str = "html") -> Book:
        """Build as Jupyter Book does, within this process."""
        from jupyter_book.sphinx import build_sphinx

        build_sphinx(
            str(self.root),
            self.html if builder == "html" else self.root / "_build" / builder,
            use_external_toc=True,
            noconfig=True,
            confoverrides={},
            path_config=str(self.root / "_config.yml"),
            builder=builder,
            parallel=1,
            warningiserror=False,
            freshenv=False,
            verbosity=0,
        )
        return self


@pytest.fixture
def empty_book(tmp_path: Path) -> Book:
    """Return a book with the project's configuration and evidence quotes, without pages."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    config["execute"]["execute_notebooks"] = "off"
    config["bibtex_bibfiles"] = ["references.bib"]
    config["html"].pop("favicon", None)
    (tmp_path / "data").mkdir()
    (tmp_path / "book").mkdir()
    shutil.copy(ROOT / "data" / "claims.yml", tmp_path / "data")
    shutil.copy(ROOT / "book" / "publication.yml", tmp_path / "book")
    book = Book(tmp_path)
    book.write("references.bib", REFERENCES)
    book.write("_config.yml", yaml.safe_dump(config))
    return book


@pytest.fixture
def book(empty_book: Book) -> Book:
    """Return the small book, not yet built."""
    empty_book.write("_toc.yml", "format: jb-book\nroot: index\nchapters:\n- file: notebooks/models\n")
    empty_book.write("index.md", INDEX)
    empty_book.write_chapter("models", models_chapter())
    return empty_book


@pytest.fixture
def make_chapter() -> Callable[..., nbformat.NotebookNode]:
    """Return the function that makes the executed chapter."""
    return models_chapter
