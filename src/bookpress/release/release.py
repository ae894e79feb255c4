"""Release built editions: pack them with checksums, and lay out a site where every released edition stays."""

from __future__ import annotations

import gzip
import io
import json
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

from bookpress.book.project import Project
from bookpress.book.source import FILE, Source, git, load_source, made_from, mark_of
from bookpress.build.ro_crate import EVIDENCE, NAME
from bookpress.citation.extension import TEMPLATES
from bookpress.citation.record import SETTINGS, Book, load_book
from bookpress.errors import PressError, UsageError, nearest, quoted, short
from bookpress.files import check_writable, checked, files_of, naming, parse_json, pretty, read, replace_file, sha256
from bookpress.page.base.templates import environment, fill
from bookpress.release import released
from bookpress.release.released import Archive, Released, changed_file, read_archive, unpack_pages

CANONICAL = re.compile(r'<link rel="canonical"[^>]*>')
BODY = re.compile(r"<body\b[^>]*>")
VERSIONS, EDITIONS, LINKSET = "versions.html", "editions", "linkset.json"
ENDING = ".tar.gz"
README = """{title}

Version {version}, edition {id}, of {date}; commit {commit}.

html/     the pages: open html/index.html
source/   what the pages were made from: executed notebooks, settings, pages
book/     the source at that commit, with the evidence; source.json in it says which
results.json, statements.json, edition.json: numbers with intervals, what sentences rest on, parameters and hashes
ro-crate-metadata.json names every file with its SHA-256, how each chapter was run, and the packages

To build it again: in book/, with the packages of requirements.lock, {again}
"""


def release(
    project: Project, names: Sequence[str], older: Sequence[Path], folder: Path, *, tag: bool = False
) -> list[str]:
    """Pack built editions, lay out the site with every released one, and write the checksums and the ledger.

    What is in the folder already is kept, and part of the site. Nothing is written before everything is checked.

    Raises
    ------
    UsageError
        If there is no such built edition, or no such archive.
    PressError
        If the folder cannot be written, an edition cannot be built again from what is committed, something else was
        released under its version or id, an edition that was released is not at hand, or an archive is not one of ours.
    """
    book = load_book(project.root)
    names = names or book.published_editions
    editions = [_ready(project, name, book) for name in names]
    missing = [path for path in older if not path.is_file()]
    if missing:
        raise UsageError(f"no archive {', '.join(map(str, missing))}; --older takes files of earlier releases")
    check_writable(folder)
    draft = folder / ".draft"
    with naming(folder):
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        try:
            made = [pack(project, edition, draft) for edition in editions]
            placed = _distinct([read_archive(path) for path in [*made, *older, *sorted(folder.glob(f"[!.]*{ENDING}"))]])
            _check_whole(placed, book)
            entries = released.updated(project, [one for one in placed if one.path in made], placed)
            lay_out(draft / "site", placed, book)
            if tag:
                _tag(project, book.version)
            for archive in placed:
                if archive.path.parent != folder:
                    replace_file(folder / archive.path.name, read(archive.path))
            shutil.rmtree(folder / "site", ignore_errors=True)
            (draft / "site").rename(folder / "site")
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    sums = [f"{sha256(read(path))}  {path.name}\n" for path in sorted(folder.glob(f"[!.]*{ENDING}"))]
    replace_file(folder / "SHA256SUMS", "".join(sums).encode())
    for path, content in entries.items():
        replace_file(path, content)
    return sorted(archive.facts.id for archive in placed)


def pack(project: Project, edition: Path, folder: Path) -> Path:
    """Write a built edition and the book's source at its commit to an archive; its bytes depend on them alone."""
    facts = checked(Released, parse_json(read(edition / "edition.json"), "edition.json"), f"edition {edition.name}")
    top, date = f"{project.settings.command}-{facts.version}-{facts.id}", int(facts.source.date.timestamp())
    files = {path.relative_to(edition).as_posix(): (read(path), 0o644) for path in files_of(edition)}
    book = _source_files(project, facts.source)
    places, hashes = made_from(project), {name: sha256(content) for name, (content, _) in book.items()}
    known = facts.source.model_copy(update={"files": mark_of(hashes, places)})
    book[FILE] = pretty(known.model_dump(mode="json")).encode(), 0o644
    changed = changed_file({name: sha256(content) for name, (content, _) in files.items()}, files[NAME][0])
    if changed:
        raise PressError(f"{edition} is damaged: {changed}; build it again")
    _check_evidence(project, hashes, files[NAME][0])
    again = f"{facts.command} --format {','.join(facts.formats)}"
    if any(name.startswith("html/states/") for name in files):  # the press has a command of its own for them
        again = again.replace(" build", " explore --yes", 1)
    files["README.txt"] = README.format(**facts.model_dump(), commit=facts.source.commit, again=again).encode(), 0o644
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
        raise PressError(f"the commit {source.commit} is not in this repository: {short(done.stderr.decode())}")
    found = {}
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        for member in tar:
            if member.isfile() and (content := tar.extractfile(member)):
                found[member.name] = content.read(), member.mode & 0o755
            elif not member.isdir():
                raise PressError(f"the repository holds a link, {member.name}: an archive holds only files")
    return found


