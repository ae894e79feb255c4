"""Every chapter of the book can be cited in the state it was read in: pages, files and command say the same."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pybtex.database
import pytest
import rispy
from bs4 import BeautifulSoup
from citation.zotero import zotero

from bookpress.citation.styles import STYLES, format_item

pytestmark = pytest.mark.book
EDITIONS = ["default", "paper"]
Build = Callable[[str], Path]


def chapters(edition: Path) -> Iterator[tuple[str, BeautifulSoup]]:
    """Yield slug and page of every chapter."""
    pages = sorted((edition / "html" / "notebooks").glob("*.html"))
    assert len(pages) >= 6
    for path in pages:
        yield path.stem, BeautifulSoup(path.read_text("utf-8"), "html5lib")


def record(edition: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((edition / "edition.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("name", EDITIONS)
def test_tags_box_files_and_command_agree(
    built_book: Build, checkout: Path, run_command: Callable[..., str], name: str
) -> None:
    edition = built_book(name)
    facts = record(edition)
    for slug, page in chapters(edition):
        files = edition / "html" / "cite"
        (item,) = json.loads((files / f"{slug}.csl.json").read_text("utf-8"))
        (entry,) = pybtex.database.parse_file(str(files / f"{slug}.bib"), "bibtex").entries.values()
        (ris,) = rispy.loads((files / f"{slug}.ris").read_text("utf-8"))
        tags = zotero(str(page), "file:///page.html")
        assert tags["itemType"] == "bookSection"
        assert tags["title"] == item["title"] == ris["title"]
        assert tags["publicationTitle"] == item["container-title"] == ris["secondary_title"]
        assert tags["abstractNote"] == item["abstract"] == ris["abstract"]
        assert tags["date"] == ris["date"]
        assert tags["date"].split("/") == [entry.fields["year"], "11", entry.fields["day"]]
        assert tags["publisher"] == item["publisher"] == ris["publisher"] == entry.fields["publisher"]
        assert [last for last, _ in tags["creators"]] == [author["literal"] for author in item["author"]]
        assert item["edition"] == ris["edition"] == entry.fields["note"]
        assert facts["id"] in item["edition"]
        assert facts["chapter_results_sha256"][slug] in item["note"]
        shown = [text.text for text in page.select(".cite-box p.cite-text")]
        assert shown == [format_item(item, style, "The compute divide").text for style in STYLES]
    printed = run_command(checkout, "cite", slug, "--edition", name, "--format", "csl-json")
    assert json.loads(printed) == [item]


@pytest.mark.parametrize("name", EDITIONS)
def test_a_page_and_its_edition_agree_on_id_and_hash(built_book: Build, name: str) -> None:
    edition = built_book(name)
    facts = record(edition)
    assert hashlib.sha256((edition / "results.json").read_bytes()).hexdigest() == facts["results_sha256"]
    for slug, page in chapters(edition):
        (script,) = page.select('script[type="application/ld+json"]')
        identifiers = {one["propertyID"]: one["value"] for one in json.loads(script.string)["identifier"]}
        assert identifiers["edition"] == facts["id"]
        results = (edition / "html" / "downloads" / f"{slug}-results.json").read_bytes()
        assert identifiers["results-sha256"] == hashlib.sha256(results).hexdigest()


@pytest.mark.parametrize("name", EDITIONS)
def test_the_crate_and_the_pages_agree_on_id_and_hashes(built_book: Build, name: str) -> None:
    edition = built_book(name)
    facts = record(edition)
    graph = json.loads((edition / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
    crate = {entity["@id"]: entity for entity in graph}
    assert crate["./"]["identifier"] == facts["id"]
    assert crate["results.json"]["sha256"] == facts["results_sha256"]
    for slug, page in chapters(edition):
        whole = hashlib.sha256((edition / "html" / "notebooks" / f"{slug}.html").read_bytes()).hexdigest()
        assert crate[f"html/notebooks/{slug}.html"]["sha256"] == whole
        (script,) = page.select('script[type="application/ld+json"]')
        for part in json.loads(script.string)["hasPart"]:
            for file in part["distribution"]:
                path = urlsplit(urljoin(f"https://x/notebooks/{slug}.html", file["contentUrl"])).path[1:]
                assert crate[f"html/{path}"]["sha256"] == file["sha256"]


@pytest.mark.parametrize("name", EDITIONS)
def test_every_file_that_a_chapter_describes_is_there(built_book: Build, name: str) -> None:
    edition = built_book(name)
    described = 0
    for slug, page in chapters(edition):
        here = f"https://x/notebooks/{slug}.html"
        (script,) = page.select('script[type="application/ld+json"]')
        node = json.loads(script.string)
        for part in node["hasPart"]:
            for file in part["distribution"]:
                content = (edition / "html" / urlsplit(urljoin(here, file["contentUrl"])).path[1:]).read_bytes()
                assert file["contentSize"] == f"{len(content)} B"
                assert file["sha256"] == hashlib.sha256(content).hexdigest()
                described += 1
        for link in page.select("head link[rel=item], head link[rel=describedby], head link[rel=collection]"):
            assert (edition / "html" / urlsplit(urljoin(here, str(link["href"]))).path[1:]).is_file()
    assert described >= 12


def test_another_edition_names_itself_alone(built_book: Build) -> None:
    default, paper = record(built_book("default")), record(built_book("paper"))
    assert default["id"] != paper["id"]
    for _, page in chapters(built_book("paper")):
        box = page.select_one(".cite-box").text
        assert paper["id"] in box
        assert default["id"] not in str(page.head) + box
        assert shlex.split(page.select_one("[data-copy=command]").text) == ["compute-divide", "build", "paper"]


def test_works_cited_are_listed_under_references(built_book: Build) -> None:
    for slug, page in chapters(built_book("default")):
        cited = {str(link["href"]) for link in page.select("main .bibtex-citation a")}
        for link in cited:
            assert page.select_one(f"#references {link}"), f"{slug}: {link}"
        assert len(page.select('meta[name="citation_reference"]')) == len(page.select("#references li"))


@pytest.mark.long
@pytest.mark.skipif(os.environ.get("BOOKPRESS_LONG") != "1", reason="set BOOKPRESS_LONG=1 to build once more")
def test_the_printed_command_rebuilds_the_same_state(
    built_book: Build, fresh_checkout: Path, run_command: Callable[..., str]
) -> None:
    edition = built_book("paper")
    _, page = next(chapters(edition))
    program, *words = shlex.split(page.select_one("[data-copy=command]").text)
    assert program == "compute-divide"
    run_command(fresh_checkout, *words)
    again = record(fresh_checkout / "_build" / "editions" / "paper")
    assert (again["id"], again["results_sha256"]) == (record(edition)["id"], record(edition)["results_sha256"])
