"""From nothing to a chapter that is checked, run, built and cited: the walk of a new author."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bookpress.book.project import Project
from bookpress.chapter.estimates import as_estimate
from bookpress.commands.base.new_chapter import PATTERN, new_chapter
from bookpress.errors import UsageError
from holdtrue.estimates import ResultError
from quick import quick_python

ROOT = Path(__file__).parents[2]
PLAIN = "# Plain\n\nNothing but words.\n"
FALL = "fell(share_late, share_early)"


@pytest.fixture
def author(book: Project) -> Project:
    """Return a book with one plain chapter, and the pattern for others."""
    shutil.copy(ROOT / PATTERN, book.root / PATTERN)
    (book.root / "book/settings.yml").write_text(
        "layout: press\nfolders: [book, notebooks]\nstrict: true\n"
        "command: bookpress\nfront_matter: compute_divide\npackage: compute_divide\n"
        "parameter_types: compute_divide.choices\n"
    )
    for name in ("notebooks/second.md", "book/editions/other.yml"):
        (book.root / name).unlink()
    (book.root / "notebooks/first.md").write_text(PLAIN)
    toc = book.root / "_toc.yml"
    toc.write_text(toc.read_text().replace("  - file: notebooks/second\n", ""))
    return book


@pytest.mark.heavy
def test_the_walk_of_a_new_author(author: Project) -> None:
    def do(*words: str) -> str:
        done = subprocess.run(
            [quick_python(), "-m", "bookpress", *words],
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
    linted = [
        sys.executable,
        ROOT / "scripts/chapters.py",
        "lint",
        "--only",
        "notebooks/my-question.md",
    ]
    assert subprocess.run(linted, cwd=author.root, capture_output=True).stdout == b""
    found = json.loads(do("run", "my-question", "--json"))["my-question"]
    assert found["share_early"]["value"] > found["share_late"]["value"] > 0
    built = do("build").strip()
    assert said_in(built, "statements")[FALL]["holds"] is True
    page = (Path(built).parent / "notebooks" / "my-question.html").read_text()
    assert f"{found['share_late']['value']:.0%} (95% interval" in page
    assert 'id="fig-my-question"' in page
    assert "models of 2010–2014" in page
    assert "My question" in do("cite", "my-question")


def said_in(index: str, kind: str) -> dict[str, Any]:
    """Return the results or statements of the new chapter in the edition of this front page."""
    found = json.loads((Path(index).parents[1] / f"{kind}.json").read_text())["my-question"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("name", "after", "said"),
    [
        ("My question", None, "is not the name of a chapter"),
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


@pytest.mark.parametrize("end", ["\r\n", "\n", ""])
def test_a_chapter_is_listed_whatever_ends_the_lines(author: Project, end: str) -> None:
    toc = author.root / "_toc.yml"
    lines = ["format: jb-book", "root: index", "chapters:", "  - file: notebooks/first"]
    toc.write_bytes(((end or "\n").join(lines) + end).encode())
    new_chapter(author, "mine")
    lines.append("  - file: notebooks/mine")
    assert toc.read_bytes() == "".join(f"{line}{end or chr(10)}" for line in lines).encode()


def test_a_page_without_code_is_not_written_over(author: Project) -> None:
    settings = author.root / "book/settings.yml"
    settings.write_text(settings.read_text().replace("layout: press\n", ""))
    page = author.root / "notebooks/words.md"
    page.write_text(PLAIN)
    with pytest.raises(UsageError, match=r"there is a file notebooks/words\.md already"):
        new_chapter(Project.at(author.root), "words")
    assert page.read_text() == PLAIN


@pytest.mark.parametrize(("value", "unit"), [(580, "count"), (0.5, "")])
def test_a_plain_number_can_be_quoted(value: float, unit: str) -> None:
    found = as_estimate("so_many", value)
    assert (found.value, found.unit, found.label) == (value, unit, "so many")


@pytest.mark.parametrize("value", ["580", None, [1], float("inf"), True])
def test_what_cannot_be_quoted_is_one_line_with_the_call_that_helps(value: object) -> None:
    with pytest.raises(
        ResultError, match=r"is neither an estimate nor a finite number; .*Estimate\("
    ) as error:
        as_estimate("n", value)
    assert "\n" not in str(error.value)


@pytest.mark.heavy
def test_a_chapter_is_cited_once_it_is_built_and_says_what_follows_from_its_parameters(
    author: Project,
) -> None:
    def do(*words: str) -> subprocess.CompletedProcess[str]:
        command = [quick_python(), "-m", "bookpress", *words]
        return subprocess.run(command, cwd=author.root, capture_output=True, text=True)

    assert do("build").returncode == 0
    new_chapter(author, "my-question")
    done = do("cite", "my-question")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'default' was built without the chapter 'my-question': build it again" in done.stderr
    built = do("build", "-p", "late=2005-2009").stdout.strip()
    turned = said_in(built, "statements")[FALL]
    assert turned["holds"] is None
    assert turned["because"] == "2005 to 2009 does not follow 2010 to 2014"
    assert said_in(built, "results")["share_late"]["label"] == "universities alone, 2005 to 2009"
    other = Path(built).parents[1].name
    told = f"'my-question': build it again, or cite it with --edition {other}"
    assert told in do("cite", "my-question").stderr
    assert "My question" in do("cite", "my-question", "--edition", other).stdout
