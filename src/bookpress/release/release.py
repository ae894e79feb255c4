"""Release built editions.

Pack them with checksums, and lay out a site where every released edition stays.
"""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import os
import posixpath
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bookpress.book.documents import files_beside
from bookpress.book.project import Project
from bookpress.book.source import FILE, Source, git, load_source, made_from, mark_of
from bookpress.cite.deposit import REMAKE, deposit_files
from bookpress.cite.landing_page import TEMPLATES
from bookpress.cite.record import SETTINGS, Book, load_book
from bookpress.edition.editions import RELEASED
from bookpress.elements.base.templates import environment
from bookpress.errors import PressError, UsageError, nearest, quoted, short
from bookpress.files import (
    canonical,
    check_writable,
    checked,
    files_of,
    naming,
    parse_json,
    pretty,
    read,
    replace_file,
    sha256,
)
from bookpress.release import released
from bookpress.release.archives import Archive, Released, read_archive, unpack_pages
from bookpress.release.feed import feed_files
from bookpress.release.released import Fate

CANONICAL = re.compile(r'<link rel="canonical"[^>]*>')
NOINDEX = '<meta name="robots" content="noindex">'
BODY = re.compile(r"<body\b[^>]*>")
PAGES = Path(__file__).with_name("templates")
VERSIONS = "versions.html"
CLAIMS = "claims.html"
EDITIONS = "editions"
LINKSET = "linkset.json"
OWN_PAGES = (VERSIONS, CLAIMS, f"{EDITIONS}/index.html")
"""The pages that the site has besides those of its editions."""
ENDING = ".tar.gz"
NO_EVIDENCE = re.compile(rf"^{RELEASED}/|(^|/)(\.|__pycache__/)")
Content = tuple[bytes, int]
"""What is in a file, and its mode."""


def release(
    project: Project,
    names: Sequence[str],
    older: Sequence[Path],
    folder: Path,
    *,
    tag: bool = False,
) -> list[str]:
    """Pack built editions, lay out the site, and write the checksums and the ledger.

    The site has every released edition. What is in the folder already is kept, and part of the
    site. Nothing is written before everything is checked: what would lose a release, change one,
    or could not be built again, is an error.
    """
    book = load_book(project.root)
    check_deposit(project.root, book)
    editions = [_ready(project, name, book) for name in names or book.published_editions]
    missing = [str(path) for path in older if not path.is_file()]
    if missing:
        raise UsageError(
            f"no archive {', '.join(missing)}; --older takes files of earlier releases"
        )
    check_writable(folder)
    draft = folder / ".draft"
    with naming(folder):
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        try:
            made = [pack(project, edition, draft) for edition in editions]
            paths = [*made, *older, *_archives_in(folder)]
            placed = _distinct([read_archive(path) for path in paths])
            _check_whole(placed, book)
            fresh = [archive for archive in placed if archive.path in made]
            for archive in fresh:
                check_date(archive.facts, book)
            entries = released.updated(project, fresh, placed)
            fates = released.fates(project, entries)
            lay_out(draft / "site", placed, book, fates, entries)
            if tag:
                _tag(project, book.version)
            for archive in placed:
                if archive.path.parent != folder:
                    replace_file(folder / archive.path.name, read(archive.path))
            shutil.rmtree(folder / "site", ignore_errors=True)
            (draft / "site").rename(folder / "site")
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    sums = [f"{sha256(read(path))}  {path.name}\n" for path in _archives_in(folder)]
    replace_file(folder / "SHA256SUMS", "".join(sums).encode())
    released.write(project, entries)
    return sorted(archive.facts.id for archive in placed)


def _archives_in(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"[!.]*{ENDING}"))


def pack(project: Project, edition: Path, folder: Path) -> Path:
    """Write a built edition and the book's source at its commit to an archive.

    Its bytes depend on them alone.
    """
    record = parse_json(read(edition / "edition.json"), "edition.json")
    facts = checked(Released, record, f"edition {edition.name}")
    files: dict[str, Content] = {}
    for path in files_of(edition):
        files[path.relative_to(edition).as_posix()] = (read(path), 0o644)
    has_states = any(name.startswith("html/states/") for name in files)
    files["README.txt"] = (_readme(facts, has_states=has_states), 0o644)
    for name, content in _book_files(project, facts).items():
        files[f"book/{name}"] = content
    top = f"{project.settings.command}-{facts.version}-{facts.id}"
    archive = folder / f"{top}{ENDING}"
    _write_archive(archive, top, files, int(facts.source.date.timestamp()))
    return archive


