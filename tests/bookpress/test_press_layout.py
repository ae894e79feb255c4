"""What a book by others brings along, in pages that the press lays out and in those of a theme."""

import json
import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pikepdf
import pytest
from lxml import html
from playwright.sync_api import Page
from processes import press, write_files
from sphinx.application import Sphinx
from sphinx.config import Config

from bookpress.elements.layout.layout import prefer_our_templates

CONFIG = """\
title: Wínds
author: Ada Author
bibtex_bibfiles: [refs.bib]
execute: {exclude_patterns: ["shown/*"]}
repository: {url: https://github.com/ada/winds, branch: main, path_to_book: book}
html: {use_repository_button: true, use_edit_page_button: true}
launch_buttons: {notebook_interface: jupyterlab, binderhub_url: "https://mybinder.org"}
sphinx:
  config:
    mathjax3_config: {tex: {macros: {R: "\\\\mathbb{R}", norm: ["\\\\|#1\\\\|", 1]}}}
"""
TOC = """\
format: jb-book
root: cover
parts:
- caption: One
  numbered: true
  chapters:
  - file: plain
  - file: gales
    sections: [{file: calm}]
  - file: 2. doux été
  - file: shown/never run
  - file: bare
"""
BOOK = "@book{wind, author={Bea Wind}, title={Of wind}, year={2001}, publisher={Air}}\n"
KERNEL = "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: Python 3}\n---\n"
GALES = r"""
# Gales

As {cite}`wind` says, and {numref}`fig-speed` shows, $x \in \R$ and

$$ \newcommand{\mean}[1]{\bar{#1}} $$

$$
\begin{aligned}
a &= \norm{b} \\
c &= d
\end{aligned}
$$ (eq)

So says {eq}`eq`.

A mean is $\mean{y}$.

```{code-cell} ipython3
:tags: [parameters]

strong: bool = False  # only strong winds
```

```{code-cell} ipython3
---
mystnb:
  image: {alt: "A line that rises to {result}`top`"}
  figure: {caption: "Wind speeds rise to {result}`top`.\n\nA line a year.", name: fig-speed}
---
import matplotlib.pyplot as plt
top = 2 + strong
plt.plot([1, top]);
```

```{code-cell} ipython3
---
mystnb:
  figure: {caption: A picture that a script draws., name: fig-drawn}
---
from IPython.display import HTML
HTML("<div>drawn</div>")
```

```{list-table} Names of winds
:name: tab-names
* - Bora
```

We drew {numref}`the picture %s <fig-drawn>`, not {numref}`tab-names` or {ref}`fig-speed`.

```{bibliography}
:filter: docname in docnames
```
"""
ROW = '| The "old" wind %d | GPT-4 | 3 × 10¹⁶ | *a* first, then **another** one |'
"""A row with quotes, a short word with a hyphen, and raised digits."""
LONG_TABLE = """
```{{table}} Winds, {name}
:name: tab-{name}
:class: searchable

| wind | word | number | words |
|---|---|---:|---|
{rows}
| {wind} | | | {last} |
```
"""
CALM = r"""
# Calm

```{code-cell} ipython3
1 + 1
```

```{code-cell} ipython3
:tags: [remove-input]
calm = "no wind"
```

```{code-cell} ipython3
:tags: [remove-input]
print(calm)
```

```{code-cell} ipython3
:tags: [remove-input]
display({"text/html": "<b>a gale</b>", "text/markdown": "| a breeze |"}, raw=True)
```

## Below 1 $\mathrm{m}^2$
"""
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02"
    "0000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082"
)
LIVE = """\
from IPython.display import HTML
HTML("<div id='live'></div><script>document.getElementById('live')</script>")"""
ROWS = "\n".join(ROW % number for number in range(60))
LONG_TABLES = [
    LONG_TABLE.format(name="plain", rows=ROWS, wind="Bora", last="and no link"),
    LONG_TABLE.format(
        name="linked", rows=ROWS, wind="Mistral", last="and {ref}`a link <tab-plain>`"
    ),
]
SHOWN = nbformat.v4.new_notebook(
    metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    cells=[nbformat.v4.new_markdown_cell("# Shown"), nbformat.v4.new_code_cell("raise SystemExit")],
)
FILES = {
    "_config.yml": CONFIG,
    "_toc.yml": TOC,
    "refs.bib": BOOK,
    "cover.md": "# Winds\n\nA book.\n",
    "bare.md": "Words alone.\n",
    "plain.md": "# Plain\n\nNo code.\n\n![A far map](https://maps.example/far.png)\n"
    "```{image} Náh.PNG\n```\n\n![An old map](old.tif)\n\n"
    '<picture><source srcset="old.tif"><img src="old.tif"></picture>\n\n'
    '<p>See <img src="gone.png" alt="a lost map"> here, <img data-src="later.png"> later.</p>\n\n'
    '<iframe src="https://films.example/wind" title="A film of wind"></iframe>\n\n'
    '<video controls><source src="gust.mp4"></video>\n\n'
    '<!-- - one -- two --->\n\n<p align right @click="x" id="twice">An aside</p>\n\n<p id="twice">Another</p>\n\n'
    "<details><summary>More</summary>\n\n## Folded\n\n</details>\n\n"
    '<div style="display: none">\n\n## Hidden\n\n</div>\n',
    "gales.md": f"{KERNEL}{GALES}",
    "calm.md": f"{KERNEL}{CALM}{''.join(LONG_TABLES)}",
    "2. doux été.md": f"{KERNEL}# Mild\n\n```{{code-cell}} ipython3\n{LIVE}\n```\n",
    "shown/never run.ipynb": nbformat.writes(SHOWN),
    "book/settings.yml": "layout: press\n",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_files(tmp_path_factory.mktemp("winds"), FILES)
    for name in ("Náh.PNG", "old.tif"):
        (root / name).write_bytes(PNG)
    return root


@pytest.fixture(scope="module")
def pages(home: Path) -> dict[str, Any]:
    """Return the pages that the press lays out, parsed."""
    press(home, "build")
    return parsed(home)


def parsed(home: Path) -> dict[str, Any]:
    site = home / "_build/editions/default/html"
    return {name: html.parse(str(site / f"{name}.html")).getroot() for name in ("gales", "calm")}


@pytest.mark.heavy
def test_formulas_keep_their_lines_and_know_the_macros(pages: dict[str, Any]) -> None:
    page = pages["gales"]
    block = page.xpath("//div[@id='equation-eq']")[0]
    assert len(block.xpath(".//mtr")) == 2
    assert "\N{DOUBLE VERTICAL LINE}" in block.text_content()
    assert "(2.1)" in block.text_content()
    assert page.xpath("//a[contains(@href, 'equation-eq')]")[-1].text_content() == "(2.1)"
    inline = page.xpath("//math[contains(@alttext, 'in')]")[0]
    assert "\N{DOUBLE-STRUCK CAPITAL R}" in inline.text_content()
    means = page.xpath("//math[contains(@alttext, 'mean')]")
    assert [mean.text_content() for mean in means] == ["y\N{MACRON}"]
    assert not page.xpath("//div[@class='math-block'][not(.//mi)]")


@pytest.mark.usefixtures("pages")
def test_lines_of_a_formula_are_aligned(home: Path, page: Page) -> None:
    page.goto((home / "_build/editions/default/html/gales.html").as_uri())
    lefts = "all => all.map(sign => sign.getBoundingClientRect().left)"
    first, second = page.locator("mtd mo", has_text="=").evaluate_all(lefts)
    assert first == pytest.approx(second, abs=0.5)


def test_a_citation_and_its_entry_have_one_label(pages: dict[str, Any]) -> None:
    page = pages["gales"]
    cited = page.xpath("//*[@class='bibtex-citation']")[0].text_content()
    [entry] = page.xpath("//*[@class='reference-entry']")
    assert cited == "[Win01]"
    assert entry.text_content().strip().startswith("[Win01] Bea Wind.")


@pytest.mark.heavy
def test_a_chapter_has_one_number(pages: dict[str, Any], home: Path) -> None:
    page = pages["gales"]
    assert page.xpath("//h1")[0].text_content().startswith("2. Gales")
    assert "Chapter 2" in page.xpath("//*[@class='kicker']")[0].text_content()
    assert "Chapter 2)" in page.xpath("//*[@data-copy='APA reference']")[0].text_content()
    section = pages["calm"]
    assert section.xpath("//h1")[0].text_content().startswith("2.1. Calm")
    assert "Chapter" not in section.xpath("//*[@data-copy='APA reference']")[0].text_content()
    assert "Chapter 2)" in press(home, "cite", "gales")
    assert "Chapter" not in press(home, "cite", "calm")


def test_an_output_is_shown_where_its_code_is_not(pages: dict[str, Any]) -> None:
    folded = [block.text_content().strip() for block in pages["calm"].find_class("code-fold")]
    outputs = [block.text_content().strip() for block in pages["calm"].find_class("output")]
    assert folded == ["1 + 1"]
    assert outputs == ["2", "no wind", "a gale"]


def test_a_page_without_a_number_has_none_in_the_contents(pages: dict[str, Any]) -> None:
    [entry] = pages["gales"].xpath("//nav[@id='book_contents']//a[@href='calm.html']")
    assert entry.text_content() == "Calm"
    [bare] = pages["gales"].xpath("//nav[@id='book_contents']//a[@href='bare.html']")
    assert bare.text_content() == "bare"
    sections = pages["calm"].xpath("//ul[@class='contents-sections']/li")
    assert sections[-1].text_content() == "Below 1 m²"


def test_a_chapter_is_opened_elsewhere_as_the_author_wrote_it(pages: dict[str, Any]) -> None:
    [link] = pages["gales"].xpath("//*[@class='launches']/a")
    assert link.text_content() == "Binder"
    place = "v2/gh/ada/winds/main?urlpath=lab/tree/book/gales.md"
    assert link.get("href") == f"https://mybinder.org/{place}"


def test_a_figure_of_another_library_has_number_caption_and_alternative(
    pages: dict[str, Any],
) -> None:
    [figure] = pages["gales"].xpath("//figure[@id='fig-speed']")
    assert figure.xpath(".//img/@alt") == ["A line that rises to 2"]
    assert "Figure 2.1 Wind speeds rise to 2." in figure.text_content()
    assert pages["gales"].xpath("//a[@href='#fig-speed']//*[text()='Figure 2.1']")
    [picture] = figure.xpath(".//a[@download]")
    assert picture.get("href") == figure.xpath(".//img/@src")[0]
    assert "Figure 2.1" in figure.xpath(".//p[contains(@class, 'reference')]")[0].text_content()


def test_a_figure_that_is_no_file_is_cited_too(pages: dict[str, Any]) -> None:
    [figure] = pages["gales"].xpath("//figure[@id='fig-drawn']")
    assert "drawn" in figure.text_content()
    assert not figure.xpath(".//a[@download]")
    assert "Figure 2.2" in figure.xpath(".//p[contains(@class, 'reference')]")[0].text_content()


@pytest.mark.usefixtures("pages")
def test_figures_of_another_library_are_in_the_text_and_named_in_the_notebook(home: Path) -> None:
    site = home / "_build/editions/default/html"
    text = (site / "gales.md").read_text()
    figure = ["**Figure: Wind speeds rise to 2.**", "A line a year.", "A line that rises to 2"]
    assert "\n\n".join(figure) in text
    assert "**Figure: A picture that a script draws.**" in text
    shown = "and Figure 2.1 “Wind speeds rise to 2” shows"
    named = "We drew the picture 2.2, not Table 2.1 “Names of winds” or Wind speeds rise to 2."
    cells = json.loads((site / "downloads/gales.ipynb").read_text())["cells"]
    notebook = "\n".join("".join(cell["source"]) for cell in cells)
    assert "It needs bookpress and the packages that its cells import" in notebook
    assert "make book" not in notebook
    for words in (text, notebook):
        assert shown in words
        assert named in words


def test_the_later_rows_of_a_long_table_are_the_same_whatever_it_links_to(
    home: Path, pages: dict[str, Any]
) -> None:
    """Rows that wait for other pages are written late, all others when their page is read."""
    later = {}
    for name in ("plain", "linked"):
        [table] = pages["calm"].xpath(f"//table[@id='tab-{name}']")
        assert len(table.xpath("tbody/tr")) == 20
        script = (home / f"_build/editions/default/html/figures/calm/tab-{name}.js").read_text()
        _, rows = json.loads(f"[{script.partition('(')[2].rpartition(')')[0]}]")
        later[name] = html.fragments_fromstring(f"<table>{rows}</table>")[0].xpath(".//tr")
    written = {
        name: [html.tostring(row, encoding="unicode") for row in rows]
        for name, rows in later.items()
    }
    assert len(written["plain"]) == 41
    assert written["plain"][:-1] == written["linked"][:-1]
    assert "The “old” wind 20" in written["plain"][0]
    assert "10<sup>16</sup>" in written["plain"][0]
    assert '<span class="joined">GPT-4</span>' in written["plain"][0]
    assert later["linked"][-1].xpath(".//a")
    search = (home / "_build/editions/default/html/_static/search-text.js").read_text("utf-8")
    assert "Bora Mistral" in search


@pytest.mark.heavy
def test_a_figure_and_a_long_table_may_have_one_name(tmp_path: Path) -> None:
    table = LONG_TABLE.format(name="winds", rows=ROWS, wind="Bora", last="")
    cell = "---\nmystnb: {figure: {name: fig-tab-winds, caption: A drawing.}}\n---\n"
    drawn = "from IPython.display import SVG\nSVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')"
    chapter = f"{KERNEL}# Both\n\n```{{code-cell}} ipython3\n{cell}{drawn}\n```\n{table}"
    files = {"_config.yml": "title: Both\n", "_toc.yml": "format: jb-book\nroot: both\n"}
    layout = {"book/settings.yml": "layout: press\n"}
    press(write_files(tmp_path, {**files, **layout, "both.md": chapter}), "build")
    site = tmp_path / "_build/editions/default/html"
    page: Any = html.parse(str(site / "both.html")).getroot()
    [rows] = page.xpath("//a[@data-rows]/@href")
    assert "The “old” wind 59" in (site / rows).read_text("utf-8")
    assert "A drawing." in page.xpath("//figure")[0].text_content()


@pytest.mark.heavy
@pytest.mark.usefixtures("pages")
def test_a_state_has_its_own_picture(home: Path) -> None:
    press(home, "explore", "--yes")
    site = home / "_build/editions/default/html"
    [pack] = (site / "states/gales").glob("pack-*.js")
    shown = set(re.findall(r"states/_images/[^\"\\]+", pack.read_text("utf-8")))
    assert len(shown) == 1
    assert (site / shown.pop()).is_file()


@pytest.mark.heavy
@pytest.mark.usefixtures("pages")
def test_the_book_is_printed_and_made_an_ebook_from_its_front_page_on(home: Path) -> None:
    press(home, "build", "--format", "pdf,epub")
    site = home / "_build/editions/default/html"
    assert (site / "pdf/winds.pdf").read_bytes().startswith(b"%PDF")
    with zipfile.ZipFile(site / "epub/winds.epub") as archive:
        texts = {name: archive.read(name) for name in archive.namelist() if "html" in name}
        package = archive.read("EPUB/package.opf").decode()
        assert b"cover.png" in archive.read("EPUB/cover.xhtml")  # not the author's page cover.md
    assert re.search('href="[^"]*N%C3%A1h.PNG" media-type="image/png"', package)
    assert "old.tif" not in package
    assert any(b"<p>A book.</p>" in text for text in texts.values())
    assert b"An interactive figure" in texts["EPUB/page-2_2e_20doux_20_e9t_e9.xhtml"]
    with pikepdf.open(site / "pdf/winds.pdf") as printed:
        assert "/page-2_2e_20doux_20_e9t_e9--" in printed.Root.Dests
        with printed.open_outline() as outline:
            [part] = [item for item in outline.root if item.title == "One"]
            assert [item.title for item in part.children[0].children] == ["1.1. Folded"]
    assert (site / "2. doux été.pdf").is_file()
    assert (site / "shown/never run.pdf").is_file()
    assert any(b'alt="A line that rises to 2' in text for text in texts.values())
    [plain] = [text for text in texts.values() if b"No code." in text]
    assert b'<a href="https://maps.example/far.png">A far map</a>' in plain
    assert b"See <span>a lost map</span> here" in plain
    assert b"<span>An old map</span>" in plain
    assert b'<a href="https://films.example/wind">A film of wind</a>' in plain
    assert b'<p align="" right="" id="twice">An aside</p>' in plain
    assert b"<p>Another</p>" in plain
    assert b"A recording, played on the web page of the chapter." in plain


@pytest.mark.heavy
def test_a_book_without_code_is_laid_out_printed_and_cited(tmp_path: Path) -> None:
    files = {
        "_config.yml": CONFIG,
        "_toc.yml": "format: jb-book\nroot: cover\nchapters: [{file: plain}]\n",
        "book/settings.yml": "layout: press\n",
    }
    home = write_files(tmp_path, {**FILES, **files})
    for unlisted in ("gales.md", "calm.md", "2. doux été.md"):
        (home / unlisted).unlink()
    assert "0 of 0 chapters run" in press(home, "build", "--format", "html,pdf", whole=True)
    page = html.parse(str(home / "_build/editions/default/html/plain.html")).getroot()
    assert "No code." in page.text_content()
    assert press(home, "cite").startswith("Ada Author. (")


@pytest.mark.heavy
def test_a_book_that_teaches_code_shows_it_everywhere_but_where_its_author_hides_it(
    tmp_path: Path,
) -> None:
    cells = (
        "```{code-cell} ipython3\nspeeds = [30, 40]\n```\n\n"
        "```{code-cell} ipython3\n:tags: [hide-input]\nprint('a helper')\n```\n"
    )
    home = tmp_path / "taught"
    files = {
        "_config.yml": "title: Taught\nauthor: Ada Author\n",
        "_toc.yml": "format: jb-book\nroot: cover\nchapters: [{file: lists}]\n",
        "cover.md": "# Taught\n",
        "lists.md": f"{KERNEL}# Lists\n\n{cells}",
        "book/settings.yml": "layout: press\ncode: shown\n",
    }
    write_files(home, files)
    press(home, "build", "--format", "html,pdf,epub")
    site = home / "_build/editions/default/html"
    [folded] = html.parse(str(site / "lists.html")).xpath("//div[@class='code-fold']")
    assert "helper" in folded.text_content()
    assert "speeds" not in folded.text_content()
    book = zipfile.ZipFile(site / "epub/taught.epub").read("EPUB/lists.xhtml").decode()
    for text in ((site / "lists.html").read_text("utf-8"), book):
        assert '<span class="n">speeds</span>' in text
    rules = (site / "_static/pygments.css").read_text("utf-8").split("}")
    coloured = {rule.partition("{")[0].strip() for rule in rules}
    for mode in ("", 'html:not([data-theme="light"]) ', 'html[data-theme="dark"] '):
        assert f"{mode}.highlight .k" in coloured
    printed = ["pdftotext", "-layout", str(site / "pdf/taught.pdf"), "-"]
    text = subprocess.run(printed, capture_output=True, text=True, check=True).stdout
    assert "speeds = [30, 40]" in text
    assert "print('a helper')" not in text
    wrong = home / "book/settings.yml"
    wrong.write_text("layout: press\ncode: open\n")
    assert "code: 'open' should be 'folded' or 'shown'" in press(home, "build", code=2)


def test_our_templates_are_those_of_one_book_only(tmp_path: Path) -> None:
    write_files(tmp_path, {"book/settings.yml": "layout: press\n"})
    app = Sphinx(tmp_path, None, tmp_path / "pages", tmp_path / "trees", "html", status=None)
    themes = [*app.config.templates_path]  # which a theme's extension may put into the default
    prefer_our_templates(app, app.config)
    assert app.config.templates_path != themes
    assert Config().templates_path == themes


def test_a_theme_is_not_printed_which_is_said_before_chapters_run(tmp_path: Path) -> None:
    home = write_files(tmp_path, {**FILES, "book/settings.yml": "layout: theme\n"})
    said = press(home, "build", "--format", "epub", code=2)
    assert said.strip() == (
        "error: the format 'epub' is made from pages that the press lays out; "
        "allowed under `layout: press` in book/settings.yml"
    )


@pytest.mark.heavy
@pytest.mark.usefixtures("pages")
def test_a_theme_has_alternatives_in_words_and_buttons_to_what_the_author_wrote(home: Path) -> None:
    (home / "book/settings.yml").unlink()
    toc = home / "_toc.yml"  # this theme itself stops at a notebook with a dot in its name
    toc.write_text(toc.read_text("utf-8").replace("  - file: 2. doux été\n", ""), "utf-8")
    (home / "2. doux été.md").unlink()
    press(home, "build")
    page = parsed(home)["gales"]
    assert "A line that rises to 2" in page.xpath("//figure//img/@alt")
    addresses = page.xpath("//a/@href")
    assert "https://github.com/ada/winds/edit/main/book/gales.md" in addresses
    binder = "https://mybinder.org/v2/gh/ada/winds/main?urlpath=lab/tree/book/gales.md"
    assert binder in addresses


def test_what_a_book_has_for_its_theme_stops_no_page_of_ours(tmp_path: Path) -> None:
    extension = """
def setup(app):
    app.connect("html-page-context", lambda app, page, template, context, tree: context["buttons"])
"""
    files = {
        "_config.yml": "title: Calm\nsphinx: {local_extensions: {themed: ext}}\n",
        "_toc.yml": "format: jb-book\nroot: cover\nchapters: [{file: lost}]\n",
        "book/settings.yml": "layout: press\n",
        "cover.md": "# Calm\n\n<iframe src='_static/air/shown.html'></iframe>\n",
        "ext/themed.py": extension,
        "_static/air/shown.html": "<script src='beside.js'></script>\n",
        "_static/air/beside.js": "calm()\n",
        "_static/theme.css": "p {color: red}\n",
    }
    said = press(write_files(tmp_path, files), "build", whole=True)
    assert "_toc.yml lists lost.md: no such file" in said
    assert said.count("themed adds nothing to pages in our layout: KeyError('buttons')") == 1
    site = tmp_path / "_build/editions/default/html"
    assert (site / "_static/air/shown.html").is_file()
    assert (site / "_static/air/beside.js").read_text() == "calm()\n"
    assert not (site / "_static/theme.css").exists()


def test_tips_notes_and_contents_of_an_author_are_read_in_full_where_they_stand(
    tmp_path: Path, page: Page
) -> None:
    """Their names are Sphinx's, and no names of parts of our layout."""
    words = "Calm air is rare at sea, and rarer above it. " * 30
    boxes = "".join(f"```{{{kind}}}\n{words}\n```\n\nAfter it.\n\n" for kind in ("tip", "note"))
    files = {
        "_config.yml": "title: Calm\n",
        "_toc.yml": "format: jb-book\nroot: cover\nchapters: [{file: air}]\n",
        "book/settings.yml": "layout: press\n",
        "cover.md": "# Calm\n",
        "air.md": f"# Air\n\n```{{contents}}\n:local:\n```\n\n{boxes}## Above\n\nWords.\n",
    }
    press(write_files(tmp_path, files), "build")
    page.set_viewport_size({"width": 1400, "height": 900})
    page.goto((tmp_path / "_build/editions/default/html/air.html").as_uri())
    shown = (
        "all => all.map(each => [getComputedStyle(each).position, "
        "each.scrollHeight <= each.clientHeight + 1, each.getBoundingClientRect().height > 0])"
    )
    parts = page.locator("article :is(.admonition, .admonition p, nav.contents)")
    assert parts.count() == 7
    assert all(part == ["static", True, True] for part in parts.evaluate_all(shown))
