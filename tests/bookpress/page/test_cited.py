"""What a chapter's page tells of its figures and downloads holds for the files that were written."""

from __future__ import annotations

import hashlib
import json
import struct
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import yaml
from page.conftest import EDITION, EPOCH

from bookpress.build.formats import Format, make
from bookpress.page.print import pdf


def described(built: Any) -> dict[str, Any]:
    (script,) = built.page().select('script[type="application/ld+json"]')
    node: dict[str, Any] = json.loads(script.string)
    return node


def file_of(built: Any, address: str) -> bytes:
    content: bytes = (built.html / urlsplit(urljoin("https://x/notebooks/models.html", address)).path[1:]).read_bytes()
    return content


def test_the_data_of_every_figure_has_the_stated_size_and_hash(built: Any) -> None:
    parts = described(built)["hasPart"]
    assert [part["name"] for part in parts] == ["Academic teams lost ground"]
    for part in parts:
        assert part["creditText"] == "Epoch AI, models database (snapshot of 2026-08-19)."
        assert built.page().select_one(part["url"])
        for file in part["distribution"]:
            content = file_of(built, file["contentUrl"])
            assert file["contentSize"] == f"{len(content)} B"
            assert file["sha256"] == hashlib.sha256(content).hexdigest()


def test_the_picture_of_the_page_is_its_first_figure(built: Any) -> None:
    picture = file_of(built, described(built)["image"])
    assert picture.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", picture[16:24])
    assert width > height > 0


def test_every_item_can_be_taken_away(built: Any) -> None:
    links = [str(link["href"]) for link in built.page().select("head link[rel=item]")]
    assert any(link.endswith(".ipynb") for link in links)
    assert all(file_of(built, link) for link in links)


def test_a_chapter_ends_in_its_citation(built: Any) -> None:
    box = built.page().select_one("section#cite-this-chapter")
    assert "The Compute Divide" in box.select_one("p.cite-text").text
    assert "Chapter 1" in box.select_one("p.cite-text").text
    assert not built.page("index").select("section#cite-this-chapter")


def pdf_addresses(book: Any, formats: list[str]) -> list[str]:
    """Return what a chapter's page tells of its PDF, in an edition that is made in these formats."""
    book.write("edition.json", json.dumps({**EDITION, "name": "default", "is_default": True, "formats": formats}))
    book.build()
    return [str(meta["content"]) for meta in book.page().select("meta[name=citation_pdf_url]")]


@pytest.mark.skipif(pdf.missing() is not None, reason=f"no PDF without a browser: {pdf.missing()}")
def test_the_address_of_the_pdf_is_told_where_book_and_pdf_have_one(book: Any) -> None:
    settings = yaml.safe_load((book.root / "book/publication.yml").read_text("utf-8"))
    assert pdf_addresses(book, ["html", "pdf"]) == []
    book.write("book/publication.yml", yaml.safe_dump({**settings, "base_url": "https://book.example/"}))
    assert pdf_addresses(book, ["html"]) == []
    (address,) = pdf_addresses(book, ["html", "pdf"])
    make([Format("pdf", "bookpress.page.print.pdf", lambda: None)], book.html, book.root, EPOCH)
    assert address.startswith("https://book.example/")
    assert (book.html / urlsplit(address).path[1:]).read_bytes().startswith(b"%PDF-")
