"""One version: that of the book, its package and what both say to others."""

import json
import re
from importlib.metadata import version
from pathlib import Path

import yaml

import bookpress
from bookpress.cite.record import load_book

ROOT = Path(__file__).parents[2]


def test_book_package_and_records_have_one_version():
    said = load_book(ROOT).version
    assert bookpress.__version__ == version("compute-divide") == said
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == said
    for name in ("codemeta.json", ".zenodo.json"):
        assert json.loads((ROOT / name).read_text())["version"] == said


def test_it_stands_in_one_place():
    for path in [*(ROOT / "src").rglob("*.py"), ROOT / "pyproject.toml"]:
        assert not re.search(r"""^(__version__|version) *= *["']""", path.read_text(), re.MULTILINE)
