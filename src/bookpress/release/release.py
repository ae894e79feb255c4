"""Release built editions: pack them with checksums, and lay out a site where every released edition stays."""

from __future__ import annotations

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

from bookpress.book.editions import RELEASED
from bookpress.book.project import Project
from bookpress.book.source import FILE, Source, git, load_source, made_from, mark_of
from bookpress.citation.landing_page import TEMPLATES
from bookpress.citation.record import SETTINGS, Book, load_book
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
from bookpress.page.base.templates import environment, fill
from bookpress.release import released
from bookpress.release.released import Archive, Fate, Released, read_archive, unpack_pages

CANONICAL = re.compile(r'<link rel="canonical"[^>]*>')
BODY = re.compile(r"<body\b[^>]*>")
VERSIONS, CLAIMS, EDITIONS, LINKSET = "versions.html", "claims.html", "editions", "linkset.json"
ENDING = ".tar.gz"
NO_EVIDENCE = re.compile(rf"^{RELEASED}/|(^|/)(\.|__pycache__/)")


def release(
    project: Project,
    names: Sequence[str],
    older: Sequence[Path],
    folder: Path,
    *,
    tag: bool = False,
) -> list[str]:
    """Pack built editions, lay out the site with every released one, and write the checksums and the ledger.

    What is in the folder already is kept, and part of the site. Nothing is written before everything is checked: what
    would lose a release, change one, or could not be built again, is an error.
    """
    book = load_book(project.root)
    editions = [_ready(project, name, book) for name in names or book.published_editions]
    missing = [path for path in older if not path.is_file()]
    if missing:
        raise UsageError(
            f"no archive {', '.join(map(str, missing))}; --older takes files of earlier releases"
        )
    check_writable(folder)
    draft = folder / ".draft"
    with naming(folder):
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        try:
            made = [pack(project, edition, draft) for edition in editions]
            placed = _distinct(
                [
                    read_archive(path)
                    for path in [*made, *older, *sorted(folder.glob(f"[!.]*{ENDING}"))]
                ]
            )
            _check_whole(placed, book)
            entries = released.updated(project, [one for one in placed if one.path in made], placed)
            lay_out(draft / "site", placed, book, released.fates(project, entries))
            if tag:
                _tag(project, book.version)
            for archive in placed:
                if archive.path.parent != folder:
                    replace_file(folder / archive.path.name, read(archive.path))
            shutil.rmtree(folder / "site", ignore_errors=True)
            (draft / "site").rename(folder / "site")
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    sums = [
        f"{sha256(read(path))}  {path.name}\n" for path in sorted(folder.glob(f"[!.]*{ENDING}"))
    ]
    replace_file(folder / "SHA256SUMS", "".join(sums).encode())
    released.write(project, entries)
    return sorted(archive.facts.id for archive in placed)


def pack(project: Project, edition: Path, folder: Path) -> Path:
    """Write a built edition and the book's source at its commit to an archive; its bytes depend on them alone."""
    facts = checked(
        Released,
        parse_json(read(edition / "edition.json"), "edition.json"),
        f"edition {edition.name}",
    )
    top, date = (
        f"{project.settings.command}-{facts.version}-{facts.id}",
        int(facts.source.date.timestamp()),
    )
    files = {
        path.relative_to(edition).as_posix(): (read(path), 0o644) for path in files_of(edition)
    }
    book = _source_files(project, facts.source)
    hashes = {name: sha256(content) for name, (content, _) in book.items()}
    _check_evidence(project, hashes, facts)
    known = facts.source.model_copy(update={"files": mark_of(hashes, made_from(project))})
    book[FILE] = pretty(known.model_dump(mode="json")).encode(), 0o644
    again = f"{facts.command} --format {','.join(facts.formats)}"
    if any(
        name.startswith("html/states/") for name in files
    ):  # the press has a command of its own for them
        again = again.replace(" build", " explore --yes", 1)
    files["README.txt"] = (
        TEMPLATES.get_template("readme.txt").render(facts=facts, again=again).encode() + b"\n",
        0o644,
    )
    files |= {f"book/{name}": content for name, content in book.items()}
    archive = folder / f"{top}.tar.gz"
    with (
        archive.open("wb") as file,
        gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as tar,
    ):
        for name, (content, mode) in sorted(files.items()):
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.size, entry.mtime, entry.mode = len(content), date, mode
            tar.addfile(entry, io.BytesIO(content))
    return archive


def _source_files(project: Project, source: Source) -> dict[str, tuple[bytes, int]]:
    """Return the files of the book at a commit, with their modes."""
    command = ["git", "-C", str(project.root), "archive", "--format=tar", source.commit]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise PressError(
            f"the commit {source.commit} is not in this repository: {short(done.stderr.decode())}"
        )
    found = {}
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        for member in tar:
            if member.isfile() and (content := tar.extractfile(member)):
                found[member.name] = content.read(), member.mode & 0o755
            elif not member.isdir():
                raise PressError(
                    f"the repository holds a link, {member.name}: an archive holds only files"
                )
    return found


