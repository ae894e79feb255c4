"""The e-book of the small book: what is in it, and that the same pages give the same bytes."""

import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from bookpress.elements.table.paper import suit_readers
from bookpress.outputs.base.process import make
from bookpress.outputs.epub import FORMAT

NAMES = {
    "opf": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
    "x": "http://www.w3.org/1999/xhtml",
    "m": "http://www.w3.org/1998/Math/MathML",
    "s": "http://www.w3.org/2000/svg",
    "epub": "http://www.idpf.org/2007/ops",
}


@pytest.fixture
def made(edition_book: Any) -> Path:
    found: Path = edition_book.html / "epub" / "the-compute-divide.epub"
    return found


@pytest.fixture
def archive(made: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(made) as opened:
        yield opened


def tree(archive: zipfile.ZipFile, name: str) -> Any:
    return etree.fromstring(archive.read(f"EPUB/{name}"))


def make_again(edition_book: Any, source: Path, html: Path) -> Path:
    shutil.copytree(edition_book.html, html, ignore=shutil.ignore_patterns("pdf", "epub"))
    make([FORMAT], html, source, 1795478400)  # 2026-11-24
    return html / "epub" / "the-compute-divide.epub"


def test_the_package_says_what_it_is(archive: zipfile.ZipFile) -> None:
    package = tree(archive, "package.opf")

    def texts(path: str) -> list[str]:
        return [str(element.text) for element in package.iterfind(f".//{path}", NAMES)]

    assert texts("dc:title") == [
        "The Compute Divide",
        "Who has the computing power for machine learning",
    ]
    assert texts("dc:creator") == ["The Compute Divide project"]
    assert texts("dc:language") == ["en"]
    assert texts("dc:date") == ["2026-11-24"]
    assert texts("opf:meta[@property='dcterms:modified']") == ["2026-11-24T00:00:00Z"]
    assert "0123abcd4567" in texts("dc:source")[0]
    features = texts("opf:meta[@property='schema:accessibilityFeature']")
    assert {"alternativeText", "longDescription", "MathML", "tableOfContents"} <= set(features)


def test_the_same_pages_give_the_same_bytes_and_another_edition_another_book(
    edition_book: Any, made: Path, tmp_path: Path
) -> None:
    assert (
        make_again(edition_book, edition_book.root, tmp_path / "html").read_bytes()
        == made.read_bytes()
    )
    source = tmp_path / "source"
    shutil.copytree(edition_book.root / "book", source / "book")
    shutil.copy(edition_book.root / "_config.yml", source)
    record = json.loads((edition_book.root / "edition.json").read_text("utf-8"))
    (source / "edition.json").write_text(json.dumps({**record, "id": "fedcba987654"}), "utf-8")
    books = (made, make_again(edition_book, source, tmp_path / "other"))
    one, two = (
        tree(zipfile.ZipFile(book), "package.opf").findtext(".//dc:identifier", None, NAMES)
        for book in books
    )
    assert one.startswith("urn:uuid:")
    assert one != two


def test_contents_follow_the_parts_and_chapters(archive: zipfile.ZipFile) -> None:
    contents = tree(archive, "nav.xhtml").find(".//x:nav[@epub:type='toc']", NAMES)
    top = contents.findall("x:ol/x:li", NAMES)
    opening = ["The Compute Divide", "The question and the findings"]
    assert ["".join(item[0].itertext()) for item in top] == [*opening, "The divide", "About"]
    chapter = top[2].find("x:ol/x:li", NAMES)
    assert chapter.find("x:a", NAMES).text == "1 Who trains large models"
    sections = ["Shares by year", "What it means", "Choices behind this chapter"]
    assert [link.text for link in chapter.findall("x:ol/x:li/x:a", NAMES)] == sections


def test_figures_are_vectors_with_description_and_formulas_are_mathml(
    archive: zipfile.ZipFile,
) -> None:
    figure = tree(archive, "notebooks-models.xhtml").find(".//x:figure[@id='fig-shares']", NAMES)
    assert figure.find(".//x:img", NAMES).get("src") == "figures/models/shares-narrow.svg"
    assert "rises to 75%" in "".join(figure.find(".//x:details", NAMES).itertext())
    assert tree(archive, "words.xhtml").find(".//m:math//m:mfrac", NAMES) is not None
    assert tree(archive, "index.xhtml").find(".//s:svg", NAMES).get("viewBox") == "0 0 100 8"
    assert archive.read("EPUB/cover.png").startswith(b"\x89PNG")


def test_names_that_a_narrow_picture_cannot_show_are_listed_unfolded(
    archive: zipfile.ZipFile,
) -> None:
    figure = tree(archive, "notebooks-models.xhtml").find(".//x:figure[@id='fig-shares']", NAMES)
    folds = {
        fold.find("x:summary", NAMES).text: fold for fold in figure.iterfind(".//x:details", NAMES)
    }
    assert list(folds) == ["Description", "Names"]
    assert folds["Names"].get("open") is not None
    assert [line.text for line in folds["Names"].iterfind(".//x:li", NAMES)] == [
        "2010, academia-only: AlexNet."
    ]


def test_rows_of_wide_tables_are_cards_with_the_names_of_their_columns() -> None:
    body = html.fromstring(
        "<div><table><thead><tr><th>Who</th><th>What</th><th>How much</th></tr></thead>"
        "<tbody><tr><td>A</td><td>b</td><td>3</td></tr></tbody></table>"
        "<table><thead><tr><th>Who</th><th>What</th></tr></thead>"
        "<tbody><tr><td>A</td><td>b</td></tr></tbody></table></div>"
    )
    suit_readers(body)
    wide, small = body.iter("table")
    assert wide.get("class") == "cards"
    assert [cell.get("data-label") for cell in wide.iter("td")] == ["Who", "What", "How much"]
    assert small.get("class") is None
