"""The whole book as PDF and EPUB: nothing is cut off, figures are vectors with words for them, contents are right."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest
from bs4 import BeautifulSoup

from book.browsing import JAVA
from bookpress.files import tree
from bookpress.formats import choose_formats
from bookpress.outputs.base.process import make
from bookpress.outputs.pdf import pdf
from sampling import some

EPOCH = 1795478400  # 2026-11-24
JAR = Path("/usr/share/java/epubcheck.jar")
MARGIN = 50
"""Points from the edge of the paper within which no letter may lie."""
pytestmark = pytest.mark.skipif(
    pdf.missing() is not None, reason=f"no PDF without a browser: {pdf.missing()}"
)


@pytest.fixture(scope="module")
def made(built_book: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the pages of a book with its formats; in the long run it has all chapters."""
    edition = built_book("default")
    html = tmp_path_factory.mktemp("formats") / "html"
    shutil.copytree(edition / "html", html)
    cover = BeautifulSoup((html / "index.html").read_text("utf-8"), "html5lib")
    pages = sorted((html / "notebooks").glob("*.html"))
    listed = [page for page in pages if "noindex" not in page.read_text("utf-8")]
    for page in {*pages} - {*listed}:  # a chapter that moved only leads on
        page.unlink()
    for page in {*listed} - {*some(listed, 4, 4)}:
        page.unlink()
        cover.select_one(f"#book_contents a[href='notebooks/{page.name}']").parent.decompose()
    (html / "index.html").write_text(str(cover), "utf-8")
    formats = choose_formats("pdf,epub")
    make(formats, html, edition / "source", EPOCH)
    return html


def chapters(html: Path) -> dict[str, BeautifulSoup]:
    pages = (html / "notebooks").glob("*.html")
    return {path.stem: BeautifulSoup(path.read_text("utf-8"), "lxml") for path in pages}


def words(path: Path) -> Iterator[tuple[int, str, float, float]]:
    done = subprocess.run(
        ["pdftotext", "-bbox", str(path), "-"], capture_output=True, text=True, check=True
    )
    page = 0
    for line in done.stdout.splitlines():
        page += "<page " in line
        found = re.search(r'xMin="([\d.-]+)".*xMax="([\d.-]+)".*>(.*)</word>', line)
        if found:
            yield page, found[3], float(found[1]), float(found[2])


@pytest.mark.heavy
def test_every_chapter_and_the_book_are_there_and_nothing_is_cut_off(made: Path) -> None:
    assert {path.stem for path in (made / "notebooks").glob("*.pdf")} == {*chapters(made)}
    assert [path.stem for path in (made / "pdf").iterdir()] == ["the-compute-divide"]
    for path in made.glob("*/*.pdf"):
        found = list(words(path))
        assert len(found) > 500
        assert not [word for word in found if word[2] < MARGIN or word[3] > 595 - MARGIN], path.name


def test_figures_are_vectors_with_words_for_them(made: Path) -> None:
    for slug, page in chapters(made).items():
        with pikepdf.open(made / "notebooks" / f"{slug}.pdf") as document:
            things = [
                thing
                for thing in document.objects
                if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream)
            ]
            figures = [thing for thing in things if str(thing.get("/S")) == "/Figure"]
            assert len(figures) == len(page.select("figure.chart-figure")), slug
            assert all(len(str(figure.Alt)) > 80 for figure in figures), slug
            assert all(
                {"/FontFile", "/FontFile2", "/FontFile3"} & set(one.keys())
                for one in things
                if "/FontName" in one
            )
            kinds = {str(thing.get("/Subtype")) for thing in things}
            assert not {"/Image", "/Type3"} & kinds, slug


def test_the_contents_give_the_right_pages(made: Path) -> None:
    command = ["pdftotext", "-layout", str(made / "pdf" / "the-compute-divide.pdf"), "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    sheets = [" ".join(sheet.split()) for sheet in done.stdout.split("\f")]
    contents = sheets[2]
    for page in chapters(made).values():
        title = " ".join(page.select_one("h1").find(string=True).split())
        number = int(re.search(rf"{re.escape(title)} (\d+)", contents)[1])  # type: ignore[index]
        assert title in sheets[number - 1][:400]
        assert sheets[number - 1].endswith(f" {number}")


@pytest.mark.heavy
def test_epubcheck_has_nothing_to_say(made: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    book = made / "epub" / "the-compute-divide.epub"
    subprocess.run(
        [*JAVA, str(JAR), str(book), "--json", str(report)], capture_output=True, check=False
    )
    assert json.loads(report.read_text("utf-8"))["messages"] == []


@pytest.mark.long
def test_two_fresh_checkouts_give_the_same_bytes_in_every_format(
    fresh_checkout: Path, run_command: Callable[..., str]
) -> None:
    other = fresh_checkout.with_name("a-checkout-under-another-name")
    shutil.copytree(fresh_checkout, other)
    for root, jobs in ((fresh_checkout, "2"), (other, "1")):
        run_command(root, "build", "--format", "html,pdf,epub", "--jobs", jobs)
    first, second = (
        tree(root / "_build/editions/default/html") for root in (fresh_checkout, other)
    )
    assert {Path(name).suffix for name in first} >= {
        ".html",
        ".pdf",
        ".epub",
        ".svg",
        ".png",
        ".json",
    }
    assert {
        name for name in first.keys() | second.keys() if first.get(name) != second.get(name)
    } == set()
