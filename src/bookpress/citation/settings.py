"""Read the facts from where they are kept: publication settings, front matter of a chapter, record of an edition."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from bookpress.book.project import build_time
from bookpress.citation.record import Book, Chapter, Citation, CitationError, Edition

SETTINGS = "book/publication.yml"
EDITION = "edition.json"
FRONT_MATTER = ("abstract", "authors", "keywords", "doi")
"""What a chapter's front matter may say that a citation needs."""
PLAINLY = {
    "extra_forbidden": "there is no such setting",
    "missing": "is needed",
    "too_short": "is empty",
    "string_type": "{input!r} is no text; put it in quotes",
    "value_error": "{msg}",
    "json_invalid": "{msg}",
}
"""What is wrong with a setting, by pydantic's name for it, where its own words would not help."""


def load_book(root: Path) -> Book:
    """Return the publication settings of the book at a folder.

    Raises
    ------
    CitationError
        If ``book/publication.yml`` is missing, no YAML, or a setting is unknown or wrong; every wrong one is named.
    """
    try:
        settings = yaml.safe_load((root / SETTINGS).read_text("utf-8"))
    except OSError as error:
        raise CitationError(f"no publication settings: {SETTINGS} cannot be read ({error.strerror})") from error
    except yaml.YAMLError as error:
        raise CitationError(f"{SETTINGS} is not YAML: {error}") from error
    return read_book(settings)


def read_book(settings: Any) -> Book:
    """Return the book that settings describe; raises `CitationError` as `load_book` does."""
    try:
        return Book.model_validate(settings)
    except ValidationError as error:
        raise _refusal(SETTINGS, error) from error


def load_edition(root: Path) -> Edition | None:
    """Return the edition whose sources are at a folder; none where the book is built without the press."""
    path = root / EDITION
    try:
        return Edition.model_validate_json(path.read_bytes()) if path.is_file() else None
    except ValidationError as error:
        raise _refusal(EDITION, error) from error


def load_citation(root: Path) -> Citation:
    """Return what the book at a folder is cited as, in the edition it was staged for; chapters follow from it."""
    return Citation.of(load_book(root), None, load_edition(root), built=build_time(root).date())


def read_chapter(slug: str, title: str, page: str, position: int | None, front: Mapping[str, Any]) -> Chapter:
    """Return a chapter from its place in the book and what its front matter says, bibliographic or not."""
    facts = {name: front[name] for name in FRONT_MATTER if front.get(name)}
    try:
        return Chapter.model_validate({"slug": slug, "title": title, "page": page, "position": position, **facts})
    except ValidationError as error:
        raise _refusal(f"the front matter of the chapter {slug!r}", error) from error


def _refusal(place: str, error: ValidationError) -> CitationError:
    """Return what is wrong in a file, one line a fact."""
    problems = error.errors()
    lists_of_refused = {problem["loc"][:1] for problem in problems if len(problem["loc"]) > 1}
    lines = []
    for problem in problems:
        if problem["loc"] not in lists_of_refused:  # those are too short only because their entries were refused
            where = ".".join(map(str, problem["loc"])) + ": " if problem["loc"] else ""
            said = PLAINLY.get(problem["type"], "{input!r}: {msg}").format(**problem).removeprefix("Value error, ")
            lines.append(f"  {where}{said}")
    return CitationError(f"{place} is not right:\n" + "\n".join(lines))
