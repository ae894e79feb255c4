"""What a chapter says of itself survives a notebook editor, and a chapter that says nothing is refused."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.check.check import typed
from bookpress.errors import PressError

ROOT = Path(__file__).parents[2]
SLUGS = [chapter.slug for chapter in discover(Project.at(ROOT))]


@pytest.fixture
def book(tmp_path):
    """Return what an editor sees of the book."""
    for name in ("pyproject.toml", "_config.yml", "_toc.yml", "index.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("notebooks", "book"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "data").symlink_to(ROOT / "data")
    return tmp_path


@pytest.mark.heavy
@pytest.mark.parametrize("root", [".", "notebooks"])
def test_a_save_keeps_what_chapters_say_of_themselves(root, book, monkeypatch):
    import jupytext
    from jupytext.config import load_jupytext_config

    before = {chapter.slug: chapter for chapter in discover(Project.at(ROOT))}
    monkeypatch.chdir(book / root)
    for slug in SLUGS:
        path = book / "notebooks" / f"{slug}.md"
        config = load_jupytext_config(str(path))
        assert config.notebook_metadata_filter == "compute_divide"
        notebook = jupytext.read(path, config=config)
        jupytext.write(notebook, path, fmt="md:myst", config=config)
    saved = Project.at(book)
    for after in discover(saved):
        assert after.front_matter == before[after.slug].front_matter
        assert after.parameters == before[after.slug].parameters
        assert len(after.quotes) == len(before[after.slug].quotes)
        assert list(typed(after.where, after.source, saved.settings)) == []


def test_it_is_found_where_the_editor_is_started():
    for folder, name in ((ROOT / "notebooks", "jupytext.toml"), (ROOT, "pyproject.toml")):
        assert 'notebook_metadata_filter = "compute_divide"' in (folder / name).read_text()


@pytest.mark.parametrize("entry", ["finding", "abstract"])
def test_a_chapter_that_says_nothing_of_itself_is_refused(entry, book):
    path = book / "notebooks" / f"{SLUGS[0]}.md"
    head, front, body = path.read_text("utf-8").split("---\n", 2)
    said = yaml.safe_load(front)
    del said["compute_divide"][entry]
    path.write_text("---\n".join([head, yaml.safe_dump(said), body]), "utf-8")
    chapter = next(one for one in discover(Project.at(book)) if one.slug == SLUGS[0])
    words = f"notebooks/{SLUGS[0]}.md: the front matter's `compute_divide` has no {entry}, which"
    with pytest.raises(PressError, match=re.escape(words)):
        _ = chapter.front_matter
