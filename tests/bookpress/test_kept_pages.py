"""A changed word in a book with its theme's pages: what would not change is not written again."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from processes import edit, write_files
from processes import press as run_press

from bookpress.files import tree

pytestmark = pytest.mark.heavy

Press = Callable[..., str]

KERNEL = "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: Python 3}\n---\n"
CELL = "```{code-cell} ipython3\nprint(6 * 7)\n```\n"
DRAWN = """
```{code-cell} ipython3
---
mystnb: {figure: {name: fig-gauge, caption: A gauge}}
---
from IPython.display import HTML
HTML("<div id='gauge'></div>")
```
"""
ASKING = """
def setup(app):
    app.connect("build-finished", lambda app, _: print("builder:", type(app.builder).__name__))
"""
FILES = {
    "_config.yml": "title: Tides\nauthor: Ada Author\nsphinx: {local_extensions: {asking: .}}\n",
    "asking.py": ASKING,
    "_toc.yml": "format: jb-book\nroot: cover\nchapters:\n- file: ebb\n- file: flood\n- file: plain\n",
    "cover.md": "# Tides\n\nA book.\n",
    "ebb.md": f"{KERNEL}(ebb)=\n# Ebb\n\nThe sea falls.\n\n{CELL}",
    "flood.md": f"{KERNEL}# Flood\n\nSee {{ref}}`ebb`.\n\n![A dot](dot.svg)\n\n{CELL}{DRAWN}",
    "plain.md": "# Plain\n\nSome words. The ebb takes {minutes}`ebb`.\n",
    "dot.svg": '<svg xmlns="http://www.w3.org/2000/svg"><circle r="1"/></svg>\n',
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a book of four pages that is built."""
    root = write_files(tmp_path_factory.mktemp("tides"), FILES)
    run_press(root, "build")
    return root


@pytest.fixture(scope="module", name="press")
def press_of(home: Path) -> Press:
    return partial(run_press, home)


def written(home: Path) -> list[str]:
    """Return the pages that Sphinx wrote in the last build, but the front page."""
    log = (home / "_build/press/sphinx.log").read_text(encoding="utf-8")
    lines = [line for line in log.splitlines() if line.startswith("writing output... [")]
    return sorted({line.rpartition("] ")[2] for line in lines} - {"cover"})


def test_a_word_writes_one_page_and_the_site_is_as_if_made_anew(home: Path, press: Press) -> None:
    site = home / "_build/editions/default/html"
    edit(home / "ebb.md", "The sea falls.", "The whole sea falls.")
    press("build")
    assert written(home) == ["ebb"]
    edit(home / "plain.md", "Some words.", "Some other words.")
    press("build")
    assert written(home) == ["plain"]
    assert "The whole sea falls." in (site / "ebb.html").read_text(encoding="utf-8")
    pieced_together = tree(site)
    for folder in ("press", "editions"):
        shutil.rmtree(home / "_build" / folder)
    press("build")
    assert written(home) == ["ebb", "flood", "plain"]
    assert tree(site) == pieced_together


def test_how_long_reading_takes_writes_the_pages_that_say_so(home: Path, press: Press) -> None:
    edit(home / "ebb.md", "sea falls.", f"sea falls.{500 * ' Low.'}")
    press("build")
    assert written(home) == ["ebb", "plain"]
    page = home / "_build/editions/default/html/plain.html"
    assert "2 minutes" in " ".join(page.read_text(encoding="utf-8").split())


def test_extensions_meet_the_builder_that_they_know(home: Path) -> None:
    log = (home / "_build/press/sphinx.log").read_text(encoding="utf-8")
    assert "builder: StandaloneHTMLBuilder" in log


def test_what_other_pages_show_writes_them_again(home: Path, press: Press) -> None:
    site = home / "_build/editions/default/html"
    edit(home / "ebb.md", "# Ebb", "# Low water")
    press("build")
    assert written(home) == ["ebb", "flood", "plain"]
    for page in ("flood", "plain"):
        text = (site / f"{page}.html").read_text(encoding="utf-8")
        assert "Low water" in text
        assert "Ebb" not in text
    edit(home / "_config.yml", "Tides", "Waves")
    press("build")
    assert "Waves" in (site / "plain.html").read_text(encoding="utf-8")
    (home / "plain.md").unlink()
    edit(home / "_toc.yml", "- file: plain\n", "")
    press("build")
    assert not (site / "plain.html").exists()


MAP = """
import pathlib

def setup(app):
    pages = set()
    app.connect("html-page-context", lambda app, name, *_: pages.add(name))
    app.connect("build-finished", lambda *_: pathlib.Path(app.outdir, "map.txt").write_text(
        " ".join(sorted(pages))
    ))
"""


def test_what_an_extension_gathers_from_pages_is_whole_in_each_build(tmp_path: Path) -> None:
    names = [f"page{number}" for number in range(9)]
    files = {
        **{f"{name}.md": f"# {name}\n\nWords.\n" for name in names},
        "_config.yml": "title: Map\nsphinx: {local_extensions: {gathering: .}}\n",
        "_toc.yml": "format: jb-book\nroot: page0\nchapters: [{glob: 'page[1-9]'}]\n",
        "gathering.py": MAP,
    }
    write_files(tmp_path, files)
    for word in ("Words", "Other words"):
        edit(tmp_path / "page1.md", "Words", word)
        run_press(tmp_path, "build")
        gathered = (tmp_path / "_build/editions/default/html/map.txt").read_text(encoding="utf-8")
        assert {*names} <= {*gathered.split()}


def test_a_table_of_what_ran_does_not_write_every_page_again(tmp_path: Path) -> None:
    table = "# Statistics\n\n```{nb-exec-table}\n```\n"
    toc = f"{FILES['_toc.yml']}- file: statistics\n"
    unshown = {"aside/wrong.ipynb": "{ wrong", "aside/list.ipynb": "[1]"}
    files = {
        **unshown,
        "_config.yml": f"{FILES['_config.yml']}only_build_toc_files: true\n",
        "_toc.yml": toc,
        "statistics.md": table,
    }
    write_files(tmp_path, {**FILES, **files})
    run_press(tmp_path, "build")  # the first build reads chapters that ran, the next one none
    edit(tmp_path / "plain.md", "Some words.", "Some other words.")
    run_press(tmp_path, "build")
    assert written(tmp_path) == ["plain"]


LATTICE = """
class Knot:
    def __init__(self, app, number):
        self.app, self.number, self.left, self.right = app, number, None, None

    def __getstate__(self):
        return {**vars(self), "app": None}

def tie(app):
    knots = [Knot(app, number) for number in range(40)]
    for knot, below in zip(knots, knots[1:]):
        knot.left, knot.right, below.above = below, {"to": [below]}, knot
    app.env.knots = {"first": knots[0]}

def setup(app):
    app.connect("builder-inited", tie)
"""


def test_what_an_extension_ties_together_is_looked_at_once(tmp_path: Path) -> None:
    """Each knot leads twice to the one below it: as if there were a million million of them."""
    settings = FILES["_config.yml"].replace("asking: .", "asking: ., tying: .")
    write_files(tmp_path, {**FILES, "_config.yml": settings, "tying.py": LATTICE})
    run_press(tmp_path, "build")
    edit(tmp_path / "plain.md", "Some words.", "Some other words.")
    run_press(tmp_path, "build")
    assert written(tmp_path) == ["plain"]
    edit(tmp_path / "tying.py", "range(40)", "range(41)")
    run_press(tmp_path, "build")
    assert len(written(tmp_path)) > 1
