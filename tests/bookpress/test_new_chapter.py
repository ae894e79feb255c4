"""From nothing to a chapter that is checked, run, built and cited: the walk of a new author."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bookpress.book.chapters import PATTERN, new_chapter
from bookpress.book.project import Project
from bookpress.chapter.estimates import ResultError
from bookpress.chapter.legacy import record
from bookpress.errors import UsageError

PLAIN = "# Plain\n\nNothing but words.\n"


@pytest.fixture
def author(book: Project) -> Project:
    """Return a book with one plain chapter, and the pattern for others."""
    shutil.copy(Path(__file__).parents[2] / PATTERN, book.root / PATTERN)
    (book.root / "book/settings.yml").write_text(
        "command: bookpress\nfront_matter: compute_divide\npackage: compute_divide\n"
        "parameter_types: compute_divide.choices\n"
    )
    for name in ("notebooks/second.md", "book/editions/other.yml"):
        (book.root / name).unlink()
    (book.root / "notebooks/first.md").write_text(PLAIN)
    toc = book.root / "_toc.yml"
    toc.write_text(toc.read_text().replace("  - file: notebooks/second\n", ""))
    return book


def test_the_walk_of_a_new_author(author: Project) -> None:
    def do(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "bookpress", *words],
            cwd=author.root,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout

    do("new", "chapter", "my-question")
    assert (
        "notebooks/first\n  - file: notebooks/my-question\n"
        in (author.root / "_toc.yml").read_text()
    )
    assert do("check") == ""
    found = json.loads(do("run", "my-question", "--json"))["my-question"]
    assert found["models"]["value"] == found["known"]["n"] > 0
    built = Path(do("build").strip())
    page = (built.parent / "notebooks" / "my-question.html").read_text()
    assert f"{found['models']['value']:,.0f}</" in page
    assert 'id="fig-my-question"' in page
    assert "My question" in do("cite", "my-question")


@pytest.mark.parametrize(
    ("name", "after", "said"),
    [
        ("My question", None, "is no name of a chapter"),
        ("first", None, "there is a chapter 'first' already"),
        ("mine", "frist", "no chapter 'frist'; did you mean first?"),
    ],
)
def test_a_chapter_that_cannot_be_begun_leaves_nothing(
    name: str, after: str | None, said: str, author: Project
) -> None:
    before = (author.root / "_toc.yml").read_text()
    with pytest.raises(UsageError, match=said):
        new_chapter(author, name, after)
    assert (author.root / "_toc.yml").read_text() == before
    assert [path.name for path in (author.root / "notebooks").iterdir()] == ["first.md"]


@pytest.mark.parametrize("value", [580, 0.5])
def test_a_plain_number_is_recorded(value: float, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, dict[str, object]]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    record("so_many", value)
    [fields] = [data for mime, data in shown[0].items() if "result" in mime]
    assert (fields["value"], fields["unit"], fields["label"]) == (value, "count", "so many")


@pytest.mark.parametrize("value", ["580", None, [1], float("inf"), True])
def test_what_cannot_be_recorded_is_one_line_with_the_import_that_helps(value: object) -> None:
    with pytest.raises(
        ResultError,
        match=r"^the result 'n' cannot be recorded: .*from bookpress.chapter.estimates import",
    ) as error:
        record("n", value)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)
