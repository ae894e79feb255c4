"""What `scripts/limits.py` reports about modules over a limit, one line each."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "limits.py"


def said_of(*folders):
    words = [sys.executable, SCRIPT, *folders]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def body(lines):
    return "".join(f"    x_{number} = {number}\n" for number in range(lines))


DOCUMENTED = '    """Do.\n\n    Say more.\n    """\n'
REFUSED = {
    "a long function": (
        {"a.py": f"def work():\n{DOCUMENTED}{body(60)}"},
        "a.py:1: long-function work has 61 lines: at most 60",
    ),
    "a sixth parameter": (
        {"a.py": "def work(a, b, c, *, d, e, f=1):\n    pass\n"},
        "a.py:1: many-parameters work takes 6: at most 5",
    ),
    "a long module": (
        {"a.py": "x = 1\n" * 501},
        "a.py:1: long-module 501 lines of code: a module has at most 500",
    ),
    "two classes of a name": (
        {"a.py": "class Order:\n    pass\n", "b.py": "\nclass Order:\n    pass\n"},
        "b.py:2: name-of-two Order is a class of {home}/a.py:1 too",
    ),
    "a long line of a style": (
        {"a.css": f"p {{ margin: 0; }} /* {'x' * 90} */\n"},
        "a.css:1: long-line 113 characters: a line has at most 100",
    ),
    "a long line of a template": (
        {"a.html": f"<p>\n  {'x' * 100}\n</p>\n"},
        "a.html:2: long-line 102 characters: a line has at most 100",
    ),
    "values packed": (
        {"a.py": "a, b = 1, 2\n"},
        "a.py:1: packed several values in one assignment: give each a statement",
    ),
}


@pytest.mark.parametrize(("files", "line"), REFUSED.values(), ids=REFUSED)
def test_it_refuses(files, line, tmp_path):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    expected = f"{tmp_path}/{line.format(home=tmp_path)}"
    assert said_of(tmp_path) == (1, [expected])


TAKEN = {
    "sixty lines and a docstring": f"def work():\n{DOCUMENTED}{body(59)}",
    "sixty lines and two options": f"def run(\n    a: opt.A,\n    b: opt.B,\n):\n{body(58)}",
    "five parameters and self": "class A:\n    def work(self, a, b, c, d, e):\n        pass\n",
    "options of a command": "def run(a: opt.A, b: opt.B, c: opt.C, d: opt.D, e: opt.E, f: opt.F): ...",
    "five hundred lines and as many empty ones": "x = 1\n\n" * 500,
}


@pytest.mark.parametrize("text", TAKEN.values(), ids=TAKEN)
def test_it_takes(text, tmp_path):
    (tmp_path / "a.py").write_text(text)
    assert said_of(tmp_path) == (0, [])


@pytest.mark.heavy
def test_the_project_keeps_to_the_limits():
    assert said_of() == (0, [])
