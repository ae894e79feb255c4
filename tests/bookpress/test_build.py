"""Building editions: what comes out, what is left alone, and what happens when things go wrong."""

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from processes import add_cell, descendants, edit, left_over, wait_for

from bookpress.assembly.build import Built, build
from bookpress.assembly.page_check import check_pages
from bookpress.assembly.published import MADE_FROM, build_lock, clean
from bookpress.assembly.ro_crate import NAME, UNHASHED
from bookpress.book import discovery
from bookpress.book.cells import excluded_from_running
from bookpress.book.project import Project
from bookpress.book.source import build_time
from bookpress.edition.editions import Edition
from bookpress.errors import PressError, UsageError
from bookpress.files import files_of, sha256, tree
from bookpress.outputs.html.pages import MEMORY
from bookpress.run.runner import RunOptions
from sampling import count, some

Load = Callable[..., Edition]
PAGE = ("book/words.md", "Nothing but words", "Other words")


def published(built: Built | Path) -> dict[str, str]:
    """Return the hashes of what is published, but for the file of timings."""
    return tree(built if isinstance(built, Path) else built.folder, without=("timings.json",))


def command(book: Project, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bookpress", *words],
        cwd=book.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_an_edition_has_pages_results_and_a_record(built: Project, edition: Load) -> None:
    folder = built.editions / "other"
    for page in ("index", "notebooks/first", "notebooks/second", "book/words"):
        assert (folder / f"html/{page}.html").is_file()
    results = json.loads((folder / "results.json").read_text())
    nothing = dict.fromkeys(("low", "high", "range", "k", "n"))
    assert results["second"]["number"] == {
        "value": 6.0,
        **nothing,
        "unit": "count",
        "label": "the number",
    }
    record = json.loads((folder / "edition.json").read_text())
    assert record["id"] == edition("other").id
    told = (record["name"], record["title"], record["is_default"], record["date"])
    assert told == ("other", "The other table", False, "2023-11-14")
    assert record["differs"][0] == {
        "chapter": "first",
        "name": "table",
        "value": "b",
        "default": "a",
    }
    assert record["results_sha256"] == sha256((folder / "results.json").read_bytes())
    note = json.loads((folder / "runs/notebooks/second.ipynb").read_text())["metadata"][
        "compute_divide"
    ]
    assert note["edition"] == {"id": record["id"], "name": "other", "title": "The other table"}
    assert note["command"] == "compute-divide run second -p table=b -p factor=3.0"
    assert [row["value"] for row in note["parameters"]] == ["b", 3.0, 2010, 2014]
    assert "Annotated" not in (folder / "html/notebooks/second.html").read_text()
    written = edition("other").chapters[1].text
    assert (folder / "source/notebooks/second.md").read_text() == written
    assert {"Python", "jupyter-book", "papermill"} <= set(record["made_with"])
    second = (folder / "html/downloads/second-results.json").read_bytes()
    assert record["chapter_results_sha256"]["second"] == sha256(second)


def test_the_manifest_names_every_output_with_its_hash(built_once: Project) -> None:
    folder = built_once.editions / "other"
    manifest = json.loads((folder / NAME).read_text())
    entities = {entity["@id"]: entity for entity in manifest["@graph"]}

    files = {
        path.relative_to(folder).as_posix(): path for path in files_of(folder) if path.name != NAME
    }
    assert set(files) <= set(entities)
    for name in set(files) - {UNHASHED}:
        assert entities[name]["sha256"] == sha256(files[name].read_bytes())
        assert entities[name]["contentSize"] == str(files[name].stat().st_size)
    assert "sha256" not in entities["timings.json"]

    root = entities["./"]
    assert root["identifier"] == json.loads((folder / "edition.json").read_text())["id"]
    assert {one["@id"] for one in root["mentions"]} == {"#run-first", "#run-second", "#assembly"}
    used = {one["@id"] for one in entities["#run-second"]["object"]}
    assert {"source/notebooks/second.md", "#second:factor", "#evidence"} <= used
    assert entities["#second:factor"]["value"] == 3.0
    assert {"@id": "#evidence-b.csv"} in entities["#evidence"]["hasPart"]
    assert entities["#evidence-b.csv"]["sha256"] == sha256((built_once.data / "b.csv").read_bytes())
    assert entities["pkg:pypi/nothing@1"]["softwareVersion"] == "1"


def test_nothing_changed_means_nothing_done(
    built: Project, edition: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = published(built.editions / "default")

    real = subprocess.Popen

    def only_git(command: list[str], *more: Any, **named: Any) -> Any:
        assert command[0] == "git", "a process was started"
        return real(command, *more, **named)

    monkeypatch.setattr("subprocess.Popen", only_git)
    again = build(built, edition())
    assert not again.changed
    assert published(again) == before


def test_each_document_is_looked_at_once(
    built: Project, said: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: Counter[Path] = Counter()

    def look(project: Project, path: Path) -> bool:
        looked_at[path] += 1
        return excluded_from_running(project, path)

    monkeypatch.setattr(discovery, "excluded_from_running", look)
    code, _, error = said("build", "other", "default")
    assert code == 0, error
    assert {path.name for path in looked_at} >= {"index.md", "first.md", "second.md"}
    assert set(looked_at.values()) == {1}


@pytest.mark.heavy
def test_the_same_bytes_from_another_edition_by_another_engine_and_on_one_core(
    built: Project, edition: Load
) -> None:
    after_another = published(build(built, edition("default", "second.factor=4")))
    shutil.rmtree(built.build)
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        alone = published(
            build(built, edition("default", "second.factor=4"), RunOptions(engine="kernel"))
        )
    finally:
        os.sched_setaffinity(0, cores)
    assert alone == after_another


@pytest.mark.heavy
@pytest.mark.usefixtures("quick")
def test_what_changed_was_touched_or_is_gone_is_made_again(built: Project, edition: Load) -> None:
    edit(built.root / PAGE[0], *PAGE[1:])
    made = build(built, edition())
    assert (made.changed, made.fresh) == (True, [])
    assert PAGE[2] in (made.folder / "html/book/words.html").read_text()
    before = published(made)
    (made.folder / "timings.json").unlink()
    assert not build(built, edition()).changed
    damaged = [("html/index.html", "vandalised"), ("results.json", None), (MADE_FROM, "[")]
    (built.workshop / MEMORY / ".rests-on").write_text("damaged")
    for name, text in some(damaged, 2, 0):
        path = made.folder / name
        path.write_text(text) if text else path.unlink()
        assert published(build(built, edition())) == before


@pytest.mark.heavy
@pytest.mark.usefixtures("quick")
def test_a_failing_chapter_leaves_the_others_and_the_last_edition_alone(
    built: Project, edition: Load
) -> None:
    before = published(built.editions / "default")
    chapter = built.root / "notebooks/first.md"
    good = chapter.read_text()
    edit(chapter, "* factor", "* factr")
    edit(built.root / "notebooks/second.md", "Some text.", "Some other text.")
    with pytest.raises(
        PressError, match=r"first: code cell 2 .* failed with NameError: name 'factr' is not"
    ) as raised:
        build(built, edition())
    kept = built.failed / "first.ipynb"
    assert str(kept) in str(raised.value)
    assert "NameError" in kept.read_text()
    assert published(built.editions / "default") == before
    chapter.write_text(good)
    made = build(built, edition())
    assert made.fresh == []
    assert not kept.exists()
    assert "Some other text" in (made.folder / "html/notebooks/second.html").read_text()


@pytest.mark.heavy
@pytest.mark.usefixtures("quick")
def test_faults_on_a_page_are_named_and_not_published(built: Project, edition: Load) -> None:
    before = published(built.editions / "default")
    path = built.root / "book/words.md"
    good = path.read_text()
    path.write_text(good + "\n[nowhere](nowhere.md)\n\n{nonsense}`x`\n")
    chapter = built.root / "notebooks/second.md"
    sound = chapter.read_text()
    add_cell(chapter, "display({'application/vnd.vegalite.v6+json': {}}, raw=True)")
    for _ in range(2):
        with pytest.raises(PressError, match=r"book/words\.md:5: WARNING: .*nowhere") as raised:
            build(built, edition())
        assert "Unknown interpreted text role" in str(raised.value)
        assert "a figure without a name: the options of its cell give it" in str(raised.value)
    chapter.write_text(sound)
    path.write_text(good + "\n![pixel](https://example.org/p.png)\n\n<a href='../no.html'>x</a>\n")
    with pytest.raises(
        PressError, match=r"book/words\.html: fetches https://example\.org/p\.png"
    ) as raised:
        build(built, edition())
    assert "words.html: link to ../no.html: there is no such file" in str(raised.value)
    assert published(built.editions / "default") == before
    path.write_text(good)
    assert not build(built, edition()).changed


@pytest.mark.heavy
def test_evidence_is_checked_before_anything_is_kept_and_once(
    book: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, sys.path)]))
    (tmp_path / "inspector.py").write_text(
        "from pathlib import Path\ndef verify():\n"
        "    if Path('data/a.csv').read_text() != '1\\n': return ['a.csv has changed']\n"
        "    Path('checked').write_text('x'); return []\n"
    )
    edit(book.root / "book/settings.yml", "command:", "verify: inspector:verify\ncommand:")
    (book.data / "a.csv").write_text("7\n")
    process = command(book, "build")
    assert process.communicate()[1].endswith(
        "error: the evidence is damaged:\n  a.csv has changed\n"
    )
    assert (process.returncode, book.cache.exists()) == (1, False)
    (book.data / "a.csv").write_text("1\n")
    edit(book.root / "notebooks/first.md", "* factor", "* factr")
    for is_checked in (True, False):
        assert command(book, "build").wait() == 1
        assert (book.root / "checked").is_file() == is_checked
        (book.root / "checked").unlink(missing_ok=True)


