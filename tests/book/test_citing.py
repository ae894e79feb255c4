"""Every chapter of the book can be cited in the state it was read in: pages, files, crate and command say the same."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import rispy
from bs4 import BeautifulSoup
from cite.zotero import zotero

from book.conftest import ROOT
from bookpress.book.project import Project
from bookpress.cite.cited_edition import reference
from bookpress.cite.files import FORMATS, FORMS
from bookpress.cite.styles import STYLES
from sampling import count, some

pytestmark = pytest.mark.heavy

EDITIONS = ["default", "paper"]
Build = Callable[[str], Path]


def chapters(edition: Path) -> Iterator[tuple[str, BeautifulSoup]]:
    written = sorted((edition / "html" / "notebooks").glob("*.html"))
    is_chapter = {path.stem for path in (ROOT / "notebooks").glob("*.md")}
    pages = [path for path in written if path.stem in is_chapter]  # others say where one has moved
    assert len(pages) >= 6
    for path in some(pages, 4, len(edition.name)):
        yield path.stem, BeautifulSoup(path.read_text("utf-8"), "html5lib")


def record(edition: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((edition / "edition.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("name", EDITIONS)
def test_tags_box_files_and_command_agree(
    built_book: Build, checkout: Path, run_command: Callable[..., str], name: str
) -> None:
    edition = built_book(name)
    facts, files = record(edition), edition / "html" / "cite"
    for slug, page in chapters(edition):
        (item,) = json.loads((files / f"{slug}.csl.json").read_text("utf-8"))
        (ris,) = rispy.loads((files / f"{slug}.ris").read_text("utf-8"))
        tags = zotero(str(page), "file:///page.html")
        assert tags["itemType"] == "bookSection"
        assert tags["title"] == item["title"] == ris["title"]
        assert tags["publicationTitle"] == item["container-title"] == ris["secondary_title"]
        assert tags["abstractNote"] == item["abstract"] == ris["abstract"]
        assert tags["date"] == ris["date"]
        assert [last for last, _ in tags["creators"]] == [
            author["literal"] for author in item["author"]
        ]
        assert item["edition"] == ris["edition"] == tags["edition"]
        assert facts["id"] in item["edition"]
        assert facts["chapter_results_sha256"][slug] in item["note"]
        box = page.select_one(".cite-box")
        assert facts["id"] in box.text
        shown = dict(zip(STYLES, (text.text for text in box.select("p.cite-text")), strict=True))
        about = json.loads((edition / f"html/downloads/{slug}.ipynb").read_text("utf-8"))["cells"][
            0
        ]
        assert shown["apa"] in "".join(about["source"])
        assert page.select_one(".cite-box pre").text == (files / f"{slug}.bib").read_text("utf-8")
        for form in FORMS:
            ending = FORMATS[form].ending if form in FORMATS else ""
            wanted = (
                (files / f"{slug}{ending}").read_bytes().decode() if ending else shown[form] + "\n"
            )
            assert reference(Project.at(checkout), slug, form, name) == wanted
    assert run_command(checkout, "cite", slug, "--edition", name) == shown["apa"] + "\n"


@pytest.mark.parametrize("name", EDITIONS)
def test_pages_crate_and_edition_agree_on_id_and_hashes(built_book: Build, name: str) -> None:
    edition = built_book(name)
    facts, described = record(edition), 0
    crate = {
        one["@id"]: one
        for one in json.loads((edition / "ro-crate-metadata.json").read_text("utf-8"))["@graph"]
    }

    def marks(path: str) -> set[str]:
        return {hashlib.sha256((edition / path).read_bytes()).hexdigest(), crate[path]["sha256"]}

    assert crate["./"]["identifier"] == facts["id"]
    assert marks("results.json") == {facts["results_sha256"]}
    for slug, page in chapters(edition):
        assert len(marks(f"html/notebooks/{slug}.html")) == 1
        node = json.loads(page.select_one('script[type="application/ld+json"]').string)
        identifiers = {one["propertyID"]: one["value"] for one in node["identifier"]}
        assert identifiers["edition"] == facts["id"]
        assert marks(f"html/downloads/{slug}-results.json") == {identifiers["results-sha256"]}
        here = f"https://x/notebooks/{slug}.html"
        for file in (file for part in node["hasPart"] for file in part["distribution"]):
            path = "html" + urlsplit(urljoin(here, file["contentUrl"])).path
            assert marks(path) == {file["sha256"]}
            assert file["contentSize"] == f"{(edition / path).stat().st_size} B"
            described += 1
        for link in page.select(
            "head link[rel=item], head link[rel=describedby], head link[rel=collection]"
        ):
            assert (
                edition / "html" / urlsplit(urljoin(here, str(link["href"]))).path[1:]
            ).is_file()
    assert described >= count(4, 12)
    tables = json.loads((edition / "html" / "datapackage.json").read_text("utf-8"))["resources"]
    folders = [table["path"].split("/")[1] for table in tables]
    assert folders == sorted(folders)  # the same bytes, whichever edition was built before
