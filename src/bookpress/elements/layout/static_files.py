"""Static files that pages in our layout show or load: those of the book, and of extensions.

What an extension adds to all pages serves a theme, or is there in case a page needs it. What it
adds while a single page is written (`app.add_js_file` in `html-page-context`) that page needs.
What the author names in ``_config.yml`` all pages need; what of this is on another host, those
alone whose own scripts may use it, such as the one that plots of plotly are drawn with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from bookpress.book.configuration import sphinx_settings
from bookpress.elements.base import assets
from bookpress.elements.base.events import when_built
from bookpress.files import replace_file

logger = logging.getLogger(__name__)
FILES = ("css_files", "script_files")
STATIC = "_static"
ELSEWHERE = "://"
"""A part of the address of a file that is on another host."""
OF_ALL = "files_of_all_pages"
USUAL = {
    "myst_nb",
    "sphinx_comments",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_thebe",
    "sphinx_togglebutton",
}
"""Packages of any Jupyter Book, whose work our layout does itself or cannot do."""
IN_STATIC = re.compile(r"""["'](?:\.{1,2}/)*_static/([^"'?#]+)""")
"""A file among the static ones, as a page or a script in it names it."""
LOADING = {".html", ".css", ".js", ".mjs"}
"""Files that may load what is beside them."""


def connect(app: Sphinx) -> None:
    """Take over the static files, and listen before any extension adds some to a page."""
    folders = folders_of_files(app)
    app.config.html_static_path = []
    own = frozenset(files_of_author(app, folders))
    app.connect("html-page-context", partial(list_common, own), priority=0)
    app.connect("build-finished", finish_with(app, folders, own), priority=900)


def files_of_author(app: Sphinx, folders: Sequence[Path]) -> Iterator[str]:
    """Yield the scripts and styles that the book's settings name for all pages, as pages do.

    Left out are those that the book does not have. Jupyter Book adds each style of a book to the
    settings of Sphinx: most are for its theme.
    """
    settings = sphinx_settings(Path(app.srcdir))
    for setting in ("html_css_files", "html_js_files"):
        given = settings.get(setting) or []
        for entry in given.split(",") if isinstance(given, str) else given:  # as Sphinx does
            name = str(entry if isinstance(entry, str) else entry[0])  # the rest are attributes
            if ELSEWHERE in name:
                yield name
            elif any((folder / name).is_file() for folder in folders):
                yield f"{STATIC}/{name}"


def list_common(own: frozenset[str], *event: Any) -> None:
    """List the files of all pages, which each page begins with, but those of the author."""
    _app, _page, _template, context, _tree = event
    has_scripts = "<script" in str(context.get("body") or "")

    def is_own(file: Any) -> bool:
        name = str(getattr(file, "filename", ""))
        return name in own and (has_scripts or ELSEWHERE not in name)

    files = [file for name in FILES for file in context[name]]
    context[OF_ALL] = [file for file in files if not is_own(file)]


def added(context: Mapping[str, Any], doctree: nodes.document | None) -> dict[str, list[Any]]:
    """Return the styles and scripts that extensions have added to one document's page, in order."""
    is_document = doctree is not None  # what one of Sphinx's own needs extensions cannot tell
    return {f"added_{name}": list(_own(context, name)) if is_document else [] for name in FILES}


def _own(context: Mapping[str, Any], name: str) -> Iterator[Any]:
    """Yield the files of a page that not all pages have."""
    files = [file for file in context[name] if hasattr(file, "priority")]
    for file in sorted(files, key=lambda file: file.priority):
        if file not in context[OF_ALL]:
            yield file


def folders_of_files(app: Sphinx) -> list[Path]:
    """Return the folders of static files: of the book, and of extensions that it has chosen."""
    folders = [Path(app.confdir, name) for name in app.config.html_static_path]
    return [folder for folder in folders if folder.is_dir() and USUAL.isdisjoint(folder.parts)]


def finish_with(
    app: Sphinx, folders: Sequence[Path], own: frozenset[str]
) -> Callable[[Sphinx, Any], None]:
    """Return what is done with static files at the end, when extensions have copied theirs."""
    scripts = (*app.registry.js_files, *app.config.html_js_files)
    others = [name for name, _ in scripts if name and own.isdisjoint({name, f"{STATIC}/{name}"})]

    @when_built
    def finish(app: Sphinx) -> None:
        static = Path(app.outdir, STATIC)
        if folders:
            copy_shown(app, folders, static)
        left_out = [name for name in dict.fromkeys(others) if name not in assets.served()]
        tell_left_out(left_out, [*folders, static])

    return finish


def copy_shown(app: Sphinx, folders: Sequence[Path], static: Path) -> None:
    """Copy what pages show or load of static files, with all that it may load from beside it."""
    named: set[str] = set()
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text("utf-8", errors="replace")  # an author's own may have any bytes
        named |= {unquote(name) for name in IN_STATIC.findall(text)}
    for folder in folders:
        files = (folder / name for name in sorted(named) if ".." not in name)
        for file in filter(Path.is_file, files):
            beside = file.parent.rglob("*") if file.suffix in LOADING else [file]
            for each in filter(Path.is_file, beside):
                replace_file(static / each.relative_to(folder), each.read_bytes())


def tell_left_out(scripts: Sequence[str], folders: Sequence[Path]) -> None:
    """Name the scripts that extensions or the book's settings would load on all pages."""
    left_out = [script for script in scripts if _is_of_others(script, folders)]
    if left_out:
        what = "NOTE: pages in our layout load no script that is meant for all pages; left out: %s"
        logger.info(what, ", ".join(left_out))


def _is_of_others(name: str, folders: Sequence[Path]) -> bool:
    """Return whether a script is in one of some folders, or elsewhere and not of a kernel."""
    if ELSEWHERE in name:
        return "/thebe" not in name
    return any((folder / name).is_file() for folder in folders)
