"""The manifest of an edition, which depends only on the edition.

It is a Process Run Crate, a profile of RO-Crate:
https://www.researchobject.org/workflow-run-crate/profiles/process_run_crate/
"""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bookpress import __version__
from bookpress.book.chapters import Chapter
from bookpress.book.documents import RUNS
from bookpress.book.project import Project
from bookpress.cite.book import Author, Book, load_book
from bookpress.cite.jsonld import Node, filled
from bookpress.edition.editions import Edition
from bookpress.edition.installed import PIN
from bookpress.files import files_of, pretty, read, sha256

NAME = "ro-crate-metadata.json"
CRATE = "https://w3id.org/ro/crate/1.1"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
CONTEXT = [f"{CRATE}/context", {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}]
EVIDENCE = "#evidence"
PRESS = "#bookpress"
BOOK_MAKER = "#jupyter-book"
COMPLETED = "http://schema.org/CompletedActionStatus"
UNHASHED = "timings.json"
"""The file about the course of a build, not its outcome."""
TYPES = {
    ".ipynb": "application/x-ipynb+json",
    ".md": "text/markdown",
    ".js": "text/javascript",
    ".bib": "text/x-bibtex",
}


def write_manifest(
    project: Project, edition: Edition, record: Mapping[str, Any], folder: Path
) -> None:
    """Write the manifest of an edition into its folder, which contains all its files.

    `record` is its ``edition.json``.
    """
    crate = _Crate()
    crate.add(NAME, "CreativeWork", about=_ref("./"), conformsTo=_ref(CRATE))
    about = _about(crate, load_book(project.root), record)
    paths = {path.relative_to(folder).as_posix(): path for path in files_of(folder)}
    files = [_add_file(crate, name, path) for name, path in paths.items()]
    _add_programs(crate, project, record["command"])
    _add_evidence(crate, edition)
    actions = _add_actions(crate, edition, about["author"][0], record["date"])
    crate.add("./", "Dataset", **about, hasPart=files, mentions=actions)
    manifest = {"@context": CONTEXT, "@graph": list(crate.values())}
    (folder / NAME).write_text(pretty(manifest), encoding="utf-8")


def _add_evidence(crate: _Crate, edition: Edition) -> None:
    evidence = []
    for name, digest in edition.fingerprint.evidence.items():
        identifier = f"{EVIDENCE}-{name}"
        part = crate.add(identifier, "CreativeWork", name=f"data/{name}", sha256=digest)
        evidence.append(part)
    crate.add(EVIDENCE, "Collection", name="The evidence", hasPart=evidence)


def _add_actions(crate: _Crate, edition: Edition, agent: Node, date: str) -> list[Node]:
    """Add the runs of the chapters and the assembly of the pages.

    All have the date of the build, so that building twice gives the same manifest.
    """
    done = {"agent": agent, "endTime": f"{date}T00:00:00+00:00", "actionStatus": COMPLETED}
    actions = []
    for chapter in edition.chapters:
        run = _run(crate, chapter, edition.values[chapter.slug])
        actions.append(crate.add(f"#run-{chapter.slug}", "CreateAction", **done, **run))
    notebooks = [f"{RUNS}/{chapter.docname}.ipynb" for chapter in edition.chapters]
    assembly = {
        "name": "Assembly of the pages",
        "description": "Makes the pages of the book from the executed notebooks.",
        "instrument": _ref(BOOK_MAKER),
        "object": [_file(notebook) for notebook in notebooks],
        "result": _ref("html/index.html"),
    }
    actions.append(crate.add("#assembly", "CreateAction", **done, **assembly))
    return actions


def _ref(identifier: str) -> Node:
    return {"@id": identifier}


def _file(name: str) -> Node:
    """Return a reference to a file, whose id is an address."""
    return _ref(quote(name))


class _Crate(dict[str, Node]):
    """The entities of a crate, by id."""

    def add(self, identifier: str, kind: str, /, **properties: Any) -> Node:
        """Add an entity unless it exists, and return a reference to it."""
        self.setdefault(identifier, {"@id": identifier, "@type": kind, **properties})
        return _ref(identifier)