@pytest.mark.heavy
def test_a_build_waits_for_another_and_nothing_is_removed_meanwhile(built: Project) -> None:
    book, page = built, built.editions / "default/html/notebooks/first.html"
    edit(book.root / "notebooks/first.md", "Some text.", "Other text.")
    with build_lock(book):
        with pytest.raises(
            PressError, match="a build or a release is running; wait for it or stop it"
        ):
            clean(book)
        waiting = [command(book, "build") for _ in range(2)]
        for process in waiting:
            assert process.stderr is not None
            assert process.stderr.readline() == "waiting for another build to end\n"
        assert "Some text." in page.read_text()
    said = [process.communicate()[1] for process in waiting]
    assert sorted("nothing to do" in words for words in said) == [False, True]
    assert "Other text." in page.read_text()
    (book.build / "dangling").symlink_to(book.root / "nothing")
    (book.build / "linked").symlink_to(book.data)
    assert clean(book) > 1000
    assert not list(book.build.glob("[!.]*"))
    assert (book.data / "a.csv").is_file()


@pytest.mark.heavy
def test_killed_at_any_moment_the_published_edition_is_whole(book: Project) -> None:
    """The build is killed without warning at random moments; what is published is always one whole book."""
    chapter = book.root / "notebooks/first.md"
    versions = [chapter.read_text(), chapter.read_text().replace("Some text", "Some other text")]
    whole, took = [], 0.0
    for text in reversed(versions):
        chapter.write_text(text)
        started = time.monotonic()
        assert command(book, "build").wait() == 0
        took = max(took, time.monotonic() - started)
        whole.append(published(book.editions / "default"))
    rng = np.random.default_rng(1)
    for number in range(count(2, 50)):
        chapter.write_text(versions[(number + 1) % 2])
        shutil.rmtree(book.cache, ignore_errors=True)
        process = command(book, "build")
        moment = rng.uniform(0.2, took * 1.1)
        family: list[psutil.Process] = []
        deadline = time.monotonic() + moment
        while time.monotonic() < deadline and process.poll() is None:
            family = descendants(process.pid) or family
            time.sleep(0.02)
        process.kill()
        process.wait()
        assert published(book.editions / "default") in whole, f"killed after {moment:.2f} s"
        assert left_over(family) == []
    chapter.write_text(versions[0])
    assert command(book, "build", "--force").wait() == 0
    assert published(book.editions / "default") == whole[1]
    assert len(list((book.editions / ".versions/default").iterdir())) == 1


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("name", "engine"), [("SIGINT", "forked"), ("SIGTERM", "kernel"), ("SIGHUP", "forked")]
)
def test_stopped_by_a_signal_it_ends_promptly_and_leaves_no_process(
    book: Project, name: str, engine: str
) -> None:
    add_cell(book.root / "notebooks/first.md", "import time\ntime.sleep(600)")
    process = command(book, "build", "--engine", engine)
    wait_for(lambda: list(book.cache.rglob("*.json")))
    family = descendants(process.pid)
    # another thread takes it, so that it ends no wait of the main one, as when it comes just before that
    os.kill(psutil.Process(process.pid).threads()[1].id, getattr(signal, name))
    assert process.wait(timeout=10) == 130
    assert process.stderr is not None
    assert "stopped" in process.stderr.read()
    assert left_over(family) == []


