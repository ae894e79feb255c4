"""Figures of any library, and the page of its own that each chart has, in our layout and in a theme."""

import json
import zipfile
from pathlib import Path

import pytest
from lxml import html
from playwright.sync_api import Page, expect
from processes import press, write_files
from test_foreign_shapes import PNG

from bookpress.outputs.base.front_matter import load_front_matter
from bookpress.outputs.base.page_extraction import read_articles
from bookpress.outputs.epub.epub import epub_files
from bookpress.outputs.pdf.documents import book_document

CHAPTER = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
# Gales

See {numref}`fig-live`, {ref}`fig-speed`, {ref}`fig-map` and {numref}`{name} <fig-map>`.

```{figure} map.png
:name: fig-map

A map of {result}`top` *gales* {holds}`above_value(top, 6)`
```

```md
[Calms](calms.md) have {result}`none`.
```

```{code-cell} ipython3
:tags: [parameters]

top_of: int = 7
```

```{code-cell} ipython3
from IPython.display import HTML, display
import altair as alt
import pandas as pd
import matplotlib.pyplot as plt
from bookpress import Figure, above_value
top = top_of

def drawn(place, code=""):
    code = f"draw('{place}', '<a href=\\"x\\">');{code}"
    display(HTML(f"<div id='{place}'></div><script>{code}</script>"))
```

```{code-cell} ipython3
---
mystnb:
  image: {alt: A line that rises}
  figure: {name: fig-speed, caption: "Winds \\"roar\\" *at* {result}`top`"}
---
plt.plot([1, 2]);
```

```{code-cell} ipython3
---
mystnb:
  figure: {name: fig-live, caption: Drawn on the page}
---
display(HTML(f"<script>/* {20_000 * 'a'} */ window.draw = (place) => {{}};</script>"))
drawn("first", "image = `<img src=\\"${place}\\" alt=\\"${place}\\">`")
```

```{code-cell} ipython3
---
mystnb:
  figure: {name: fig-again, caption: Drawn again}
---
drawn("second")
```

```{code-cell} ipython3
---
mystnb:
  image: {alt: Dots}
  figure: {name: fig-dots, caption: "Our \\"own\\" *dots*"}
---
display(HTML("<p>They stand apart.</p>"))
data = pd.DataFrame({"x": [1, top]})
chart = alt.Chart(data).mark_point().encode(x="x:Q").properties(width="container")
Figure(chart, data, "From 1 to 2.", "our own")
```
"""
CALMS = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
# Calms

```{code-cell} ipython3
---
mystnb:
  figure: {name: fig-flat, caption: A flat line}
---
import matplotlib.pyplot as plt
plt.plot([1, 1]);
```
"""
FILES = {
    "_config.yml": "title: Winds\nauthor: Ada Author\n",
    "_toc.yml": "format: jb-book\nroot: cover\nchapters: [{file: gales}, {file: calms}]\n",
    "cover.md": "# Winds\n\nA book.\n",
    "gales.md": CHAPTER,
    "calms.md": CALMS,
}
OPEN, CLOSE = "\N{LEFT DOUBLE QUOTATION MARK}", "\N{RIGHT DOUBLE QUOTATION MARK}"


def built(root: Path, layout: str) -> Path:
    """Return the pages of the book in a layout."""
    write_files(root, {**FILES, "book/settings.yml": f"layout: {layout}\nstrict: true\n"})
    (root / "map.png").write_bytes(PNG)
    press(root, "build")
    return root / "_build/editions/default/html"


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("laid-out"), "press")


@pytest.fixture(scope="module")
def themed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("themed"), "theme")


