"""A tiny book: two chapters, two pages, two tables, and a package of one file that only counts in hashes."""

import io
import os
import shutil
import signal
import sys
import urllib.request
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from textwrap import dedent
from typing import Any

import nbformat
import pytest
import requests
import urllib3
from playwright.sync_api import expect
from processes import explore, new_home

from book.browsing import browser, page  # noqa: F401 - fixtures
from bookpress.book.parsed import KERNEL
from bookpress.book.project import Project
from bookpress.book.source import is_committed, load_source
from bookpress.commands import main as cli
from bookpress.edition.editions import Edition, load_edition
from bookpress.run.engine import Engine, open_engine
from bookpress.run.job import Job
from bookpress.terminal.messages import note
from quick import quick_python

os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(Path(__file__).parent), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
)
# so that programs that tests start find the types of the parameters too
expect.set_options(timeout=60_000)  # milliseconds: other tests may keep the machine busy
signal.signal(
    signal.SIGHUP, signal.SIG_DFL
)  # and hear a hang-up, also when the tests were started to ignore it

CONFIG = """
title: A tiny book
author: Nobody
logo: ""
only_build_toc_files: true
execute: {execute_notebooks: "off"}
repository: {url: ""}
html: {use_repository_button: false}
sphinx:
  extra_extensions: [bookpress.elements]
  config:
    html_context: {default_mode: auto}
    suppress_warnings: [mystnb.unknown_mime_type]
    mathjax_path: mathjax.js
"""

TOC = """
format: jb-book
root: index
chapters:
  - file: notebooks/first
  - file: notebooks/second
  - file: book/words
"""

PUBLICATION = """
title: A tiny book
authors: [{name: Nobody}]
version: "1"
language: en
"""

SETTINGS = """
layout: press
folders: [book, notebooks]
strict: true
command: compute-divide
front_matter: compute_divide
package: compute_divide
parameter_types: tiny_types
"""

HEAD = """
---
kernelspec: {name: python3, display_name: Python 3, language: python}
compute_divide: {also: [number]}
---

# %s

```{code-cell} python
:tags: [parameters]

from tiny_types import Factor, Limit, Names, Table, Year

table: Table = "a"  # which table
factor: Factor = 1  # by how much
years_first: Year = 2010  # first year
years_last: Year = 2014  # last year
```
"""

BODY = """
Some text.

```{code-cell} python
import os
from pathlib import Path

from holdtrue.estimates import Estimate

value = float(Path(os.environ["BOOKPRESS_DATA"], f"{table}.csv").read_text()) * factor
number = Estimate(value, unit="count", label="the number")
```
"""


def chapter(title: str, extra: str = "") -> str:
    return (HEAD % title).lstrip() + BODY + dedent(extra)


