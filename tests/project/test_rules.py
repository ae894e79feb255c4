"""The rules of the project that a machine can hold."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BINARY = {".png", ".parquet", ".gz", ".ico", ".woff2"}


def tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def texts():
    return {path: path.read_text(encoding="utf-8") for path in tracked() if path.suffix not in BINARY}


def test_the_layers_import_only_downwards():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_no_file_names_a_package_registry():
    hosts = re.compile(r"(?:pypi|pythonhosted|npmjs|anaconda)\.(?:org|com)", re.IGNORECASE)
    here = Path(__file__)
    found = [str(path.relative_to(ROOT)) for path, text in texts().items() if path != here and hosts.search(text)]
    assert found == []


def test_no_file_holds_a_path_of_the_machine_it_was_written_on():
    home = re.compile(re.escape(str(ROOT.parent)) + r"/|(?<![\w.])/(?:root|home/\w+)/")
    found = [str(path.relative_to(ROOT)) for path, text in texts().items() if home.search(text)]
    assert found == []


def test_modules_stay_short():
    long = {
        str(path.relative_to(ROOT)): lines
        for path, text in texts().items()
        if path.suffix == ".py" and path.is_relative_to(ROOT / "src") and (lines := text.count("\n")) > 400
    }
    assert long == {}


@pytest.mark.raw
def test_no_raw_file_is_copied_into_the_project():
    raw = os.environ.get("COMPUTE_DIVIDE_RAW")
    if not raw:
        pytest.skip("NOT TESTED: set COMPUTE_DIVIDE_RAW to the folder of the raw files")
    sources = {hashlib.sha256(path.read_bytes()).hexdigest() for path in Path(raw).rglob("*") if path.is_file()}
    copied = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.stat().st_size and hashlib.sha256(path.read_bytes()).hexdigest() in sources
    ]
    assert copied == []
