"""CSL-JSON: the format of the Citation Style Language, and what references are formatted from."""

from __future__ import annotations

import json
from typing import Any

from bookpress.citation.record import Author, Citation


def to_csl(citation: Citation) -> dict[str, Any]:
    """Return the item of a chapter, or of the whole book.

    Parameters
    ----------
    citation : Citation
        What is cited.

    Notes
    -----
    https://docs.citationstyles.org/en/stable/specification.html#appendix-iv-variables. Version and edition go into
    ``edition`` together: it is the one variable that all styles print for a chapter.
    """
    date = citation.date
    chapter = citation.chapter
    item: dict[str, Any] = {
        "id": citation.key,
        "type": "chapter" if chapter else "book",
        "title": citation.title,
        "author": [name(author) for author in citation.authors],
        "container-title": citation.book.full_title if chapter else None,
        "container-author": [name(author) for author in citation.book_authors],
        "chapter-number": str(chapter.position) if chapter and chapter.position else None,
        "edition": citation.state,
        "publisher": citation.book.publisher,
        "issued": {"date-parts": [[date.year, date.month, date.day]]},
        "language": citation.book.language,
        "ISBN": citation.book.isbn,
        "ISSN": citation.book.issn,
        "DOI": citation.doi,
        "URL": citation.url,
        "keyword": ", ".join(citation.keywords),
        "abstract": citation.abstract,
        "note": citation.note,
    }
    return {variable: value for variable, value in item.items() if value}


def to_csl_json(citation: Citation) -> str:
    """Return the item as a file: a list of one."""
    return json.dumps([to_csl(citation)], ensure_ascii=False, indent=2) + "\n"


def name(author: Author) -> dict[str, str]:
    """Return a name variable.

    Examples
    --------
    >>> name(Author(family="Beethoven", particle="van", given="Ludwig"))
    {'family': 'Beethoven', 'given': 'Ludwig', 'non-dropping-particle': 'van'}
    """
    if author.name:
        return {"literal": author.name}
    parts = {
        "family": author.family,
        "given": author.given,
        "non-dropping-particle": author.particle,
        "suffix": author.suffix,
    }
    return {part: text for part, text in parts.items() if text}
