"""Books by others with a page at fault: it is built as Jupyter Book builds it, and told of."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from lxml import html
from processes import press as run_press
from processes import write_files

from bookpress.assembly.page_check import PageFault, by_fault
from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.outputs.html.conf import conf_of
from bookpress.outputs.html.pages import log_of, warnings_in
from bookpress.terminal.messages import note

HEAD = "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: Python 3}\n---\n"
CELL = "\n```{code-cell} ipython3\nprint('made', 6 * 7)\n```\n"
NAMED = "---\nkernelspec: {name: python3, display_name: Python 3}\n---\n# Named\n"
RUN = "---\n{file_format: mystnb, kernelspec: {name: python3, display_name: Python 3}}\n---\n# Named\n"
UNRUN = {"cell_type": "code", "outputs": [], "execution_count": None}
ODD = f"{NAMED}\n```{{code-cell}} ipython3\n:tags: alone\nprint('made')\n```\n"


def notebook(title: str, **more: Any) -> str:
    """Return a notebook with a cell, and one with more entries."""
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    made = nbformat.v4.new_notebook(metadata={"kernelspec": kernel})
    made.cells = [nbformat.v4.new_markdown_cell(f"# {title}"), nbformat.v4.new_code_cell("6 * 7")]
    written = json.loads(nbformat.writes(made))
    written["cells"] += [{**written["cells"][0], "id": "more", **more}] if more else []
    return json.dumps(written)


FILES = {
    "_config.yml": "title: Faults\nexecute: {execute_notebooks: force}\n",
    "_toc.yml": "format: jb-book\nroot: cover\nchapters:\n"
    + "".join(
        f"- file: {name}\n" for name in ("list", "odd", "marked", "strange", "twice", "loading")
    ),
    "cover.md": "---\ntitle: A\nabout: {{ name }}\nmore: [\n---\n# Cover\n\nWords of the cover.\n",
    "list.md": "---\n- one\n---\n# List\n\nWords of a list.\n",
    "odd.md": ODD,
    "marked.md": f"\ufeff{HEAD}# Marked\n{CELL}",
    "strange.ipynb": notebook("Strange", cell_type="strange", source="never shown"),
    "twice.md": "# Twice\n",
    "loading.md": HEAD.replace("\n---\n", "\n...\n")
    + "# Loading\n\n  ~~~{code-cell} ipython3\n  :load: code.py\n  ~~~\n",
    "code.py": "print('loaded', 6 * 7)\n",
    "twice.ipynb": notebook("Twice"),
}
LATIN = {
    "latin": "# Latin\n\nA caf\u00e9.\n",
    "run": f"{HEAD}# Latin\n\nA caf\u00e9.\n{CELL}",
}


@pytest.fixture(scope="module", name="built")
def of_book(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the pages of a book, and what was said when they were made."""
    home = write_files(tmp_path_factory.mktemp("faults") / "book", FILES)
    for name, text in LATIN.items():
        (home / f"{name}.md").write_bytes(text.encode("latin-1"))
    said = run_press(home, "build", whole=True)
    return home / "_build/editions/default/html", said


def words(site: Path, page: str) -> str:
    article: Any = html.parse(str(site / f"{page}.html")).getroot().xpath("//article")[0]
    return " ".join(article.text_content().split())


