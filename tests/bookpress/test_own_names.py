"""What a chapter quotes is its own, whatever its file is called and wherever it is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import html
from processes import press, write_files

from bookpress.assembly.ro_crate import NAME, write_manifest
from bookpress.book.project import Project
from bookpress.edition.editions import load_edition

pytestmark = pytest.mark.heavy

CHAPTER = """\
---
file_format: mystnb
kernelspec: {{name: python3, display_name: Python 3}}
---
# Tides

```{{code-cell}} ipython3
:tags: [parameters]

metres = {metres}
```

```{{code-cell}} ipython3
---
mystnb:
  figure: {{name: "fig-{metres}", caption: A tide}}
---
import matplotlib.pyplot as plt
from bookpress import above_value

plt.plot([0, metres]);
```

```{{code-cell}} ipython3
---
mystnb:
  figure: {{name: "fig-tide-{metres}", caption: The same tide}}
---
plt.plot([metres, 0]);
```

It rises {{result}}`metres` metres. {{holds}}`high = above_value(metres, {less})`
"""
CHAPTERS = {"tides": 3, "north/tides": 5, "far north/High_tides [new]": 7}
COVER = """\
# Cover

The highest is {result}`High_tides-new:metres`. {holds}`High_tides-new:high`
"""
SLUGS = ["tides", "north-tides", "High_tides-new"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    listed = ", ".join(f"{{file: '{name}'}}" for name in CHAPTERS)
    chapters = {
        f"{name}.md": CHAPTER.format(metres=metres, less=metres - 1)
        for name, metres in CHAPTERS.items()
    }
    files = {
        "_config.yml": "title: Tides\nauthor: Ada Author\n",
        "_toc.yml": f"format: jb-book\nroot: cover\nchapters: [{listed}]\n",
        "cover.md": COVER,
    }
    return write_files(tmp_path_factory.mktemp("tides"), {**files, **chapters})


def rises(site: Path) -> list[str]:
    pages = [html.parse(site / f"{name}.html") for name in CHAPTERS]
    [*values] = [page.findtext(".//*[@class='value value-result']") for page in pages]
    return values


@pytest.fixture(scope="module")
def site(home: Path) -> Path:
    press(home, "build")
    return home / "_build/editions/default/html"


def test_chapters_of_the_same_name_quote_themselves(site: Path) -> None:
    assert rises(site) == ["3", "5", "7"]
    statements = json.loads((site / "statements.json").read_text())
    assert [*statements] == SLUGS
    for name, slug in zip(CHAPTERS, SLUGS, strict=True):
        marks = statements[slug]["high"]["marks"]
        own = [mark["anchor"] for mark in marks if mark["page"] == f"{name}.md"]
        assert own == [f"{name}.html#holds-high"]
        page = html.parse(site / f"{name}.html")
        assert page.find(".//*[@id='holds-high']") is not None
        metres = CHAPTERS[name]
        for anchor in (f"fig-{metres}", f"fig-tide-{metres}"):
            assert page.find(f".//*[@id='{anchor}']") is not None, anchor


def test_other_pages_and_readers_quote_them_by_any_name_a_file_gives(
    site: Path, home: Path
) -> None:
    cover = html.parse(site / "cover.html")
    assert cover.findtext(".//*[@class='value value-result']") == "7"
    assert cover.find(".//*[@id='holds-High_tides-new-high']") is not None
    said = press(home, "cite", "--check", "High_tides-new:metres=7")
    assert said.startswith("High_tides-new:metres stands")


def test_so_they_do_where_jupyter_book_runs_them(home: Path, tmp_path: Path) -> None:
    (home / "conf.py").write_text(press(home, "conf"))
    command = [sys.executable, "-m", "sphinx", "-q", str(home), str(tmp_path / "html")]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert rises(tmp_path / "html") == ["3", "5", "7"]


def test_the_manifest_tells_the_run_of_a_chapter_from_a_choice_of_one_called_run(
    tmp_path: Path,
) -> None:
    cell = "```{code-cell} ipython3\n:tags: [parameters]\n\nsize = 3\n```\n"
    head = CHAPTER.partition("# Tides")[0].format()
    toc = "format: jb-book\nroot: run\nchapters: [{file: size}]\n"
    chapters = {f"{name}.md": f"{head}# {name}\n\n{cell}" for name in ("run", "size")}
    project = Project.at(write_files(tmp_path, {"_toc.yml": toc, "_config.yml": "", **chapters}))
    edition = load_edition(project)
    facts = {"id": edition.id, "name": "default", "title": "D", "command": "", "date": "2026-01-01"}
    write_manifest(project, edition, {**facts, "source": None}, tmp_path)
    graph = json.loads((tmp_path / NAME).read_text("utf-8"))["@graph"]
    names = [entity["name"] for entity in graph if entity["@type"] != "File" and "name" in entity]
    assert names.count("size") == 2
    assert {"Run of the chapter run", "Run of the chapter size"} <= {*names}