def _check_evidence(project: Project, hashes: Mapping[str, str], crate: bytes) -> None:
    """Raise where the evidence of an edition is not in the source: the archive could not build it again."""
    folder = project.data.relative_to(project.root) if project.data.is_relative_to(project.root) else project.data
    for entity in parse_json(crate, NAME)["@graph"]:
        if entity["@id"].startswith(f"{EVIDENCE}-") and "sha256" in entity:
            name = entity["@id"].removeprefix(f"{EVIDENCE}-")
            if hashes.get(f"{folder}/{name}") != entity["sha256"]:
                raise PressError(f"the evidence {folder}/{name} is not in the commit that the edition is made from")


def _ready(project: Project, name: str, book: Book) -> Path:
    """Return the folder of a built edition that may be released: its archive can build it again."""
    if name not in project.built:
        raise UsageError(f"no built edition {quoted(name)}{nearest(name, project.built)}")
    folder, source = project.editions / name, load_source(project)
    record: dict[str, Any] = json.loads(read(folder / "edition.json"))
    if source is None:
        raise PressError(f"{project.root} is in no git repository: an archive holds the source at a commit")
    if source.uncommitted:
        raise PressError("the book has changes that are not committed: commit them, build again, release")
    now = source.model_dump(mode="json", exclude={"files"})
    if (record.get("source"), record.get("version")) != (now, book.version):
        raise PressError(
            f"the edition {quoted(name)} was built from something else than what is committed: build it again"
        )
    return folder


def _distinct(archives: Sequence[Archive]) -> list[Archive]:
    """Return each archive once; two that claim one id, or one version of an edition, are refused."""
    found: dict[str, Archive] = {}
    for archive in archives:
        facts = archive.facts
        for other in found.values():
            same_id, same_version = other.facts.id == facts.id, other.facts.version == facts.version
            if not (same_id or (same_version and other.facts.name == facts.name)):
                continue
            if archive.hashes != other.hashes:
                raise PressError(
                    f"{other.path.name} and {archive.path.name} claim the same {'id' if same_id else 'version'} with "
                    f"other content: what was released stays; give the book a new version in {SETTINGS}"
                    + (", and release it with the next change of chapters, evidence or code" if same_id else "")
                )
        found[facts.id] = found.get(facts.id, archive)
    return list(found.values())


def _check_whole(archives: Sequence[Archive], book: Book) -> None:
    """Raise where the site would have a hole: a version or an edition that is published and not at hand."""
    if not any(archive.facts.is_default for archive in archives):
        raise PressError("no default edition is among what is released: the root of the site shows it")
    versions = [one.version for one in book.releases]
    if versions and book.version not in versions:
        raise PressError(f"{SETTINGS}: version {book.version} is not among `releases`: say its date and what changed")
    here = {archive.facts.version for archive in archives}
    lost = [f"version {version}" for version in versions if version not in here]
    latest = {archive.facts.name for archive in archives if archive.facts.version == book.version}
    lost += [f"the {name} edition of {book.version}" for name in book.published_editions if name not in latest]
    if lost:
        raise PressError(f"{lost[0]} is published and not at hand: release it too, or name its archive with --older")


def _tag(project: Project, version: str) -> None:
    """Give the commit a tag; one that stands elsewhere stays."""
    name, source = f"v{version}", load_source(project)
    at = git(project.root, "rev-parse", "--quiet", "--verify", f"{name}^{{commit}}")
    if source and at is None:
        git(project.root, "tag", name, source.commit)
    elif source and at != source.commit:
        raise PressError(f"the tag {name} stands at another commit, {at}: give the book a new version in {SETTINGS}")


@dataclass(frozen=True)
class Place:
    """A released edition on the site, with the one before and after it under its name, and the newest."""

    archive: Archive
    before: Archive | None
    after: Archive | None
    newest: Archive

    @property
    def changed(self) -> list[str]:
        """The parts that are not those of the edition before."""
        before = self.before.facts.parts if self.before else {}
        return [name for name, mark in self.archive.facts.parts.items() if before.get(name) != mark]

    @property
    def revised(self) -> list[tuple[str, str, str]]:
        """The results of the edition before that are no longer what they were: name, what it was, what it is."""
        before, now = self.before.results if self.before else {}, self.archive.results
        pairs = {(slug, key): now.get(slug, {}).get(key) for slug, found in before.items() for key in found}
        return [
            (
                f"{slug}:{key}",
                *(released.apart(before[slug][key], one) if one else (released.shown(before[slug][key]), "withdrawn")),
            )
            for (slug, key), one in pairs.items()
            if one is None or one["value"] != before[slug][key]["value"]
        ]

    @property
    def folder(self) -> str:
        """Its own address, from the root of the site."""
        return folder_of(self.archive)


def folder_of(archive: Archive) -> str:
    """Return the folder of an edition, from the root of the site."""
    return f"{EDITIONS}/{archive.facts.id}"