def _check_evidence(project: Project, hashes: Mapping[str, str], facts: Released) -> None:
    """Raise where the evidence of an edition is not in the source: the archive could not build it again."""
    folder = os.path.relpath(project.data, project.root)
    inside = {
        name.removeprefix(f"{folder}/"): mark
        for name, mark in hashes.items()
        if name.startswith(f"{folder}/")
    }
    evidence = {name: mark for name, mark in inside.items() if not NO_EVIDENCE.search(name)}
    if sha256(canonical(evidence).encode()) != facts.parts["evidence"]:
        raise PressError(
            f"the evidence in {folder} is not all in the commit that the edition is made from"
        )


def _ready(project: Project, name: str, book: Book) -> Path:
    """Return the folder of a built edition that may be released: its archive can build it again."""
    if name not in project.built:
        raise UsageError(f"no built edition {quoted(name)}{nearest(name, project.built)}")
    folder, source = project.editions / name, load_source(project)
    record: dict[str, Any] = json.loads(read(folder / "edition.json"))
    if source is None:
        raise PressError(
            f"{project.root} is in no git repository: an archive holds the source at a commit"
        )
    if source.uncommitted:
        raise PressError(
            "the book has changes that are not committed: commit them, build again, release"
        )
    now = source.model_dump(mode="json", exclude={"files"})
    if (record.get("source"), record.get("version")) != (now, book.version):
        raise PressError(
            f"the edition {quoted(name)} was built from something else than what is committed: build it again"
        )
    return folder


def _distinct(archives: Sequence[Archive]) -> list[Archive]:
    """Return each archive once. A version of an edition has one content for ever, an id one set of results."""
    found: dict[str, Archive] = {}
    for archive in archives:
        facts = archive.facts
        for other in found.values():
            said, claim = other.facts, f"{other.path.name} and {archive.path.name} claim the same"
            if said.version == facts.version and (said.name == facts.name or said.id == facts.id):
                if archive.hashes != other.hashes:
                    again = f"what was released stays; give the book a new version in {SETTINGS}"
                    raise PressError(f"{claim} version with other content: {again}")
            elif said.id == facts.id and said.results_sha256 != facts.results_sha256:
                raise PressError(
                    f"{claim} id with other results: an id stands for the results that were released first"
                )
        found.setdefault(archive.path.name, archive)
    return list(found.values())


def _check_whole(archives: Sequence[Archive], book: Book) -> None:
    """Raise where the site would have a hole: a version or an edition that is published and not at hand."""
    if not any(archive.facts.is_default for archive in archives):
        raise PressError(
            "no default edition is among what is released: the root of the site shows it"
        )
    versions = [one.version for one in book.releases]
    if versions and book.version not in versions:
        raise PressError(
            f"{SETTINGS}: version {book.version} is not among `releases`: say its date and what changed"
        )
    here = {archive.facts.version for archive in archives}
    lost = [f"version {version}" for version in versions if version not in here]
    latest = {archive.facts.name for archive in archives if archive.facts.version == book.version}
    lost += [
        f"the {name} edition of {book.version}"
        for name in book.published_editions
        if name not in latest
    ]
    if lost:
        raise PressError(
            f"{lost[0]} is published and not at hand: release it too, or name its archive with --older"
        )


def _tag(project: Project, version: str) -> None:
    """Give the commit a tag; one that stands elsewhere stays."""
    name, source = f"v{version}", load_source(project)
    at = git(project.root, "rev-parse", "--quiet", "--verify", f"{name}^{{commit}}")
    if source and at is None:
        git(project.root, "tag", name, source.commit)
    elif source and at != source.commit:
        raise PressError(
            f"the tag {name} stands at another commit, {at}: give the book a new version in {SETTINGS}"
        )


@dataclass
class Place:
    """A released edition on the site, its folder from the root, and the one before and after it under its name."""

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
        return [
            name for name, mark in self.archive.facts.parts.items() if before.get(name) != mark
        ] or ["pages alone"]


def places(archives: Sequence[Archive]) -> list[Place]:
    """Return the editions from the newest to the oldest, those of a name in a row of their own.

    The address of an id shows the newest pages with its results; older ones have one with their version.
    """
    ordered = sorted(
        archives, key=lambda one: (one.facts.source.date, one.facts.version, one.facts.name)
    )
    latest = {one.facts.id: one for one in ordered}
    found, last = list[Place](), dict[str, Place]()
    for archive in ordered:
        facts = archive.facts
        own = facts.id if latest[facts.id] is archive else f"{facts.id}-{facts.version}"
        place = Place(archive, f"{EDITIONS}/{own}", last.get(facts.name))
        if place.before:
            place.before.after = place
        last[facts.name] = place
        found.append(place)
    return found[::-1]


