"""The subject as a distribution: installed from a clone, it has its tables with it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import compute_divide as cd

ROOT = Path(__file__).parents[2]
LINES = """
import compute_divide as cd
from compute_divide.sources.store.files import data_dir
print(data_dir())
print(cd.__file__)
print(len(cd.data.models("2026-08")))
print(cd.data.claims()["industry-share-2022"].name)
"""


@pytest.fixture(scope="module", name="place")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with what an installer would unpack."""
    folder = tmp_path_factory.mktemp("wheel")
    uv = [sys.executable, "-m", "uv"]
    options = ["--quiet", "--offline", "--no-build-isolation", "--python", sys.executable]
    subprocess.run([*uv, "build", "--wheel", *options, "--out-dir", folder, ROOT], check=True)
    [wheel] = folder.glob("*.whl")
    target = ["--no-deps", "--target", folder / "site"]
    subprocess.run(
        [*uv, "pip", "install", "--quiet", "--offline", *target, wheel], check=True, cwd=folder
    )
    return folder / "site"


def test_tables_are_read_in_any_folder(place: Path, tmp_path: Path) -> None:
    variables = {**os.environ, "PYTHONPATH": str(place)}
    variables.pop("COMPUTE_DIVIDE_DATA", None)
    done = subprocess.run(
        [sys.executable, "-c", LINES], cwd=tmp_path, env=variables, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    folder, module, rows, name = done.stdout.splitlines()
    assert Path(folder).is_relative_to(place)
    assert Path(module).is_relative_to(place)
    assert int(rows) == len(cd.data.models("2026-08"))
    assert name == cd.data.claims()["industry-share-2022"].name
