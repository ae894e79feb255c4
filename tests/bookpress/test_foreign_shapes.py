"""Books by others in shapes of their own: stored outputs, other texts, what is excluded, no code."""

import json
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nbformat
import pytest
from lxml import html
from processes import press as run_press
from processes import write_files

Press = Callable[..., str]

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02"
    "0000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082"
)
CONFIG = """
title: Shapes
author: Ada Author
exclude_patterns: [README.md, "aside/*", "*.txt"]
execute: {execute_notebooks: off, exclude_patterns: ["unrun.ipynb"]}
sphinx:
  config:
    nb_custom_formats:
      .Rmd: [jupytext.reads, {fmt: Rmd}]
"""
TOC = """
format: jb-book
root: cover
chapters:
  - file: parts/stored
  - file: parts/statistics
  - file: parts/Zoë and others/été
  - file: parts/plain text
  - file: parts/told
  - file: unrun
"""
COVER = """# Shapes

```{include} README.md
```

![a picture](aside/picture.png)
"""
MYST = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {name: python3, display_name: Python 3, language: python}
mystnb: {execution_mode: 'off', number_source_lines: true}
---

# Told

```{code-cell} ipython3
counts = 6 * 7
print("told", counts)
```
"""
R_MARKDOWN = """---
jupyter:
  kernelspec: {name: python3, display_name: Python 3, language: python}
---

# Plain text

```{python tags=c("parameters")}
times = 7
```

