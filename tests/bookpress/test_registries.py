"""An element and a format of a package of their own: found everywhere, listed nowhere."""

import io
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from processes import ROOT, edit, environment, new_home, write_files

from bookpress import formats, plugins
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


def run_with(package: Path, root: Path, *words: str, code: int = 0) -> str:
    """Run the press in a book, with a package beside it; return all it says."""
    variables = environment(root)
    variables["PYTHONPATH"] += f":{package}"
    done = subprocess.run(
        [quick_python(), "-m", "bookpress", *words],
        cwd=root,
        env=variables,
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


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
    run = partial(run_with, clockwork, root)
    run("build", "--format", "html,epub,poster")
    site = root / "_build/editions/default/html"
    return SimpleNamespace(run=run, site=site, root=root, package=clockwork)


@pytest.fixture
def registered(clockwork: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the clock be an element of this process too."""
    monkeypatch.syspath_prepend(str(clockwork))
    forget()
    yield
    forget()


def forget() -> None:
    """Let elements be looked up again."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "clockwork"]:
        del sys.modules[name]
    for looked_up in (plugins._all_points, elements.added, elements.elements):
        looked_up.cache_clear()


@pytest.mark.heavy
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


@pytest.mark.heavy
def test_pages_and_formats_are_made_again_with_the_code_of_the_package(press: Any) -> None:
    """And a format that is no longer there is left out, with a note, while others stay."""
    package = press.package
    edit(package / "clockwork/clock.py", "html(fill", 'html("<p>New.</p>" + fill')
    edit(package / "clockwork/poster.py", "write_text(title)", 'write_text(f"{title}!")')
    press.run("build")
    assert ">New.</p>" in (press.site / "notebooks/moons.html").read_text()
    assert (press.site / "poster/orbits.txt").read_text() == "Orbits!"
    points = package / "clockwork-1.dist-info/entry_points.txt"
    points.write_text(points.read_text().partition("[bookpress.outputs]")[0])
    said = press.run("build")
    assert "note: built without the format 'poster', which was made before: no format" in said
    assert "is built again without" not in said
    assert not (press.site / "poster").exists()
    assert (press.site / "epub/orbits.epub").is_file()
    again = press.run("build")
    assert "nothing to do" in again
    assert "poster" not in again


FAULTS = {
    "does not say how it is shown in epub": ("epub=As.OMITTED,", ""),
    "the role 'tick' is not a class": (
        "    style=",
        '    roles={"tick": ".clock:show"},\n    style=',
    ),
    "the directive 'clock' is not there": (".clock:show", ".clock:shown"),
    "has no file 'no.css'": ('script="clock.js"', 'script="clock.js", epub_style="no.css"'),
    "cannot be loaded: NameError": ("ELEMENT = Element(", "ELEMENT = Elemnt("),
    "is of type Forms, not Element": ("ELEMENT =", "ELEMENT = Forms()\nOTHER ="),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_element_with_a_fault_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    package = write_files(tmp_path, FILES)
    edit(package / "clockwork/__init__.py", *FAULTS[fault])
    said = refusal(package, monkeypatch)
    assert fault in said
    assert "\n" not in said


def refusal(package: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return how the press refuses what a package adds."""
    monkeypatch.syspath_prepend(str(package))
    forget()
    try:
        with pytest.raises(UsageError) as refused:
            elements.elements()
    finally:
        forget()
    return str(refused.value)


def test_two_elements_have_no_template_of_one_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = write_files(tmp_path, {**FILES, "clockwork/figure.html": "<p>"})
    assert refusal(package, monkeypatch) == "two elements register the file 'figure.html'"


def test_a_command_refuses_an_element_with_a_fault_when_it_starts(tmp_path: Path) -> None:
    package = write_files(tmp_path / "package", FILES)
    edit(package / "clockwork/__init__.py", "epub=As.OMITTED,", "")
    book = write_files(tmp_path / "book", {"_toc.yml": "root: a\n", "a.md": "# A\n"})
    said = run_with(package, book, "check", code=2)
    assert said.startswith("error: the entry point ")
    assert "the element 'clock' does not say how it is shown in epub" in said
    assert len(said.splitlines()) == 1


CHAPTER = """---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
# Hours

After {tick}`12`:

```{clock}
```

```{code-cell}
1 + 1
```
"""


@pytest.mark.heavy
def test_the_package_of_the_manual_works_as_it_stands_there(tmp_path: Path) -> None:
    manual = (ROOT / "src/bookpress/README.md").read_text()
    section = manual.partition("## An element or a format of your own")[2].partition("\n## ")[0]
    fence = re.compile(r"```\w+\n(?:# |/\* )(\S+)[^\n]*\n(.*?)```", re.DOTALL)
    files = dict(fence.findall(section))
    assert len(files) == 5
    groups = tomllib.loads(files["pyproject.toml"])["project"]["entry-points"]
    lines = []
    for group, points in groups.items():
        lines += [f"[{group}]", *(f"{name} = {place}" for name, place in points.items())]
    of_distribution = "clockwork-1.dist-info"
    files[f"{of_distribution}/METADATA"] = FILES[f"{of_distribution}/METADATA"]
    files[f"{of_distribution}/entry_points.txt"] = "\n".join(lines)
    package = write_files(tmp_path / "package", files)
    home = {
        "_toc.yml": "root: hours\n",
        "hours.md": CHAPTER,
        "book/settings.yml": "layout: press\n",
    }
    book = write_files(tmp_path / "book", home)
    run_with(package, book, "build", "--format", "html,lengths")
    site = book / "_build/editions/default/html"
    page = (site / "hours.html").read_text()
    assert "After <strong>12 hours</strong>" in page
    assert re.search(r'class="clock"[^>]*>It is noon[.]', page)
    assert ".clock{color:teal;}" in (site / "_static/reading.css").read_text()
    for name in ("hours.md", "downloads/hours.ipynb"):
        text = (site / name).read_text()
        assert "After 12 hours:" in text
        assert "It is noon." in text
    assert "hours.html," in (site / "lengths/lengths.csv").read_text()