@pytest.mark.usefixtures("quick")
def test_a_full_disk_is_named_and_the_last_edition_stands(
    built: Project, edition: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = published(built.editions / "default")
    edit(built.root / PAGE[0], *PAGE[1:])

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for place in ("bookpress.files.os.fdopen", "bookpress.assembly.make.shutil.copytree"):
        with monkeypatch.context() as patch:
            patch.setattr(place, full)
            with pytest.raises(PressError, match="the disk is full: cannot write") as raised:
                build(built, edition())
        assert raised.value.exit_code == 1
        assert published(built.editions / "default") == before
    assert PAGE[2] in (build(built, edition()).folder / "html/book/words.html").read_text()


@pytest.mark.heavy
@pytest.mark.skipif(
    not shutil.which("mount") or os.geteuid() != 0, reason="only root can mount a small disk"
)
def test_a_disk_that_is_really_full(book: Project, edition: Load, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=500k", "tmpfs", disk], check=False
    ).returncode:
        pytest.skip("this machine does not let us mount a disk")
    try:
        small = Project(book.root, disk / "_build", book.data, book.packages, book.lock)
        with pytest.raises(PressError, match=r"disk is full|No space left"):
            build(small, edition())
        assert not (small.editions / "default").exists()
    finally:
        # what drew may still be ending: the disk goes when nobody has it open any more
        subprocess.run(["umount", "--lazy", disk], check=True)


def test_the_date_of_a_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert build_time(tmp_path) == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    for wrong in ("yesterday", "", "1e9", "9" * 30):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", wrong)
        with pytest.raises(UsageError, match="seconds since 1970"):
            build_time(tmp_path)
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert build_time(tmp_path) == datetime(1980, 1, 1, tzinfo=UTC)
    checkout = tmp_path / "checkout"
    named = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", str(checkout)]
    subprocess.run(["git", "init", "-q", str(checkout)], check=True)
    environment = dict(os.environ)
    for name, day, text in (
        ("_config.yml", "2023-01-01", "exclude_patterns: [README.md]\n"),
        ("_toc.yml", "2024-02-03", "root: index\n"),
        ("README.md", "2025-01-01", "No page.\n"),
    ):
        (checkout / name).write_text(text)
        subprocess.run([*named, "add", name], check=True)
        environment["GIT_COMMITTER_DATE"] = f"{day}T04:05:06+00:00"
        subprocess.run([*named, "commit", "-q", "-m", "x"], check=True, env=environment)
    assert build_time(checkout) == datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)