@pytest.mark.parametrize(
    ("page", "shown", "told"),
    [
        ("cover", "Words of the cover.", "cover.md: the front matter is not plain YAML: line 4: "),
        (
            "list",
            "Words of a list.",
            "list.md: the front matter is a list: it contains named entries",
        ),
        ("odd", "Named", "odd.md: its cells are not run, as in Jupyter Book: a kernel alone"),
        (
            "latin",
            "A caf?.",
            "latin.md is not UTF-8 text: byte 14 (0xe9, line 3); save it as UTF-8",
        ),
        ("run", "A caf?. print('made', 6 * 7) made 42", "run.md is not UTF-8 text: byte "),
        ("marked", "print('made', 6 * 7) made 42", ""),
        (
            "strange",
            "6 * 7 42",
            "strange.ipynb: cell 3 is left out: there is no cell type 'strange'",
        ),
        ("twice", "6 * 7 42", ""),
        ("loading", "print('loaded', 6 * 7) loaded 42", ""),
    ],
)
def test_a_page_at_fault_is_built_and_told_of(
    built: tuple[Path, str], page: str, shown: str, told: str
) -> None:
    site, said = built
    assert shown in words(site, page)
    assert told in said
    assert "never shown" not in words(site, page)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("one.ipynb", "{ wrong", "one.ipynb is not JSON: Expecting property name enclosed in doub"),
        ("one.ipynb", "[1]", "one.ipynb is not a notebook of nbformat: it has no list of cells"),
        (
            "one.ipynb",
            notebook("One", **UNRUN, source="1", metadata={"tags": None}),
            "one.ipynb is not a notebook of nbformat: cell 3 has the tags None, which are no list",
        ),
        (
            "one.md",
            f"{HEAD}# One\n{CELL}".replace("print", ":tags: [a\nprint"),
            "one.md is not a MyST notebook: Code cell 1 at line 7 could not be read: Invalid YAML",
        ),
        (
            "one.md",
            HEAD.replace("{name: python3, display_name: Python 3}", "python3") + CELL,
            "one.md is not a MyST notebook: metadata.kernelspec: 'python3' is not of type 'object'",
        ),
        (
            "_toc.yml",
            "format: jb-book\nroot: one\nchapters: [{file: /two}]\n",
            "_toc.yml lists /two; allowed: a place in the book, with no / before",
        ),
    ],
)
def test_what_jupyter_book_cannot_read_is_one_clear_line(
    tmp_path: Path, name: str, content: str, told: str
) -> None:
    files = {"_config.yml": "title: One\n", "_toc.yml": "format: jb-book\nroot: one\n"}
    write_files(tmp_path, {**files, name: content})
    said = run_press(tmp_path, "build", code=2 if "JSON" in told else 1)
    assert told in said
    assert len(said.splitlines()) == 1


@pytest.mark.heavy
def test_a_strict_book_is_refused(tmp_path: Path) -> None:
    odd = ODD.replace("kernelspec", "file_format: mystnb\nkernelspec", 1)
    strict = {"book/settings.yml": "strict: true\n", "odd.md": odd}
    write_files(tmp_path, {**FILES, **strict})
    said = run_press(tmp_path, "build", code=1)
    assert "error: odd.md is not a MyST notebook: line 7: the options of the cell: " in said


MYST = "jupytext: {text_representation: {format_name: myst}}\n"


@pytest.mark.parametrize(
    ("matter", "layout", "is_run"),
    [
        ("", "theme", False),
        ("jupytext: {formats: ipynb}\n", "theme", False),
        ("file_format: mystnb\n", "theme", True),
        (MYST, "theme", True),
        ("", "press", True),
    ],
)
def test_a_text_is_run_where_jupyter_book_runs_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], matter: str, layout: str, is_run: bool
) -> None:
    """Pages that the press lays out need no more than a kernel; `conf` says what Sphinx needs."""
    files = {
        "_config.yml": "title: One\n",
        "_toc.yml": "format: jb-book\nroot: one\n",
        "book/settings.yml": f"layout: {layout}\n",
        "one.md": NAMED.replace("kernelspec", f"{matter}kernelspec", 1) + CELL,
    }
    project = Project.at(write_files(tmp_path, files))
    note.cache_clear()
    assert [chapter.slug for chapter in discover(project)] == (["one"] if is_run else [])
    unrun = "note: one.md: its cells are not run, as in Jupyter Book"
    assert (unrun in capsys.readouterr().err) is not is_run
    conf_of(project)
    told = "note: one.md: only the press runs it; `file_format: mystnb` lets Sphinx too"
    assert (told in capsys.readouterr().err) is (layout == "press")


