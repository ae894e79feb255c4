"""The process in which Jupyter Book makes the pages.

Sphinx keeps much global state, so each build gets a new process. The module is also an extension
that the staged configuration names, so that several processes write the pages.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib.abc import MetaPathFinder
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from bookpress.book.project import is_laid_out, load_settings
from bookpress.errors import PressError
from bookpress.files import naming
from bookpress.outputs.base.process import Order, work_on_order
from bookpress.outputs.html.gathering import gathers

if TYPE_CHECKING:
    from sphinx.application import Sphinx

MEMORY = "doctrees"
"""The folder, beside the source, of what Sphinx has read for the last whole edition."""
DRAFT = "doctrees.new"
LOG = "sphinx.log"
"""The log of Jupyter Book, beside the source."""
TEMPLATES = "templates"
"""The folder of a theme's compiled templates, beside what Sphinx has read."""
PAGES = "pages"
"""The folder, in both, of the pages as written."""
USED = (
    "jupyter_book.sphinx",
    "myst_nb.sphinx_ext",
    "sphinx_book_theme",
    "sphinxcontrib.bibtex",
    "bookpress.elements.extension",
    "bookpress.elements.citation.extension",
    "bookpress.outputs.html.unchanged",
)
UNUSED = ("rfc3987_syntax",)
"""Optional parts of what is imported that pages do not use.

The check of addresses in JSON takes longer to import than all of Sphinx; notebooks have none.
"""
WRITERS = 4
"""The number of processes that write pages.

With fewer, all would wait for the last; each one copies the memory.
"""
SHOWN = 40
"""The most lines of warnings that a message shows."""
LONGEST = 200
"""The most characters of the cause of a warning that a message shows; the log has all."""

BROKEN_OFF = re.compile(r"\w+ (error|occurred)( \([\w.]+\))?:$")
"""What Sphinx says when it breaks off."""
FATAL = re.compile(rf"{BROKEN_OFF.pattern}|Traceback")
WARNING = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b")
PROGRESS = re.compile(r"^[^:\n]*\.\.\. (?=([^:\n]+: )?(WARNING|ERROR|CRITICAL): )", re.MULTILINE)
"""What Sphinx has said of its progress in the line of a warning: "checking consistency... "."""
CELL = 10_000
"""MyST-NB gives a line of a notebook as this times the cell's number, plus the line within it."""
OF_NOTEBOOK = re.compile(r"(?P<suffix>\.(?!md\b|rst\b)\w+):(?P<line>\d{5,})(?=: [A-Z]{5,}: )")
"""A line of a notebook, or of a document in a format of the book's own."""
NOTE = "NOTE: "
"""The beginning of what our part of Sphinx says that is no fault."""

LEXERS = (
    ("language_info", "pygments_lexer"),
    ("language_info", "name"),
    ("kernelspec", "language"),
)
"""Where the metadata of a notebook name its lexer, the best first."""

PAGES_BEFORE = "bookpress_pages_before"
"""The setting for the folder of the last build's pages; empty if all are written."""
WHEN_READ = "bookpress_when_read"
"""The setting for a function to call after all pages are read and before any is written."""


def make(order: Order) -> None:
    """Make the pages, starting from what Sphinx remembers.

    The output's name is the builder: ``html``, or ``dummy`` for a check.
    """
    source = Path(order.source)
    output = Path(order.output)
    shop = source.parent
    log = shop / LOG
    # the process of a killed build may still be running
    with FileLock(shop / ".busy"), naming(shop):
        for folder in (output, shop / DRAFT):
            shutil.rmtree(folder, ignore_errors=True)
        if (shop / MEMORY).is_dir():
            shutil.copytree(shop / MEMORY, shop / DRAFT)
        with (
            naming(log),
            log.open("w", encoding="utf-8", errors="replace") as file,
            contextlib.redirect_stdout(file),
            contextlib.redirect_stderr(file),
        ):
            jobs = 1 + WRITERS  # one of them only hands out pages
            before = "" if is_laid_out(source) else str(shop / DRAFT / PAGES)
            failed = run(source, output, shop / DRAFT, jobs, {PAGES_BEFORE: before})
    if failed:
        words = complaints(log.read_text(encoding="utf-8"), source)
        raise PressError(f"Jupyter Book says:\n{words}\n  (all that Jupyter Book said: {log})")


