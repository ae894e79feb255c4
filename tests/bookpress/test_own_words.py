"""Words and lists that an author gives, or that the language of a book has, stay in our layout."""

from pathlib import Path
from typing import Any

import pytest
from lxml import html
from processes import press, write_files
from test_foreign_shapes import words

pytestmark = pytest.mark.heavy

CITED = """\
Sources
=======

As [WIND]_ and [SEA]_ say.

First words.

.. [WIND] Of wind.
.. [SEA] Of the sea.

Last words, after [WIND]_.

.. py:class:: Weather

   What a class is, as [RAIN]_ says.

   .. [RAIN] Of rain.

   What it has.

.. _numbers:

.. list-table:: Numbers

   * - 1

See :numref:`numbers`.
"""


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ("language: fr", "Tableau 1"),
        ("numfig_format: {table: 'Tbl. %s'}", "Tbl. 1"),
        ("language: en", "Table 1"),
    ],
)
def test_what_surrounds_sources_and_names_of_tables_stay(
    tmp_path: Path, settings: str, named: str
) -> None:
    config = f"numfig: true, bibtex_reference_style: author_year, {settings}"
    files = {
        "_config.yml": f"title: Winds\nsphinx: {{config: {{{config}}}}}\n",
        "_toc.yml": "format: jb-book\nroot: start\nchapters: [{file: cited}]\n",
        "start.md": "# Start\n",
        "cited.rst": CITED,
        "book/settings.yml": "layout: press\n",
    }
    write_files(tmp_path, files)
    press(tmp_path, "build")
    shown = words(tmp_path / "_build/editions/default/html", "cited")
    assert shown.startswith(
        "Sources# As [WIND] and [SEA] say. First words. [WIND] Of wind. [SEA] Of"
    )
    assert "Of the sea. Last words, after [WIND]." in shown
    assert "as [RAIN] says. [RAIN] Of rain. What it has." in shown
    assert shown.endswith(f"See {named}.")


@pytest.mark.parametrize("after", ["", "\n## Notes\n\nWords.\n"])
def test_a_heading_of_the_author_over_references_is_not_repeated(
    tmp_path: Path, after: str
) -> None:
    files = {
        "_config.yml": "title: Winds\nbibtex_bibfiles: [refs.bib]\n",
        "_toc.yml": "format: jb-book\nroot: start\n",
        "refs.bib": "@book{wind, author={Bea Wind}, title={Of wind}, publisher={Air}, year={2001}}\n",
        "start.md": f"# Start\n\nAs said.\n\n## References\n\n- {{cite}}`wind`\n{after}",
        "book/settings.yml": "layout: press\n",
    }
    write_files(tmp_path, files)
    press(tmp_path, "build")
    page: Any = html.parse(str(tmp_path / "_build/editions/default/html/start.html")).getroot()
    ids = page.xpath("//article//@id")
    assert len(ids) == len(set(ids))
    headings = [title.text_content().strip("#") for title in page.xpath("//article//h2")]
    assert headings == (["References", "Notes", "References"] if after else ["References"])
    [entry] = page.find_class("reference-entry")
    assert entry.text_content().strip().startswith("[Win01] Bea Wind.")


def test_the_title_of_a_figure_has_the_quotes_of_the_language(tmp_path: Path) -> None:
    chapter = """\
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
# Wind

```{code-cell} ipython3
---
mystnb:
  figure: {name: fig-wind, caption: "Der \\"Wind\\" weht"}
---
import matplotlib.pyplot as plt
plt.plot([1, 2]);
```
"""
    files = {
        "_config.yml": "title: Wind\nsphinx: {config: {language: de}}\n",
        "_toc.yml": "format: jb-book\nroot: wind\n",
        "wind.md": chapter,
        "book/settings.yml": "layout: press\n",
    }
    write_files(tmp_path, files)
    press(tmp_path, "build")
    built = tmp_path / "_build/editions/default/html"
    quoted = "Der \N{DOUBLE LOW-9 QUOTATION MARK}Wind\N{LEFT DOUBLE QUOTATION MARK} weht"
    assert quoted in (built / "_static/search-text.js").read_text("utf-8")
    assert quoted in words(built, "wind")
