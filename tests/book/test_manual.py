"""The examples of the manual work as they stand there."""

import re
from pathlib import Path

import pytest
import yaml

from book.conftest import ROOT, command, copy_of_checkout, shrink
from book.snapshots import write_snapshot
from bookpress.assembly.published import build_lock
from bookpress.book.project import Project
from bookpress.terminal.progress import Reporter
from sampling import LONG

PAGES = ("README.md", "docs/commands.md", "book/re-running.md", "book/citing.md", "CONTRIBUTING.md")
FILE = re.compile(r"(?<![\w./-])[\w-]+\.(?:ya?ml|csv|json\.gz|bib|json|tsv)\b")
CHAPTERS = ("large-scale-models", "training-compute", "causes", "policy")
"""A chapter that own rows move, with those that it quotes; all chapters in the long run."""
COMMANDS = re.compile(r"^```(?:shell|console|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_each_file_that_a_command_names_is_told_of(page):
    text = (ROOT / page).read_text("utf-8")
    prose = COMMANDS.sub("", text)
    for block in COMMANDS.findall(text):
        for file in FILE.findall(block):
            assert f"`{file}`" in prose, (page, file)


def row_of_the_manual():
    text = (ROOT / "book/re-running.md").read_text("utf-8")
    blocks = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    [row] = [block for block in blocks if "model: My Model" in block]
    return row


@pytest.fixture(scope="module")
def book(checkout, tmp_path_factory) -> Path:
    with build_lock(Project.at(checkout), Reporter()):
        root = copy_of_checkout(tmp_path_factory.mktemp("manual") / "book", checkout)
    if not LONG:
        shrink(root, "large-scale-models:academia_share_late", CHAPTERS)
    return root


@pytest.mark.heavy
def test_the_own_row_is_added_built_compared_and_taken_out(book):
    (book / "mine.yml").write_text(row_of_the_manual())
    command(book, "data", "add", "row", "models", "mine.yml")
    index = command(book, "build").strip()
    assert "My Model" in Path(index).read_text("utf-8")
    moved = command(book, "compare", "default", "--json")
    assert "large-scale-models" in moved
    command(book, "data", "remove", "models", "My Model")
    assert not list((book / "data/own").iterdir())


@pytest.mark.heavy
def test_a_snapshot_that_is_added_leaves_the_published_edition_standing(book):
    write_snapshot(book / "notable_ai_models.csv")
    add = ("data", "add", "models", "notable_ai_models.csv", "--vintage", "2026-11")
    command(book, *add)
    assert command(book, "build").strip().endswith("editions/default/html/index.html")
    command(book, "data", "verify")


@pytest.mark.heavy
def test_values_in_a_file_are_taken(book):
    text = (ROOT / "book/re-running.md").read_text("utf-8")
    blocks = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    values = next(block for block in blocks if block.startswith("definition:"))
    assert yaml.safe_load(values)
    (book / "values.yml").write_text(values)
    command(book, "run", "large-scale-models", "-f", "values.yml", "--notebook", "out.ipynb")
    assert (book / "out.ipynb").is_file()