def _about(crate: _Crate, book: Book, record: Mapping[str, Any]) -> Node:
    """Return what the crate is and who made it, as far as the settings say."""
    licence = _licence(crate, book)
    about = {
        "name": f"{book.title}: {record['title']}",
        "description": book.description or f"Edition {record['name']} of a computational book.",
        "datePublished": record["date"],
        "identifier": record["id"],
        "conformsTo": crate.add(PROFILE, "CreativeWork", name="Process Run Crate", version="0.5"),
        "license": licence,
        "author": [_author(crate, author) for author in book.authors],
    }
    if book.publisher:
        about["publisher"] = _author(crate, Author(name=book.publisher))
    source = record["source"]
    if source and not source["uncommitted"]:
        about["isBasedOn"] = _add_source(crate, book, source)
    return about


def _licence(crate: _Crate, book: Book) -> Any:
    if book.licence_url:
        name = book.licence or book.licence_url
        return crate.add(book.licence_url, "CreativeWork", name=name)
    return book.licence or "The publisher has stated no licence."


def _add_source(crate: _Crate, book: Book, source: Mapping[str, Any]) -> Node:
    """Add the commit that the book is made from."""
    facts = {
        "name": "The source of the book",
        "codeRepository": book.repository,
        "identifier": f"swh:1:dir:{source['tree']}",
    }
    commit = f"swh:1:rev:{source['commit']}"
    return crate.add(commit, "SoftwareSourceCode", **filled(facts))


def _author(crate: _Crate, author: Author) -> Node:
    slug = re.sub(r"[\W_]+", "-", author.full.lower()).strip("-")
    identifier = author.orcid_url or f"#{slug}"
    kind = "Organization" if author.name else "Person"
    return crate.add(identifier, kind, name=author.full)


def _add_programs(crate: _Crate, project: Project, command: str) -> None:
    """Add the press, with the packages that the lock pins, and the maker of the pages."""
    lock = read(project.lock).decode("utf-8", "replace") if project.lock.is_file() else ""
    pinned = dict(PIN.findall(lock))
    packages = []
    for name, version in pinned.items():
        identifier = f"pkg:pypi/{name}@{version}"
        package = crate.add(identifier, "SoftwareApplication", name=name, softwareVersion=version)
        packages.append(package)
    press = {
        "name": "bookpress",
        "softwareVersion": __version__,
        "description": f"Built by: {command}",
        "softwareRequirements": packages,
    }
    crate.add(PRESS, "SoftwareApplication", **press)
    maker = {
        "name": "Jupyter Book",
        "softwareVersion": pinned.get("jupyter-book", "1"),
        "url": "https://jupyterbook.org/",
    }
    crate.add(BOOK_MAKER, "SoftwareApplication", **maker)


def _add_file(crate: _Crate, name: str, path: Path) -> Node:
    """Add a file of the edition."""
    guessed, _ = mimetypes.guess_type(name, strict=False)
    kind = TYPES.get(path.suffix) or guessed or "application/octet-stream"
    if name == UNHASHED:
        facts = {"description": "How long each step took and on what machine; no part of the book."}
    else:
        content = read(path)
        facts = {"contentSize": str(len(content)), "sha256": sha256(content)}
    return crate.add(quote(name), "File", name=name, encodingFormat=kind, **facts)


def _run(crate: _Crate, chapter: Chapter, values: Mapping[str, Any]) -> Node:
    """Return the run of a chapter: its instrument, inputs and results."""
    slug = chapter.slug
    parameters = []
    for name, value in values.items():
        plain = value if isinstance(value, str | int | float) else json.dumps(value)
        # a colon, which no slug has: `#run-size` is the run of the chapter `size`
        parameters.append(crate.add(f"#{slug}:{name}", "PropertyValue", name=name, value=plain))
    return {
        "name": f"Run of the chapter {slug}",
        "description": (
            f"Runs the notebook of “{chapter.title}” with the parameters of this edition."
        ),
        "instrument": _ref(PRESS),
        "object": [_file(f"source/{chapter.where}"), *parameters, _ref(EVIDENCE)],
        "result": [_file(f"{RUNS}/{chapter.docname}.ipynb"), _ref("results.json")],
    }
