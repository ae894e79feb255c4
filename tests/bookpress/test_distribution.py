"""The press as a distribution: installed alone, offline, in an empty environment, it does its work."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[2]
LANGUAGE = ROOT / "src/holdtrue"
PRESS = ROOT / "src/bookpress"
WHEELS = ROOT / "tests/checkers/wheels"
UV = [sys.executable, "-m", "uv"]
MOST_PACKAGES = 120
MOST_MEGABYTES = 400

BOOK = {
    "_config.yml": "title: Tides\nauthor: Ada Author\n",
    "_toc.yml": "format: jb-book\nroot: cover\nchapters:\n  - file: parts/tides\n",
    "cover.md": "# Tides\n\nA book, see [](parts/tides.md).\n",
    "parts/tides.md": """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---

# Tides

```{code-cell}
:tags: [parameters]

hours = 12  # between two high tides [h]
```

```{code-cell}
from bookpress import Estimate

a_day = Estimate(24 / hours, unit="tides", label="high tides a day")
print("tides", 24 // hours)
```

There are {result}`a_day` a day. {holds}`above_value(a_day, 1)`
""",
}


@pytest.fixture(scope="module", name="wheels")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the wheels of language and press, made of their source distributions."""
    folder = tmp_path_factory.mktemp("dist")
    options = ["--quiet", "--offline", "--no-build-isolation", "--python", sys.executable]
    for part in (LANGUAGE, PRESS):
        subprocess.run([*UV, "build", *options, "--out-dir", folder, part], check=True)
    return sorted(folder.glob("*.whl"))


@pytest.fixture(scope="module", name="place")
def installed(wheels: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an environment with nothing but the press, from wheels that were put aside."""
    if not (WHEELS / "wanted.txt").is_file():
        pytest.fail("the wheels of the press are not put aside: run `make checkers`")
    place = tmp_path_factory.mktemp("empty") / "venv"
    subprocess.run([*UV, "venv", "--quiet", "--python", sys.executable, place], check=True)
    python = str(place / "bin/python")
    aside = ["--offline", "--no-index", "--find-links", str(WHEELS)]
    install = [*UV, "pip", "install", "--quiet", "--python", python]
    subprocess.run([*install, *aside, *wheels], check=True)
    return place


def run(place: Path, *command: object, cwd: Path) -> str:
    variables = {"HOME": str(cwd), "PATH": f"{place / 'bin'}:{os.defpath}"}
    program = place / "bin" / str(command[0])
    done = subprocess.run(
        [program, *map(str, command[1:])], cwd=cwd, env=variables, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_is_small(place: Path) -> None:
    site = next(place.glob("lib/python*/site-packages"))
    assert len([*site.glob("*.dist-info")]) <= MOST_PACKAGES
    sizes = {path.stat().st_ino: path.lstat().st_size for path in site.rglob("*")}
    assert sum(sizes.values()) < MOST_MEGABYTES * 1_000_000
    assert not [*site.glob("compute_divide*")]


def test_a_book_is_built_run_and_cited(place: Path, tmp_path: Path) -> None:
    home = tmp_path / "book"
    for name, text in BOOK.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert "tides has the parameters hours" in run(place, "bookpress", "init", cwd=home)
    run(place, "bookpress", "build", cwd=home)
    page = home / "_build/editions/default/html/parts/tides.html"
    text = re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8"))
    assert "There are 2 tides a day." in text
    assert "\ntides 2\n" in text
    changed = run(place, "bookpress", "run", "tides", "-p", "hours=6", "--json", cwd=home)
    assert json.loads(changed)["tides"]["a_day"]["value"] == 4
    assert "Ada Author" in run(place, "bookpress", "cite", "tides", cwd=home)


def test_what_lacks_is_named_with_its_extra(place: Path, tmp_path: Path) -> None:
    code = "import bookpress\ntry:\n    bookpress.Figure\nexcept ImportError as error:\n    print(error)"
    said = run(place, "python", "-c", code, cwd=tmp_path)
    install = re.escape("bookpress.Figure needs altair: pip install 'bookpress[charts] @ file://")
    assert re.fullmatch(rf"{install}/\S+\.whl'\n", said)


def test_its_papermill_engine_works_alone(place: Path, tmp_path: Path) -> None:
    cells = [
        nbformat.v4.new_code_cell("hours = 12", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("import sys\nprint(24 / hours, sys.argv[0])\nhours"),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, tmp_path / "in.ipynb")
    options = ["--engine", "bookpress", "-p", "hours", "8", "in.ipynb", "out.ipynb"]
    run(place, "papermill", *options, cwd=tmp_path)
    made = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    printed, shown = made.cells[-1].outputs
    assert printed.text == "3.0 bookpress\n"  # a kernel has other arguments
    assert shown.data["text/plain"] == "8"
