"""The evidence as tests need it: its raw files, and a copy that may be damaged."""

import os
import shutil
from pathlib import Path

import pytest

from compute_divide.sources import catalogue
from compute_divide.sources.store.files import read_bytes, sidecar_name
from compute_divide_evidence.store.writing import seal

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="session")
def raw_dir():
    """Give the folder of the raw files; without one the test is skipped, and says so."""
    folder = os.environ.get("COMPUTE_DIVIDE_RAW")
    if not folder:
        pytest.skip("NOT TESTED: set COMPUTE_DIVIDE_RAW to the folder of the raw files")
    return Path(folder)


CHECKED: set[tuple[str, bytes, bytes]] = set()
"""Tables that were found sound, with their contents: what is the same again is not looked at again."""


@pytest.fixture
def data_copy(tmp_path, monkeypatch):
    """Copy the evidence, so that a test may damage it; it is sound, whatever is being edited by hand."""
    folder, check = tmp_path / "data", catalogue.check

    def check_once(table):
        seen = (table, read_bytes(table), (folder / sidecar_name(table)).read_bytes())
        if seen not in CHECKED:
            check(table)
            CHECKED.add(seen)

    monkeypatch.setattr(catalogue, "check", check_once)
    shutil.copytree(DATA, folder)
    seal(folder)
    monkeypatch.setenv("COMPUTE_DIVIDE_DATA", str(folder))
    return folder
