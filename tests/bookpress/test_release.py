"""Releases: same bytes twice, checksums that others' tools accept, older editions that stay reachable."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from bookpress.book.project import Project
from bookpress.build.release import release
from bookpress.errors import PressError, UsageError


@pytest.fixture
def site(built: Project, tmp_path: Path) -> Path:
    """Return a folder with the first release."""
    assert release(built, "default", [], tmp_path / "dist") == [edition_id(built, "default")]
    return tmp_path / "dist"


def edition_id(built: Project, name: str) -> str:
    return str(json.loads((built.editions / name / "edition.json").read_text())["id"])


def set_version(built: Project, version: str) -> None:
    path = built.root / "book/publication.yml"
    path.write_text(path.read_text().replace('version: "1"', f'version: "{version}"'))


def test_a_release_is_the_same_twice_and_holds_no_working_files(site: Path, built: Project, tmp_path: Path) -> None:
    for path in (built.editions / "default").rglob("*"):
        path.touch()
    release(built, "default", [], tmp_path / "again")
    archive = site / "compute-divide-1.tar.gz"
    assert archive.read_bytes() == (tmp_path / "again" / archive.name).read_bytes()
    with tarfile.open(archive) as tar:
        names = tar.getnames()
    records = {"edition.json", "results.json", "ro-crate-metadata.json", "statements.json"}
    assert {name.split("/")[1] for name in names} == {"html", *records}
    assert "compute-divide-1/html/notebooks/first.html" in names


def test_sha256sum_accepts_the_checksums_and_notices_a_change(site: Path) -> None:
    check = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    assert subprocess.run(check, cwd=site).returncode == 0
    archive = site / "compute-divide-1.tar.gz"
    archive.write_bytes(archive.read_bytes() + b"x")
    assert subprocess.run(check, cwd=site, capture_output=True).returncode != 0


def test_every_released_edition_stays_reachable(site: Path, built: Project, tmp_path: Path) -> None:
    set_version(built, "2")
    older = shutil.move(site / "compute-divide-1.tar.gz", tmp_path)
    ids = {name: edition_id(built, name) for name in ("default", "other")}
    assert release(built, "other", [Path(older)], site) == sorted(ids.values())
    assert len((site / "SHA256SUMS").read_text().splitlines()) == 2
    for name, where in (("other", "."), *((name, f"editions/{one}") for name, one in ids.items())):
        page = "notebooks/first.html"
        assert (site / "site" / where / page).read_text() == (built.editions / name / "html" / page).read_text()


def test_what_was_not_built_is_not_there_or_is_not_ours_is_refused(site: Path, built: Project, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no built edition 'othr'; did you mean other"):
        release(built, "othr", [], site)
    with pytest.raises(UsageError, match=r"no archive .*gone\.tar\.gz; --older takes"):
        release(built, "other", [tmp_path / "gone.tar.gz"], site)
    with pytest.raises(PressError, match="released already: give the book a new version"):
        release(built, "other", [site / "compute-divide-1.tar.gz"], site)
    with tarfile.open(tmp_path / "foreign.tar.gz", "w:gz") as tar:
        tar.add(built.root / "_toc.yml", arcname="other/_toc.yml")
    (tmp_path / "text.tar.gz").write_text("no archive")
    for name in ("foreign", "text"):
        with pytest.raises(PressError, match=rf"{name}\.tar\.gz is not an archive of a released edition"):
            release(built, "other", [tmp_path / f"{name}.tar.gz"], tmp_path / "elsewhere")
    with pytest.raises(PressError, match=r"cannot write .*_toc\.yml/dist: Not a directory"):
        release(built, "other", [], built.root / "_toc.yml" / "dist")
