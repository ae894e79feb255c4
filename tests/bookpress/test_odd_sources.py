"""What `check` says of sources as authors may write them: each fault is named, at its place."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from processes import edit, press, write_files

CHAPTER = """---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
bookpress: {headline: nothing, 2020: x}
---

# Chapter

```{code-cell} python
some = 3
```

Of it {result}`some`.
"""
WORDS = """# Words

$$
a = 11
$$ (labelled)

Then 1201 things.

```
1202 of a block
```

- an item

  ```python
  lines = 1203
  ```

$$ b = 1204
$$

\\begin{align}
c &= 1205
\\end{align}

<!-- a comment
of 1206 lines -->

:::{note}
Of 1207 things.
:::
"""
FILES = {
    "_config.yml": "title: Odd\nauthor: Nobody\nlogo: ''\n",
    "_toc.yml": "format: jb-book\nroot: index\nchapters: [{file: my words}, {file: no code}, {file: chapter}, {file: words}]\n",
    "book/settings.yml": "layout: press\nstrict: true\n",
    "index.md": "# Odd\n",
    "my words.md": "# My words\n\nOf {result}`lost:x`.\n",
    "words.md": "# Words\n",
    "chapter.md": CHAPTER.replace("headline: nothing, 2020: x", ""),
}


def notebook(*sources: str) -> str:
    """Return a notebook of prose and, last, of code."""
    made = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python"}}
    )
    made.cells = [nbformat.v4.new_markdown_cell(source) for source in sources[:-1]]
    made.cells += [nbformat.v4.new_code_cell(source) for source in sources[-1:] if source]
    return nbformat.writes(made)


FILES["no code.ipynb"] = notebook("# No code\n\nOf {result}`lost:y`.", "")


Check = Callable[..., str]


@pytest.fixture(name="check")
def check_of(tmp_path: Path) -> Check:
    """Return a function that checks the book with other files, and returns what is said."""

    def check(**texts: str) -> str:
        named = {f"{name}.md": text for name, text in texts.items()}
        write_files(tmp_path, {**FILES, **named})
        return press(tmp_path, "check", code=1, whole=True)

    return check


@pytest.mark.heavy
def test_faults_in_files_with_spaces_and_in_notebooks_have_their_place(check: Check) -> None:
    said = check()
    assert "my words.md:3: no chapter 'lost'; there are: chapter" in said
    assert "no code.ipynb: cell 1, line 3: no chapter 'lost'" in said


@pytest.mark.heavy
def test_faults_in_a_notebook_are_in_a_cell(tmp_path: Path) -> None:
    prose = "Words.\n\nOf {result}`odd + (` and 1208 things."
    toc = FILES["_toc.yml"].replace("file: chapter", "file: cells")
    made = nbformat.reads(notebook("# Cells", prose, "\nsome = 3\nside: Sied = 1"), as_version=4)
    made.cells[2].metadata.tags = ["parameters"]
    write_files(tmp_path, {**FILES, "_toc.yml": toc, "cells.ipynb": nbformat.writes(made)})
    (tmp_path / "chapter.md").unlink()
    said = press(tmp_path, "check", code=1, whole=True)
    assert "cells.ipynb: cell 2, line 3: the number 1208 is typed by hand" in said
    assert "cells.ipynb: cell 2, line 3: `odd + (" in said
    assert "cells.ipynb: cell 3, line 3: parameter side: no type 'Sied'" in said


@pytest.mark.heavy
def test_what_a_notebook_says_in_vain_is_named_by_its_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")  # so that no cell of the table is folded
    prose = "Words.\n\nIt is {result}`size`.\n\nIt is large. {holds}`above(size, 9)`"
    files = {
        "_toc.yml": "format: jb-book\nroot: one\n",
        "_config.yml": "title: Sizes\n",
        "one.ipynb": notebook("# Sizes", prose, "\n\nsize = 3"),
    }
    write_files(tmp_path, files)
    place = "one.ipynb: cell 2, line 5"
    fault = "one:above(size, 9) does not hold"
    assert f"{place}: {fault}" in press(tmp_path, "build", code=1, whole=True)
    assert f"{place}: {fault}" in press(tmp_path, "run", "one", whole=True)
    assert place in press(tmp_path, "statements")
    stored = json.loads(press(tmp_path, "statements", "--json"))
    [mark] = stored["one"]["above(size, 9)"]["marks"]
    assert (mark["cell"], mark["line"]) == (2, 5)
    edit(tmp_path / "one.ipynb", "size = 3", "size = [3]")
    place = "one.ipynb: cell 2, line 3"
    assert f"{place}: `size`: " in press(tmp_path, "run", "one", code=1, whole=True)
    edit(tmp_path / "one.ipynb", "size = [3]", "size = 1\\nsize = 3")
    said = press(tmp_path, "run", "one", code=1, whole=True)
    assert f"{place}: `size`: 'size' is bound more than once, in cell 3, line " in said


def test_entries_in_brackets_and_numbers_as_names_are_named_with_their_line(check: Check) -> None:
    said = check(chapter=CHAPTER)
    assert "chapter.md:4: headline: the chapter publishes no result 'nothing'" in said
    assert "chapter.md:4: the front matter's `bookpress` has no '2020'" in said


@pytest.mark.heavy
def test_numbers_are_typed_in_prose_alone(check: Check) -> None:
    words = re.findall(r"the number (\d+) is typed by hand", check(words=WORDS))
    assert words == ["1201", "1207"]


@pytest.mark.parametrize("words", ["It takes {minutes}`index`.", "```{whole-book}\n```"])
def test_whatever_is_ours_on_a_page_is_named_in_the_settings_of_sphinx(
    words: str, tmp_path: Path
) -> None:
    files = {"_config.yml": "title: Odd\n", "_toc.yml": "format: jb-book\nroot: index\n"}
    write_files(tmp_path, {**files, "index.md": f"# Odd\n\n{words}\n"})
    assert "'bookpress.elements'" in press(tmp_path, "conf")


def test_a_package_that_cannot_be_imported_is_named(tmp_path: Path) -> None:
    settings = "layout: press\npackage: broken\n"
    broken = {"book/settings.yml": settings, "broken/__init__.py": "half = 1 / 0\n"}
    write_files(tmp_path, {**FILES, **broken})
    said = press(tmp_path, "check", code=2, whole=True)
    assert said.endswith(
        "the package 'broken' cannot be imported: ZeroDivisionError: division by zero"
    )


@pytest.mark.heavy
def test_a_headline_may_be_quoted_by_the_whole_name_of_its_chapter(tmp_path: Path) -> None:
    toc = "format: jb-book\nroot: index\nchapters: [{file: a/data}, {file: b/data}]\n"
    chapter = CHAPTER.replace("nothing, 2020: x", "some")
    quoting = chapter.replace("`some`", "`a-data:some`")
    write_files(tmp_path, {**FILES, "_toc.yml": toc, "a/data.md": quoting, "b/data.md": chapter})
    for name in ("chapter.md", "my words.md", "no code.ipynb", "words.md"):
        (tmp_path / name).unlink()
    assert "nothing wrong was found" in press(tmp_path, "check", whole=True)
