"""The page of a chapter in another state: made in a fork of a Sphinx that has read the whole published edition.

A program that `bookpress.explore.warm` starts. It reads all pages once, with one thread, so that forking is safe; then
each connection gets a fork of its own, which makes one page and says what of it differs from the published one.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.util import logging

from bookpress.build import sphinx_process
from bookpress.citation.record import Citation, Edition
from bookpress.explore.edits import Block, blocks_of, chart_changes, edits
from bookpress.explore.warm import connections
from bookpress.page import extension
from bookpress.page.base.contents import citation_of
from bookpress.page.base.store import store_of
from bookpress.page.figures import figures
from bookpress.page.figures import render as drawing
from bookpress.page.site import downloads
from bookpress.run import processes

QUIET = (extension.write_again, extension.write_with_page, downloads.tell_landing_page)
"""What draws pictures, reads them, or writes files: a state has its charts live, and no files but its script."""


def main() -> None:
    """Read the published edition, then make pages until standard input is closed."""
    order = json.loads(sys.stdin.readline())
    processes.end_group_with(0, os.getpid())
    said, answers = io.StringIO(), sys.stdout
    gc.disable()
    drawing.begin = lambda *_: None  # the published charts are drawn
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        sphinx_process.when_read = lambda builder: _serve(builder, order, said, answers)
        sphinx_process.run(
            Path(order["source"]),
            Path(order["folder"], "html"),
            Path(order["folder"], "doctrees"),
            1,
        )
    sys.exit(f"Jupyter Book says:\n{sphinx_process.complaints(said.getvalue(), order['source'])}")


def _serve(builder: Any, order: Mapping[str, Any], said: io.StringIO, answers: Any) -> None:
    """Fork for each connection, for ever."""
    listeners = builder.app.events.listeners
    for name, connected in listeners.items():
        listeners[name] = [one for one in connected if one.handler not in QUIET]
    pages = {name: page for name, page in store_of(builder.env).pages.items() if page.is_chapter}
    builder.prepare_writing(set(pages))
    edition = citation_of(builder.config).edition
    label = edition.label if edition else ""
    published = {
        name: blocks_of(Path(order["pages"], f"{name}.html").read_text("utf-8"), label)
        for name in pages
    }
    _write(builder, next(iter(pages)))  # so that forks find templates and modules loaded
    signal.signal(
        signal.SIGCHLD, signal.SIG_IGN
    )  # nobody asks how a fork ended: it has answered, or its line is cut
    gc.freeze()
    for connection in connections(order["key"], answers):
        with connection:
            if os.fork() == 0:
                _answer(builder, connection, published, said)


def _answer(
    builder: Any, connection: Connection, published: Mapping[str, list[Block]], said: io.StringIO
) -> None:
    """Make one page, in a fork, and end."""
    try:
        connection.send(os.getpid())
        asked = connection.recv()
        said.truncate(said.seek(0))
        with tempfile.TemporaryDirectory() as folder:
            reply = _state(builder, asked, published[asked["docname"]], Path(folder))
        told = sphinx_process.complaints(said.getvalue(), str(builder.srcdir)).strip()
        connection.send({"error": told} if builder.app._warncount else reply)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the other side should know
        connection.send(
            {"error": str(error) if isinstance(error, ValueError) else traceback.format_exc()}
        )
    finally:
        os._exit(0)


def _state(
    builder: Any, asked: Mapping[str, Any], published: list[Block], folder: Path
) -> dict[str, Any]:
    """Return how the page of a chapter differs where it was run with other values."""
    docname, env = asked["docname"], builder.env
    old, was = store_of(env).pages[docname], citation_of(builder.config)
    sizes = {
        chart.name: drawing.sizes(chart, figures.picture_cache(Path(builder.outdir)))
        for chart in old.charts
    }
    drawing.sizes = lambda chart, cache: sizes[chart.name]  # noqa: ARG005
    edition = Edition.model_validate(asked["edition"])
    builder.config.bookpress_citation = Citation.of(was.book, None, edition, built=was.date)
    builder.app._warncount = 0
    with _numbers_kept(env, docname):
        _read(builder, docname, asked["notebook"], folder)
    _write(builder, docname)
    page = Path(builder.get_outfilename(docname)).read_text("utf-8")
    new = store_of(env).pages[docname]
    changes = {
        one.name: chart_changes(before, one)
        for before, one in zip(old.charts, new.charts, strict=True)
    }
    changed = {name: change for name, change in changes.items() if change}
    made = edits(published, blocks_of(page, edition.label), edition.label, changed)
    return {"edits": made, "figures": changed}


def _write(builder: Any, docname: str) -> None:
    doctree = builder.env.get_and_resolve_doctree(docname, builder)
    builder.write_doc_serialized(docname, doctree)
    builder.write_doc(docname, doctree)


def _read(builder: Any, docname: str, notebook: str, folder: Path) -> None:
    """Read a page again, from a notebook in memory; nothing is written but into a folder."""
    app, env = builder.app, builder.env
    app.outdir = builder.outdir = folder / "html"
    builder.doctreedir = env.mystnb_config.output_folder = str(folder / "read")
    app.connect("source-read", lambda _app, _docname, source: source.__setitem__(0, notebook))
    app.emit("env-purge-doc", env, docname)
    env.clear_doc(docname)
    with logging.pending_warnings():
        builder.read_doc(docname)


@contextlib.contextmanager
def _numbers_kept(env: Any, docname: str) -> Iterator[None]:
    """Give a page that is read again its numbers and references, made of all pages; refuse one with other figures."""
    kept = [(table, table.get(docname)) for table in (env.toc_fignumbers, env.toc_secnumbers)]
    cited = list(env.get_domain("cite").citations)
    before = _numbered(env.get_doctree(docname))
    yield
    after = _numbered(env._write_doc_doctree_cache[docname])
    if before != after:
        gone, new = (
            sorted(set(one) - set(other)) for one, other in ((before, after), (after, before))
        )
        words = [
            f"{verb} {', '.join(names)}"
            for verb, names in (("lacks", gone), ("shows", new))
            if names
        ]
        found = " and ".join(words) or "shows its figures in another order"
        raise ValueError(f"{found}; a chapter shows the same figures and tables under all values")
    env.get_domain("cite").citations[:] = cited
    for table, numbers in kept:
        if numbers is not None:
            table[docname] = numbers


def _numbered(doctree: nodes.document) -> list[str]:
    """Return the figures and tables of a page that have a name."""
    parts = [
        part
        for part in doctree.findall(nodes.Element)
        if isinstance(part, nodes.figure | nodes.table)
    ]
    return [part["ids"][0] for part in parts if part["names"]]
