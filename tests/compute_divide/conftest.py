"""What the tests of evidence and chapters share."""

import os
import shutil
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="session")
def raw_dir():
    """Give the folder of the raw files; without one the test is skipped, and says so."""
    folder = os.environ.get("COMPUTE_DIVIDE_RAW")
    if not folder:
        pytest.skip("NOT TESTED: set COMPUTE_DIVIDE_RAW to the folder of the raw files")
    return Path(folder)


@pytest.fixture
def data_copy(tmp_path, monkeypatch):
    """Copy the evidence, so that a test may damage it."""
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    monkeypatch.setenv("COMPUTE_DIVIDE_DATA", str(folder))
    return folder
