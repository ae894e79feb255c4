"""The pages of a small site: tags, box and files say the same; no dead link; nothing empty shows."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from cite.conftest import NAMES
from cite.zotero import creators, item_type, zotero
from playwright.sync_api import Browser

from bookpress.cite.landing_page import LandingPage, highwire_name
from bookpress.cite.record import Citation
from bookpress.cite.styles import STYLES

Sites = dict[str, Path]
SLUGS = ["plain", "hard-names", "single", "group", "bare"]


def soup(site: Path, name: str = "plain") -> BeautifulSoup:
    """Return a page: that of a chapter by its slug, any other by its path."""
    path = site / name if name.endswith(".html") else site / "notebooks" / f"{name}.html"
    return BeautifulSoup(path.read_text("utf-8"), "html5lib")


def every_page(site: Path) -> list[Path]:
    return [
        site / "index.html",
        *(site / "notebooks").glob("*.html"),
        site / "book" / "citing.html",
    ]


def tags(page: BeautifulSoup, name: str) -> list[str]:
    return [
        str(meta["content"])
        for meta in page.select(f'meta[name="{name}"], meta[property="{name}"]')
    ]


def described(page: BeautifulSoup) -> dict[str, Any]:
    (script,) = page.select('script[type="application/ld+json"]')
    node: dict[str, Any] = json.loads(script.string or "")
    return node


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("name", ["default", "paper", "local"])
def test_tags_box_and_files_agree(sites: Sites, name: str, slug: str) -> None:
    site = sites[name]
    page, files = soup(site, slug), site / "cite"
    (item,) = json.loads((files / f"{slug}.csl.json").read_text("utf-8"))
    node = described(page)
    assert tags(page, "citation_title") == [item["title"]] == [node["name"]]
    assert (
        tags(page, "citation_inbook_title")
        == [item["container-title"]]
        == [node["isPartOf"]["name"]]
    )
    day = "-".join(f"{part:02}" for part in item["issued"]["date-parts"][0])
    assert tags(page, "citation_publication_date") == [day.replace("-", "/")]
    assert node["datePublished"] == day
    assert len(tags(page, "citation_author")) == len(item["author"]) == len(node["author"])
    assert tags(page, "citation_doi") == [item[name] for name in ("DOI",) if name in item]
    assert tags(page, "citation_public_url") == ([item["URL"]] if name != "local" else [])
    assert tags(page, "prism.edition") == [item["edition"]] == [node["version"]]
    assert tags(page, "citation_abstract") == [item[name] for name in ("abstract",) if name in item]
    assert len(page.select(".cite-box p.cite-text")) == len(STYLES)
    assert page.select_one(".cite-box pre").text == (files / f"{slug}.bib").read_text("utf-8")


def test_another_edition_cites_itself_alone(sites: Sites) -> None:
    for slug in SLUGS:
        page = soup(sites["paper"], slug)
        assert not [
            name for name in ("7f3e1a2b9c0d", "10.5555/ch_2", "10.5555/book_1") if name in str(page)
        ]
        assert (
            page.select_one("link[rel=canonical]")["href"]
            == f"https://example.org/book/editions/0123456789ab/notebooks/{slug}.html"
        )
        assert "0123456789ab" in page.select_one(".cite-edition").text


def test_the_box_names_the_exact_state(sites: Sites) -> None:
    box = soup(sites["paper"]).select_one(".cite-box")
    facts = {term.text: term.find_next("dd").text for term in box.select("dl.cite-state > dt")}
    assert facts["Edition"] == "0123456789ab (paper)"
    assert facts["Data release"] == "2023-03"
    assert facts["SHA-256 of this chapter’s results"] == "cd" * 32
    assert (
        facts["Source"]
        == f"https://example.org/repo swh:1:rev:{'ef' * 20} (tree swh:1:dir:{'01' * 20})"
    )
    for ending in (".bib", ".biblatex.bib", ".ris", ".csl.json"):
        said = (sites["paper"] / f"cite/plain{ending}").read_text("utf-8")
        assert facts["Source"] in said
        assert "cd" * 32 in said
    assert facts["Built again by"] == "orbits build paper"
    cells = [cell.text for cell in box.select(".cite-differs td")]
    assert cells == [
        "vintage",
        "2023-03",
        "2026-08",
        "plain, bare",
        "top_k",
        "[1, 2]",
        "[]",
        "hard-names",
    ]


def test_a_book_without_edition_and_address_claims_neither(sites: Sites) -> None:
    site = sites["plain"]
    (item,) = json.loads((site / "cite" / "plain.csl.json").read_text("utf-8"))
    assert item["edition"] == "Version 0.1.0"
    assert "note" not in item
    for path in every_page(site):
        page = BeautifulSoup(path.read_text("utf-8"), "html5lib")
        assert not page.select(
            "link[rel=canonical], meta[property^='og:']:not([content=book]), link[rel=cite-as][href*='example.org']"
        )
        assert not page.select(".cite-state, .cite-edition")
        assert not tags(page, "citation_public_url") + tags(page, "citation_fulltext_html_url")
        assert not [
            meta
            for meta in page.select("meta[name^=citation_], meta[property]")
            if not meta.get("content")
        ]
    assert not (site / "sitemap.xml").exists()
    assert "None" not in soup(site, "bare").select_one(".cite-box").text


def test_typed_links_follow_the_signposting_profile(sites: Sites) -> None:
    page = soup(sites["default"], "hard-names")
    found: dict[str, list[str]] = {}
    for link in page.select("head > link[href]"):
        found.setdefault(link["rel"][0], []).append(str(link["href"]))
    assert found["cite-as"] == ["https://doi.org/10.5555/ch_2"]
    assert found["author"] == ["https://orcid.org/0000-0002-1825-0097"]
    assert found["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert found["collection"] == ["../index.html"]
    assert "https://schema.org/ScholarlyArticle" in found["type"]
    assert len(found["describedby"]) == 5


def test_the_front_page_is_the_book(sites: Sites) -> None:
    page = soup(sites["default"], "index.html")
    node = described(page)
    assert node["@type"] == "Book"
    assert [part["position"] for part in node["hasPart"]] == [1, 2, 3, 4, 5]
    items = [link["href"] for link in page.select("head > link[rel=item]")]
    assert items == [f"notebooks/{slug}.html" for slug in SLUGS]
    assert page.select_one("link[rel=cite-as]")["href"] == "https://doi.org/10.5555/book_1"
    assert tags(page, "og:type") == ["book"]
    saved = zotero(str(page), "file:///")
    assert (saved["itemType"], saved["title"], saved["ISBN"]) == (
        "book",
        node["name"],
        "978-3-16-148410-0",
    )
    assert saved["edition"] == "Version 0.1.0, default edition 7f3e1a2b9c0d"
    local = zotero(str(soup(sites["local"], "index.html")), "file:///")
    assert (local["itemType"], local["creators"]) == ("book", [("The Example project", "")])


def test_a_book_may_be_indexed_as_one(sites: Sites) -> None:
    site = sites["plain"]
    assert not soup(site).select('meta[name^="citation_"]')
    assert soup(site).select_one(".cite-box")
    front = soup(site, "index.html")
    assert tags(front, "citation_title") == ["Who {computes} & who pays: 5% of $1_000 <for> some"]
    assert not tags(front, "citation_inbook_title")


def test_open_graph_shows_the_main_figure_and_the_sitemap_every_page(sites: Sites) -> None:
    page = soup(sites["default"])
    found = [tags(page, f"og:image{part}") for part in ("", ":alt", ":width")]
    assert found == [["https://example.org/book/figures/a.png"], ["A line & a dot"], ["1400"]]
    assert not tags(soup(sites["default"], "bare"), "og:image")
    text = (sites["default"] / "sitemap.xml").read_text("utf-8")
    pages = ["", "book/citing.html", *(f"notebooks/{slug}.html" for slug in SLUGS)]
    assert re.findall(r"<loc>(.*?)</loc>", text) == sorted(
        f"https://example.org/book/{page}" for page in pages
    )
    assert set(re.findall(r"<lastmod>(.*?)</lastmod>", text)) == {"2026-11-24"}


def test_references_stand_under_a_heading_where_something_is_cited(sites: Sites) -> None:
    page = soup(sites["default"])
    section = page.select_one("section#references")
    assert section.select_one("h2").text.startswith("References")
    assert [entry.text.split(".")[0] for entry in section.select("li")] == [
        "Doe, J",
        "The Report group",
    ]
    cited = [link["href"] for link in page.select("article p a[href^='#id']")]
    assert cited
    assert all(section.select_one(link) for link in cited)
    reference = tags(page, "citation_reference")[0]
    assert reference.startswith("citation_title=The GPU gap, a study;citation_author=Doe, Jo;")
    assert not soup(sites["default"], "bare").select("#references")


def test_how_to_cite_lists_the_book_and_every_chapter(sites: Sites) -> None:
    site = sites["paper"]
    page = soup(site, "book/citing.html")
    items = [
        json.loads((site / "cite" / f"{slug}.csl.json").read_text("utf-8"))[0] for slug in SLUGS
    ]
    assert [title.text for title in page.select(".cite-entry-title")] == [
        item["title"] for item in items
    ]
    assert all(
        "paper edition 0123456789ab" in text.text for text in page.select(".cite-list .cite-text")
    )


def test_zotero_saves_a_complete_book_section(citation: Citation) -> None:
    """`zotero` is a model of what Zotero makes of a page."""
    if citation.chapter is None:
        return
    head = LandingPage(citation, citation.chapter.page).head_html()
    item = zotero(f"<html><head>{head}</head></html>", "https://reader.example/x.html")
    assert item["itemType"] == "bookSection"
    assert item["title"] == citation.title
    assert item["publicationTitle"] == item["bookTitle"] == citation.book.full_title
    assert item["date"] == f"{citation.date:%Y/%m/%d}"
    assert item["publisher"] == citation.book.publisher
    assert item["language"] == "en"
    assert (item.get("abstractNote"), item.get("DOI")) == (citation.abstract, citation.doi)
    assert item["tags"] == list(citation.keywords)
    assert item["url"] == (citation.url if citation.page_url else "https://reader.example/x.html")
    # A full stop at the end of a name is lost on the way; a comma in a group's becomes the sign that looks like it.
    wanted = [
        (one.surname.replace(",", "‚"), one.given_and_suffix.removesuffix("."))
        for one in citation.authors
    ]
    assert item["creators"] == wanted


def test_the_model_of_zotero_knows_the_traps() -> None:
    assert item_type([("citation_title", "x"), ("citation_book_title", "y")]) == "journalArticle"
    assert creators("van der Berg, Anna Maria", alone=True) == [
        ("Berg", "van der"),
        ("Maria", "Anna"),
    ]
    assert creators("The Example project", alone=True) == [("project", "The Example")]
    for alone in (True, False):
        assert creators(highwire_name(NAMES[3], alone=alone), alone=alone) == [
            ("Barnes‚ Jones and Partners", "")
        ]
        assert all(
            len(creators(highwire_name(author, alone=alone), alone=alone)) == 1 for author in NAMES
        )


def test_a_reference_is_copied_without_a_network(sites: Sites, browser: Browser) -> None:
    address = (sites["paper"] / "notebooks" / "plain.html").as_uri()
    page = browser.new_context(offline=True).new_page()
    page.goto(address, wait_until="domcontentloaded")
    page.get_by_role("button", name="Copy the APA reference").focus()
    page.keyboard.press("Enter")
    page.get_by_text("The APA reference is copied.").wait_for()
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<textarea id=\"paste\"></textarea>')"
    )
    page.locator("#paste").focus()
    page.keyboard.press("Control+V")
    pasted = page.locator("#paste").input_value()
    assert pasted == page.locator(".cite-box p.cite-text").first.text_content()
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(address, wait_until="domcontentloaded")
    assert plain.locator(".cite-copy").count() == 0
    assert plain.locator(".cite-box p.cite-text").first.is_visible()
