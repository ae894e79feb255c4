"""Books by others: what cells and pages find around them is what a kernel and Sphinx would give."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from lxml import html
from processes import ROOT, write_files

from bookpress.book.project import Project
from bookpress.run.failures import ChapterError
from bookpress.run.runner import failure

CONFIG = """
title: Surroundings
author: Ada Author
copyright: "2019-2022, the authors"
execute: {execute_notebooks: force}
repository: {url: https://github.com/ada/book}
launch_buttons: {colab_url: https://colab.example}
html: {baseurl: https://book.example/}
sphinx: {config: {html_last_updated_fmt: "%Y"}}
"""
HEAD = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {name: python3, display_name: Python 3, language: python}
---

"""
WIDGETS = """# Widgets

```{code-cell} ipython3
import comm
from IPython.display import display

def widget(name, module="@jupyter-widgets/controls", **given):
    state = given | {"_model_name": name, "_model_module": module, "_model_module_version": "2.0.0"}
    data = {"state": state, "buffer_paths": [["data"]]}
    made = comm.create_comm(target_name="jupyter.widget", data=data, buffers=[b"bytes"])
    view = {"model_id": made.comm_id, "version_major": 2, "version_minor": 0}
    data = {"application/vnd.jupyter.widget-view+json": view, "text/plain": f"{name}(<{given}>)"}
    display(data, raw=True)
    return made

slider = widget("IntSliderModel", value=3)
slider.send({"method": "update", "state": {"value": 7}})
```

```{code-cell} ipython3
taken = widget("OutputModel", "@jupyter-widgets/output", outputs=[], msg_id="")
request = get_ipython().get_parent()["header"]["msg_id"]
taken.send({"method": "update", "state": {"msg_id": request}})
print("within the widget")
taken.send({"method": "update", "state": {"msg_id": ""}})
print("behind the widget")
```
"""
AROUND = """# Around

```{code-cell} ipython3
import os, random
print("told", os.environ.get("NAME_OF_A_READER"), random.Random(1).random() < 1)
print("kernel", "IPKernelApp" in get_ipython().config)
```

```{code-cell} ipython3
import pandas

pandas.DataFrame([range(30)])
```
"""
MAGICS = nbformat.writes(
    nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "P"}},
        cells=[
            nbformat.v4.new_markdown_cell("# Magics\n\nSee [](#nowhere)."),
            nbformat.v4.new_code_cell("%%capture --no-stderr taken\nfiles = !echo found"),
            nbformat.v4.new_code_cell("for name in files:\n    %timeit -n1 -r1 name\ntaken.stdout"),
            nbformat.v4.new_code_cell("unknown", metadata={"tags": ["raises-exception"]}),
            nbformat.v4.new_code_cell("def never():\n    return no_such_name, files, _"),
        ],
    )
)
FILES = {
    "_config.yml": CONFIG,
    "_toc.yml": "format: jb-book\nroot: cover\nchapters:\n- file: widgets\n- file: parts/around\n"
    "- file: parts/magics\n",
    "cover.md": "# Surroundings\n",
    "widgets.md": HEAD + WIDGETS,
    "parts/around.md": HEAD + AROUND + "\n[](#nobody)\n",
    "parts/magics.ipynb": MAGICS,
    "jupyter_book/__init__.py": "raise ImportError('that of the book')\n",
    "tempfile.py": "raise ImportError('that of the book')\n",
}


def press(home: Path, *words: str, code: int = 0) -> str:
    """Run a command as it is installed: the folder of the book is not where Python looks."""
    how = {"cwd": home, "text": True, "capture_output": True, "stdin": subprocess.DEVNULL}
    variables = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "NAME_OF_A_READER": "Zoë"}
    command = [sys.executable, "-P", "-m", "bookpress", *words]
    done = subprocess.run(command, env=variables, **how)  # type: ignore[call-overload]
    assert done.returncode == code, done.stderr + done.stdout
    return str(done.stderr + done.stdout)


