"""A small book with real figures and recorded results, built by Jupyter Book's own configuration."""

from __future__ import annotations

import contextlib
import io
import json
import re
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
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[3]
EPOCH = 1795478400  # 2026-11-24
RESULT_MIME = "application/vnd.bookpress.result+json"


def result_output(key: str, **fields: Any) -> nbformat.NotebookNode:
    payload = {
        "key": key,
        "value": None,
        "low": None,
        "high": None,
        "range": "sampling" if "low" in fields else None,
        "k": None,
        "n": None,
        "unit": "share",
        "label": "",
    }
    return nbformat.v4.new_output(
        "display_data",
        {RESULT_MIME: {**payload, **fields}, "text/plain": f"{key} = ..."},
        metadata={},
    )


WORDS_OF_FIGURE = {
    "name": "fig-shares",
    "title": "Academic teams lost ground",
    "legend": "Share of models by *team type*; {result}`early:counts` in the early years.",
    "alt": "Line chart of shares by year: academia falls, industry rises.",
}


def shares() -> pd.DataFrame:
    """Return shares of two types of team in twelve years."""
    years = range(2010, 2022)
    academia = {year: round(0.7 - 0.05 * place, 3) for place, year in enumerate(years)}
    rows = [(year, "academia-only", academia[year]) for year in years]
    rows += [(year, "industry-only", round(0.9 - academia[year], 3)) for year in years]
    return pd.DataFrame(rows, columns=["year", "team_type", "share"]).sort_values("year")


def figure_cell(**changes: str) -> nbformat.NotebookNode:
    """Return a cell that shows a figure, as it was run, with some of its texts changed."""
    from bookpress.elements.figure.show import Figure

    words = {name: changes.pop(name, usual) for name, usual in WORDS_OF_FIGURE.items()}
    chart = (
        alt.Chart(shares())
        .mark_line(point=True)
        .encode(x="year:Q", y="share:Q", color="team_type:N", tooltip=["year", "share"])
        .properties(width="container", height=260)
    )
    said = {
        "description": "The academic share falls from 70% in 2010 to 15% in 2021; that of industry rises to 75%.",
        "source": "Epoch AI, models database (snapshot of 2026-08-19).",
    }
    listing = ["2010, academia-only: AlexNet."]
    data, metadata = Figure(
        chart, shares(), **{**said, **changes}, listing=listing
    )._repr_mimebundle_()
    data.pop("image/svg+xml", None)
    output = nbformat.v4.new_output("display_data", data, metadata=metadata)
    cell = code("cd.plot.shares(models)", [], output)
    caption = f"{words['title']}\n\n{words['legend']}"
    figure = {"name": words["name"], "caption": caption}
    cell["metadata"]["mystnb"] = {"figure": figure, "image": {"alt": words["alt"]}}
    return cell


