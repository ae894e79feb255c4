"""Books by others as Jupyter Book takes them: references, pages that ask, links, unlisted pages."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import pytest
from lxml import html
from processes import press as run_press
from processes import write_files

from bookpress.book.configuration import configuration
from bookpress.book.documents import listed_documents
from bookpress.book.execution import Execution, excluding
from bookpress.book.project import Project
from bookpress.errors import UsageError
from bookpress.files import as_mapping

Press = Callable[..., str]

CONFIG = """\
title: First title
author: Ada Author
defaults: &defaults {execute_notebooks: auto, timeout: 100}
execute: {<<: *defaults, exclude_patterns: ["unrun.md", "unlisted.md"]}
title: Last title
logo: ../shared/dot.svg
bibtex_bibfiles: [../shared/of/works.bib]
sphinx: {config: {html_static_path: [../shared/styles]}}
"""
TOC = """\
format: jb-book
root: &cover cover
chapters:
  - file: forced
  - file: kept
  - file: errors
  - file: apart
  - file: linked/inside
"""
KERNEL = "kernelspec: {name: python3, display_name: Python 3, language: python}"
HEAD = f"---\njupytext: {{text_representation: {{extension: .md, format_name: myst}}}}\n{KERNEL}\n"


def page(title: str, *cells: str, head: str = "") -> str:
    """Return a MyST notebook with something more in its front matter."""
    code = "\n".join(f"```{{code-cell}} ipython3\n{cell}\n```\n" for cell in cells)
    return f"{HEAD}{head}---\n\n# {title}\n\n{code}"


def notebook(title: str, cell: str, asked: dict[str, Any]) -> str:
    """Return a notebook with a stored output, and what it asks for itself."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = nbformat.v4.new_notebook(metadata={"kernelspec": kernel, "mystnb": asked})
    stored = [nbformat.v4.new_output("stream", text="stored words\n")]
    made.cells = [
        nbformat.v4.new_markdown_cell(f"# {title}"),
        nbformat.v4.new_code_cell(cell, outputs=stored, execution_count=1),
    ]
    return nbformat.writes(made)


BY_PAPERMILL = nbformat.writes(
    nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "P"}},
        cells=[
            nbformat.v4.new_markdown_cell("# By papermill"),
            nbformat.v4.new_code_cell("n = 1", metadata={"tags": ["parameters"]}),
            nbformat.v4.new_code_cell("n = 2", metadata={"tags": ["injected-parameters"]}),
            nbformat.v4.new_code_cell("print('now', n)"),
        ],
    )
)
WORDS_ALONE = nbformat.writes(
    nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell(
                "# Words alone\n\n![A dot](../../shared/dot.svg)\n\n[A chapter](unlisted.md)"
            )
        ]
    )
)
ASKED = "mystnb: &asked {execution_mode: force, execution_allow_errors: true}\nagain: *asked\n"
OF_OTHERS = "mystnb: {execution_excludepatterns: [other.md]}\n"
OF_ITSELF = "mystnb: {execution_mode: force, execution_excludepatterns: [book/own.md]}\n"
READ = "```{include} ../READ.md\n```\n"
WORKS = "\nAs {cite}`wind` says.\n\n```{bibliography}\n```\n"
SHARED = """
```{literalinclude} ../../shared/code.py
```

![A dot](../../shared/dot.svg) is written `![A dot](../../shared/dot.svg)`, and
[the code](../../shared/code.py) can be taken.
"""
BOOK = "@book{wind, author={Bea Wind}, title={Of wind}, year={2001}, publisher={Air}}\n"
FILES = {
    "book/_config.yml": CONFIG,
    "book/_toc.yml": TOC,
    "book/cover.md": "---\nwords: &words [one]\nother: *words\n---\n# Cover\n\n" + READ + WORKS,
    "READ.md": "Words of the repository.\n",
    "shared/code.py": "shared = 1\n",
    "shared/of/works.bib": BOOK,
    "shared/styles/deep/own.css": "body {}\n",
    "shared/dot.svg": "<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>",
    "book/forced.ipynb": notebook("Forced", "print('made', 6 * 7)", {"execution_mode": "force"}),
    "book/kept.md": page("Off", "print('made', 6 * 7)", head="mystnb: {execution_mode: off}\n"),
    "book/errors.md": page("Errors", "1 / 0", "print('made', 6 * 7)", head=ASKED),
    "book/apart.md": page(
        "Apart",
        "from pathlib import Path\nprint('beside:', Path('cover.md').exists())",
        head="mystnb: {execution_in_temp: true}\n",
    ),
    "elsewhere/inside.md": page("Inside", "print(open('told.txt').read())"),
    "elsewhere/told.txt": "from behind the link",
    "book/aside/unlisted.md": page(
        "Unlisted",
        "print('made', 6 * 7)",
        "print('`![](../../shared/dot.svg)`')",
        head=OF_OTHERS,
    )
    + SHARED,
    "book/aside/by papermill.ipynb": BY_PAPERMILL,
    "book/aside/words alone.ipynb": WORDS_ALONE,
    "book/aside/forced.md": page("Forced too", "1 + 1").replace("---\n", "-----\n"),
    "book/table.md": page("Table") + "```{nb-exec-table}\n```\n",
    "book/dist/SHA256SUMS": "",
    "book/dist/site/released.md": page("Released", "1 + 1"),
    "book/unrun.md": page("Unrun", "print('made', 6 * 7)", head=ASKED),
    "book/own.md": page("Own", "print('made', 6 * 7)", head=OF_ITSELF),
}


