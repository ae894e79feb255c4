"""`compute-divide check`: each kind of fault is found, with its file and line, and nothing is run."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import jupytext  # noqa: F401 - asks for the version of pandoc when it is first imported
import pytest
from typer.testing import CliRunner

from bookpress.book import number_formats as numbers
from bookpress.book.parameters import read_parameters
from bookpress.book.project import Project
from bookpress.check import markup
from bookpress.check.check import check
from bookpress.check.code import Cell
from bookpress.check.names import undefined_names
from bookpress.check.prose import read_page
from bookpress.check.result_keys import possible_values, recorded_keys
from bookpress.check.sources import Book
from bookpress.check.typed_numbers import typed_numbers
from bookpress.commands.main import app
from bookpress.page.base.claims import Quoted
from bookpress.page.base.roles import value_text
from bookpress.page.base.store import Store


@pytest.fixture
def faults(book: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], list[str]]:
    """Return what is found when this text stands at the end of a page."""

    def no_process(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", no_process)
    (book.root / "a.svg").write_text("<svg/>")
    (book.root / "book/references.bib").write_text("@misc{known2024, title={T}, author={A B}, year={2024}}\n")
    (book.data / "claims.yml").write_text("a-claim: {statement: one, value: 1}\n")
    config = book.root / "_config.yml"
    config.write_text(config.read_text() + "bibtex_bibfiles: [book/references.bib]\n")
    glossary = "\n```{glossary}\nword\n    What one says.\n```\n\n(a-place)=\n## A place\n"
    (book.root / "index.md").write_text((book.root / "index.md").read_text() + glossary)

    def find(page: str, text: str) -> list[str]:
        path = book.root / f"{page}.md"
        path.write_text(path.read_text() + "\n" + text + "\n")
        return [str(problem) for problem in check(book)]

    return find


def test_a_clean_book_has_no_problems(faults: Callable[[str, str], list[str]]) -> None:
    text = (
        "The number is {result}`first:number`, {param}`second:factor`; {cite:p}`known2024`; {term}`word`, "
        "{term}`words <word>`; {ref}`a-place`; [there](#a-place); [page](../index.md#a-place); {claim}`a-claim:value`; "
        "{when}`first:number.low > 1|yes|no`; `64` and {math}`10^{25}`.\n\n"
        "```{when} first:number.value > 2\nMore in 2012.\n```\n"
    )
    assert faults("book/words", text) == []
    assert faults("notebooks/first", "Here it is {result}`number:interval`.\n") == []


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("book/words", "On 24 November 2026, in the 21st century, the 3rd time, within 24-hour days."),
        ("book/words", "As arXiv:2401.02452 says, doi 10.1000/182.3, <https://arxiv.org/abs/2401.02452>."),
        ("book/words", "At 95%, all are 95% intervals: 95% Wilson intervals."),
        ("book/words", 'See <a href="../notebooks/first.html">the first</a>, <b>bold</b>.\n\n<!-- 37 -->'),
        ("book/words", "{when}`first:param.table == 'a' and claim:a-claim < 2|*yes*|no|unknown`"),
        ("book/words", "{bdg-primary}`new`, {kbd}`x`, {py:func}`print`\n\n```{dropdown} More\nx\n```"),
        ("notebooks/first", "```{code-cell} python\nfrom math import *\nprint(sqrt(number))\n```"),
        ("notebooks/first", "```{code-cell} python\n%matplotlib inline\n!ls\nrecord('b', number)\n```\n\n{result}`b`"),
        ("notebooks/first", "```{code-cell} python\n%%time\nrecord('b', number)\n```\n\n{result}`b`"),
        ("notebooks/first", "```{code-cell} python\ntry:\n    import nosuchmodule\nexcept ImportError:\n    pass\n```"),
        ("notebooks/first", "```{code-cell} python\nfor i in range(3):\n    if i:\n        last\n    last = i\n```"),
    ],
)
def test_what_is_right_is_not_accused(faults: Callable[[str, str], list[str]], page: str, text: str) -> None:
    assert faults(page, text) == []


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        (
            "book/references.bib",
            "@misc{known2024, title={T}}\n\n@misc{known2024, title={U}}\n",
            "book/references.bib:3: not BibTeX: repeated bibliography entry: known2024",
        ),
        (
            "book/references.bib",
            "@misc{known2024, title={T}}\n@misc{other, title=\n",
            "book/references.bib:3: not BibTeX",
        ),
        ("data/claims.yml", "a-claim: {statement: x, value: 1}\nb: [\n", "data/claims.yml:3: not YAML"),
        (
            "data/claims.yml",
            "a-claim: {statement: x, value: 1}\nb: {value: 1}\n",
            "data/claims.yml:2: the entry 'b' has",
        ),
        ("data/related.yml", "- one\n", "data/related.yml:1: holds list, not named entries"),
        ("book/publication.yml", "title: [\n", "book/publication.yml:2: not YAML"),
        ("book/editions/other.yml", "title: [\n", "book/editions/other.yml:1: "),
        (
            "notebooks/second.md",
            "---\nkernelspec: {\n---\n# T\n",
            "notebooks/second.md:2: the front matter is not YAML",
        ),
        ("book/words.md", "---\na: [\n---\n# T\n", "book/words.md:2: the front matter is not YAML"),
        (
            "book/words.md",
            "---\ncompute_divide: [a]\n---\n# T\n",
            "book/words.md:1: the front matter's `compute_divide`",
        ),
        (
            "book/words.md",
            "---\ncompute_divide:\n  findng: x\n---\n# T\n",
            "book/words.md:3: the front matter's `compute_divide` has no 'findng'; did you mean finding?",
        ),
        (
            "book/words.md",
            "---\ncompute_divide:\n  keywords: [37 models]\n---\n# T\n",
            "book/words.md:3: the number 37 is typed by hand",
        ),
        ("_toc.yml", "format: [\n", "_toc.yml:1: _toc.yml is not YAML"),
    ],
)
def test_a_broken_file_is_a_problem_and_hides_no_other(
    faults: Callable[[str, str], list[str]], book: Project, file: str, text: str, problem: str
) -> None:
    (book.root / file).write_text(text)
    found = faults("index", "All 86 models.")
    assert len([one for one in found if one.startswith(problem)]) == 1
    others = [one for one in found if not one.startswith(problem)]
    assert ["the number 86" in one for one in others] == ([] if file == "_toc.yml" else [True])


def test_what_would_stand_in_a_broken_file_is_asked_of_no_page(
    faults: Callable[[str, str], list[str]], book: Project
) -> None:
    for file in ("_config.yml", "data/claims.yml"):
        (book.root / file).write_text("a: [\n")
    found = faults("index", "{claim}`any`, {cite:p}`any2024`, {when}`claim:any > 1|a`")
    assert [one.split(":")[0] for one in found] == ["_config.yml", "data/claims.yml"]


def test_a_default_out_of_its_bounds_has_its_line_and_hides_no_other(
    faults: Callable[[str, str], list[str]], book: Project
) -> None:
    path = book.root / "notebooks/second.md"
    path.write_text(path.read_text().replace("= 1\n", "= 0\n"))
    found = faults("index", "{param}`second:factor` of {param}`first:nope`")
    assert "= 0" in path.read_text().split("\n")[int(found[0].split(":")[1]) - 1]
    assert "parameter factor: the default 0 is not allowed" in found[0]
    assert ["'nope'" in one for one in found] == [False, True]


def test_json_is_printed_whatever_is_wrong(
    faults: Callable[[str, str], list[str]], book: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults("index", "All 86 models.")
    (book.root / "_config.yml").write_text("title: [\n")
    monkeypatch.chdir(book.root)
    result = CliRunner().invoke(app, ["check", "--json"])
    rows = json.loads(result.stdout)
    assert result.exit_code == 1
    assert {"file", "line", "problem"} == set(rows[0])
    assert {row["file"] for row in rows} == {"_config.yml", "index.md"}


@pytest.mark.parametrize(
    ("page", "text", "problem"),
    [
        ("book/words", "{result}`first:numbr`", "the chapter first records no result 'numbr'; did you mean number?"),
        ("book/words", "{result}`frist:number`", "no chapter 'frist'; did you mean first?"),
        ("book/words", "{result}`number`", "no chapter 'number'"),
        ("notebooks/first", "{result}`nothing:full`", "the chapter first records no result 'nothing'"),
        ("book/words", "{param}`first:facto`", "the chapter first has no parameter 'facto'; did you mean factor?"),
        ("book/words", "{claim}`another`", "no claim 'another'"),
        ("book/words", "{cite:t}`knwn2024`", "no reference 'knwn2024'; did you mean known2024?"),
        ("book/words", "{cite:p}`known2024,other`", "no reference 'other'"),
        ("book/words", "{term}`wurd`", "the glossary has no 'wurd'; did you mean word?"),
        ("book/words", "{numref}`fig-x`", "nothing is called 'fig-x'"),
        ("book/words", "[x](#no-place)", "nothing is called 'no-place'"),
        ("book/words", "[x](../notebooks/third.md)", "the link ../notebooks/third.md leads to no page"),
        ("book/words", "![x](missing.png)", "the link missing.png leads to no page"),
        ("book/words", "Of 86 models", "the number 86 is typed by hand"),
        ("book/words", "rose to 64.5% today", "the number 64.5% is typed by hand"),
        ("book/words", "```{note}\nThere were 12 of them\n```", "the number 12 is typed by hand"),
        ("book/words", "| a | b |\n|---|---|\n| c | 77 |", "the number 77 is typed by hand"),
        ("book/words", "{when}`first:nmber.low > 1|a|b`", "the chapter first records no result 'nmber'"),
        ("book/words", "```{when} secnd:number.low > 1\nx\n```", "no chapter 'secnd'; did you mean second?"),
        ("notebooks/first", "```{code-cell} python\nprint(undefined_thing)\n```", "the name 'undefined_thing' is not"),
        ("notebooks/first", "```{code-cell} python\nprint(\n```", "not plain Python"),
        ("notebooks/first", "```{code-cell} python\nprint(number, title='It is 42')\n```", "the number 42 is typed"),
        (
            "notebooks/first",
            "```{code-cell} python\nfor key in table.split():\n    record(key, number)\n```",
            "the keys recorded here cannot be checked",
        ),
        # Conditions
        ("book/words", "{when}`first:nope > 1|a`", "the chapter first records no result 'nope'"),
        ("book/words", "{when}`frist:number > 1|a`", "no chapter 'frist'; did you mean first?"),
        ("book/words", "{when}`claim:nope < 1|a`", "no claim 'nope'"),
        ("book/words", "{when}`first:number.lo < 1|a`", "a result has no part 'lo'; did you mean low?"),
        ("book/words", "{when}`first:param.facto < 1|a`", "the chapter first has no parameter 'facto'"),
        ("book/words", "{when}`first:number <|a`", "is not a condition"),
        ("book/words", "{when}`first:number.low|a`", "first:number.low is a value where a condition is wanted"),
        ("book/words", "{when}`first:number > 1`", "takes one to three texts"),
        ("notebooks/first", "{when}`nope < 1|a`", "the chapter first records no result 'nope'"),
        ("notebooks/first", "```{when} nope < 1\nx\n```", "the chapter first records no result 'nope'"),
        ("book/words", "```{when} first:number\nx\n```", "is a value where a condition is wanted"),
        ("book/words", "{when}`known(first:nmber)|a`", "the chapter first records no result 'nmber'"),
        ("book/words", "{when}`known(1)|a`", "known() takes names"),
        ("book/words", "{when}``first:number > 1|{result}`first:nmber` ``", "records no result 'nmber'"),
        ("book/words", "{years}`first:no`", "the chapter first has no parameter 'no_first'"),
        ("book/words", "{when}`first:number > 1|all|37 models`", "the number 37 is typed by hand"),
        ("book/words", "{when}`first:number > 1|a|[b](nope.md)`", "the link nope.md leads to no page"),
        # Formats and names
        ("book/words", "{result}`first:number:fulll`", "no format 'fulll' of a result; did you mean full?"),
        ("notebooks/first", "{result}`number:fulll`", "no format 'fulll' of a result; did you mean full?"),
        ("book/words", "{claim}`a-claim:valu`", "no format 'valu' of a claim; did you mean value?"),
        ("book/words", "```{finding} first:number:full\nx\n```", "no format 'full' of a result"),
        ("book/words", "{reslt}`first:number`", "there is no role {reslt}; did you mean result?"),
        ("book/words", "```{waring}\nx\n```", "there is no directive {waring}; did you mean warning?"),
        # Links and files
        ("book/words", "[x](../index.md#nope)", "nothing is called 'nope'"),
        ("book/words", "```{include} nope.md\n```", "the link nope.md leads to no page"),
        ("book/words", "```{figure} nope.png\nx\n```", "the link nope.png leads to no page"),
        ("book/words", "{download}`data <nope.csv>`", "the link nope.csv leads to no page"),
        ("book/words", '<p>\n<a href="nope.html">x</a></p>', "the address nope.html leads to no page"),
        ("book/words", 'See <a href="nope.html">x</a>.', "the address nope.html leads to no page"),
        # Numbers in other places
        ("book/words", "<div>\n<p>37 models</p>\n</div>", "the number 37 is typed by hand"),
        ("book/words", "```{admonition} All 37 models\nx\n```", "the number 37 is typed by hand"),
        ("book/words", "```{image} ../a.svg\n:alt: all 37 models\n```", "the number 37 is typed by hand"),
        ("book/words", '[x](../index.md "37 models")', "the number 37 is typed by hand"),
        ("book/words", "{ref}`37 models <a-place>`", "the number 37 is typed by hand"),
        ("book/words", "```{glossary}\n37 models\n    All.\n```", "the number 37 is typed by hand"),
        ("book/words", "```{glossary}\nWord\n    Again.\n```", "the term 'Word' is explained already, at index.md:6"),
        # Code
        (
            "notebooks/first",
            "```{code-cell} python\nprint(columns={'x': str('Models of 37')})\n```",
            "the number 37 is typed by hand",
        ),
        (
            "notebooks/first",
            "```{code-cell} python\nprint(description=' '.join(f'37% {n}' for n in table))\n```",
            "the number 37% is typed by hand",
        ),
        ("notebooks/first", "```{code-cell} python\nprint(later)\nlater = 1\n```", "the name 'later' is not defined"),
        (
            "notebooks/first",
            "```{code-cell} python\ndel number\nprint(number)\n```",
            "the name 'number' is not defined",
        ),
        ("notebooks/first", "```{code-cell} python\nimport nosuchmodule\n```", "no module nosuchmodule"),
        (
            "notebooks/first",
            "```{code-cell} python\nfrom bookpress.book.results import nosuch\n```",
            "the module bookpress.book.results has no 'nosuch'",
        ),
        (
            "notebooks/first",
            "```{code-cell} python\n:tags: [parameters]\nother: int = 1\n```",
            "a second cell is tagged `parameters`",
        ),
        ("book/editions/other", "chapters: [nowhere]", "no chapter 'nowhere'"),
    ],
)
def test_each_kind_of_fault_is_found(
    faults: Callable[[str, str], list[str]], book: Project, page: str, text: str, problem: str
) -> None:
    if page.startswith("book/editions"):
        path = book.root / f"{page}.yml"
        path.write_text(path.read_text() + text)
        found, where = [str(one) for one in check(book)], f"{page}.yml"
    else:
        found, where = faults(page, text), f"{page}.md"
    assert len(found) == 1
    assert found[0].startswith(f"{where}:")
    assert problem in found[0]


def test_the_line_is_that_of_the_file(faults: Callable[[str, str], list[str]], book: Project) -> None:
    text = (
        "One.\n\n```{note}\nfine\n\nhere: 99\n```\n\n```{code-cell} python\n:tags: [hide-input]\n\nx = 1\ny = nope\n```"
    )
    found = faults("notebooks/first", text)
    lines = (book.root / "notebooks/first.md").read_text().split("\n")
    assert [lines[int(problem.split(":")[1]) - 1] for problem in found] == ["here: 99", "y = nope"]


def test_a_chapter_outside_the_table_of_contents_is_named(
    book: Project, faults: Callable[[str, str], list[str]], chapter_source: Callable[..., str]
) -> None:
    (book.root / "notebooks/third.md").write_text(chapter_source("Third"))
    assert faults("index", "") == ["notebooks/third.md:1: not in _toc.yml"]


def test_a_page_that_is_missing_is_named(book: Project) -> None:
    (book.root / "book/words.md").unlink()
    assert [str(problem) for problem in check(book)] == ["_toc.yml:1: lists book/words.md: no such file"]


def test_front_matter_excuses_a_number(book: Project, faults: Callable[[str, str], list[str]]) -> None:
    path = book.root / "book/words.md"
    own = '---\ncompute_divide:\n  literals: ["24 chip-hours"]\n  finding: "see {result}`first:nope`"\n---\n'
    path.write_text(own + path.read_text())
    found = faults("book/words", "Eight chips for three hours are 24 chip-hours.")
    assert found == ["book/words.md:4: the chapter first records no result 'nope'; there are: number"]


@pytest.mark.parametrize(
    "text",
    [
        "in 2012, 2010-14, 2010–2014, the 2010s, 2023-03, 2026-11-24",
        "95% intervals",
        "an H100, GPT-4, a P100, V100s",
        "Python 3.11, version 1.2, section 3, CC BY 4.0",
        "near 0 or 1.",
        "16-bit and 32-bit numbers",
        "no number at all",
        "24 November 2026, November 24, the 3rd, the 21st century, a 24-hour day",
        "arXiv:2401.02452v2, 10.1000/182.3, https://example.org/37",
        "the middle 95% of the draws; a share (95%; papers); 95% Wilson intervals; at 95%",
        "the 2012 models, models of 2012",
    ],
)
def test_what_may_stand_in_prose(text: str) -> None:
    assert typed_numbers(text) == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("64%", ["64%"]),
        ("1.5 times", ["1.5"]),
        ("1,050 models", ["1,050"]),
        ("0.5", ["0.5"]),
        ("10 of 12", ["10", "12"]),
        ("100%", ["100%"]),
        ("almost-37", ["37"]),
        ("95% of models", ["95%"]),
        ("2000 models", ["2000"]),
    ],
)
def test_what_may_not(text: str, numbers: list[str]) -> None:
    assert typed_numbers(text) == numbers


@pytest.mark.parametrize(
    ("cells", "names"),
    [
        (["a = 1", "b = a"], []),
        (["b = a", "a = 1"], ["a"]),
        (["def f():\n    return later", "later = 1", "f()"], []),
        (["def f():\n    return never"], ["never"]),
        (["[x for x in y]", "y = []"], ["y"]),
        (["[x for x in range(3) if x]"], []),
        (["import os.path as p", "p, os"], ["os"]),
        (["for i in 1, 2: pass", "i"], []),
        (["with open('x') as f: pass", "f"], []),
        (["try:\n    1\nexcept ValueError as e:\n    print(e)"], []),
        (["class A:\n    b = c\n    def d(self):\n        return A, e"], ["c", "e"]),
        (["def f():\n    global g\n    g = 1", "g"], []),
        (["(n := 3)", "n"], []),
        (["lambda q: q + r"], ["r"]),
        (["match 1:\n    case int(v): v"], []),
        (["display(1); get_ipython()"], []),
        (["x: int = 1", "x += z"], ["z"]),
        (["from m import *\nx"], []),
        (["from math import *\nsqrt, nope"], ["nope"]),
        (["a\na = 1"], ["a"]),
        (["a = 1\ndel a\na"], ["a"]),
        (["a = 1", "del a", "a"], ["a"]),
        (["a = a"], ["a"]),
        (["if 1:\n    a = 1\nelse:\n    b = 1\na, b"], []),
        (["for i in []:\n    if i: p\n    p = i"], []),
        (["try:\n    import x\nexcept ImportError:\n    x = 1\nx"], []),
        (["def f(a=b): pass\nb = 1"], ["b"]),
        (["@late\ndef f(): pass\ndef late(): pass"], ["late"]),
        (["{k: v for k, v in [] if w}; k"], ["w", "k"]),
        (["[y := x for x in [1]]; y"], []),
        (["match 1:\n    case {'a': q, **rest}: q, rest\n    case [*more]: more"], []),
        (["a: int\na"], ["a"]),
        (["async def f(): return g", "await f()"], ["g"]),
        (["def top(a): return a"], []),
        (["class A:\n    def f(self) -> A: return self"], []),
        (["class A:\n    def f(self) -> B: return self"], ["B"]),
    ],
)
def test_undefined_names(cells: list[str], names: list[str]) -> None:
    assert [found.text for found in undefined_names([Cell(i, source) for i, source in enumerate(cells)])] == names


@pytest.mark.parametrize(
    ("source", "patterns"),
    [
        ("record('a', x)", ["a"]),
        ("record(key='a', estimate=x)", ["a"]),
        ("record(f'a_{n}', x)", [r"a_\w*"]),
        ("for n in ['x', 'y']:\n    record(f'a_{n}', x)", ["a_x", "a_y"]),
        ("for n, (u, v) in {'x': (1, 'p'), 'y': (2, 'q')}.items():\n    record(f'{n}_{v}', u)", ["x_p", "y_q"]),
        ("m = {'x': 1}\nfor n in m:\n    record(n, x)", ["x"]),
        ("for n in unknown():\n    record(n, x)", [r"\w*"]),
        ("for n in ['x']:\n    n = n.upper()\n    record(n, x)", ["X"]),
        ("def counted(key, k):\n    record(key, k)\ncounted('a', 1)\ncounted('b', 2)", ["a", "b"]),
        ("def counted(key):\n    record(key, 1)\nframe.apply(counted)", [r"\w*"]),
        ("def twice(key, end='_two'):\n    return key + end\nrecord(twice('a'), 1)", ["a_two"]),
        ("def f(n):\n    return f(n)\nrecord(f('a'), 1)", [r"\w*"]),
        ("if x:\n    record('a', x)\nelse:\n    record('b', x)", ["a", "b"]),
        ("if x:\n    k = 'a'\nelse:\n    k = 'b'\nrecord(k, x)", ["(?:a|b)"]),
        ("for n in ['a', 'b']:\n    if n == 'a':\n        record(f'{n}_k', x)", ["a_k"]),
        ("for n in ['a', 'b']:\n    if x:\n        break\nrecord(n, x)", [r"\w*"]),
        ("names = {'p': 'one', 'q': 'two'}\nfor n in thing:\n    record(f'{names[n]}_k', x)", ["(?:one|two)_k"]),
        ("q = {'a': F(1), 'b': F(2)}\nd = {k: v.f() for k, v in q.items()}\nfor k in d:\n    record(k, 1)", ["a", "b"]),
        ("for k, (n, _) in zip(['a', 'b'], {'c': 1, 'd': 2}.items()):\n    record(f'{k}_{n}', 1)", ["a_c", "b_d"]),
        ("d = {}\nfor k in 'a', 'b':\n    d[k, 'x'] = 1\nfor k, end in d:\n    record(k + end, 1)", ["ax", "bx"]),
        ("rows = []\nfor k in ['a-b']:\n    rows.append(k.split('-')[0])\nfor k in rows:\n    record(k, 1)", ["a"]),
        ("rows = ['a']\nrows.sort()\nfor k in rows:\n    record(k, 1)", [r"\w*"]),
        ("for i, k in enumerate(['a', 'b', 'c'][1:]):\n    record(f'{k}_{i}', 1)", ["b_0", "c_1"]),
        ("record('a' if x else 'b', 1)", ["(?:a|b)"]),
        ("[record(k, 1) for k in ('a', 'b') if k != 'a']", ["b"]),
        ("note = record\nnote('a', 1)", ["a"]),
        ("from bookpress.book.results import record as note\nnote('a', 1)", ["a"]),
        ("from bookpress.book.editions import DEFAULT as d\nrecord(d, 1)", ["default"]),
        ("from bookpress.book.conditions import PARTS\nfor p in PARTS[:2]:\n    record(p, 1)", ["value", "low"]),
        ("from nosuch import A\nfor a in A:\n    record(a, 1)", [r"\w*"]),
        ("while x:\n    k = 'a'\n    record(k, x)", ["a"]),
        ("try:\n    k = 'a'\nexcept E:\n    k = 'b'\nrecord(k, x)", ["(?:a|b)"]),
        ("with x:\n    record('a', x)", ["a"]),
        ("match x:\n    case 1:\n        record('a', x)", ["a"]),
        ("not python (", []),
    ],
)
def test_recorded_keys(source: str, patterns: list[str]) -> None:
    assert [key.pattern for key in recorded_keys([source])] == patterns


def test_what_takes_too_long_to_follow_cannot_be_checked() -> None:
    loops = "for i in range(900):\n    for j in range(900):\n        record(f'{i}_{j}', 1)"
    assert r"899_\w*" in [key.pattern for key in recorded_keys([loops])]
    calls = "".join(f"def f{n}():\n    f{n + 1}()\n    f{n + 1}()\n" for n in range(20))
    keys = recorded_keys([calls + "def f20():\n    record('a', 1)\nf0()"])
    assert [key.is_open for key in keys] == [False, True]


def test_a_parameter_in_a_key_may_have_any_value_that_it_allows() -> None:
    cell = "from typing import Literal\nside: Literal['l', 'r'] = 'l'\nsize: int = 1"
    given = possible_values(read_parameters(cell))
    keys = recorded_keys([cell, "record(f'a_{side}', 1)\nrecord(f'b_{size}', 1)"], given)
    assert [(key.pattern, key.cell, key.line) for key in keys] == [("a_(?:l|r)", 1, 1), (r"b_\w*", 1, 2)]
    assert [key.fullmatch("a_l") for key in keys] == [True, False]


def test_a_page_is_read_with_its_lines() -> None:
    items = read_page(
        "---\na: 1\n---\n\n# T\n\n- x {r}`c`\n  y\n\n:::{note} arg\n:name: here\n\ntext\n:::\n",
        frozenset({"colon_fence"}),
    )
    assert [(item.kind, item.line, item.name, item.content) for item in items] == [
        ("text", 5, "", "T"),
        ("text", 7, "", "x "),
        ("role", 7, "r", "c"),
        ("text", 8, "", "y"),
        ("directive", 10, "note", "arg"),
        ("text", 10, "", "arg"),
        ("target", 10, "", "here"),
        ("text", 13, "", "text"),
    ]


def test_the_book_itself_is_clean() -> None:
    assert [str(problem) for problem in check(Project.at(Path(__file__).parents[2]))] == []


def test_every_key_of_the_book_can_be_told_from_a_wrong_one() -> None:
    for slug, page in Book(Project.at(Path(__file__).parents[2])).chapters.items():
        assert [key.pattern for key in page.keys if key.fullmatch("nope")] == [], slug


def test_formats_and_names_are_those_of_the_pages() -> None:
    assert tuple(numbers.FORMATS) == markup.RESULT_FORMATS
    assert all(markup.is_role(name) for name in ("result", "param", "claim", "related", "when", "term", "cite:t"))
    quoted = Quoted(id="a", statement="one", value=1.0, unit="count", provenance="read")
    store = Store()
    store.quoted["claim:a"] = quoted
    for how in markup.QUOTE_FORMATS:
        assert value_text("claim", "claim:a", how, store)