def code(source: str, tags: list[str], *outputs: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(
        source, metadata={"tags": tags}, outputs=list(outputs), execution_count=1
    )


def parameter(name: str, value: Any, **facts: str) -> dict[str, Any]:
    row = {
        "label": name,
        "words": str(value),
        "type": "choice",
        "allowed": "any",
        "unit": "",
        "help": "",
    }
    return {**row, "name": name, "value": value, "default": value, **facts}


def result(value: float | None, label: str, unit: str = "share", **more: Any) -> dict[str, Any]:
    return {
        "value": value,
        "low": None,
        "high": None,
        "range": "sampling" if "low" in more else None,
        "k": None,
        "n": None,
        "unit": unit,
        "label": label,
        **more,
    }


def words(part: Any) -> str:
    return " ".join(part.get_text(" ").split())


KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
WINDOW = parameter(
    "window",
    3,
    type="whole number",
    allowed="1 to 9",
    unit="years",
    help="width of the moving window",
)


def models_chapter(early: float = 0.64) -> nbformat.NotebookNode:
    markdown = nbformat.v4.new_markdown_cell
    results = [
        result_output(
            "early",
            value=early,
            low=0.53,
            high=0.73,
            k=55,
            n=86,
            label="academic share, 2010 to 2014",
        ),
        result_output(
            "late",
            value=0.16,
            low=0.12,
            high=0.21,
            k=35,
            n=220,
            label="academic share, 2020 to 2022",
        ),
        result_output("nothing", value=None, n=0, k=0, label="share of nothing"),
        result_output("compute", value=3.14e24, unit="FLOP", label="largest training run"),
    ]
    cells = [
        markdown(
            "# Who trains large models\n\nIn the early years {result}`early:full` were academic."
        ),
        code("from math import pi\n\nwindow: int = 3", ["parameters"]),
        code("shares = shares_of(models)", [], *results),
        markdown("## Shares by year\n\nSee {numref}`fig-shares`."),
        figure_cell(),
        markdown("## What it means\n\nThe window was {param}`window`."),
    ]
    own = {
        "finding": "Academic teams trained {result}`early` of large models early on, and {result}`late` later.",
        "chapter": "models",
        "parameters": [WINDOW],
        "command": "compute-divide run models",
    }
    return nbformat.v4.new_notebook(cells=cells, metadata={**KERNEL, "compute_divide": own})


REFERENCES = """@article{besiroglu2024, title = {The Compute Divide}, author = {Besiroglu, T.}, year = {2024}}
"""

TOC = """
format: jb-book
root: index
parts:
  - caption: The divide
    chapters:
      - file: notebooks/models
  - caption: About
    chapters:
      - file: words
      - file: book/re-running
"""

WORDS = """Before any heading.

# Words

```{glossary}
vintage
    A dated snapshot of the {term}`evidence`.

evidence
    The tables that chapters read.
```

GPT-4 was re-run by <https://github.com/someone/something>, not by state-of-the-art means.

The {term}`vintage` matters. A formula: $n^2$, and one of its own:

$$
\\frac{k}{n}
$$

```{every-choice}
```
"""

INDEX = """# A small book

Academia trained {result}`models:early` of large models ({result}`models:early:interval`), the paper says
{measured}`share-early`. With a window of {param}`models:window:words` years.

Of the {result}`models:late:n` models {result}`models:late` are *academic*.
A survey says {measured}`share-biggest:full`; compute is {result}`models:compute`.

This page takes {minutes}`index`, the chapters {minutes}`notebooks/models..notebooks/models`.

````{findings}
```{finding} models:late
of the large models came from academic teams.
```
````

```{chapters}
```
"""

SEEN = {"read": "read in the survey"}
MEASURED = """
share-early:
  statement: academic teams trained 65% of the large models of the early years
  value: 0.65
  unit: share
share-biggest:
  statement: companies trained nearly all of the largest models
  value: 0.96
  unit: share
  provenance: read
"""


@dataclass
class Book:
    root: Path
    said: str = ""

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
        for folder in (self.root, self.root.parent / "runs"):
            path = folder / "notebooks" / f"{slug}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, path)

    def build(self) -> Book:
        from jupyter_book.sphinx import build_sphinx

        errors = io.StringIO()
        with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()):
            done = build_sphinx(
                str(self.root),
                str(self.html),
                noconfig=True,
                path_config=str(self.root / "_config.yml"),
                confoverrides={"latex_individualpages": False},
                builder="html",
            )
        self.said = re.sub(r"\x1b\[[0-9;]*m", "", errors.getvalue())
        assert done == 0, self.said
        return self

    def page(self, name: str = "notebooks/models") -> BeautifulSoup:
        return BeautifulSoup((self.html / f"{name}.html").read_text("utf-8"), "html5lib")

    def text(self, name: str = "index") -> str:
        return " ".join(self.page(name).article.get_text(" ").split())


def new_book(root: Path) -> Book:
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    config["execute"]["execute_notebooks"] = "off"
    config["bibtex_bibfiles"] = ["references.bib"]
    config["html"].pop("favicon", None)
    config.pop("logo", None)
    settings = yaml.safe_load((ROOT / "book/settings.yml").read_text("utf-8"))
    settings["reported"] = {"measured": {"file": "measured.yml", "provenance": SEEN}}
    book = Book(root)
    book.write("book/settings.yml", yaml.safe_dump(settings))
    shutil.copy(ROOT / "book/publication.yml", root / "book/publication.yml")
    book.write("data/measured.yml", MEASURED)
    book.write("_config.yml", yaml.safe_dump(config))
    book.write("references.bib", REFERENCES)
    book.write("_toc.yml", TOC)
    book.write("index.md", INDEX)
    book.write("words.md", WORDS)
    book.write("book/re-running.md", "# How to re-run this book\n")
    book.write_chapter("models", models_chapter())
    return book


@pytest.fixture(scope="session")
def built(made_once: Callable[..., Path]) -> Book:
    """Return the small book, built without a word; tests only look at it."""

    def make(root: Path) -> None:
        assert new_book(root).build().said == ""

    return Book(made_once("small", make))


EDITION = {
    "id": "0123abcd4567",
    "name": "paper",
    "title": "The paper's vintage",
    "is_default": False,
    "differs": [{"chapter": "models", "name": "window", "value": 5, "default": 3}],
    "date": "2026-11-24",
    "data_parameter": "vintage",
    "data_version": "2023-03",
    "results_sha256": "0" * 64,
    "command": "compute-divide build paper",
    "formats": ["html", "pdf", "epub"],
}


@pytest.fixture(scope="session")
def edition_book(made_once: Callable[..., Path]) -> Book:
    from bookpress.formats import choose_formats
    from bookpress.outputs.base.process import make as make_formats

    def make(root: Path) -> None:
        book = new_book(root)
        book.write("edition.json", json.dumps(EDITION))
        book.write("index.md", f"{INDEX}\n```{{edition-line}}\n```\n")
        book.build()
        formats = choose_formats("pdf,epub")
        make_formats(formats, book.html, book.root, EPOCH)

    return Book(made_once("edition", make))


@pytest.fixture
def book(tmp_path: Path, built: Book) -> Book:
    """Return the small book, not built; its picture is drawn already."""
    book = new_book(tmp_path)
    shutil.copytree(built.root / "_build/pictures", tmp_path / "_build/pictures")
    return book
