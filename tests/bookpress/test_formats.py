"""Formats besides the pages: chosen by name, made by processes that never stay behind."""

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from bookpress.assembly.build import build
from bookpress.book.project import Project
from bookpress.edition.editions import Edition
from bookpress.errors import PressError
from bookpress.files import tree
from bookpress.formats import Format, choose_formats, still_made
from bookpress.outputs.base.process import make
from bookpress.outputs.pdf import pdf
from bookpress.terminal.messages import note

EPOCH = 1795478400


def format_of(folder: Path, name: str, code: str) -> Format:
    """Return a format that a module with this code makes; `order` and `output` are there."""
    body = "\n    ".join(code.splitlines())
    (folder / f"made_{name}.py").write_text(
        "import sys, time, subprocess\nfrom pathlib import Path\n"
        "from bookpress.errors import PressError\n"
        "from bookpress.outputs.base.process import work_on_order\n"
        f"def work(order):\n    output = Path(order.output)\n    output.mkdir()\n    {body}\n"
        "sys.exit(work_on_order(work))\n",
        encoding="utf-8",
    )
    return Format(name, f"made_{name}")


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "modules"
    folder.mkdir()
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), *filter(None, sys.path)]))
    return folder


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    (tmp_path / "html").mkdir()
    return tmp_path / "html"


def test_an_error_names_the_format_and_ends_the_others(
    modules: Path, pages: Path, tmp_path: Path
) -> None:
    bad = format_of(modules, "bad", "raise PressError('no paper')")
    slow = format_of(modules, "slow", "time.sleep(600)")
    started = time.monotonic()
    with pytest.raises(PressError, match="'bad' could not be made: no paper"):
        make([bad, slow], pages, tmp_path, EPOCH)
    assert time.monotonic() - started < 300
    assert not running_below(str(modules))


def test_a_format_that_takes_too_long_is_ended_with_all_it_left(
    modules: Path, pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", None)
    code = "import tempfile; tempfile.mkdtemp()\nsubprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
    with pytest.raises(PressError, match="'slow' was not ready after 2 seconds"):
        make([format_of(modules, "slow", code)], pages, tmp_path, EPOCH, seconds=2)
    monkeypatch.undo()
    assert not list(scratch.iterdir())
    assert not running_below(str(modules))


@pytest.mark.heavy
@pytest.mark.skipif(pdf.missing() is not None, reason=f"no PDF without a browser: {pdf.missing()}")
def test_an_edition_comes_in_the_formats_asked_for(
    built: Project, edition: Callable[..., Edition]
) -> None:
    both = choose_formats("pdf,epub")
    done = build(built, edition("other"), formats=both)
    html, made = done.folder / "html", tree(done.folder / "html")
    files = [
        "epub/a-tiny-book.epub",
        "notebooks/first.pdf",
        "notebooks/second.pdf",
        "pdf/a-tiny-book.pdf",
    ]
    assert [name for name in made if name.endswith((".pdf", ".epub"))] == files
    assert json.loads((done.folder / "edition.json").read_text("utf-8"))["formats"] == [
        "html",
        "pdf",
        "epub",
    ]
    assert 'href="first.pdf"' in (html / "notebooks" / "first.html").read_text("utf-8")
    assert not build(built, edition("other"), formats=both).changed
    assert not build(built, edition("other")).changed  # what was made stays
    assert (html / "pdf").exists()


@pytest.mark.heavy
def test_a_format_that_fails_leaves_the_published_edition(
    built: Project, edition: Callable[..., Edition], modules: Path
) -> None:
    before = tree(built.editions / "default")
    with pytest.raises(PressError, match="'scroll' could not be made: no parchment"):
        build(
            built,
            edition(),
            formats=[format_of(modules, "scroll", "raise PressError('no parchment')")],
        )
    assert tree(built.editions / "default") == before
    assert not build(built, edition()).changed


def running_below(folder: str) -> list[str]:
    """Return the command lines of processes with a folder in their module path that do not end within moments."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid != os.getpid() and folder in process.environ().get("PYTHONPATH", ""):
                found.append(process)
    _, alive = psutil.wait_procs(found, timeout=60)
    return [str(process) for process in alive]


def test_a_format_that_can_no_longer_be_made_is_left_out_with_a_note(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An extra that was removed, or its browser, or the package that added the format."""

    def lacking(form: Format) -> str | None:
        if form.name == "pdf":
            raise PressError("the format 'pdf' needs pikepdf")
        return None

    monkeypatch.setattr(Format, "missing", lacking)
    note.cache_clear()
    assert [form.name for form in still_made(["html", "pdf", "poster", "epub"])] == ["epub"]
    pdf_left_out, poster_left_out = capsys.readouterr().err.splitlines()
    assert pdf_left_out == (
        "note: built without the format 'pdf', which was made before: the format 'pdf' needs pikepdf"
    )
    assert poster_left_out.endswith("no format 'poster'; allowed: html, pdf, epub")
