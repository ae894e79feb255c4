"""The elements of a page, each registered by one object in its own folder.

They are looked up in the folders beside this one and, so that a book can bring its own, among the
entry points of the group ``bookpress.elements``. Nothing here depends on Sphinx: the code of a form
is named by a dotted path, and imported when it is used.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from bookpress.errors import UsageError
from bookpress.plugins import load

GROUP = "bookpress.elements"
BASE = "base"
"""The folder of what elements share; it is not an element."""


class As(Enum):
    """A form that needs no code."""

    SAME = "as it is on the page, or as it is written"
    OMITTED = "not at all"


@dataclass(frozen=True)
class Without:
    """A form in print or in an e-book: the page's, without what only works on a screen."""

    classes: tuple[str, ...] = ()
    """Classes of the elements to remove."""
    places: tuple[str, ...] = ()
    """XPaths of the elements to remove."""
    wrappers: tuple[str, ...] = ()
    """XPaths of the elements to replace with their content."""
    then: str = ""
    """A function that changes the remaining article: ``".paper:shorten"``."""


@dataclass(frozen=True)
class Forms:
    """How an element is shown in each form; none may be left out.

    ``page`` is ``As.SAME`` if directives and roles are enough, or a function of Sphinx's
    application; ``print`` and ``epub`` start from the page; ``notebook`` and ``text`` are functions
    that take Markdown, a docname and Sphinx's environment, and return Markdown.
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
    """Whether its argument is a name, not text for readers."""
    content: bool = False


@dataclass(frozen=True)
class Asset:
    """A separate style or script, which only some pages load."""

    name: str
    parts: tuple[str, ...] = ()
    """The files that it consists of, in order; if empty, the file of its name."""
    kinds: tuple[str, ...] = ()
    """The kinds of pages that load it: ``"chapter"``, ``"search"``; if empty, all."""
    signs: tuple[str, ...] = ()
    """Texts of which the page must contain at least one."""
    early: bool = False
    """Whether it runs before the script that every page loads."""
    themed: bool = False
    """Whether pages laid out by a theme load it: chapters with choices, or those with a sign."""
    by_hand: bool = False
    """Whether only a template loads it, or a script on demand."""

    @property
    def files(self) -> tuple[str, ...]:
        """The files in the folder of its element that it consists of."""
        return self.parts or (self.name,)

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
    """Its position: the styles of later elements override, and their words come later."""
    directives: Mapping[str, Directive] = field(default_factory=dict)
    """Its directives, by the name that authors write."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """Its roles, each the path of a class, such as a `SphinxRole`: ``{"tick": ".clock:Tick"}``."""
    style: str = ""
    """The file of its part of the style of all pages, also used in print."""
    print_style: str = ""
    """The file of its part of the style of the PDF, in addition to that of the pages."""
    epub_style: str = ""
    """The file of its part of the style of the e-book, which uses no other."""
    script: str = ""
    """The file of its part of the script of all pages."""
    assets: tuple[Asset, ...] = ()
    fixed: frozenset[str] = frozenset()
    """The ids of elements that no state replaces."""

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
        """Return the object at a path in its package: ``".cover:findings"``."""
        module, _, name = place.partition(":")
        return getattr(importlib.import_module(module, self.package), name)

    @property
    def own_files(self) -> list[str]:
        """The styles and scripts that it names."""
        named = (self.style, self.print_style, self.epub_style, self.script)
        return [*filter(None, named), *(file for asset in self.assets for file in asset.files)]

    @property
    def files(self) -> list[str]:
        """The names of its files that no other element may have: templates, separate assets."""
        templates = [path.name for path in self.folder.glob("*.html")]
        return sorted({*templates, *(Path(asset.name).name for asset in self.assets)})

    @property
    def places(self) -> list[tuple[str, str]]:
        """The code that it names, each piece after what it is for."""
        named = [(f"the role {name!r}", place) for name, place in self.roles.items()]
        named += [(f"the directive {name!r}", each.make) for name, each in self.directives.items()]
        named += [
            (f"its form {form.name}", getattr(self.forms, form.name)) for form in fields(Forms)
        ]
        named += [(f"its form {form}", self.on_paper(form).then) for form in ("print", "epub")]
        return [(what, place) for what, place in named if isinstance(place, str) and place]

    def on_paper(self, form: str) -> Without:
        """Return what its form in ``print`` or ``epub`` leaves out."""
        wanted = getattr(self.forms, form)
        if wanted is As.OMITTED:
            return Without(classes=(self.name,))
        if isinstance(wanted, Without):
            return wanted
        return Without()


@cache
def added() -> tuple[Element, ...]:
    """Return the elements that other packages add; raise if one of them names what is not there."""
    loaded = tuple(element for _, element in load(GROUP, Element))
    problems = [problem for element in loaded for problem in _faults(element)]
    if problems:
        raise UsageError(*problems)
    return loaded


def _faults(element: Element) -> Iterator[str]:
    """Yield what is wrong with an element of another package."""
    where = f"the element {element.name!r}"
    if not hasattr(sys.modules[element.package], "__path__"):
        yield f"{where} is registered by the module {element.package}: it needs a folder of its own"
        return
    for name in element.own_files:
        if not (element.folder / name).is_file():
            yield f"{where} has no file {name!r} in {element.folder}"
    for what, place in element.places:
        try:
            part = element.find(place)
        except (ImportError, AttributeError) as error:
            yield f"{where}: {what} is not there: {error}"
            continue
        if what.startswith("the role") and not isinstance(part, type):
            yield f"{where}: {what} is not a class, as a role of Sphinx is (SphinxRole)"


@cache
def elements() -> tuple[Element, ...]:
    """Return all elements in order.

    Raises
    ------
    UsageError
        If two have the same name, directive or role, or templates or separate assets of one name.
    """
    package = importlib.import_module(GROUP)
    names = [f"{GROUP}.{module.name}" for module in pkgutil.iter_modules(package.__path__)]
    packages = [name for name in names if name != f"{GROUP}.{BASE}" and _is_package(name)]
    registered: list[Element] = [importlib.import_module(name).ELEMENT for name in packages]
    registered += added()
    _refuse_twice("element", (element.name for element in registered))
    for what in ("directives", "roles", "files"):
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
    """Return the ids of elements that no state replaces."""
    return frozenset().union(*(element.fixed for element in elements()))


@cache
def named_directives() -> frozenset[str]:
    """Return the directives whose argument is a name, not text for readers."""
    return frozenset(
        name
        for element in elements()
        for name, directive in element.directives.items()
        if directive.named
    )