def new_book(root: Path) -> Project:
    files = {
        "_config.yml": CONFIG,
        "_toc.yml": TOC,
        "index.md": "# A tiny book\n\nSee [the words](book/words.md).\n",
        "book/publication.yml": PUBLICATION,
        "book/settings.yml": SETTINGS,
        "book/words.md": "# Words\n\nNothing but words. See [the first chapter](../notebooks/first.md).\n",
        "book/editions/other.yml": "title: The other table\nparameters: {table: b, second: {factor: 3}}\n",
        "notebooks/first.md": chapter("First"),
        "notebooks/second.md": chapter("Second"),
        "data/a.csv": "1\n",
        "data/b.csv": "2\n",
        "requirements.lock": "nothing==1\n",
        "package/code.py": "answer = 42\n",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tiny(root)


def tiny(root: Path) -> Project:
    return Project(
        root=root,
        build=root / "_build",
        data=root / "data",
        packages=(root / "package",),
        lock=root / "requirements.lock",
    )


def surround(patch: pytest.MonkeyPatch, book: Project) -> None:
    patch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    patch.setenv("BOOKPRESS_DATA", str(book.data))


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a tiny book in its own folder, not built."""
    made = new_book(tmp_path / "book")
    surround(monkeypatch, made)
    return made


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what this process starts begin at once."""
    monkeypatch.setattr(sys, "executable", quick_python())


@pytest.fixture
def inside(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run the command line in this process; return exit code, standard output, standard error."""
    monkeypatch.setattr(
        sys.modules["__main__"], "__package__", None
    )  # no `python -m pytest`: the script is named

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["bookpress", *arguments])
        load_source.cache_clear()  # what git said ends with each command
        is_committed.cache_clear()
        note.cache_clear()
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        out, error = capfd.readouterr()
        return code, out, error

    return run


@pytest.fixture
def said(
    book: Project, inside: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Run the command line on the tiny book."""
    monkeypatch.setattr(Project, "find", classmethod(lambda _: book))
    return inside


@pytest.fixture(scope="session")
def built_once(made_once: Callable[..., Path]) -> Project:
    """Return the tiny book with its two editions built, for tests that do not change it."""
    from bookpress.assembly.build import build

    def make(root: Path) -> None:
        made = new_book(root)
        with pytest.MonkeyPatch.context() as patch:
            surround(patch, made)
            for name in ("other", "default"):
                build(made, load_edition(made, name))

    return tiny(made_once("tiny", make))


@pytest.fixture(scope="session")
def explored(made_once: Callable[..., Path]) -> Path:
    """Return the second book with its states, for tests that copy what they change."""
    return made_once("orbits", lambda folder: explore(new_home(folder)))


@pytest.fixture
def built(book: Project, built_once: Project) -> Project:
    shutil.copytree(built_once.build, book.build, symlinks=True)
    return book


@pytest.fixture(scope="module")
def common(tmp_path_factory: pytest.TempPathFactory, built_once: Project) -> Iterator[Project]:
    """Return a built tiny book that the tests of a file share: each finds the state left by the one before."""
    made = new_book(tmp_path_factory.mktemp("common") / "book")
    shutil.copytree(built_once.build, made.build, symlinks=True)
    with pytest.MonkeyPatch.context() as patch:
        surround(patch, made)
        yield made


@pytest.fixture
def edition(book: Project) -> Callable[..., Edition]:
    def load(name: str = "default", *options: str, only: list[str] | None = None) -> Edition:
        return load_edition(book, name, options, only)

    return load


@pytest.fixture
def job() -> Callable[..., Job]:
    def make(
        *sources: str,
        values: dict[str, Any] | None = None,
        limit: float = 60,
        tags: tuple[str, ...] = (),
    ) -> Job:
        notebook = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL})
        cells = [nbformat.v4.new_code_cell(dedent(source).strip()) for source in sources]
        if values:
            cells[0].metadata["tags"] = ["parameters"]
        if tags:
            cells[-1].metadata["tags"] = list(tags)
        notebook.cells = cells
        return Job("tiny", "0" * 64, nbformat.writes(notebook).encode(), values or {}, {}, limit)

    return make


@pytest.fixture(scope="session")
def forked() -> Engine:
    return open_engine("forked", ["bookpress.chapter.estimates"])


@pytest.fixture(scope="session")
def kernel() -> Engine:
    return open_engine("kernel")


@pytest.fixture(params=["forked", "kernel"])
def engine(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


CONTEXT = "https://w3id.org/ro/crate/1.1/context"


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the validator (by requests) and rdflib (by urllib) find the context and nothing else."""

    def answer(url: str | None) -> urllib3.HTTPResponse:
        if url != CONTEXT:
            raise requests.ConnectionError(f"no network in tests: {url}")
        content = resources.files("rocrate").joinpath("data/ro-crate.jsonld").read_bytes()
        how: dict[str, Any] = {"preload_content": False, "request_url": CONTEXT}
        return urllib3.HTTPResponse(
            io.BytesIO(content), {"Content-Type": "application/ld+json"}, 200, **how
        )

    def send(adapter: Any, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        return adapter.build_response(request, answer(request.url))

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    monkeypatch.setattr(
        urllib.request.OpenerDirector, "open", lambda _, asked, *__: answer(asked.full_url)
    )
