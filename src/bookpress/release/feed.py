"""A feed of changes: results that were revised or withdrawn, and sentences that fell.

It is written as Atom and as a JSON feed. Ids are URNs, so that they do not depend on the address.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bookpress.cite.book import Book
from bookpress.cite.landing_page import TEMPLATES
from bookpress.edition.files import DEFAULT
from bookpress.files import pretty
from bookpress.release.released import Fate
from holdtrue.comparisons.base import WORDS

ATOM = "changes.atom"
JSON = "changes.json"
JSON_FEED = "https://jsonfeed.org/version/1.1"


class FeedEntry(NamedTuple):
    """An entry of the feed."""

    urn: str
    date: str
    title: str
    text: str
    place: str = ""
    """Its anchor on the page of all results."""


class Feed(NamedTuple):
    """The feed of a book: the newest changes first, those of one day by name."""

    urn: str
    title: str
    updated: str
    self: str
    page: str
    changes: Sequence[FeedEntry]


def feed_files(
    book: Book, fates: Sequence[Fate], entries: Mapping[str, Mapping[str, Any]], page: str
) -> dict[str, str]:
    """Return the feeds, by file name; `page` is that of all results."""
    changes = [*_of_results(book, fates, entries), *_of_statements(book, entries)]
    changes.sort(key=lambda change: (change.title, change.urn))
    changes.sort(key=lambda change: change.date, reverse=True)
    dates = [str(facts["date"]) for editions in entries.values() for facts in editions.values()]
    updated = max([change.date for change in changes] or dates, default=str(book.date or ""))
    root = book.base_url or ""
    title = f"{book.title}: results and sentences that changed"
    own = f"{root}{ATOM}"
    feed = Feed(_urn(book, "feed"), title, updated, own, f"{root}{page}", changes)
    atom = TEMPLATES.get_template("feed.xml").render(feed=feed, book=book)
    return {ATOM: f"{atom}\n", JSON: pretty(_json_feed(feed, book))}


def _urn(book: Book, *names: str) -> str:
    """Return an id that depends only on the book's title and the given names."""
    text = "/".join([book.title, *names])
    return uuid.uuid5(uuid.NAMESPACE_URL, text).urn


def _of_results(
    book: Book, fates: Sequence[Fate], entries: Mapping[str, Mapping[str, Any]]
) -> Iterator[FeedEntry]:
    """Yield each result that is no longer what a release stated."""
    newest: dict[str, str] = {}
    for editions in entries.values():
        for edition, facts in editions.items():
            newest[edition] = max(newest.get(edition, ""), str(facts["date"]))
    for fate in fates:
        if fate.why:
            released = fate.released
            name = str(released.name)
            verb = "revised" if fate.now else "withdrawn"
            new = f"is {fate.now}" if fate.now else "was withdrawn"
            was = f"was {fate.was} in {released.version} ({released.edition})"
            yield FeedEntry(
                urn=_urn(book, released.edition, name, released.version, fate.was, fate.now),
                date=newest[released.edition],
                title=f"{name} {verb}",
                text=f"{released.result.get('label') or name}: {was}, and {new}. Why: {fate.why}.",
                place=f"#{released.edition}-{released.name.chapter}-{released.name.key}-{released.version}",
            )


def _of_statements(book: Book, entries: Mapping[str, Mapping[str, Any]]) -> Iterator[FeedEntry]:
    """Yield each statement that held in a release and fell in the next, or was dropped."""
    for version, editions in entries.items():
        facts = editions.get(DEFAULT, {})
        turned = facts.get("revised", {}).get("statements", {})
        since = facts.get("revised", {}).get("since", "")
        for name in turned.get("revised", ()):
            slug, _, key = name.partition(":")
            holds = facts["statements"].get(slug, {}).get(key)
            if holds is not True:
                text = f"In version {version} the statement {name} {WORDS[holds]}; before it held."
                urn = _urn(book, "statement", name, version)
                yield FeedEntry(urn, str(facts["date"]), f"{name} fell", text)
        for name in turned.get("dropped", ()):
            text = f"The statement {name} of version {since} is not in version {version}."
            urn = _urn(book, "dropped", name, version)
            yield FeedEntry(urn, str(facts["date"]), f"{name} dropped", text)


def _json_feed(feed: Feed, book: Book) -> dict[str, Any]:
    """Return the feed in the format of https://jsonfeed.org."""
    items = [
        {
            "id": change.urn,
            "title": change.title,
            "content_text": change.text,
            "date_published": f"{change.date}T00:00:00Z",
            "url": f"{feed.page}{change.place}",
        }
        for change in feed.changes
    ]
    return {
        "version": JSON_FEED,
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": f"{book.base_url or ''}{JSON}",
        "authors": [{"name": author.full} for author in book.authors],
        "items": items,
    }