def lay_out(site: Path, archives: Sequence[Archive], book: Book, fates: Sequence[Fate]) -> None:
    """Make the folder to deploy: the newest default edition at the root, each released one in a folder of its own."""
    placed = places(archives)
    newest = next(place for place in placed if place.archive.facts.is_default)
    for place in placed:
        unpack_pages(place.archive, site / place.folder)
    shutil.copytree(site / newest.folder, site, dirs_exist_ok=True)
    linkset, own = [], (VERSIONS, CLAIMS, f"{EDITIONS}/index.html")
    urls = [(_url(book, name), newest.archive.facts.date) for name in own]
    for root, place in [("", newest), *((place.folder, place) for place in placed)]:
        for page in pages_of(site / root):
            links = dict(_links(site, page, place))
            here = posixpath.join(root, page)
            _dress(site / here, here, place, links, book)
            related = {rel: [{"href": _url(book, to)}] for rel, to in links.items()}
            linkset.append({"anchor": _url(book, here), **related})
            urls += [(_url(book, here), place.archive.facts.date)] if root != newest.folder else []
    (site / LINKSET).write_text(pretty({"linkset": linkset}), encoding="utf-8")
    if book.base_url:
        (site / "sitemap.xml").write_text(
            TEMPLATES.get_template("sitemap.xml").render(urls=urls), encoding="utf-8"
        )
    _keep_addresses(site, [place for place in placed if place.archive.facts.is_default], book)
    changes = {one.version: one.changes for one in book.releases}
    for name, up in ((VERSIONS, ""), (CLAIMS, ""), (f"{EDITIONS}/index.html", "../")):
        template = environment("apart").get_template(CLAIMS if name == CLAIMS else VERSIONS)
        text = template.render(places=placed, changes=changes, fates=fates, up=up, book=book)
        (site / name).write_text(text, encoding="utf-8")


def pages_of(folder: Path) -> list[str]:
    """Return the pages of an edition, from its root."""
    names = (
        path.relative_to(folder).as_posix() for path in files_of(folder) if path.suffix == ".html"
    )
    return [name for name in names if not name.startswith(("_static/", f"{EDITIONS}/"))]


def _keep_addresses(site: Path, defaults: Sequence[Place], book: Book) -> None:
    """Let what the root of the site once held be found where it was: pages lead on to their edition."""
    for place in defaults:
        for path in files_of(site / place.folder):
            name = path.relative_to(site / place.folder).as_posix()
            if (site / name).exists() or name.startswith("_"):
                continue
            (site / name).parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".html":
                address = quote(
                    posixpath.relpath(f"{place.folder}/{name}", posixpath.dirname(name) or ".")
                )
                (site / name).write_text(
                    fill("moved.html", book=book, address=address), encoding="utf-8"
                )
            else:
                shutil.copyfile(path, site / name)


def _links(site: Path, page: str, place: Place) -> Iterator[tuple[str, str]]:
    """Yield how a page is related to others of the site: relations of RFC 5829, and paths from the root."""

    def same_page(other: Place) -> str:
        return (
            f"{other.folder}/{page}"
            if (site / other.folder / page).is_file()
            else f"{other.folder}/index.html"
        )

    if place.before:
        yield "predecessor-version", same_page(place.before)
    if place.after:
        yield "successor-version", same_page(place.after)
    newest = place.newest
    at_root = newest.archive.facts.is_default  # where the published edition is read
    yield "latest-version", same_page(newest).removeprefix(f"{newest.folder}/" if at_root else "")
    yield "version-history", VERSIONS


def _dress(path: Path, page: str, place: Place, links: dict[str, str], book: Book) -> None:
    """Write into the head of a page where its other versions are, and on top of an older one that it is older."""
    here = posixpath.dirname(page) or "."
    near = {
        rel: quote(posixpath.relpath(to, here)) for rel, to in {**links, "linkset": LINKSET}.items()
    }
    head = "".join(f'<link rel="{rel}" href="{escape(to)}">\n' for rel, to in near.items())
    head = head.replace('"linkset"', '"linkset" type="application/linkset+json"', 1)
    text = path.read_text(encoding="utf-8")
    if place.after:
        if book.base_url:
            canonical = f'<link rel="canonical" href="{escape(_url(book, page))}">\n'
            text, head = CANONICAL.sub("", text), canonical + head
        newest = place.newest.archive.facts
        notice = fill("newer-version.html", facts=place.archive.facts, newest=newest, links=near)
        text = BODY.sub(lambda found: found[0] + notice, text, count=1)
    path.write_text(text.replace("</head>", f"{head}</head>", 1), encoding="utf-8", newline="")


def _url(book: Book, path: str) -> str:
    """Return the address of a page: absolute where the site has one, else from its root."""
    name = path.removesuffix("index.html") if book.base_url else path
    return (book.base_url or "") + quote(name)
