"""The e-book of the small book: what epubcheck says, what is in it, and that the same pages give the same bytes."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin

import pytest
from lxml import etree

from bookpress.build.formats import Format, make

EPOCH = 1795478400  # 2026-11-24
JAR = Path("/usr/share/java/epubcheck.jar")
NAMES = {
    "opf": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
    "x": "http://www.w3.org/1999/xhtml",
    "m": "http://www.w3.org/1998/Math/MathML",
    "s": "http://www.w3.org/2000/svg",
    "epub": "http://www.idpf.org/2007/ops",
}
pytestmark = pytest.mark.book


def file_of(edition_book: Any) -> Path:
    (found,) = (edition_book.html / "epub").iterdir()
    assert found.name == "the-compute-divide.epub"
    return Path(found)


@pytest.fixture
def archive(edition_book: Any) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(file_of(edition_book)) as opened:
        yield opened


def tree(archive: zipfile.ZipFile, name: str) -> Any:
    return etree.fromstring(archive.read(f"EPUB/{name}"))


def pages(archive: zipfile.ZipFile) -> dict[str, Any]:
    return {
        name.removeprefix("EPUB/"): etree.fromstring(archive.read(name))
        for name in archive.namelist()
        if name.endswith(".xhtml")
    }


def test_epubcheck_has_nothing_to_say(edition_book: Any, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    command = ["java", "-jar", str(JAR), str(file_of(edition_book)), "--json", str(report)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = json.loads(report.read_text("utf-8"))
    assert said["messages"] == []
    assert done.returncode == 0
    assert said["checker"]["nError"] == 0


def test_the_package_says_what_it_is(archive: zipfile.ZipFile) -> None:
    package = tree(archive, "package.opf")

    def texts(path: str) -> list[str]:
        return [str(element.text) for element in package.iterfind(f".//{path}", NAMES)]

    assert texts("dc:title") == ["The Compute Divide", "Who has the computing power for machine learning"]
    assert texts("dc:creator") == ["The Compute Divide project"]
    assert texts("dc:language") == ["en"]
    assert texts("dc:date") == ["2026-11-24"]
    assert texts("opf:meta[@property='dcterms:modified']") == ["2026-11-24T00:00:00Z"]
    (identifier,) = texts("dc:identifier")
    assert identifier.startswith("urn:uuid:")
    assert "0123abcd4567" in texts("dc:source")[0]
    assert {"alternativeText", "longDescription", "MathML", "tableOfContents"} <= set(
        texts("opf:meta[@property='schema:accessibilityFeature']")
    )


def test_another_edition_is_another_book(edition_book: Any, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(edition_book.root / "book", source / "book")
    record = json.loads((edition_book.root / "edition.json").read_text("utf-8"))
    (source / "edition.json").write_text(json.dumps({**record, "id": "fedcba987654"}), "utf-8")
    html = tmp_path / "html"
    shutil.copytree(edition_book.html, html, ignore=shutil.ignore_patterns("pdf", "epub"))
    make([Format("epub", "bookpress.page.print.epub", lambda: None)], html, source, EPOCH)
    with (
        zipfile.ZipFile(file_of(edition_book)) as one,
        zipfile.ZipFile(html / "epub" / "the-compute-divide.epub") as two,
    ):
        first, second = (tree(book, "package.opf").findtext(".//dc:identifier", None, NAMES) for book in (one, two))
    assert first != second


def test_the_same_pages_give_the_same_bytes(edition_book: Any, tmp_path: Path) -> None:
    html = tmp_path / "html"
    shutil.copytree(edition_book.html, html, ignore=shutil.ignore_patterns("pdf", "epub"))
    make([Format("epub", "bookpress.page.print.epub", lambda: None)], html, edition_book.root, EPOCH)
    assert (html / "epub" / "the-compute-divide.epub").read_bytes() == file_of(edition_book).read_bytes()


def test_the_archive_is_in_order(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    assert entries[0].filename == "mimetype"
    assert entries[0].compress_type == zipfile.ZIP_STORED
    assert archive.read("mimetype") == b"application/epub+zip"
    assert {entry.date_time for entry in entries} == {(2026, 11, 24, 0, 0, 0)}


def test_contents_follow_the_parts_and_chapters(archive: zipfile.ZipFile) -> None:
    contents = tree(archive, "nav.xhtml").find(".//x:nav[@epub:type='toc']", NAMES)
    top = contents.findall("x:ol/x:li", NAMES)
    assert ["".join(item[0].itertext()) for item in top] == [
        "The Compute Divide",
        "The question and the findings",
        "The divide",
        "About",
    ]
    chapter = top[2].find("x:ol/x:li", NAMES)
    assert chapter.find("x:a", NAMES).text == "1 Who trains large models"
    assert [link.text for link in chapter.findall("x:ol/x:li/x:a", NAMES)] == [
        "Shares by year",
        "What it means",
        "Choices behind this chapter",
    ]


def test_every_link_and_picture_is_there(archive: zipfile.ZipFile) -> None:
    found, names = pages(archive), set(archive.namelist())
    ids = {name: {element.get("id") for element in page.iter() if element.get("id")} for name, page in found.items()}
    for name, page in found.items():
        for image in page.iterfind(".//x:img", NAMES):
            assert f"EPUB/{image.get('src')}" in names
            assert image.get("alt")
        for link in page.iterfind(".//x:a", NAMES):
            address = link.get("href")
            if address.startswith("https://"):
                continue
            path, _, anchor = unquote(urljoin(name, address)).partition("#")
            assert path in found
            assert not anchor or anchor in ids[path]


def test_pages_are_still(archive: zipfile.ZipFile) -> None:
    for page in pages(archive).values():
        assert not page.xpath("//x:script | //x:button | //x:input | //x:nav[@id='contents']", namespaces=NAMES)
        assert not page.xpath("//@style[contains(., 'url(')]")


def test_figures_are_vectors_with_description_and_formulas_are_mathml(archive: zipfile.ZipFile) -> None:
    found = pages(archive)
    figure = found["notebooks-models.xhtml"].find(".//x:figure[@id='fig-shares']", NAMES)
    assert figure.find(".//x:img", NAMES).get("src") == "figures/models/shares-narrow.svg"
    assert "rises to 75%" in "".join(figure.find("x:details", NAMES).itertext())
    assert found["words.xhtml"].find(".//m:math//m:mfrac", NAMES) is not None
    bar = found["index.xhtml"].find(".//s:svg", NAMES)
    assert bar.get("viewBox") == "0 0 100 8"
    assert archive.read("EPUB/cover.png").startswith(b"\x89PNG")