def places(archives: Sequence[Archive]) -> list[Place]:
    """Return the editions from the newest to the oldest, those of a name in a row of their own."""
    ordered = sorted(archives, key=lambda one: (one.facts.source.date, one.facts.version, one.facts.name))
    found = []
    for archive in ordered:
        row = [one for one in ordered if one.facts.name == archive.facts.name]
        at = row.index(archive)
        found.append(Place(archive, row[at - 1] if at else None, (*row, None)[at + 1], row[-1]))
    return found[::-1]


def lay_out(site: Path, archives: Sequence[Archive], book: Book) -> list[Place]:
    """Make the folder to deploy: the newest default edition at the root, each released one under ``editions/<id>/``."""
    placed = places(archives)
    newest = next(place.archive for place in placed if place.archive.facts.is_default)
    for place in placed:
        unpack_pages(place.archive, site / place.folder)
    shutil.copytree(site / folder_of(newest), site, dirs_exist_ok=True)
    linkset, urls = [], [(_url(book, name), newest.facts.date) for name in (VERSIONS, f"{EDITIONS}/index.html")]
    roots = [("", place) for place in placed if place.archive is newest]
    for root, place in [*roots, *((place.folder, place) for place in placed)]:
        for page in pages_of(site / root):
            links = dict(_links(site, page, place))
            here = posixpath.join(root, page)
            _dress(site / here, here, place, links, book)
            related = {rel: [{"href": _url(book, to)}] for rel, to in links.items()}
            linkset.append({"anchor": _url(book, here), **related})
            urls += [(_url(book, here), place.archive.facts.date)] if root != folder_of(newest) else []
    (site / LINKSET).write_text(pretty({"linkset": linkset}), encoding="utf-8")
    if book.base_url:
        (site / "sitemap.xml").write_text(TEMPLATES.get_template("sitemap.xml").render(urls=urls), encoding="utf-8")
    _keep_addresses(site, [place for place in placed if place.archive.facts.is_default], book)
    _list_versions(site, placed, book)
    return placed


def _list_versions(site: Path, placed: Sequence[Place], book: Book) -> None:
    changes = {one.version: one.changes for one in book.releases}
    template = environment("apart").get_template("versions.html")
    for name, up in ((VERSIONS, ""), (f"{EDITIONS}/index.html", "../")):
        text = template.render(title=f"Versions of {book.title}", places=placed, changes=changes, up=up, book=book)
        (site / name).write_text(text, encoding="utf-8")


def pages_of(folder: Path) -> list[str]:
    """Return the pages of an edition, from its root."""
    names = (path.relative_to(folder).as_posix() for path in files_of(folder) if path.suffix == ".html")
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
                address = quote(posixpath.relpath(f"{place.folder}/{name}", posixpath.dirname(name) or "."))
                text = fill("moved.html", book=book, address=address)
                (site / name).write_text(text, encoding="utf-8")
            else:
                shutil.copyfile(path, site / name)


def _links(site: Path, page: str, place: Place) -> Iterator[tuple[str, str]]:
    """Yield how a page is related to others of the site: relations of RFC 5829, and paths from the root."""

    def same_page(archive: Archive) -> str:
        folder = folder_of(archive)
        return f"{folder}/{page}" if (site / folder / page).is_file() else f"{folder}/index.html"

    if place.before:
        yield "predecessor-version", same_page(place.before)
    if place.after:
        yield "successor-version", same_page(place.after)
    newest = same_page(place.newest)
    at_root = place.newest.facts.is_default  # where the published edition is read
    yield "latest-version", newest.removeprefix(f"{folder_of(place.newest)}/") if at_root else newest
    yield "version-history", VERSIONS


def _dress(path: Path, page: str, place: Place, links: dict[str, str], book: Book) -> None:
    """Write into the head of a page where its other versions are, and on top of an older one that it is older."""
    here = posixpath.dirname(page) or "."
    near = {rel: quote(posixpath.relpath(to, here)) for rel, to in {**links, "linkset": LINKSET}.items()}
    kinds = {"linkset": ' type="application/linkset+json"'}
    head = "".join(f'<link rel="{rel}"{kinds.get(rel, "")} href="{escape(to)}">\n' for rel, to in near.items())
    text = path.read_text(encoding="utf-8")
    if place.after:
        if book.base_url:
            canonical = f'<link rel="canonical" href="{escape(_url(book, page))}">\n'
            text, head = CANONICAL.sub("", text), canonical + head
        facts = {"facts": place.archive.facts, "newest": place.newest.facts, "links": near}
        notice = fill("newer-version.html", **facts)
        text = BODY.sub(lambda found: found[0] + notice, text, count=1)
    path.write_text(text.replace("</head>", f"{head}</head>", 1), encoding="utf-8", newline="")


def _url(book: Book, path: str) -> str:
    """Return the address of a page: absolute where the site has one, else from its root."""
    name = path.removesuffix("index.html") if book.base_url else path
    return (book.base_url or "") + quote(name)