```{python}
print("product", 6 * times)
```
"""
STORED = {
    "parameters": "year = 2000\nplots = [{'a': [1]}, {}]\nkeys = {'b': 2}",
    "value": "print('of', year)",
}


HEAD = "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: Python 3}\n---\n\n"


def notebook(title: str, cells: dict[str, str], output: str = "", kernel: str = "python3") -> str:
    """Return a notebook, each cell with the same output, if any."""
    language = "R" if kernel == "ir" else "python"
    spec = {"name": kernel, "language": language, "display_name": language}
    made = nbformat.v4.new_notebook(
        metadata={"kernelspec": spec, "language_info": {"name": language}}
    )
    made.cells.append(nbformat.v4.new_markdown_cell(f"# {title}"))
    for tag, source in cells.items():
        outputs = [nbformat.v4.new_output("stream", text=output)] if output else []
        metadata = {"tags": ["parameters"]} if tag == "parameters" else {}
        made.cells.append(
            nbformat.v4.new_code_cell(source, metadata=metadata, outputs=outputs, execution_count=1)
        )
    return nbformat.writes(made)


FILES = {
    "_config.yml": CONFIG,
    "_toc.yml": TOC,
    "cover.md": COVER,
    "README.md": "Words that are included.\n",
    "aside/broken.md": "---\n{{ name }}: [\n---\n# Broken\n",
    "parts/stored.ipynb": notebook("Stored", STORED, "stored words\n"),
    "parts/statistics.ipynb": notebook("Statistics", {"mean": "mean(1:3)"}, "[1] 2\n", "ir"),
    "parts/Zoë and others/été.ipynb": notebook("Été", {"value": "6 * 7"}, "quarante-deux\n"),
    "parts/plain text.Rmd": R_MARKDOWN,
    "parts/told.md": MYST.replace("\n", "\r\n"),
    "unrun.ipynb": notebook("Unrun", {"wrong": "raise SystemExit"}, "unrun words\n"),
}


@pytest.fixture(scope="module", name="home")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_files(tmp_path_factory.mktemp("shapes") / "book", FILES)
    (root / "aside/picture.png").write_bytes(PNG)
    return root


@pytest.fixture(scope="module", name="press")
def press_of(home: Path) -> Press:
    return partial(run_press, home)


@pytest.fixture(scope="module", name="site")
def built(press: Press, home: Path) -> Path:
    assert "0 of 5 chapters run" in press("build", whole=True)
    return home / "_build/editions/default/html"


def words(site: Path, page: str) -> str:
    article: Any = html.parse(str(site / f"{page}.html")).getroot().xpath("//article")[0]
    return " ".join(article.text_content().split())


@pytest.mark.heavy
def test_stored_outputs_are_shown_where_the_book_runs_nothing(site: Path) -> None:
    assert words(site, "parts/stored").count("stored words") == 2
    assert "[1] 2" in words(site, "parts/statistics")
    assert "highlight-python " in (site / "parts/stored.html").read_text("utf-8")
    assert "highlight-R " in (site / "parts/statistics.html").read_text("utf-8")
    assert "quarante-deux" in words(site, "parts/Zoë and others/été")
    assert "unrun words" in words(site, "unrun")
    assert "told 42" not in words(site, "parts/told")


@pytest.mark.heavy
def test_such_a_chapter_is_run_when_it_is_asked_for(site: Path, press: Press, home: Path) -> None:
    said = press("run", "stored", "--notebook", "_build/out.ipynb", whole=True)
    assert "written: _build/out.ipynb" in said
    cells = json.loads((home / "_build/out.ipynb").read_text())["cells"]
    assert cells[-1]["outputs"][0]["text"] == "of 2000\n"
    press("build", "-p", "year=1990", "--save", "early")
    assert "of 1990" in words(home / "_build/editions/early/html", "parts/stored")
    assert "quarante-deux" in words(home / "_build/editions/early/html", "parts/Zoë and others/été")
    compared = press("compare", "default", "early", whole=True)
    assert "failed" not in compared  # no kernel of R is asked for what is stored


@pytest.mark.heavy
def test_other_stored_outputs_make_another_edition(site: Path, press: Press, home: Path) -> None:
    path = home / "parts/stored.ipynb"
    path.write_text(path.read_text().replace("stored words", "other words"))
    press("build")
    assert words(site, "parts/stored").count("other words") == 2


def test_what_is_excluded_is_no_page_but_can_be_shown(site: Path) -> None:
    assert "Words that are included" in words(site, "cover")
    assert (site / "_images/picture.png").is_file()
    assert not (site / "README.html").exists()
    assert not [*site.rglob("broken*")]


PAIRED = {
    "_config.yml": "title: Paired\nexclude_patterns: ['**.ipynb', '*.[0-9].md']\n"
    "execute: {execute_notebooks: 'off'}\n",
    "_toc.yml": "format: jb-book\nroot: root\nchapters: [{glob: 'parts/*'}]\n",
    "root.md": "# Root\n",
    "parts/text.md": MYST,
    "parts/text.ipynb": notebook("Paired", {"value": "1"}, "paired words\n"),
    "parts/alone [1].ipynb": notebook("Alone", {"value": "1"}, "words alone\n"),
}


@pytest.mark.heavy
def test_a_text_is_a_page_where_notebooks_are_excluded(tmp_path: Path) -> None:
    home = write_files(tmp_path / "paired", PAIRED)
    assert "didn't match" not in run_press(home, "build", whole=True)
    site = home / "_build/editions/default/html"
    assert {page.stem for page in (site / "parts").iterdir()} == {"text"}
    assert "paired words" not in words(site, "parts/text")
    assert "1 chapter with code: text;" in run_press(home, "init", whole=True)


def test_a_text_that_jupytext_reads_is_a_chapter(press: Press, home: Path) -> None:
    assert "times" in press("params", "plain-text")
    press("run", "plain-text", "-p", "times=8", "--notebook", "_build/out.ipynb")
    cells = json.loads((home / "_build/out.ipynb").read_text())["cells"]
    assert cells[-1]["outputs"][0]["text"] == "product 48\n"


def test_its_source_is_what_its_author_wrote(site: Path) -> None:
    page: Any = html.parse(str(site / "parts/plain text.html")).getroot()
    [button] = page.xpath("//a[contains(@class, 'btn-download-source-button')]")
    assert unquote(button.get("href")) == "../_sources/parts/plain text.Rmd"
    assert ".Rmd" in button.text_content()
    assert (site / "_sources/parts/plain text.Rmd").read_text("utf-8") == R_MARKDOWN
    assert not list(site.rglob("written"))  # it is no page


@pytest.mark.heavy
def test_only_what_lacks_outputs_is_run_by_default(tmp_path: Path) -> None:
    partly = json.loads(notebook("Partly", {"one": "print('ran')"}, "stored\n"))
    partly["cells"].append({**partly["cells"][-1], "id": "other", "outputs": []})
    files = {
        "_config.yml": "title: Partly\n",
        "_toc.yml": "format: jb-book\nroot: whole\nchapters: [{file: partly}]\n",
        "whole.ipynb": notebook("Whole", {"wrong": "raise SystemExit"}, "stored words\n"),
        "partly.ipynb": json.dumps(partly),
    }
    write_files(tmp_path, files)
    assert "1 of 2 chapters run" in run_press(tmp_path, "build", whole=True)
    site = tmp_path / "_build/editions/default/html"
    assert "stored words" in words(site, "whole")
    assert words(site, "partly").count("ran") == 4  # in two cells and below them


@pytest.mark.heavy
def test_a_book_without_code_and_with_settings_above_it_is_built(tmp_path: Path) -> None:
    lost = ", ".join(f"{{file: lost{number}}}" for number in range(10))
    toc = f"format: jb-book\nroot: words\nchapters: [{lost}]\n"
    files = {"_toc.yml": toc, "words.md": "# Words\n\nNothing but words.\n"}
    book = write_files(tmp_path / "far/book", files)
    (tmp_path / "_config.yml").write_text("title: Far above\n", encoding="utf-8")
    said = run_press(book, "init", whole=True)
    assert "Far above, by" in said
    assert "0 chapters with code; 1 page without" in said
    for command in ("init -q", "add .", "-c user.name=x -c user.email=x@y.org commit -qm x"):
        subprocess.run(["git", "-C", str(book), *command.split()], check=True)
    assert "lost7.md and 2 more: no such file" in run_press(book, "build", whole=True)
    page = book / "_build/editions/default/html/words.html"
    assert "Nothing but words" in words(page.parent, "words")
    assert "Far above" in page.read_text(encoding="utf-8")
    assert "_config.yml is above the book's folder" in run_press(book, "release", code=1)
    assert "no chapter 'words'" in run_press(book, "run", "words", code=2)
    assert "no document of the book has code" in run_press(book, "params", whole=True)


def test_names_that_differ_in_signs_alone_are_two_chapters(tmp_path: Path) -> None:
    names = ["ebb tide", "ebb-tide", "ebb-tide-"]
    listed = ", ".join(f"{{file: {name}}}" for name in names)
    files = {f"{name}.md": HEAD + "# Ebb\n\n```{code-cell}\n1\n```\n" for name in names}
    toc = f"format: jb-book\nroot: cover\nchapters: [{listed}]\n"
    write_files(tmp_path, {**files, "cover.md": "# Tides\n", "_toc.yml": toc})
    said = run_press(tmp_path, "init", whole=True)
    assert "3 chapters with code: ebb-tide, ebb-tide-2, ebb-tide-3; 1 page without" in said


def test_chapters_of_one_file_name_are_told_and_found_by_their_files(tmp_path: Path) -> None:
    listed = "[{file: ebb/tide}, {file: flow/tide}, {file: moon}]"
    files = {
        "_toc.yml": f"format: jb-book\nroot: cover\nchapters: {listed}\n",
        "cover.md": "# Tides\n",
        "book/settings.yml": "strict: true\n",
        "ebb/tide.md": f"{HEAD}# Ebb\n\n```{{code-cell}}\n1\n```\n",
        "flow/tide.ipynb": notebook("Flow", {"wrong": "no_such", "parameters": "n = 1"}),
        "moon.md": f"{HEAD}# Moon\n\n```{{code-cell}}\n1\n```\n",
    }
    write_files(tmp_path, files)
    told = (
        "files of the same name: commands call their chapters ebb-tide, flow-tide, "
        "and also take the file, such as ebb/tide.md"
    )
    assert told in run_press(tmp_path, "init", whole=True)
    assert told in run_press(tmp_path, "build", code=1)
    refused = run_press(tmp_path, "run", "tide", code=2)
    assert refused == "error: no chapter 'tide'; did you mean ebb-tide or flow-tide?\n"
    assert "Ebb" in run_press(tmp_path, "cite", "ebb/tide")
    assert "ebb-tide: " in run_press(tmp_path / "ebb", "run", "tide.md", whole=True)
    for command in ("sweep", "explore"):
        asked = (command, "flow/tide.ipynb", "-g", "n=1,2", "--dry-run")
        assert "of them to be run" in run_press(tmp_path, *asked, whole=True)
    refused = run_press(tmp_path, "build", "--chapters", "moon,flow/tides", "-p", "n=2", code=2)
    assert "no chapter 'flow/tides'; did you mean flow-tide?" in refused


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"_config.yml": "", "_toc.yml": "# Contents\n- file: one\n"}, "jupyter-book toc migrate"),
        ({"myst.yml": "version: 1\n"}, "its myst.yml is of 2.x"),
        (
            {"_toc.yml": "root: one\nchapters: [{file: one/a}, {file}, {file: }]\n"},
            "_toc.yml has nothing behind `file:` in 2 entries",
        ),
        (
            {"_toc.yml": "format: jb-book\nroot: one\nchapters: [{file: two, -file: three}]\n"},
            "_toc.yml is none that Jupyter Book can read: Unknown keys found: {'-file'}",
        ),
    ],
)
def test_a_book_of_another_time_or_form_is_one_clear_line(
    tmp_path: Path, files: dict[str, str], said: str
) -> None:
    write_files(tmp_path, files)
    codes = {"_toc.yml": 1}
    printed = run_press(tmp_path, "build", code=codes.get([*files][-1], 2))
    assert said in printed
    assert len(printed.strip().splitlines()) == 1


def test_contents_that_lie_elsewhere_than_the_pages_are_found_and_may_be_linked(
    tmp_path: Path,
) -> None:
    files = {
        "other/_toc.yml": "format: jb-book\nroot: one\n",
        "other/_config.yml": "title: Elsewhere\n",
        "one.md": "# One\n",
    }
    home = write_files(tmp_path, files)
    link = "ln -s other/_toc.yml other/_config.yml ."
    assert f"or, if the pages are here, link them: {link}\n" in run_press(home, "init", code=2)
    told = "_toc.yml lists one.md: no such file; .. has it: put _toc.yml and _config.yml there"
    assert told in run_press(home / "other", "init", code=1)
    subprocess.run(link.split(), cwd=home, check=True)
    assert "Elsewhere, by" in run_press(home, "init", whole=True)
    below = {"_toc.yml": files["other/_toc.yml"], "pages/one.md": "# One\n"}
    home = write_files(tmp_path / "above", below)
    assert "no such file; pages has it" in run_press(home, "build", code=1)


@pytest.mark.heavy
def test_behind_a_cell_that_fails_stored_outputs_stay(tmp_path: Path) -> None:
    cells = {"first": "print('ran')", "wrong": "import no_such_module", "then": "print('lost')"}
    files = {
        "_config.yml": "title: Wrong\nexecute: {execute_notebooks: force}\n",
        "_toc.yml": "format: jb-book\nroot: one\n",
        "one.ipynb": notebook("One", {"parameters": "year = 2000", **cells}, "stored\n"),
    }
    write_files(tmp_path, files)
    run_press(tmp_path, "build")
    run_press(tmp_path, "build", "-p", "year=1990", "--save", "early")
    default = words(tmp_path / "_build/editions/default/html", "one")
    assert default.index("('ran') ran") < default.index("could not be run to its end")
    box, output = default.index("What follows is what its file has"), default.rindex("stored")
    assert default[box:].startswith("What follows is what its file has stored.")
    assert box + 40 < output
    assert default.count("stored") == 2
    assert words(tmp_path / "_build/editions/early/html", "one").count("stored") == 0


@pytest.mark.heavy
def test_behind_it_they_keep_their_order(tmp_path: Path) -> None:
    written = json.loads(notebook("One", {"wrong": "1 / 0", "then": "print('lost')"}, "first\n"))
    [warned] = written["cells"][-1]["outputs"]
    written["cells"][-1]["outputs"].insert(0, {**warned, "name": "stderr", "text": "warned\n"})
    files = {
        "_config.yml": "title: Wrong\nexecute: {execute_notebooks: force}\n",
        "_toc.yml": "format: jb-book\nroot: one\n",
        "one.ipynb": json.dumps(written),
    }
    write_files(tmp_path, files)
    run_press(tmp_path, "build")
    shown = words(tmp_path / "_build/editions/default/html", "one")
    assert "print('lost') warned first" in shown


@pytest.mark.heavy
def test_a_parameters_cell_that_is_wrong_is_told_and_the_book_goes_on(tmp_path: Path) -> None:
    files = {
        "_config.yml": 'title: Typo\nauthor: Ada, <a href="https://x.org">see <b>this</b></a>\n',
        "_toc.yml": "format: jb-book\nroot: one\nchapters: [{file: two}]\n",
        "one.ipynb": notebook("One", {"parameters": "shown: False", "value": "6 * 7"}),
        "two.ipynb": notebook("Two", {"parameters": "year = 2000", "help": "int.real?\n?int"}),
    }
    write_files(tmp_path, files)
    (tmp_path / "lost.md").symlink_to("nowhere.md")
    said = run_press(tmp_path, "params", whole=True)
    assert "one.ipynb: line 1 of the parameters cell is `shown: False`, without a value" in said
    assert "year" in said
    checked = run_press(tmp_path, "check", code=1, whole=True)
    assert "without a value" in checked
    assert "two.ipynb" not in checked
    assert "Ada, see this. (" in run_press(tmp_path, "cite")
    assert "chapter = " not in run_press(tmp_path, "cite", "two", "--format", "bibtex")
    run_press(tmp_path, "build")
    assert "42" in words(tmp_path / "_build/editions/default/html", "one")
    (tmp_path / "book").mkdir()
    (tmp_path / "book/settings.yml").write_text("strict: true\n")
    assert "without a value" in run_press(tmp_path, "params", code=1)


@pytest.mark.heavy
def test_figures_are_shown_whatever_imports_their_backend_first(tmp_path: Path) -> None:
    first = "import matplotlib.pyplot as plt\nimport matplotlib_inline.backend_inline as shown"
    cells = {
        "first": f"{first}\nshown.set_matplotlib_formats('svg')",
        "second": "figure, axes = plt.subplots()",
        "third": "axes.set_title('changed')\nfigure",
    }
    files = {
        "_config.yml": "title: Figures\n",
        "_toc.yml": "format: jb-book\nroot: one\n",
        "one.ipynb": notebook("One", cells),
    }
    write_files(tmp_path, files)
    run_press(tmp_path, "run", "one", "--notebook", "_build/out.ipynb")
    made = json.loads((tmp_path / "_build/out.ipynb").read_text())["cells"]
    for cell in made[-2:]:
        assert "image/svg+xml" in cell["outputs"][-1]["data"]


def test_a_page_without_code_is_no_chapter_and_is_told_so(tmp_path: Path) -> None:
    files = {
        "_config.yml": "title: Sums\n",
        "_toc.yml": "format: jb-book\nroot: cover\nchapters: [{file: part/one}, {file: part/two}]\n",
        "cover.md": "# Cover\n",
        "part/one.ipynb": notebook("One", {"one": "1"}),
        "part/two.rst": "Two\n===\n",
    }
    write_files(tmp_path, files)
    for asked, page in (("cover", "cover.md"), ("part/two.rst", "part/two.rst")):
        said = run_press(tmp_path, "cite", asked, code=2)
        assert f"no chapter '{asked}': {page} is a page without code; there are: one" in said
    assert "no chapter 'three'; there are: one" in run_press(tmp_path, "run", "three", code=2)


SHORT = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n\n# One\n\n"


@pytest.mark.heavy
def test_a_kernel_needs_no_name_for_readers(tmp_path: Path) -> None:
    cell = "```{code-cell}\nprint(6 * 7)\n```\n"
    files = {
        "_config.yml": "title: Sums\n",
        "_toc.yml": "format: jb-book\nroot: one\nchapters: [{file: two}]\n",
        "one.md": f"{SHORT}{cell}",
        "two.md": f"{SHORT}```{{raw-cell}}\nraw\n```\n\n{cell}\n[](no-such.md)\n",
    }
    write_files(tmp_path, files)
    said = run_press(tmp_path, "build", whole=True)
    assert "2 of 2 chapters run" in said
    assert "two.md:17: WARNING" in said
    for name in ("one", "two"):
        page = (tmp_path / f"_build/editions/default/html/{name}.html").read_text()
        assert ">42" in page


def test_a_kernel_that_is_a_word_is_refused(tmp_path: Path) -> None:
    odd = json.loads(notebook("One", {"one": "1"}))
    odd["metadata"]["kernelspec"] = "python3"
    files = {
        "_config.yml": "title: Sums\n",
        "_toc.yml": "format: jb-book\nroot: one\n",
        "one.ipynb": json.dumps(odd),
    }
    write_files(tmp_path, files)
    said = run_press(tmp_path, "run", "one", code=1)
    assert "its kernelspec is 'python3'; allowed: `name` and `display_name`" in said


NEEDY = """
title: Needy
execute: {execute_notebooks: force}
sphinx:
  extra_extensions: [sphinx.ext.todo, own_extension, no_such.part, sphinxcontrib.no_such]
  local_extensions: {own_local: beside}
  config:
    html_theme: no_such_theme
    nb_custom_formats: {.txt: no_such_reader.read}