THEME = """
from pathlib import Path


def setup(app):
    {setup}app.add_html_theme("broken_theme", str(Path(__file__).parent))
"""


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("setup", "reason"),
    [
        ("", "UndefinedError(\"'no_such' is undefined\")"),
        ("import no_such_module; ", "No module named 'no_such_module'"),
    ],
)
def test_a_theme_that_makes_no_page_is_told_before_anything_runs(
    tmp_path: Path, setup: str, reason: str
) -> None:
    config = "extra_extensions: [broken_theme], config: {html_theme: broken_theme}"
    files = {
        "_config.yml": f"title: One\nsphinx: {{{config}}}\n",
        "_toc.yml": "format: jb-book\nroot: one\n",
        "one.md": f"{HEAD}# One\n{CELL}".replace("print(", "open('trace', 'w').write("),
        "broken_theme/__init__.py": THEME.format(setup=setup),
        "broken_theme/theme.toml": '[theme]\ninherit = "basic"\n',
        "broken_theme/layout.html": "{{ no_such.at_all }}",
    }
    write_files(tmp_path, files)
    said = run_press(tmp_path, "build", code=1)
    assert (
        "the theme broken_theme is installed but makes no page here, nor does it in plain" in said
    )
    assert reason in said
    assert len(said.strip().splitlines()) == 1
    assert not (tmp_path / "trace").exists()


TYPED = f"""{HEAD}# Typed

```{{code-cell}} ipython3
:tags: [parameters]

year: Foo = 3
```

A page: {{doc}}`nowhere`.

```{{code-cell}} ipython3
print(year)
```

Another: {{doc}}`elsewhere`.
"""
RULED = """---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
# Ruled

```{code-cell} ipython3
1
```

A page: {doc}`nowhere`.

```{eval-rst}
Another: :doc:`elsewhere`.
```
"""


@pytest.mark.heavy
def test_what_is_wrong_names_the_file_and_line_of_its_author(tmp_path: Path) -> None:
    cell = {**UNRUN, "source": "\nyear: Foo = 3", "metadata": {"tags": ["parameters"]}}
    files = {
        "_config.yml": "title: Places\n",
        "_toc.yml": "format: jb-book\nroot: typed\nchapters: [{file: noted}, {file: ruled}]\n",
        "typed.md": TYPED,
        "ruled.md": RULED,
        "noted.ipynb": notebook("Noted\n\n{doc}`nowhere`", **cell),
    }
    write_files(tmp_path, files)
    said = run_press(tmp_path, "build", whole=True)
    assert "typed.md:10: parameter year: no type 'Foo' in the press" in said
    assert "noted.ipynb: line 2 of the parameters cell: parameter year: no type 'Foo'" in said
    assert "typed.md:13: WARNING: unknown document: 'nowhere'" in said
    assert "typed.md:19: WARNING: unknown document: 'elsewhere'" in said
    assert "noted.ipynb: cell 1, line 3: WARNING: unknown document: 'nowhere'" in said
    assert "ruled.md:11: WARNING: unknown document: 'nowhere'" in said
    assert "ruled.md:14: WARNING: unknown document: 'elsewhere'" in said
    taken_away = tmp_path / "_build/editions/default/html/downloads/ruled.ipynb"
    assert "source_map" not in json.loads(taken_away.read_bytes())["metadata"]
    assert "typed.md:10: parameter year" in run_press(tmp_path, "run", "typed", code=1, whole=True)


def test_the_source_of_a_page_is_the_text_of_its_author(built: tuple[Path, str]) -> None:
    site, _ = built
    page: Any = html.parse(str(site / "marked.html")).getroot()
    assert page.xpath("//a[@href='_sources/marked.md']")
    assert (site / "_sources/marked.md").read_text() == FILES["marked.md"].removeprefix("\ufeff")