def run(
    source: Path, output: Path, memory: Path, jobs: int, settings: Mapping[str, Any] | None = None
) -> Any:
    """Make pages of a staged source with Jupyter Book, and return whether anything was wrong.

    `settings` are settings of Sphinx in addition to the book's.
    """
    from jupyter_book.sphinx import build_sphinx
    from sphinx.util.console import nocolor

    nocolor()
    overrides = {
        "external_toc_path": str(source / "_toc.yml"),
        "latex_individualpages": False,
        **(settings or {}),
    }
    return build_sphinx(
        source,
        output,
        use_external_toc=True,
        noconfig=True,
        path_config=source / "_config.yml",
        confoverrides=overrides,
        doctreedir=memory,
        builder=output.name,
        force_all=not overrides.get(PAGES_BEFORE),
        warningiserror=load_settings(source).strict,
        keep_going=True,
        jobs=jobs,
    )


def log_of(shop: Path) -> list[str]:
    """Return the lines of Sphinx's log in a folder; empty if there is none."""
    log = shop / LOG
    if log.is_file():
        return _lines(log.read_text(encoding="utf-8"), shop / "source")
    return []


def _lines(written: str, source: Path) -> list[str]:
    """Return the lines of a log, with file names as the author knows them."""
    named = PROGRESS.sub("", written.replace(f"{source}/", ""))
    return OF_NOTEBOOK.sub(_cell, named).splitlines()


def _cell(match: re.Match[str]) -> str:
    """Return a place in a notebook, whose cells have numbers."""
    number, line = divmod(int(match["line"]), CELL)
    return f"{match['suffix']}: cell {number}, line {max(1, line - 1)}"


def warnings_in(log: Iterable[str]) -> list[str]:
    """Return the warnings in Sphinx's log, each with the cause that follows a colon."""
    lines = list(log)
    return [
        f"{line}{_cause(lines[number + 1 :])}" if line.endswith(":") else line
        for number, line in enumerate(lines)
        if WARNING.search(line)
    ]


def _cause(lines: Sequence[str]) -> str:
    """Return the cause of a warning among the lines that follow it: of a traceback, its last."""
    for line in lines:
        if not line.startswith((" ", "Traceback")):
            return "" if WARNING.search(line) else f" {shorten(line, LONGEST, placeholder=' ...')}"
    return ""


def by_kind(warnings: Iterable[str]) -> list[str]:
    """Return those of the same kind once, with the first place and the number of the others."""
    kinds: dict[str, list[str]] = {}
    for warning in warnings:
        _, kind, words = WARNING.split(warning, maxsplit=1)
        kinds.setdefault(kind + words, []).append(warning)
    return [
        f"{places[0]} (and so on {len(places) - 1} more)" if len(places) > 1 else places[0]
        for places in kinds.values()
    ]


def notes_in(log: Iterable[str]) -> list[str]:
    """Return what our part of Sphinx has noted in its log."""
    return [line.removeprefix(NOTE) for line in log if line.startswith(NOTE)]


def complaints(written: str, source: Path) -> str:
    """Return the warnings and errors in a log of Sphinx, or its last lines if there are none."""
    lines = _lines(written, source)
    fatal = len(lines)
    for number, line in enumerate(lines):
        if FATAL.search(line):
            fatal = number
            break
    warnings = warnings_in(lines[:fatal])
    shown = [*lines[fatal:], *warnings] or lines[-15:]
    return "\n".join(f"  {line}" for line in shown[:SHOWN])


