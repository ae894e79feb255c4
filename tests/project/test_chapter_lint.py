"""What `scripts/chapters.py` refuses in the code of a chapter, and what it leaves alone."""

import subprocess
import sys
from pathlib import Path

import jupytext
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import chapters
from chapter_cells import metadata_of, read_chapter

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "chapters.py"

FRONT = f"""\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
    format_version: 0.13
    jupytext_version: {jupytext.__version__}
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---
"""
CHAPTER = (
    FRONT
    + """
# Who trains the largest models

```{code-cell} ipython3
import pandas as pd

import compute_divide as cd
from compute_divide.choices import Count
from compute_divide.choices.models import Vintage
```

```{code-cell} ipython3
:tags: [parameters]

vintage: Vintage = "2026-08"  # snapshot of the models database
top_k: Count = 10  # how many runs of a year are the largest [runs]
```

Prose  keeps *its*   blanks, and {result}`a:counts` its role.

```{code-cell} ipython3
runs = cd.largest_runs(vintage, top_k)
early, late = cd.two_shares(pd.DataFrame(runs))
```

```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-tiles
    caption: |
      They made {result}`a:counts` of the runs of {years}`early`, and it's {result}`b` since {holds}`fell(late, early)`

      Each tile: a training run, a row a year, the largest at the left # and 100% of "them".
  image:
    alt: "Tiles: {result}`a:counts`, one a training run, coloured by the type of the team, a row a year."
tags: [wide]
---
cd.plot.run_tiles(runs)
```

{numref}`fig-tiles` shows them.
"""
)


def page(*codes, head=""):
    """Return a chapter with cells; the code of the first begins in the line behind its head."""
    return "# Who\n\n" + "\n".join(
        f"```{{code-cell}} ipython3\n{head}{one}\n```\n" for one in codes
    )


@pytest.fixture
def said(tmp_path, capsys):
    """Return what a command says of chapters, each line without its folder, and how it ends."""

    def run(command, *texts):
        files = [tmp_path / f"{number}.md" for number in range(len(texts))]
        for file, text in zip(files, texts, strict=True):
            file.write_text(text, encoding="utf-8")
        code = getattr(chapters, command)(files)
        return code, capsys.readouterr().out.replace(f"{tmp_path}/", "").splitlines()

    return run


def shaped(text):
    [formatted] = chapters.formatted([read_chapter("a.md", text)])
    return formatted


def test_a_clean_chapter_passes_and_is_not_written(said, tmp_path):
    assert said("lint", CHAPTER) == (0, [])
    before = (tmp_path / "0.md").stat()
    assert chapters.format_chapters([tmp_path / "0.md"]) == 0
    assert (tmp_path / "0.md").stat() == before


def test_the_command_line_names_findings_and_ends_with_one(tmp_path):
    (tmp_path / "a.md").write_text(page("x = 1", "y = z"), encoding="utf-8")
    words = [sys.executable, SCRIPT, "lint", "--only", "a.md"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "a.md:8: F821 Undefined name `z`\n")


