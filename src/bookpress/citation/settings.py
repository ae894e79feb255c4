"""Read the facts from where they are kept: publication settings, front matter of a chapter, record of an edition."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from bookpress.citation.record import Book, Chapter, CitationError, Edition

SETTINGS = "book/publication.yml"
EDITION = "edition.json"
FRONT_MATTER = ("abstract", "authors", "keywords", "doi")
"""What a chapter's front matter may say that a citation needs."""


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
        raise CitationError(_explain(SETTINGS, error)) from error


def load_edition(root: Path) -> Edition | None:
    """Return the edition whose sources are at a folder; none where the book is built without the press."""
    path = root / EDITION
    if not path.is_file():
        return None
    try:
        return Edition.model_validate(json.loads(path.read_text("utf-8")))
    except json.JSONDecodeError as error:
        raise CitationError(f"{EDITION} is not JSON: {error}") from error
    except ValidationError as error:
        raise CitationError(_explain(EDITION, error)) from error


def read_chapter(slug: str, title: str, page: str, position: int | None, front: Mapping[str, Any]) -> Chapter:
    """Return a chapter from its place in the book and the ``compute_divide`` part of its front matter.

    Parameters
    ----------
    slug, title, page, position
        See `Chapter`.
    front : mapping
        Front matter; what is not bibliographic is left alone.

    Raises
    ------
    CitationError
        If the front matter states a fact that is wrong.

    Examples
    --------
    >>> read_chapter("intro", "Introduction", "notebooks/intro.html", 1, {"keywords": ["GPU"]}).keywords
    ('GPU',)
    """
    facts = {name: front[name] for name in FRONT_MATTER if front.get(name)}
    try:
        return Chapter.model_validate({"slug": slug, "title": title, "page": page, "position": position, **facts})
    except ValidationError as error:
        raise CitationError(_explain(f"the front matter of the chapter {slug!r}", error)) from error


def _explain(place: str, error: ValidationError) -> str:
    """Return what is wrong in a file, one line a fact."""
    lines = []
    problems = error.errors()
    inner = {problem["loc"][:1] for problem in problems if len(problem["loc"]) > 1}
    for problem in problems:
        if problem["loc"] in inner:
            continue  # a list said to be too short, because its entries were refused
        where = ".".join(str(part) for part in problem["loc"] if not str(part).startswith(("function-", "constrained")))
        said = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            said = "there is no such setting"
        elif problem["type"] == "missing":
            said = "is needed"
        elif problem["type"] == "too_short":
            said = "is empty"
        lines.append(f"  {where}: {said}" if where else f"  {said}")
    return f"{place} is not right:\n" + "\n".join(dict.fromkeys(lines))
