"""What is installed belongs to the id of an edition, and to the words that tell two states apart."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from bookpress.book.project import Project
from bookpress.edition import editions, installed
from bookpress.edition.editions import load_edition
from bookpress.files import sha256
from bookpress.release.verify import Cited, cited_in, differences_of


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder in which packages are installed, and no other."""
    folder = tmp_path / "site"
    for name in ("Nothing-1.dist-info", "some_thing-2.0.dist-info"):
        (folder / name).mkdir(parents=True)
    monkeypatch.setattr(installed, "sys", SimpleNamespace(path=[str(folder)]))
    return folder


def test_an_id_is_that_of_the_lock_where_it_is_installed(book: Project, packages: Path) -> None:
    assert load_edition(book).parts["lock"] == sha256(book.lock.read_bytes())
    book.lock.write_text("nothing==1\nsome-thing==2.0 ; python_version < '3'\nother==3\n")
    assert load_edition(book).parts["lock"] == sha256(book.lock.read_bytes())


def test_an_id_says_so_where_something_else_is_installed(
    book: Project, packages: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    of_lock = load_edition(book)
    (packages / "Nothing-1.dist-info").rename(packages / "Nothing-2.dist-info")
    installed.installed.cache_clear()
    editions.note.cache_clear()
    other = load_edition(book)
    assert other.id != of_lock.id
    assert {name for name, part in other.parts.items() if part != of_lock.parts[name]} == {"lock"}
    assert "nothing 2 installed, but in another version in the lock" in capsys.readouterr().err


RESULT = {"value": 1.0, "low": 0.5, "high": 2.0, "k": None, "n": 3, "unit": "share"}


@pytest.mark.parametrize(
    ("now", "apart"),
    [
        ({}, 0),
        ({"value": 1.0 + 1e-12}, 0),
        ({"low": 0.5 * (1 + 5e-10)}, 0),
        ({"value": 1.0 + 1e-8}, 1),
        ({"n": 4}, 1),
        ({"unit": "count"}, 1),
        ({"value": None}, 1),
        ({"value": 0.0}, 1),
    ],
)
def test_results_are_compared_to_nine_digits(now: dict[str, object], apart: int) -> None:
    before = {"chapter": {"key": RESULT}}
    after = {"chapter": {"key": {**RESULT, **now}}}
    assert len(differences_of(before, after)) == apart


def test_a_citation_says_with_which_python_it_was_made() -> None:
    cited = "edition 0123456789ab. Made with Python 3.11.7. Rebuilt by: x"
    assert cited_in(cited) == [Cited("0123456789ab", python="3.11.7")]
