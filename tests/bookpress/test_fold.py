"""Sections that are folded: they open by hand, by a link, by a choice, and stand open in print."""

import re
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from processes import press as run_press
from processes import write_files

from bookpress.elements.fold.plain import as_sections

pytestmark = pytest.mark.heavy

HEAD = "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: Python 3}\n---\n"
TIDES = """
# Tides

```{code-cell} ipython3
:tags: [parameters]

hours = 12  # from one high tide to the next
```

## How often

```{code-cell} ipython3
a_day = 24 / hours
```

Twice a day the water is high.

(tides-checked)=
{.fold}
### How we counted

We divided, and found {result}`a_day:number` tides.

```{code-cell} ipython3
print("tides:", a_day)
```

#### By hand

We also looked.

## Why

The moon draws it, as was [counted](#tides-checked) and [seen](#by-hand).
"""
FILES = {
    "_config.yml": "title: Sea\nauthor: Ada Author\nparse: {myst_enable_extensions: [attrs_block, colon_fence]}\n",
    "_toc.yml": "format: jb-book\nroot: cover\nchapters: [{file: tides}]\n",
    "cover.md": "# Sea\n\n[How we counted](tides.md#tides-checked)\n",
    "tides.md": f"{HEAD}{TIDES}",
}


@pytest.fixture(scope="module", params=["press", "theme"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_files(tmp_path_factory.mktemp("sea"), FILES)
    write_files(root, {"book/settings.yml": f"layout: {request.param}\n"})
    press = partial(run_press, root)
    press("explore", "tides", "-g", "hours=6,12", "--yes")
    return root / "_build/editions/default/html"


def folds(page: Page) -> list[bool]:
    return page.eval_on_selector_all("details.fold", "folds => folds.map((fold) => fold.open)")


def test_a_fold_is_closed_and_opens_by_its_heading_without_scripts(site: Path, page: Page) -> None:
    [text] = re.findall(
        r"<details class=\"fold\">.*?</details>", (site / "tides.html").read_text(), re.DOTALL
    )
    assert re.match(r'<details class="fold">\s*<summary[^>]*>\s*<h3', text)
    assert "We also looked." in text
    assert "The moon" not in text
    page.goto((site / "tides.html").as_uri())
    assert folds(page) == [False]
    expect(page.get_by_text("We also looked.")).to_be_hidden()
    page.locator("details.fold > summary").click(position={"x": 40, "y": 8})
    expect(page.get_by_text("We also looked.")).to_be_visible()


@pytest.mark.parametrize("place", ["tides-checked", "how-we-counted", "by-hand"])
def test_a_link_into_a_fold_opens_it(site: Path, page: Page, place: str) -> None:
    page.goto(f"{(site / 'tides.html').as_uri()}#{place}")
    expect(page.get_by_text("We also looked.")).to_be_visible()


def test_a_link_on_the_page_opens_it_also_when_it_is_followed_again(site: Path, page: Page) -> None:
    page.goto((site / "tides.html").as_uri())
    for name in ("seen", "counted"):
        for _ in range(2):
            page.get_by_role("link", name=name).click()
            expect(page.get_by_text("We also looked.")).to_be_visible()
            page.eval_on_selector("details.fold", "fold => { fold.open = false; }")


def test_print_shows_it_whole_and_leaves_it_closed(site: Path, page: Page) -> None:
    page.goto((site / "tides.html").as_uri())
    page.emulate_media(media="print")
    expect(page.get_by_text("We also looked.")).to_be_visible()
    assert folds(page) == [False]


def test_a_choice_that_changes_something_in_it_opens_it_until_it_is_left(
    site: Path, page: Page
) -> None:
    page.goto(f"{(site / 'tides.html').as_uri()}?hours=6")
    expect(page.locator("details.fold")).to_contain_text("tides: 4.0")
    assert folds(page) == [True]
    page.get_by_role("button", name="Back").click()
    expect(page.locator("details.fold")).to_contain_text("tides: 2.0")
    assert folds(page) == [False]


def test_plain_text_has_an_ordinary_section() -> None:
    text = as_sections(TIDES, "tides", None)  # type: ignore[arg-type]
    assert "(tides-checked)=\n### How we counted" in text
    assert ".fold" not in text
