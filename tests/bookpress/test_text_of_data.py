"""What comes from data is text in every output: labels, reasons, values, reports, sources, names."""

import csv
import io
import json
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning
from lxml import etree
from markdown_it import MarkdownIt
from processes import edit, new_home, press
from pybtex.database import parse_string

SIGNS = "<img src=x onerror=run()> [x](javascript:run()) `a` **b** $c$ {result}`d`"
EVIL = f"Evil {SIGNS} <!-- ![y](https://elsewhere.example) \x1b[31m"
CODE = f"""
from holdtrue.comparisons.base import Comparison
from holdtrue.estimates import Estimate
from bookpress.elements.figure.show import Table

evil = {EVIL!r}
count = Estimate(3, unit="count", label=evil)
few = Comparison(name == "Io", evil)
print(evil)
Table(planets.assign(planet=evil))
"""
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the second book where texts of its data, and one of its choices, are markup."""
    home = new_home(tmp_path_factory.mktemp("evil") / "book")
    chapter = home / "notebooks/planets.md"
    edit(home / "orbits/choices.py", "Moon =", "Name = str\nMoon =")
    edit(chapter, "import Group\n", "import Group, Name\n")
    edit(chapter, "the fit takes\n", 'the fit takes\nname: Name = "Io"  # of what\n')
    edit(chapter, "\nlaw(planets)\n", f"\nlaw(planets.assign(planet={EVIL!r}), {EVIL!r})\n")
    edit(home / "orbits/plot.py", "planets: pd.DataFrame)", "planets: pd.DataFrame, source: str)")
    edit(
        home / "orbits/plot.py",
        '"Mean distances and periods as tabulated in any almanac"',
        "source",
    )
    words = (
        "Of {param}`name` there are {result}`count`, few, says {measured}`evil:full`. {holds}`few`"
    )
    chapter.write_text(f"{chapter.read_text()}\n```{{code-cell}} ipython3{CODE}```\n\n{words}\n")
    reported = {"evil": {"statement": EVIL, "value": None, "provenance": "seen"}}
    (home / "data/reported.yml").write_text(json.dumps(reported))
    setting = {"measured": {"file": "reported.yml", "provenance": {"seen": "as seen"}}}
    settings = home / "book/settings.yml"
    settings.write_text(f"{settings.read_text()}reported: {json.dumps(setting)}\nown: own\n")
    (home / "data/own").mkdir()
    with (home / "data/own/planets.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["planet"], [EVIL]])
    index = press(home, "build", "-p", f"name={EVIL}", "--format", "html,epub")
    return Path(index.strip()).parents[1]


def read(built: Path, pattern: str) -> Iterator[str]:
    files = sorted(built.rglob(pattern))
    assert files
    for path in files:
        yield path.read_text(encoding="utf-8")


def is_text_alone(page: str) -> None:
    with warnings.catch_warnings(action="ignore", category=XMLParsedAsHTMLWarning):
        soup = BeautifulSoup(page, "html.parser")
    for element in soup.find_all(True):
        assert not any(name.startswith("on") for name in element.attrs), element
        for name in ("href", "src"):
            address = str(element.get(name) or "")
            assert not address.startswith(("javascript:", "https://elsewhere")), element
            assert (element.name, address) != ("img", "x")


def test_pages_and_pictures_show_it(built: Path) -> None:
    for page in [*read(built / "html", "*.html"), *read(built / "html", "*.svg")]:
        is_text_alone(page)
    planets = BeautifulSoup((built / "html/notebooks/planets.html").read_text(), "html.parser")
    for node in planets(["script", "style"]):
        node.decompose()
    assert planets.get_text().count("onerror=run()") >= 5
    for text in planets.find_all("script", type="application/ld+json"):
        json.loads(text.string)


def test_markdown_and_notebooks_show_it(built: Path) -> None:
    texts = [*read(built / "html", "*.md"), *read(built / "html", "llms.txt")]
    for notebook in read(built, "*.ipynb"):
        cells = nbformat.reads(notebook, 4).cells
        texts += [cell.source for cell in cells if cell.cell_type == "markdown"]
        texts += [
            "".join(output.data.get("text/markdown", ""))
            for cell in cells
            for output in cell.get("outputs", ())
            if "data" in output
        ]
    for text in texts:
        is_text_alone(MARKDOWN.render(text))
        assert "\x1b" not in text
    chapter = (built / "html/notebooks/planets.md").read_text()
    shown = BeautifulSoup(MARKDOWN.render(chapter), "html.parser").get_text()
    assert shown.count(SIGNS) >= 5


def test_the_e_book_shows_it(built: Path) -> None:
    [book] = built.rglob("*.epub")
    with zipfile.ZipFile(io.BytesIO(book.read_bytes())) as archive:
        for name in archive.namelist():
            if name.endswith((".xhtml", ".opf", ".ncx", ".svg")):
                page = archive.read(name)
                etree.fromstring(page)
                is_text_alone(page.decode())


def test_citations_hold_it(built: Path) -> None:
    seen = 0
    for text in read(built / "html", "*.bib"):
        [entry] = parse_string(text, "bibtex").entries.values()
        fields = entry.fields
        seen += "onerror" in fields.get("annote", fields.get("annotation", ""))
    assert seen
    for text in read(built / "html", "*.ris"):
        assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in text.splitlines())


def test_every_output_names_own_rows(built: Path) -> None:
    html = built / "html"
    for name in ("notebooks/planets.html", "notebooks/planets.md", "llms.txt", "cite/planets.bib"):
        said = " ".join((html / name).read_text().split())
        assert "with own rows (planets: Evil" in said, name
    for name in ("planets.ris", "planets.md", "planets.csl.json"):
        assert f"edition {built.name} with own rows" in (html / "cite" / name).read_text(), name
    planned = press(built.parents[2], "cite", "planets", "-f", "bibtex")
    assert "with own rows (planets: Evil" in " ".join(planned.split())


def test_a_terminal_shows_it(built: Path) -> None:
    home = built.parents[2]
    for words in (("run", "planets"), ("run", "planets", "-p", f"name={EVIL}"), ("statements",)):
        said = press(home, *words, whole=True)
        assert "Evil" in said
        assert "\x1b" not in said
