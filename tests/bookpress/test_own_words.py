"""Words and lists that an author gives, or that the language of a book has, stay in our layout."""

from pathlib import Path

import pytest
from processes import press, write_files
from test_foreign_shapes import words

CITED = """\
Sources
=======

As [WIND]_ and [SEA]_ say.

First words.

.. [WIND] Of wind.
.. [SEA] Of the sea.

Last words, after [WIND]_.

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
    assert shown.endswith(f"See {named}.")
