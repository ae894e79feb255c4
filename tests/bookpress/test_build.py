"""Building editions: what comes out, what is left alone, and what happens when things go wrong."""

from __future__ import annotations

import errno
import json
import os
import pydoc
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent
from typing import Any, cast

import numpy as np
import psutil
import pytest
from filelock import FileLock, Timeout

from bookpress import files
from bookpress.book.editions import Edition
from bookpress.book.project import Project
from bookpress.build.build import Built, build, check_evidence
from bookpress.build.clean import clean
from bookpress.build.locks import LOCK, all_editions_lock, edition_lock
from bookpress.build.sphinx_cache import STATE
from bookpress.build.sphinx_process import Assembly, Binder
from bookpress.errors import PressError
from bookpress.files import tree
from bookpress.progress import Silent
from bookpress.run.runner import RunOptions
from bookpress.swap import exchange, publish, recover

Load = Callable[..., Edition]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def published(built: Built | Path) -> dict[str, str]:
    """Return the hashes of what is published, but for the file of timings and what only the next build reads."""
    return tree(built if isinstance(built, Path) else built.folder, without=("doctrees", "timings.json"))


def test_an_edition_has_pages_results_and_a_record(book: Project, edition: Load) -> None:
    built = build(book, edition("other"))
    assert built.fresh == ["first", "second"]
    assert built.folder == book.editions / "other"
    for page in ("index", "notebooks/first", "notebooks/second", "book/words"):
        assert (built.folder / f"html/{page}.html").is_file()
    results = json.loads((built.folder / "results.json").read_text())
    assert results["second"]["number"] == {
        "value": 6.0,
        "low": None,
        "high": None,
        "k": None,
        "n": None,
        "unit": "count",
        "label": "the number",
    }
    record = json.loads((built.folder / "edition.json").read_text())
    assert record["id"] == edition("other").id
    assert (record["name"], record["title"], record["is_default"], record["date"]) == (
        "other",
        "The other table",
        False,
        "2023-11-14",
    )
    assert record["differs"][0] == {"chapter": "first", "name": "table", "value": "b", "default": "a"}
    assert record["results_sha256"] == files.sha256((built.folder / "results.json").read_bytes())
    notebook = json.loads((built.folder / "source/notebooks/second.ipynb").read_text())
    note = notebook["metadata"]["compute_divide"]
    assert note["edition"] == {"id": record["id"], "name": "other", "title": "The other table"}
    assert note["command"] == "compute-divide run second -p table=b -p factor=3.0"
    assert [row["value"] for row in note["parameters"]] == ["b", 3.0, 2010, 2014]
    assert "Annotated" not in (built.folder / "html/notebooks/second.html").read_text()
    assert (built.folder / "source/sources/second.md").read_text() == edition("other").chapters[1].source