@pytest.mark.heavy
def test_a_notebook_is_not_written_where_it_would_be_a_page(built: tuple[Path, str]) -> None:
    home = built[0].parents[3]
    for name in ("out.ipynb", "strange.ipynb"):
        said = run_press(home, "run", "marked", "--notebook", name, code=2)
        assert (
            f"--notebook {name} would be a page of the book: write it outside of the book" in said
        )
    assert not (home / "out.ipynb").exists()
    run_press(home, "run", "marked", "--notebook", "_build/out.ipynb")


def test_a_document_that_is_listed_twice_is_told_before_anything_runs(tmp_path: Path) -> None:
    toc = "format: jb-book\nroot: one\nchapters: [{file: two}, {file: two}]\n"
    files = {"_config.yml": "title: One\n", "_toc.yml": toc, "one.md": "# One\n"}
    write_files(tmp_path, files)
    said = run_press(tmp_path, "build", code=1)
    assert "_toc.yml lists two more than once" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("form", ["jb-book, parts, chapters", "default, subtrees, entries"])
def test_a_file_of_a_part_is_ignored_as_in_jupyter_book(tmp_path: Path, form: str) -> None:
    name, parts, entries = form.split(", ")
    first = f"{{caption: First, file: one, {entries}: [{{file: two}}]}}"
    last = f"{{caption: Last, file: three, {entries}: [{{glob: deep/*}}]}}"
    pages = ("one", "two", "three", "deep/four")
    files = {
        "_config.yml": "only_build_toc_files: true\n",
        "_toc.yml": f"format: {name}\nroot: one\n{parts}: [{first}, {last}]\n",
        **{f"{page}.md": f"{HEAD}# {page}\n{CELL}" for page in pages},
    }
    project = Project.at(write_files(tmp_path, files))
    assert [chapter.slug for chapter in discover(project)] == ["one", "two", "four"]


def test_the_same_fault_of_many_pages_is_told_once() -> None:
    faults = [PageFault("a.html", "link to x.js: no"), PageFault("b/c.html", "link to ../x.js: no")]
    other = PageFault("d.html", "link to y.js: no")
    assert by_fault([*faults, other]) == ["a.html: link to x.js: no (and so on 1 more)", str(other)]


LOOSE = {
    "_config.yml": "title: Loose\n",
    "_toc.yml": "format: jb-book\nroot: one\nchapters: [{file: two}, {file: three}]\n",
    "one.md": RUN
    + """
```{code-cell} ipython3
:tags: [parameters]

seconds = 24 * 3600
year: int = 2000
where: Path = 1
```

```{code-cell} ipython3
share = 1
```

It is {result}`share`.
""",
    "two.md": RUN + "\n```{code-cell} ipython3\n\nx = 1\ny = x / 0\n```\n",
    "three.md": "# Three\n\nIt is {result}`one:share`, {measured}`one`; see {ref}`nowhere`.\n",
}
REPORTED = "reported: {measured: {file: measured.yml}}\n"
WRONG = "Of it {result}`two:nope` {result}`zz:nope` {result}`share:foo` {param}`yera`.\n"


ALIKE = {
    "_config.yml": "title: Alike\n",
    "_toc.yml": "format: jb-book\nroot: one\nchapters: [{file: two}]\n",
    "one.md": "# One\n\n```{glossary}\n\nA comet\nIt is without a definition.\n```\n"
    + "\n## Less\n\n#### Deeper\n" * 4,
    "two.md": "# Two\n\n" + " ".join(f"[to it]({name}.md)" for name in "abcdef") + "\n",
    "alone.md": "# Alone\n",
}


@pytest.mark.heavy
def test_warnings_of_a_kind_are_told_once_and_hide_no_others(tmp_path: Path) -> None:
    home = write_files(tmp_path / "alike", ALIKE)
    said = run_press(home, "build", whole=True)
    assert "It is without a definition." in words(home / "_build/editions/default/html", "one")
    assert said.count("Non-consecutive header level increase; H2 to H4") == 1
    assert "H2 to H4 [myst.header] (and so on 3 more)" in said
    assert "two.md:3: WARNING: 'myst' cross-reference target not found: 'a.md'" in said
    assert f"... and 3 more (all that Jupyter Book said: {home}/_build/press/sphinx.log)" in said


