"""Text of the data is text on every page, whatever it holds: tables, rows of a reader, a snapshot that was added."""

import csv
import json
from pathlib import Path

import hostile
import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from book.conftest import command, copy_of_checkout, shrink
from book.snapshots import write_snapshot
from bookpress.assembly.published import build_lock
from bookpress.book.project import Project
from bookpress.terminal.progress import Reporter
from sampling import LONG

OWN = ("model", "reference", "organisations", "countries", "team_label", "training_hardware", "base_model", "domain", "task", "link")  # fmt: skip

CHAPTERS = (
    *("audit", "large-scale-models", "machines", "open-models", "scrutiny"),
    *("causes", "diffusion", "policy", "training-compute"),
)
"""Chapters with most texts of models, organisations, machines and papers, and those they quote.

The long run has all.
"""


@pytest.fixture(scope="module")
def edition(tmp_path_factory, checkout):
    """Build the book of evidence whose texts are markup, in a folder with a secret beside it."""
    root = tmp_path_factory.mktemp("hostile") / "deep" / "down" / "book"
    root.parent.mkdir(parents=True)
    with build_lock(Project.at(checkout), Reporter()):
        copy_of_checkout(root, checkout, ["pictures"])
    if not LONG:
        shrink(root, "large-scale-models:academia_share_late", CHAPTERS)
    for folder in [root, *root.parents[:3]]:
        (folder / "secret.txt").write_text(hostile.SECRET)
    assert hostile.full_of_markup(root / "data", root) > 100
    write_own_rows(root / "own.csv")
    command(root, "data", "add", "row", "models", str(root / "own.csv"))
    write_snapshot(root / "new.csv", behind)
    command(root, "data", "add", "models", str(root / "new.csv"), "--vintage", "2026-11")
    formats = "html,epub" if LONG else "html"
    index = command(root, "build", "-p", "vintage=2026-11", "--format", formats)
    return Path(index.strip()).parents[1].resolve()


def write_own_rows(path):
    """Write a row for each kind, in each column of text."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow([*OWN, "published", "sectors", "training_compute_flop", "notability"])
        for place, kind in enumerate(hostile.KINDS):
            texts = [f"{name} {place} {kind.replace('|', '/')}" for name in OWN]
            given = ("2025-05-01", "academia", f"{place + 1}e26", "SOTA improvement")
            writer.writerow([*texts, *given])


def behind(column, cell):
    """Return a cell of a snapshot with a kind behind it, where it is of a column of text."""
    is_text = column in OWN and column != "team_label"
    return f"{cell} {hostile.kind_for(cell)}" if is_text and cell else cell


def test_no_page_and_no_file_holds_what_lies_beside_the_book(edition):
    for path in edition.rglob("*"):
        if path.is_file():
            assert hostile.SECRET.encode() not in path.read_bytes(), path


@pytest.mark.heavy
def test_nothing_in_a_page_leads_or_loads_from_elsewhere_or_runs(edition):
    for path in (edition / "html").rglob("*.html"):
        for element in BeautifulSoup(path.read_bytes(), "html.parser").find_all(True):
            for name, value in element.attrs.items():
                said = (path.name, element.name, name, value)
                assert not name.startswith("on"), said
                if name in {"href", "src", "data", "srcset", "style", "action"}:
                    assert hostile.ELSEWHERE not in value, said
                    assert "secret.txt" not in value, said
                    assert not value.startswith("javascript:"), said
            assert element.get("id") != "elsewhere"


def test_nothing_in_markdown_leads_or_loads_from_elsewhere_or_runs(edition):
    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    package = json.loads((edition / "html/datapackage.json").read_bytes())
    texts = {each["path"]: each.get("description", "") for each in package["resources"]}
    for path in [*(edition / "html").rglob("*.md"), edition / "html/llms.txt"]:
        texts[str(path)] = path.read_text(encoding="utf-8")
    for name, text in texts.items():
        page = BeautifulSoup(markdown.render(text), "html.parser")
        for element in page.find_all(True):
            assert element.name not in {"script", "iframe", "style", "svg"}, (name, element)
            for attribute, value in element.attrs.items():
                assert not attribute.startswith("on"), (name, element)
                assert hostile.ELSEWHERE not in value, (name, element)
                assert not str(value).startswith("javascript:"), (name, element)


@pytest.mark.heavy
def test_every_kind_is_read_as_it_stands_in_the_data(edition):
    shown = ""
    for path in (edition / "html").rglob("*.html"):
        text = BeautifulSoup(path.read_bytes(), "html.parser").get_text(" ")
        shown += " ".join(text.split())
    for kind in hostile.KINDS:
        words = " ".join(kind.split())
        assert words in shown or words.replace("|", "/") in shown