@pytest.fixture(scope="module", name="home")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_files(tmp_path_factory.mktemp("asked"), FILES) / "book"
    (root / "linked").symlink_to("../elsewhere")
    return root


@pytest.fixture(scope="module", name="press")
def press_of(home: Path) -> Press:
    return partial(run_press, home)


@pytest.fixture(scope="module", name="said")
def built(press: Press) -> str:
    """Return what a build says."""
    return press("build", whole=True)


def words(home: Path, name: str) -> str:
    path = home / f"_build/editions/default/html/{name}.html"
    [article] = html.parse(str(path)).getroot().xpath("//article")
    return " ".join(article.text_content().split())


@pytest.mark.heavy
def test_references_and_keys_given_again_are_taken(home: Path, press: Press, said: str) -> None:
    assert said.count("title is given more than once") == 1
    assert "_config.yml: line 5: title is given more than once, first in line 1" in said
    assert "Last title" in press("cite")
    assert "Cover" in words(home, "cover")


def test_a_strict_book_refuses_a_key_given_again(tmp_path: Path) -> None:
    strict = {"book/book/settings.yml": "strict: true\n"}
    home = write_files(tmp_path, {**FILES, **strict}) / "book"
    refused = run_press(home, "params", code=2)
    assert "_config.yml is not plain YAML: line 5: title is given more than once" in refused
    assert len(refused.strip().splitlines()) == 1


def test_a_page_is_run_when_and_as_it_asks(home: Path, said: str) -> None:
    assert "7 of 8 chapters run" in said
    assert "made 42" in words(home, "forced")
    assert "stored words" not in words(home, "forced")
    assert "made 42" not in words(home, "kept")
    assert "ZeroDivisionError" in words(home, "errors")
    assert "made 42" in words(home, "errors")
    assert "beside: False" in words(home, "apart")


@pytest.mark.usefixtures("said")
def test_nothing_runs_that_the_book_or_the_page_itself_excludes(home: Path) -> None:
    assert "made 42" not in words(home, "unrun")
    assert "made 42" not in words(home, "own")
    assert "made 42" in words(home, "aside/unlisted")


def test_folders_that_are_links_are_followed(home: Path, press: Press, said: str) -> None:
    assert "from behind the link" in words(home, "linked/inside")
    (home / "linked/round").symlink_to("../book")
    refused = press("build", code=1)
    (home / "linked/round").unlink()
    assert "the folder linked/round is a link to a folder that contains it" in refused
    assert len(refused.strip().splitlines()) == 2  # the other one says that a key is given again


