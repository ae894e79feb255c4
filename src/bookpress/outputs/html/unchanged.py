"""Pages that have not changed since the last build, if a book has its theme's pages.

A page is written again if its source was read again. All pages are if anything changed that one
page may take from another: titles, numbers, labels, citations, settings, installed packages. Pages
in our own layout show more of each other, and are all written each time.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import singledispatch
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any

from docutils import nodes
from jinja2 import Environment
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

from bookpress.cite.record import Citation
from bookpress.edition.installed import installed
from bookpress.elements.base.contents import citation_of
from bookpress.elements.base.store import PAGE_KEPT, store_of
from bookpress.elements.downloads.downloads import written_with
from bookpress.files import canonical, sha256
from bookpress.outputs.html.gathering import gathers
from bookpress.outputs.html.pages import PAGES_BEFORE

IMAGES = "_images"
INDEX = "searchindex.js"
PAGES_EACH = 4
"""The number of pages that justify another writing process."""
OWN_OR_PASSING = frozenset(
    {
        "all_docs",
        "bookpress_images",
        "bookpress_runs",
        "bookpress_shown",
        "bookpress_state",
        "bookpress_store",
        "config_status",
        "config_status_extra",
        "dependencies",
        "dlfiles",
        "doctreedir",
        "images",
        "included",
        "metadata",
        "nb_new_exec_data",
        "original_image_uri",
        "ref_context",
        "settings",
        "sphinx_exercise_gated_registry",
        "srcdir",
        "temp_data",
        "titles_old",
    }
)
"""Entries of Sphinx's environment that no page takes from another, or that the store watches."""
PLACES = frozenset({"document", "parent", "line", "lineno", "end_lineno", "bibfiles", "mtime"})
"""Positions in files, which no page shows; bibliography files are watched separately."""


class Keeper:
    """Lets the builder of pages keep those that would not change.

    It does not replace the builder, because extensions check the builder's class.
    """

    _replacements: Mapping[str, str] = MappingProxyType({})
    """The hashes of the last state, and those that replace them in unchanged pages."""

    def __init__(self, app: Sphinx, builder: StandaloneHTMLBuilder) -> None:
        self.app = app
        self.builder = builder
        self.env = builder.env
        self.config = builder.config
        self.outdir = builder.outdir
        self._prepare = builder.prepare_writing
        vars(builder).update(
            get_outdated_docs=self.get_outdated_docs, prepare_writing=self.prepare_writing
        )

    def get_outdated_docs(self) -> Iterator[str]:
        """Yield the front page, so that there is always something to write."""
        yield self.config.root_doc

    def prepare_writing(self, docnames: set[str]) -> None:
        """Copy the pages that are not written again, before the search index is read."""
        writers = min(self.app.parallel - 1, len(docnames) // PAGES_EACH)
        self.app.parallel = 1 + writers
        self.builder.parallel_ok = self.builder.parallel_ok and writers > 1
        unchanged = self.env.found_docs - docnames
        if unchanged:
            self._take_over(unchanged)
        self._prepare(docnames)
        for docname in sorted(unchanged):
            if not self._take_over_beside(docname):
                self.app.emit(PAGE_KEPT, docname)

    def _take_over(self, unchanged: set[str]) -> None:
        before = Path(self.config[PAGES_BEFORE])
        for docname in unchanged:
            target = Path(self.builder.get_outfilename(docname))
            self._take_over_text(f"{docname}.html", target)
            self._copy_source(docname)
        shutil.copyfile(before / INDEX, Path(self.outdir, INDEX))
        if (before / IMAGES).is_dir():
            shutil.copytree(before / IMAGES, Path(self.outdir, IMAGES), dirs_exist_ok=True)

    def _take_over_text(self, name: str, target: Path) -> None:
        """Write a text as it was, with the current hashes."""
        text = Path(self.config[PAGES_BEFORE], name).read_bytes().decode()
        for old, new in self._replacements.items():
            text = text.replace(old, new)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())

    def _take_over_beside(self, docname: str) -> bool:
        """Take over the downloads of a page, if all of them exist and are texts."""
        try:
            for name in self._beside(docname):
                self._take_over_text(name, Path(self.outdir, name))
        except (OSError, UnicodeDecodeError):
            return False
        return True

    def _beside(self, docname: str) -> list[str]:
        """Return the files that were written with a page: downloads."""
        page = store_of(self.env).page(docname)
        if not page.is_chapter:
            return []
        return written_with(page, Path(self.app.srcdir))

    def _copy_source(self, docname: str) -> None:
        """Copy the source of a page, as Sphinx does, because it names the edition."""
        if not self.config.html_copy_source:
            return
        source = Path(self.env.doc2path(docname))
        ending = source.name.removeprefix(docname.rpartition("/")[2])
        suffix = self.config.html_sourcelink_suffix
        name = f"{docname}{ending}{suffix if suffix != ending else ''}"
        target = Path(self.outdir, "_sources", name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)

    def changed(self) -> set[str]:
        """Return the pages to write besides those that were read again."""
        env: Any = self.env
        citation = citation_of(self.config)
        state = {**_common(self.builder), **_state_of(citation)}
        digest = sha256(canonical(state).encode())
        before = Path(self.config[PAGES_BEFORE])
        is_same = getattr(env, "bookpress_shown", "") == digest
        is_there = all((before / f"{name}.html").is_file() for name in env.found_docs)
        hashes = _hashes(citation)
        if is_same and is_there:
            self._replacements = dict(zip(env.bookpress_state, hashes, strict=True))
        env.bookpress_shown = digest
        env.bookpress_state = hashes
        is_usable = is_same and is_there and (before / INDEX).is_file()
        if not is_usable:
            return set(env.found_docs)
        pages = store_of(env).pages.values()
        # the states of a chapter with parameters come and go
        return {page.docname for page in pages if page.charts or page.parameter_rows}

    def remember(self) -> None:
        """Store the pages for the next build, before anything else changes them."""
        folder = Path(self.config[PAGES_BEFORE])
        env: Any = self.env
        pages = [f"{docname}.html" for docname in env.found_docs]
        beside = [name for docname in env.found_docs for name in self._beside(docname)]
        shutil.rmtree(folder, ignore_errors=True)
        for name in [*pages, *beside, INDEX]:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if Path(self.outdir, name).is_file():
                shutil.copyfile(Path(self.outdir, name), target)
        if Path(self.outdir, IMAGES).is_dir():
            shutil.copytree(Path(self.outdir, IMAGES), folder / IMAGES)


