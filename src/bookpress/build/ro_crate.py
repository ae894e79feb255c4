"""The manifest of an edition: what was made, from what, by what, as a Process Run Crate.

A Process Run Crate is a profile of RO-Crate, a way to describe research outputs in JSON-LD:
https://www.researchobject.org/workflow-run-crate/profiles/process_run_crate/. The manifest names every output with its
SHA-256, one action for each chapter with its parameters, the evidence, and the locked packages. It depends on nothing
but the edition: timings and facts of the machine stand in ``timings.json``, which it only points to.
"""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bookpress import __version__
from bookpress.book.chapters import FOLDER, Chapter
from bookpress.book.editions import Edition
from bookpress.book.project import Project
from bookpress.citation.jsonld import filled
from bookpress.citation.record import Author, Book, load_book
from bookpress.files import files_of, pretty, read, sha256

NAME = "ro-crate-metadata.json"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
TERMS = {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}
DONE = "http://schema.org/CompletedActionStatus"
EVIDENCE, PRESS, BOOK_MAKER = "#evidence", "#bookpress", "#jupyter-book"
UNHASHED = "timings.json"
"""Says how a build went, not what came out."""
TYPES = {
    ".ipynb": "application/x-ipynb+json",
    ".md": "text/markdown",
    ".js": "text/javascript",
    ".bib": "text/x-bibtex",
}


def write_manifest(project: Project, edition: Edition, record: Mapping[str, Any], folder: Path) -> None:
    """Write the manifest of an edition into its folder, which holds all its files; `record` is its ``edition.json``."""
    crate = _Crate(record)
    crate.describe(load_book(project.root))
    crate.add_programs(project)
    for path in files_of(folder):
        crate.add_file(path.relative_to(folder).as_posix(), path)
    evidence = [
        crate.add(f"{EVIDENCE}-{name}", "CreativeWork", name=f"data/{name}", sha256=mark)
        for name, mark in edition.fingerprint.evidence.items()
    ]
    crate.add(EVIDENCE, "Collection", name="The evidence", hasPart=evidence)
    for chapter in edition.chapters:
        crate.add_run(chapter, edition.values[chapter.slug])
    crate.add_action(
        "#assembly",
        name="Assembly of the pages",
        description="Makes the pages of the book from the executed notebooks.",
        instrument=crate.get(BOOK_MAKER),
        object=[crate.get(f"source/{FOLDER}/{chapter.slug}.ipynb") for chapter in edition.chapters],
        result=crate.get("html/index.html"),
    )
    (folder / NAME).write_text(pretty(crate.metadata()), encoding="utf-8")


class _Crate:
    """The crate while it is being put together."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        from rocrate.model.contextentity import ContextEntity
        from rocrate.rocrate import ROCrate

        self._entity, self._record = ContextEntity, record
        self._crate: Any = ROCrate(version="1.1")
        self._crate.metadata.extra_terms.update(TERMS)
        self._made_by: dict[str, Any] = {}

    def get(self, identifier: str) -> Any:
        return self._crate.get(identifier)

    def add(self, identifier: str, kind: str, **properties: Any) -> Any:
        return self._crate.add(self._entity(self._crate, identifier, properties={"@type": kind, **properties}))

    def describe(self, book: Book) -> None:
        """Say what the crate is, and who made it, as far as a publisher has said so."""
        root = self._crate.root_dataset
        root["name"] = f"{book.title}: {self._record['title']}"
        root["description"] = book.description or f"Edition {self._record['name']} of a computational book."
        root["datePublished"] = self._record["date"]
        root["identifier"] = self._record["id"]
        root["conformsTo"] = self.add(PROFILE, "CreativeWork", name="Process Run Crate", version="0.5")
        root["license"] = book.licence or "The publisher has stated no licence."
        if book.licence_url:
            root["license"] = self.add(book.licence_url, "CreativeWork", name=book.licence or book.licence_url)
        source = self._record["source"]
        if source and not source["uncommitted"]:
            about = {"name": "The source of the book", "codeRepository": book.repository}
            root["isBasedOn"] = self.add(f"swh:1:rev:{source['commit']}", "SoftwareSourceCode", **filled(about))
        self._made_by = {"agent": self._author(book.authors[0])}
        root["author"] = [self._author(author) for author in book.authors]
        if book.publisher:
            identifier = f"#{_slug(book.publisher)}"
            root["publisher"] = self.get(identifier) or self.add(identifier, "Organization", name=book.publisher)

    def _author(self, author: Author) -> Any:
        identifier, kind = author.orcid_url or f"#{_slug(author.full)}", "Organization" if author.name else "Person"
        return self.get(identifier) or self.add(identifier, kind, name=author.full)

    def add_programs(self, project: Project) -> None:
        """Add what runs the chapters, with the packages that the lock pins, and what makes the pages."""
        lock = read(project.lock).decode("utf-8") if project.lock.is_file() else ""
        pinned = dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, re.MULTILINE))
        packages = [
            self.add(f"pkg:pypi/{name}@{pin}", "SoftwareApplication", name=name, softwareVersion=pin)
            for name, pin in pinned.items()
        ]
        self.add(
            PRESS,
            "SoftwareApplication",
            name="bookpress",
            description=f"Built by: {self._record['command']}",
            softwareVersion=__version__,
            softwareRequirements=packages,
        )
        self.add(
            BOOK_MAKER,
            "SoftwareApplication",
            name="Jupyter Book",
            softwareVersion=pinned.get("jupyter-book", "1"),
            url="https://jupyterbook.org/",
        )

    def add_file(self, name: str, path: Path) -> None:
        """Add an output of the edition."""
        kind = TYPES.get(path.suffix) or mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream"
        properties = {"name": name, "encodingFormat": kind}
        if name == UNHASHED:
            properties["description"] = "How long each step took and on what machine; no part of the book."
        else:
            content = read(path)
            properties |= {"contentSize": str(len(content)), "sha256": sha256(content)}
        self._crate.add_file(dest_path=name, properties=properties)

    def add_run(self, chapter: Chapter, values: Mapping[str, Any]) -> None:
        """Add the action that ran a chapter."""
        slug = chapter.slug
        parameters = [
            self.add(
                f"#{slug}-{name}",
                "PropertyValue",
                name=name,
                value=value if isinstance(value, str | int | float) else json.dumps(value),
            )
            for name, value in values.items()
        ]
        self.add_action(
            f"#run-{slug}",
            name=f"Run of the chapter {slug}",
            description=f"Runs the notebook of “{chapter.title}” with the parameters of this edition.",
            instrument=self.get(PRESS),
            object=[self.get(f"source/sources/{slug}.md"), *parameters, self.get(EVIDENCE)],
            result=[self.get(f"source/{FOLDER}/{slug}.ipynb"), self.get("results.json")],
        )

    def add_action(self, identifier: str, **properties: Any) -> None:
        """Add an action; its time is the date of the build, so that building twice gives the same manifest."""
        properties |= {"actionStatus": DONE, "endTime": f"{self._record['date']}T00:00:00+00:00"}
        action = self.add(identifier, "CreateAction", **self._made_by, **properties)
        self._crate.root_dataset.append_to("mentions", action)

    def metadata(self) -> dict[str, Any]:
        """Return the crate as JSON-LD."""
        generated: dict[str, Any] = self._crate.metadata.generate()
        return generated


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
