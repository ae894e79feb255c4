"""The command line gives what the pages give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup

from bookpress.book.project import Project
from bookpress.citation.formats import FORMATS
from bookpress.citation.styles import FORMS, STYLES, format_item
from bookpress.commands.cite import plain_heading, reference
from bookpress.errors import UsageError

SLUGS = ["plain", "hard-names", "single", "group", "bare"]
NOTEBOOK = """---
jupytext: {{formats: md:myst, text_representation: {{extension: .md, format_name: myst}}}}
kernelspec: {{display_name: Python 3, language: python, name: python3}}
{front}---

# {title}

```{{code-cell}} ipython3
:tags: [parameters]
vintage: str = "2026-08"
```
"""


@pytest.fixture
def project(tmp_path: Path, sites: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a book with two built editions, staged as the press stages them, and one that is only planned."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795478400")
    monkeypatch.chdir(tmp_path)
    for edition in ("default", "paper"):
        source = sites[edition].parents[1]
        stage(tmp_path / "_build" / "editions" / edition / "source", source, "sources")
    stage(tmp_path, source, "notebooks")
    (tmp_path / "edition.json").unlink()
    (tmp_path / "_config.yml").write_text("")
    (tmp_path / "book" / "editions").mkdir()
    (tmp_path / "book" / "editions" / "older.yml").write_text("title: Older\nparameters: {vintage: '2023-03'}\n")
    return Project.at(tmp_path)


def stage(root: Path, source: Path, folder: str) -> None:
    """Copy the sources of a site, its chapters as notebooks in a folder."""
    (root / "book").mkdir(parents=True)
    (root / folder).mkdir()
    for name in ("edition.json", "book/publication.yml", "book/settings.yml"):
        (root / name).write_bytes((source / name).read_bytes())
    entries = [{"file": f"notebooks/{slug}"} for slug in SLUGS]
    (root / "_toc.yml").write_text(yaml.safe_dump({"format": "jb-book", "root": "index", "chapters": entries}))
    for slug in SLUGS:
        _, head, text = (source / "notebooks" / f"{slug}.md").read_text("utf-8").split("---\n", 2)
        title = text.strip().splitlines()[0].removeprefix("# ")
        (root / folder / f"{slug}.md").write_text(NOTEBOOK.format(front=head, title=title), encoding="utf-8")


@pytest.mark.parametrize("edition", ["default", "paper"])
def test_the_command_gives_what_the_pages_give(project: Project, sites: dict[str, Path], edition: str) -> None:
    files = sites[edition] / "cite"
    for slug in (*SLUGS, None):
        (item,) = json.loads((files / f"{slug or 'book'}.csl.json").read_text("utf-8"))
        for form in FORMS:
            text = reference(project, slug, form, edition)
            if form in FORMATS:
                assert text == (files / f"{slug or 'book'}{FORMATS[form].ending}").read_bytes().decode()
            elif slug:
                page = BeautifulSoup((sites[edition] / f"notebooks/{slug}.html").read_text("utf-8"), "html5lib")
                shown = dict(zip(STYLES, (one.text for one in page.select(".cite-box p.cite-text")), strict=True))
                assert text == shown[form] + "\n"
            else:
                assert text == format_item(item, form).text + "\n"


def test_an_edition_that_is_not_built_is_cited_without_results(project: Project) -> None:
    (item,) = json.loads(reference(project, "plain", "csl-json", "older"))
    assert item["edition"].startswith("Version 0.1.0, older edition ")
    assert item["note"].startswith("Rebuilt by: ")
    assert item["note"].endswith(" build older")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"slug": "plane"}, "no chapter 'plane'; did you mean plain?"),
        ({"edition": "papper"}, "no edition 'papper'; did you mean paper?"),
        ({"form": "mla"}, "no format 'mla'; there are: bibtex, biblatex, ris, csl-json, apa"),
    ],
)
def test_a_wrong_wish_names_what_there_is(project: Project, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        reference(project, **{"slug": None, "form": "apa", "edition": "default", **asked})
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [("The paper's `claims`", "The paper’s claims"), ('"a" *b* **c**', "“a” b c"), (r"5% \<or\>", "5% <or>")],
)
def test_headings_read_as_on_the_page(markdown: str, plain: str) -> None:
    assert plain_heading(markdown) == plain