@pytest.mark.heavy
def test_faults_of_pages_that_are_not_told_are_in_a_file(tmp_path: Path) -> None:
    fetched = "".join(f'<img src="https://{host}.example/a.png">\n' for host in "abcdefg")
    links = "".join(f'<a href="lost{number}.html">lost</a>\n' for number in range(9))
    files = {
        "_config.yml": "title: Lost\n",
        "_toc.yml": "format: jb-book\nroot: one\n",
        "one.md": f"# One\n\n<div>\n{links}{fetched}</div>\n",
    }
    home = write_files(tmp_path, files)
    said = run_press(home, "build", whole=True)
    file = home / "_build/press/faults.txt"
    assert f"... and 4 more (all of them: {file}) note: the pages fetch from" in said
    assert said.count(f"(all of them: {file})") == 2
    faults = file.read_text("utf-8").splitlines()
    assert [fault for fault in faults if "lost8.html: there is no such file" in fault]
    assert [fault for fault in faults if "fetches https://g.example/a.png" in fault]


def test_a_warning_is_told_without_the_progress_before_it(tmp_path: Path) -> None:
    log = f"checking... {tmp_path}/source/b.md: WARNING: alone\nreading... ERROR: bad\nwriting... done"
    write_files(tmp_path, {"sphinx.log": log})
    assert warnings_in(log_of(tmp_path)) == ["b.md: WARNING: alone", "ERROR: bad"]


@pytest.mark.heavy
def test_an_unknown_name_of_ours_is_a_fault_in_a_book_that_is_not_strict(tmp_path: Path) -> None:
    readable = LOOSE["one.md"].replace("where: Path = 1\n", "")
    rest = {"three.md": "# Three\n\nIt is {result}`one:share`; see {ref}`nowhere`.\n"}
    write_files(tmp_path, {**LOOSE, **rest, "one.md": readable})
    assert "nothing wrong was found" in run_press(tmp_path, "check", whole=True)
    reported = {"book/settings.yml": REPORTED, "data/measured.yml": ""}
    wrong = {"one.md": f"{readable}\n{WRONG}", "three.md": LOOSE["three.md"]}
    write_files(tmp_path, {**reported, **wrong})
    said = run_press(tmp_path, "check", code=1, whole=True)
    assert "one.md:19: the chapter 'two' publishes no result 'nope'; there is none (in: " in said
    assert "one.md:19: no chapter 'zz'; there are: one, two (in: Of it …" in said
    assert "one.md:19: no format 'foo'; there are value, precise, " in said
    assert "one.md:19: the chapter 'one' has no parameter 'yera'; did you mean year?" in said
    assert "three.md:3: no measured 'one'; there is none" in said
    assert "5 problems found" in said


def test_all_faults_of_all_chapters_are_named_at_once(tmp_path: Path) -> None:
    unread = RUN + "\n```{code-cell} ipython3\n:tags: [parameters]\n\nx: int\n```\n{result}`y +`\n"
    write_files(
        tmp_path, {**LOOSE, "two.md": unread, "one.md": f"{LOOSE['one.md']}\n{{result}}`z`"}
    )
    said = run_press(tmp_path, "check", code=1, whole=True)
    assert "one.md:11: parameter where: no type 'Path' in the press" in said
    assert "one.md:20: `z`: no 'z' in the chapter; there are: seconds, share, where, year" in said
    assert "two.md:9: is `x: int`, without a value" in said
    assert "two.md:11: `y +` is neither a name nor a path" in said


