"""What is wrong with the parts of a page that point elsewhere: roles, directives, conditions, links."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from bookpress.book.chapters import nearest
from bookpress.book.conditions import PARTS, Condition, ConditionError
from bookpress.check.markup import (
    CROSS_REFERENCES,
    DIRECTIVES,
    QUOTE_FORMATS,
    QUOTES,
    RESULT_FORMATS,
    ROLES,
    YEARS_FORMATS,
    is_directive,
    is_role,
)
from bookpress.check.prose import Item
from bookpress.check.sources import Book, Page

GENERATED = ("_static/", "_images/", "_downloads/", "_sources/", "genindex.html", "search.html")
"""Files of the built book that have no source."""


def reference_faults(item: Item, page: Page, book: Book) -> Iterator[str]:
    """Yield what is wrong with one part of a page.

    Parameters
    ----------
    item : Item
        The part.
    page : Page
        The page it stands on.
    book : Book
        What it may point to.
    """
    checks = {"role": _role, "directive": _directive, "link": _link, "address": _address}
    if item.kind in checks:
        yield from checks[item.kind](item, page, book)


def _guess(name: str, names: Collection[str]) -> str:
    close = difflib.get_close_matches(name, sorted(names), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _role(item: Item, page: Page, book: Book) -> Iterator[str]:
    name, content = item.name, item.content.strip()
    target = re.sub(r"^.*<([^<>]+)>$", r"\1", content, flags=re.DOTALL)
    own = {"result": _result, "when": _inline_condition, "param": _parameter, "years": _years}
    if not is_role(name):
        yield f"there is no role {{{name}}}{_guess(name, ROLES)}"
    elif name in own:
        yield from own[name](content, page, book)
    elif name in QUOTES:
        yield from _quote(name, content, book)
    elif name.partition(":")[0] == "cite":
        yield from _citation(content, book)
    elif name in CROSS_REFERENCES and target not in book.targets:
        yield f"nothing is called {target!r}{nearest(target, sorted(book.targets))}"
    elif name == "term" and target.lower() not in book.terms:
        yield f"the glossary has no {target!r}{nearest(target, sorted(book.terms))}"
    elif name in {"doc", "download"}:
        path = f"{target.removesuffix('.md')}.md" if name == "doc" else target
        yield from _link(Item("link", item.line, "", path), page, book)


def _directive(item: Item, page: Page, book: Book) -> Iterator[str]:
    if item.name == "when":
        yield from _condition(item.content, page, book)
    elif item.name == "finding":
        yield from _result(item.content, page, book, formats=())
    elif item.name != "term" and not is_directive(item.name):
        yield f"there is no directive {{{item.name}}}{_guess(item.name, DIRECTIVES)}"


def _result(text: str, page: Page, book: Book, formats: Sequence[str] = RESULT_FORMATS) -> Iterator[str]:
    """Yield what is wrong with ``chapter:key:format``, where chapter and format may be left out."""
    parts = text.strip().split(":")
    if parts[0] in book.chapters and len(parts) > 1:
        recorded, key, how = book.chapters[parts[0]], parts[1], parts[2:]
    elif page.chapter and (len(parts) == 1 or parts[0].isidentifier()):
        recorded, key, how = page, parts[0], parts[1:]
    else:
        yield f"no chapter {parts[0]!r}{nearest(parts[0], list(book.chapters))}"
        return
    if not any(one.fullmatch(key) for one in recorded.keys):
        known = [one.pattern for one in recorded.keys if one.pattern.isidentifier()]
        yield f"the chapter {recorded.slug} records no result {key!r}{nearest(key, known)}"
    elif how and ":".join(how) not in formats:
        yield f"no format {':'.join(how)!r} of a result{nearest(':'.join(how), formats)}"


def _quote(name: str, text: str, book: Book) -> Iterator[str]:
    """Yield what is wrong with ``name:format`` of a claim or of related work."""
    key, _, how = text.partition(":")
    known = book.quoted[name]
    if known is not None and key not in known:
        yield f"no {name} {key!r}{nearest(key, sorted(known))}"
    elif how and how not in QUOTE_FORMATS:
        yield f"no format {how!r} of a {name}{nearest(how, QUOTE_FORMATS)}"


def _citation(text: str, book: Book) -> Iterator[str]:
    known = book.citations
    for key in (key.strip() for key in text.split(",")):
        if known is not None and key not in known:
            yield f"no reference {key!r}{nearest(key, sorted(known))}"


def _inline_condition(text: str, page: Page, book: Book) -> Iterator[str]:
    """Yield what is wrong with ``condition|if true|if false|if unknown``."""
    condition, *cases = text.split("|")
    if not 1 <= len(cases) <= 3:
        yield f"{{when}} in a line takes one to three texts after the condition, divided by |; here are {len(cases)}"
    yield from _condition(condition, page, book)


def _condition(text: str, page: Page, book: Book) -> Iterator[str]:
    """Yield what is wrong with a condition: how it is written, and what it names."""
    try:
        names = Condition(" ".join(text.split())).all_names
    except ConditionError as error:
        yield str(error)
        return
    for name in sorted(names):
        owner, _, rest = (name if ":" in name else f"{page.slug}:{name}").partition(":")
        key, _, part = rest.partition(".")
        if owner in QUOTES:
            yield from _quote(owner, rest, book)
        elif key == "param":
            yield from _parameter(f"{owner}:{part}", page, book)
        else:
            yield from _result(f"{owner}:{key}", page, book)
            if part and part not in PARTS:
                yield f"a result has no part {part!r}{nearest(part, PARTS)}"


def _parameter(text: str, page: Page, book: Book) -> Iterator[str]:
    slug, _, name = text.rpartition(":")
    owner = book.chapters.get(slug) if slug else page
    if owner is None or owner.chapter is None:
        yield f"no chapter {slug!r}{nearest(slug, list(book.chapters))}"
    elif owner.parameters is not None and name not in (names := [one.name for one in owner.parameters]):
        yield f"the chapter {owner.slug} has no parameter {name!r}{nearest(name, names)}"


def _years(text: str, page: Page, book: Book) -> Iterator[str]:
    """Yield what is wrong with ``chapter:name:format``: both ends of a period are parameters, or results."""
    *parts, last = text.split(":")
    name = ":".join(parts) if parts and last in YEARS_FORMATS else text
    for end in ("first", "last"):
        faults = list(_parameter(f"{name}_{end}", page, book))
        if faults and any(_result(f"{name}_{end}", page, book, formats=())):
            yield faults[0]
            return


def _link(item: Item, page: Page, book: Book) -> Iterator[str]:
    """Yield what is wrong with a link to another page, a file, or a place of the book."""
    parts = urlsplit(item.content)
    if parts.scheme or parts.netloc:
        return
    place = unquote(parts.fragment)
    pages = {one.where: one for one in book.pages}
    path = _resolved(parts.path, page) if parts.path else ""
    if path and path not in pages and not (book.project.root / path).is_file():
        yield f"the link {item.content} leads to no page{nearest(path, sorted(pages))}"
    elif place and (path in pages or not path):
        # A link to a place on another page finds what is labelled there; headings alone are no labels.
        targets = pages[path].targets if path else book.targets
        if place not in targets:
            yield f"nothing is called {place!r}{nearest(place, sorted(targets))}"


def _address(item: Item, page: Page, book: Book) -> Iterator[str]:
    """Yield what is wrong with an address in HTML: it names pages as they are built."""
    parts = urlsplit(item.content)
    if parts.scheme or parts.netloc or not parts.path or parts.path.startswith(GENERATED):
        return
    path = _resolved(parts.path, page)
    built = {f"{one.name}.html" for one in book.pages}
    if path not in built and not (book.project.root / path).is_file():
        yield f"the address {item.content} leads to no page{nearest(path, sorted(built))}"


def _resolved(path: str, page: Page) -> str:
    """Return a path of a link as seen from the root of the book, without ``.`` and ``..``."""
    folder = "" if path.startswith("/") else str(PurePosixPath(page.name).parent)
    parts: list[str] = []
    for part in (PurePosixPath(folder) / unquote(path).lstrip("/")).parts:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
