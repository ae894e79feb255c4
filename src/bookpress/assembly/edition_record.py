"""The record of an edition in ``edition.json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mode
from typing import Any

from bookpress.assembly.staging import results_of
from bookpress.book.project import Project
from bookpress.book.source import day_of, source_record
from bookpress.chapter.estimates import results_file
from bookpress.cite.book import load_book
from bookpress.edition.editions import Edition, differences
from bookpress.files import pretty, sha256
from bookpress.formats import Format
from bookpress.run.cache import Run
from bookpress.run.worker import versions


def edition_record(
    project: Project,
    edition: Edition,
    default: Edition,
    runs: Mapping[str, Run],
    formats: Sequence[Format],
) -> dict[str, Any]:
    """Return the content of ``edition.json``.

    It is the edition as pages and citations need it, with the differences from the default.
    """
    results = pretty(results_of(runs))
    chapter_hashes = {slug: sha256(results_file(run.results)) for slug, run in runs.items()}
    return {
        "id": edition.id,
        "parts": edition.parts,
        "version": load_book(project.root).version,
        "name": edition.folder,
        "title": edition.title,
        "description": edition.description,
        "is_default": edition.is_default,
        "parameters": {slug: dict(values) for slug, values in edition.values.items()},
        "differs": differences(edition, default),
        "date": _date(project, edition),
        **_data_versions(project, edition),
        "results_sha256": sha256(results.encode()),
        "chapter_results_sha256": chapter_hashes,
        "made_with": dict(versions()),
        "command": edition.command,
        "source": source_record(project),
        "formats": [each.name for each in formats],
    }


def _date(project: Project, edition: Edition) -> str:
    """Return the date of an edition: that of publication, else the day of the commit."""
    published = load_book(project.root).date if edition.is_default else None
    return (published or day_of(project.root)).isoformat()


def _data_versions(project: Project, edition: Edition) -> dict[str, Any]:
    """Return the versions of the data that chapters use: each, and the first most common one."""
    name = project.settings.data_version_parameter
    chosen = edition.values.items()
    versions = {slug: str(values[name]) for slug, values in chosen if name in values}
    most = mode(versions.values()) if versions else None
    return {"data_parameter": name, "data_version": most, "data_versions": versions}
