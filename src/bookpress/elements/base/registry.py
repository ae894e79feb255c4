"""The elements of a page: each is registered by one object in its own folder.

The press looks for them in the folders beside this one and, so that a book can have some of its
own, among the entry points of the group ``bookpress.elements``. Knows no Sphinx: a form is named
by its place, and imported when it is used.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from bookpress.errors import UsageError

GROUP = "bookpress.elements"
BASE = "base"
"""The folder of what elements share, which is none."""


class As(Enum):
    """A form that needs no code."""

    SAME = "as it is on the page, or as it is written"
    OMITTED = "not at all"


@dataclass(frozen=True)
class Without:
    """A form on paper or in an e-book: the page's, but for what only a screen can use."""

    classes: tuple[str, ...] = ()
    """Classes of what goes."""
    places: tuple[str, ...] = ()
    """XPath of what goes."""
    wrappers: tuple[str, ...] = ()
    """XPath of what goes while its content stays."""
    then: str = ""
    """A function that changes the article that is left: ``".paper:shorten"``."""


@dataclass(frozen=True)
class Forms:
    """How an element is shown; each has to be said.

    ``page`` is ``As.SAME`` where directives and roles do it all, or a function of Sphinx's
    application; ``print`` and ``epub`` start from the page; ``notebook`` and ``text`` are functions
    of a text in Markdown, a docname and Sphinx's environment that return the text.
    """

    page: As | str | None = None
    print: As | Without | None = None
    epub: As | Without | None = None
    notebook: As | str | None = None
    text: As | str | None = None


@dataclass(frozen=True)
class Directive:
    """A directive, made by ``make(node, env)`` once all pages are known."""

    make: str
    named: bool = False
    """Whether its argument is a name, and no text that readers see."""
    content: bool = False


@dataclass(frozen=True)
class Asset:
    """A style or script of its own, which only some pages load."""

    name: str
    kinds: tuple[str, ...] = ()
    """Kinds of the pages that load it: ``"chapter"``, ``"search"``; of all where none is named."""
    signs: tuple[str, ...] = ()
    """Texts one of which the page has to contain."""
    early: bool = False
    """Whether it runs before the script that all pages load."""
    themed: bool = False
    """Whether chapters that a theme lays out load it too."""
    by_hand: bool = False
    """Whether a template loads it and no other page does."""

    def is_for(self, kind: str, body: str) -> bool:
        """Return whether a page loads it."""
        is_kind = not self.kinds or kind in self.kinds
        has_sign = not self.signs or any(sign in body for sign in self.signs)
        return is_kind and has_sign and not self.by_hand


@dataclass(frozen=True)
class Element:
    """An element of a page, registered as ``ELEMENT`` of the package that is its folder.

    Examples
    --------
    >>> Element("clock", __name__, Forms(page=As.SAME, print=As.SAME, notebook=As.OMITTED))
    Traceback (most recent call last):
    bookpress.errors.UsageError: the element 'clock' does not say how it is shown in epub, text: ...
    """

    name: str
    package: str
    """The ``__name__`` of its package."""
    forms: Forms
    order: int = 50
    """Where it stands among the others: the style of a later one prevails, its words come later."""
    directives: Mapping[str, Directive] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    style: str = ""
    """A file of its folder that becomes part of the style of all pages, paper included."""
    print_style: str = ""
    """A file of its folder that becomes part of the style of the PDF, over that of the pages."""
    epub_style: str = ""
    """A file of its folder that becomes part of the style of the e-book, which has no other."""
    script: str = ""
    """A file of its folder that becomes part of the script of all pages."""
    assets: tuple[Asset, ...] = ()
    fixed: frozenset[str] = frozenset()
    """Ids of what no state of a page replaces."""

    def __post_init__(self) -> None:
        """Refuse an element that lacks a form."""
        lacking = [form.name for form in fields(Forms) if getattr(self.forms, form.name) is None]
        if lacking:
            raise UsageError(
                f"the element {self.name!r} does not say how it is shown in {', '.join(lacking)}: "
                "As.SAME, As.OMITTED, or how"
            )

    @property
    def folder(self) -> Path:
        """The folder of its code, templates, style and script."""
        return Path(str(sys.modules[self.package].__file__)).parent

    def find(self, place: str) -> Any:
        """Return what a place in its package names: ``".cover:findings"``."""
        module, _, name = place.partition(":")
        return getattr(importlib.import_module(module, self.package), name)

    def on_paper(self, form: str) -> Without:
        """Return what its form in ``print`` or ``epub`` leaves out."""
        wanted = getattr(self.forms, form)
        if wanted is As.OMITTED:
            return Without(classes=(self.name,))
        if isinstance(wanted, Without):
            return wanted
        return Without()


@cache
def elements() -> tuple[Element, ...]:
    """Return all elements in their order.

    Raises
    ------
    UsageError
        If two have the same name, directive, role or file.
    """
    package = importlib.import_module(GROUP)
    names = [f"{GROUP}.{module.name}" for module in pkgutil.iter_modules(package.__path__)]
    packages = [name for name in names if name != f"{GROUP}.{BASE}" and _is_package(name)]
    registered: list[Element] = [importlib.import_module(name).ELEMENT for name in packages]
    registered += [point.load() for point in entry_points(group=GROUP)]
    _refuse_twice("element", (element.name for element in registered))
    for what in ("directives", "roles"):
        _refuse_twice(
            what[:-1], (name for element in registered for name in getattr(element, what))
        )
    return tuple(sorted(registered, key=lambda element: (element.order, element.name)))


def _is_package(name: str) -> bool:
    spec = importlib.util.find_spec(name)
    return spec is not None and spec.submodule_search_locations is not None


def _refuse_twice(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise UsageError(f"two elements register the {what} {name!r}")
        seen.add(name)


@cache
def fixed() -> frozenset[str]:
    """Return the ids of what no state of a page replaces."""
    return frozenset().union(*(element.fixed for element in elements()))


@cache
def named_directives() -> frozenset[str]:
    """Return the directives whose argument is a name, and no text that readers see."""
    return frozenset(
        name
        for element in elements()
        for name, directive in element.directives.items()
        if directive.named
    )