def _hashes(citation: Citation) -> list[str]:
    """Return the hashes that identify the state of a page in its text."""
    edition = citation.edition
    if edition is None:
        return []
    source = edition.source
    return [edition.id, *([source.commit, source.tree] if source else [])]


def _state_of(citation: Citation) -> dict[str, Any]:
    """Return what pages say about the book and its state, without those hashes."""
    facts = citation.model_dump(mode="json")
    edition = facts["edition"] or {}
    source = edition.pop("source", None) or {}
    edition.pop("id", None)
    return {"citation": facts, "committed": [bool(source), source.get("uncommitted")]}


def _common(builder: StandaloneHTMLBuilder) -> dict[str, Any]:
    """Return everything that pages may take from each other, from settings and from packages."""
    seen: Seen = {}
    wanted = builder.config.filter({"env", "html"})
    settings = {each.name: _plain(each.value, seen) for each in wanted}
    settings.pop("citation_facts", None)
    known = vars(builder.env)
    taken = {
        name: _plain(entry, seen)
        for name, entry in known.items()
        if name not in OWN_OR_PASSING and not name.startswith("_") and name not in _NO_STATE
    }
    return {"settings": settings, "taken": taken, "installed": installed(tuple(sys.path))}


_NO_STATE = ("app", "config", "domains", "events", "project", "versioning_condition")


Seen = dict[int, tuple[Any, str]]
"""Entries by their identity, which live as long as this, with the hashes of what they show."""


def _once(entry: Any, seen: Seen, show: Callable[[], Any]) -> str:
    """Return the hash of what an entry shows, made once however many others refer to it."""
    if id(entry) not in seen:
        seen[id(entry)] = (entry, "above")
        seen[id(entry)] = (entry, sha256(canonical(show()).encode()))
    return seen[id(entry)][1]


@singledispatch
def _plain(entry: Any, seen: Seen) -> Any:
    """Return an entry as JSON that is equal for entries that show the same."""
    if hasattr(entry, "__dict__") and not callable(entry):
        return _once(entry, seen, lambda: [type(entry).__qualname__, _plain(vars(entry), seen)])
    return getattr(entry, "__qualname__", type(entry).__qualname__)


@_plain.register(Sphinx | BuildEnvironment | Builder | Config | Environment)
def _(entry: Any, _seen: Seen) -> Any:
    return type(entry).__qualname__  # what they know is looked at by itself


@_plain.register(str | int | float | None)
def _(entry: Any, _seen: Seen) -> Any:
    return entry


@_plain.register(Path | dt.date)
def _(entry: Any, _seen: Seen) -> Any:
    return str(entry)


@_plain.register(nodes.Node)
def _(entry: nodes.Node, seen: Seen) -> Any:
    return _once(entry, seen, entry.pformat)


@_plain.register(dict)
def _(entry: dict[Any, Any], seen: Seen) -> Any:
    def pairs() -> list[Any]:
        shown = [(key, value) for key, value in entry.items() if key not in PLACES]
        pairs = [(canonical(_plain(key, seen)), _plain(value, seen)) for key, value in shown]
        return sorted(pairs, key=itemgetter(0))

    return _once(entry, seen, pairs)


@_plain.register(set | frozenset)
def _(entry: set[Any], seen: Seen) -> Any:
    return sorted(canonical(_plain(value, seen)) for value in entry)


@_plain.register(list | tuple)
def _(entry: Any, seen: Seen) -> Any:
    if hasattr(entry, "_asdict"):
        return _plain(entry._asdict(), seen)
    return _once(entry, seen, lambda: [_plain(value, seen) for value in entry])


def setup(app: Sphinx) -> dict[str, bool]:
    """Set up a keeper for the builder of pages, if it may keep some."""
    app.add_config_value(PAGES_BEFORE, "", "", str)
    app.connect("builder-inited", _stand_beside)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _stand_beside(app: Sphinx) -> None:
    builder = app.builder
    if not (app.config[PAGES_BEFORE] and isinstance(builder, StandaloneHTMLBuilder)):
        return
    if gathers(app):
        shutil.rmtree(app.config[PAGES_BEFORE], ignore_errors=True)
        return
    keeper = Keeper(app, builder)

    def remember(_: Sphinx, exception: Exception | None) -> None:
        if exception is None:
            keeper.remember()

    # after sections and figures have their numbers
    app.connect("env-get-updated", lambda *_: sorted(keeper.changed()), priority=950)
    app.connect("build-finished", remember, priority=0)
