"""`compute-divide check`: each kind of fault is found, with its file and line, and nothing is run."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import jupytext  # noqa: F401 - asks for the version of pandoc when it is first imported
import pytest

from compute_divide.press.check import Book, check, typed_numbers
from compute_divide.press.code import Cell, undefined_names
from compute_divide.press.keys import possible_values, recorded_keys
from compute_divide.press.parameters import read_parameters
from compute_divide.press.project import Project
from compute_divide.press.prose import read_page


@pytest.fixture
def faults(book: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], list[str]]:
    """Return what is found when this text stands at the end of a page."""

    def no_process(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", no_process)
    (book.root / "book/references.bib").write_text("@misc{known2024, title={T}, author={A B}, year={2024}}\n")
    (book.data / "claims.yml").write_text("a-claim: {value: 1}\n")
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
        "{term}`words <word>`; {ref}`a-place`; [there](#a-place); [page](words.md#x); {claim}`a-claim:value`; "
        "{when}`first:number.low > 1|yes|no`; `64` and {math}`10^{25}`.\n\n"
        "```{when} first:number.value > 2\nMore in 2012.\n```\n"
    )
    assert faults("book/words", text) == []
    assert faults("notebooks/first", "Here it is {result}`number:interval`.\n") == []


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
        (["from m import *"], []),
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
        ("from compute_divide.press.results import record as note\nnote('a', 1)", ["a"]),
        ("from compute_divide.press.editions import DEFAULT as d\nrecord(d, 1)", ["default"]),
        ("from compute_divide.press.conditions import PARTS\nfor p in PARTS[:2]:\n    record(p, 1)", ["value", "low"]),
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
        ("target", 10, "", "here"),
        ("text", 13, "", "text"),
    ]


def test_the_book_itself_is_clean() -> None:
    assert [str(problem) for problem in check(Project.at(Path(__file__).parents[2]))] == []


def test_every_key_of_the_book_can_be_told_from_a_wrong_one() -> None:
    for slug, page in Book(Project.at(Path(__file__).parents[2])).chapters.items():
        assert [key.pattern for key in page.keys if key.fullmatch("nope")] == [], slug
