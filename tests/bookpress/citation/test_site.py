"""The pages of a small site: tags, box and files say the same; no dead link; nothing empty shows."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pybtex.database
import pytest
import rispy
from bs4 import BeautifulSoup

from bookpress.citation.styles import STYLES, format_item

MakeSite = Callable[..., Path]
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
SLUGS = ["plain", "hard-names", "single", "group", "bare"]
PUBLIC_ROOT = {
    "default": "https://example.org/book/",
    "paper": "https://example.org/book/editions/0123456789ab/",
}


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "html5lib")


def tags(page: BeautifulSoup, name: str) -> list[str]:
    return [str(meta["content"]) for meta in page.select(f'meta[name="{name}"], meta[property="{name}"]')]


def described(page: BeautifulSoup) -> dict[str, Any]:
    (script,) = page.select('script[type="application/ld+json"]')
    node: dict[str, Any] = json.loads(script.string or "")
    return node


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize("edition", ["default", "paper"])
def test_tags_box_and_files_agree(make_site: MakeSite, edition: str, public: bool, slug: str) -> None:
    site = make_site(edition, public=public)
    page = soup(site / "notebooks" / f"{slug}.html")
    (item,) = json.loads((site / "cite" / f"{slug}.csl.json").read_text("utf-8"))
    (entry,) = pybtex.database.parse_file(str(site / "cite" / f"{slug}.biblatex.bib"), "bibtex").entries.values()
    (record,) = rispy.loads((site / "cite" / f"{slug}.ris").read_text("utf-8"))
    node = described(page)

    assert tags(page, "citation_title") == [item["title"]] == [record["title"]] == [node["name"]]
    assert tags(page, "citation_inbook_title") == [item["container-title"]] == [record["secondary_title"]]
    assert node["isPartOf"]["name"] == item["container-title"]
    day = "-".join(f"{part:02}" for part in item["issued"]["date-parts"][0])
    assert tags(page, "citation_publication_date") == [day.replace("-", "/")] == [record["date"]]
    assert node["datePublished"] == day == entry.fields["date"]
    assert len(tags(page, "citation_author")) == len(item["author"]) == len(record["authors"]) == len(node["author"])
    assert (
        [record.get("doi")] == [item.get("DOI")] == [entry.fields.get("doi")] == (tags(page, "citation_doi") or [None])
    )
    assert record.get("urls", [None]) == [item.get("URL")] == [entry.fields.get("url")]
    assert (tags(page, "citation_public_url") or [None]) == [item.get("URL") if public else None]
    assert record["edition"] == item["edition"] == node["version"]
    assert (tags(page, "citation_abstract") or [None]) == [item.get("abstract")] == [record.get("abstract")]

    shown = [text.decode_contents() for text in page.select(".cite-box p.cite-text")]
    assert [BeautifulSoup(html, "html5lib").text for html in shown] == [
        format_item(item, style).text for style in STYLES
    ]
    assert page.select_one(".cite-box pre").text == (site / "cite" / f"{slug}.bib").read_text("utf-8")


def test_another_edition_cites_itself_alone(make_site: MakeSite) -> None:
    for slug in SLUGS:
        page = soup(make_site("paper", public=True) / "notebooks" / f"{slug}.html")
        text = str(page)
        assert "7f3e1a2b9c0d" not in text
        assert "10.5555/ch_2" not in text
        assert "10.5555/book_1" not in text
        assert page.select_one("link[rel=canonical]")["href"] == f"{PUBLIC_ROOT['paper']}notebooks/{slug}.html"
        assert "0123456789ab" in page.select_one(".cite-edition").text


def test_the_box_names_the_exact_state(make_site: MakeSite) -> None:
    box = soup(make_site("paper") / "notebooks" / "plain.html").select_one(".cite-box")
    facts = {term.text: term.find_next("dd").text for term in box.select("dl.cite-state > dt")}
    assert facts["Edition"] == "0123456789ab (paper)"
    assert facts["Data vintage"] == "2023-03"
    assert facts["SHA-256 of the results"] == "ab" * 32
    assert facts["Built again by"] == "compute-divide build paper"
    cells = [cell.text for cell in box.select(".cite-differs td")]
    assert cells == ["vintage", "2023-03", "2026-08", "plain, bare", "top_k", "[1, 2]", "[]", "hard-names"]


def test_a_book_without_an_edition_is_cited_by_its_version(make_site: MakeSite) -> None:
    site = make_site()
    box = soup(site / "notebooks" / "plain.html").select_one(".cite-box")
    assert not box.select(".cite-state, .cite-edition")
    (item,) = json.loads((site / "cite" / "plain.csl.json").read_text("utf-8"))
    assert item["edition"] == "Version 0.1.0"
    assert "note" not in item


def test_without_an_address_nothing_claims_one(make_site: MakeSite) -> None:
    site = make_site("default", base_url="", edition_url="", doi="")
    for path in [site / "index.html", *(site / "notebooks").glob("*.html"), site / "book" / "citing.html"]:
        page = soup(path)
        assert not page.select("link[rel=canonical], meta[property^='og:'], link[rel=cite-as][href*='example.org']")
        assert not tags(page, "citation_public_url") + tags(page, "citation_fulltext_html_url")
        ours = page.select("meta[name^=citation_], meta[property]")
        assert not [meta for meta in ours if not meta.get("content")]
    assert not (site / "sitemap.xml").exists()
    assert "None" not in soup(site / "notebooks" / "bare.html").select_one(".cite-box").text


@pytest.mark.parametrize("edition", ["default", "paper"])
@pytest.mark.parametrize("public", [True, False])
def test_every_link_leads_somewhere(make_site: MakeSite, edition: str, public: bool) -> None:
    site = make_site(edition, public=public)
    root = PUBLIC_ROOT[edition] if public else "https://reader.example/"
    checked = 0
    for path in [site / "index.html", *(site / "notebooks").glob("*.html"), site / "book" / "citing.html"]:
        here = urljoin("https://reader.example/", path.relative_to(site).as_posix())
        page = soup(path)
        links = [
            str(link["href"])
            for link in page.select("head link[rel=describedby], head link[rel=item], link[rel=collection]")
        ]
        links += [str(link["href"]) for link in page.select(".cite-downloads a, .cite-entry-title a")]
        links += list(addresses(described(page))) if page.select('script[type="application/ld+json"]') else []
        for link in links:
            whole = urljoin(here, link)
            for start in (root, "https://reader.example/"):
                if whole.startswith(start):
                    name = urlsplit(whole.removeprefix(start)).path or "index.html"
                    assert (site / name).is_file() or name == "figures/a.png", link
                    checked += 1
                    break
    assert checked > 40


def addresses(value: Any) -> Iterator[str]:
    """Yield the addresses of pages and files in a description."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in {"url", "contentUrl", "image"} and isinstance(inner, str):
                yield inner
            else:
                yield from addresses(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from addresses(inner)


def test_the_data_of_a_figure_has_the_stated_size_and_hash(make_site: MakeSite) -> None:
    site = make_site("default", public=True)
    (dataset,) = described(soup(site / "notebooks" / "plain.html"))["hasPart"]
    (file,) = dataset["distribution"]
    content = (site / file["contentUrl"].removeprefix("https://example.org/book/")).read_bytes()
    assert file["contentSize"] == f"{len(content)} B"
    assert file["sha256"] == hashlib.sha256(content).hexdigest()
    assert file["encodingFormat"] == "text/csv"


def test_typed_links_follow_the_signposting_profile(make_site: MakeSite) -> None:
    page = soup(make_site("default", public=True) / "notebooks" / "hard-names.html")
    found = {kind: [str(link["href"]) for link in page.select(f"head > link[rel={kind}]")] for kind in
             ("cite-as", "author", "license", "collection", "type", "describedby")}  # fmt: skip
    assert found["cite-as"] == ["https://doi.org/10.5555/ch_2"]
    assert found["author"] == ["https://orcid.org/0000-0002-1825-0097"]
    assert found["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert found["collection"] == ["../index.html"]
    assert "https://schema.org/ScholarlyArticle" in found["type"]
    assert len(found["describedby"]) == 4


def test_the_front_page_is_the_book(make_site: MakeSite) -> None:
    page = soup(make_site("default", public=True) / "index.html")
    node = described(page)
    assert node["@type"] == "Book"
    assert [part["position"] for part in node["hasPart"]] == [1, 2, 3, 4, 5]
    assert [link["href"] for link in page.select("head > link[rel=item]")] == [
        f"notebooks/{slug}.html" for slug in SLUGS
    ]
    assert page.select_one("link[rel=cite-as]")["href"] == "https://doi.org/10.5555/book_1"
    assert tags(page, "og:type") == ["book"]
    assert not tags(page, "citation_title")


def test_a_book_may_be_indexed_as_one(make_site: MakeSite) -> None:
    site = make_site("default", public=True, chapter_tags=False)
    for slug in SLUGS:
        page = soup(site / "notebooks" / f"{slug}.html")
        assert not page.select('meta[name^="citation_"]')
        assert page.select_one(".cite-box")
    front = soup(site / "index.html")
    assert tags(front, "citation_title") == ["Who {computes} & who pays: 5% of $1_000 <for> some"]
    assert tags(front, "citation_isbn") == ["978-3-16-148410-0"]
    assert not tags(front, "citation_inbook_title")


def test_open_graph_shows_the_main_figure(make_site: MakeSite) -> None:
    page = soup(make_site("default", public=True) / "notebooks" / "plain.html")
    assert tags(page, "og:image") == ["https://example.org/book/figures/a.png"]
    assert tags(page, "og:image:alt") == ["A line & a dot"]
    assert tags(page, "og:image:width") == ["1400"]
    assert not tags(soup(make_site("default", public=True) / "notebooks" / "bare.html"), "og:image")


def test_the_sitemap_names_every_page(make_site: MakeSite) -> None:
    text = (make_site("default", public=True) / "sitemap.xml").read_text("utf-8")
    found = re.findall(r"<loc>(.*?)</loc>", text)
    pages = ["", "book/citing.html", *(f"notebooks/{slug}.html" for slug in SLUGS)]
    assert sorted(found) == sorted(f"https://example.org/book/{page}" for page in pages)
    assert set(re.findall(r"<lastmod>(.*?)</lastmod>", text)) == {"2026-11-24"}


def test_references_stand_under_a_heading_where_something_is_cited(make_site: MakeSite) -> None:
    site = make_site("default")
    page = soup(site / "notebooks" / "plain.html")
    section = page.select_one("section#references")
    assert section.select_one("h2").text.startswith("References")
    assert [entry.text.split(".")[0] for entry in section.select("li")] == ["Doe, J", "The Report group"]
    cited = [link["href"] for link in page.select("main p a[href^='#id'], article p a[href^='#id']")]
    assert cited
    assert all(section.select_one(link) for link in cited)
    assert tags(page, "citation_reference")[0].startswith(
        "citation_title=The GPU gap, a study;citation_author=Doe, Jo;"
    )
    assert not soup(site / "notebooks" / "bare.html").select("#references")


def test_how_to_cite_lists_the_book_and_every_chapter(make_site: MakeSite) -> None:
    site = make_site("paper")
    page = soup(site / "book" / "citing.html")
    titles = [title.text for title in page.select(".cite-entry-title")]
    items = [json.loads((site / "cite" / f"{slug}.csl.json").read_text("utf-8"))[0] for slug in SLUGS]
    assert titles == [item["title"] for item in items]
    assert all("paper edition 0123456789ab" in text.text for text in page.select(".cite-list .cite-text"))


def test_pages_load_nothing_from_elsewhere(make_site: MakeSite) -> None:
    site = make_site("default", public=True)
    script = (site / "_static" / "cite.js").read_text("utf-8")
    assert not re.search(r"https?://|fetch\(|XMLHttpRequest|import\(", script)


@pytest.mark.book
def test_a_reference_is_copied_without_a_network(make_site: MakeSite) -> None:
    from playwright.sync_api import sync_playwright

    page_file = make_site("paper") / "notebooks" / "plain.html"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(offline=True)
        page = context.new_page()
        page.goto(page_file.as_uri(), wait_until="domcontentloaded")
        button = page.get_by_role("button", name="Copy the APA reference")
        button.focus()
        page.keyboard.press("Enter")
        page.get_by_text("The APA reference is copied.").wait_for()
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<textarea id=\"paste\"></textarea>')")
        page.locator("#paste").focus()
        page.keyboard.press("Control+V")
        pasted = page.locator("#paste").input_value()
        shown = page.locator(".cite-box p.cite-text").first.text_content()
        plain = browser.new_context(java_script_enabled=False).new_page()
        plain.goto(page_file.as_uri(), wait_until="domcontentloaded")
        without_script = (
            plain.locator(".cite-copy").count(),
            plain.locator(".cite-box p.cite-text").first.is_visible(),
        )
        browser.close()
    assert pasted == shown
    assert without_script == (0, True)