@pytest.fixture(scope="module", name="home")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("surroundings") / "book", FILES)


@pytest.fixture(scope="module", name="said")
def said_by_build(home: Path) -> str:
    return press(home, "build")


@pytest.fixture(scope="module", name="site")
def built(home: Path, said: str) -> Path:
    assert "3 of 3 chapters run" in said
    return home / "_build/editions/default/html"


def page(site: Path, name: str) -> Any:
    return html.parse(str(site / f"{name}.html"), html.HTMLParser(encoding="utf-8")).getroot()


def states(site: Path) -> dict[str, Any]:
    kind = "application/vnd.jupyter.widget-state+json"
    (script,) = page(site, "widgets").xpath(f"//script[@type='{kind}']/text()")
    found: dict[str, Any] = json.loads(script)["state"]
    return found


def test_widgets_are_shown_with_the_state_in_which_cells_leave_them(site: Path) -> None:
    by_model = {entry["model_name"]: entry for entry in states(site).values()}
    assert by_model["IntSliderModel"]["state"]["value"] == 7
    assert by_model["IntSliderModel"]["buffers"][0]["data"] == "Ynl0ZXM="
    views = page(site, "widgets").xpath("//script[contains(@type, 'widget-view')]/text()")
    assert {json.loads(view)["model_id"] for view in views} == {*states(site)}


def test_an_output_widget_takes_what_is_printed_within_it(site: Path) -> None:
    (taken,) = [entry for entry in states(site).values() if entry["model_name"] == "OutputModel"]
    assert [each["text"] for each in taken["state"]["outputs"]] == ["within the widget\n"]
    (shown,) = page(site, "widgets").xpath("//article")
    streams = [each.text_content() for each in shown.find_class("stream")]
    assert [text.strip() for text in streams] == ["behind the widget"]


@pytest.mark.heavy
def test_widgets_have_the_same_ids_in_each_run(home: Path, site: Path, tmp_path: Path) -> None:
    (home / "_build/cache").rename(tmp_path / "cache")
    press(home, "run", "widgets", "--notebook", str(tmp_path / "run.ipynb"))
    again = json.loads((tmp_path / "run.ipynb").read_text())["metadata"]["widgets"]
    assert {*next(iter(again.values()))["state"]} == {*states(site)}


def test_cells_have_the_variables_of_whoever_builds(site: Path) -> None:
    around = page(site, "parts/around")
    words = around.xpath("//article")[0].text_content()
    assert around.find_class("highlight-ipython3")
    assert "told Zoë True" in words
    assert "kernel True" in words


def test_wide_tables_are_cut_to_the_columns_that_a_kernel_shows(site: Path) -> None:
    headings = page(site, "parts/around").xpath("//article//thead//th")
    assert [heading.text for heading in headings] == [
        None,
        *map(str, range(10)),
        "...",
        *map(str, range(20, 30)),
    ]


def test_copyright_and_address_are_those_that_the_author_gave(site: Path) -> None:
    around = page(site, "parts/around")
    said = [" ".join(footer.text_content().split()) for footer in around.xpath("//footer")]
    assert "2019-2022, the authors" in "".join(said)
    assert "1980" not in "".join(said)
    assert around.xpath("//link[@rel='canonical']/@href") == [
        "https://book.example/parts/around.html"
    ]


@pytest.mark.heavy
def test_what_a_module_prints_on_import_is_an_output_of_the_cell(tmp_path: Path) -> None:
    """It is imported by each chapter, not once for all."""
    cells = "```{code-cell} ipython3\nimport loud, json\nimport quiet\n```\n"
    files = {
        "_config.yml": "title: Loud\nauthor: Ada Author\n",
        "_toc.yml": "format: jb-book\nroot: one\nchapters: [{file: two}]\n",
        "one.md": f"{HEAD}# One\n\n{cells}",
        "two.md": f"{HEAD}# Two\n\n{cells}",
        "loud.py": "import sys\nprint('printed', file=sys.stdout)\nprint('warned', file=sys.stderr)\n",
        "quiet.py": "import loud\n",
    }
    press(write_files(tmp_path, files), "build")
    for name in ("one", "two"):
        shown = page(tmp_path / "_build/editions/default/html", name).xpath("//article")[0]
        words = [each.text_content().strip() for each in shown.find_class("output")]
        assert words == ["printed", "warned"]