"""


@pytest.mark.heavy
def test_what_is_not_installed_is_said_before_anything_runs(tmp_path: Path) -> None:
    mean = {"mean": "mean(1:3)"}
    files = {
        "_config.yml": NEEDY,
        "_toc.yml": "format: jb-book\nroot: one\nchapters: [{file: two}, {file: three}]\n",
        "own_extension.py": "def setup(app): ...\n",
        "beside/own_local.py": "def setup(app): ...\n",
        "one.ipynb": notebook("One", {"trace": "open('trace', 'w').close()"}),
        "two.ipynb": notebook("Two", mean, kernel="ir"),
        "three.ipynb": notebook("Three", mean, kernel="ir"),
    }
    write_files(tmp_path, files)
    found = run_press(tmp_path, "init", whole=True)
    assert "2 chapters run in the kernel ir, which is not installed" in found
    assert "the theme no_such_theme is not installed" in found
    said = run_press(tmp_path, "build", code=1)
    extensions = "the extension no_such.part, the extension sphinxcontrib.no_such"
    needs = f"{extensions}, no_such_reader.read, which reads .txt, the theme no_such_theme"
    assert f"_config.yml names what is not installed: {needs}" in said
    assert "own_" not in said
    assert not (tmp_path / "trace").exists()
    refused = run_press(tmp_path, "run", "two", code=1)
    assert "two: before its first cell, it needs the kernel ir, which is not installed" in refused


@pytest.mark.parametrize(
    ("language", "said"), [("pt_BR", "portuguese"), ("sr@latin", "serbian"), ("zz", "zz")]
)
def test_a_book_is_cited_in_its_language(tmp_path: Path, language: str, said: str) -> None:
    files = {
        "_config.yml": f"title: Palavras\nsphinx: {{config: {{language: {language}}}}}\n",
        "_toc.yml": "format: jb-book\nroot: one\n",
        "one.md": "# Um\n",
    }
    write_files(tmp_path, files)
    assert f"language = {{{said}}}" in run_press(tmp_path, "cite", "--format", "bibtex")


def test_help_that_a_parameter_lacks_leaves_no_trace(site: Path) -> None:
    page: Any = html.parse(str(site / "parts/stored.html")).getroot()
    helps = [line.text_content().strip() for line in page.find_class("setting-help")]
    assert helps
    assert all(line.startswith("Allowed: ") for line in helps)


@pytest.mark.heavy
def test_a_chapter_may_write_into_the_evidence(tmp_path: Path) -> None:
    """Each time it runs, and another time than the one that is kept."""
    writes = "import time\nopen('data/times.txt', 'w').write(str(time.time_ns()))"
    files = {
        "_config.yml": "title: Writing\n",
        "_toc.yml": "format: jb-book\nroot: one\nchapters: [{file: two}]\n",
        "one.ipynb": notebook("One", {"value": writes}),
        "two.ipynb": notebook("Two", {"value": "6 * 7"}),
        "data/times.txt": "0",
    }
    write_files(tmp_path, files)
    for _ in range(2):
        said = run_press(tmp_path, "build", "--force", whole=True)
        assert "data/times.txt was written while chapters ran" in said
        assert "2 of 2 chapters run" in said


@pytest.mark.parametrize("theme", ["bizstyle", "sphinx_book_theme", "mine"])
def test_a_theme_of_sphinx_or_of_the_book_is_found(tmp_path: Path, theme: str) -> None:
    path = "html_theme_path: [.]" if theme == "mine" else "language: en"
    files = {
        "_config.yml": f"title: T\nsphinx: {{config: {{html_theme: {theme}, {path}}}}}\n",
        "_toc.yml": "format: jb-book\nroot: one\n",
        "one.md": "# One\n",
    }
    write_files(tmp_path, files)
    assert "not installed" not in run_press(tmp_path, "init", whole=True)


def test_a_notebook_of_an_old_format_is_run(tmp_path: Path) -> None:
    old = nbformat.convert(nbformat.reads(notebook("Old", {"value": "6 * 7"}), 4), 3)
    files = {
        "_config.yml": "title: Old\n",
        "_toc.yml": "format: jb-book\nroot: one\n",
        "one.ipynb": json.dumps(old),
    }
    write_files(tmp_path, files)
    run_press(tmp_path, "run", "one", "--notebook", "_build/out.ipynb")
    made = json.loads((tmp_path / "_build/out.ipynb").read_text())["cells"]
    assert made[-1]["outputs"][0]["data"]["text/plain"] == "42"


def test_init_names_the_first_of_very_many_chapters(tmp_path: Path) -> None:
    names = [f"part-{number}" for number in range(30)]
    listed = ", ".join(f"{{file: {name}}}" for name in names[1:])
    files = {f"{name}.ipynb": notebook(name, {"sum": "1 + 1"}) for name in names}
    files["_config.yml"] = "title: Many\nauthor: Ada Author\n"
    files["_toc.yml"] = f"format: jb-book\nroot: {names[0]}\nchapters: [{listed}]\n"
    write_files(tmp_path, files)
    said = run_press(tmp_path, "init", whole=True)
    assert "30 chapters with code: part-0, part-1," in said
    assert "part-19 and 10 more; 0 pages without" in said


WHOLE = "```{literalinclude} steps.py\n```\n\n"
PART = "```{include} deep/part.md\n:start-after: '# Part'\n:end-before: code-cell\n```\n"


@pytest.mark.heavy
def test_what_names_a_chapter_by_its_file_finds_it(tmp_path: Path) -> None:
    scripts = "sphinx: {config: {nb_custom_formats: {.py: [jupytext.reads, {fmt: py}]}}}\n"
    files = {
        "_config.yml": f"title: Programs\n{scripts}",
        "_toc.yml": "format: jb-book\nroot: one\nchapters: [{file: steps.py}, {file: rules}]\n",
        "one.md": "# One\n\nThe [steps](steps.py), {download}`steps.py`.\n\n" + WHOLE + PART,
        "rules.rst": "Rules\n=====\n\n.. literalinclude:: deep/part.md\n",
        "steps.py": "# # Steps\n#\n# Back to [one](one.md).\n\n# +\nprint('made', 6 * 7)\n",
        "deep/part.md": f"{HEAD}# Part\n\nWords of the part.\n\n```{{code-cell}}\n1\n```\n",
    }
    run_press(write_files(tmp_path, files), "build")
    site = tmp_path / "_build/editions/default/html"
    [page] = html.parse(str(site / "one.html")).getroot().xpath("//article")
    places = {link.text_content(): link.get("href") for link in page.xpath(".//p/a")}
    assert places["steps"] == "steps.html"
    assert (site / places["steps.py"]).read_text() == files["steps.py"]
    assert "made 42" in words(site, "steps")
    assert "print('made', 6 * 7)" in words(site, "one")  # a page may include what a chapter is
    assert "Words of the part." in words(site, "one")
    assert "Words of the part." in words(site, "rules")