def _readme(facts: Released, *, has_states: bool) -> bytes:
    """Return what an archive says of itself; the press has a command of its own for states."""
    again = f"{facts.command} --format {','.join(facts.formats)}"
    if has_states:
        again = again.replace(" build", " explore --yes", 1)
    text = TEMPLATES.get_template("readme.txt").render(facts=facts, again=again)
    return f"{text}\n".encode()


def _book_files(project: Project, facts: Released) -> dict[str, Content]:
    """Return the files of the book that can build an edition again, and where they come from."""
    files = _source_files(project, facts.source)
    hashes = {name: sha256(content) for name, (content, _) in files.items()}
    _check_evidence(project, hashes, facts)
    digest = mark_of(hashes, made_from(project))
    source = facts.source.model_copy(update={"files": digest})
    record = pretty(source.model_dump(mode="json"))
    files[FILE] = (record.encode(), 0o644)
    return files


def _write_archive(path: Path, top: str, files: Mapping[str, Content], date: int) -> None:
    """Write files, in a folder of this name and all of one date, to an archive."""
    with (
        path.open("wb") as file,
        gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as tar,
    ):
        for name, (content, mode) in sorted(files.items()):
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.size = len(content)
            entry.mtime = date
            entry.mode = mode
            tar.addfile(entry, io.BytesIO(content))


def _source_files(project: Project, source: Source) -> dict[str, Content]:
    """Return the files of the book at a commit, with their modes."""
    command = ["git", "-C", str(project.root), "archive", "--format=tar", source.commit]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        why = short(done.stderr.decode())
        raise PressError(f"the commit {source.commit} is not in this repository: {why}")
    files = {}
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() else None
            if content:
                files[member.name] = (content.read(), member.mode & 0o755)
            elif not member.isdir():
                link = f"the repository holds a link, {member.name}"
                raise PressError(f"{link}: an archive holds only files")
    return files


def _check_evidence(project: Project, hashes: Mapping[str, str], facts: Released) -> None:
    """Raise where the evidence of an edition is not in the source.

    The archive could not build it again.
    """
    folder = os.path.relpath(project.data, project.root)
    evidence = {}
    for path, digest in hashes.items():
        name = path.removeprefix(f"{folder}/")
        if name != path and not NO_EVIDENCE.search(name):
            evidence[name] = digest
    for name in files_beside(project):
        evidence[f"./{name}"] = hashes.get(name, "")
    if sha256(canonical(evidence).encode()) != facts.parts["evidence"]:
        missing = f"the evidence in {folder}, or beside the chapters, is not all in the commit"
        raise PressError(f"{missing} that the edition is made from")


def _ready(project: Project, name: str, book: Book) -> Path:
    """Return the folder of a built edition that may be released: its archive can build it again."""
    if name not in project.built:
        raise UsageError(f"no built edition {quoted(name)}{nearest(name, project.built)}")
    folder = project.editions / name
    source = load_source(project)
    record: dict[str, Any] = json.loads(read(folder / "edition.json"))
    if source is None:
        where = f"{project.root} is in no git repository"
        raise PressError(f"{where}: an archive holds the source at a commit")
    if source.uncommitted:
        changes = "the book has changes that are not committed"
        raise PressError(f"{changes}: commit them, build again, release")
    now = source.model_dump(mode="json", exclude={"files"})
    if record.get("source") != now or record.get("version") != book.version:
        stale = f"the edition {quoted(name)} was built from something else than what is committed"
        raise PressError(f"{stale}: build it again")
    return folder


def check_deposit(root: Path, book: Book) -> None:
    """Raise where a file for others, such as CITATION.cff, says something else than the book."""
    for name, content in deposit_files(book).items():
        path = root / name
        if path.is_file() and read(path).decode("utf-8", "replace") != content:
            remedy = f"{REMAKE}, commit, and build again"
            raise PressError(f"{name} does not say what {SETTINGS} says: {remedy}")


