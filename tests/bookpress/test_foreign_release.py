"""Books by others are released from their repositories as these are: below a folder, with links, with no .gitignore."""

import json
import os
import shlex
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from processes import press, write_files

from bookpress.assembly.published import build_lock
from bookpress.book.project import Project
from bookpress.files import tree
from bookpress.release.archives import read_archive
from bookpress.release.released import load_ledger

pytestmark = pytest.mark.heavy

CELL = "```{code-cell} ipython3\nprint(open('years.csv').read())\n```\n"
FILES = {
    "README.md": "# Read me\n\nWords of the repository.\n",
    "shared/years.csv": "year\n2001\n",
    "shared/more/note.md": "# Note\n\nWords from elsewhere.\n",
    "docs/_config.yml": "title: Rivers & Lakes\nauthor: A. Author\n",
    "docs/_toc.yml": "format: jb-book\nroot: index\nchapters:\n- file: flow\n- file: more/note\n",
    "docs/flow.md": f"---\nfile_format: mystnb\nkernelspec: {{name: python3, display_name: P}}\n---\n# Flow\n\n{CELL}",
}
LINKS = {
    "docs/index.md": "../README.md",
    "docs/years.csv": "again.csv",
    "docs/again.csv": "../shared/years.csv",
    "docs/more": "../shared/more",
    "docs/lost.csv": "/nowhere/at/all.csv",
}


def git(home: Path, *words: str) -> None:
    named = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", str(home)]
    subprocess.run([*named, *words], check=True)


def commit(home: Path) -> None:
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "What there is")


def assert_clean(home: Path) -> None:
    """Nothing that is not committed lies in a repository."""
    status = ["git", "-C", str(home), "status", "--porcelain"]
    assert subprocess.run(status, capture_output=True, check=True).stdout == b""


@pytest.fixture(scope="module", name="repository")
def of_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with a book that was built, and committed with all that lay there."""
    home = write_files(tmp_path_factory.mktemp("rivers"), FILES)
    for name, target in LINKS.items():
        (home / name).symlink_to(target)
    git(home, "init", "-q")
    git(home, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},docs/theirs")
    assert "`bookpress build` makes the default one" in press(home / "docs", "release", code=2)
    commit(home)
    press(home / "docs", "build")
    assert_clean(home)
    return home


@pytest.fixture(scope="module")
def released(repository: Path) -> Path:
    """Return the archive of a release."""
    said = press(repository / "docs", "release", whole=True)
    assert "commit data/released" in said
    [archive] = (repository / "docs/dist").glob("*.tar.gz")
    said = press(repository / "docs", "release", code=1)
    assert "changes that are not committed (docs/data/): commit them" in said
    return archive


def test_what_reading_a_book_leaves_is_not_committed(repository: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    git(tmp_path, "clone", "-q", str(repository), str(home))
    press(home / "docs", "params")
    assert (home / "docs/_build/.parsed").is_dir()
    assert_clean(home)


def test_an_archive_is_named_after_the_book_and_holds_what_links_lead_to(released: Path) -> None:
    assert released.name.startswith("rivers-lakes-0-")
    hashes = read_archive(released).hashes
    assert {"book/index.md", "book/more/note.md", "book/years.csv", "book/again.csv"} <= {*hashes}
    assert "book/lost.csv" not in hashes


def test_an_archive_builds_again_alone(released: Path, tmp_path: Path) -> None:
    with tarfile.open(released) as tar:
        tar.extractall(tmp_path, filter="data")
    book = tmp_path / released.name.removesuffix(".tar.gz") / "book"
    press(book, "build")
    again, was = (
        json.loads(path.read_text())
        for path in (book / "_build/editions/default/edition.json", book.parent / "edition.json")
    )
    assert again["id"] == was["id"]
    assert again["source"] == was["source"]


def test_a_release_stands_and_the_next_has_a_version_of_its_own(
    repository: Path, released: Path
) -> None:
    book = repository / "docs"
    known = read_archive(released).facts.id
    with build_lock(Project.at(book)):
        assert "a build or a release is running; wait for it" in press(book, "release", code=1)
    commit(repository)
    assert "no results to compare" in press(book, "verify", known)
    press(book, "build")
    assert "no results to compare" in press(book, "verify", "default")
    said = press(book, "release", code=1)
    assert "give the book a new version in book/publication.yml" in said
    write_files(book, {"book/publication.yml": 'version: "1"\n'})
    commit(repository)
    press(book, "build")
    git(repository, "config", "tag.gpgSign", "true")
    git(repository, "tag", "--no-sign", "v1/beside")
    assert "git cannot make the tag v1" in press(book, "release", "--tag", code=1)
    git(repository, "tag", "--delete", "v1/beside")
    press(book, "release", "--tag")
    git(repository, "rev-parse", "--quiet", "--verify", "v1^{commit}")
    names = sorted(path.name.rpartition("-")[0] for path in released.parent.glob("*.tar.gz"))
    assert names == ["rivers-lakes-0", "rivers-lakes-1"]


TURNED = """---
file_format: mystnb
kernelspec: {name: python3, display_name: P}
---
# Flow

```{code-cell} ipython3
:tags: [parameters]

n = 2
banks = "left"
```

