"""The files of a book: documents that ``_toc.yml`` lists, and the files beside them."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from sphinx_external_toc.parsing import MalformedError, parse_toc_data

from bookpress.book.configuration import FILE, configuration, sphinx_settings
from bookpress.book.custom_formats import custom_formats
from bookpress.book.project import BUILD, Project
from bookpress.errors import PressError, short
from bookpress.files import as_mapping, files_of, read

ENDINGS = (".md", ".ipynb", ".rst", ".Rmd")
"""Suffixes of documents; a missing document is assumed to have the first."""
SETTINGS = (FILE, "_toc.yml")
SPHINX_FOLDERS = ("_static", "_templates")
"""Folders that Sphinx reads by default."""
NO_EVIDENCE = ("book", *SPHINX_FOLDERS)
"""Folders that pages are made from; no cell reads them."""
ABOVE = "staged-sources/above"
"""Where files from outside of the book are staged, which makes them no pages."""
RUNS = "runs"
"""The folder, beside the source of an edition, of its executed notebooks."""
SUMS = "SHA256SUMS"
"""The file of checksums beside the site of a release."""
SOURCE = "source.json"
"""The file at the root of a release's archive, where there is no git to ask."""
GLOB = "glob:"
"""The prefix of an entry of ``_toc.yml`` that matches several documents."""
LARGEST_EXCLUDED = 10_000_000
"""The largest excluded file, in bytes, that is still copied for pages that show it."""
PARTS = ("parts", "subtrees")
ENTRIES = ("chapters", "sections", "entries")
"""What holds the inner entries in ``_toc.yml``, by its format and their depth."""
OLD_TOC = re.compile(rb"(?:\s*#.*\n|\s*\n|---\n)*- (?:file|part|header|url)\b")
"""The beginning of a table of contents in the old form, a list."""


def toc_files(project: Project) -> list[str]:
    """Return the documents of ``_toc.yml`` in reading order, root first, without suffixes."""
    return list(_listed(project))


def _listed(project: Project) -> dict[str, str]:
    """Return how the documents of ``_toc.yml`` are written there, by name without suffix."""
    known = endings(project.root)
    listed: dict[str, str] = {}
    for written in _toc_files(read(project.root / "_toc.yml"), project.settings.strict):
        if written.startswith(GLOB):
            matching = _matching(project.root, written.removeprefix(GLOB))
            listed |= dict(zip(matching, matching, strict=True))
        else:
            listed[_without_ending(written, known)] = written
    return listed


def endings(root: Path) -> tuple[str, ...]:
    """Return the suffixes of a book's documents."""
    return tuple(dict.fromkeys([*ENDINGS, *custom_formats(root)]))


@cache
def _toc_files(content: bytes, strict: bool) -> list[str]:
    if OLD_TOC.match(content):
        raise PressError(
            "_toc.yml has the form of Jupyter Book 0.10 and before: "
            "`jupyter-book toc migrate _toc.yml -o _toc.yml` converts it"
        )
    toc = as_mapping(content, "_toc.yml", "a `root` and chapters", lenient=not strict)
    if "root" not in toc:
        raise PressError(
            "_toc.yml has no `root`: see https://jupyterbook.org/en/stable/structure/toc.html"
        )
    entries = list(_entries(toc))
    names = [entry for entry in entries if entry]
    nameless = len(entries) - len(names)
    if nameless > 1:
        raise PressError(f"_toc.yml has nothing behind `file:` in {nameless} entries")
    absolute = [short(name) for name in names if name.startswith("/")]
    if absolute:
        raise PressError(
            f"_toc.yml lists {', '.join(absolute)}; allowed: a place in the book, with no / before"
        )
    counts = Counter(name for name in names if not name.startswith(GLOB))
    twice = [short(name) for name, count in counts.items() if count > 1]
    if twice:
        raise PressError(
            f"_toc.yml lists {', '.join(twice)} more than once; a document has one place, in "
            "Jupyter Book too"
        )
    try:
        parse_toc_data(toc)
    except MalformedError as error:
        raise PressError(f"_toc.yml is none that Jupyter Book can read: {error}") from error
    return names


def _without_ending(name: str, known: Sequence[str]) -> str:
    for ending in known:
        name = name.removesuffix(ending)
    return name


def _matching(root: Path, pattern: str) -> list[str]:
    """Return the documents that a pattern names as Sphinx reads it: ``**`` matches slashes too."""
    known = endings(root)
    [matches] = _matchers((pattern,))
    folder = root / re.split(r"[*?[]", pattern.lstrip("/"))[0].rpartition("/")[0]
    paths = (path.relative_to(root).as_posix() for path in files_of(folder))
    names = [name for name in paths if name.endswith(known) and not name.startswith(f"{BUILD}/")]
    documents = {_without_ending(name, known) for name in _not_excluded(root, names)}
    return sorted(filter(matches, documents))


