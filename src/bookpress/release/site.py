"""The site of released editions: the newest at the root, each one in its permanent folder."""

from __future__ import annotations

import datetime as dt
import posixpath
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bookpress.cite.book import Book
from bookpress.cite.landing_page import TEMPLATES
from bookpress.edition.fingerprint import RELEASED
from bookpress.elements.base.templates import environment
from bookpress.errors import PressError
from bookpress.files import files_of, pretty, replace_file
from bookpress.release.archives import Archive, unpack_pages
from bookpress.release.feed import feed_files
from bookpress.release.released import Fate, in_order

CANONICAL = re.compile(r'<link rel="canonical"[^>]*>')
NOINDEX = b'<meta name="robots" content="noindex">'
BODY = re.compile(r"<body\b[^>]*>")
PAGES = Path(__file__).with_name("templates")
VERSIONS = "versions.html"
FATES = "claims.html"
"""The page of what became of each released number, at the address that it has always had."""
EDITIONS = "editions"
LINKSET = "linkset.json"
OWN_PAGES = (VERSIONS, FATES, f"{EDITIONS}/index.html")
"""The pages of the site besides those of its editions."""


@dataclass
class Place:
    """A released edition on the site, and its folder from the root.

    It is linked to the editions before and after it with the same name.
    """

    archive: Archive
    folder: str
    before: Place | None
    after: Place | None = None

    @property
    def newest(self) -> Place:
        """The newest edition with its name."""
        if self.after:
            return self.after.newest
        return self

    @property
    def changed(self) -> list[str]:
        """The parts that differ from the edition before; "pages alone" if none does."""
        before = self.before.archive.facts.parts if self.before else {}
        parts = self.archive.facts.parts
        changed = [name for name, digest in parts.items() if before.get(name) != digest]
        return changed or ["pages alone"]


def places(archives: Sequence[Archive]) -> list[Place]:
    """Return the editions, newest first, and linked by name.

    The address of an id shows the newest pages with its results; older ones have an address with
    their version.
    """
    ordered = sorted(archives, key=_age)
    newest = {archive.facts.id: archive for archive in ordered}
    last_of_name: dict[str, Place] = {}
    places = []
    for archive in ordered:
        facts = archive.facts
        is_newest = newest[facts.id] is archive
        own = facts.id if is_newest else f"{facts.id}-{facts.version}"
        place = Place(archive, f"{EDITIONS}/{own}", last_of_name.get(facts.name))
        if place.before:
            place.before.after = place
        last_of_name[facts.name] = place
        places.append(place)
    return places[::-1]


def _age(archive: Archive) -> tuple[dt.datetime, list[tuple[int, str]], str]:
    facts = archive.facts
    return facts.source.date, in_order(facts.version), facts.name


def lay_out(
    site: Path,
    archives: Sequence[Archive],
    book: Book,
    fates: Sequence[Fate],
    entries: Mapping[str, Mapping[str, Any]],
) -> None:
    """Make the folder to deploy.

    The newest default edition is at the root, and each released one in its own folder.
    """
    placed = places(archives)
    defaults = [place for place in placed if place.archive.facts.is_default]
    newest = defaults[0]
    _check_own_pages(newest.archive)
    for place in placed:
        unpack_pages(place.archive, site / place.folder)
    shutil.copytree(site / newest.folder, site, dirs_exist_ok=True)
    linkset = []
    urls = [(_url(book, name), newest.archive.facts.date) for name in OWN_PAGES]
    for root, place in [("", newest), *((place.folder, place) for place in placed)]:
        for page in pages_of(site / place.folder):  # the root has those of the newest
            here = posixpath.join(root, page)
            links = dict(_links(site, page, place))
            _dress(site / here, here, place, links, book)
            related = {rel: [{"href": _url(book, to)}] for rel, to in links.items()}
            linkset.append({"anchor": _url(book, here), **related})
            is_indexed = root != newest.folder and NOINDEX not in (site / here).read_bytes()
            if is_indexed:
                urls.append((_url(book, here), place.archive.facts.date))
    (site / LINKSET).write_text(pretty({"linkset": linkset}), encoding="utf-8")
    if book.base_url:
        sitemap = TEMPLATES.get_template("sitemap.xml").render(urls=urls)
        (site / "sitemap.xml").write_text(sitemap, encoding="utf-8")
    _keep_addresses(site, defaults, book)
    _write_own_pages(site, placed, book, fates, entries)


