"""A book by others in its theme's pages: a reader turns a choice in place, and turns it back."""

import re
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from processes import press as run_press

KERNEL = "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: Python 3}\n---\n"
SWELL = """
# Swell

A picture of waves, and how many there are.

```{code-cell} ipython3
:tags: [parameters]

from typing import Annotated
from pydantic import Field

waves: Annotated[int, Field(ge=1, le=3, multiple_of=1)] = 2  # waves that are drawn
deep: bool = False  # deep water
```

```{code-cell} ipython3
import matplotlib.pyplot as plt
plt.plot([1, -1] * waves)
object()
```

```{code-cell} ipython3
print("waves:", waves)
```

```{code-cell} ipython3
from IPython.display import HTML
HTML(f"<p class='made'></p><script>document.querySelector('.made').textContent = 'drawn {waves}'</script>")
```

```{code-cell} ipython3
HTML(f"<p class='late'></p><script src='https://example.org/library.js'></script><script>write({waves})</script>")
```

```{code-cell} ipython3
import uuid
HTML(f"<p class='named' id='{uuid.uuid4()}'>A name by chance</p>")
```
"""
LIBRARY = """
window.write = (waves) => {
  document.querySelector(".late").textContent = `written ${waves}`;
  delete window.write;
};
"""
ELSEWHERE = {
    "https://example.org/library.js": LIBRARY,
}
NOISY = """
def setup(app):
    from sphinx.util import logging
    say = logging.getLogger("noisy").warning
    app.connect("doctree-resolved", lambda app, tree, name: say("whatever"))
"""
FILES = {
    "_config.yml": """
title: Waves
author: Ada Author
sphinx:
  local_extensions: {noisy: .}
""",
    "_toc.yml": "format: jb-book\nroot: cover\nchapters:\n- file: swell\n- file: calm\n",
    "noisy.py": NOISY,
    "cover.md": "# Waves\n\nA book.\n",
    "swell.md": f"{KERNEL}{SWELL}",
    "calm.md": f"{KERNEL}# Calm\n\n```{{code-cell}} ipython3\n1 + 1\n```\n",
}
ELSEWHERE_ONLY = re.compile("^https?:")
PICTURE = "document.querySelector('.cell_output img').getAttribute('src')"
BROKEN = (
    "[...document.images].filter((one) => one.src.startsWith('file:') && !one.naturalWidth).length"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the pages of a book that was built first, and explored then; it warns of each page."""
    root = tmp_path_factory.mktemp("waves")
    for name, text in FILES.items():
        (root / name).write_text(text, encoding="utf-8")
    press = partial(run_press, root)
    press("build")
    press("explore", "--yes")
    return root / "_build/editions/default/html"


def answer(route: Route) -> None:
    """Answer what pages fetch from elsewhere: two scripts, and nothing else."""
    script = ELSEWHERE.get(route.request.url)
    if script is None:
        route.abort()
    else:
        route.fulfill(body=script, content_type="text/javascript")


@pytest.fixture
def swell(site: Path, page: Page) -> Page:
    """Return the chapter with its panel of choices open."""
    page.route(ELSEWHERE_ONLY, answer)
    page.goto((site / "swell.html").as_uri(), wait_until="domcontentloaded")
    page.get_by_role("button", name="2 choices").click()
    return page


def test_a_choice_is_turned_in_place_and_back(swell: Page) -> None:
    published = swell.evaluate(PICTURE)
    swell.get_by_text("Waves: 2", exact=True).click()
    swell.get_by_role("radio", name="3").check()
    strip = swell.locator(".state-strip")
    expect(strip).to_contain_text("Waves: 3.")
    expect(swell.locator(".cell_output", has_text="waves: 3")).to_be_visible()
    expect(swell.locator(".made")).to_have_text("drawn 3")
    assert swell.evaluate(PICTURE) != published
    swell.wait_for_function(f"{BROKEN} === 0")
    assert "waves=3" in swell.url
    strip.get_by_role("button", name="Back").click()
    expect(strip).to_be_hidden()
    assert swell.evaluate(PICTURE) == published
    expect(swell.locator(".made")).to_have_text("drawn 2")


def test_scripts_in_turn_run_anew_and_come_back(swell: Page) -> None:
    expect(swell.locator(".late")).to_have_text("written 2")
    swell.get_by_text("Waves: 2", exact=True).click()
    for _ in range(2):
        swell.get_by_role("radio", name="3").check()
        expect(swell.locator(".late")).to_have_text("written 3")
        assert swell.locator(".restated .named").count() == 0
        swell.locator(".state-strip").get_by_role("button", name="Back").click()
        expect(swell.locator(".late")).to_have_text("written 2")


def test_where_an_object_lies_in_memory_is_no_difference(swell: Page) -> None:
    swell.get_by_text("Deep: no", exact=True).click()
    swell.get_by_role("radio", name="yes").check()
    expect(swell.locator(".state-strip")).to_contain_text("Deep: yes.")
    assert swell.locator(".restated img").count() == 0


def test_the_panel_has_the_colours_of_the_theme(swell: Page) -> None:
    colour = "(one) => getComputedStyle(one).backgroundColor"
    panel = swell.locator("#chapter_choices")
    theme = swell.locator("body").evaluate(colour)
    assert panel.evaluate(colour) == theme
    swell.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert panel.evaluate(colour) != theme


def test_an_address_opens_the_page_in_its_state(site: Path, page: Page) -> None:
    page.route(ELSEWHERE_ONLY, answer)
    address = (site / "swell.html").as_uri()
    page.goto(f"{address}?waves=1", wait_until="domcontentloaded")
    expect(page.locator(".state-strip")).to_contain_text("Waves: 1.")
    expect(page.locator(".late")).to_have_text("written 1")
    page.locator(".state-strip").get_by_role("button", name="Back").click()
    expect(page.locator(".late")).to_have_text("written 2")


def test_a_page_without_an_article_is_turned_too(site: Path, page: Page) -> None:
    """Such are those of other themes."""
    other = site / "other.html"
    text = (site / "swell.html").read_text(encoding="utf-8")
    other.write_text(text.replace("<article", "<div").replace("</article", "</div"))
    page.route("http*://**", lambda route: route.abort())
    page.goto(f"{other.as_uri()}?waves=1", wait_until="domcontentloaded")
    expect(page.locator(".state-strip")).to_contain_text("Waves: 1.")
    other.unlink()


def test_a_chapter_without_choices_loads_nothing_for_them(site: Path) -> None:
    assert "states.js" not in (site / "calm.html").read_text(encoding="utf-8")
