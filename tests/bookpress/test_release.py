"""Release archives: same bytes twice, checksums that others' tools accept, older editions that stay reachable."""

import json
import subprocess
import tarfile

import pytest

from bookpress.build.release import ReleaseError, lay_out, pack, release, write_checksums
from bookpress.errors import PressError, UsageError


@pytest.fixture
def edition(tmp_path):
    folder = tmp_path / "editions" / "default"
    for name, text in {
        "html/index.html": "<h1>now</h1>",
        "html/notebooks/a.html": "a",
        "results.json": "{}",
        "edition.json": json.dumps({"id": "abc123"}),
        "source/notebooks/a.ipynb": "working file",
        ".lock": "",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_packing_twice_gives_the_same_bytes(edition, tmp_path):
    first = pack(edition, tmp_path / "one" / "book-1.tar.gz", epoch=1_700_000_000)
    (edition / "html" / "index.html").touch()
    assert pack(edition, tmp_path / "two" / "book-1.tar.gz", epoch=1_700_000_000) == first


def test_an_archive_holds_the_pages_and_no_working_files(edition, tmp_path):
    pack(edition, tmp_path / "book-1.tar.gz", epoch=0)
    with tarfile.open(tmp_path / "book-1.tar.gz") as tar:
        assert sorted(tar.getnames()) == [
            "book-1/edition.json",
            "book-1/html/index.html",
            "book-1/html/notebooks/a.html",
            "book-1/results.json",
        ]


def test_sha256sum_accepts_the_checksums_and_notices_a_change(edition, tmp_path):
    archive = tmp_path / "dist" / "book-1.tar.gz"
    pack(edition, archive, epoch=0)
    sums = write_checksums(archive.parent)
    check = ["sha256sum", "--check", "--quiet", sums.name]
    assert subprocess.run(check, cwd=archive.parent).returncode == 0
    archive.write_bytes(archive.read_bytes() + b"x")
    assert subprocess.run(check, cwd=archive.parent, capture_output=True).returncode != 0


def test_every_released_edition_stays_reachable(edition, tmp_path):
    old = tmp_path / "book-1.tar.gz"
    pack(edition, old, epoch=0)
    (edition / "html" / "index.html").write_text("<h1>later</h1>")
    (edition / "edition.json").write_text(json.dumps({"id": "def456"}))
    new = tmp_path / "book-2.tar.gz"
    pack(edition, new, epoch=0)
    site = tmp_path / "site"
    assert lay_out(site, edition, [old, new]) == ["abc123", "def456"]
    assert (site / "index.html").read_text() == "<h1>later</h1>"
    assert (site / "editions" / "abc123" / "index.html").read_text() == "<h1>now</h1>"


def test_what_was_not_built_or_is_not_ours_is_refused(edition, tmp_path):
    with pytest.raises(ReleaseError, match="not a built edition"):
        pack(tmp_path, tmp_path / "x.tar.gz", epoch=0)
    foreign = tmp_path / "foreign.tar.gz"
    with tarfile.open(foreign, "w:gz") as tar:
        tar.add(edition / "results.json", arcname="other/results.json")
    with pytest.raises(ReleaseError, match="foreign"):
        lay_out(tmp_path / "site", edition, [foreign])


def test_an_archive_that_is_not_there_and_a_folder_that_cannot_be_written_are_named(edition, tmp_path):
    built = tmp_path / "_build" / "editions"
    built.parent.mkdir()
    edition.parent.rename(built)
    with pytest.raises(UsageError, match=r"no archive .*gone\.tar\.gz; --older takes"):
        release(tmp_path, "default", "1", [tmp_path / "gone.tar.gz"], tmp_path / "dist")
    (tmp_path / "file").write_text("")
    with pytest.raises(PressError, match=r"cannot write .*file/dist: Not a directory"):
        release(tmp_path, "default", "1", [], tmp_path / "file" / "dist")
    assert not (tmp_path / "dist").exists()


def test_a_release_holds_the_site_the_archives_and_their_sums(edition, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    root, out = tmp_path / "root", tmp_path / "dist"
    (root / "_build").mkdir(parents=True)
    edition.parent.rename(root / "_build" / "editions")
    assert release(root, "default", "1.0", [], out) == ["abc123"]
    built = root / "_build" / "editions" / "default"
    (built / "edition.json").write_text(json.dumps({"id": "def456"}))
    assert release(root, "default", "1.1", [out / "compute-divide-1.0.tar.gz"], out) == ["abc123", "def456"]
    assert len((out / "SHA256SUMS").read_text().splitlines()) == 2
    with pytest.raises(ReleaseError, match="released already"):
        release(root, "default", "1.1", [out / "compute-divide-1.1.tar.gz"], out)
