"""What comes from outside and means harm, or is broken: one clear line, and nothing of it runs."""

import csv
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from markdown_it import MarkdownIt

from bookpress.book.project import Project
from bookpress.elements.base.charts import Column, Data, to_csv
from bookpress.elements.figure.show import Table
from bookpress.files import tree
from sampling import some

Say = Callable[..., tuple[int, str, str]]
RUNS = "\n```{code-cell} python\nopen(%r, 'w').write('ran')\n```\n"


def test_no_code_of_a_chapter_or_page_runs_when_it_is_looked_at(
    said: Say, book: Project, tmp_path: Path
) -> None:
    first, words, mark = (
        book.root / "notebooks/first.md",
        book.root / "book/words.md",
        tmp_path / "ran",
    )
    sound = first.read_text()
    forced = "mystnb: {execution_mode: force}\n"
    for name, text in (
        (first, sound.replace("---\n", f"---\n{forced}", 1) + RUNS % str(mark)),
        (
            words,
            f"---\nfile_format: mystnb\n{forced}kernelspec: {{name: python3}}\n---\n# Words\n{RUNS % str(mark)}",
        ),
    ):
        name.write_text(text)
        for command in (("check",), ("params",), ("cite",)):
            _, _, error = said(*command)
            assert "Traceback" not in error
        first.write_text(sound)
    assert not mark.exists()


@pytest.mark.heavy
def test_only_the_press_runs_code_whatever_a_page_asks_for(
    said: Say, book: Project, tmp_path: Path
) -> None:
    """The page excludes itself where it is written, and not where MyST-NB reads it."""
    words, mark = book.root / "book/words.md", tmp_path / "ran"
    kernel = "kernelspec: {name: python3, display_name: Python 3}\nlanguage_info: {name: python}\n"
    own = f"{book.root.name}/book/words.md"
    asked = f"mystnb: {{execution_mode: force, execution_excludepatterns: [{own}]}}\n"
    for rule in ("---", "----"):
        head = f"{rule}\nfile_format: mystnb\n{kernel}{asked}{rule}\n"
        words.write_text(f"{head}# Words\n{RUNS % str(mark)}")
        code, _, error = said("build")
        assert code == 0, error
        assert not mark.exists()


HARM = {
    "aliases": "a0: &a0 [x, x]\n"
    + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)),
    "brackets": "[" * 20_000,
    "braces": "{a: " * 20_000,
    "tag": "a: !!python/object/apply:os.system [ls]\n",
    "twice": "title: a\ntitle: b\n",
    "null": "\x00",
    "surrogate": "a: \ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
}
PLACES = ["book/editions/evil.yml", "notebooks/first.md", "book/words.md", "grid.yml", "_toc.yml"]


@pytest.mark.parametrize(
    ("what", "where"), some([(what, where) for what in HARM for where in PLACES], 18, 2)
)
def test_yaml_that_means_harm_is_one_line(what: str, where: str, said: Say, book: Project) -> None:
    path, yaml = book.root / where, HARM[what]
    path.write_text(f"---\n{yaml}\n---\n# A title\n" if where.endswith(".md") else yaml)
    before = tree(book.root)
    build = ("build", "evil" if "evil" in where else "default")
    code, out, error = said(
        *(("sweep", "first", "--file", str(path)) if where == "grid.yml" else build)
    )
    assert (code in {1, 2}, out) == (True, "")
    assert "Traceback" not in error
    assert len(error.strip().splitlines()) <= 2
    assert path.stem in error
    assert {
        name: mark for name, mark in tree(book.root).items() if not name.startswith("_build")
    } == before


def test_a_chapter_in_latin_1_is_named_with_the_byte(said: Say, book: Project) -> None:
    path = book.root / "notebooks/first.md"
    path.write_bytes(path.read_text().replace("Some text.", "Café").encode("latin-1"))
    for command in (("check",), ("run", "first")):
        code, out, error = said(*command)
        assert (
            code,
            "notebooks/first.md is not UTF-8 text: byte 374 (0xe9, line 19)" in out + error,
        ) == (1, True)


@pytest.mark.heavy
@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"),
    reason="NOT TESTED: only root can give up its rights",
)
def test_a_read_only_checkout_can_be_read_and_says_what_cannot_be_written(book: Project) -> None:
    for path in [book.root, *book.root.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    rights = "-dac_override,-dac_read_search"
    try:
        for command in ("check", "params", "cite", "run first", "build"):
            works = command in {"check", "params", "cite"}
            bare = [
                "setpriv",
                f"--bounding-set={rights}",
                f"--inh-caps={rights}",
                sys.executable,
                "-m",
                "bookpress",
            ]
            done = subprocess.run(
                [*bare, *command.split()], cwd=book.root, capture_output=True, text=True
            )
            assert (done.returncode, "Traceback" in done.stderr) == (0 if works else 1, False), (
                done.stderr
            )
            assert works or f"cannot write {book.root}" in done.stderr
    finally:
        for path in [book.root, *book.root.rglob("*")]:
            path.chmod(0o755)


def test_cells_of_tables_hold_no_html_and_no_formula() -> None:
    values = [
        "<script>alert(1)</script>",
        "a < b",
        "<img src=x onerror=alert(1)>",
        "`<script>`",
        "a|b",
    ]
    text = Table(pd.DataFrame({"text": values}))._repr_mimebundle_()["text/markdown"]
    shown = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    assert not any(tag in shown.lower() for tag in ("<script", "<img"))
    assert "a &lt; b" in shown
    rows = [[text, 1.0] for text in ("=cmd()", "+1", "-1", "@x", "\tx", "fine")] + [["x", -1.0]]
    columns = [Column(name="a", label="A", kind="text"), Column(name="b", label="B", kind="number")]
    written = list(csv.reader(io.StringIO(to_csv(Data(columns=columns, rows=rows)))))[1:]
    assert [row[0] for row in written] == ["'=cmd()", "'+1", "'-1", "'@x", "'\tx", "fine", "x"]
    assert written[-1][1] == "-1.0"
