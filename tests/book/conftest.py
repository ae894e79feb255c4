"""The whole book, built by its own command in a copy of the checkout."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import yaml

from book.browsing import Site, browser, page, serve  # noqa: F401 - fixtures
from bookpress.assembly.published import build_lock
from bookpress.book.project import Project
from bookpress.terminal.progress import Reporter
from quick import quick_python
from sampling import LONG

ROOT = Path(__file__).resolve().parents[2]
EPOCH = "1795478400"  # 2026-11-24: a copy has no commit to be dated by
PARTS = ("book", "data", "notebooks", "requirements.lock", "_config.yml", "_toc.yml", "index.md")


def copy_of_checkout(folder: Path, like: Path, made: Sequence[str] = ("cache", "pictures")) -> Path:
    """Copy what a build needs, with the runs of chapters and pictures that another checkout has made."""
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        else:
            folder.mkdir(exist_ok=True)
            shutil.copy2(source, folder / name)
    for name in made:
        if (like / "_build" / name).is_dir():
            shutil.copytree(like / "_build" / name, folder / "_build" / name, copy_function=os.link)
    return folder


LINK = re.compile(
    r"\[([^\]]*)\]\((?:(?!\w+:)[\w./-]+\.md[^)]*|#[\w-]+)\)"
    r"|\{term\}`([^`<]*[^`<\s])(?:\s*<[^`]*>)?`"
)
"""A link to another page of the book, a heading or the glossary, with its words."""


def shrink(root: Path, quoted: str, slugs: Sequence[str]) -> None:
    """Reduce the book to some chapters, without what they quote of others, and a short cover."""
    others = "|".join({path.stem for path in (root / "notebooks").glob("*.md")} - {*slugs})
    quoted_there = re.compile(rf"\{{(?:holds|result)\}}`(?:{others}):[^`]*`")
    for slug in slugs:
        chapter = root / f"notebooks/{slug}.md"
        text = quoted_there.sub("", chapter.read_text("utf-8"))
        chapter.write_text(LINK.sub(r"\1\2", text), encoding="utf-8")
    (root / "data/released/renamed.yml").unlink()  # chapters moved into some that are not there
    files = [{"file": f"notebooks/{slug}"} for slug in slugs]
    (root / "_toc.yml").write_text(
        yaml.safe_dump({"format": "jb-book", "root": "index", "chapters": files})
    )
    (root / "index.md").write_text(
        f"# A book\n\nIt knows {{result}}`{quoted}`.\n", encoding="utf-8"
    )


def command(root: Path, *words: str) -> str:
    run = [quick_python(), "-m", "compute_divide_evidence", *words]
    env = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "COMPUTE_DIVIDE_DATA": str(root / "data")}
    done = subprocess.run(run, cwd=root, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def checkout(made_once: Callable[..., Path]) -> Path:
    """Return a copy of the checkout with the built published edition, for all test processes."""

    def make(folder: Path) -> None:
        command(copy_of_checkout(folder, ROOT), "build")

    return made_once("checkout", make)


@pytest.fixture(scope="session")
def run_command() -> Callable[..., str]:
    return command


@pytest.fixture(scope="session")
def built_book(checkout: Path) -> Callable[[str], Path]:
    """Return a function that builds an edition once and returns its folder under ``_build/editions``."""

    def build(edition: str = "default") -> Path:
        folder = checkout / "_build" / "editions" / edition
        if not folder.exists():
            command(checkout, "build", edition)
        return folder

    return build


@pytest.fixture
def fresh_checkout(tmp_path: Path, checkout: Path) -> Path:
    """Return a copy in which nothing has run; pictures exist already, except in `make test-long`."""
    with build_lock(Project.at(checkout), Reporter()):
        return copy_of_checkout(tmp_path / "fresh", checkout, [] if LONG else ["pictures"])


@pytest.fixture(scope="session")
def site(built_book: Callable[[str], Path]) -> Iterator[Site]:
    root = built_book("default") / "html"
    with serve(root) as address:
        yield Site(root, address)
