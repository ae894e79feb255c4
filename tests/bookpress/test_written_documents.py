"""Documents that extensions of a book write while its pages are made, as for a gallery."""

from pathlib import Path

import pytest
from lxml import html
from processes import edit, press, write_files

pytestmark = pytest.mark.heavy

GALLERY = """
import json
from pathlib import Path

CELL = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}


def write(app):
    folder = Path(app.srcdir, "made")
    folder.mkdir(exist_ok=True)
    (folder / "list.rst").write_text("List\\n====\\n\\nWritten by a gallery.\\n")
    title = {"cell_type": "markdown", "metadata": {}, "source": "# Sum"}
    cells = [title, {**CELL, "source": "print(17 * 3, open('made/list.rst').readline()[:4])"}]
    kernel = {"name": "python3", "display_name": "Python 3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}
    (folder.parent / "sum.ipynb").write_text(json.dumps(notebook))


def setup(app):
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
"""
CONFIG = """\
title: Shells
execute: {execute_notebooks: force}
sphinx:
  extra_extensions: [sphinx.ext.autosummary]
  local_extensions: {gallery: .}
  config: {autosummary_generate: true, suppress_warnings: [etoc.toctree]}
"""
CHAPTER = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
# Cover

```{code-cell} ipython3
print("run", 6 * 7)
```
"""
BOOK = {
    "_config.yml": CONFIG,
    "_toc.yml": "format: jb-book\nroot: cover\nchapters:\n"
    "- file: names\n- file: api/spiral\n- file: made/list\n- file: sum\n",
    "cover.md": CHAPTER,
    "gallery.py": GALLERY,
    "names.rst": "Names\n=====\n\n.. autosummary::\n   :toctree: api\n\n   spiral\n",
    "spiral.py": '"""Spirals of snails."""\n',
    "book/settings.yml": "strict: true\n",
}


def text(home: Path, page: str) -> str:
    path = home / "_build/editions/default/html" / page
    return str(html.parse(str(path)).getroot().find_class("bd-article")[0].text_content())


@pytest.mark.parametrize("layout", ["theme", "press"])
def test_listed_documents_that_an_extension_writes_are_pages_of_a_strict_book(
    tmp_path: Path, layout: str
) -> None:
    settings = {"book/settings.yml": f"strict: true\nlayout: {layout}\n"}
    home = write_files(tmp_path, {**BOOK, **settings})
    press(home, "check")
    said = press(home, "build", whole=True)
    assert "no such file" not in said
    assert "run 42" in text(home, "cover.html")
    assert "Spirals of snails." in text(home, "api/spiral.html")
    assert "Written by a gallery." in text(home, "made/list.html")
    contents = html.parse(str(home / "_build/editions/default/html/sum.html")).getroot()
    assert {"made/list.html", "api/spiral.html"} <= {*contents.xpath("//nav//a/@href")}


def test_a_notebook_that_an_extension_writes_is_run(tmp_path: Path) -> None:
    home = write_files(tmp_path, BOOK)
    press(home, "build")
    assert "51 List" in text(home, "sum.html")
    assert "sum" not in press(home, "params")


@pytest.mark.parametrize(
    ("execute", "is_run"),
    [("{execute_notebooks: off}", False), ("{exclude_patterns: [sum.*]}", False), ("{}", True)],
)
def test_it_is_run_as_the_book_says(tmp_path: Path, execute: str, is_run: bool) -> None:
    home = write_files(tmp_path, BOOK)
    edit(home / "_config.yml", "{execute_notebooks: force}", execute)
    press(home, "build")
    assert ("51 List" in text(home, "sum.html")) is is_run


def test_a_listed_document_that_no_extension_writes_is_missed(tmp_path: Path) -> None:
    home = write_files(tmp_path, BOOK)
    edit(home / "_toc.yml", "made/list", "made/lost")
    said = press(home, "build", code=1, whole=True)
    assert "nonexisting document 'made/lost'" in said
    assert "nonexisting document 'made/lost'" in press(home, "check", code=1, whole=True)
    edit(home / "book/settings.yml", "true", "false")
    said = press(home, "build", whole=True)
    assert said.count("_toc.yml lists made/lost.md: no such file") == 1


def test_what_is_written_as_before_is_neither_read_nor_run_again(tmp_path: Path) -> None:
    home = write_files(tmp_path, {**BOOK, "plain.md": "# Plain\n\nOne word.\n"})
    edit(home / "_toc.yml", "- file: names", "- file: plain\n- file: names")
    press(home, "build")
    pages = home / "_build/editions/default/html"
    before = {name: (pages / name).read_bytes() for name in ("sum.html", "api/spiral.html")}
    edit(home / "plain.md", "One word", "Another word")
    press(home, "build")
    log = (home / "_build/press/sphinx.log").read_text()
    assert "0 added, 1 changed, 0 removed" in log
    assert "Executing notebook" not in log
    assert before == {name: (pages / name).read_bytes() for name in before}
    edit(home / "spiral.py", "of snails", "of galaxies")
    edit(home / "gallery.py", "17 * 3", "17 * 4")
    press(home, "build")
    assert "68 List" in text(home, "sum.html")
    assert "Spirals of galaxies." in text(home, "api/spiral.html")


def test_names_that_a_chapter_in_markdown_lists_have_pages(tmp_path: Path) -> None:
    listed = """
```{eval-rst}
.. autosummary::
   :toctree: forms

   whorl
```
"""
    whorl = '"""Whorls of snails."""\n'
    home = write_files(tmp_path, {**BOOK, "cover.md": CHAPTER + listed, "whorl.py": whorl})
    said = press(home, "build", whole=True)
    assert "failed to import" not in said
    assert "run 42" in text(home, "cover.html")
    assert "Whorls of snails." in text(home, "forms/whorl.html")
