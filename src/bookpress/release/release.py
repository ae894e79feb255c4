"""Releases built editions: checks and packs them, lays out the site, updates the ledger."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from bookpress.assembly.published import build_lock
from bookpress.book.documents import SUMS
from bookpress.book.project import Project
from bookpress.book.source import git, load_source, source_places
from bookpress.cite.book import SETTINGS, Book, load_book
from bookpress.cite.deposit import REMAKE, outdated_files
from bookpress.errors import PressError, UsageError, nearest, quoted, some_of
from bookpress.files import check_writable, naming, read, replace_file, sha256
from bookpress.release import released
from bookpress.release.archives import Archive, Released, read_archive
from bookpress.release.pack import ENDING, pack
from bookpress.release.site import lay_out
from bookpress.states.sweeps.compare import read_built


def release(
    project: Project,
    names: Sequence[str],
    older: Sequence[Path],
    folder: Path,
    *,
    tag: bool = False,
) -> list[str]:
    """Pack built editions, lay out the site, and write the checksums and the ledger.

    The site has every released edition. Archives already in the folder are kept and put on the
    site. Nothing is written before everything is checked: it is an error to lose or change a
    release, or to pack an edition that cannot be built again.
    """
    with build_lock(project):  # what is packed is not built anew meanwhile
        return _release(project, names, older, folder, tag=tag)


def _release(
    project: Project, names: Sequence[str], older: Sequence[Path], folder: Path, *, tag: bool
) -> list[str]:
    """Release editions, in a book that nothing else builds or releases at the same time."""
    book = load_book(project.root)
    check_deposit(project.root, book)
    editions = [_ready(project, name, book) for name in names or book.published_editions]
    _check_there(older)
    check_writable(folder)
    draft = folder / ".draft"
    with naming(folder):
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        try:
            packed = [pack(project, edition, draft) for edition in editions]
            paths = [*packed, *older, *_archives_in(folder)]
            placed = _distinct([read_archive(path) for path in paths])
            _check_whole(placed, book)
            fresh = [archive for archive in placed if archive.path in packed]
            for archive in fresh:
                check_date(archive.facts, book)
            entries = released.updated_ledger(project, fresh, placed)
            fates = released.fates(project, entries)
            lay_out(draft / "site", placed, book, fates, entries)
            if tag:
                _tag(project, book.version)
            _copy_archives(placed, folder)
            _replace_site(folder / "site", draft)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    sums = [f"{sha256(read(path))}  {path.name}\n" for path in _archives_in(folder)]
    replace_file(folder / SUMS, "".join(sums).encode())
    released.write_ledger(project, entries)
    return sorted(archive.facts.id for archive in placed)


def _replace_site(site: Path, draft: Path) -> None:
    """Put the site of a draft in its place; removing the one before, with the draft, takes time."""
    if site.exists():
        site.rename(draft / "site before")
    (draft / "site").rename(site)


def _check_there(older: Sequence[Path]) -> None:
    missing = [str(path) for path in older if not path.is_file()]
    if missing:
        raise UsageError(
            f"no archive {', '.join(missing)}; --older takes files of earlier releases"
        )


def _copy_archives(archives: Sequence[Archive], folder: Path) -> None:
    """Copy archives from elsewhere into a folder."""
    for archive in archives:
        if archive.path.parent != folder:
            replace_file(folder / archive.path.name, read(archive.path))


def _archives_in(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"[!.]*{ENDING}"))


def _ready(project: Project, name: str, book: Book) -> Path:
    """Return the folder of a built edition, if its archive can build it again."""
    if not project.built:
        command = f"`{project.settings.command} build`"
        raise UsageError(f"no edition is built: {command} makes the default one")
    folder = project.built_folder(name)
    if folder is None:
        raise UsageError(f"no built edition {quoted(name)}{nearest(name, project.built)}")
    source = load_source(project)
    record, *_ = read_built(folder)
    if source is None:
        where = f"{project.root} is in no git repository"
        raise PressError(f"{where}: an archive contains the source at a commit")
    if source.uncommitted:
        changes = f"the book has changes that are not committed{_changed_files(project)}"
        raise PressError(f"{changes}: commit them, build again, release")
    now = source.model_dump(mode="json", exclude={"files"})
    is_stale = record.get("source") != now or record.get("version") != book.version
    if is_stale:
        stale = f"the edition {quoted(name)} was built from something other than what is committed"
        raise PressError(f"{stale}: build it again")
    return folder


def _changed_files(project: Project) -> str:
    """Return in brackets the files that git calls changed; empty where there is no git."""
    status = git(project.root, "status", "--porcelain", "--", *source_places(project)) or ""
    names = [line[3:] for line in status.splitlines()]
    return f" ({some_of(names, 3)})" if names else ""


def check_deposit(root: Path, book: Book) -> None:
    """Raise if a file such as CITATION.cff contradicts the publication settings."""
    for name in outdated_files(root, book):
        remedy = f"{REMAKE}, commit, and build again"
        raise PressError(f"{name} does not say what {SETTINGS} says: {remedy}")


def check_date(facts: Released, book: Book) -> None:
    """Raise if the list of releases gives a version another date than its edition has."""
    for entry in book.releases:
        is_it = facts.is_default and entry.version == book.version
        is_dated_otherwise = is_it and entry.date not in (None, facts.date)
        if is_dated_otherwise:
            stated = f"version {book.version} is of {entry.date} in `releases`"
            dated = f"and its edition of {facts.date}"
            raise PressError(f"{SETTINGS}: {stated}, {dated}: set `date` to the same day")


def _distinct(archives: Sequence[Archive]) -> list[Archive]:
    """Return each archive once.

    A version of an edition has one content for ever, and an id one set of results.
    """
    by_name: dict[str, Archive] = {}
    for archive in archives:
        for other in by_name.values():
            _check_agreement(other, archive)
        by_name.setdefault(archive.path.name, archive)
    return list(by_name.values())


def _check_agreement(archive: Archive, other: Archive) -> None:
    """Raise if two archives have the same version or id but different content."""
    first = archive.facts
    second = other.facts
    alike = f"{archive.path.name} and {other.path.name} have the same"
    is_same_edition = first.name == second.name or first.id == second.id
    if first.version == second.version and is_same_edition:
        if archive.hashes != other.hashes:
            again = f"what was released stays; give the book a new version in {SETTINGS}"
            raise PressError(f"{alike} version with other content: {again}")
    elif first.id == second.id and first.results_sha256 != second.results_sha256:
        meaning = "an id stands for the results that were released first"
        raise PressError(f"{alike} id with other results: {meaning}")


def _check_whole(archives: Sequence[Archive], book: Book) -> None:
    """Raise if a published version or edition would be missing from the site."""
    editions = [archive.facts for archive in archives]
    if not any(facts.is_default for facts in editions):
        missing = "no default edition is among what is released"
        raise PressError(f"{missing}: name it too, as the root of the site shows it")
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
    """Tag the commit; an existing tag at another commit is an error."""
    name = f"v{version}"
    source = load_source(project)
    tagged = git(project.root, "rev-parse", "--quiet", "--verify", f"{name}^{{commit}}")
    if source and tagged is None:
        # to sign it, as a setting of git may ask, an editor would wait for a message
        if git(project.root, "tag", "--no-sign", name, source.commit) is None:
            raise PressError(f"git cannot make the tag {name}: try `git tag {name}`")
    elif source and tagged != source.commit:
        elsewhere = f"the tag {name} stands at another commit, {tagged}"
        raise PressError(f"{elsewhere}: give the book a new version in {SETTINGS}")