@pytest.mark.parametrize("command", ["lint", "format"])
def test_a_file_that_is_not_there_is_one_line(command, tmp_path):
    words = [sys.executable, SCRIPT, command, "--only", "none.md"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "none.md" in done.stderr


REFUSED = {
    "a long cell": (page("\n".join(f"x_{n} = {n}" for n in range(16))), 4, "long-cell 16 lines"),
    "many parameters": (
        page("\n".join(f"x_{n} = {n}" for n in range(16)), head=":tags: [parameters]\n\n"),
        6,
        "long-cell 16 lines",
    ),
    "blank lines count": (page("x = 1" + "\n" * 15 + "y = 1"), 4, "long-cell 16 lines"),
    "a wide line": (page("x = 1", f"# {'a' * 99}"), 8, "long-line 101 characters"),
    "a wide line without a blank": (page(f'x = "{"a" * 95}"'), 4, "long-line 101 characters"),
    "a wide expression": (
        page("x = 1") + "\nIt fell. {holds}`fell(\nx, " + "y" * 101 + ")`\n",
        8,
        "long-expression 106 characters",
    ),
    "two statements": (page("x = 1; y = 2"), 4, "E702"),
    "a statement behind its head": (page("x = 1\nif x: y = 2"), 5, "E701"),
    "values packed": (page("x = 1\na, b = abs(x), abs(-x)"), 5, "packed"),
    "values packed in a function": (page('def f(x):\n    "Do."\n    a, b = x, 1'), 6, "packed"),
    "values packed by a choice": (page("x = 1\na, b = (x, 1) if x else (2, 3)"), 5, "packed"),
    "a generator unpacked": (page("a, b = (abs(x) for x in (1, 2))"), 4, "packed"),
    "a comprehension unpacked": (page("[a, b] = [abs(x) for x in (1, 2)]"), 4, "packed"),
    "a map unpacked": (page("a, b = map(abs, (1, 2))"), 4, "packed"),
    "a generator in a tuple": (page("a, b = tuple(abs(x) for x in (1, 2))"), 4, "packed"),
    "another package": (page("import altair as alt\n\nalt.Chart"), 4, "import of altair:"),
    "another short name": (page("import pandas\n\npandas.NA"), 4, "import of pandas:"),
    "a part of the package": (
        page("from compute_divide.plot import bars\n\nbars"),
        4,
        "import of compute_divide.plot:",
    ),
    "what derives the tables": (
        page("from compute_divide_evidence import catalogue\n\ncatalogue"),
        4,
        "import of compute_divide_evidence:",
    ),
    "an import in a function": (
        page('def f():\n    "Do."\n    from bookpress.chapter import legacy\n\n    return legacy'),
        6,
        "import of bookpress.chapter:",
    ),
    "types without parameters": (
        page("from compute_divide.choices import Count\n\nn: Count = 1"),
        4,
        "import of compute_divide.choices:",
    ),
    "types below the parameters": (
        page("x = 1", head=":tags: [parameters]\n\n")
        + "\n"
        + page("from compute_divide.choices.numbers import Count\n\nn: Count = x"),
        12,
        "import of compute_divide.choices.numbers:",
    ),
    "what only begins like the types": (
        page(
            "from compute_divide.choices_of import Count\n\nCount = 1",
            head=":tags: [parameters]\n\n",
        ),
        6,
        "import of compute_divide.choices_of:",
    ),
    "a rule of the project": (page("x = 1", 'x = f"a"'), 8, "F541"),
    "code out of shape": (page("x = 1\ny = [1,2]"), 5, "format"),
    "metadata out of shape": (
        page("print(1)", head='---\nmystnb:\n  figure:\n    caption: "A."\n---\n'),
        7,
        "format",
    ),
    "no Python": (page("x = 1", "y = 2\nx = (\n"), 9, "unreadable the cell is no Python"),
    "code that goes on in the next cell": (page("x = (", ")"), 4, "unreadable"),
    "no metadata": (page("x = 1", head="---\na: 1\nb: c: d\n---\n"), 6, "unreadable the metadata"),
    "metadata that are a word": (page("x = 1", head="---\nword\n---\n"), 4, "unreadable"),
    "a comment among metadata": (
        page("x = 1", head="---\nmystnb: # why\n  figure: {name: fig-a}\n---\n"),
        4,
        "comment",
    ),
}


@pytest.mark.parametrize(("text", "line", "message"), REFUSED.values(), ids=REFUSED)
def test_it_refuses(said, text, line, message):
    code, lines = said("lint", text)
    assert code == 1
    assert any(one.startswith(f"0.md:{line}: {message}") for one in lines), lines


TAKEN = {
    "fifteen lines and a head": page(
        "\n" + "\n".join(f"x_{n} = {n}" for n in range(15)), head=":tags: [a]\n"
    ),
    "a function's values": page("a, b = divmod(7, 2)"),
    "pairs in a loop": page("for a, b in [(1, 2)]:\n    print(a, b)"),
    "a list": page("a = [1, 2]"),
    "a wide line of prose": f"# Who\n\n{'word ' * 40}\n",
    "no code": page(""),
    "a magic": page("%time 3"),
    "a table at the end of a cell": page("x = 1\nx"),
}


@pytest.mark.parametrize("text", TAKEN.values(), ids=TAKEN)
def test_it_takes(said, text):
    assert said("lint", text) == (0, [])


@pytest.mark.parametrize("tag", sorted(chapters.HIDING))
def test_no_cell_is_hidden(said, tag):
    one = page("x = 1", "x = 2", head=f":tags: [{tag}]\n\n")
    other = page("x = 1", head=f"---\nmystnb:\n  a: 1\ntags: [{tag}]\n---\n")
    code, lines = said("lint", one, other)
    places = ["0.md:4", "0.md:10", "1.md:4"]
    assert (code, lines) == (1, [f"{place}: hidden {tag}: no cell is hidden" for place in places])


def test_the_code_cells_of_the_book_have_at_most_fifteen_lines():
    lengths = {}
    for file in sorted(ROOT.glob("notebooks/*.md")):
        for cell in chapters.read_chapter(file.name, file.read_text("utf-8")).cells:
            lines = len(cell.code.strip("\n").splitlines())
            if lines > 15:
                lengths[f"{file.name}:{cell.line}"] = lines
    assert lengths == {}


def test_a_chapter_that_cannot_be_read_leaves_the_others(said, tmp_path):
    good = page("x = [1,2]")
    code, lines = said("format_chapters", page("x = ("), good)
    assert code == 1
    assert lines == [
        "formatted 1.md",
        "0.md:4: unreadable the cell is no Python: '(' was never closed",
    ]
    assert (tmp_path / "0.md").read_text("utf-8") == page("x = (")
    assert (tmp_path / "1.md").read_text("utf-8") == page("x = [1, 2]")


def test_what_jupytext_rewrites_is_as_it_was():
    saved = jupytext.writes(jupytext.reads(CHAPTER, "md:myst"), "md:myst")
    assert saved != CHAPTER
    assert shaped(saved) == CHAPTER


def test_only_cells_change():
    text = CHAPTER.replace("(vintage, top_k)", "( vintage,top_k )").replace("tags: [p", "tags:  [p")
    assert text.count("tags:  [p") == 1
    assert shaped(text) == CHAPTER.replace("tags: [p", "tags:  [p")


def test_line_ends_stay(said, tmp_path):
    (tmp_path / "a.md").write_bytes(page("x = [1,2]").replace("\n", "\r\n").encode())
    assert chapters.format_chapters([tmp_path / "a.md"]) == 0
    assert (tmp_path / "a.md").read_bytes() == page("x = [1, 2]").replace("\n", "\r\n").encode()


def test_the_pattern_of_new_chapters_stays_a_pattern():
    text = page(
        "cd.plot(1)", head="---\nmystnb:\n  figure: {name: fig-$slug, caption: $title}\n---\n"
    )
    figure = "mystnb:\n  figure:\n    name: fig-$slug\n    caption: |\n      $title\n"
    assert shaped(text) == page("cd.plot(1)", head=f"---\n{figure}---\n")


words = st.text(st.sampled_from("ab1 \n#:'\"\\{}`|>-%&*!?[],.–é"), max_size=40)
heads = st.fixed_dictionaries(
    {
        "mystnb": st.fixed_dictionaries(
            {},
            optional={
                "figure": st.fixed_dictionaries({"caption": words, "name": words}),
                "image": st.fixed_dictionaries({"alt": words, "width": st.integers()}),
            },
        )
    },
    optional={"tags": st.lists(words, max_size=3)},
)


@settings(deadline=None, max_examples=30)
@given(heads, st.sampled_from(["cd.plot( 1 )", "x = 1\n\n\n", "def f(): pass\nf()", "%time 3"]))
def test_what_is_in_shape_stays_and_says_the_same(entries, code):
    once = shaped(page(code, head=f"---\n{yaml.safe_dump(entries)}---\n"))
    assert shaped(once) == once
    [cell] = read_chapter("a.md", once).cells
    words = metadata_of(cell)
    assert squeezed(words) == squeezed(entries)


def squeezed(value):
    """Return metadata with the words of figures without blanks, in which alone they may differ."""
    if isinstance(value, dict):
        return {key: squeezed(entry) for key, entry in value.items()}
    return value.split() if isinstance(value, str) else value
