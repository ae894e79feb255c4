"""Parameters with a default of every kind: a chapter sees values of the kind that it declares."""

import json
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from processes import press, write_files

CHAPTER = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
# Kinds

```{code-cell} ipython3
:tags: [parameters]

from datetime import date

start = date(2000, 1, 31)  # when it begins
word = "x"
code: int | str = "a"
end: date | None = None
pair = (1, 2)
alone = ("a",)
names = ["a", "b"]
counts = {"a": 1}
on = True
share = 0.5
nothing = None
ranges = [(1, 2), ("a", [None])]
by_number = {1: "a"}
```

```{code-cell} ipython3
print([start, end, pair, alone, names, counts, on, share, nothing])
print([word, code, nothing])
```

```{code-cell} ipython3
assert by_number == {1: "a"}
if "a" in names:
    assert ranges == [(1, 2), ("a", [None])]
```
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {
        "_config.yml": "title: Kinds\nauthor: Ada Author\n",
        "_toc.yml": "format: jb-book\nroot: cover\nchapters: [{file: kinds}]\n",
        "cover.md": "# Cover\n",
        "kinds.md": CHAPTER,
        "values.yml": "names: [2001-02-03, x]\nstart: 2001-02-03\n",
    }
    return write_files(tmp_path_factory.mktemp("kinds"), files)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (
            [],
            "[datetime.date(2000, 1, 31), None, (1, 2), ('a',), ['a', 'b'], {'a': 1}, True, 0.5, None]",
        ),
        (
            ["start=2001-02-03", "end=2002-03-04", "pair=[3]", "alone=[]", "counts={}", "share=1"],
            "[datetime.date(2001, 2, 3), datetime.date(2002, 3, 4), (3,), (), ['a', 'b'], {}, "
            "True, 1.0, None]",
        ),
        (
            ["names=[]", "on=false", 'nothing={"b": [null]}'],
            "[datetime.date(2000, 1, 31), None, (1, 2), ('a',), [], {'a': 1}, False, 0.5, "
            "{'b': [None]}]",
        ),
    ],
)
def test_a_chapter_sees_values_of_the_kinds_it_declares(
    home: Path, words: Sequence[str], shown: str
) -> None:
    options = [part for word in words for part in ("-p", word)]
    assert printed(home, *options) == shown


def test_dates_in_a_file_of_values_are_taken(home: Path) -> None:
    shown = printed(home, "--file", "values.yml")
    assert "datetime.date(2001, 2, 3)" in shown
    assert "['2001-02-03', 'x']" in shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ('{code: "12", nothing: "12"}', "['x', '12', '12']"),
        ("{code: 12, nothing: [1, null]}", "['x', 12, [1, None]]"),
        ('{word: "null", nothing: "null", code: "true"}', "['null', 'true', 'null']"),
        ("{word: null}", "word: null is not allowed; allowed: any text"),
        ("{word: yes}", "word: true is not allowed; allowed: any text"),
        ("{kinds.word: 1.10}", "kinds.word: 1.1 is not allowed; allowed: any text"),
        ("{lost: null}", "chapter kinds has no parameter 'lost'"),
    ],
)
def test_a_value_in_a_file_is_what_it_is_there(
    home: Path, tmp_path: Path, value: str, shown: str
) -> None:
    file = tmp_path / "values.yml"
    file.write_text(value)
    if shown.startswith("["):
        assert printed(home, "--file", str(file), last=True) == shown
    else:
        said = press(home, "run", "kinds", "--file", str(file), code=2, whole=True)
        assert f"{file}: {shown}" in said


def printed(home: Path, *options: str, last: bool = False) -> str:
    press(home, "run", "kinds", *options, "--notebook", "_build/out.ipynb")
    cells = json.loads((home / "_build/out.ipynb").read_text())["cells"]
    text, *_ = [output["text"] for cell in cells for output in cell.get("outputs", ())]
    lines = "".join(text).strip().splitlines()
    return lines[1 if last else 0]


def test_what_is_no_date_is_refused(home: Path) -> None:
    said = press(home, "run", "kinds", "-p", "start=2001-02-30", code=2)
    assert "start: 2001-02-30 is not allowed" in said
    assert "allowed: a date such as 2000-01-31" in said


@pytest.mark.heavy
def test_an_edition_may_choose_them(home: Path) -> None:
    """Its file, unlike that of an edition in every clone, is spelt out in a command."""
    subprocess.run(["git", "init", "-q"], cwd=home, check=True)
    parameters = "{start: 2001-02-03, pair: [3, 4], counts: {b: 2}, kinds.names: [2002-01-01]}"
    write_files(home, {"book/editions/late.yml": f"title: Late\nparameters: {parameters}\n"})
    press(home, "build", "late")
    record = json.loads((home / "_build/editions/late/edition.json").read_text())
    assert record["parameters"]["kinds"]["counts"] == {"b": 2}
    assert "-p start=2001-02-03" in record["command"]
    index = press(home, *shlex.split(record["command"])[1:]).strip()
    again = json.loads((Path(index).parents[1] / "edition.json").read_text())
    assert again["id"] == record["id"]


def test_a_book_with_them_is_built(home: Path) -> None:
    index = press(home, "build", "-p", "start=2001-02-03", "-p", "pair=[5, 6]").strip()
    cells = json.loads((Path(index).parents[1] / "runs/kinds.ipynb").read_text())["cells"]
    declared = next(cell for cell in cells if "parameters" in cell["metadata"].get("tags", ()))
    code = "".join(declared["source"])
    assert "start = date(2001, 2, 3)" in code
    assert "pair = (5, 6)" in code


def test_what_json_would_change_is_no_parameter(home: Path) -> None:
    said = press(home, "params", whole=True)
    assert "by_number is no parameter: `{1: 'a'}` has keys that are no text" in said
