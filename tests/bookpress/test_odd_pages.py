"""Pages as authors may write them, in a book with every format: nothing is lost, nothing stops it."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from lxml import etree, html
from PIL import Image
from processes import environment, press, write_files

from bookpress.outputs.pdf import pdf

HEAD = "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: Python 3}\n---\n\n"
DRAWING = """\
<svg viewBox="0 0 9 9" width="90"><defs><linearGradient id="red"><stop stop-color="#f00"/></linearGradient>
<g id="disc"><circle cx="5" cy="5" r="4" fill="url(#red)"/></g></defs><use href="#disc"/></svg>
"""
INDEX = """# The first heading

[In brackets](<parts/Ein Kapitel.md>), [escaped](parts/Ein%20Kapitel.md "Title"), [a [nested] one](a/b.md),
[![badge](https://badges.example/a.svg)](https://ci.example/) and [by name][there].

[there]: a/b.md

1. ```bash
   make all
   ```

And [after a list](a-b.md).

# The second heading

Words below it.

- [x] written
- [ ] read
"""
ODD = f"""# Odd

<picture><img src="_images/no.png" alt="a lonely picture"></picture> <picture></picture>
<img src="//pictures.example/p.png" alt="a distant picture"> <img src="no.png" srcset="no2.png 2x" alt="two">
<a href="http://[none">no address</a> <a href="../">up</a> <a href="#top">to the top</a>

<div style="background: url(https://styles.example/b.png)">a background</div>

<audio src="no.mp3"></audio>

Pasted\x0bfrom a di\x02erent file.

{DRAWING}
"""
SHOWING = """# Dash

```{code-cell} python
import pandas as pd
from IPython.display import HTML, Math

print("\\x1b[31mdashed\\x1b[0m")
display(Math("x^2"), HTML("<b>bold</b><script>1</script>"))
pd.DataFrame({"name": ["p|q"], "count": [12345]})
```

```{code-cell} python
:tags: [remove-output]
print("unseen")
```
"""
CHOOSING = """# Ein Kapitel

```{code-cell} python
:tags: [parameters]
years = (2000, 2002)  # first and last
```
"""
FOUND = HEAD.replace("}\n---", "}\nbookpress: {finding: It was found.}\n---")
FILES = {
    "_config.yml": "title: Odd\nauthor: Nobody\nlogo: ''\nexecute: {execute_notebooks: cache}\nexclude_patterns: [old.md]\n"
    "parse: {myst_enable_extensions: [tasklist]}\n",
    "_toc.yml": """
format: jb-book
root: index
chapters: [{file: a/b}, {file: a-b}, {file: parts/Ein Kapitel}, {file: Title}, {file: title-page}, {file: toc},
  {file: auto}, {file: C#}, {file: odd}, {file: rest}]
""",
    "book/settings.yml": "layout: press\n",
    "book/publication.yml": """
title: Electrodynamic Magnetohydrodynamics
authors: [{name: 王小明}, {name: 李雷}]
version: "1"
front_page: Preface
base_url: https://odd.example/
""",
    "index.md": INDEX,
    "a/b.md": f"{FOUND}Slash\n=====\n\n```{{code-cell}} python\nprint('slashed')\n```\n",
    "a-b.md": HEAD + SHOWING,
    "parts/Ein Kapitel.md": HEAD + CHOOSING,
    "Title.md": "# Entitled\n",
    "title-page.md": "# A page on titles\n",
    "toc.md": "# Contents of tables\n",
    "auto.md": "# Automatic\n",
    "C#.md": "# See sharp\n",
    "odd.md": ODD,
    "rest.rst": "Rest\n~~~~\n\n.. image:: ../outside.png\n",
}
ALONE = {
    "_config.yml": "title: Alone\nauthor: Nobody\nlogo: ''\n",
    "_toc.yml": "format: jb-book\nroot: index\n",
    "book/settings.yml": "layout: press\n",
    "index.md": f"{HEAD}# A page alone\n\n```{{code-cell}} python\nprint('nothing', 'else')\n```\n",
}


def notebook(language: str, assignment: str) -> str:
    """Return a notebook in a language, with an attached picture, parameters and stored outputs."""
    kernel = {"name": language.lower(), "display_name": language, "language": language}
    made = nbformat.v4.new_notebook(
        metadata={"kernelspec": kernel, "language_info": {"name": language}}
    )
    prose = nbformat.v4.new_markdown_cell(f"# {language}\n\n![attached words](attachment:a.png)")
    prose["attachments"] = {"a.png": {"image/png": "iVBORw0KGgo="}}
    tagged = nbformat.v4.new_code_cell(assignment, metadata={"tags": ["parameters"]})
    output = nbformat.v4.new_output("stream", text="stored\n")
    made.cells = [prose, tagged, nbformat.v4.new_code_cell("print(year)", outputs=[output])]
    return nbformat.writes(made)


STORED = {
    "_config.yml": "title: Stored\nauthor: Nobody\nlogo: ''\nexecute: {execute_notebooks: 'off'}\n",
    "_toc.yml": "format: jb-book\nroot: index\nchapters: [{file: r}, {file: python}]\n",
    "book/settings.yml": "layout: press\n",
    "index.md": "# Stored\n",
    "r.ipynb": notebook("R", "year <- 2000"),
    "python.ipynb": notebook("python", "year = 2000"),
}
TITLES = [
    *("Slash", "Dash", "Ein Kapitel", "Entitled", "A page on titles"),
    *("Contents of tables", "Automatic", "See sharp", "Odd", "Rest"),
]


def made(root: Path, files: dict[str, str], *words: str) -> Path:
    """Return the pages of a book that is written and built; what the press says is beside them."""
    write_files(root / "book", files)
    (root / "book/old.md").write_bytes("# Excluded\n\nCafé\n".encode("latin-1"))
    Image.new("RGB", (9, 9)).save(root / "outside.png")
    (root / "said.txt").write_text(press(root / "book", "build", *words, whole=True), "utf-8")
    return root / "book/_build/editions/default/html"


@pytest.fixture(scope="module", name="site")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    formats = "html,epub" if pdf.missing() else "html,pdf,epub"
    return made(tmp_path_factory.mktemp("odd"), FILES, "--format", formats)


@pytest.fixture(name="said")
def words_of_press(site: Path) -> str:
    return (site.parents[4] / "said.txt").read_text("utf-8")


@pytest.fixture(name="ebook")
def ebook_of(site: Path) -> dict[str, bytes]:
    [path] = site.glob("epub/*.epub")
    with zipfile.ZipFile(path) as archive:
        return {Path(name).name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(name="paper")
def text_of_pdf(site: Path) -> list[str]:
    """Return the text of each page of the book on paper."""
    if pdf.missing():
        pytest.skip(f"no PDF without a browser: {pdf.missing()}")
    [path] = site.glob("pdf/*.pdf")
    done = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True)
    return done.stdout.split("\f")


def links(site: Path, page: str) -> dict[str, str]:
    root: Any = html.parse(str(site / page)).getroot()
    return {link.text_content(): link.get("href") for link in root.xpath("//article//a")}


@pytest.mark.heavy
def test_links_lead_to_chapters_in_any_spelling(site: Path, said: str) -> None:
    leading = links(site, "index.html")
    assert {leading["In brackets"], leading["escaped"]} == {"parts/Ein%20Kapitel.html"}
    assert {leading["a [nested] one"], leading["by name"]} == {"a/b.html"}
    assert leading["after a list"] == "a-b.html"
    assert "cross-reference target not found: 'a" not in said


def test_a_picture_from_outside_is_shown_below_any_underline(site: Path, said: str) -> None:
    assert (site / "_images/outside.png").is_file()
    assert "not readable" not in said


def test_addresses_are_quoted_once(site: Path) -> None:
    text = (site / "index.html").read_text("utf-8")
    assert "%2520" not in text
    assert "https://odd.example/parts/Ein%20Kapitel.html" in text


def test_every_page_is_in_the_e_book_under_a_name_of_its_own(ebook: dict[str, bytes]) -> None:
    package: Any = etree.fromstring(ebook["package.opf"])
    items = package.findall("{*}manifest/{*}item")
    files = [item.get("href") for item in items]
    assert len({file.lower() for file in files}) == len(files)
    assert len({item.get("id") for item in items}) == len(items)
    pages = [name for name in ebook if name.endswith(".xhtml")]
    headings = [etree.fromstring(ebook[page]).find(".//{*}h1") for page in pages]
    titles = {" ".join(heading.itertext()) for heading in headings if heading is not None}
    assert {*TITLES} <= titles


def test_every_page_is_on_paper_below_its_own_head(paper: list[str]) -> None:
    for title in TITLES:
        assert any(page.count(title) == 2 for page in paper), title
    [contents] = [page for page in paper if page.startswith("Contents\n")]
    assert contents.count("Contents of tables") == 1


def test_only_the_first_heading_of_the_front_page_gets_another_name(
    ebook: dict[str, bytes],
) -> None:
    front: Any = etree.fromstring(ebook["index.xhtml"])
    assert [heading.text for heading in front.iterfind(".//{*}h1")] == [
        "Preface",
        "The second heading",
    ]


def test_a_file_to_keep_fetches_nothing_and_says_what_is_elsewhere(ebook: dict[str, bytes]) -> None:
    odd: Any = etree.fromstring(ebook["odd.xhtml"])
    words = " ".join("".join(odd.itertext()).split())
    for seen in (
        "a lonely picture",
        "two",
        "no address",
        "a background",
        "A recording",
        "Pasted from a di\N{REPLACEMENT CHARACTER}erent",
    ):
        assert seen in words
    [distant] = odd.xpath("//*[local-name()='a'][.='a distant picture']/@href")
    assert distant == "https://pictures.example/p.png"
    assert not odd.xpath("//*[contains(@style, 'url')] | //@srcset | //*[.='no address']/@href")
    front: Any = etree.fromstring(ebook["index.xhtml"])
    assert [link.get("href") for link in front.iterfind(".//{*}a[{*}span='badge']")] == [
        "https://ci.example/"
    ]
    assert not front.findall(".//{*}a//{*}a")


def test_a_drawing_among_the_words_keeps_its_parts(
    site: Path, ebook: dict[str, bytes], tmp_path: Path
) -> None:
    svg = "{http://www.w3.org/2000/svg}"
    odd: Any = etree.fromstring(ebook["odd.xhtml"])
    drawing = odd.find(f".//{svg}svg")
    assert drawing.get("viewBox") == "0 0 9 9"
    assert drawing.find(f".//{svg}linearGradient") is not None
    if pdf.missing():
        return
    [path] = site.glob("pdf/*.pdf")
    subprocess.run(["pdftoppm", "-r", "30", "-png", path, tmp_path / "page"], check=True)
    assert max(_reds(page) for page in tmp_path.glob("page*.png")) > 100


def _reds(page: Path) -> int:
    drawn = Image.open(page).convert("RGB")
    seen = drawn.getcolors(drawn.width * drawn.height)
    return sum(many for many, (red, green, _) in seen if red > 200 and green < 60)


def test_what_pages_fetch_and_where_they_lead_in_vain_is_told(said: str) -> None:
    assert "odd.html: link to http://[none: this is no address" in said
    assert "link to no.mp3: there is no such file" in said
    assert "styles.example (1 times)" in said
    assert "link to ../:" not in said
    assert "link to #top" not in said


@pytest.mark.heavy
def test_words_stand_for_a_picture_that_no_browser_draws(tmp_path: Path) -> None:
    words = "# Drawn\n\n![A grey cell](old.TIF)\n\n![](unnamed.pdf)\n\n![blue](new.png)\n"
    write_files(tmp_path, {**ALONE, "index.md": words})
    for name in ("old.TIF", "unnamed.pdf", "new.png"):
        Image.new("RGB", (9, 9)).save(tmp_path / name)
    formats = "html,epub" if pdf.missing() else "html,pdf,epub"
    said = press(tmp_path, "build", "--format", formats, whole=True)
    assert "index.html: shows _images/old.TIF, which hardly any browser draws (PNG, JPEG" in said
    site = tmp_path / "_build/editions/default/html"
    [path] = site.glob("epub/*.epub")
    with zipfile.ZipFile(path) as archive:
        pictures = [name for name in archive.namelist() if "_images" in name]
        page = archive.read("EPUB/index.xhtml").decode()
    assert pictures == ["EPUB/_images/new.png"]
    assert "A grey cell" in page
    assert "unnamed.pdf" in page
    for path in site.glob("pdf/*.pdf"):
        done = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True)
        assert "A grey cell" in done.stdout
        assert "unnamed.pdf" in done.stdout


@pytest.mark.heavy
def test_words_stand_for_a_damaged_picture_in_the_pdf_unless_the_book_is_strict(
    tmp_path: Path,
) -> None:
    if pdf.missing():
        pytest.skip(f"no PDF without a browser: {pdf.missing()}")
    words = "# Drawn\n\n![A grey cell](old.png)\n\n![](unnamed.png)\n\nWords after it.\n"
    write_files(tmp_path, {**ALONE, "index.md": words, "old.png": "?", "unnamed.png": "?"})
    said = press(tmp_path, "build", "--format", "html,pdf", whole=True)
    for name in ("old.png", "unnamed.png"):
        assert f"note: index.html: _images/{name} is a picture that no browser can draw" in said
    [path] = (tmp_path / "_build/editions/default/html").glob("pdf/*.pdf")
    done = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True)
    for shown in ("A grey cell", "unnamed.png", "Words after it."):
        assert shown in done.stdout
    write_files(tmp_path, {"book/settings.yml": "layout: press\nstrict: true\n"})
    error = press(tmp_path, "build", "--format", "html,pdf", "--force", code=1)
    assert "index.html: _images/old.png is a picture that no browser can draw" in error


@pytest.mark.heavy
def test_a_book_may_be_one_page(tmp_path: Path) -> None:
    formats = "html,epub" if pdf.missing() else "html,pdf,epub"
    site = made(tmp_path, ALONE, "--format", formats)
    [path] = site.glob("epub/*.epub")
    with zipfile.ZipFile(path) as archive:
        assert b"nothing else" in archive.read("EPUB/index.xhtml")
    for path in site.glob("pdf/*.pdf"):
        done = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True)
        assert "nothing else" in done.stdout
    assert "A page alone" in (site / "llms.txt").read_text("utf-8")


def test_the_text_of_a_chapter_has_what_its_cells_show(site: Path) -> None:
    text = (site / "a-b.md").read_text("utf-8")
    assert "```text\ndashed\n```" in text
    assert "$\\displaystyle x^2$" in text
    assert "```text\nbold\n```" in text
    assert "0  p|q  12345" in text
    assert "unseen" not in text


def test_the_finding_of_a_chapter_stands_below_its_title_however_that_is_written(
    site: Path,
) -> None:
    text = (site / "a/b.md").read_text("utf-8")
    assert text.startswith("Slash\n=====\n\n> It was found.\n")


def test_boxes_of_tasks_are_written(ebook: dict[str, bytes]) -> None:
    front: Any = etree.fromstring(ebook["index.xhtml"])
    tasks = front.xpath("//*[@class='task-list-item']")
    assert ["".join(task.itertext()).strip() for task in tasks] == ["[x] written", "[ ] read"]


def test_the_index_for_machines_links_to_each_chapter(site: Path) -> None:
    assert "(https://odd.example/parts/Ein%20Kapitel.md)" in (site / "llms.txt").read_text("utf-8")


@pytest.mark.heavy
def test_a_downloaded_notebook_runs_by_the_command_that_it_names(
    site: Path, tmp_path: Path
) -> None:
    notebook = site / "downloads/Ein-Kapitel.ipynb"
    about = "".join(json.loads(notebook.read_text("utf-8"))["cells"][0]["source"])
    [command] = re.findall(r"`(papermill [^`]+)`", about)
    shutil.copy(notebook, tmp_path)
    words = [sys.executable, "-m", *shlex.split(command)]
    subprocess.run(words, cwd=tmp_path, env=environment(tmp_path), check=True, capture_output=True)
    assert "[2000, 2002]" in (tmp_path / "out.ipynb").read_text("utf-8")


def test_the_manifest_names_every_author_and_file(site: Path) -> None:
    crate = json.loads((site.parent / "ro-crate-metadata.json").read_text("utf-8"))["@graph"]
    assert {"王小明", "李雷"} <= {entity.get("name") for entity in crate}
    [notebook] = [each for each in crate if each.get("name") == "runs/parts/Ein Kapitel.ipynb"]
    assert notebook["@id"] == "runs/parts/Ein%20Kapitel.ipynb"


@pytest.mark.heavy
def test_notebooks_of_any_language_with_attached_pictures_are_in_every_form(tmp_path: Path) -> None:
    formats = "html,epub" if pdf.missing() else "html,pdf,epub"
    site = made(tmp_path, STORED, "--format", formats)
    code = {}
    for name in ("r", "python"):
        text = (site / f"{name}.md").read_text("utf-8")
        assert "\nattached words\n" in text
        cells = json.loads((site / f"downloads/{name}.ipynb").read_text("utf-8"))["cells"]
        assert any("attachment:a.png" in "".join(cell["source"]) for cell in cells)
        code[name] = "".join(
            "".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"
        )
    assert "bookpress" not in code["r"]
    assert "check_values" in code["python"]
    [path] = site.glob("epub/*.epub")
    with zipfile.ZipFile(path) as archive:
        assert b"attached words" in archive.read("EPUB/r.xhtml")