def _check_own_pages(newest: Archive) -> None:
    """Raise if the newest edition has a page where the site has one of its own."""
    for name in OWN_PAGES:
        if f"html/{name}" in newest.hashes:
            where = f"the page {name} of the book stands where the site has one of its own"
            raise PressError(f"{where}: give it another name, and build again")


def _write_own_pages(
    site: Path,
    placed: Sequence[Place],
    book: Book,
    fates: Sequence[Fate],
    entries: Mapping[str, Mapping[str, Any]],
) -> None:
    """Write the pages of the site itself: versions, feeds, the ledger."""
    changes = {entry.version: entry.changes for entry in book.releases}
    for name in OWN_PAGES:
        up = "../" * name.count("/")
        facts = {"places": placed, "changes": changes, "fates": fates, "entries": entries}
        template = "fates.html" if name == FATES else VERSIONS
        text = _filled(template, **facts, up=up, book=book, fates_page=FATES)
        (site / name).write_text(text, encoding="utf-8")
    for name, text in feed_files(book, fates, entries, FATES).items():
        (site / name).write_text(text, encoding="utf-8")
    for version, entry in entries.items():
        replace_file(site / RELEASED / f"{version}.json", pretty(entry).encode())


def pages_of(folder: Path) -> list[str]:
    """Return the pages of an edition, relative to its root."""
    pages = [path for path in files_of(folder) if path.suffix == ".html"]
    names = [path.relative_to(folder).as_posix() for path in pages]
    return [name for name in names if not name.startswith("_static/")]


def _keep_addresses(site: Path, defaults: Sequence[Place], book: Book) -> None:
    """Keep the addresses that the root of the site once had.

    Pages lead to their edition; other files are copied.
    """
    for place in defaults:
        for path in files_of(site / place.folder):
            name = path.relative_to(site / place.folder).as_posix()
            target = site / name
            if target.exists() or name.startswith("_"):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".html":
                here = posixpath.dirname(name) or "."
                address = quote(posixpath.relpath(f"{place.folder}/{name}", here))
                text = _filled("moved.html", book=book, address=address)
                target.write_text(text, encoding="utf-8")
            else:
                shutil.copyfile(path, target)


def _filled(template: str, **values: Any) -> str:
    """Return a page or notice of the site."""
    return environment(PAGES).get_template(template).render(**values)


def _links(site: Path, page: str, place: Place) -> Iterator[tuple[str, str]]:
    """Yield the relations of a page to others on the site.

    They are relations of RFC 5829, with paths from the root.
    """

    def same_page(other: Place) -> str:
        has_page = (site / other.folder / page).is_file()
        return f"{other.folder}/{page if has_page else 'index.html'}"

    if place.before:
        yield "predecessor-version", same_page(place.before)
    if place.after:
        yield "successor-version", same_page(place.after)
    newest = place.newest
    latest = same_page(newest)
    if newest.archive.facts.is_default:  # the published edition is at the root
        latest = latest.removeprefix(f"{newest.folder}/")
    yield "latest-version", latest
    yield "version-history", VERSIONS


def _dress(path: Path, page: str, place: Place, links: dict[str, str], book: Book) -> None:
    """Add links to other versions to the head of a page.

    An older page also gets a notice at the top.
    """
    here = posixpath.dirname(page) or "."
    near = {}
    for rel, to in {**links, "linkset": LINKSET}.items():
        near[rel] = quote(posixpath.relpath(to, here))
    head = "".join(f'<link rel="{rel}" href="{escape(to)}">\n' for rel, to in near.items())
    head = head.replace('"linkset"', '"linkset" type="application/linkset+json"', 1)
    text = path.read_bytes().decode("utf-8", "surrogateescape")  # an author's may be in another
    if place.after:
        if book.base_url:
            canonical = f'<link rel="canonical" href="{escape(_url(book, page))}">\n'
            text = CANONICAL.sub("", text)
            head = canonical + head
        newest = place.newest.archive.facts
        facts = place.archive.facts
        notice = _filled("newer-version.html", facts=facts, newest=newest, links=near)
        text = BODY.sub(lambda body: body[0] + notice, text, count=1)
    text = text.replace("</head>", f"{head}</head>", 1)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))


def _url(book: Book, path: str) -> str:
    """Return the address of a page: absolute if the site has one, else relative to its root."""
    name = path.removesuffix("index.html") if book.base_url else path
    return (book.base_url or "") + quote(name)
