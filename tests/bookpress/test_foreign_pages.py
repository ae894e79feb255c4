"""Books by others whose pages cannot be written as they are: a wrong entry, a page that fails."""

from pathlib import Path
from typing import Any

import pytest
from lxml import html
from processes import press as run_press
from processes import write_files
from pybtex.database import Entry, Person

from bookpress.cite.references import work_of

NUMBERS = range(24)
FAILING = """
def setup(app):
    app.connect("html-page-context", fail)


def fail(app, name, template, context, doctree):
    if name == "page7":
        raise KeyError("no such key")
"""
WRONG = """
@misc{nobody, title = {Calm}, author = {, J. and {}}, year = {2001}}
"""
CHAPTER = """---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---

# One

```{code-cell} ipython3
6 * 7
```

As {cite}`nobody` says.

```{bibliography}
```
"""


@pytest.mark.heavy
def test_a_page_that_cannot_be_written_fails_the_build(tmp_path: Path) -> None:
    """Sphinx says nothing of it where several processes write."""
    chapters = "".join(f"- file: page{number}\n" for number in NUMBERS)
    files = {
        "_config.yml": "title: Pages\nsphinx: {local_extensions: {failing: .}}\n",
        "_toc.yml": f"format: jb-book\nroot: cover\nchapters:\n{chapters}",
        "cover.md": "# Pages\n",
        "failing.py": FAILING,
        **{f"page{number}.md": f"# Page {number}\n" for number in NUMBERS},
    }
    write_files(tmp_path, files)
    said = run_press(tmp_path, "build", code=1)
    assert "no such key" in said


PROVING = """
from docutils import nodes
from docutils.parsers.rst import Directive

class Proof(Directive):
    has_content = True

    def run(self):
        content = nodes.section("", ids=["proof-content"])
        self.state.nested_parse(self.content, self.content_offset, content)
        return [nodes.admonition("", content)]

def setup(app):
    app.add_directive("proof", Proof)
"""


@pytest.mark.heavy
def test_a_section_needs_no_title(tmp_path: Path) -> None:
    files = {
        "_config.yml": "title: Proofs\nsphinx: {local_extensions: {proving: .}}\n",
        "_toc.yml": "format: jb-book\nroot: one\n",
        "proving.py": PROVING,
        "one.md": "# A proof\n\n```{proof}\nIt follows.\n```\n",
    }
    write_files(tmp_path, files)
    run_press(tmp_path, "build")
    page: Any = html.parse(str(tmp_path / "_build/editions/default/html/one.html")).getroot()
    assert "It follows." in page.get_element_by_id("proof-content").text_content()


@pytest.mark.heavy
def test_entries_with_faults_are_no_fault_of_the_page(tmp_path: Path) -> None:
    files = {
        "_config.yml": "title: Cited\nbibtex_bibfiles: [works.bib]\n",
        "_toc.yml": "format: jb-book\nroot: one\n",
        "works.bib": WRONG,
        "one.md": CHAPTER,
    }
    write_files(tmp_path, files)
    run_press(tmp_path, "build")
    page: Any = html.parse(str(tmp_path / "_build/editions/default/html/one.html")).getroot()
    assert "Calm" in page.xpath("//article")[0].text_content()


@pytest.mark.heavy
def test_a_book_without_bibliographies_knows_no_citations(tmp_path: Path) -> None:
    files = {
        "_config.yml": "title: Uncited\n",
        "_toc.yml": "format: jb-book\nroot: one\n",
        "one.md": CHAPTER.partition("As ")[0] + "As {cite}`{nobody}` says.\n",
    }
    write_files(tmp_path, files)
    said = run_press(tmp_path, "build", whole=True)
    assert 'one.md:12: WARNING: Unknown interpreted text role "cite"' in said
    page: Any = html.parse(str(tmp_path / "_build/editions/default/html/one.html")).getroot()
    assert "42" in page.xpath("//article")[0].text_content()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"\}", ["\\"]),
        ("{}", []),
        (", J.", ["J."]),
        ("{Some Group, Inc.}", ["Some Group, Inc."]),
        ("Author, Ada", ["Ada Author"]),
    ],
)
def test_a_name_is_shown_as_well_as_it_can_be(written: str, shown: list[str]) -> None:
    fields = {"title": "50} of", "abstract": "{ not closed", "doi": "https://doi.org/10.1000/1"}
    work = work_of(Entry("article", fields, {"author": [Person(written)]}))
    assert [author.full for author in work.authors] == shown
    assert (work.title, work.doi) == ("50} of", "10.1000/1")


@pytest.mark.heavy
def test_a_document_may_have_the_name_of_the_index(tmp_path: Path) -> None:
    """Sphinx's own index takes its place; a year alone is a number in YAML."""
    files = {
        "_config.yml": "title: Indexed\ncopyright: 2019\n",
        "_toc.yml": "format: jb-book\nroot: cover\nchapters:\n- file: genindex\n- file: one\n",
        "cover.md": "# Cover\n",
        "genindex.md": CHAPTER.replace("# One", "# Index"),
        "one.md": "# One\n\n```{index} calm\n```\n",
    }
    write_files(tmp_path, files)
    run_press(tmp_path, "build")
    site = tmp_path / "_build/editions/default/html"
    index: Any = html.parse(str(site / "genindex.html")).getroot()
    assert "calm" in index.xpath("//main")[0].text_content()
    assert "\N{COPYRIGHT SIGN} Copyright 2019" in (site / "one.html").read_text()


@pytest.mark.heavy
def test_in_our_layout_the_index_has_what_an_author_put_into_it(tmp_path: Path) -> None:
    """A glossary alone makes none: its page lists its words."""
    words = "# Words\n\n:::{glossary}\nwind\n  What blows.\n:::\n"
    files = {
        "_config.yml": "title: Indexed\n",
        "_toc.yml": "format: jb-book\nroot: cover\nchapters: [{file: words}]\n",
        "book/settings.yml": "layout: press\n",
        "cover.md": "# Cover\n\nSee {ref}`the index <genindex>`.\n\n```{index} calm\n```\n",
        "words.md": words,
    }
    said = run_press(write_files(tmp_path, files), "build", whole=True)
    assert "no such file" not in said
    site = tmp_path / "_build/editions/default/html"
    index: Any = html.parse(str(site / "genindex.html")).getroot()
    links = {link.text_content(): link.get("href") for link in index.xpath("//main//td//a")}
    assert links == {"calm": "cover.html#index-0", "wind": "words.html#term-wind"}
    write_files(tmp_path, {"cover.md": "# Cover\n"})
    run_press(tmp_path, "build")
    assert not (site / "genindex.html").exists()
