"""What books by others show that is wider than a phone: it can be moved, and widens no page."""

from pathlib import Path
from typing import Any

import pytest
from lxml import html
from playwright.sync_api import Page
from processes import press, write_files
from test_foreign_shapes import HEAD, notebook

SUM = " + ".join(rf"\frac{{a_{{{number}}}}}{{b}}" for number in range(20))
ADDRESS = f"https://winds.example/{'a' * 80}"
WIDE = rf"""# Wide

In words ${SUM}$ and

$$
{SUM}
$$ (sum)

and

$$
$$

as noted [^far].

[^far]: {ADDRESS}

<iframe src="about:blank" width="900" title="A film"></iframe>

<pre>{"x" * 120}</pre>

<div><table class="dataframe"><tr>{"<td>wwwwwwwwww</td>" * 12}</tr></table></div>

```{{list-table}} Winds
* - {"a" * 30}
  - {"b" * 30}
  - {"c" * 30}
```

:Address: {ADDRESS}
:{"a_long_name" * 3}: What `{"another_name" * 2}` is called.

```{{figure}} dot.svg
:figwidth: 600px

A figure of a fixed width.
```

```{{py:module}} winds
```

```{{py:function}} winds.blow()
```

```{{py:function}} winds.{"blow_from_the_north_" * 4}()
```
"""
FRAME = f"""from IPython.display import HTML
display(HTML("<table class='dataframe'><tr>{"<td>wwwwwwwwww</td>" * 12}</tr></table>"))
HTML("<div><p style='white-space: nowrap'>{"w" * 60}</p></div>")"""
DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="1"/></svg>\n'
FILES = {
    "_toc.yml": "format: jb-book\nroot: wide\nchapters: [{file: frame}]\n",
    "wide.md": WIDE,
    "dot.svg": DOT,
    "frame.ipynb": notebook("Frame", {"frame": FRAME}),
    "unlisted.md": f"{HEAD}# Unlisted\n\n```{{code-cell}}\n1 + 1\n```\n",
    "book/settings.yml": "layout: press\n",
}


@pytest.fixture(scope="module", name="home", params=["sphinx_book_theme", "alabaster"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a book whose theme knows, or does not know, that tables scroll."""
    config = f"title: Winds\nsphinx: {{config: {{html_theme: {request.param}}}}}\n"
    root = write_files(tmp_path_factory.mktemp("wide"), {"_config.yml": config, **FILES})
    said = press(root, "build", whole=True)
    assert "MathML" not in said
    assert "there is no such file" not in said
    return root


def parsed(home: Path, name: str) -> Any:
    return html.parse(str(home / f"_build/editions/default/html/{name}.html")).getroot()


@pytest.mark.parametrize("name", ["wide", "frame", "genindex"])
def test_nothing_is_wider_than_a_phone(home: Path, page: Page, name: str) -> None:
    page.set_viewport_size({"width": 375, "height": 700})
    page.goto((home / f"_build/editions/default/html/{name}.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    cut = """all => all.filter(each => each.getBoundingClientRect().left < 0).length"""
    assert page.locator("article :is(math, table)").evaluate_all(cut) == 0


def test_an_empty_formula_is_no_fault(home: Path) -> None:
    formulas = parsed(home, "wide").xpath("//article//*[local-name()='math']")
    assert len(formulas) == 2


def test_an_index_of_modules_needs_nothing_of_a_theme(home: Path) -> None:
    [link] = parsed(home, "py-modindex").xpath("//article//a[code]")
    assert (link.text_content(), link.get("href")) == ("winds", "wide.html#module-winds")


def test_a_chapter_outside_the_contents_is_run_and_has_no_number(home: Path) -> None:
    outputs = parsed(home, "unlisted").find_class("output")
    assert [output.text_content().strip() for output in outputs] == ["2"]
    listed, unlisted = (
        parsed(home, name).xpath("//*[@data-copy='APA reference']")[0].text_content()
        for name in ("frame", "unlisted")
    )
    assert "Chapter 1)" in listed
    assert "Chapter" not in unlisted
