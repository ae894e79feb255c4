"""One version of the book, its package and what both say to others; one of the press."""

import json
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import yaml

import bookpress
from bookpress.cite.book import load_book

ROOT = Path(__file__).parents[2]


def test_book_package_and_records_have_one_version():
    said = load_book(ROOT).version
    assert version("compute-divide") == said
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == said
    for name in ("codemeta.json", ".zenodo.json"):
        assert json.loads((ROOT / name).read_text())["version"] == said


def test_the_press_has_its_own():
    press = tomllib.loads((ROOT / "src/bookpress/pyproject.toml").read_text())["project"]["version"]
    assert bookpress.__version__ == version("bookpress") == press
    changes = (ROOT / "src/bookpress/CHANGELOG.md").read_text()
    assert re.search("^## ([0-9.]+)", changes, re.MULTILINE)[1] == press


def test_it_stands_in_one_place():
    for path in [*(ROOT / "src").rglob("*.py"), ROOT / "pyproject.toml"]:
        assert not re.search(r"""^(__version__|version) *= *["']""", path.read_text(), re.MULTILINE)
