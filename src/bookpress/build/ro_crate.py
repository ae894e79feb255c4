"""The manifest of an edition: what was made, from what, by what, as a Process Run Crate.

A Process Run Crate is a profile of RO-Crate, a way to describe research outputs in JSON-LD:
https://www.researchobject.org/workflow-run-crate/profiles/process_run_crate/. The manifest names every output with its
SHA-256, one action for each chapter with its parameters, all evidence, and the locked packages. It depends
on nothing but the edition: timings and facts of the machine stand in ``timings.json``, which it only points to.
"""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from bookpress.book.chapters import FOLDER
from bookpress.book.editions import Edition
from bookpress.book.project import Project
from bookpress.files import files_of, pretty, read, sha256

NAME = "ro-crate-metadata.json"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
PROGRAM = "#compute-divide"
BOOK_MAKER = "#jupyter-book"
UNHASHED = {"timings.json"}
"""Files that say how a build went, not what came out."""

TERMS = {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}
TYPES = {
    ".ipynb": "application/x-ipynb+json",
    ".md": "text/markdown",
    ".js": "text/javascript",
    ".bib": "text/x-bibtex",
}


def write_manifest(project: Project, edition: Edition, record: Mapping[str, Any], folder: Path) -> None:
    """Write the manifest of an edition into its folder, which holds all its files.

    Parameters
    ----------
    project : Project
        The book.
    edition : Edition
        The edition.
    record : mapping
        What ``edition.json`` says.
    folder : pathlib.Path
        The finished edition.
    """
    crate = _Crate(project, record)
    for path in files_of(folder):
        name = path.relative_to(folder).as_posix()
        if not name.startswith("doctrees/"):
            crate.add_file(name, path)
    evidence = crate.add_evidence(edition.fingerprint.evidence)
    for chapter in edition.chapters:
        crate.add_run(chapter.slug, chapter.title, edition.values[chapter.slug], evidence)
    crate.add_assembly([chapter.slug for chapter in edition.chapters])
    (folder / NAME).write_text(pretty(crate.metadata()), encoding="utf-8")


