"""A usual MyST notebook is read as jupytext reads it; anything else is left to jupytext."""

import warnings
from pathlib import Path
from typing import Any

import pytest
from jupytext.jupytext import TextNotebookConverter
from jupytext.myst import myst_to_notebook

from bookpress.myst import cell_lines, usual_notebook, with_full_kernel

ROOT = Path(__file__).parents[2]
HEAD = "---\nkernelspec: {name: python3, display_name: Python 3}\n---\n"
USUAL = {
    "a cell between prose": "# Sums\n\nWords.\n\n```{code-cell} ipython3\n6 * 7\n```\n\nMore.\n",
    "no prose": "```{code-cell}\n1\n```\n```{code-cell}\n2\n```\n",
    "options in a line": "```{code-cell} python\n:tags: [hide-input, remove-cell]\n\n1\n\n```\n",
    "options as YAML": "```{code-cell}\n---\nmystnb:\n  figure: {name: one}\n---\n1\n```\n",
    "a cell of options alone": "```{code-cell}\n:tags: [hide-input]\n```\n",
    "breaks": 'One.\n\n+++\n\nTwo.\n\n+++ {"slideshow": {"slide_type": "slide"}}\n\nThree.\n',
    "a cell within a list": "- item\n\n  ```{code-cell}\n  1\n  ```\n\n+++\n\nLast.\n",
    "a longer fence": "````{code-cell} ipython3\nprint('''\n```\n''')\n````\n",
    "two lexers": "```{code-cell} ipython3\n1\n```\n\n```{code-cell} bash\nls\n```\n",
    "line ends of Windows": "Words.\r\n\r\n```{code-cell}\r\n1\r\n```\r\n",
    "a table and a fence of its own": "| a |\n|---|\n| 1 |\n\n```python\n1\n```\n",
}
UNUSUAL = {
    "no front matter with a lexer": "```{code-cell} ipython3\n1\n```\n",
    "a raw cell": f"{HEAD}```{{raw-cell}}\n1\n```\n",
    "options that are no mapping": f"{HEAD}```{{code-cell}}\n---\n- a\n---\n1\n```\n",
    "tags that are no list": f"{HEAD}```{{code-cell}}\n:tags: hide\n1\n```\n",
    "a break that is no JSON": f"{HEAD}+++ words\n\nOne.\n",
    "a kernel without a name": "---\nkernelspec: {display_name: Python 3}\n---\nOne.\n",
    "a name with a space": "---\nown words: 1\n---\nOne.\n",
    "broken YAML": "---\nkernelspec: [\n---\nOne.\n",
}


def by_jupytext(text: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        notebook = TextNotebookConverter("md:myst", None).reads(text)
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"c{number:03d}"
    return notebook


def lines_by_jupytext(text: str) -> list[int]:
    lines: list[int] = myst_to_notebook(text, add_source_map=True).metadata["source_map"]
    return lines


@pytest.mark.parametrize("text", USUAL.values(), ids=USUAL)
def test_what_is_usual_is_read_as_jupytext_reads_it(text: str) -> None:
    assert usual_notebook(HEAD + text) == by_jupytext(HEAD + text)
    assert cell_lines(HEAD + text) == lines_by_jupytext(HEAD + text)


@pytest.mark.parametrize("folder", ["notebooks", "tests/bookpress/orbits"])
def test_so_is_each_chapter(folder: str) -> None:
    for path in sorted((ROOT / folder).rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        assert usual_notebook(text) == by_jupytext(text), path
        assert cell_lines(text) == lines_by_jupytext(text), path


@pytest.mark.parametrize("text", UNUSUAL.values(), ids=UNUSUAL)
def test_what_is_not_usual_is_not_read(text: str) -> None:
    assert usual_notebook(text) is None


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("cell", ["```{code-cell}\n1\n```\n", "```{raw-cell}\n1\n```\n"])
def test_a_kernel_is_shown_by_its_name_where_nothing_else_is_said(cell: str, ends: str) -> None:
    written = f"---\nauthor: Ada\nkernelspec:\n  name: ir\n\ndate: 2020-01-01\n---\n# One\n\n{cell}"
    text = written.replace("\n", ends)
    full = with_full_kernel(text)
    assert full.split("---\n")[2:] == written.split("---\n")[2:]
    assert full.count("\n") == text.count("\n")
    named = by_jupytext(full)
    assert named["metadata"]["kernelspec"] == {"name": "ir", "display_name": "ir"}
    assert usual_notebook(text) == (named if "code-cell" in cell else None)
    assert with_full_kernel(full) == full