def test_both_the_text_and_its_notebook_can_be_downloaded(site: Path) -> None:
    buttons = page(site, "parts/around").find_class("dropdown-download-buttons")[0]
    links = [link for link in buttons.xpath(".//a/@href") if "_sources" in link]
    assert links == ["../_sources/parts/around.ipynb", "../_sources/parts/around.md"]
    assert (site / "_sources/parts/around.md").read_text() == FILES["parts/around.md"]
    assert json.loads((site / "_sources/parts/around.ipynb").read_text())["cells"]


def test_warnings_name_the_line_of_a_text_and_the_cell_of_a_notebook(said: str) -> None:
    line = FILES["parts/around.md"].splitlines().index("[](#nobody)") + 1
    assert f"parts/around.md:{line}: WARNING: " in said
    assert "parts/magics.ipynb: cell 1, line 3: WARNING: " in said


@pytest.mark.heavy
def test_check_knows_what_magics_give_and_names_the_cell(home: Path, site: Path) -> None:
    assert site.is_dir()
    told = press(home, "check", code=1)
    assert "parts/magics.ipynb: cell 5, line 2: undefined name `no_such_name`" in told
    assert told.count("undefined name") == 1


@pytest.mark.heavy
def test_check_reads_no_other_language_as_python(tmp_path: Path) -> None:
    kernel = {"name": "ir", "language": "R", "display_name": "R"}
    cells = [
        nbformat.v4.new_markdown_cell("# Counts"),
        nbformat.v4.new_code_cell("library(readxl); counts <- c(1, 2)\ncounts %>% head(n = 1L)"),
    ]
    made = nbformat.v4.new_notebook(metadata={"kernelspec": kernel}, cells=cells)
    files = {
        "_config.yml": "title: Counts\n",
        "_toc.yml": "format: jb-book\nroot: counts\n",
        "counts.ipynb": nbformat.writes(made),
    }
    assert "nothing wrong was found" in press(write_files(tmp_path, files), "check")


@pytest.mark.heavy
@pytest.mark.parametrize("code", ["n::Int = 1", "n = 1"])
def test_a_cell_of_parameters_in_another_language_is_named_once(tmp_path: Path, code: str) -> None:
    kernel = {"name": "julia", "language": "julia", "display_name": "Julia"}
    cell = nbformat.v4.new_code_cell(code, metadata={"tags": ["parameters"]})
    made = nbformat.v4.new_notebook(metadata={"kernelspec": kernel}, cells=[cell])
    files = {
        "_config.yml": "title: Counts\n",
        "_toc.yml": "format: jb-book\nroot: two\n",
        "two.ipynb": nbformat.writes(made),
    }
    home = write_files(tmp_path, files)
    for words in (["params"], ["run", "two"], ["check"]):
        told = press(home, *words, code=1 if "run" in words else 0)
        notes = [line for line in told.splitlines() if "the parameters cell" in line]
        said = "is julia (kernel julia), not Python: two counts as a chapter without parameters"
        assert [note.endswith(said) for note in notes] == [True]


def test_what_many_chapters_fail_with_is_said_once(home: Path) -> None:
    needs = "before its first cell, it needs the kernel other, which is not installed"
    errors = [ChapterError(name, needs, b"") for name in "edcba"]
    told = str(failure(Project.at(home), [*errors, ChapterError("f", "did not end", b"")]))
    assert told.startswith("6 chapters failed:\n  a, b, c and 2 more: before its first cell")
    assert told.count(needs) == 1
    assert "  f: did not end\n" in told
    assert f"  as far as they got: {Project.at(home).failed}\n" in told
    assert told.count("as far as") == 1
