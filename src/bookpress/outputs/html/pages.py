"""The process in which Jupyter Book makes the pages.

Sphinx keeps much in global state, so each build gets a fresh one. It is also an extension of Sphinx
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
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from bookpress.book.project import is_laid_out, load_settings
from bookpress.errors import PressError
from bookpress.files import naming
from bookpress.outputs.base.process import Order, work_on_order

if TYPE_CHECKING:
    from sphinx.application import Sphinx

MEMORY = "doctrees"
"""Beside the source: what Sphinx has read for the last whole edition, to go on from."""
DRAFT = "doctrees.new"
LOG = "sphinx.log"
"""Beside the source too: all that Jupyter Book wrote when it made the pages."""
TEMPLATES = "templates"
"""Beside what Sphinx has read: the templates of a theme as Python runs them."""
PAGES = "pages"
"""In both: the pages as they were written."""
USED = (
    "jupyter_book.sphinx",
    "myst_nb.sphinx_ext",
    "sphinx_book_theme",
    "bookpress.elements.extension",
    "bookpress.outputs.html.kept",
)
WRITERS = 4
"""Processes that write pages, each some.

With fewer, all would wait for the last; each copies memory.
"""
SHOWN = 40
"""Lines of warnings that a message shows at the most."""

FATAL = re.compile(r"\w+ (error|occurred)( \([\w.]+\))?:$|Traceback")
WARNING = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b")

PAGES_BEFORE = "bookpress_pages_before"
"""The setting that says where the pages of the last build lie; empty where all are written."""
WHEN_READ = "bookpress_when_read"
"""The setting that holds what is called once all pages are read and before any is written."""


def make(order: Order) -> None:
    """Make the pages from what Sphinx remembers.

    The output's name is the builder: ``html``, or ``dummy`` to check.
    """
    source = Path(order.source)
    output = Path(order.output)
    shop = source.parent
    log = shop / LOG
    # the process of a build that was killed may not have ended yet
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
    """Let Jupyter Book make pages of a staged source, and return whether something was wrong.

    The `settings` of Sphinx are set besides those of the book.
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
    """Return the lines that Sphinx wrote when it made pages in a folder; none where it did not."""
    log = shop / LOG
    if log.is_file():
        return _lines(log.read_text(encoding="utf-8"), shop / "source")
    return []


def _lines(written: str, source: Path) -> list[str]:
    """Return the lines of a log, with names of files as the author knows them."""
    return written.replace(f"{source}/", "").splitlines()


def warnings_of(shop: Path) -> list[str]:
    """Return the lines by which Sphinx warned when it made pages in a folder."""
    return [line for line in log_of(shop) if WARNING.search(line)]


def complaints(written: str, source: Path) -> str:
    """Return the warnings and errors in a log of Sphinx, or its last lines without any."""
    lines = _lines(written, source)
    fatal = len(lines)
    for number, line in enumerate(lines):
        if FATAL.search(line):
            fatal = number
            break
    warnings = [line for line in lines[:fatal] if WARNING.search(line)]
    shown = [*lines[fatal:], *warnings] or lines[-15:]
    return "\n".join(f"  {line}" for line in shown[:SHOWN])


def setup(app: Sphinx) -> dict[str, bool]:
    """Let one process read the pages and several write them.

    Two extensions of Jupyter Book cannot share reading.
    """
    app.setup_extension("bookpress.outputs.html.kept")
    app.setup_extension("bookpress.outputs.html.executed")
    app.setup_extension("bookpress.outputs.html.numbered")
    app.setup_extension("bookpress.outputs.html.unrun")
    jobs = app.parallel
    app.connect("env-before-read-docs", lambda *_: setattr(app, "parallel", 1))
    app.connect("env-updated", lambda *_: setattr(app, "parallel", jobs))
    app.add_config_value(WHEN_READ, None, "")
    app.connect("write-started", _call)
    app.connect("write-started", _read_lexers)
    # before anything looks at the pages
    app.connect("build-finished", _write_missing, priority=-1)
    app.connect("builder-inited", _keep_templates)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _keep_templates(app: Sphinx) -> None:
    """Keep the templates of a theme as bytecode: compiling them is a twentieth of a small build."""
    from jinja2 import FileSystemBytecodeCache

    templates = getattr(app.builder, "templates", None)
    environment = getattr(templates, "environment", None)
    if environment is not None:
        folder = Path(app.doctreedir).parent / TEMPLATES
        folder.mkdir(exist_ok=True)
        environment.bytecode_cache = FileSystemBytecodeCache(str(folder))


def _call(app: Sphinx, builder: Any) -> None:
    """Call what the settings say is to be called once all pages are read."""
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
    language = facts.get("language_info") or {}
    kernel = facts.get("kernelspec") or {}
    named = language.get("pygments_lexer") or language.get("name") or kernel.get("language")
    return str(named or "text")


def _write_missing(app: Sphinx, exception: Exception | None) -> None:
    """Write the pages that the processes left out, so that what is wrong with one is seen.

    Sphinx goes on without a word where one of them fails while others are still to be started.
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


if __name__ == "__main__":
    # a book is small, and searching all of it for garbage again and again is slow
    gc.set_threshold(500_000)
    for name in USED:  # while chapters run
        importlib.import_module(name)
    from bookpress.elements.figure.figures import begin_to_draw

    done = work_on_order(make, begin_to_draw)
    sys.stderr.flush()
    os._exit(done)  # taking the book apart in memory would take longer than making a page
