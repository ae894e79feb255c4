"""Extensions that gather what each page says while it is written, and write a file at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LOOKING_ON = frozenset(
    {"bookpress", "jupyter_book", "myst_nb", "pydata_sphinx_theme", "sphinx", "sphinx_book_theme"}
)
"""Packages that listen to both events, but keep nothing from one to the other."""


def gathers(app: Sphinx) -> bool:
    """Return whether an extension may gather something from pages as they are written.

    One that makes a map of the site or previews of links does. It must see every page, in one
    process, as it does in Jupyter Book.
    """
    at_pages = _packages(app, "html-page-context")
    at_the_end = _packages(app, "build-finished")
    return bool(at_pages & at_the_end - LOOKING_ON)


def _packages(app: Sphinx, event: str) -> set[str]:
    """Return the packages that listen to an event."""
    handlers = [listener.handler for listener in app.events.listeners.get(event, ())]
    modules = [getattr(each, "__module__", None) or type(each).__module__ for each in handlers]
    return {module.partition(".")[0] for module in modules}