def test_what_lies_outside_of_the_book_is_shown(home: Path, said: str) -> None:
    assert "Words of the repository." in words(home, "cover")
    article = words(home, "aside/unlisted")
    assert "shared = 1" in article
    assert article.count("![](../../shared/dot.svg)") == 2  # in the cell and its output
    assert "is written ![A dot](../../shared/dot.svg)" in article
    site = home / "_build/editions/default/html"
    words_alone = html.parse(str(site / "aside/words alone.html")).getroot()
    [dot] = words_alone.xpath("//article//img/@src")
    assert (site / "aside" / dot).is_file()
    assert words_alone.xpath("//article//a[.='A chapter']/@href") == ["unlisted.html"]
    page = html.parse(str(site / "aside/unlisted.html")).getroot()
    [picture] = page.xpath("//article//img[@alt='A dot']/@src")
    [code] = page.xpath("//article//a[contains(., 'the code')]/@href")
    assert (site / "aside" / picture).is_file()
    assert (site / "aside" / code).is_file()
    assert "Of wind" in words(home, "cover")
    assert (site / "_static/dot.svg").is_file()
    assert (site / "_static/deep/own.css").is_file()
    assert not (site / "staged-sources").exists()
    assert "outside" not in said


MARKING = """\
def setup(app):
    app.connect("source-read", lambda app, name, text: text.append(text.pop() + "\\n" + WORDS))
"""


def test_an_extension_beside_the_folder_of_the_book_is_found(tmp_path: Path) -> None:
    home = tmp_path / "outer/docs"
    files = {
        "outer/beside.py": f"WORDS = 'Words of one file.'\n{MARKING}",
        "outer/docs/_config.yml": (
            "title: Tides\nsphinx: {local_extensions: {beside: ../, above.part: ../..}}\n"
        ),
        "outer/docs/_toc.yml": "format: jb-book\nroot: one\n",
        "outer/docs/one.md": "# One\n",
        "above/__init__.py": "",
        "above/part.py": f"from above.words import WORDS\n{MARKING}",
        "above/words.py": "WORDS = 'Words of a package.'\n",
        "unused.py": "",
    }
    write_files(tmp_path, files)
    run_press(home, "build")
    shown = words(home, "one")
    assert "Words of one file." in shown
    assert "Words of a package." in shown
    assert not [*home.glob("_build/press/**/unused.py")]
    write_files(tmp_path, {"above/words.py": "WORDS = 'Other words.'\n"})
    run_press(home, "build")
    assert "Other words." in words(home, "one")


@pytest.mark.heavy
def test_documents_that_are_not_listed_are_run_too(home: Path, press: Press, said: str) -> None:
    assert "made 42" in words(home, "aside/unlisted")
    assert "now 2" in words(home, "aside/by papermill")
    press("run", "by-papermill", "-p", "n=3", "--notebook", "_build/out.ipynb")
    assert "now 3" in (home / "_build/out.ipynb").read_text()
    listed = press("params", "forced", whole=True)
    assert "forced" in listed
    press("run", "aside-forced", "--notebook", "_build/out.ipynb")
    cells = json.loads((home / "_build/out.ipynb").read_text())["cells"]
    assert cells[-1]["outputs"][0]["data"]["text/plain"] == "2"


@pytest.mark.heavy
def test_a_book_of_what_is_listed_alone_has_no_other_chapters(tmp_path: Path) -> None:
    files = {
        "_config.yml": "only_build_toc_files: true\n",
        "_toc.yml": "format: jb-book\nroot: cover.md\nchapters:\n- file: sources/flow.md\n",
        "cover.md": page("Cover", "print('made', 6 * 7)"),
        "sources/flow.md": page("Flow", "print('made', 7 * 7)"),
        "unlisted.md": page("Unlisted", "1 + 1"),
    }
    home = write_files(tmp_path, files)
    run_press(home, "build")
    assert "made 42" in words(home, "cover")
    assert "made 49" in words(home, "sources/flow")
    assert not (home / "_build/editions/default/html/unlisted.html").exists()
    assert "no chapter 'unlisted'" in run_press(home, "run", "unlisted", code=2)


def test_the_table_of_executed_notebooks_says_how_the_press_ran_them(home: Path, said: str) -> None:
    path = home / "_build/editions/default/html/table.html"
    rows = html.parse(str(path)).getroot().xpath("//article//table//tr")
    cells = [[" ".join(cell.text_content().split()) for cell in row] for row in rows]
    ran = {document: rest for document, *rest in cells[1:]}
    assert [*ran] == sorted(
        [
            *("aside/by papermill", "aside/forced", "aside/unlisted"),
            *("apart", "errors", "forced", "linked/inside"),
        ]
    )
    assert ran["forced"][1] == "force"
    assert ran["apart"][1] == "auto"
    assert all(float(row[2]) > 0 and row[3] == "✅" for row in ran.values())


