"""Books by others: any Jupyter Book is built as it is, and its commands work."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import pytest
from lxml import html
from processes import press as run_press
from processes import write_files

from bookpress.book.source import day_of

pytestmark = pytest.mark.heavy

Press = Callable[..., str]

CONFIG = """
title: Waves
author: Ada Author and Bob Author
execute: {execute_notebooks: force, exclude_patterns: ["drafts/*"]}
sphinx:
"""

TOC = """
format: jb-book
root: Intro_Page
parts:
  - caption: First
    chapters:
      - file: content/waves_1
        sections:
          - file: content/deep/waves_2
      - glob: content/other/*
  - caption: Last
    chapters:
      - file: drafts/old
      - file: content/plain
"""

WAVES = {
    "parameters": 'year = 2000  # first year\nwater = "salt"\nheights = [1, 2]\nlimit = None',
    "read": (
        "import pandas as pd\nfrom beside import double\n"
        "waves = pd.read_csv('../data/waves.csv')\ntotal = double(waves['height'].sum()) + year"
    ),
    "figure": "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot(waves['height']);",
    "table": "waves",
    "value": "total",
}


def notebook(title: str, cells: dict[str, str]) -> str:
    made = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "conda-env-x", "language": "python", "display_name": "X"}}
    )
    made.cells.append(nbformat.v4.new_markdown_cell(f"# {title}\n\nSome words, and $a_b$.\n"))
    for tag, source in cells.items():
        metadata = {"tags": ["parameters"]} if tag == "parameters" else {}
        made.cells.append(nbformat.v4.new_code_cell(source, metadata=metadata))
    return nbformat.writes(made)


MYST = """\
---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {name: python3, display_name: Python 3, language: python}
---

# Deep waves

See [the others](../waves_1.ipynb) and {doc}`/content/plain`.

```{code-cell} ipython3
:tags: [raises-exception]

1 / 0
```

```{code-cell} ipython3
print("after all")
```
"""

FILES = {
    "_config.yml": CONFIG,
    "_toc.yml": TOC,
    "Intro_Page.md": "# Waves\n\nA book, see [](content/deep/waves_2.md).\n",
    "content/waves_1.ipynb": notebook("Waves", WAVES),
    "content/beside.py": "def double(number):\n    return 2 * number\n",
    "content/deep/waves_2.md": MYST,
    "content/other/waves_1.ipynb": notebook("Other waves", {"value": "6 * 7"}),
    "content/other/wrong.ipynb": notebook("Wrong waves", {"first": "'seen'", "then": "no_such"}),
    "content/plain.rst": "Plain\n=====\n\nAs it *was* written.\n",
    "data/waves.csv": "height\n1.5\n2.5\n",
    "drafts/old.ipynb": notebook("Old", {"wrong": "raise SystemExit"}),
}


PAGES = ("Intro_Page", "content/waves_1", "content/deep/waves_2", "content/plain")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a book of someone else, with nothing of ours in it."""
    return write_files(tmp_path_factory.mktemp("foreign") / "book", FILES)


@pytest.fixture(scope="module", name="press")
def press_of(home: Path) -> Press:
    return partial(run_press, home)


@pytest.fixture(scope="module", name="site")
def built(press: Press, home: Path) -> Path:
    press("build")
    return home / "_build/editions/default/html"


def article(site: Path, page: str) -> Any:
    return html.parse(str(site / page)).getroot().xpath("//article")[0]


def test_each_page_stands_at_its_own_address(site: Path) -> None:
    for page in PAGES:
        assert (site / f"{page}.html").is_file(), page
    assert "As it was written" in article(site, "content/plain.html").text_content()
    links = article(site, "Intro_Page.html").xpath(".//a/@href")
    assert "content/deep/waves_2.html" in links


def test_outputs_are_those_that_jupyter_book_shows(site: Path) -> None:
    page = article(site, "content/waves_1.html")
    assert len(page.xpath(".//img")) == 1
    assert (site / "content" / page.xpath(".//img/@src")[0]).resolve().is_file()
    assert len(page.xpath(".//table[contains(@class, 'dataframe')]")) == 1
    assert "2008.0" in page.text_content()
    assert page.xpath(".//*[contains(@class, 'cell_input')]")
    deep = article(site, "content/deep/waves_2.html").text_content()
    assert "ZeroDivisionError" in deep
    assert "after all" in deep


def test_a_chapter_that_fails_says_so_in_its_place(site: Path) -> None:
    text = article(site, "content/other/wrong.html").text_content()
    assert "seen" in text
    assert "This chapter could not be run to its end" in text
    assert "cell 3 (no_such) failed with NameError" in text.replace("`", "")


def test_what_is_excluded_from_running_is_shown_as_it_was(site: Path) -> None:
    assert "raise" in article(site, "drafts/old.html").text_content()
    assert not article(site, "drafts/old.html").xpath(".//*[contains(@class, 'cell_output')]")


def test_citations_come_from_the_configuration(press: Press) -> None:
    assert "Ada Author, & Bob Author" in press("cite", "waves_2")
    assert "Other waves" in press("cite", "content-other-waves_1")


def test_parameters_are_checked_and_run(press: Press) -> None:
    results = press("params", "content-waves_1")
    assert "first year" in results
    said = press("run", "content-waves_1", "-p", "year=soon", code=2)
    assert "allowed: any whole number" in said
    long = press("run", "content-waves_1", "-p", f"year={'9' * 5000}", code=2)
    assert "is not allowed: it has too many digits; allowed: any whole number" in long
    made = press(
        "run", "content-waves_1", "-p", "year=3000", "--notebook", "_build/out.ipynb", "--json"
    )
    assert json.loads(made) == {"content-waves_1": {}}


def test_a_word_of_prose_runs_nothing_again(site: Path, press: Press, home: Path) -> None:
    path = home / "content/deep/waves_2.md"
    path.write_text(path.read_text().replace("See [the", "Now see [the"))
    runs = {*(home / "_build/cache").glob("*.json")}
    press("build")
    assert {*(home / "_build/cache").glob("*.json")} == runs
    assert "Now see the others" in article(site, "content/deep/waves_2.html").text_content()


def test_a_file_beside_a_chapter_runs_chapters_again(press: Press, home: Path) -> None:
    (home / "content/beside.py").write_text("def double(number):\n    return 3 * number\n")
    press("run", "content-waves_1", "--notebook", "_build/out.ipynb")
    cells = json.loads((home / "_build/out.ipynb").read_text())["cells"]
    assert cells[-1]["outputs"][0]["data"]["text/plain"] == "np.float64(2012.0)"


@pytest.fixture(scope="module", name="early")
def early_edition(press: Press) -> str:
    """Return the name of an edition with another year."""
    press("build", "-p", "year=1990", "--save", "early")
    return "early"


def test_editions_are_kept_and_compared(press: Press, early: str) -> None:
    compared = json.loads(press("compare", "default", early, "--json"))
    [changed] = compared["parameters"]
    assert (changed["name"], changed["one"], changed["other"]) == ("year", 2000, 1990)
    press("sweep", "content-waves_1", "-g", "year=1990,2000", "--dry-run")
    press("check", code=1)  # for a name that there is not


def test_init_says_what_it_finds_and_takes_back_what_it_wrote(press: Press, home: Path) -> None:
    said = press("init")
    assert "Waves, by Ada Author and Bob Author" in said
    assert "are copied to where the pages are made: all but hidden ones, and large" in said
    assert "a list of `folders` in book/settings.yml, if you write one, limits this" in said
    assert "4 chapters with code: content-waves_1, waves_2, content-other-waves_1, wrong" in said
    assert "content-waves_1 has the parameters year, water, heights, limit" in said
    written = (home / "book/settings.yml").read_text()
    assert len(written.splitlines()) <= 3
    said = press("init", "--remove")
    assert not (home / "book/settings.yml").exists()
    assert ("book/editions stays, with what you saved" in said) == (home / "book/editions").is_dir()
    (home / "book").mkdir(exist_ok=True)
    (home / "book/settings.yml").write_text(written + "command: mine\n")
    assert "was changed since it was written" in press("init", "--remove", code=2)
    (home / "book/settings.yml").unlink()


def test_a_folder_without_a_book_is_named(tmp_path: Path) -> None:
    assert "no book at" in run_press(tmp_path, "init", code=2)


CHOICES = "from typing import Literal\n\nSide = Literal['left', 'right']\n"
TYPED = """
from typing import Annotated, Literal as Of
import typing as t
from pydantic import Field

side: Side = "left"
colour: Of["red", "blue"] = "red"
many: t.Literal[1, 2] = 1
steps: Annotated[int, Field(ge=0, le=6, multiple_of=3)] = 0
""".strip()


@pytest.fixture(scope="module", name="typed")
def home_with_types(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a book that imports the types of its parameters, one from a module beside it."""
    root = tmp_path_factory.mktemp("typed") / "book"
    cells = {
        "imports": "from choices import Side",
        "parameters": TYPED,
        "again": "steps = 5\nmany = many + 1",
    }
    files = {
        "_config.yml": "title: Typed\n",
        "_toc.yml": "format: jb-book\nroot: parts/one\n",
        "parts/choices.py": CHOICES,
        "parts/one.ipynb": notebook("One", cells),
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def test_types_may_be_imported_by_the_cell_or_one_above_it(typed: Path) -> None:
    assert "0 to 6, a multiple of 3" in run_press(typed, "run", "one", "-p", "steps=5", code=2)
    said = run_press(typed, "params", "one")
    for allowed in ("left, right", "red, blue", "1, 2", "0 to 6"):
        assert allowed in said
    said = run_press(typed, "run", "one", "-p", "side=top", code=2)
    assert "allowed: left, right" in said


def test_a_parameter_that_is_assigned_again_is_reported(typed: Path) -> None:
    said = run_press(typed, "check", code=1, whole=True)
    assert "parts/one.ipynb" in said
    assert "parameter steps is assigned again" in said
    assert "many" not in said


def test_cells_that_are_not_python_are_named_and_the_others_read(tmp_path: Path) -> None:
    cells = {
        "parameters": "year = 2000",
        "block": "def unfinished():\n    # to be written",
        "again": "year = 1990",
        "brackets": "1\nlist(",
        "separated": "words = 'a\u2028b\f'",
    }
    toc = "format: jb-book\nroot: one\nchapters:\n- file: lost\n- file: strayed.ipynb\n"
    (tmp_path / "_toc.yml").write_text(toc, encoding="utf-8")
    (tmp_path / "one.ipynb").write_text(notebook("One", cells), encoding="utf-8")
    said = run_press(tmp_path, "check", code=1, whole=True)
    assert "one.ipynb: cell 3, line 2: expected an indented block after function" in said
    assert "one.ipynb: cell 4, line 1: parameter year is assigned again" in said
    assert "one.ipynb: cell 5, line 2: '(' was never closed" in said
    assert said.count("one.ipynb: ") == 3
    assert "_toc.yml:4: lists lost.md: no such file" in said
    assert "_toc.yml:5: lists strayed.ipynb: no such file" in said


@pytest.mark.parametrize(
    ("grid", "said"),
    [
        ("year=2000:2010:5", "3 combinations"),
        ("year=2000:2004,2010", "6 combinations"),
        ("water=a:b,c", "2 combinations"),
    ],
)
def test_a_grid_takes_ranges_of_numbers(press: Press, grid: str, said: str) -> None:
    assert said in press("sweep", "content-waves_1", "-g", grid, "--dry-run", whole=True)


@pytest.mark.parametrize(
    ("grid", "said"),
    [
        ("year=2000:2010:0", "the range 2000:2010:0 has no values"),
        ("year=2010:2000", "steps of 1 from 2010 never reach 2000"),
        ("year=2000:soon", "has 'soon' where a number belongs"),
        ("year=0:1e9", "has 1,000,000,001 values; allowed: 1,000"),
        ("year=1:2:3:4", "is not a range; a range is FIRST:LAST or FIRST:LAST:STEP"),
        ("year=2000:2001:0.5", "2000.5 is not allowed; allowed: any whole number"),
    ],
)
def test_a_bad_range_is_one_clear_line(press: Press, grid: str, said: str) -> None:
    printed = press("sweep", "content-waves_1", "-g", grid, "--dry-run", code=2)
    assert said in printed
    assert len(printed.strip().splitlines()) <= 2


def test_explore_says_why_there_is_nothing_to_explore(press: Press, typed: Path) -> None:
    said = press("explore", "content-waves_1", code=2)
    assert "no type says which values of content-waves_1.year" in said
    assert "Annotated[int, Field(ge=0, le=10, multiple_of=2)]" in said
    assert "nothing to explore" not in run_press(typed, "explore", "--dry-run", whole=True)


ADDED = (
    """.//*[contains(@class, 'cite-box') or contains(@class, 'opener') or @id='chapter_choices']"""
)
BLOCKED = "import sys\nsys.modules['jupyter_book'] = None\n"


def test_the_exit_is_open(site: Path, press: Press, home: Path, tmp_path: Path) -> None:
    """Sphinx and MyST-NB make the same pages, where Jupyter Book cannot even be imported."""
    (home / "content/other/wrong.ipynb").write_text(notebook("Wrong waves", {"first": "'seen'"}))
    press("build")
    config = home / "_config.yml"
    config.write_text(
        f"{CONFIG}html: {{google_analytics_id: G-1}}\n"
    )  # of which Jupyter Book warns
    (home / "conf.py").write_text(press("conf"))
    config.write_text(CONFIG)
    (tmp_path / "sitecustomize.py").write_text(BLOCKED)
    made = tmp_path / "html"
    command = [sys.executable, "-m", "sphinx", "-q", str(home), str(made)]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    (home / "conf.py").unlink()
    assert done.returncode == 0, done.stderr
    for page in (*PAGES, "content/other/wrong"):
        assert said_by(made, f"{page}.html") == said_by(site, f"{page}.html"), page


def said_by(site: Path, page: str) -> list[str]:
    """Return the words of a page, without what the press adds to it."""
    whole = article(site, page)
    for added in whole.xpath(ADDED):
        added.drop_tree()
    return whole.text_content().split()


def test_a_book_in_no_repository_is_cited_by_the_day_of_its_newest_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    (tmp_path / "old.md").write_text("# Old\n")
    (tmp_path / "new.md").write_text("# New\n")
    os.utime(tmp_path / "old.md", (1_000_000_000,) * 2)
    os.utime(tmp_path / "new.md", (1_500_000_000,) * 2)
    assert day_of(tmp_path).isoformat() == "2017-07-14"


OWN_CONFIG = """
title: Own formats
author: Ada Author
exclude_patterns: [parts/*]
sphinx: {config: {nb_custom_formats: {.Rmd: [jupytext.reads, {fmt: Rmd}]}}}
"""
RMD = """\
---
jupyter: {kernelspec: {name: python3, display_name: Python 3, language: python}}
---

# In R Markdown

```{python tags=c("parameters")}
tide = 2  # metres
```

```{python}
print("tide:", tide)
```
"""
PAGE_OF_LINKS = """\
# Links

See [the other](other.Rmd) and [again](other.Rmd), but `[a](other.Rmd)` is code.

Take {download}`all of it <other.Rmd>`.

```{note}
In a note: [note](other.Rmd).
```

```
[block](other.Rmd)
```

[after](other.Rmd)

```{include} parts/piece.md
```
"""


def test_documents_of_own_formats_are_run_and_links_in_code_are_left(tmp_path: Path) -> None:
    files = {
        "_config.yml": OWN_CONFIG,
        "_toc.yml": "format: jb-book\nroot: cover\nchapters: [{file: other}, {file: links}]\n",
        "cover.md": "# Own\n\nA book.\n",
        "other.Rmd": RMD,
        "links.md": PAGE_OF_LINKS,
        "parts/piece.md": "An included piece.\n",
    }
    (tmp_path / "parts").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    run_press(tmp_path, "build", "-p", "tide=3", "--save", "high")
    site = tmp_path / "_build/editions/high/html"
    assert "tide: 3" in article(site, "other.html").text_content()
    page = article(site, "links.html")
    for text in ("the other", "again", "note", "after"):
        assert page.xpath(f".//a[normalize-space()='{text}']/@href") == ["other.html"], text
    [taken] = page.xpath(".//a[contains(@href, '_downloads/')]/@href")
    assert taken.endswith("/other.Rmd")
    assert (site / taken).read_text(encoding="utf-8") == RMD
    said = page.text_content()
    assert "[a](other.Rmd)" in said
    assert "[block](other.Rmd)" in said
    assert "An included piece." in said


def test_commands_of_a_cell_run_in_the_shell_of_the_author(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELL", "/bin/bash")
    (tmp_path / "_config.yml").write_text("title: Shell\n")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: one\n")
    (tmp_path / "one.ipynb").write_text(notebook("One", {"list": "!echo {{1..3}}"}))
    run_press(tmp_path, "run", "one", "--notebook", "_build/out.ipynb")
    [cell] = json.loads((tmp_path / "_build/out.ipynb").read_text())["cells"][1:]
    assert "1 2 3" in "".join(cell["outputs"][0]["text"])


def test_a_parameter_that_was_used_before_is_not_reported(tmp_path: Path) -> None:
    used = {"parameters": "lines = 2", "use": "many = lines * 2", "again": "lines = [many]"}
    (tmp_path / "_config.yml").write_text("title: Used\n")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: one\n")
    (tmp_path / "one.ipynb").write_text(notebook("One", used))
    assert "nothing wrong was found" in run_press(tmp_path, "check", whole=True)


def test_what_needs_results_says_how_to_have_some(press: Press, early: str) -> None:
    said = press("run", "content-waves_1", whole=True)
    assert "publishes no results; a number is one where the prose quotes it: {result}`name`" in said
    assert "one is that ends in {holds}`a comparison`" in press("statements", whole=True)
    assert "neither edition has results to compare" in press(
        "compare", "default", early, whole=True
    )


def test_a_chapter_that_fails_keeps_no_other_from_being_explored(tmp_path: Path) -> None:
    tried = {"parameters": "deep: bool = False", "value": "deep"}
    files = {
        "_config.yml": "title: Explored\n",
        "_toc.yml": "format: jb-book\nroot: cover\nchapters: [{file: one}, {file: two}]\n",
        "cover.md": "# Explored\n\nA book.\n",
        "one.ipynb": notebook("One", tried),
        "two.ipynb": notebook("Two", {"wrong": "no_such"}),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    said = run_press(tmp_path, "explore", "--yes", whole=True)
    assert "(`no_such`) failed with NameError" in said
    assert "1 state" in said
    site = tmp_path / "_build/editions/default/html"
    assert "could not be run to its end" in article(site, "two.html").text_content()
    assert (site / "states/one/index.js").is_file()


def test_errors_are_allowed_where_the_book_says_so(tmp_path: Path) -> None:
    files = {
        "_config.yml": "title: Errors\nexecute: {allow_errors: true}\n",
        "_toc.yml": "format: jb-book\nroot: one\n",
        "one.ipynb": notebook("One", {"wrong": "1 / 0", "then": "6 * 7"}),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    run_press(tmp_path, "run", "one", "--notebook", "_build/out.ipynb")
    [wrong, then] = json.loads((tmp_path / "_build/out.ipynb").read_text())["cells"][1:]
    assert wrong["outputs"][0]["ename"] == "ZeroDivisionError"
    assert then["outputs"][0]["data"]["text/plain"] == "42"
    (tmp_path / "_config.yml").write_text("title: Errors\n")
    assert "ZeroDivisionError" in run_press(tmp_path, "run", "one", code=1, whole=True)


def test_a_chapter_is_cited_by_its_first_heading_in_any_form(tmp_path: Path) -> None:
    matter = "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: Python 3}\n---\n"
    cell = "```{code-cell} python3\n1\n```\n"
    headings = {
        "lines": "(of-winds)=\nThe *winds*\nof the north\n===========",
        "second": "## The tides ##",
        "commented": "```bash\n# a comment\n```\n\nThe stars\n---------",
    }
    files = {
        "_config.yml": "title: Forms\n",
        "_toc.yml": "format: jb-book\nroot: lines\nchapters: [{file: second}, {file: commented}]\n",
        **{
            f"{name}.md": f"{matter}{heading}\n\n{cell}\n# Later\n"
            for name, heading in headings.items()
        },
    }
    write_files(tmp_path, files)
    titles = {name: run_press(tmp_path, "cite", name) for name in headings}
    assert "). The winds of the north. In Forms" in titles["lines"]
    assert "). The tides. In Forms" in titles["second"]
    assert "). The stars. In Forms" in titles["commented"]
