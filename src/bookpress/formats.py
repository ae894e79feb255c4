"""The formats of the book: each is registered by one object in its own folder.

The press looks for them in the folders of the package ``bookpress.outputs`` and, so that a book can
have some of its own, among the entry points of the group of that name. A format names what makes it
by its place, which is imported when it is made: to list formats imports nothing heavy.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from bookpress.errors import PressError, UsageError
from bookpress.extras import EXTRAS, needs

GROUP = "bookpress.outputs"
BASE = "base"
"""The folder of what formats share, which is none."""


@dataclass(frozen=True)
class Format:
    """A format, registered as ``FORMAT`` of the package that is its folder.

    It is made from the finished pages by a process, where it has a ``module`` (for ``python -m``,
    see `bookpress.outputs.base.process.work_on_order`), and else with the page of each chapter, by
    ``write(executed, page, app)``, which returns its bytes, or None where a chapter has none.

    Examples
    --------
    >>> poster = Format("poster", "my_book.poster", "Poster", "to hang up", "image/png")
    >>> poster.is_asked_for
    True
    """

    name: str
    """As ``--format`` takes it; its files lie in the folder of this name."""
    module: str = ""
    title: str = ""
    """What readers are offered it as: ``"PDF"``."""
    what: str = ""
    """What it is good for: ``"to print or keep"``."""
    media_type: str = ""
    book: str = ""
    """Path on the site of the whole book, with its ``{stem}``; empty where there is none."""
    chapter: str = ""
    """Path of a chapter, with its ``{docname}`` or ``{slug}``; empty where there is none."""
    write: str = ""
    index: str = ""
    """A function of the application that writes what leads to all chapters in it, at the end."""
    needs: str = ""
    """A function that says in a line what this machine lacks for it, or None."""
    needs_layout: bool = False
    """Whether it is made from pages in the press's own layout."""
    order: int = 50
    """Where it stands among the others."""

    @property
    def is_asked_for(self) -> bool:
        """Whether it is made only where ``--format`` names it."""
        return bool(self.module)

    def find(self, place: str) -> Any:
        """Return what a place names: ``"bookpress.outputs.pdf.pdf:missing"``."""
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
    """Return all formats in their order, the pages first.

    Raises
    ------
    UsageError
        If two have the same name.
    """
    package = importlib.import_module(GROUP)
    names = [module.name for module in pkgutil.iter_modules(package.__path__) if module.ispkg]
    folders = [f"{GROUP}.{name}" for name in names if name != BASE]
    registered: list[Format] = [importlib.import_module(folder).FORMAT for folder in folders]
    registered += [point.load() for point in entry_points(group=GROUP)]
    counts = Counter(form.name for form in registered)
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        raise UsageError(f"two formats have the name {min(twice)!r}")
    return tuple(sorted(registered, key=lambda form: (form.order, form.name)))


def asked_for() -> tuple[Format, ...]:
    """Return the formats that ``--format`` takes: the pages, which every build makes, then others.

    Examples
    --------
    >>> [form.name for form in asked_for()][:3]
    ['html', 'pdf', 'epub']
    """
    return tuple(form for form in formats() if form.is_asked_for)


def known(name: str) -> Format:
    """Return a format by its name."""
    return next(form for form in formats() if form.name == name)


def choose(names: str, *, is_laid_out: bool = True) -> list[Format]:
    """Return the formats besides the pages that a list of names, ``"html,pdf"``, asks for.

    One that cannot be made here, or of pages that the press has not laid out, is an error.
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
