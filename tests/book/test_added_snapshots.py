"""Snapshots that are added, before, between and after those published, change no published word."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from book.conftest import command
from book.snapshots import write_snapshot

ADDED = {"2021-12": "2021-12-01", "2025-12": "2025-12-01", "2026-10": "9999"}
"""Vintages, and the day before which their models were published."""


def add(root: Path) -> None:
    for vintage, until in ADDED.items():
        write_snapshot(root / "added.csv", until=until)
        command(root, "data", "add", "models", str(root / "added.csv"), "--vintage", vintage)


@pytest.mark.heavy
def test_the_published_edition_says_the_same(fresh_checkout, built_book):
    add(fresh_checkout)
    command(fresh_checkout, "build")
    for name in ("results.json", "statements.json"):
        made = fresh_checkout / "_build/editions/default" / name
        assert json.loads(made.read_text()) == json.loads((built_book() / name).read_text())


CODE = """
import compute_divide as cd
print(*cd.published_vintages(), *cd.published_vintages("2025-12", with_hardware=True))
"""


def test_a_choice_names_an_added_snapshot(fresh_checkout, monkeypatch):
    before = subprocess.check_output([sys.executable, "-c", CODE], text=True).split()
    add(fresh_checkout)
    monkeypatch.setenv("COMPUTE_DIVIDE_DATA", str(fresh_checkout / "data"))
    after = subprocess.check_output([sys.executable, "-c", CODE], text=True).split()
    assert sorted(after) == sorted([*before, "2025-12"])
