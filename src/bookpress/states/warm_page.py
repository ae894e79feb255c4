"""The page of a chapter in another state, made in a fork of a Sphinx that has read the edition.

`bookpress.states.warm` starts this program. It reads all pages of the published edition once, in
one thread, so that forking is safe. Each connection then gets a fork, which makes one page and
returns how it differs from the published one.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.util import logging

from bookpress.assembly.published import STATES
from bookpress.book.project import load_settings
from bookpress.channel import Channel
from bookpress.cite.record import Citation, EditionRecord
from bookpress.cite.references import citations_of
from bookpress.elements.base.blocks import Block, blocks_of
from bookpress.elements.base.contents import citation_of
from bookpress.elements.base.store import PAGES_ALONE, store_of
from bookpress.elements.figure import figures
from bookpress.elements.figure import render as drawing
from bookpress.elements.value.captions import complete_labels
from bookpress.files import read, replace_file
from bookpress.outputs.html import pages as sphinx_process
from bookpress.states.changes import changed_blocks, chart_changes
from bookpress.states.warm import begin, connections


def main() -> None:
    """Read the published edition, then make pages until standard input is closed."""
    order, answers = begin()
    log = io.StringIO()
    gc.disable()
    folder = order["folder"]
    settings = {
        PAGES_ALONE: True,  # charts are live, and a state has only a script
        sphinx_process.WHEN_READ: lambda builder: _serve(builder, order, log, answers),
    }
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(log):
        sphinx_process.run(
            Path(order["source"]),
            Path(folder, "html"),
            Path(folder, "doctrees"),
            1,
            settings,
        )
    complaints = sphinx_process.complaints(log.getvalue(), Path(order["source"]))
    sys.exit(f"Jupyter Book says:\n{complaints}")


def _serve(builder: Any, order: Mapping[str, Any], log: io.StringIO, answers: Channel) -> None:
    """Fork for each connection, forever."""
    pages = store_of(builder.env).pages
    chapters = [docname for docname, page in pages.items() if page.is_chapter]
    builder.prepare_writing(set(chapters))
    published = {}
    for docname in chapters:
        file = Path(order["pages"], f"{docname}.html")
        published[docname] = blocks_of(file.read_text("utf-8"))
    _write(builder, chapters[0])  # loads templates and modules for the forks
    # a fork's exit code is not needed: it answers, or its connection closes
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    for connection in connections(order["key"], answers):
        with connection:
            if os.fork() == 0:
                _answer(builder, connection, published, log, Path(order["pages"]))


def _answer(
    builder: Any,
    connection: Channel,
    published: Mapping[str, Sequence[Block]],
    log: io.StringIO,
    pages: Path,
) -> None:
    """Make one page, in a fork, and exit."""
    try:
        connection.send(os.getpid())
        request = connection.receive()
        log.truncate(log.seek(0))
        with tempfile.TemporaryDirectory() as folder:
            reply = _state(builder, request, published, Path(folder), pages)
        complaints = sphinx_process.complaints(log.getvalue(), Path(builder.srcdir))
        if builder.app._warncount and load_settings(Path(builder.srcdir)).strict:
            reply = {"error": complaints.strip()}
        connection.send(reply)
    except ValueError as error:
        connection.send({"error": str(error)})
    except BaseException:  # noqa: BLE001 - reported to the other side
        connection.send({"error": traceback.format_exc()})
    finally:
        os._exit(0)


def _state(
    builder: Any,
    request: Mapping[str, Any],
    published: Mapping[str, Sequence[Block]],
    folder: Path,
    pages: Path,
) -> dict[str, Any]:
    """Return how the page of a chapter differs if it was run with other values."""
    docname = request["docname"]
    env = builder.env
    charts = store_of(env).pages[docname].charts
    cache = figures.picture_cache(Path(builder.outdir))
    # the charts of a state are not drawn: they have the sizes of the published ones
    store_of(env).sizes = {chart.name: drawing.sizes(chart, cache) for chart in charts}
    edition = EditionRecord.model_validate(request["edition"])
    citation = citation_of(builder.config)
    of_state = Citation.of(citation.book, None, edition, built=citation.date)
    builder.config.bookpress_citation = of_state
    builder.app._warncount = 0
    with _numbers_kept(env, docname):
        _read(builder, docname, request["notebook"], folder)
    _write(builder, docname)
    file = Path(builder.get_outfilename(docname))
    page = _with_pictures(file.read_text("utf-8"), builder, pages)
    new_charts = store_of(env).pages[docname].charts
    changes = {}
    for old, new in zip(charts, new_charts, strict=True):
        change = chart_changes(old, new)
        if change:
            changes[new.name] = change
    return {
        "blocks": changed_blocks(published[docname], blocks_of(page), changes),
        "figures": changes,
    }


def _with_pictures(page: str, builder: Any, pages: Path) -> str:
    """Store the pictures of a state beside the states; return its page with links to them."""
    for source, name in builder.images.items():
        place = f"{builder.imagedir}/{quote(name)}"
        if place in page and not (pages / builder.imagedir / name).exists():
            target = pages / STATES / builder.imagedir / name
            replace_file(target, read(Path(builder.srcdir, source)))
            page = page.replace(place, f"{STATES}/{place}")
    return page


def _write(builder: Any, docname: str) -> None:
    doctree = builder.env.get_and_resolve_doctree(docname, builder)
    builder.write_doc_serialized(docname, doctree)
    builder.write_doc(docname, doctree)


def _read(builder: Any, docname: str, notebook: str, folder: Path) -> None:
    """Read a page again, from a notebook in memory; write only into a folder."""
    app = builder.app
    env = builder.env
    app.outdir = folder / "html"
    builder.outdir = app.outdir
    builder.doctreedir = str(folder / "read")
    env.mystnb_config.output_folder = builder.doctreedir
    app.connect("source-read", lambda _app, _docname, source: source.__setitem__(0, notebook))
    app.emit("env-purge-doc", env, docname)
    env.clear_doc(docname)
    with logging.pending_warnings():
        builder.read_doc(docname)
    complete_labels(env)


@contextlib.contextmanager
def _numbers_kept(env: Any, docname: str) -> Iterator[None]:
    """Restore the numbers and references of a page that is read again.

    They depend on all pages. A page with other figures is refused.
    """
    tables = (env.toc_fignumbers, env.toc_secnumbers)
    numbers_by_table = [(table, table.get(docname)) for table in tables]
    citations = list(citations_of(env))
    before = _numbered(env.get_doctree(docname))
    yield
    after = _numbered(env._write_doc_doctree_cache[docname])
    if before != after:
        difference = _difference(before, after)
        raise ValueError(
            f"{difference}; a chapter shows the same figures and tables under all values"
        )
    citations_of(env)[:] = citations
    for table, numbers in numbers_by_table:
        if numbers is not None:
            table[docname] = numbers


def _difference(before: list[str], after: list[str]) -> str:
    """Return in words how the figures of a page differ from before."""
    words = []
    gone = sorted(set(before) - set(after))
    if gone:
        names = ", ".join(gone)
        words.append(f"lacks {names}")
    new = sorted(set(after) - set(before))
    if new:
        names = ", ".join(new)
        words.append(f"shows {names}")
    return " and ".join(words) or "shows its figures in another order"


def _numbered(doctree: nodes.document) -> list[str]:
    """Return the figures and tables of a page that have a name."""
    elements = doctree.findall(nodes.Element)
    parts = [element for element in elements if isinstance(element, nodes.figure | nodes.table)]
    return [part["ids"][0] for part in parts if part["names"]]
