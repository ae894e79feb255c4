"""PDF of the small book: what readers see, what tags say, and that the same pages give the same bytes."""

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from bs4 import BeautifulSoup
from lxml import html

from bookpress.elements.table.paper import leave_rows_out
from bookpress.elements.typesetting.paper import curl_quotes
from bookpress.errors import PressError
from bookpress.formats import choose_formats
from bookpress.outputs.base.front_matter import load_front_matter
from bookpress.outputs.base.page_extraction import read_articles
from bookpress.outputs.base.process import make
from bookpress.outputs.pdf import pdf
from bookpress.outputs.pdf.documents import book_document, chapter_document, style_of_paper

EPOCH = 1795478400  # 2026-11-24
needs_browser = pytest.mark.skipif(
    pdf.missing() is not None, reason=f"no PDF without a browser: {pdf.missing()}"
)


def text_of(path: Path) -> str:
    done = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.fixture
def folder(edition_book: Any, tmp_path: Path) -> Path:
    """Return a folder with all PDF files: chapters' lie beside their pages."""
    for path in edition_book.html.rglob("*.pdf"):
        shutil.copy(path, tmp_path)
    return tmp_path


@pytest.fixture(params=["models", "the-compute-divide"])
def printed(request: pytest.FixtureRequest, folder: Path) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(folder / f"{request.param}.pdf") as document:
        yield document


@needs_browser
def test_it_says_what_it_is_and_has_the_outline_of_its_headings(folder: Path) -> None:
    with pikepdf.open(folder / "models.pdf") as document:
        about, metadata = document.docinfo, document.open_metadata()
        assert about["/Title"] == metadata["dc:title"] == "Who trains large models"
        assert about["/Author"] == "The Compute Divide project"
        assert metadata["dc:creator"] == ["The Compute Divide project"]
        assert "paper edition 0123abcd4567" in str(about["/Subject"])
        assert str(about["/CreationDate"]) == str(about["/ModDate"]) == "D:20261124000000+00'00"
        assert metadata["xmp:MetadataDate"] == "2026-11-24T00:00:00+00:00"
        assert document.Root.Lang == "en"
        assert document.Root.ViewerPreferences.DisplayDocTitle
        with document.open_outline() as outline:
            (chapter,) = outline.root
            assert chapter.title == "Who trains large models"
            sections = [
                "Shares by year",
                "What it means",
                "Choices behind this chapter",
                "Cite this chapter",
            ]
            assert [section.title for section in chapter.children] == sections
    with (
        pikepdf.open(folder / "the-compute-divide.pdf") as document,
        document.open_outline() as outline,
    ):
        opening = ["The Compute Divide", "Contents", "The question and the findings"]
        assert [item.title for item in outline.root] == [*opening, "The divide", "About"]


@needs_browser
def test_it_is_tagged_and_figures_have_alternatives(printed: pikepdf.Pdf) -> None:
    assert printed.Root.MarkInfo.Marked
    found = [one for one in printed.objects if isinstance(one, pikepdf.Dictionary) and "/S" in one]
    kinds = Counter(str(element.S) for element in found)
    assert kinds["/H1"] >= 1
    assert kinds["/Table"] >= 1
    assert kinds["/TH"] > 1
    (figure,) = (element for element in found if element.S == "/Figure")
    assert str(figure.Alt).startswith(
        "Line chart of shares by year: academia falls, industry rises."
    )
    assert str(figure.Alt).endswith("that of industry rises to 75%.")


@needs_browser
@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "models",
            "Who trains large models|Academic teams trained 64% of large models early on, and 16% later.|"
            "Version 0.3.0, paper edition 0123abcd4567|compute-divide run models|Built again by",
        ),
        (
            "the-compute-divide",
            "The paper's vintage 24 November 2026|This edition differs from the published one|CC-BY-4.0|"
            "A dated snapshot of the evidence.|64% of large models (53% to 73%)",
        ),
    ],
)
def test_what_a_reader_sees(folder: Path, name: str, words: str) -> None:
    text = " ".join(text_of(folder / f"{name}.pdf").split())
    assert [word for word in words.split("|") if word not in text] == []
    screen = ("Skip to the text", "Download", "cd.plot", "Search", "Next", "BibTeX", "1 min")
    assert [word for word in screen if re.search(rf"{word}\b", text)] == []


@pytest.mark.heavy
@needs_browser
def test_the_same_pages_give_the_same_bytes_wherever_they_lie(
    edition_book: Any, folder: Path, tmp_path: Path
) -> None:
    copied = tmp_path / "elsewhere" / "html"
    shutil.copytree(
        edition_book.html, copied, ignore=shutil.ignore_patterns("*.pdf", "pdf", "epub")
    )
    make(choose_formats("pdf"), copied, edition_book.root, EPOCH)
    for path in folder.glob("*.pdf"):
        content = next(copied.rglob(path.name)).read_bytes()
        assert content == path.read_bytes(), path.name
        assert b"file:" not in content


def test_pages_link_to_what_was_made_and_only_then(edition_book: Any, built: Any) -> None:
    assert edition_book.page().select_one("#this-chapter a")["href"] == "models.pdf"
    cover = edition_book.page("index")
    files = ["pdf/the-compute-divide.pdf", "epub/the-compute-divide.epub"]
    assert [link["href"] for link in cover.select(".edition-line a")] == files
    assert set(files) <= {link["href"] for link in cover.select("head link[rel=item]")}
    for page in (built.page(), built.page("index")):
        assert not [
            link for link in page.select("[href]") if str(link["href"]).endswith((".pdf", ".epub"))
        ]


