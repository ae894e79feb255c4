"""What is said of the books of others, who state little: no number, version or hash that is not there."""

import re
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from processes import edit, press, write_files

from bookpress.cite.record import NO_RESULTS

pytestmark = pytest.mark.heavy

CHAPTER = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
# Flow

```{code-cell} ipython3
:tags: [parameters]

dt = 0.5  # step of time
CFL = 0.75  # the number
steps = 3
```

```{code-cell} ipython3
from IPython.display import SVG

print("gone", dt * steps)
SVG(f"<svg xmlns='http://www.w3.org/2000/svg'><text y='20'>{dt} {CFL}</text></svg>")
```
"""
FILES = {
    "_config.yml": "title: Winds\nauthor: Peter Rush, Matthew Brett\n",
    "_toc.yml": "format: jb-book\nroot: start\nchapters: [{file: words}, {file: flow}]\n",
    "start.md": "# Winds\n",
    "words.md": "# Words\n\nAbove all.\n",
    "flow.md": CHAPTER,
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = write_files(tmp_path_factory.mktemp("winds") / "book", FILES)
    press(made, "build")
    return made


def page(home: Path, name: str = "_build/editions/default/html/flow.html") -> BeautifulSoup:
    return BeautifulSoup((home / name).read_text(encoding="utf-8"), "html.parser")


def test_a_citation_states_nothing_that_the_book_does_not(home: Path) -> None:
    entry = press(home, "cite", "flow", "-f", "bibtex")
    assert "author    = {{Peter Rush} and {Matthew Brett}}" in entry
    for absent in ("chapter ", "language", "Version", "SHA-256"):
        assert absent not in entry
    assert re.search(r"note      = \{Default edition [0-9a-f]{12}\}", entry)
    said = press(home, "init")
    assert "cited as: Peter Rush, & Matthew Brett. (" in said
    assert "book/publication.yml, if you write one, states" in said
    press(home, "init", "--remove")


def test_a_book_without_code_is_cited_without_a_hash_of_results(tmp_path: Path) -> None:
    files = {name: FILES[name] for name in ("_config.yml", "words.md")}
    contents = "format: jb-book\nroot: words\n"
    made = write_files(tmp_path / "book", {**files, "_toc.yml": contents})
    press(made, "build")
    entry = press(made, "cite", "-f", "bibtex")
    assert "Rebuilt by: bookpress build" in entry
    assert "SHA-256" not in entry


def test_how_to_cite_stands_where_it_is_asked_for(home: Path) -> None:
    assert page(home).select_one(".cite-box") is None
    assert "three lines" in press(home, "init", "--citation")
    press(home, "build")
    assert "Matthew Brett" in page(home).select_one(".cite-box").text
    settings = home / "book/settings.yml"
    settings.write_text(settings.read_text().replace("citation: true", "citation: false"))
    press(home, "build")
    assert page(home).select_one(".cite-box, meta[name='citation_title']") is None
    settings.unlink()


def test_a_chapter_without_results_is_not_called_equal(home: Path, tmp_path: Path) -> None:
    cited = tmp_path / "cited.bib"
    cited.write_text(press(home, "cite", "flow", "-f", "bibtex"))
    assert "the same state; no results to compare" in press(home, "verify", str(cited))
    old = press(home, "verify", "default", NO_RESULTS, code=2, whole=True)
    assert "no results to compare" in old
    edit(home / "flow.md", "dt * steps)", "dt * steps * 1000)")
    try:
        changed = press(home, "verify", str(cited), code=2, whole=True)
        assert "this checkout" in changed
        assert changed.endswith("chapters; no results to compare")
    finally:
        edit(home / "flow.md", "dt * steps * 1000)", "dt * steps)")


def test_a_comparison_does_not_say_that_such_a_chapter_is_the_same(home: Path) -> None:
    press(home, "compare", "default", "-p", "CFL=0.5")
    [compared] = (home / "_build/compare").iterdir()
    shown = page(compared, "index.html")
    text = " ".join(shown.get_text().split())
    assert "Chapters without results to compare" in text
    assert "Chapters without a difference" not in text
    first, second = shown.select(".side-by-side figure")
    assert (first.code.text, second.code.text) == (
        "Default edition",
        "Default edition with CFL = 0.5",
    )
    assert first.img["src"] != second.img["src"]
    press(home, "build", "-p", "CFL=0.5")  # now compared by its id, from what is kept of its run
    press(home, "compare", "default", compared.name.removeprefix("default-"))
    again = page(compared, "index.html").select(".side-by-side figure")
    assert [each.img["src"] for each in again] == [first.img["src"], second.img["src"]]


def test_a_sweep_shows_what_such_a_chapter_shows(home: Path) -> None:
    press(home, "sweep", "flow", "-g", "CFL=0.5,0.75")
    [swept] = (home / "_build/sweeps").iterdir()
    shown = page(swept, "index.html").select(".side-by-side figure")
    assert [each.code.text for each in shown] == ["CFL=0.5", "CFL=0.75"]
    assert [each.pre.text.strip() for each in shown] == ["gone 1.5"] * 2
    first, second = (each.img["src"] for each in shown)
    assert first.startswith("data:image/svg+xml;base64,")
    assert first != second


def test_a_symbol_stays_as_it_is(home: Path) -> None:
    text = page(home).get_text()
    for label in ("dt", "CFL", "Steps"):
        assert re.search(rf"\b{label}\b", text), label
    assert not re.search(r"\b(Dt|Cfl)\b", text)


def test_the_number_of_a_page_is_cited_and_no_other(tmp_path: Path) -> None:
    toc = "format: jb-book\nroot: start\nparts: [{numbered: true, chapters: [{file: words, sections: [{file: deep}]}, {file: flow}]}]\n"
    write_files(
        tmp_path, {**FILES, "_toc.yml": toc, "deep.md": CHAPTER.replace("# Flow", "# Deep")}
    )
    cited = partial(press, tmp_path, "cite", "-f", "bibtex")
    press(tmp_path, "build")
    assert "chapter   = {2}" in cited("flow")
    assert "chapter " not in cited("deep")


def test_sphinx_reads_none_of_its_own_pages_below_the_book(home: Path, tmp_path: Path) -> None:
    book = tmp_path / "book"
    shutil.copytree(home, book, ignore=shutil.ignore_patterns("_build"))
    (book / "flow.md").write_text(f"{CHAPTER}\nThere are {{result}}`steps`.\n")
    (book / "conf.py").write_text(press(book, "conf"))
    edit(book / "conf.py", "nb_execution_mode = 'auto'", "nb_execution_mode = 'cache'")
    for _ in range(2):
        sphinx = [sys.executable, "-m", "sphinx", "-q", str(book), str(book / "html")]
        done = subprocess.run(sphinx, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