FAILING = {
    "_config.yml": "title: Failing\n",
    "_toc.yml": "format: jb-book\nroot: slow\nchapters: [{file: wrong}]\n",
    "slow.md": page("Slow", "import time\ntime.sleep(60)", head="mystnb: {execution_timeout: 1}\n"),
    "wrong.md": page("Wrong", "no_such", head="mystnb: {execution_raise_on_error: true}\n"),
}


@pytest.mark.parametrize("engine", ["forked", "kernel"])
def test_a_cell_that_takes_longer_than_its_page_allows_is_ended(
    tmp_path: Path, engine: str
) -> None:
    write_files(tmp_path, FAILING)
    said = run_press(tmp_path, "run", "slow", "--engine", engine, code=1, whole=True)
    assert "was still running after the time limit of 1 seconds" in said


def test_a_page_may_ask_that_its_failure_fails_the_build(tmp_path: Path) -> None:
    write_files(tmp_path, FAILING)
    said = run_press(tmp_path, "build", code=1, whole=True)
    assert "(`no_such`) failed with NameError" in said
    assert not (tmp_path / "_build/editions/default/html").exists()


@pytest.fixture
def of_book(tmp_path: Path) -> Execution:
    """Return when and how a book has its chapters run."""
    settings = "execute: {execute_notebooks: off, timeout: -1}\n"
    return Execution.of_book(write_files(tmp_path, {"_config.yml": settings}))


@pytest.mark.parametrize(
    ("metadata", "changed"),
    [
        ({}, {}),
        ({"mystnb": {"execution_mode": "inline"}}, {"mode": "inline"}),
        ({"mystnb": {"execution_show_tb": True, "execution_cache_path": "x"}}, {}),
        ({"execution": {"timeout": 5, "allow_errors": True}}, {"timeout": 5, "allow_errors": True}),
    ],
)
def test_what_a_page_asks_for_goes_before(
    of_book: Execution, metadata: dict[str, Any], changed: dict[str, Any]
) -> None:
    asked = of_book.of_page(metadata, "one.md", strict=True)
    before = {"mode": "off", "timeout": -1.0, "allow_errors": False, "in_temp": False}
    assert {name: getattr(asked, name) for name in before} == {**before, **changed}


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"execution_mode": "often"}, "one.md: `execution_mode` is 'often'; allowed: off, auto, f"),
        ({"execution_timeout": "5"}, "`execution_timeout` is '5'; allowed: a whole number of"),
        ({"execution_in_temp": 1}, "`execution_in_temp` is 1; allowed: true, false"),
    ],
)
def test_what_cannot_be_obeyed_is_told(
    of_book: Execution, entries: dict[str, Any], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageError, match="allowed"):
        of_book.of_page({"mystnb": entries}, "one.md", strict=True)
    assert of_book.of_page({"mystnb": entries}, "one.md", strict=False) == of_book
    assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("patterns", ["a.md", [1], None])
