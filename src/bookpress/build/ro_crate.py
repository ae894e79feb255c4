"""The manifest of an edition: a Process Run Crate, a profile of RO-Crate, that depends on the edition alone.

https://www.researchobject.org/workflow-run-crate/profiles/process_run_crate/
"""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bookpress import __version__
from bookpress.book.chapters import FOLDER
from bookpress.book.editions import Edition
from bookpress.book.project import Project
from bookpress.citation.jsonld import Node, filled
from bookpress.citation.record import Author, Book, load_book
from bookpress.files import files_of, pretty, read, sha256

NAME = "ro-crate-metadata.json"
CRATE, PROFILE = "https://w3id.org/ro/crate/1.1", "https://w3id.org/ro/wfrun/process/0.5"
CONTEXT = [f"{CRATE}/context", {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}]
EVIDENCE, PRESS, BOOK_MAKER = "#evidence", "#bookpress", "#jupyter-book"
UNHASHED = "timings.json"  # says how a build went, not what came out
TYPES = {
    ".ipynb": "application/x-ipynb+json",
    ".md": "text/markdown",
    ".js": "text/javascript",
    ".bib": "text/x-bibtex",
}


def write_manifest(
    project: Project, edition: Edition, record: Mapping[str, Any], folder: Path
) -> None:
    """Write the manifest of an edition into its folder, which holds all its files; `record` is its ``edition.json``."""
    crate, book = _Crate(), load_book(project.root)
    crate.add(NAME, "CreativeWork", about=_ref("./"), conformsTo=_ref(CRATE))
    about = _about(crate, book, record)
    files = [
        _add_file(crate, path.relative_to(folder).as_posix(), path) for path in files_of(folder)
    ]
    _add_programs(crate, project, record["command"])
    evidence = [
        crate.add(f"{EVIDENCE}-{name}", "CreativeWork", name=f"data/{name}", sha256=mark)
        for name, mark in edition.fingerprint.evidence.items()
    ]
    crate.add(EVIDENCE, "Collection", name="The evidence", hasPart=evidence)
    # The time of all that was done is the date of the build, so that building twice gives the same manifest.
    done = {"agent": about["author"][0], "endTime": f"{record['date']}T00:00:00+00:00"}
    done["actionStatus"] = "http://schema.org/CompletedActionStatus"
    actions = [
        crate.add(
            f"#run-{chapter.slug}",
            "CreateAction",
            **done,
            **_run(crate, chapter.slug, chapter.title, values),
        )
        for chapter, values in ((one, edition.values[one.slug]) for one in edition.chapters)
    ]
    assembly = {
        "name": "Assembly of the pages",
        "description": "Makes the pages of the book from the executed notebooks.",
        "instrument": _ref(BOOK_MAKER),
        "object": [_ref(f"source/{FOLDER}/{chapter.slug}.ipynb") for chapter in edition.chapters],
        "result": _ref("html/index.html"),
    }
    actions.append(crate.add("#assembly", "CreateAction", **done, **assembly))
    crate.add("./", "Dataset", **about, hasPart=files, mentions=actions)
    (folder / NAME).write_text(
        pretty({"@context": CONTEXT, "@graph": list(crate.values())}), encoding="utf-8"
    )


def _ref(identifier: str) -> Node:
    return {"@id": identifier}


class _Crate(dict[str, Node]):
    """The entities of a crate by their ids."""

    def add(self, identifier: str, kind: str, /, **properties: Any) -> Node:
        """Add an entity, but one that is there already; return a reference to it."""
        self.setdefault(identifier, {"@id": identifier, "@type": kind, **properties})
        return _ref(identifier)


def _about(crate: _Crate, book: Book, record: Mapping[str, Any]) -> Node:
    """Return what the crate is, and who made it, as far as a publisher has said so."""
    licence: Any = book.licence or "The publisher has stated no licence."
    if book.licence_url:
        licence = crate.add(book.licence_url, "CreativeWork", name=book.licence or book.licence_url)
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
        code = {"codeRepository": book.repository, "identifier": f"swh:1:dir:{source['tree']}"}
        known = filled({"name": "The source of the book", **code})
        about["isBasedOn"] = crate.add(
            f"swh:1:rev:{source['commit']}", "SoftwareSourceCode", **known
        )
    return about


def _author(crate: _Crate, author: Author) -> Node:
    identifier = author.orcid_url or "#" + re.sub(r"[^a-z0-9]+", "-", author.full.lower()).strip(
        "-"
    )
    return crate.add(identifier, "Organization" if author.name else "Person", name=author.full)


def _add_programs(crate: _Crate, project: Project, command: str) -> None:
    """Add what runs the chapters, with the packages that the lock pins, and what makes the pages."""
    lock = read(project.lock).decode("utf-8") if project.lock.is_file() else ""
    pinned = dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, re.MULTILINE))
    packages = [
        crate.add(f"pkg:pypi/{name}@{pin}", "SoftwareApplication", name=name, softwareVersion=pin)
        for name, pin in pinned.items()
    ]
    press = {
        "name": "bookpress",
        "softwareVersion": __version__,
        "description": f"Built by: {command}",
    }
    crate.add(PRESS, "SoftwareApplication", **press, softwareRequirements=packages)
    maker = {"name": "Jupyter Book", "softwareVersion": pinned.get("jupyter-book", "1")}
    crate.add(BOOK_MAKER, "SoftwareApplication", **maker, url="https://jupyterbook.org/")


def _add_file(crate: _Crate, name: str, path: Path) -> Node:
    """Add an output of the edition."""
    kind = (
        TYPES.get(path.suffix)
        or mimetypes.guess_type(name, strict=False)[0]
        or "application/octet-stream"
    )
    if name == UNHASHED:
        facts = {"description": "How long each step took and on what machine; no part of the book."}
    else:
        content = read(path)
        facts = {"contentSize": str(len(content)), "sha256": sha256(content)}
    return crate.add(name, "File", name=name, encodingFormat=kind, **facts)


def _run(crate: _Crate, slug: str, title: str, values: Mapping[str, Any]) -> Node:
    """Return what ran a chapter, on what, and what came of it."""
    plain = {
        name: value if isinstance(value, str | int | float) else json.dumps(value)
        for name, value in values.items()
    }
    parameters = [
        crate.add(f"#{slug}-{name}", "PropertyValue", name=name, value=value)
        for name, value in plain.items()
    ]
    return {
        "name": f"Run of the chapter {slug}",
        "description": f"Runs the notebook of “{title}” with the parameters of this edition.",
        "instrument": _ref(PRESS),
        "object": [_ref(f"source/sources/{slug}.md"), *parameters, _ref(EVIDENCE)],
        "result": [_ref(f"source/{FOLDER}/{slug}.ipynb"), _ref("results.json")],
    }
