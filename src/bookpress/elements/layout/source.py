"""Links a theme's buttons to the file that an author wrote, although pages come from notebooks."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from bookpress.book.documents import STAGED_SOURCES, WRITTEN
from bookpress.elements.base.events import when_built
from bookpress.elements.base.store import Page, store_of

SOURCES = "_sources"
"""The folder where Sphinx puts the sources of pages."""
NOTEBOOK = ".ipynb"


def connect(app: Sphinx) -> None:
    """Listen to the events of pages, before and after the theme."""
    app.connect("html-page-context", name_source, priority=100)
    app.connect("html-page-context", point_to_source, priority=940)
    app.connect("build-finished", copy_written)


def name_source(
    app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _tree: object
) -> None:
    """Link a theme's buttons to the file that an author wrote, not to the staged notebook.

    A page of Sphinx's own has no source, whatever document has its name.
    """
    page = store_of(app.env).pages.get(pagename)
    if page and "ending" in page.front and "sourcename" in context:
        context["page_source_suffix"] = page.front["ending"]


def point_to_source(
    app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _tree: object
) -> None:
    """Link the buttons for running and downloading a page to that file too."""
    page = store_of(app.env).pages.get(pagename)
    if not page or "ending" not in page.front or "sourcename" not in context:
        return
    staged = f"{pagename}.ipynb"
    written = f"{pagename}{page.front['ending']}"
    buttons = context.get("header_buttons") or []
    _replace_addresses(buttons, staged, written)
    if _is_copied(app, page):
        name = copied_name(app.config, page.docname, page.front["ending"])
        _offer(buttons, context.get("sourcename") or staged, name)
        context["sourcename"] = name


def _replace_addresses(buttons: Any, staged: str, written: str) -> None:
    """Replace the end of the addresses of buttons, which may be in groups."""
    for button in buttons:
        address = button.get("url")
        if isinstance(address, str) and "://" in address:
            button["url"] = address.replace(staged, written)
        _replace_addresses(button.get("buttons") or (), staged, written)


def _offer(buttons: list[Any], staged: str, written: str) -> None:
    """Make the download button offer the author's file.

    If the page can be run elsewhere, another button offers the notebook, as in Jupyter Book.
    """
    can_run = any(button.get("label") == "launch-buttons" for button in buttons)
    for group in buttons:
        members = group.get("buttons") or []
        for place, button in enumerate(members):
            address = str(button.get("url"))
            if button.get("label") != "download-source-button" or staged not in address:
                continue
            members[place] = {**button, "url": address.replace(staged, written)}
            if can_run:
                look = {"text": ".ipynb", "icon": "fas fa-code"}
                label = "download-notebook-button"
                notebook = {**button, **look, "label": label, "tooltip": "Download notebook file"}
                members.insert(place, notebook)
            return


@when_built
def copy_written(app: Sphinx) -> None:
    """Copy the authors' files, and the notebooks, to where the buttons lead."""
    for page in store_of(app.env).pages.values():
        if not _is_copied(app, page):
            continue
        notebook = Path(app.env.doc2path(page.docname))
        for file in (_written(app, page), notebook):
            name = copied_name(app.config, page.docname, file.suffix)
            target = Path(app.outdir, SOURCES, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)


def _is_copied(app: Sphinx, page: Page) -> bool:
    """Return whether a page's author wrote text that is available, and sources are published."""
    is_text = page.front.get("ending", NOTEBOOK) != NOTEBOOK
    return is_text and app.config.html_copy_source and _written(app, page).is_file()


def _written(app: Sphinx, page: Page) -> Path:
    """Return the staged text that an author wrote: in a format of the book's choice, or MyST."""
    custom = Path(app.srcdir, WRITTEN, f"{page.docname}{page.front['ending']}")
    return custom if custom.is_file() else Path(app.srcdir, STAGED_SOURCES, f"{page.slug}.md")


def copied_name(config: Config, docname: str, ending: str) -> str:
    """Return the name that Sphinx gives to the copy of a page's source."""
    suffix = config.html_sourcelink_suffix
    return f"{docname}{ending}{suffix if suffix != ending else ''}"
