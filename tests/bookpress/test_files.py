"""Files that are never half-written, hashes that do not depend on chance, and the one date of a build."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bookpress.book.source import build_time
from bookpress.errors import PressError, UsageError
from bookpress.files import replace_file


def test_a_file_that_cannot_be_written_is_named_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a" / "b.txt"
    replace_file(path, b"old")

    def refuse(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr("bookpress.files.os.fdopen", refuse)
        with pytest.raises(PressError, match=r"the disk is full: cannot write .*b\.txt"):
            replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [one.name for one in path.parent.iterdir()] == ["b.txt"]
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    with pytest.raises(PressError, match="cannot write"):
        replace_file(blocked / "x", b"")


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
    for name, day in (("_config.yml", "2023-01-01"), ("_toc.yml", "2024-02-03"), ("README.md", "2025-01-01")):
        (checkout / name).write_text("root: index\n")
        subprocess.run([*named, "add", name], check=True)
        environment["GIT_COMMITTER_DATE"] = f"{day}T04:05:06+00:00"
        subprocess.run([*named, "commit", "-q", "-m", "x"], check=True, env=environment)
    assert build_time(checkout) == datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)
