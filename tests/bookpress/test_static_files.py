"""Scripts and styles that extensions add, in pages that the press lays out."""

from pathlib import Path

import pytest
from lxml import html
from playwright.sync_api import Page
from processes import press, write_files

EXTENSION = '''\
"""Diagrams that a script draws: it is added to the pages that have one, and to those of Sphinx."""

from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective


class Diagram(SphinxDirective):
    has_content = True

    def run(self):
        return [nodes.literal_block("", "\\n".join(self.content), classes=["diagram"])]


def is_diagram(node):
    return "diagram" in getattr(node, "attributes", {}).get("classes", ())


def add_static(app):
    app.config.html_static_path.append(str(Path(__file__).parent / "static"))


def add_files(app, page, template, context, tree):
    if tree is None or list(tree.findall(is_diagram)):
        app.add_js_file(None, body="document.querySelector('.diagram').textContent += '!'", priority=900, type="module")
        app.add_css_file("drawing/lines.css")
        app.add_js_file("drawing/draw.js", loading_method="defer")


def setup(app):
    app.add_directive("diagram", Diagram)
    app.add_js_file("everywhere.js")
    app.connect("builder-inited", add_static)
    app.connect("html-page-context", add_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
'''
THEME = '''\
"""A theme that adds a script of its own to each page."""

from pathlib import Path


def add_script(app, page, template, context, tree):
    app.add_js_file("theme.js")


def setup(app):
    app.add_html_theme("leaf", str(Path(__file__).parent / "theme/leaf"))
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
'''
CONFIG = """\
title: Winds
html: {favicon: sun.svg}
sphinx:
  extra_extensions: [diagrams, leaves]
  config:
    html_theme: leaf
    html_js_files: ["https://127.0.0.1:9/own.js", own/hello.js, gone.js]
    html_css_files: [[own/blue.css, {media: all}]]
    html_extra_path: [extra]
"""
HELLO = """\
addEventListener("DOMContentLoaded", () => document.querySelector("h1").append(" hello"))
"""
BOOK = {
    "diagrams/__init__.py": EXTENSION,
    "diagrams/static/everywhere.js": "throw Error('not here')\n",
    "diagrams/static/drawing/draw.js": "document.querySelector('.diagram').textContent = 'drawn'\n",
    "diagrams/static/drawing/lines.css": "@import 'colour.css'; .diagram {line-height: 40px}\n",
    "diagrams/static/drawing/colour.css": ".diagram {color: rgb(1, 2, 3)}\n",
    "leaves/__init__.py": THEME,
    "leaves/theme/leaf/theme.conf": "[theme]\ninherit = sphinx_book_theme\n",
    "_config.yml": CONFIG,
    "_toc.yml": "format: jb-book\nroot: start\nchapters: [{file: parts/drawn}]\n",
    "book/settings.yml": "layout: press\n",
    "start.md": "# Start\n\n<script type='module'>import shine from './_static/sun/shine.mjs'</script>\n",
    "sun.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>\n",
    "_static/sun/shine.mjs": "import './ray.mjs'\n",
    "_static/sun/ray.mjs": "export default 1\n",
    "_static/moon/moon.mjs": "export default 1\n",
    "_static/earth.mjs": "export default 1\n",
    "_static/own/hello.js": HELLO,
    "_static/own/blue.css": "h1 {color: rgb(0, 0, 255) !important}\n",
    "_static/theme.css": "h1 {display: none}\n",
    "parts/drawn.md": "# Drawn\n\n```{diagram}\nnorth -> south\n```\n",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = write_files(tmp_path_factory.mktemp("diagrams"), BOOK)
    (home / "extra").mkdir()
    (home / "extra/old.html").write_bytes(
        "<img src='_static/moon/moon.mjs'> caf\xe9".encode("latin-1")
    )
    return home


@pytest.fixture(scope="module")
def said(home: Path) -> str:
    return press(home, "build", whole=True)


@pytest.fixture
def site(home: Path, said: str) -> Path:
    assert said
    return home / "_build/editions/default/html"


def loaded(page: Path) -> list[str]:
    """Return the files that a page loads and the press has not made."""
    root = html.parse(str(page)).getroot()
    names = [str(name) for name in root.xpath("//script/@src | //link[@rel='stylesheet']/@href")]
    files = ("drawing/", "everywhere", "theme.", "gone.js")
    return [name for name in names if any(file in name for file in files)]


@pytest.mark.heavy
def test_what_an_extension_adds_to_a_page_draws_its_diagram(site: Path, page: Page) -> None:
    drawn = site / "parts/drawn.html"
    assert loaded(drawn) == ["../_static/drawing/lines.css", "../_static/drawing/draw.js"]
    page.goto(drawn.as_uri())
    diagram = page.locator(".diagram").first
    assert diagram.inner_text().strip() == "drawn!"
    assert diagram.evaluate("each => getComputedStyle(each).color") == "rgb(1, 2, 3)"


def test_other_pages_and_those_of_sphinx_load_nothing_of_it(site: Path) -> None:
    assert not loaded(site / "start.html")
    assert not loaded(site / "search.html")
    assert not (site / "_static/everywhere.js").exists()


def test_what_a_script_in_a_page_imports_is_there_with_all_beside_it(site: Path) -> None:
    assert (site / "_static/sun/shine.mjs").is_file()
    assert (site / "_static/sun/ray.mjs").is_file()
    assert not (site / "_static/earth.mjs").exists()


def test_a_page_of_the_author_may_have_any_bytes_and_shows_what_it_names(site: Path) -> None:
    assert (site / "old.html").read_bytes().endswith(b"caf\xe9")
    assert (site / "_static/moon/moon.mjs").is_file()


def test_scripts_that_are_meant_for_all_pages_are_named(said: str) -> None:
    expected = (
        "note: pages in our layout load no script that is meant for all pages; "
        "left out: everywhere.js"
    )
    assert f"{expected} " in said
    assert "pages have faults" not in said


def test_a_script_on_another_host_is_for_pages_with_scripts(site: Path, said: str) -> None:
    """It draws the plots of plotly, say; a page without scripts is whole without it."""
    address = "https://127.0.0.1:9/own.js"
    assert address in (site / "start.html").read_text()
    assert address not in (site / "parts/drawn.html").read_text()
    assert "fetch from other hosts: 127.0.0.1:9 (1 times)" in said


def test_what_the_author_names_for_all_pages_is_loaded_after_ours(site: Path, page: Page) -> None:
    """But a style in `_static` that nothing names serves the theme, and another host is left out."""
    for name in ("start.html", "parts/drawn.html"):
        page.goto((site / name).as_uri())
        heading = page.locator("h1").first
        assert heading.inner_text().endswith(" hello")
        assert heading.evaluate("each => getComputedStyle(each).color") == "rgb(0, 0, 255)"
    root = html.parse(str(site / "start.html")).getroot()
    styles = [str(name).partition("?")[0] for name in root.xpath("//link[@rel='stylesheet']/@href")]
    assert styles[-1] == "_static/own/blue.css"
    assert not (site / "_static/theme.css").exists()


@pytest.mark.heavy
def test_scripts_may_be_named_in_one_text(tmp_path: Path) -> None:
    """Sphinx takes a text with commas for a list."""
    addresses = ["https://127.0.0.1:9/a.js", "https://127.0.0.1:9/b.js"]
    files = {
        "_config.yml": f"sphinx: {{config: {{html_js_files: '{','.join(addresses)}'}}}}\n",
        "_toc.yml": "format: jb-book\nroot: start\n",
        "book/settings.yml": "layout: press\n",
        "start.md": "# Start\n\n<script>start()</script>\n",
    }
    press(write_files(tmp_path, files), "build")
    text = (tmp_path / "_build/editions/default/html/start.html").read_text()
    assert all(f'src="{address}"' in text for address in addresses)
