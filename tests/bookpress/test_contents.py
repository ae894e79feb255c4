"""Contents that lead elsewhere, or from a front page in a folder, in each form of a book."""

import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from lxml import html
from playwright.sync_api import Page, expect
from processes import press, write_files

pytestmark = pytest.mark.heavy

TOC = """\
format: jb-book
root: words/start
parts:
- caption: Winds
  chapters:
  - file: words/warm
    sections: [{url: "https://calm.example"}]
  - url: https://winds.example/all?a=1&b=2
    title: More "winds"
- caption: Storms
  chapters: [{file: storms/cold, title: A & B}]
"""
FILES = {
    "_config.yml": "title: Winds\nauthor: Ada Author\n",
    "_toc.yml": TOC,
    "words/start.md": "# Start\n\nSee [](../storms/cold.md).\n\n```{tableofcontents}\n```\n",
    "words/warm.md": "# Warm\n",
    "storms/cold.md": "# Cold\n\nSee [](../words/warm.md).\n",
    "book/settings.yml": "layout: press\n",
}


@pytest.fixture(scope="module", name="site")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_files(tmp_path_factory.mktemp("winds"), FILES)
    press(root, "build", "--format", "html,epub,pdf")
    return root / "_build/editions/default/html"


def printed(path: Path) -> str:
    done = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True)
    return " ".join(done.stdout.split())


def entries(site: Path, name: str) -> list[tuple[str, str]]:
    page: Any = html.parse(str(site / name)).getroot()
    links = page.xpath("//nav[@id='book_contents']/ul/li/a")
    return [(link.text_content().strip(), link.get("href")) for link in links]


def test_contents_name_pages_as_toc_does_and_what_lies_elsewhere(site: Path) -> None:
    assert entries(site, "words/warm.html") == [
        ("Warm", "#"),
        ('More "winds"', "https://winds.example/all?a=1&b=2"),
        ("https://calm.example", "https://calm.example"),
        ("A & B", "../storms/cold.html"),
    ]


def test_a_book_whose_front_page_is_in_a_folder_is_printed_and_made_an_ebook(site: Path) -> None:
    with zipfile.ZipFile(site / "epub/winds.epub") as epub:
        [nav] = [name for name in epub.namelist() if name.endswith("nav.xhtml")]
        listed = epub.read(nav).decode()
    assert listed.index("Warm") < listed.index("A &amp; B")
    contents, rest = listed.split("</nav>", 1)
    assert ".example" not in contents
    assert '<a href="https://winds.example/all?a=1&amp;b=2">More &#34;winds&#34;</a>' in rest
    [pages] = map(printed, site.glob("pdf/*.pdf"))
    assert 'More "winds" (https://winds.example/all?a=1&b=2)' in pages
    assert pages.count("https://calm.example") == 1
    with pikepdf.open(site / "pdf/winds.pdf") as pdf, pdf.open_outline() as outline:
        titles = [entry.title for entry in outline.root]
        below = [entry.title for part in outline.root for entry in part.children]
    assert {"Warm", "Cold"} <= {*titles, *below}


def test_a_front_page_shows_the_contents_beside_it_and_where_its_author_lists_them(
    site: Path, page: Page
) -> None:
    page.set_viewport_size({"width": 1400, "height": 900})
    page.goto((site / "words/start.html").as_uri())
    for place in ("nav.book-contents", "article .toctree-wrapper"):
        expect(page.locator(place).get_by_role("link", name="Warm").first).to_be_visible()
    listed = page.locator("article .toctree-wrapper .caption").all_inner_texts()
    assert listed == ["Winds", "Storms"]


def test_a_front_page_with_a_list_of_chapters_of_ours_shows_it_alone(
    tmp_path: Path, page: Page
) -> None:
    chapter = "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: Python}\n---\n# Cold\n\n"
    chapter += "```{code-cell} ipython3\n1\n```\n"
    start = "# Start\n\n```{chapters}\n```\n"
    changed = {"words/start.md": start, "storms/cold.md": chapter}
    press(write_files(tmp_path, {**FILES, **changed}), "build")
    page.set_viewport_size({"width": 1400, "height": 900})
    page.goto((tmp_path / "_build/editions/default/html/words/start.html").as_uri())
    expect(page.locator(".chapter-list")).to_be_visible()
    expect(page.locator("nav.book-contents")).to_be_hidden()


PARTS = """\
format: jb-book
root: start
parts:
- caption: Winds
  numbered: true
  chapters: [{file: warm}, {file: cold}]
- caption: Notes
  chapters: [{file: calm}]
"""
FORCES = """\
---
kernelspec: {name: python3, display_name: Python 3, language: python}
---

# NAME

```{code-cell} python
:tags: [parameters]

force: int = 8  # how strong
own_NAME: int = 1  # of this chapter
```
"""


def test_a_chapter_without_a_number_is_named_by_its_title(tmp_path: Path) -> None:
    chapters = {f"{name}.md": FORCES.replace("NAME", name) for name in ("warm", "cold", "calm")}
    cover = "# Start\n\n```{every-choice}\n```\n\n```{chapters}\n```\n"
    files = {"_config.yml": "title: Winds\n", "_toc.yml": PARTS, "start.md": cover}
    write_files(tmp_path, {**files, **chapters, "book/settings.yml": "layout: press\n"})
    press(tmp_path, "build")
    page: Any = html.parse(str(tmp_path / "_build/editions/default/html/start.html")).getroot()
    folds = [fold.text.strip() for fold in page.xpath("//*[@class='chapter-choices']/summary")]
    assert folds == ["Of several chapters", "1 warm", "2 cold", "calm"]
    shared = page.xpath("//table[contains(@class, 'every-choice')]//a[contains(@href, '#')]")
    assert [link.text for link in shared] == ["1", "2", "calm"]
    numbers = page.xpath("//*[@class='chapter-number']")
    assert [number.text for number in numbers] == ["1", "2", None]


def test_every_chapter_has_a_pdf_also_without_heading_number_or_entry(tmp_path: Path) -> None:
    chapters = {f"{name}.md": FORCES.replace("NAME", name) for name in ("warm", "cold", "calm")}
    cold = chapters["cold.md"].replace("# cold\n", "Only words of snow.\n")
    listed = PARTS.replace("root: start", "root: calm").replace("{file: calm}", "{file: start}")
    start = {"start.md": "Words alone.\n", "index.md": "A page.\n"}
    files = {"_config.yml": "title: Winds\n", "_toc.yml": listed, **chapters, **start}
    files |= {"cold.md": cold, "loose.md": FORCES.replace("NAME", "loose")}
    write_files(tmp_path, {**files, "book/settings.yml": "layout: press\n"})
    said = press(tmp_path, "build", "--format", "html,pdf,epub", whole=True)
    assert "no such file" not in said
    site = tmp_path / "_build/editions/default/html"
    for name in ("warm", "cold", "calm", "loose"):
        assert f"Own {name}: 1" in printed(site / f"{name}.pdf")
    _, words, rest = printed(site / "cold.pdf").split("Choices behind this chapter")
    assert "Only words of snow." in words
    assert "Cite this chapter" in rest
    [path] = site.glob("epub/*.epub")
    with zipfile.ZipFile(path) as epub:
        assert "Choices behind this chapter" in epub.read("EPUB/cold.xhtml").decode()
    assert not (site / "start.pdf").exists()
    for name in ("warm", "cold", "start"):
        assert "no title" not in (site / f"{name}.html").read_text("utf-8")
    assert "<title>start · Winds</title>" in (site / "start.html").read_text("utf-8")