```{code-cell} ipython3
print(n, banks)
```
"""


def made(home: Path, *words: str, files: dict[str, str] | None = None) -> Path:
    """Make a book in a repository of its own with a command; return its folder."""
    toc = "format: jb-book\nroot: index\nchapters:\n- file: flow\n- file: ebb\n"
    own = {"_toc.yml": toc, "_config.yml": FILES["docs/_config.yml"], "index.md": "# Front\n"}
    git(
        write_files(home, {**own, "flow.md": TURNED, "ebb.md": TURNED, **(files or {})}),
        "init",
        "-q",
    )
    commit(home)
    press(home, *words)
    return home


def test_an_archive_says_how_its_states_are_made_again(tmp_path: Path) -> None:
    grid = ("-g", "n=2,3", "-g", 'flow.banks=["left","both, or none"]')
    book = made(tmp_path / "book", "explore", "flow", *grid)
    press(book, "release")
    [archive] = (book / "dist").glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    top = tmp_path / archive.name.removesuffix(".tar.gz")
    readme = (top / "README.txt").read_text()
    _, _, command = readme.rpartition(" bookpress ")
    assert command.startswith("explore --yes -g flow.n=2,3 -g ")
    press(top / "book", *shlex.split(command))
    again = top / "book/_build/editions/default/html"
    assert tree(again) == tree(top / "html")
    assert (again / "states/flow/index.js").is_file()


def test_pages_of_a_book_are_kept_whatever_their_names_and_bytes_or_refused(tmp_path: Path) -> None:
    config = FILES["docs/_config.yml"] + "sphinx: {config: {html_extra_path: [extra]}}\n"
    toc = "format: jb-book\nroot: index\nchapters:\n- file: editions/first\n"
    files = {"_config.yml": config, "_toc.yml": toc, "editions/first.md": "# First\n"}
    files |= {
        "一\u3000二 \U0001f469\u200d\U0001f4bb.txt": "a space and a sign that no printer knows"
    }
    extra = tmp_path / "book/extra/other.html"
    extra.parent.mkdir(parents=True)
    extra.write_bytes(b"<html><head></head><body>caf\xe9</body></html>")
    book = made(tmp_path / "book", "build", files=files)
    record = json.loads((book / "_build/editions/default/edition.json").read_text("utf-8"))
    press(book, "release", record["id"])
    site = book / "dist/site"
    assert b"caf\xe9</body>" in (site / "other.html").read_bytes()
    assert 'rel="version-history" href="../versions.html"' in (
        site / "editions/first.html"
    ).read_text("utf-8")
    write_files(book, {"_toc.yml": f"{toc}- file: versions\n", "versions.md": "# My own\n"})
    write_files(book, {"book/publication.yml": 'version: "1"\n'})
    commit(book)
    press(book, "build")
    said = press(book, "release", code=1)
    assert said == (
        "error: the page versions.html of the book stands where the site has one of its own: "
        "give it another name, and build again\n"
    )


def test_what_a_text_cites_and_quotes_is_found_however_it_is_wrapped(tmp_path: Path) -> None:
    quoting = TURNED.replace("print(n, banks)", "x = 2 * n") + "\nIt is {result}`x`.\n"
    other = quoting.replace("2 * n", "3 * n")
    book = made(tmp_path / "book", "build", files={"flow.md": quoting, "ebb.md": other})
    text = tmp_path / "notes.txt"
    entries = [press(book, "cite", name, "-f", "bibtex") for name in ("flow", "ebb")]
    text.write_text("\n".join(entries).replace("edition ", "edition\n").replace(" ", "\n"))
    assert press(book, "verify", str(text)).count("results equal") == 2
    said = press(book, "cite", "--watch", str(text))
    assert "flow (as it was built here): all 1 results stand" in said
    assert "ebb (as it was built here): all 1 results stand" in said
    text.write_text("My second edition of the notes quotes flow:x=4.")
    assert press(book, "cite", "--watch", str(text)) == "flow:x stands: 4\n"
    text.write_text("My second edition of the notes.")
    assert "names no edition" in press(book, "cite", "--watch", str(text), code=2)


def test_what_is_damaged_is_named_in_one_line_and_stops_nothing_else(
    repository: Path, released: Path
) -> None:
    book = repository / "docs"
    known = read_archive(released).facts.id
    broken = book / "_build/editions/broken"
    ledger = book / "data/released/9.json"
    for content, why in {
        "{": "Expecting property",
        "{}": "its edition.json has no id, name",
    }.items():
        files = ("edition.json", "results.json", "statements.json")
        write_files(broken, dict.fromkeys(files, content))
        for words in (
            ["verify", "broken"],
            ["compare", "default", "broken"],
            ["release", "broken"],
        ):
            said = press(book, *words, code=1)
            assert f"{broken} is damaged: {why}" in said
            assert len(said.strip().splitlines()) == 1
        assert "no results to compare" in press(book, "verify", known)
        write_files(ledger.parent, {ledger.name: content})
        assert press(book, "verify", known, code=1 if content == "{}" else 2).startswith(
            "error: released/9.json is "
        )
        ledger.unlink()
    shutil.rmtree(broken)


def test_versions_of_one_day_are_in_their_own_order(repository: Path, released: Path) -> None:
    known = next((repository / "docs/data/released").glob("*.json")).read_text("utf-8")
    versions = ("1.9", "1.10", "1.2")
    ledger = {f"data/released/{version}.json": known for version in versions}
    project = Project.at(write_files(repository.parent / "ledger", {"_toc.yml": "", **ledger}))
    assert [*load_ledger(project)] == ["1.2", "1.9", "1.10"]


def test_names_that_are_no_text_are_named_in_one_line(tmp_path: Path) -> None:
    book = made(tmp_path / "book", "params")
    odd = book / os.fsdecode(b"caf\xe9.txt")
    odd.touch()
    said = press(book, "build", code=1)
    assert said == "error: the name of the file './caf\\udce9.txt' is not UTF-8: give it another\n"
    odd.unlink()
    (book / "link").symlink_to(os.fsdecode(b"caf\xe9"))
    write_files(book, {"index.md": "# Front\n\nMore.\n"})
    commit(book)
    press(book, "build")
    said = press(book, "release", code=1)
    assert said == "error: the link link leads to b'caf\\xe9', which is not UTF-8\n"