WELL = """
<a href='https://example.org/'>out</a> <a href='mailto:x@example.org'>mail</a> <a href='#top'>up</a><a href='#'>here</a>
<a href='sub/'>folder</a> <a href='sub/index.html#old'>old name</a> <a href='sub/index.html#%C3%A4%20b'>quoted</a>
<img src='a.png?v=1' srcset='a.png 1x, a.png 2x'> <img src='data:image/png;base64,AA=='>
<script type='application/json'>["import a from", "https://a.org/x.mjs"]</script>
<link rel='canonical' href='https://example.org/page.html'> <a href='../../other/html/index.html'>another edition</a>
"""
ILL = {
    "<a href='no.html'>x</a>": "link to no.html: there is no such file",
    "<a href='sub/index.html#no'>x</a>": "link to sub/index.html#no: there is no such place on the page",
    "<img src='b.png'>": "link to b.png: there is no such file",
    "<script src='//example.org/x.js'></script>": "fetches //example.org/x.js from another host",
    "<img srcset='a.png 1x, https://example.org/b.png 2x'>": "fetches https://example.org/b.png from another host",
    "<link rel='preload stylesheet' href='https://a.org/x.css'>": "fetches https://a.org/x.css from another host",
    "<iframe src='https://example.org/'></iframe>": "fetches https://example.org/ from another host",
    "<script type='module'>import a, {b} from 'https://a.org/x.mjs';</script>": "fetches https://a.org/x.mjs from another host",
    "<script>const a = await import('//a.org/x.mjs')</script>": "fetches //a.org/x.mjs from another host",
}


def faults_in(folder: Path) -> list[str]:
    return [str(fault) for fault in check_pages(folder)]


@pytest.mark.parametrize(("body", "problem"), [(WELL, ""), *ILL.items()])
def test_what_is_wrong_is_named_with_its_page(tmp_path: Path, body: str, problem: str) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/index.html").write_text(
        "<html><body><a name='old'></a><p id='ä b'>x</p></body></html>"
    )
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "page.html").write_text(f"<html><body id='top'>{body}</body></html>")
    assert faults_in(tmp_path) == ([f"page.html: {problem}"] if problem else [])


def test_links_to_what_comes_later_can_be_left_out(tmp_path: Path) -> None:
    body = "<a href='../lab/index.html'>x</a><a href='lab.html'>x</a>"
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/page.html").write_text(f"<html><body>{body}</body></html>")
    [fault] = check_pages(tmp_path, [re.compile("lab/")])
    assert str(fault) == "sub/page.html: link to lab.html: there is no such file"


def test_a_stylesheet_that_fetches_and_an_empty_page_are_named(tmp_path: Path) -> None:
    (tmp_path / "x.css").write_text("p{background:url(//example.org/a.png)}")
    (tmp_path / "page.html").write_text("")
    assert faults_in(tmp_path) == [
        "page.html: the page is empty",
        "x.css: fetches from another host",
    ]