def _not_excluded(root: Path, names: Iterable[str]) -> list[str]:
    """Return the names that ``exclude_patterns`` leaves, as Sphinx reads them."""
    patterns = configuration(root).get("exclude_patterns") or []
    return [name for name in names if not is_matched(name, patterns)]


def _entries(entry: Any) -> Iterator[str]:
    """Yield the files that an entry of a table of contents names; one without a name is empty.

    Of a part, only its entries count: Jupyter Book ignores a file of its own.
    """
    if not isinstance(entry, dict):
        return
    names = [entry[key] for key in ("root", "file") if key in entry]
    yield from (name or "" for name in names if isinstance(name, str | None))
    if isinstance(entry.get("glob"), str):
        yield f"{GLOB}{entry['glob']}"
    parts = [part for part in _inner(entry, PARTS) if isinstance(part, dict)]
    for part in [entry, *parts]:
        for inner in _inner(part, ENTRIES):
            yield from _entries(inner)


def _inner(entry: Mapping[str, Any], names: Sequence[str]) -> Iterator[Any]:
    for name in names:
        inner = entry.get(name)
        yield from inner if isinstance(inner, list) else []


def document_path(root: Path, name: str) -> Path:
    """Return the file of a document; if there is none, the one that an author would write."""
    return document_paths(root, {name: ""})[name]


def document_paths(root: Path, written: Mapping[str, str]) -> dict[str, Path]:
    """Return the files of documents, by name.

    If there is none, it is the one that an author would write: as the document is `written` in
    ``_toc.yml``, if its suffix stands there.
    """
    known = endings(root)
    pages = {*ENDINGS[:3], *custom_formats(root)}
    # the order in which Sphinx looks
    ordered = sorted(known, key=lambda ending: (ending not in pages, ending))
    paths = {}
    for name, as_written in written.items():
        there = [name + ending for ending in ordered if (root / f"{name}{ending}").is_file()]
        missing = as_written if as_written.endswith(known) else f"{name}{known[0]}"
        if len(there) > 1:
            there = _not_excluded(root, there) or there
        paths[name] = root / next(iter(there), missing)
    return paths


def listed_documents(project: Project) -> dict[str, Path]:
    """Return the documents that ``_toc.yml`` lists, in order, and where they are or would be."""
    return document_paths(project.root, _listed(project))


def may_be_written(project: Project) -> bool:
    """Return whether extensions that a book adds may write documents while pages are made.

    Those of the press write none.
    """
    sphinx = configuration(project.root)["sphinx"]
    added = sphinx.get("extra_extensions") or []
    names = [added] if isinstance(added, str) else [str(name) for name in added]
    others = [name for name in names if name.partition(".")[0] != __name__.partition(".")[0]]
    return bool(others or sphinx.get("local_extensions"))


def builds_unlisted(project: Project) -> bool:
    """Return whether documents that ``_toc.yml`` does not list become pages too.

    They do as in Jupyter Book: unless the book says ``only_build_toc_files``.
    """
    only_listed = configuration(project.root).get("only_build_toc_files", False)
    of_sphinx = sphinx_settings(project.root)
    return not of_sphinx.get("external_toc_exclude_missing", only_listed)


def unlisted(project: Project, listed: Container[str]) -> dict[str, Path]:
    """Return the documents that become pages although they are not listed, by name."""
    if not builds_unlisted(project):
        return {}
    known = endings(project.root)
    names = [_without_ending(name, known) for name in source_files(project) if name.endswith(known)]
    others = dict.fromkeys((name for name in names if name not in listed), "")
    return document_paths(project.root, others)


def is_document(project: Project, path: Path) -> bool:
    """Return whether a notebook at a path is a document of a book, or would be if it existed.

    It is not if nothing lists it and only listed documents become pages.
    """
    root = project.root.resolve()
    place = path.resolve()
    if not place.is_relative_to(root):
        return False
    name = place.relative_to(root)
    if name.with_suffix("").as_posix() in toc_files(project):
        return True
    if not builds_unlisted(project):
        return False
    patterns = [BUILD, *(configuration(project.root).get("exclude_patterns") or [])]
    above = [project.root / part for part in (name, *name.parents[:-1])]
    return all(_belongs(project, each, patterns) for each in above)


def source_files(project: Project) -> dict[str, Path]:
    """Return all files that belong to a book, by name.

    Left out are hidden files, build results, what ``exclude_patterns`` in ``_config.yml`` names,
    and whatever is outside the ``folders`` in the book's settings.
    """
    patterns = [BUILD, *(configuration(project.root).get("exclude_patterns") or [])]
    paths = {project.root / name for name in SETTINGS}
    paths |= {*listed_documents(project).values()}
    return _named(project, [*paths, *_unexcluded(project, patterns)], patterns)