def test_links_out_of_a_chapter_need_an_address(edition_book: Any, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(edition_book.root / "book", source / "book")
    shutil.copy(edition_book.root / "_config.yml", source)
    settings = source / "book" / "publication.yml"

    def links() -> list[str]:
        article = read_articles(edition_book.html, "print")[1]
        heading = article.body.find(".//h1")
        heading.text = "See "
        for address in ("../words.html#term-vintage", "#fig-shares", "#no-such-place"):
            heading.append(heading.makeelement("a", {"href": address}))
        document = chapter_document(article, load_front_matter(source, edition_book.html, EPOCH))
        return [str(link["href"]) for link in BeautifulSoup(document, "html5lib").select("h1 a")]

    assert links() == ["#fig-shares"]
    text = settings.read_text("utf-8").replace('base_url: ""', "base_url: https://example.org/book")
    settings.write_text(text, "utf-8")
    assert links() == ["https://example.org/book/words.html#term-vintage", "#fig-shares"]


def test_the_book_in_one_document_names_nothing_twice(edition_book: Any) -> None:
    front = load_front_matter(edition_book.root, edition_book.html, EPOCH)
    document = BeautifulSoup(
        book_document(read_articles(edition_book.html, "print"), front), "html5lib"
    )
    ids = Counter(str(element["id"]) for element in document.select("[id]"))
    assert not [name for name, times in ids.items() if times > 1]
    assert {str(link["href"]).removeprefix("#") for link in document.select("a[href^='#']")} <= set(
        ids
    )
    assert not document.select("script, button, input, nav.book-contents, details.tool")


def test_without_a_browser_the_error_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        PressError, match=r"'pdf' cannot be made: it needs Chromium.*apt-get install chromium"
    ):
        choose_formats("html,pdf")


FIGURE = """<div><div class="chart-figure"><p>Figure</p><div class="chart"><img alt="" src="data:image/svg+xml,\
%3Csvg xmlns='http://www.w3.org/2000/svg' width='160mm' height='{}mm'/%3E"></div></div></div>"""
TEXT = "<p style='height: {}mm'>Text</p>"
ROWS = "<tr><td style='height: 12mm'>Row</td></tr>" * 12
TABLE = f"<div class='table-scroll'><table>{ROWS}</table></div>"
HEADING = "<h2>Heading</h2>"


@needs_browser
@pytest.mark.parametrize(
    ("parts", "pages"),
    [
        ([TEXT.format(100), FIGURE.format(145)], ["Text Figure"]),  # a little smaller, it fits
        (  # the text goes on before it
            [TEXT.format(130), FIGURE.format(150), TEXT.format(80), TEXT.format(30)],
            ["Text Text", "Figure Text"],
        ),
        (  # with text of another section, where its own has none
            [TEXT.format(110), FIGURE.format(170), HEADING, TEXT.format(80)],
            ["Text Heading Text", "Figure"],
        ),
        ([TEXT.format(140), TABLE], ["Text" + 7 * " Row", "Row" + 4 * " Row"]),  # it breaks
    ],
)
def test_little_of_a_page_is_left_white(parts: list[str], pages: list[str], tmp_path: Path) -> None:
    assert printed_pages("".join(parts), tmp_path) == pages


def printed_pages(section: str, folder: Path) -> list[str]:
    """Return the words on each page of a chapter that is one section."""
    body = f"<article><section>{section}</section></article>"
    style = f"<style>{style_of_paper()}</style>"
    with pdf.printer() as printed:
        made = printed(f"<!DOCTYPE html>{style}<body class='chapter'>{body}", final=False)
    path = folder / "made.pdf"
    path.write_bytes(made)
    return [" ".join(text.split()) for text in text_of(path).split("\f")[:-1]]


LINES = "<p style='font-size: 10mm; line-height: 12mm'>One line<br>Another</p>"
EIGHT_ROWS = "<tr><td style='height: 18mm'>Row</td></tr>" * 8
SCROLLED = f"<div class='pst-scrollable-table-container'><table>{EIGHT_ROWS}</table></div>"
NAMED = f"<section>{HEADING}{LINES}{SCROLLED}</section>"
FOLDED = f"<details class='chapter-choices' open><summary>Title</summary>{SCROLLED}</details>"
MEANING = "<dd style='break-inside: avoid'><p style='height: 20mm'>Meaning</p></dd>"
TERM = f"<dl><dt>Term</dt>{MEANING}</dl>"


@needs_browser
@pytest.mark.parametrize(
    ("height", "part", "words"),
    [
        (180, NAMED, "Heading One line Another" + 8 * " Row"),
        (230, FOLDED, "Title" + 8 * " Row"),
        (230, TERM, "Term Meaning"),
    ],
)
def test_what_belongs_together_stands_on_one_page(
    height: int, part: str, words: str, tmp_path: Path
) -> None:
    assert printed_pages(f"{TEXT.format(height)}{part}", tmp_path) == ["Text", words]


def test_a_table_has_all_its_rows_or_says_where_they_are() -> None:
    rows = "".join(f"<tr><td>row {number}</td></tr>" for number in (1, 2))
    head = "<thead><tr><th>What</th></tr></thead>"
    body = html.fromstring(
        f"<div><table class='searchable'>{head}<tbody>{rows}</tbody></table>"
        f"<table class='searchable' data-rows='1761'>{head}<tbody>{rows}</tbody></table></div>"
    )
    leave_rows_out(body)
    texts = [" ".join(table.itertext()) for table in body]
    assert texts == ["What row 1 row 2", "1,761 rows, on the web page of this chapter."]


def test_quotation_marks_are_curled_except_in_code() -> None:
    body = html.fromstring(
        "<div>A year's runs <em>of 'Data on AI'</em> by O'Brien <code>-p 'a=1'</code></div>"
    )
    curl_quotes(body)
    assert body.text_content() == "A year’s runs of ‘Data on AI’ by O’Brien -p 'a=1'"