def test_nothing_changed_means_nothing_done(book: Project, edition: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    before = published(build(book, edition()))

    def no_process(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr("bookpress.run.fork_server.subprocess.Popen", no_process)
    again = build(book, edition(), verify=lambda: ["never called"])
    assert not again.changed
    assert published(again) == before


def test_built_twice_or_from_another_edition_gives_the_same_bytes(book: Project, edition: Load) -> None:
    build(book, edition())
    seeded = published(build(book, edition("other")))
    only_second = published(build(book, edition("default", "second.factor=4")))
    shutil.rmtree(book.build)
    unnamed = build(book, edition("default", "second.factor=4"), RunOptions(jobs=1, engine="kernel"))
    assert published(unnamed) == only_second
    shutil.rmtree(book.build)
    assert published(build(book, edition("other"))) == seeded


def test_a_page_that_changed_or_was_touched_is_made_again(book: Project, edition: Load) -> None:
    build(book, edition())
    edit(book.root / "book/words.md", "Nothing but words", "Other words")
    built = build(book, edition())
    assert (built.changed, built.fresh) == (True, [])
    assert "Other words" in (built.folder / "html/book/words.html").read_text()
    before = published(built)
    (built.folder / "html/index.html").write_text("vandalised")
    assert published(build(book, edition())) == before


@pytest.mark.parametrize(
    "name", ["results.json", "edition.json", "ro-crate-metadata.json", "source/notebooks/first.ipynb"]
)
def test_a_published_file_that_is_damaged_or_gone_is_made_again(book: Project, edition: Load, name: str) -> None:
    built = build(book, edition())
    before, path = published(built), built.folder / name
    path.write_bytes(path.read_bytes()[:-10])
    assert published(build(book, edition())) == before
    path.unlink()
    assert published(build(book, edition())) == before
    (built.folder / "timings.json").unlink()
    assert not build(book, edition()).changed


@pytest.mark.parametrize("runs", [None, [], "x", {"first": [1]}])
def test_a_damaged_state_does_no_harm(book: Project, edition: Load, runs: Any) -> None:
    built = build(book, edition())
    before = published(built)
    for folder in (built.folder, book.workshop):
        state = json.loads((folder / STATE).read_text())
        (folder / STATE).write_text(json.dumps({**state, "runs": runs, "outputs": []}))
    assert published(build(book, edition())) == before
    (built.folder / STATE).write_text("[")
    assert published(build(book, edition())) == before


def test_a_log_that_cannot_be_written_is_named(book: Project, edition: Load) -> None:
    (book.workshop / "sphinx.log").mkdir(parents=True)
    with pytest.raises(PressError, match=r"cannot write .*sphinx\.log"):
        build(book, edition())


def test_a_failing_chapter_leaves_the_others_and_the_last_edition_alone(book: Project, edition: Load) -> None:
    before = published(build(book, edition()))
    chapter = book.root / "notebooks/first.md"
    good = chapter.read_text()
    edit(chapter, "* factor", "* factr")
    edit(book.root / "notebooks/second.md", "Some text.", "Some other text.")
    with pytest.raises(PressError, match=r"first: code cell 2 .* failed with NameError: name 'factr' is not") as raised:
        build(book, edition())
    kept = book.failed / "first.ipynb"
    assert str(kept) in str(raised.value)
    assert "NameError" in kept.read_text()
    assert published(book.editions / "default") == before
    chapter.write_text(good)
    built = build(book, edition())
    assert built.fresh == []
    assert not kept.exists()
    assert "Some other text" in (built.folder / "html/notebooks/second.html").read_text()


def test_faults_on_a_page_are_named_and_not_published(book: Project, edition: Load) -> None:
    before = published(build(book, edition()))
    path = book.root / "book/words.md"
    good = path.read_text()
    warnings = "\n[nowhere](nowhere.md)\n\n{nonsense}`x`\n"
    faults = (
        "\n![pixel](https://example.org/p.png)\n\n<a href='../nothing.html'>x</a>\n\n<a href='../index.html#no'>x</a>\n"
    )
    path.write_text(good + warnings)
    for _ in range(2):
        with pytest.raises(PressError, match=r"book/words\.md:5: WARNING: .*nowhere") as raised:
            build(book, edition())
        assert "Unknown interpreted text role" in str(raised.value)
    path.write_text(good + faults)
    with pytest.raises(PressError, match=r"book/words\.html: fetches https://example\.org/p\.png") as raised:
        build(book, edition())
    assert "words.html: link to ../nothing.html: there is no such file" in str(raised.value)
    assert "words.html: link to ../index.html#no: there is no such place on the page" in str(raised.value)
    assert published(book.editions / "default") == before
    path.write_text(good)
    assert not build(book, edition()).changed


def test_damaged_evidence_stops_the_build_before_anything_runs(book: Project, edition: Load) -> None:
    with pytest.raises(PressError, match=r"the evidence is damaged:\n  a\.csv has changed"):
        build(book, edition(), verify=lambda: ["a.csv has changed"])
    assert not book.cache.exists()


def test_the_same_evidence_is_checked_once(book: Project, edition: Load) -> None:
    calls: list[int] = []

    def verify() -> list[str]:
        calls.append(1)
        return []

    for name in ("default", "other"):
        check_evidence(book, edition(name), Silent(), verify)
    assert len(calls) == 1
    (book.data / "a.csv").write_text("7\n")
    check_evidence(book, edition(), Silent(), verify)
    assert len(calls) == 2


def test_only_some_chapters_take_new_values(book: Project, edition: Load) -> None:
    built = build(book, edition("default", "table=b", only=["second"]))
    results = json.loads((built.folder / "results.json").read_text())
    assert results["first"] == json.loads((build(book, edition()).folder / "results.json").read_text())["first"]
    assert results.keys() == {"first", "second"}
    page = (built.folder / "html/index.html").read_text()
    assert "1 chapter was run with the published choices" in page
    assert "(in “Second”)" in page


def test_two_builds_of_one_edition_at_once_are_refused_with_a_clear_message(book: Project, edition: Load) -> None:
    with edition_lock(book, "default"), pytest.raises(PressError, match="another build of the edition 'default'"):
        build(book, edition())


def test_clean_is_refused_while_an_edition_that_is_not_yet_published_is_built(book: Project, edition: Load) -> None:
    with edition_lock(book, "default"):
        with pytest.raises(PressError, match="another build of the edition 'default'"):
            clean(book)
        with pytest.raises(PressError, match="another build of the edition 'default'"):
            build(book, edition())
    (book.build / "dangling").symlink_to(book.root / "nothing")
    (book.build / "linked").symlink_to(book.data)
    clean(book)
    assert [path.name for path in book.build.iterdir()] == [LOCK]
    assert (book.data / "a.csv").is_file()


def test_no_build_begins_while_all_is_removed(book: Project) -> None:
    order: list[str] = []

    def late() -> None:
        with edition_lock(book, "default"):
            order.append("build")

    with ThreadPoolExecutor(1) as pool:
        with all_editions_lock(book):
            waiting = pool.submit(late)
            time.sleep(0.2)
            order.append("removed")
        waiting.result(timeout=20)
    assert order == ["removed", "build"]


def test_an_edition_is_published_and_removed_by_who_holds_the_workshop(
    book: Project, edition: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another edition may be copying from it."""

    def is_held() -> bool:
        try:
            with FileLock(book.workshop / ".lock", timeout=0):
                return False
        except Timeout:
            return True

    held: list[bool] = []
    for place in ("build.publish", "cleaning._remove"):
        real = cast("Callable[..., Any]", pydoc.locate(f"bookpress.{place}"))

        def noted(*arguments: Any, real: Callable[..., Any] = real) -> Any:
            held.append(is_held())
            return real(*arguments)

        monkeypatch.setattr(f"bookpress.{place}", noted)
    build(book, edition())
    clean(book, ["default"])
    assert held == [True, True]


def test_two_editions_may_be_built_at_once(book: Project, edition: Load) -> None:
    processes = [driver(book, name) for name in ("default", "other")]
    assert [process.wait(timeout=120) for process in processes] == [0, 0]
    for name in ("default", "other"):
        assert not build(book, edition(name)).changed
    pages = [(book.editions / name / "html/notebooks/first.html").read_text() for name in ("default", "other")]
    assert ["-p table=b" in page for page in pages] == [False, True]


def driver(book: Project, name: str, *options: str) -> subprocess.Popen[str]:
    """Build an edition of the tiny book in a process of its own."""
    code = dedent(
        """
        import sys
        from pathlib import Path
        from bookpress.commands.main import guarded
        from bookpress.build.build import build
        from bookpress.book.editions import load_edition
        from bookpress.book.project import Project

        *places, name = sys.argv[1:6] + sys.argv[6:7]
        *three, package, lock = map(Path, places)
        project = Project(*three, (package,), lock)
        guarded(lambda: build(project, load_edition(project, name, sys.argv[7:])))
        """
    )
    places = [str(path) for path in (book.root, book.build, book.data, *book.packages, book.lock)]
    return subprocess.Popen(
        [sys.executable, "-c", code, *places, name, *options],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def descendants(process: subprocess.Popen[str]) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def test_killed_at_any_moment_the_published_edition_is_whole(
    book: Project, edition: Load, count: Callable[[int, int], int]
) -> None:
    """The build is killed without warning at random moments; what is published is always one whole book."""
    chapter = book.root / "notebooks/first.md"
    versions = [chapter.read_text(), chapter.read_text().replace("Some text", "Some other text")]
    whole, took = [], 0.0
    for text in reversed(versions):
        chapter.write_text(text)
        shutil.rmtree(book.build, ignore_errors=True)
        started = time.monotonic()
        process = driver(book, "default")
        assert process.wait() == 0, process.stderr and process.stderr.read()
        took = time.monotonic() - started
        whole.append(published(book.editions / "default"))
    rng = np.random.default_rng(1)
    for number in range(count(3, 50)):
        chapter.write_text(versions[(number + 1) % 2])
        shutil.rmtree(book.cache, ignore_errors=True)
        process = driver(book, "default")
        moment = rng.uniform(0.2, took * 1.1)
        family: list[psutil.Process] = []
        deadline = time.monotonic() + moment
        while time.monotonic() < deadline and process.poll() is None:
            family = descendants(process) or family
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert published(book.editions / "default") in whole, f"killed after {moment:.2f} s"
        _, alive = psutil.wait_procs(family, timeout=20)
        assert not [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    chapter.write_text(versions[0])
    assert published(build(book, edition())) == whole[1]
    assert list((book.editions / ".drafts").iterdir()) == []


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_stopped_by_a_signal_it_ends_promptly_and_leaves_no_process(book: Project, name: str) -> None:
    path = book.root / "notebooks/first.md"
    path.write_text(path.read_text() + "\n```{code-cell} python\nimport time\ntime.sleep(600)\n```\n")
    process = driver(book, "default")
    deadline = time.monotonic() + 60
    while not list(book.cache.rglob("*.json")):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    family = descendants(process)
    process.send_signal(getattr(signal, name))
    assert process.wait(timeout=10) == 130
    assert process.stderr is not None
    assert "stopped" in process.stderr.read()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def test_a_full_disk_is_named_and_the_last_edition_stands(
    book: Project, edition: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = published(build(book, edition()))
    edit(book.root / "notebooks/first.md", "Some text.", "Other text.")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for place in ("bookpress.files.os.fdopen", "bookpress.build.build.shutil.copytree"):
        with monkeypatch.context() as patch:
            patch.setattr(place, full)
            with pytest.raises(PressError, match="the disk is full: cannot write") as raised:
                build(book, edition())
        assert raised.value.exit_code == 1
        assert published(book.editions / "default") == before
    assert "Other text" in (build(book, edition()).folder / "html/notebooks/first.html").read_text()


@pytest.mark.skipif(not shutil.which("mount") or os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_disk_that_is_really_full(book: Project, edition: Load, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=500k", "tmpfs", disk], check=False).returncode:
        pytest.skip("this machine does not let us mount a disk")
    try:
        small = Project(book.root, disk / "_build", book.data, book.packages, book.lock)
        with pytest.raises(PressError, match=r"disk is full|No space left"):
            build(small, edition())
        assert not (small.editions / "default").exists()
    finally:
        subprocess.run(["umount", disk], check=True)


def test_an_assembly_that_is_killed_says_so(tmp_path: Path) -> None:
    with Binder({}) as binder:
        os.kill(binder._process.pid, signal.SIGKILL)
        order = Assembly(str(tmp_path), str(tmp_path / "html"), str(tmp_path / "doctrees"), str(tmp_path / "lock"))
        with pytest.raises(PressError, match=r"Jupyter Book was killed \(signal 9\) while it assembled the pages"):
            binder.build(order, tmp_path / "sphinx.log")


def test_what_was_installed_is_told_beside_the_timings(book: Project, edition: Load) -> None:
    told = json.loads((build(book, edition()).folder / "timings.json").read_text(encoding="utf-8"))
    assert {"Python", "jupyter-book", "papermill"} <= set(told["versions"])


def test_unreadable_evidence_is_named(book: Project, edition: Load) -> None:
    (book.data / "a.csv").unlink()
    (book.data / "a.csv").mkdir()
    with pytest.raises(PressError, match=r"first: code cell 2.*data/a\.csv"):
        build(book, edition())


def test_folders_are_exchanged_in_one_step(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        (folder / "name").write_text(folder.name)
    assert exchange(one, other)
    assert ((one / "name").read_text(), (other / "name").read_text()) == ("other", "one")


def test_without_an_exchange_a_half_done_swap_is_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bookpress.swap.exchange", lambda *_: False)
    target, draft = tmp_path / "book", tmp_path / ".book.new"
    for folder, text in ((target, "old"), (draft, "new")):
        folder.mkdir()
        (folder / "text").write_text(text)
    publish(draft, target)
    assert (target / "text").read_text() == "new"
    target.rename(tmp_path / ".book.old")
    recover(target)
    assert (target / "text").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book"]
