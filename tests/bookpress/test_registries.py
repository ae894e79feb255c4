"""An element and a format of a package of their own: found everywhere, listed nowhere."""

import io
import json
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from processes import environment, new_home, write_files

from bookpress import formats
from bookpress.elements.base import registry as elements
from bookpress.errors import UsageError
from bookpress.outputs.base.front_matter import load_front_matter
from bookpress.outputs.base.page_extraction import read_articles
from bookpress.outputs.pdf.documents import chapter_document
from quick import quick_python

LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2" width="2" height="2">
<rect width="2" height="2" fill="#008080"/></svg>"""
FILES = {
    "clockwork-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: clockwork\nVersion: 1\n",
    "clockwork-1.dist-info/entry_points.txt": """
[bookpress.elements]
clock = clockwork:ELEMENT

[bookpress.outputs]
poster = clockwork.poster:FORMAT
""",
    "clockwork/__init__.py": '''
"""A clock on the page."""

from bookpress.elements.base.registry import As, Directive, Element, Forms, Without

ELEMENT = Element(
    "clock",
    __name__,
    Forms(
        page=As.SAME,
        print=Without(classes=("clock-hands",)),
        epub=As.OMITTED,
        notebook=".clock:in_words",
        text=As.OMITTED,
    ),
    directives={"clock": Directive(".clock:show", content=True)},
    style="clock.css",
    print_style="clock.print.css",
    script="clock.js",
)
''',
    "clockwork/clock.py": """
from bookpress.elements.base.markdown import replace_directives
from bookpress.elements.base.nodes import html
from bookpress.elements.base.templates import fill


def show(node, env):
    return html(fill("clock.html"), node.children)


def in_words(text, docname, env):
    return replace_directives(text, ["clock"], lambda *_: "Twelve, as the page shows.")
""",
    "clockwork/clock.html": '<div class="clock"><b class="clock-hands">tick</b>\n<!-- slot --></div>',
    "clockwork/clock.css": ".clock { color: teal; }\n",
    "clockwork/clock.print.css": ".clock { color: black; }\n",
    "clockwork/clock.js": "window.clockwork = true;\n",
    "clockwork/poster.py": '''
"""A poster, made from the pages."""

import sys
from pathlib import Path

from bookpress.formats import Format
from bookpress.outputs.base.process import work_on_order

FORMAT = Format(
    "poster",
    "clockwork.poster",
    title="Poster",
    what="to hang up",
    media_type="text/plain",
    book="poster/{stem}.txt",
    order=25,
)


def make(order):
    output = Path(order.output)
    output.mkdir()
    title = Path(order.pages, "index.html").read_text().split("<h1>")[1].split("<")[0]
    (output / "orbits.txt").write_text(title)


if __name__ == "__main__":
    sys.exit(work_on_order(make))
''',
}
BLOCK = "\n```{clock}\nThe hour has struck.\n```\n"


@pytest.fixture(scope="module")
def clockwork(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("installed"), FILES)


@pytest.fixture(scope="module")
def press(clockwork: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the second book with a clock in a chapter, and what runs the press in it."""
    root = new_home(tmp_path_factory.mktemp("book") / "orbits")
    chapter = root / "notebooks/moons.md"
    chapter.write_text(chapter.read_text() + BLOCK)
    config = root / "_config.yml"
    config.write_text(config.read_text().replace('logo: ""', "logo: book/logo.svg"))
    (root / "book/logo.svg").write_text(LOGO)
    cover = root / "index.md"
    cover.write_text(cover.read_text() + "\n```{edition-line}\n```\n")
    variables = environment(root)
    variables["PYTHONPATH"] += f":{clockwork}"

    def run(*words: str) -> str:
        done = subprocess.run(
            [quick_python(), "-m", "bookpress", *words],
            cwd=root,
            env=variables,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("build", "--format", "html,epub,poster")
    return SimpleNamespace(run=run, site=root / "_build/editions/default/html", root=root)


@pytest.fixture
def registered(clockwork: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the clock be an element of this process too."""
    monkeypatch.syspath_prepend(str(clockwork))
    elements.elements.cache_clear()
    yield
    elements.elements.cache_clear()


def test_an_element_is_on_the_page_with_its_template_style_and_script(press: Any) -> None:
    page = (press.site / "notebooks/moons.html").read_text()
    assert 'class="clock">' in page
    assert "The hour has struck." in page
    assert ".clock{color:teal;}" in (press.site / "_static/reading.css").read_text()
    assert "window.clockwork = true" in (press.site / "_static/reading.js").read_text()


def test_an_element_is_in_the_notebook_and_the_text_as_its_forms_say(press: Any) -> None:
    notebook = json.loads((press.site / "downloads/moons.ipynb").read_text())
    prose = "".join("".join(cell["source"]) for cell in notebook["cells"])
    assert "Twelve, as the page shows." in prose
    assert "struck" not in prose
    text = (press.site / "notebooks/moons.md").read_text()
    assert "# Moons" in text
    assert "clock" not in text
    assert "struck" not in text


def test_an_element_is_on_paper_and_in_the_e_book_as_its_forms_say(
    press: Any, registered: None
) -> None:
    [article] = [
        article for article in read_articles(press.site, "print") if "moons" in article.path
    ]
    front = load_front_matter(press.root, press.site, 1700000000)
    paper = chapter_document(article, front)
    assert 'class="clock"' in paper
    assert "clock-hands" not in paper
    assert ".clock{color:black;}" in paper
    with zipfile.ZipFile(press.site / "epub/orbits.epub") as book:
        text = book.read("EPUB/notebooks-moons.xhtml").decode()
    assert "Moons" in text
    assert "struck" not in text


def test_an_e_book_calls_the_front_page_by_its_own_heading_and_draws_the_logo_of_the_book(
    press: Any,
) -> None:
    with zipfile.ZipFile(press.site / "epub/orbits.epub") as book:
        contents = BeautifulSoup(book.read("EPUB/nav.xhtml"), "html5lib")
        cover = Image.open(io.BytesIO(book.read("EPUB/cover.png")))
    titles = [link.get_text() for link in contents.select("nav li a")]
    assert titles[:2] == ["Orbits", "Orbits"]
    assert (0, 128, 128) in {colour for _, colour in cover.convert("RGB").getcolors(1 << 20)}


def test_a_format_is_made_offered_and_explained(press: Any) -> None:
    assert (press.site / "poster/orbits.txt").read_text() == "Orbits"
    cover = (press.site / "index.html").read_text()
    assert 'href="poster/orbits.txt" download>Poster</a>' in cover
    assert "poster" in press.run("build", "--help")


def test_an_element_without_a_form_says_which() -> None:
    forms = elements.Forms(page=elements.As.SAME, print=elements.As.SAME, text=elements.As.OMITTED)
    with pytest.raises(UsageError) as refused:
        elements.Element("clock", __name__, forms)
    assert "'clock' does not say how it is shown in epub, notebook" in str(refused.value)


def test_all_that_is_registered_is_there() -> None:
    for element in elements.elements():
        makers = [directive.make for directive in element.directives.values()]
        forms = [element.forms.page, element.forms.notebook, element.forms.text]
        papers = [element.on_paper(form).then for form in ("print", "epub")]
        for place in [*makers, *element.roles.values(), *forms, *papers]:
            assert not isinstance(place, str) or not place or callable(element.find(place))
        own = (element.style, element.print_style, element.epub_style, element.script)
        for name in (*own, *(asset.name for asset in element.assets)):
            assert not name or (element.folder / name).is_file()
    for form in formats.formats():
        for place in (form.write, form.needs):
            assert not place or callable(form.find(place))