class _Crate:
    """The crate while it is being put together."""

    def __init__(self, project: Project, record: Mapping[str, Any]) -> None:
        from rocrate.model.contextentity import ContextEntity
        from rocrate.rocrate import ROCrate

        self._entity = ContextEntity
        self._crate: Any = ROCrate(version="1.1")
        self._crate.metadata.extra_terms.update(TERMS)
        self._date = record["date"]
        settings = publication(project)
        self._describe(record, settings)
        packages = [self._package(name, version) for name, version in locked(project)]
        self._add(PROGRAM, "SoftwareApplication", **_program(record), softwareRequirements=packages)
        book_maker = dict(locked(project)).get("jupyter-book", "1")
        self._add(
            BOOK_MAKER,
            "SoftwareApplication",
            name="Jupyter Book",
            softwareVersion=book_maker,
            url="https://jupyterbook.org/",
        )

    def _describe(self, record: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        """Say what the crate is."""
        title = settings.get("title") or "A computational book"
        root = self._crate.root_dataset
        root["name"] = f"{title}: {record['title']}"
        root["description"] = settings.get("description") or f"Edition {record['name']} of {title}."
        root["datePublished"] = self._date
        root["identifier"] = record["id"]
        root["conformsTo"] = self._add(PROFILE, "CreativeWork", name="Process Run Crate", version="0.5")
        licence = settings.get("licence_url")
        root["license"] = (
            self._add(licence, "CreativeWork", name=settings.get("licence") or licence)
            if licence
            else settings.get("licence") or "The publisher has stated no licence."
        )
        self._authors = [self._author(author) for author in settings.get("authors") or []]
        if self._authors:
            root["author"] = _single(self._authors)
        if settings.get("publisher"):
            name = str(settings["publisher"])
            root["publisher"] = self._crate.get(f"#{_slug(name)}") or self._add(
                f"#{_slug(name)}", "Organization", name=name
            )

    def _author(self, author: Mapping[str, Any]) -> Any:
        name = author.get("name") or author.get("literal")
        if name:
            return self._add(f"#{_slug(name)}", "Organization", name=name)
        full = " ".join(str(author[part]) for part in ("given", "particle", "family", "suffix") if author.get(part))
        orcid = author.get("orcid")
        return self._add(f"https://orcid.org/{orcid}" if orcid else f"#{_slug(full)}", "Person", name=full)

    def _add(self, identifier: str, kind: str, **properties: Any) -> Any:
        return self._crate.add(self._entity(self._crate, identifier, properties={"@type": kind, **properties}))

    def _package(self, name: str, version: str) -> Any:
        return self._add(f"pkg:pypi/{name}@{version}", "SoftwareApplication", name=name, softwareVersion=version)

    def add_file(self, name: str, path: Path) -> None:
        """Add an output of the edition."""
        content = read(path)
        kind = TYPES.get(path.suffix) or mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream"
        properties = {"name": name, "encodingFormat": kind}
        if name in UNHASHED:
            properties["description"] = "How long each step took and on what machine; no part of the book."
        else:
            properties |= {"contentSize": str(len(content)), "sha256": sha256(content)}
        self._crate.add_file(dest_path=name, properties=properties)

    def add_evidence(self, marks: Mapping[str, str]) -> list[Any]:
        """Add every file of the evidence."""
        kind = "CreativeWork"
        return [self._add(f"#evidence-{name}", kind, name=f"data/{name}", sha256=mark) for name, mark in marks.items()]

    def add_run(self, slug: str, title: str, values: Mapping[str, Any], evidence: list[Any]) -> None:
        """Add the action that ran a chapter."""
        parameters = [
            self._add(f"#{slug}-{name}", "PropertyValue", name=name, value=_plain(value))
            for name, value in values.items()
        ]
        self._act(
            f"#run-{slug}",
            name=f"Run of the chapter {slug}",
            description=f"Runs the notebook of “{title}” with the parameters of this edition.",
            instrument=PROGRAM,
            object=[self._crate.get(f"source/sources/{slug}.md"), *parameters, *evidence],
            result=[self._crate.get(f"source/{FOLDER}/{slug}.ipynb"), self._crate.get("results.json")],
        )

    def add_assembly(self, slugs: list[str]) -> None:
        """Add the action that made the pages."""
        self._act(
            "#assembly",
            name="Assembly of the pages",
            description="Makes the pages of the book from the executed notebooks.",
            instrument=BOOK_MAKER,
            object=_single([self._crate.get(f"source/{FOLDER}/{slug}.ipynb") for slug in slugs]),
            result=self._crate.get("html/index.html"),
        )

    def _act(self, identifier: str, *, instrument: str, **properties: Any) -> None:
        """Add an action; its time is the date of the build, so that building twice gives the same manifest."""
        properties["instrument"] = self._crate.get(instrument)
        properties["actionStatus"] = "http://schema.org/CompletedActionStatus"
        properties["endTime"] = f"{self._date}T00:00:00+00:00"
        if self._authors:
            properties["agent"] = self._authors[0]
        self._crate.root_dataset.append_to("mentions", self._add(identifier, "CreateAction", **properties))

    def metadata(self) -> dict[str, Any]:
        """Return the crate as JSON-LD."""
        generated: dict[str, Any] = self._crate.metadata.generate()
        return generated


def _program(record: Mapping[str, Any]) -> dict[str, str]:
    from bookpress import __version__

    return {"name": "bookpress", "description": f"Built by: {record['command']}", "softwareVersion": __version__}


def _single(values: list[Any]) -> Any:
    """Return a list, or its one value: JSON-LD has one spelling for one value."""
    return values[0] if len(values) == 1 else values


def _plain(value: Any) -> Any:
    """Return a value as a property holds it."""
    return value if isinstance(value, str | int | float | bool) else json.dumps(value)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def publication(project: Project) -> dict[str, Any]:
    """Return the settings of a publisher, empty where there are none."""
    path = project.root / "book/publication.yml"
    loaded = yaml.safe_load(read(path)) if path.is_file() else None
    return loaded if isinstance(loaded, dict) else {}


def locked(project: Project) -> Iterator[tuple[str, str]]:
    """Yield name and version of each package that the lock pins."""
    if project.lock.is_file():
        yield from re.findall(r"^([\w.-]+)==([^\s;\\]+)", read(project.lock).decode("utf-8"), re.MULTILINE)