@pytest.fixture(params=["laid_out", "themed"])
def site(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.getfixturevalue(request.param)
    return folder


def test_a_figure_of_another_library_has_its_title_and_its_tools(laid_out: Path) -> None:
    page = html.parse(str(laid_out / "gales.html")).getroot()
    [figure] = page.xpath("//figure[@id='fig-speed']")
    [image] = figure.xpath(".//img")
    assert image.get("alt") == "A line that rises"
    assert (laid_out / image.get("src")).is_file()
    assert figure.xpath(".//a[@download]/@href") == [image.get("src")]
    assert f"Winds {OPEN}roar{CLOSE} at 7" in figure.text_content()
    assert "Ada Author" in figure.xpath(".//p[contains(@class, 'reference')]")[0].text_content()


def test_only_our_charts_have_a_page_of_their_own(site: Path) -> None:
    assert [file.name for file in (site / "figures").rglob("*.html")] == ["dots.html"]
    folder = site / "figures/gales"
    page = html.parse(str(folder / "dots.html")).getroot()
    [back, _] = page.xpath("//*[@class='alone-from']/a/@href")
    assert back == "../../gales.html#fig-dots"
    assert page.xpath("//meta[@name='description']/@content") == ["Dots"]
    loaded = page.xpath("//link[@rel='stylesheet']/@href | //head/script/@src")
    assert loaded
    assert all((folder / address.partition("?")[0]).is_file() for address in loaded)


def test_what_shows_a_chart_elsewhere_is_whole_if_its_title_has_quotes(site: Path) -> None:
    page = html.parse(str(site / "figures/gales/dots.html")).getroot()
    [code] = page.xpath("//*[contains(@class, 'tool-share')]//code")
    [frame] = html.fragments_fromstring(code.text_content())
    assert frame.get("src") == "figures/gales/dots.html"
    assert code.get("data-page") == "dots.html"
    assert frame.get("title") == f"Our {OPEN}own{CLOSE} dots"
    assert frame.get("width") == "700"


def test_one_cell_is_one_figure_that_can_be_referred_to(site: Path) -> None:
    """In a strict book too, where MyST-NB's warning of a name that is given twice would fail it."""
    page = html.parse(str(site / "gales.html")).getroot()
    assert page.xpath("//figure/@id") == [
        f"fig-{name}" for name in ("map", "speed", "live", "again", "dots")
    ]
    assert page.xpath("//a[@href='#fig-live']//*[text()='Figure 3' or text()='Fig. 3']")
    [live] = page.xpath("//figure[@id='fig-live']")
    assert live.xpath(".//*[@id='first']")
    assert "IPython.core.display" not in live.text_content()  # what stands for the same in a text
    assert len(live.xpath(".//figcaption")) == 1


def test_what_a_cell_shows_beside_a_chart_stands_beside_it(site: Path) -> None:
    page = html.parse(str(site / "gales.html")).getroot()
    [beside] = page.xpath("//p[text()='They stand apart.']")
    assert not beside.xpath("ancestor::figure")


def test_a_tag_in_the_code_of_a_script_is_no_picture(laid_out: Path) -> None:
    page = html.parse(str(laid_out / "gales.html")).getroot()
    assert not page.xpath("//figure[@id='fig-live']//a[@download]")


@pytest.mark.parametrize(
    ("chapter", "names", "words"),
    [
        (
            "gales",
            ["speed.png", "dots.csv", "dots.vl.json"],
            f"speed.png\nWinds {OPEN}roar{CLOSE} at 7\n",
        ),
        ("calms", ["README.txt", "flat.png"], "flat.png\nA flat line\n"),
    ],
)
def test_the_archive_of_all_figures_has_those_of_any_library(
    laid_out: Path, chapter: str, names: list[str], words: str
) -> None:
    page = html.parse(str(laid_out / f"{chapter}.html")).getroot()
    [link] = page.xpath("//*[@id='this-chapter']//a[contains(@href, 'figures.zip')]/@href")
    with zipfile.ZipFile(laid_out / link) as archive:
        assert {f"{chapter}/{name}" for name in names} <= {*archive.namelist()}
        picture = next(name for name in archive.namelist() if name.endswith(".png"))
        assert archive.read(picture).startswith(b"\x89PNG")
        assert archive.read(f"{chapter}/README.txt").decode().endswith(words)


def test_the_lists_of_figures_in_print_and_in_an_e_book_have_them(laid_out: Path) -> None:
    source = laid_out.parents[3]
    front = load_front_matter(source, laid_out, 0)
    document = html.fromstring(book_document(read_articles(laid_out, "print"), front))
    listed = document.xpath("//*[@class='toc-figures']//a")
    titles = [" ".join(link.text_content().split()) for link in listed]
    assert [title[0] for title in titles] == ["1", "2", "3", "4", "5", "6"]
    assert "Drawn on the page" in titles[2]
    assert all(document.xpath("//*[@id=$id]", id=link.get("href")[1:]) for link in listed)
    files = epub_files(read_articles(laid_out, "epub"), front)
    assert b"calms.xhtml#fig-flat" in files["nav.xhtml"]


def test_search_and_the_text_of_a_chapter_know_the_figures(laid_out: Path) -> None:
    found = (laid_out / "_static/search-text.js").read_text("utf-8")
    assert '"address":"gales.html#fig-speed","text":"A line that rises"' in found
    text = (laid_out / "gales.md").read_text("utf-8")
    assert '**Figure: Winds "roar" *at* 7**' in text
    listing = "```md\n[Calms](calms.md) have {result}`none`.\n```"  # which only shows a link
    notebook = json.loads((laid_out / "downloads/gales.ipynb").read_text("utf-8"))
    assert listing in text
    assert any(listing in "".join(cell["source"]) for cell in notebook["cells"])


def test_the_citation_of_a_picture_is_copied_by_one_button(laid_out: Path, page: Page) -> None:
    page.goto((laid_out / "gales.html").as_uri())
    tools = page.locator("#fig-speed .figure-tools")
    tools.get_by_text("Cite", exact=True).click()
    tools.get_by_role("button", name="Copy").click()  # which fails if there are two
    expect(tools.get_by_role("button", name="Copied")).to_have_count(1)


def test_a_theme_shows_pictures_as_they_are(themed: Path) -> None:
    page = html.parse(str(themed / "gales.html")).getroot()
    assert page.xpath("//figure[@id='fig-speed']//img")
    assert not page.xpath("//figure[@id='fig-speed']//*[@class='figure-tools']")


def test_a_theme_shows_our_charts(themed: Path) -> None:
    page = html.parse(str(themed / "gales.html")).getroot()
    [figure] = page.xpath("//figure[@id='fig-dots']")
    [still] = figure.xpath(".//picture[contains(@class, 'only-light')]//img/@src")
    assert (themed / still).is_file()
    assert any("figure-themed.css" in address for address in page.xpath("//link/@href"))


def test_a_reference_names_a_figure_with_the_values_of_its_title(site: Path) -> None:
    page = html.parse(str(site / "gales.html")).getroot()
    words = " ".join(page.xpath("//p[starts-with(., 'See')]")[0].text_content().split())
    assert (
        "Winds \N{LEFT DOUBLE QUOTATION MARK}roar\N{RIGHT DOUBLE QUOTATION MARK} at 7, A" in words
    )
    assert words.count("A map of 7 gales") == 2
    assert "A map of 7 gales" in (site / "gales.md").read_text("utf-8").partition("## Numbers")[0]


@pytest.mark.heavy
def test_a_state_names_it_with_its_own_and_shows_no_picture_of_another(
    tmp_path: Path, page: Page
) -> None:
    folder = built(tmp_path, "theme")
    press(tmp_path, "explore", "--yes", "-g", "top_of=8")
    [pack] = (folder / "states/gales").glob("pack-*.js")
    assert "A map of 8 gales" in pack.read_text("utf-8")
    page.goto(f"{(folder / 'gales.html').as_uri()}?top_of=8", wait_until="domcontentloaded")
    chart = page.locator("#fig-dots .chart")
    expect(chart).to_have_text("There is no picture of this figure under this choice.")
