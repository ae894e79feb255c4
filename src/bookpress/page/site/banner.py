"""The banner of an edition that is not the published one: what differs on this page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sphinx.util.osutil import relative_uri

from bookpress.page.base import contents as book
from bookpress.page.base.cells import setting
from bookpress.page.base.edition_info import imprint_of
from bookpress.page.base.roles import store_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from bookpress.citation.record import Difference

NAMED = 3
"""Chapters that are named at the most, where a change does not reach the whole book."""


@dataclass(frozen=True)
class Change:
    """A choice that differs from the published one.

    Parameters
    ----------
    name, value, default : str
        In words.
    where : str
        The chapters it reaches, where it could reach others too; empty where it reaches all that know it.
    """

    name: str
    value: str
    default: str
    where: str = ""


def banner(app: Sphinx, docname: str) -> dict[str, Any] | None:
    """Return what the banner of a page says; None for the published edition.

    A chapter lists its own differences. Any other page lists those of the whole book, with the chapters that a choice
    reaches where it does not reach all.
    """
    edition = imprint_of(app.config).edition
    if edition is None or edition.is_default:
        return None
    pages = store_of(app.env).pages
    page = pages.get(docname)
    is_chapter = page is not None and page.is_chapter
    differing = {item.chapter for item in edition.differs}
    address = app.builder.get_target_uri(docname)
    base = imprint_of(app.config).book.base_url
    own = [item for item in edition.differs if page is not None and item.chapter == page.slug]
    return {
        "title": edition.title or edition.name or "",
        "id": edition.id,
        "is_chapter": is_chapter,
        "changes": [_change(item) for item in own] if is_chapter else book_changes(app.env, edition.differs),
        "others_differ": is_chapter and len(own) < len(edition.differs),
        "as_published": sum(one.is_chapter and one.slug not in differing for one in pages.values()),
        "published": base + address if base else relative_uri(address, f"../../default/html/{address}"),
    }


def _change(item: Difference, where: str = "") -> Change:
    return Change(item.name.replace("_", " "), setting(item.value), setting(item.default), where)


def book_changes(env: BuildEnvironment, differs: Sequence[Difference]) -> list[Change]:
    """Return the differences of a whole book; one that reaches several chapters is told once."""
    groups: dict[tuple[str, str, str], list[Difference]] = {}
    for item in differs:
        groups.setdefault((item.name, str(item.value), str(item.default)), []).append(item)
    return [_change(items[0], _where(env, differs, items)) for items in groups.values()]


def _where(env: BuildEnvironment, differs: Sequence[Difference], items: Sequence[Difference]) -> str:
    """Return the chapters of a difference; empty where every chapter that knows the choice has the same value."""
    name, value = items[0].name, items[0].value
    pages = {page.slug: page for page in store_of(env).pages.values() if page.is_chapter}
    known = [page.parameters[name] for page in pages.values() if name in page.parameters]
    if all(other == value for other in known) and len(items) == sum(item.name == name for item in differs):
        return ""
    slugs = [item.chapter for item in items]
    if len(slugs) > NAMED:
        return f"{len(slugs)} chapters"
    return _quoted(book.title_of(env, pages[slug].docname) if slug in pages else slug for slug in slugs)


def _quoted(titles: Iterable[str]) -> str:
    return ", ".join(f"“{title}”" for title in titles)