def setup(app: Sphinx) -> dict[str, bool]:
    """Let one process read the pages and several write them.

    Two extensions of Jupyter Book do not support parallel reading, and those that gather something
    from pages no parallel writing.
    """
    app.setup_extension("bookpress.outputs.html.unchanged")
    app.setup_extension("bookpress.outputs.html.executed")
    app.setup_extension("bookpress.outputs.html.numbered")
    app.setup_extension("bookpress.outputs.html.reading")
    jobs = app.parallel
    app.connect("env-before-read-docs", lambda *_: setattr(app, "parallel", 1))
    app.connect("env-updated", lambda *_: setattr(app, "parallel", 1 if gathers(app) else jobs))
    app.add_config_value(WHEN_READ, None, "")
    app.connect("write-started", _call)
    app.connect("write-started", _read_lexers)
    # before any other listener looks at the pages
    app.connect("build-finished", _write_missing, priority=-1)
    app.connect("builder-inited", _keep_templates)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _keep_templates(app: Sphinx) -> None:
    """Cache a theme's templates as bytecode: compiling them is a twentieth of a small build."""
    from jinja2 import FileSystemBytecodeCache

    templates = getattr(app.builder, "templates", None)
    environment = getattr(templates, "environment", None)
    if environment is not None:
        folder = Path(app.doctreedir).parent / TEMPLATES
        folder.mkdir(exist_ok=True)
        environment.bytecode_cache = FileSystemBytecodeCache(str(folder))


def _call(app: Sphinx, builder: Any) -> None:
    """Call the function in the settings once all pages are read."""
    when_read = app.config[WHEN_READ]
    if when_read:
        when_read(builder)


def _read_lexers(app: Sphinx, _builder: object) -> None:
    """Read what highlights the code of chapters, which each process would else compile anew."""
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    if app.parallel > 1:
        for name in set(map(_lexer_of, app.env.metadata.values())):
            with contextlib.suppress(ClassNotFound):
                get_lexer_by_name(name)


def _lexer_of(facts: Mapping[str, Any]) -> str:
    """Return the lexer that a page names; one that does nothing where it names none."""
    for part, entry in LEXERS:
        named = facts.get(part)
        if isinstance(named, dict) and named.get(entry):
            return str(named[entry])
    return "text"


def _write_missing(app: Sphinx, exception: Exception | None) -> None:
    """Write the pages that the processes left out, so that errors in them are reported.

    Sphinx silently continues if a process fails while others have yet to start.
    """
    from sphinx.builders.html import StandaloneHTMLBuilder
    from sphinx.errors import ExtensionError

    builder = app.builder
    if exception is not None or not isinstance(builder, StandaloneHTMLBuilder):
        return
    for docname in sorted(app.env.found_docs):
        if Path(builder.get_outfilename(docname)).is_file():
            continue
        try:
            doctree = app.env.get_and_resolve_doctree(docname, builder)
            builder.write_doc_serialized(docname, doctree)
            builder.write_doc(docname, doctree)
        except Exception as error:
            raise ExtensionError(f"the page {docname} cannot be written: {error}", error) from error


class _Without(MetaPathFinder):
    """Says of the unused modules that they are not installed."""

    def find_spec(self, fullname: str, _path: object, _target: object = None) -> None:
        """Refuse an unused module; other finders look for any other."""
        if fullname in UNUSED:
            raise ModuleNotFoundError(fullname, name=fullname)


def _import_used() -> None:
    """Import what pages are made with, Sphinx's own extensions among it."""
    without = _Without()
    sys.meta_path.insert(0, without)
    sphinx = importlib.import_module("sphinx.application")
    for name in (*USED, *sphinx.builtin_extensions):
        importlib.import_module(name)
    sys.meta_path.remove(without)  # an extension of the book may use all


if __name__ == "__main__":
    # a book is small, and repeated garbage collection is slow
    gc.set_threshold(500_000)
    _import_used()  # while chapters run
    from bookpress.elements.figure.figures import begin_to_draw

    done = work_on_order(make, begin_to_draw)
    sys.stderr.flush()
    os._exit(done)  # freeing the memory would take longer than making a page