def check_date(facts: Released, book: Book) -> None:
    """Raise where the list of releases gives a version another date than its edition has."""
    for entry in book.releases:
        is_it = facts.is_default and entry.version == book.version
        if is_it and entry.date not in (None, facts.date):
            stated = f"version {book.version} is of {entry.date} in `releases`"
            made = f"and its edition of {facts.date}"
            raise PressError(f"{SETTINGS}: {stated}, {made}: set `date` to the same day")


def _distinct(archives: Sequence[Archive]) -> list[Archive]:
    """Return each archive once.

    A version of an edition has one content for ever, an id one set of results.
    """
    by_name: dict[str, Archive] = {}
    for archive in archives:
        for other in by_name.values():
            _check_agreement(other, archive)
        by_name.setdefault(archive.path.name, archive)
    return list(by_name.values())


def _check_agreement(one: Archive, other: Archive) -> None:
    """Raise where two archives claim the same and hold something else."""
    first = one.facts
    second = other.facts
    claim = f"{one.path.name} and {other.path.name} claim the same"
    is_same_edition = first.name == second.name or first.id == second.id
    if first.version == second.version and is_same_edition:
        if one.hashes != other.hashes:
            again = f"what was released stays; give the book a new version in {SETTINGS}"
            raise PressError(f"{claim} version with other content: {again}")
    elif first.id == second.id and first.results_sha256 != second.results_sha256:
        meaning = "an id stands for the results that were released first"
        raise PressError(f"{claim} id with other results: {meaning}")


def _check_whole(archives: Sequence[Archive], book: Book) -> None:
    """Raise where the site would have a hole.

    That is a version or an edition that is published and not at hand.
    """
    editions = [archive.facts for archive in archives]
    if not any(facts.is_default for facts in editions):
        missing = "no default edition is among what is released"
        raise PressError(f"{missing}: the root of the site shows it")
    versions = [entry.version for entry in book.releases]
    if versions and book.version not in versions:
        missing = f"{SETTINGS}: version {book.version} is not among `releases`"
        raise PressError(f"{missing}: say its date and what changed")
    here = {facts.version for facts in editions}
    lost = [f"version {version}" for version in versions if version not in here]
    latest = {facts.name for facts in editions if facts.version == book.version}
    unreleased = [name for name in book.published_editions if name not in latest]
    lost += [f"the {name} edition of {book.version}" for name in unreleased]
    if lost:
        remedy = "release it too, or name its archive with --older"
        raise PressError(f"{lost[0]} is published and not at hand: {remedy}")


def _tag(project: Project, version: str) -> None:
    """Give the commit a tag; one that stands elsewhere stays."""
    name = f"v{version}"
    source = load_source(project)
    tagged = git(project.root, "rev-parse", "--quiet", "--verify", f"{name}^{{commit}}")
    if source and tagged is None:
        git(project.root, "tag", name, source.commit)
    elif source and tagged != source.commit:
        elsewhere = f"the tag {name} stands at another commit, {tagged}"
        raise PressError(f"{elsewhere}: give the book a new version in {SETTINGS}")


@dataclass
class Place:
    """A released edition on the site, and its folder from the root.

    With the one before and the one after it under its name.
    """

    archive: Archive
    folder: str
    before: Place | None
    after: Place | None = None

    @property
    def newest(self) -> Place:
        """The last of its name."""
        return self.after.newest if self.after else self

    @property
    def changed(self) -> list[str]:
        """The parts that are not those of the edition before; pages, where all are."""
        before = self.before.archive.facts.parts if self.before else {}
        parts = self.archive.facts.parts
        changed = [name for name, digest in parts.items() if before.get(name) != digest]
        return changed or ["pages alone"]


