"""The book needs nothing of ours to be built or run: plain Jupyter Book and papermill's own command line do it too."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

from book.conftest import shrink
from sampling import LONG

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def chapters() -> list[str]:
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    files = [entry["file"] for part in parts for entry in part["chapters"]]
    return [name.removeprefix("notebooks/") for name in files if name.startswith("notebooks/")]


def run(*words: str | Path, cwd: Path) -> str:
    environment = {**os.environ, "COMPUTE_DIVIDE_DATA": str(cwd / "data")}
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout + done.stderr


def test_plain_jupyter_book_builds_the_book_without_a_warning(fresh_checkout):
    if not LONG:
        shrink(fresh_checkout, "openalex:missing_arxiv", ["openalex"])
    run(BIN / "jupyter-book", "build", ".", "-W", "--keep-going", cwd=fresh_checkout)
    pages = fresh_checkout / "_build" / "html"
    cover = BeautifulSoup((pages / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert "%" in cover.get_text(), "the cover shows no result"
    for slug in chapters() if LONG else ["openalex"]:
        page = BeautifulSoup(
            (pages / "notebooks" / f"{slug}.html").read_text(encoding="utf-8"), "html.parser"
        )
        assert all(image.get("alt") for image in page.select("main img")), slug


@pytest.mark.parametrize("slug", chapters() if LONG else ["introduction"])
def test_papermill_runs_a_chapter_from_its_own_command_line(slug, tmp_path):
    chapter, executed = tmp_path / f"{slug}.ipynb", tmp_path / "executed.ipynb"
    run(
        BIN / "jupytext",
        "--to",
        "ipynb",
        ROOT / "notebooks" / f"{slug}.md",
        "--output",
        chapter,
        cwd=ROOT,
    )
    chosen = ("-p", "vintage", "2023-03") if '"vintage"' in _parameters(chapter) else ()
    run(BIN / "papermill", chapter, executed, *chosen, cwd=ROOT)
    outputs = [
        output
        for cell in json.loads(executed.read_text())["cells"]
        for output in cell.get("outputs", [])
        if "data" in output
    ]
    assert any("application/vnd.vegalite" in kind for output in outputs for kind in output["data"])
    assert not chosen or 'vintage = "2023-03"' in executed.read_text().replace('\\"', '"')


def _parameters(notebook: Path) -> str:
    cells = json.loads(notebook.read_text())["cells"]
    code = next(
        "".join(cell["source"])
        for cell in cells
        if "parameters" in cell["metadata"].get("tags", [])
    )
    return " ".join(f'"{line.split(":")[0]}"' for line in code.splitlines() if ": " in line)


@pytest.mark.parametrize("slug", chapters() if LONG else ["large-scale-models"])
def test_a_downloaded_notebook_says_what_it_is_and_runs_anywhere(slug, built_book, tmp_path):
    content = (built_book("paper") / "html" / "downloads" / f"{slug}.ipynb").read_text(
        encoding="utf-8"
    )
    cells = json.loads(content)["cells"]
    prose = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    assert all(
        words in prose[0]
        for words in ("make book", "compute-divide build paper", f"papermill {slug}.ipynb")
    )
    assert not [text for text in prose if re.search(r"\{[\w:-]+\}`|^```\{", text, re.MULTILINE)]
    (tmp_path / "mine.ipynb").write_text(content, encoding="utf-8")
    words = [BIN / "papermill", "mine.ipynb", "out.ipynb"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    done = subprocess.run(
        [*words, "-p", "nothing", "1"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "ValueError: no parameter 'nothing'" in done.stderr
    for name in _parameters(tmp_path / "mine.ipynb").replace('"', "").split()[:1]:
        done = subprocess.run(
            [*words, "-p", name, "-1"], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 1
        assert f"ValueError: {name}: -1 is not allowed" in done.stderr
        assert "; allowed: " in done.stderr