def test_patterns_that_are_no_list_are_told(
    patterns: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    metadata = {"mystnb": {"execution_excludepatterns": patterns}}
    with pytest.raises(UsageError, match="allowed: a list of patterns"):
        excluding(metadata, "one.md", strict=True)
    assert excluding(metadata, "one.md", strict=False) is None
    assert "one.md: `execution_excludepatterns` is" in " ".join(capsys.readouterr().err.split())


LAUGHS = "\n".join(
    ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 99))]
)
MERGED = "\n".join(
    ["b0: &b0 {x: 1}", *(f"b{n}: &b{n} {{<<: [*b{n - 1}, *b{n - 1}]}}" for n in range(1, 99))]
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LAUGHS, "its references (*) stand for more than 100,000 values"),
        (MERGED, "its references (*) stand for more than 100,000 values"),
        ("long: &long " + "x" * 1_000_000 + "\nall: [" + "*long, " * 20 + "]", "100,000 values"),
        ("a: &a [1, *a]", "line 1: a reference (*) to what holds it"),
        ("a: &a {b: {c: *a}}", "line 1: a reference (*) to what holds it"),
        ("a: *b", "found undefined alias 'b'"),
    ],
)
def test_references_that_multiply_without_end_are_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        as_mapping(text, "x.yml", "names")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_references_mean_what_they_stand_for() -> None:
    text = "a: &a {x: 1, y: 2}\nb: &b {<<: *a, x: 3}\nd: [*a, *a]\n"
    read = as_mapping(text, "x.yml", "names")
    assert read["b"] == {"x": 3, "y": 2}
    assert read["d"] == [{"x": 1, "y": 2}] * 2


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("sphinx: foo", "`sphinx` is 'foo'; allowed: settings with their values"),
        ("sphinx: {config: [a]}", "`sphinx: config` is ['a']; allowed: settings with"),
        ("sphinx: {local_extensions: [a]}", "`sphinx: local_extensions` is ['a']; allowed:"),
        ("latex: foo", "`latex` is 'foo'; allowed: settings with their values"),
        (
            "sphinx: {config: {nb_custom_formats: [.Rmd]}}",
            "`sphinx: config: nb_custom_formats` is ['.Rmd']; allowed: settings with their values",
        ),
        (
            "execute: {exclude_patterns: [a.md, null]}",
            "`execute: exclude_patterns` is ['a.md', None]; allowed: a list of patterns",
        ),
        ("execute: {exclude_patterns: ['']}", "`execute: exclude_patterns` is ['']; allowed: a"),
        ("sphinx: {local_extensions: {a: }}", "`sphinx: local_extensions: a` is None; allowed:"),
        (
            "sphinx: {config: {linkcheck_ignore: ['(']}}",
            "`sphinx: config: linkcheck_ignore` is ['(']; allowed: a list of regular expressions",
        ),
        ("html: [a]", "`html` is ['a']; allowed: settings with their values"),
        ("parse: foo", "`parse` is 'foo'; allowed: settings with their values"),
        ("launch_buttons: true", "`launch_buttons` is True; allowed: settings with their values"),
    ],
)
def test_settings_without_entries_are_refused(tmp_path: Path, entry: str, said: str) -> None:
    (tmp_path / "_config.yml").write_text(f"title: Tides\n{entry}\n")
    with pytest.raises(UsageError) as refused:
        configuration(tmp_path)
    assert f"_config.yml: {said}" in str(refused.value)


@pytest.mark.parametrize("entry", ["'force'", "'off'", "False"])
def test_a_word_for_execution_is_told_and_ignored_as_in_jupyter_book(
    tmp_path: Path, entry: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "_config.yml").write_text(f"title: Tides\nexecute: {entry}\n")
    assert configuration(tmp_path)["execute"] == {}
    said = " ".join(capsys.readouterr().err.split())
    assert f"`execute` is {entry}, which Jupyter Book ignores; allowed: settings such" in said


def test_one_pattern_of_documents_that_are_not_run_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "_config.yml").write_text("execute: {exclude_patterns: one.md}\n")
    assert configuration(tmp_path)["execute"] == {"exclude_patterns": ["one.md"]}
    said = " ".join(capsys.readouterr().err.split())
    assert "`execute: exclude_patterns` is no list: one.md is its only pattern" in said


@pytest.mark.parametrize(
    ("pattern", "listed"),
    [
        ("parts/**", ["parts/a", "parts/deep/b"]),
        ("**/b", ["parts/deep/b"]),
        ("par**", ["parts/a", "parts/deep/b"]),
        ("parts/*", ["parts/a"]),
        ("parts/[a-c]", ["parts/a"]),
        ("/parts/**", []),
    ],
)
def test_patterns_of_contents_are_read_as_sphinx_reads_them(
    tmp_path: Path, pattern: str, listed: list[str]
) -> None:
    pages = ("parts/a.md", "parts/deep/b.md", "parts/.hidden.md", "_build/parts/c.md")
    toc = f"format: jb-book\nroot: root\nchapters: [{{glob: '{pattern}'}}]\n"
    files = dict.fromkeys(("root.md", *pages), "# A page\n")
    write_files(tmp_path, {"_config.yml": "title: Parts\n", "_toc.yml": toc, **files})
    assert [*listed_documents(Project.at(tmp_path))] == ["root", *listed]
