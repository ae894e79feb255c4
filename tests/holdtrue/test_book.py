"""A book of another's with one line of settings: numbers in place, sentences that can fail."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from sphinx.application import Sphinx

import holdtrue as ht
from holdtrue.notebook import MIME, bundle_of, publish

CELL = """\
late = ht.share(26, 38, label="runs with a company", period=(2020, 2022))
peak = 0.9712
stable = peak <= 1
most = ht.majority(late)
by = {"a": late, 2020: 1234.5}
years = (2010, 2014)
word = "<b>bold</b>"
"""
PROSE = """\
# Waves of {result}`peak:.1f`

Of them {result}`late:full`, {result}`late:of`, {result}`late.low:.1%`, {result}`by.2020`, {result}`by.none`,
{result}`word`, {years}`years`, {years}`late`. So most. {holds}`most`

It is stable at {result}`peak:.3f`. {holds}`stable`
"""


def notebook_of(prose: str, *sources: str, change=None) -> str:
    """Return a run notebook, as whoever ran it stored it."""
    namespace, published = {"ht": ht}, {}
    cells = []
    for source in sources:
        exec(source, namespace)  # noqa: S102 the sources are those of the tests
        payload = publish(namespace, source, published)
        data = bundle_of(payload) if payload else {}
        if change:
            data = {MIME: change}
        output = nbformat.v4.new_output("display_data", data, metadata={MIME: 1})
        cells.append(nbformat.v4.new_code_cell(source, outputs=[output], execution_count=1))
    cells.append(nbformat.v4.new_markdown_cell(prose))
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells))


class Book:
    """A small book in a folder, built with Sphinx."""

    def __init__(self, folder: Path, **pages: str) -> None:
        self.folder = folder
        self.write("index.md", "# Cover\n\n```{toctree}\n:glob:\n\n*\n```\n")
        for name, text in pages.items():
            self.write(f"{name}.ipynb" if text.startswith("{") else f"{name}.md", text)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_text(text, encoding="utf-8")

    def build(self, builder: str = "html", **settings: object) -> SimpleNamespace:
        """Return the exit code, the warnings and the text of each page."""
        out = self.folder / "_build" / builder
        warnings = (self.folder / "warnings").open("w+", encoding="utf-8")
        config = {"extensions": ["holdtrue"], "nb_execution_mode": "off", "html_theme": "basic"}
        config |= {"suppress_warnings": ["myst.header"], "exclude_patterns": ["_build"], **settings}
        jobs = settings.pop("jobs", 1)
        config.pop("jobs", None)
        app = Sphinx(
            self.folder, None, out, self.folder / "_build/tree", builder, config, None, warnings,
            parallel=jobs,
        )  # fmt: skip
        app.build()
        warnings.seek(0)
        return SimpleNamespace(code=app.statuscode, said=warnings.read(), out=out)

    def page(self, name: str) -> str:
        return (self.folder / f"_build/html/{name}.html").read_text(encoding="utf-8")


@pytest.fixture
def book(tmp_path: Path) -> Book:
    other = (
        "# Other\n\nElsewhere it is {result}`waves:peak:.2f`, and stable. {holds}`waves:stable`\n"
    )
    return Book(tmp_path, waves=notebook_of(PROSE, CELL), other=other)


def test_numbers_stand_in_prose_and_nothing_else_is_on_the_page(book: Book):
    built = book.build()
    page = book.page("waves")
    assert built.code == 0
    assert "Of them 68% (95% interval 53% to 81%; 26 of 38), 26 of 38, 52.5%" in tagless(page)
    assert "1,234, no value," in tagless(page)
    assert "2010 to 2014, 2020 to 2022. So most." in tagless(page)
    assert "It is stable at 0.971.</p>" in page.replace('<span class="holdtrue">', "").replace(
        "</span>", ""
    )
    assert "<b>bold" not in page
    assert "<table" not in page
    assert "Elsewhere it is 0.97, and stable." in tagless(book.page("other"))
    assert "Waves of 1.0" in book.page("index")


def tagless(page: str) -> str:
    import re

    return re.sub(r"<[^>]+>", "", page).replace("\n", " ")


FALLS = CELL.replace("0.9712", "1.25")


def test_a_sentence_that_does_not_hold_ends_the_build_with_one_line(book: Book):
    book.write("waves.ipynb", notebook_of(PROSE, FALLS))
    for _ in range(2):  # an unchanged book fails again
        built = book.build()
        lines = [line for line in built.said.splitlines() if "does not hold" in line]
        assert built.code == 1
        assert len(lines) == 2
        assert "stable does not hold (peak <= 1: peak is 1.2): It is stable at" in lines[1]
        assert (
            lines[1].startswith("waves.ipynb: cell 2, line 6:") or "waves.ipynb: cell" in lines[1]
        )
        assert "other.md:3" in lines[0]
    assert "Of them 68%" in tagless(book.page("waves"))  # pages are written all the same
    done = subprocess.run(
        [sys.executable, "-m", "holdtrue", book.folder], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 3
    assert "does not hold" in done.stdout.splitlines()[0]


def test_a_book_may_warn_or_mark(book: Book):
    book.write("waves.ipynb", notebook_of(PROSE, FALLS))
    warned = book.build(holdtrue_fallen="warn")
    assert [warned.code, warned.said.count("does not hold")] == [0, 2]
    marked = book.build(holdtrue_fallen="mark")
    assert [marked.code, marked.said.count("does not hold")] == [0, 0]
    assert "[does not hold: peak &lt;= 1: peak is 1.2]" in book.page("waves")
    from sphinx.errors import ConfigError

    with pytest.raises(ConfigError, match="holdtrue_fallen is 'shout': it is one of error, warn"):
        book.build(holdtrue_fallen="shout")


def test_a_page_that_quotes_another_is_written_again(book: Book):
    book.build()
    book.write("waves.ipynb", notebook_of(PROSE, CELL.replace("0.9712", "0.51")))
    book.build()
    assert "Elsewhere it is 0.51" in tagless(book.page("other"))


@pytest.mark.parametrize("builder", ["latex", "text"])
def test_other_outputs_have_the_numbers_too(book: Book, builder: str):
    built = book.build(builder)
    written = "".join(path.read_text() for path in built.out.glob("*.t*"))
    assert "Elsewhere it is 0.97" in written
    assert "26 of 38" in written


def test_pages_may_be_read_in_parallel(tmp_path: Path):
    pages = {f"waves{place}": notebook_of(PROSE, CELL) for place in range(6)}
    others = {
        f"other{place}": f"# O\n\nIt is {{result}}`waves{place}:peak:.2f`.\n" for place in range(6)
    }
    book = Book(tmp_path, **pages, **others)
    assert book.build(jobs=2).code == 0
    assert "It is 0.97" in tagless(book.page("other5"))


def test_decimals_have_the_signs_of_the_language(book: Book):
    book.build(language="de")
    assert "It is stable at 0,971." in tagless(book.page("waves"))


WRONG = {
    "{result}`peek`": "no name 'peek' on page page; did you mean 'peak'?",
    "{result}`peak:loud`": "no page 'peak'",
    "{result}`late:,q`": "no page 'late'",
    "{result}`nowhere:peak`": "no page 'nowhere'",
    "{result}`stable`": "is true or false",
    "{result}`word:full`": "is a text, which has no form 'full'",
    "{result}`years`": "is a period",
    "{years}`peak`": "is no period",
    "{holds}`peak`": "is no comparison",
    "{result}`frame`": "'frame' is a set, which cannot be quoted",
    "{result}`twice`": "is bound by two cells to different values",
    "{result}`turn`": "is bound in a loop",
}


def test_wrong_names_are_one_line_each_with_their_place(tmp_path: Path):
    more = "frame = {1, 2}\ntwice = 1\nfor turn in range(3):\n    pass\n"
    prose = "\n\n".join(["# Page", *(f"It is {name}." for name in WRONG)])
    book = Book(tmp_path, page=notebook_of(prose, CELL + more, "twice = 2"))
    lines = book.build().said.splitlines()
    for name, said in WRONG.items():
        quoted = name.partition("`")[2].rstrip("`")
        assert [line for line in lines if said in line and f"{quoted}" in line], name
    assert all("page.ipynb: cell 3, line" in line for line in lines if "ERROR" in line)


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ({"version": 7}, "an output is of version 7, not 1: run the notebook again"),
        ({"version": 1, "results": {"peak": {"value": "<script>"}}}, "is no number"),
        ({"version": 1, "results": {"peak": 3}}, "an output is not what `holdtrue` writes"),
        ({"version": 1, "statements": {"peak": {"holds": "yes", "because": ""}}}, "is no verdict"),
        ({"version": 1, "values": {"peak": {"a": 1}}}, "is no value"),
        ([1], "an output is of version None, not 1"),
    ],
)
def test_stored_outputs_that_lie_are_refused(tmp_path: Path, payload: object, said: str):
    book = Book(
        tmp_path, page=notebook_of("# P\n\nIt is {result}`peak`.", "peak = 1", change=payload)
    )
    assert said in book.build().said
    assert "&lt;script&gt;" not in book.page("page").partition("<body")[2]
    assert "It is peak." in tagless(book.page("page"))


def test_a_page_without_outputs_says_so(tmp_path: Path):
    source = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell("peak = 1"),
            nbformat.v4.new_markdown_cell("# P\n\nIt is {result}`peak`."),
        ]
    )
    said = Book(tmp_path, page=nbformat.writes(source)).build().said
    assert "no name 'peak' on page page (its cells have no outputs: was it run?)" in said


def test_a_markdown_page_is_run_by_the_build(tmp_path: Path):
    cells = f"```{{code-cell}}\nimport holdtrue as ht\n{CELL}```\n"
    head = "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: P}\n---\n"
    book = Book(tmp_path, waves=head + cells + PROSE)
    built = book.build(nb_execution_mode="force")
    assert built.code == 0, built.said
    assert "It is stable at 0.971." in tagless(book.page("waves"))
    assert json.loads((built.out / "holdtrue.json").read_text())["statements"][0]["page"] == "waves"


def test_the_command_says_what_it_needs(tmp_path: Path):
    for arguments, said in ([], "usage: "), ([str(tmp_path)], "build the book with the extension"):
        done = subprocess.run(
            [sys.executable, "-m", "holdtrue", *arguments], capture_output=True, text=True
        )
        assert [done.returncode, said in done.stderr] == [2, True]