@pytest.mark.heavy
def test_a_name_that_is_no_parameter_is_told_and_a_failed_cell_has_its_line(tmp_path: Path) -> None:
    write_files(tmp_path, LOOSE)
    listed = run_press(tmp_path, "params", whole=True)
    assert "one.md:9: seconds is no parameter: `24 * 3600` is not a literal" in listed
    assert "one.md:11: parameter where: no type 'Path'" in listed
    assert "year │ 2000" in listed
    said = run_press(tmp_path, "run", "one", "-p", "seconds=5", code=2, whole=True)
    assert "chapter one has no parameter 'seconds': one.md:9: `24 * 3600` is not a literal" in said
    said = run_press(tmp_path, "run", "two", code=1, whole=True)
    assert "failed with ZeroDivisionError: division by zero (two.md:9)" in said


@pytest.mark.heavy
@pytest.mark.parametrize("options", ["mystnb: words", "mystnb: {figure: words, image: [1]}"])
def test_options_of_a_figure_that_are_no_mapping_stop_nothing(tmp_path: Path, options: str) -> None:
    cell = f"\n```{{code-cell}} ipython3\n---\n{options}\n---\nprint('made', 6 * 7)\n```\n"
    files = {
        "_config.yml": "title: Faults\n",
        "_toc.yml": "format: jb-book\nroot: cover\n",
        "cover.md": f"{HEAD}# Cover\n{cell}",
        "book/settings.yml": "layout: press\n",
    }
    root = write_files(tmp_path, files)
    run_press(root, "build")
    site = root / "_build/editions/default/html"
    assert "made 42" in words(site, "cover")
    assert "print('made'" in (site / "downloads/cover.ipynb").read_text("utf-8")


@pytest.mark.heavy
def test_a_warning_is_told_with_its_cause_and_nothing_of_ours(tmp_path: Path) -> None:
    listed = "```{eval-rst}\n.. automodule:: nowhere\n.. automodule:: broken\n```\n"
    mixed = CELL + CELL.replace("ipython3", "python3") + "\n```{raw-cell}\nraw\n```\n"
    files = {
        "_config.yml": "title: Causes\nsphinx: {extra_extensions: [sphinx.ext.autodoc]}\n",
        "_toc.yml": "format: jb-book\nroot: one\nchapters: [{file: two}]\n",
        "one.md": f"# One\n\n{listed}",
        "two.md": f"{RUN}{mixed}\n{{doc}}`nowhere`\n",
        "broken.py": "1 / 0\n",
    }
    said = run_press(write_files(tmp_path, files), "build", whole=True)
    raised = "the following exception was raised: "
    assert f"failed to import module 'nowhere'; {raised}No module named 'nowhere'" in said
    assert f"{raised}ZeroDivisionError: division by zero" in said
    assert "two.md:18: WARNING: unknown document" in said
    assert "UserWarning" not in said


@pytest.mark.heavy
@pytest.mark.parametrize("layout", ["theme", "press"])
def test_a_citation_that_cannot_be_read_is_shown_and_told(tmp_path: Path, layout: str) -> None:
    files = {
        "_config.yml": "title: Faults\nbibtex_bibfiles: [works.bib]\n",
        "_toc.yml": "format: jb-book\nroot: one\n",
        "book/settings.yml": f"layout: {layout}\n",
        "works.bib": "@book{wind, title={Winds}, author={Ada Author}, year=2001, publisher={P}}\n",
        "one.md": "# One\n\nAs {cite:p}`{numref}` and {cite}`wind rain` say, and {cite}`wind`.\n"
        "\n```{bibliography}\n```\n",
    }
    write_files(tmp_path, files)
    said = run_press(tmp_path, "build", whole=True)
    for target in ("{numref}", "wind rain"):
        assert f"one.md:3: WARNING: no citation: '{target}'; allowed: the keys of works" in said
    page = html.parse(str(tmp_path / "_build/editions/default/html/one.html"))
    [sentence] = page.xpath("//article//p[contains(., 'As ')]")
    assert sentence.text_content() == "As {numref} and wind rain say, and [Aut01]."
