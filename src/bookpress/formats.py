"""The formats of the book, each registered by one object in its own folder.

They are looked up in the folders of ``bookpress.outputs`` and, so that a book can bring its own,
among the entry points of the group of that name. A format names the code that makes it by a dotted
path, which is imported only when it is needed: listing formats imports nothing heavy.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from bookpress.errors import PressError, UsageError
from bookpress.extras import EXTRAS, needs
from bookpress.plugins import load
from bookpress.terminal.messages import note

GROUP = "bookpress.outputs"
BASE = "base"
"""The folder of what formats share; it is not a format."""


@dataclass(frozen=True)
class Format:
    """A format, registered as ``FORMAT`` in the package that is its folder.

    A format with a ``module`` is made from the finished pages by a process (``python -m``, see
    `bookpress.outputs.base.process.work_on_order`). Any other is made together with the page of
    each chapter by ``write(executed, page, app)``, which returns its bytes, or None if the chapter
    has none.

    Examples
    --------
    >>> poster = Format("poster", "my_book.poster", "Poster", "to hang up", "image/png")
    >>> poster.is_asked_for
    True
    """

    name: str
    """Its name for ``--format``, and that of the folder of its files."""
    module: str = ""
    title: str = ""
    """Its name for readers: ``"PDF"``."""
    what: str = ""
    """What it is for: ``"to print or keep"``."""
    media_type: str = ""
    book: str = ""
    """Path of the whole book on the site, with its ``{stem}``; empty if there is no such file."""
    chapter: str = ""
    """Path of a chapter, with its ``{docname}`` or ``{slug}``; empty if there is no such file."""
    write: str = ""
    index: str = ""
    """A function of the Sphinx application that writes, at the end, an index of all chapters."""
    needs: str = ""
    """A function that returns, in one line, what this machine lacks for it, or None."""
    needs_layout: bool = False
    """Whether it needs pages in the press's own layout."""
    order: int = 50
    """Its position among the others."""

    @property
    def is_asked_for(self) -> bool:
        """Whether it is made only if ``--format`` names it."""
        return bool(self.module)

    def find(self, place: str) -> Any:
        """Return the object at a dotted path: ``"bookpress.outputs.pdf.pdf:missing"``."""
        module, _, name = place.partition(":")
        return getattr(importlib.import_module(module), name)

    def missing(self) -> str | None:
        """Return what this machine lacks for it, if anything.

        Raises
        ------
        PressError
            If it comes with an extra that is not installed.
        """
        try:
            importlib.import_module(self.module)
        except ModuleNotFoundError as error:
            if error.name not in EXTRAS:
                raise
            raise PressError(needs(f"the format {self.name!r}", error.name)) from error
        return self.find(self.needs)() if self.needs else None


@cache
def formats() -> tuple[Format, ...]:
    """Return all formats in order, HTML pages first.

    Raises
    ------
    UsageError
        If two have the same name.
    """
    package = importlib.import_module(GROUP)
    names = [module.name for module in pkgutil.iter_modules(package.__path__) if module.ispkg]
    folders = [f"{GROUP}.{name}" for name in names if name != BASE]
    registered: list[Format] = [importlib.import_module(folder).FORMAT for folder in folders]
    registered += [form for _, form in added()]
    counts = Counter(form.name for form in registered)
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        raise UsageError(f"two formats have the name {min(twice)!r}")
    return tuple(sorted(registered, key=lambda form: (form.order, form.name)))


@cache
def added() -> Sequence[tuple[str, Format]]:
    """Return the formats of other packages, each after the module that registers it."""
    return load(GROUP, Format)


def asked_for() -> tuple[Format, ...]:
    """Return the formats that ``--format`` accepts: HTML, which every build makes, then the others.

    Examples
    --------
    >>> [form.name for form in asked_for()][:3]
    ['html', 'pdf', 'epub']
    """
    return tuple(form for form in formats() if form.is_asked_for)


def choose_formats(names: str, *, is_laid_out: bool = True) -> list[Format]:
    """Return the formats, besides HTML, that a list of names such as ``"html,pdf"`` asks for.

    It is an error if one cannot be made here, or needs pages in the press's own layout.
    """
    asked = {name.strip() for name in names.split(",") if name.strip()}
    pages, *others = asked_for()
    allowed = [pages.name, *(form.name for form in others)]
    unknown = sorted(asked - set(allowed))
    if unknown or not asked:
        wrong = f"no format {', '.join(map(repr, unknown))}" if unknown else "no format is named"
        raise UsageError(f"{wrong}; allowed: {', '.join(allowed)}")
    chosen = [form for form in others if form.name in asked]
    for wanted in chosen:
        if wanted.needs_layout and not is_laid_out:
            raise UsageError(
                f"the format {wanted.name!r} is made from pages that the press lays out; "
                "allowed under `layout: press` in book/settings.yml"
            )
        missing = wanted.missing()
        if missing:
            raise PressError(f"the format {wanted.name!r} cannot be made: {missing}")
    return chosen


def still_made(names: Iterable[str], *, is_laid_out: bool = True) -> list[Format]:
    """Return those of the formats made before that can be made here; a note names each other."""
    made = []
    for name in sorted(names):
        try:
            made += choose_formats(name, is_laid_out=is_laid_out)
        except PressError as error:
            note(f"built without the format {name!r}, which was made before: {error}")
    return made
