"""The files of a book as git has them at a commit, links followed."""

from __future__ import annotations

import posixpath
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bookpress.book.configuration import FILE, settings_file
from bookpress.errors import PressError, short
from bookpress.release.git_tree import LINK, PROGRAM, SUBMODULE

MOST_STEPS = 40
"""As many links may lead from one to the next: more is a circle, as for the system."""
Content = tuple[bytes, int]
"""What is in a file, and its mode."""


class CommittedFiles(NamedTuple):
    """What a book's folder holds at a commit, by name."""

    files: dict[str, Content]
    """Those that links lead to are there too, under the names of the links."""
    links: dict[str, str]
    """Where each link leads, in its own words."""
    submodules: dict[str, str]
    """The commit of each; their files are in another repository."""


class _Listed(NamedTuple):
    mode: str
    hash: str


def committed_files(root: Path, commit: str) -> CommittedFiles:
    """Return the files of the book at a folder, as git has them at a commit.

    A link that leads to nothing, here and in the repository, is passed over.
    """
    settings = settings_file(root)
    if settings.is_file() and not (root / FILE).is_file():
        raise PressError(
            f"{settings} is above the book's folder, which is all that an archive contains: move "
            "it beside _toc.yml"
        )
    prefix = _git(root, commit, "rev-parse", "--show-prefix").decode().removesuffix("\n")
    entries = dict(_entries_of(_git(root, commit, "ls-tree", "-r", "-z", "--full-tree", commit)))
    links = [name for name, entry in entries.items() if entry.mode == LINK]
    targets = _read(root, [entries[link].hash for link in links])
    leads_to = {link: _target(link, content) for link, content in zip(links, targets, strict=True)}
    own = {name.removeprefix(prefix): name for name in entries if name.startswith(prefix)}
    paths = {
        inside: name for inside, name in own.items() if entries[name].mode not in {LINK, SUBMODULE}
    }
    paths |= _copied(root, prefix, entries, leads_to)
    contents = _read(root, [entries[path].hash for path in paths.values()])
    modes = [0o755 if entries[path].mode == PROGRAM else 0o644 for path in paths.values()]
    return CommittedFiles(
        files=dict(zip(paths, zip(contents, modes, strict=True), strict=True)),
        links={inside: leads_to[name] for inside, name in own.items() if name in leads_to},
        submodules={
            inside: entries[name].hash
            for inside, name in own.items()
            if entries[name].mode == SUBMODULE
        },
    )


def _target(link: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise PressError(f"the link {link} leads to {content!r}, which is not UTF-8") from error


def _copied(
    root: Path, prefix: str, entries: Mapping[str, _Listed], links: Mapping[str, str]
) -> dict[str, str]:
    """Return by name in the book, of what its links lead to, the path in the repository."""
    copied: dict[str, str] = {}
    for name in links:
        if not name.startswith(prefix):
            continue
        inside = name.removeprefix(prefix)
        below = dict(_below(name, entries, links))
        is_lost = not below and (root / inside).exists()
        if is_lost:
            raise PressError(
                f"the link {inside} leads to {links[name]}, where the repository has no file"
            )
        copied |= {f"{inside}{rest}": path for rest, path in below.items()}
    return copied


def _below(
    name: str, entries: Mapping[str, _Listed], links: Mapping[str, str], steps: int = 0
) -> Iterator[tuple[str, str]]:
    """Yield the files that a link leads to: of each what follows the link's name, and its path."""
    target = followed(name, links)
    if target is None or steps > MOST_STEPS:
        return
    for path, entry in entries.items():
        is_there = path == target or path.startswith(f"{target}/")
        rest = path.removeprefix(target)
        if is_there and entry.mode == LINK:
            for more, leads_to in _below(path, entries, links, steps + 1):
                yield rest + more, leads_to
        elif is_there and entry.mode != SUBMODULE:
            yield rest, path


def followed(name: str, links: Mapping[str, str]) -> str | None:
    """Return where a path leads once every link on its way is followed; None where in a circle.

    Examples
    --------
    >>> followed("docs/a.md", {"docs": "pages", "pages/a.md": "../b.md"})
    'b.md'
    >>> followed("a", {"a": "b", "b": "a"})
    """
    for _ in range(MOST_STEPS):
        parts = name.split("/")
        heads = ["/".join(parts[: end + 1]) for end in range(len(parts))]
        link = next((head for head in heads if head in links), None)
        if link is None:
            return name
        leads_to = posixpath.join(posixpath.dirname(link), links[link])
        name = posixpath.normpath(leads_to + name.removeprefix(link))
    return None


def _entries_of(listing: bytes) -> Iterator[tuple[str, _Listed]]:
    for line in filter(None, listing.split(b"\0")):
        facts, _, name = line.partition(b"\t")
        mode, _, its_hash = facts.decode().split()
        yield name.decode("utf-8", "surrogateescape"), _Listed(mode, its_hash)


def _read(root: Path, hashes: Sequence[str]) -> Iterator[bytes]:
    """Yield what is in some blobs."""
    command = ["git", "-C", str(root), "cat-file", "--batch"]
    asked = "".join(f"{digest}\n" for digest in hashes).encode()
    answer = subprocess.run(command, input=asked, capture_output=True, check=False).stdout
    start = 0
    for digest in hashes:
        end = answer.find(b"\n", start)
        _, _, size = answer[start:end].partition(b" blob ")
        if not size:
            raise PressError(f"the blob {digest} is not in this repository")
        start = end + 1 + int(size)
        yield answer[end + 1 : start]
        start += 1


def _git(root: Path, commit: str, *words: str) -> bytes:
    done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=False)
    if done.returncode:
        why = short(done.stderr.decode())
        raise PressError(f"the commit {commit} is not in this repository: {why}")
    return done.stdout