def places(archives: Sequence[Archive]) -> list[Place]:
    """Return the editions from the newest to the oldest, those of a name in a row of their own.

    The address of an id shows the newest pages with its results; older ones have one with their
    version.
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


def _age(archive: Archive) -> tuple[dt.datetime, str, str]:
    facts = archive.facts
    return facts.source.date, facts.version, facts.name


def lay_out(
    site: Path,
    archives: Sequence[Archive],
    book: Book,
    fates: Sequence[Fate],
    entries: Mapping[str, Mapping[str, Any]],
) -> None:
    """Make the folder to deploy.

    The newest default edition is at the root, each released one in a folder of its own.
    """
    placed = places(archives)
    defaults = [place for place in placed if place.archive.facts.is_default]
    newest = defaults[0]
    for place in placed:
        unpack_pages(place.archive, site / place.folder)
    shutil.copytree(site / newest.folder, site, dirs_exist_ok=True)
    linkset = []
    urls = [(_url(book, name), newest.archive.facts.date) for name in OWN_PAGES]
    for root, place in [("", newest), *((place.folder, place) for place in placed)]:
        for page in pages_of(site / root):
            here = posixpath.join(root, page)
            links = dict(_links(site, page, place))
            _dress(site / here, here, place, links, book)
            related = {rel: [{"href": _url(book, to)}] for rel, to in links.items()}
            linkset.append({"anchor": _url(book, here), **related})
            if root != newest.folder and NOINDEX not in (site / here).read_text("utf-8"):
                urls.append((_url(book, here), place.archive.facts.date))
    (site / LINKSET).write_text(pretty({"linkset": linkset}), encoding="utf-8")
    if book.base_url:
        sitemap = TEMPLATES.get_template("sitemap.xml").render(urls=urls)
        (site / "sitemap.xml").write_text(sitemap, encoding="utf-8")
    _keep_addresses(site, defaults, book)
    _write_own_pages(site, placed, book, fates, entries)


def _write_own_pages(
    site: Path,
    placed: Sequence[Place],
    book: Book,
    fates: Sequence[Fate],
    entries: Mapping[str, Mapping[str, Any]],
) -> None:
    """Write what is of the site and of no edition: pages on versions, feeds, the ledger."""
    changes = {entry.version: entry.changes for entry in book.releases}
    for name in OWN_PAGES:
        up = "../" * name.count("/")
        facts = {"places": placed, "changes": changes, "fates": fates, "entries": entries}
        template = CLAIMS if name == CLAIMS else VERSIONS
        text = _filled(template, **facts, up=up, book=book)
        (site / name).write_text(text, encoding="utf-8")
    for name, text in feed_files(book, fates, entries, CLAIMS).items():
        (site / name).write_text(text, encoding="utf-8")
    for version, entry in entries.items():
        replace_file(site / RELEASED / f"{version}.json", pretty(entry).encode())


def pages_of(folder: Path) -> list[str]:
    """Return the pages of an edition, from its root."""
    pages = [path for path in files_of(folder) if path.suffix == ".html"]
    names = [path.relative_to(folder).as_posix() for path in pages]
    return [name for name in names if not name.startswith(("_static/", f"{EDITIONS}/"))]


def _keep_addresses(site: Path, defaults: Sequence[Place], book: Book) -> None:
    """Let what the root of the site once held be found where it was.

    Pages lead on to their edition.
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
    """Return a page or notice that belongs to the site."""
    return environment(PAGES).get_template(template).render(**values)


def _links(site: Path, page: str, place: Place) -> Iterator[tuple[str, str]]:
    """Yield how a page is related to others of the site.

    Relations of RFC 5829, and paths from the root.
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
    if newest.archive.facts.is_default:  # the published edition is read at the root
        latest = latest.removeprefix(f"{newest.folder}/")
    yield "latest-version", latest
    yield "version-history", VERSIONS


def _dress(path: Path, page: str, place: Place, links: dict[str, str], book: Book) -> None:
    """Write into the head of a page where its other versions are.

    On top of an older one also that it is older.
    """
    here = posixpath.dirname(page) or "."
    near = {}
    for rel, to in {**links, "linkset": LINKSET}.items():
        near[rel] = quote(posixpath.relpath(to, here))
    head = "".join(f'<link rel="{rel}" href="{escape(to)}">\n' for rel, to in near.items())
    head = head.replace('"linkset"', '"linkset" type="application/linkset+json"', 1)
    text = path.read_text(encoding="utf-8")
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
    path.write_text(text, encoding="utf-8", newline="")


def _url(book: Book, path: str) -> str:
    """Return the address of a page: absolute where the site has one, else from its root."""
    name = path.removesuffix("index.html") if book.base_url else path
    return (book.base_url or "") + quote(name)
