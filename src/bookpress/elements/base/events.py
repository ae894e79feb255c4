"""Decorators for listeners to Sphinx's events, with conditions that many of them share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from sphinx.application import Sphinx

from bookpress.book.project import is_laid_out

Given = ParamSpec("Given")
Listener = Callable[Concatenate[Sphinx, Given], None]


def where_laid_out(listener: Listener[Given]) -> Listener[Given]:
    """Call a listener only for HTML pages that the press lays out."""

    @wraps(listener)
    def heard(app: Sphinx, /, *given: Given.args, **named: Given.kwargs) -> None:
        if app.builder.format == "html" and is_laid_out(app.srcdir):
            listener(app, *given, **named)

    return heard


def when_built(listener: Callable[[Sphinx], None]) -> Callable[[Sphinx, Exception | None], None]:
    """Call a listener at the end of a build of HTML that did not fail."""

    @wraps(listener)
    def heard(app: Sphinx, exception: Exception | None) -> None:
        if exception is None and app.builder.format == "html":
            listener(app)

    return heard