def excluded_files(project: Project, belonging: Container[str]) -> dict[str, Path]:
    """Return the files that ``exclude_patterns`` excludes, by name.

    Pages may still show or include them. Very large ones are left out. `belonging` has the files of
    `source_files`.
    """
    if not configuration(project.root).get("exclude_patterns"):
        return {}
    files = _named(project, _unexcluded(project, [BUILD]), [BUILD])
    excluded = {name: path for name, path in files.items() if name not in belonging}
    return {
        name: path for name, path in excluded.items() if path.stat().st_size <= LARGEST_EXCLUDED
    }


def _unexcluded(project: Project, patterns: Sequence[str]) -> Iterator[Path]:
    """Yield the files in a book's folders that no pattern excludes."""
    named = project.settings.folders
    for folder in [*named, *SPHINX_FOLDERS] if named else ["."]:
        yield from _below(project, project.root / folder, patterns)


def _named(project: Project, paths: Iterable[Path], patterns: Sequence[str]) -> dict[str, Path]:
    """Return the files among paths that belong to a book, by name."""
    files = {
        path.relative_to(project.root).as_posix(): path
        for path in paths
        if _belongs(project, path, patterns) and path.is_file()
    }
    if is_unpacked(project.root):
        files.pop(SOURCE, None)
    return dict(sorted(files.items()))


@cache
def is_unpacked(root: Path) -> bool:
    """Return whether a book lies there as the archive of a release has it, and no repository."""
    path = root / SOURCE
    if not path.is_file():
        return False
    with suppress(ValueError):
        record = json.loads(read(path))
        return isinstance(record, dict) and {"commit", "tree", "files"} <= {*record}
    return False


def _below(project: Project, start: Path, patterns: Sequence[str]) -> Iterator[Path]:
    """Yield the files below a folder, without entering folders that do not belong to the book."""
    skipped = {project.build, *project.packages}
    for place, folders, names in os.walk(start, followlinks=True):
        here = Path(place)
        inside = [
            name
            for name in folders
            if _belongs(project, here / name, patterns) and not _is_released(here / name)
        ]
        folders[:] = [name for name in inside if here / name not in skipped]
        for name in folders:
            _check_link(project, here / name)
        yield from (here / name for name in names)


def _is_released(folder: Path) -> bool:
    """Return whether a folder was written by the command `release`."""
    return (folder / SUMS).is_file() and (folder / "site").is_dir()


def _check_link(project: Project, folder: Path) -> None:
    """Raise if a folder is a link to one that contains it, so that walking it would never end."""
    if not folder.is_symlink():
        return
    target = folder.resolve()
    above = [project.root / place for place in folder.relative_to(project.root).parents]
    if any(place.resolve().is_relative_to(target) for place in above):
        name = folder.relative_to(project.root)
        raise PressError(
            f"the folder {name} is a link to a folder that contains it: "
            f"remove it, or name it among the exclude_patterns of {FILE}"
        )


def _belongs(project: Project, path: Path, patterns: Sequence[str]) -> bool:
    is_hidden = path.name.startswith(".") or path.name in {"__pycache__", "node_modules"}
    if is_hidden:
        return False
    if (path / "pyvenv.cfg").is_file():
        return False
    return not is_matched(path.relative_to(project.root).as_posix(), patterns)


def is_matched(name: str, patterns: Sequence[str]) -> bool:
    """Return whether a Sphinx pattern matches a file or one of the folders above it."""
    parts = name.split("/")
    places = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    return any(match(place) for match in _matchers(tuple(patterns)) for place in places)


@cache
def _matchers(patterns: Sequence[str]) -> Sequence[Callable[[str], object]]:
    from sphinx.util.matching import compile_matchers

    return compile_matchers(pattern.removesuffix("/") for pattern in patterns)


def files_beside(project: Project) -> dict[str, Path]:
    """Return the files of a book that the cells of its chapters may read, by name.

    The evidence is not included, no matter where it is read from.
    """
    beside = {}
    known = endings(project.root)
    for name, path in source_files(project).items():
        is_page = name in SETTINGS or path.suffix in known or name.partition("/")[0] in NO_EVIDENCE
        if not is_page and not name.startswith("data/") and not path.is_relative_to(project.data):
            beside[name] = path
    return beside


def top_level(project: Project) -> list[str]:
    """Return the top-level files and folders that contain all files of a book."""
    return list(dict.fromkeys(name.partition("/")[0] for name in source_files(project)))
