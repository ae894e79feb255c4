"""Charts that a cell shows with Altair alone, in pages that the press lays out."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route
from processes import press, write_files

pytestmark = pytest.mark.heavy

CHAPTER = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
# Wind

```{code-cell} ipython3
:tags: [parameters]
high = 3  # the highest value
```

```{code-cell} ipython3
:mystnb: {figure: {name: gusts, caption: Wind by day.}}
import altair as alt
import pandas as pd

table = pd.DataFrame({"day": [1, 2], "wind": [1, high]})
alt.Chart(table, title=f"up to {high}").mark_line().encode(x="day:Q", y="wind:Q")
```
"""
BOOK = {
    "_config.yml": "title: Winds\nexecute: {execute_notebooks: force}\n",
    "_toc.yml": "format: jb-book\nroot: start\nchapters: [{file: parts/wind}, {file: calm}]\n",
    "book/settings.yml": "layout: press\n",
    "start.md": "# Start\n",
    "calm.md": "# Calm\n",
    "parts/wind.md": CHAPTER,
}
DRAWN = ".vega-embed svg.marks"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = write_files(tmp_path_factory.mktemp("winds"), BOOK)
    press(home, "explore", "wind", "-g", "high=3,7")
    return home / "_build/editions/default/html"


@pytest.fixture
def offline(page: Page) -> Page:
    def stay(route: Route) -> None:
        is_here = route.request.url.startswith(("file:", "data:", "blob:"))
        route.continue_() if is_here else route.abort()

    page.route("**/*", stay)
    return page


def test_they_are_drawn_without_a_network_in_each_state(site: Path, offline: Page) -> None:
    errors: list[str] = []
    offline.on("pageerror", lambda error: errors.append(str(error)))
    offline.goto((site / "parts/wind.html").as_uri())
    offline.locator(DRAWN).wait_for()
    offline.goto((site / "parts/wind.html").as_uri() + "?high=7")
    offline.locator(f".restated {DRAWN}").wait_for()
    assert not errors


def test_pages_of_a_book_without_such_charts_load_nothing_of_it(tmp_path: Path) -> None:
    files = {**BOOK, "parts/wind.md": "# Wind\n"}
    press(write_files(tmp_path, files), "build")
    assert not (tmp_path / "_build/editions/default/html/_static/vega.js").exists()
