"""JSON-LD in the vocabulary of schema.org: the chapter, its book, the data of its figures, the works it cites."""

from __future__ import annotations

import json
from typing import Any

from bookpress.citation.page import Dataset, Page, Work
from bookpress.citation.record import Author, Book, Citation, Source

Node = dict[str, Any]


def chapter_node(page: Page) -> Node:
    """Return the description of a chapter's page.

    Parameters
    ----------
    page : Page
        The page of a chapter. Addresses are absolute where the site has one; else they are relative to the page, as
        JSON-LD allows.
    """
    citation = page.citation
    chapter = citation.chapter
    node = {
        "@context": "https://schema.org",
        "@type": ["Chapter", "ScholarlyArticle"],
        **_common(page),
        "headline": citation.title,
        "position": chapter.position if chapter else None,
        "isPartOf": book_node(citation, page),
        "isBasedOn": [_based_on(source) for source in citation.book.based_on] + _sources(page.datasets),
        "citation": [_work(work) for work in page.works],
        "hasPart": [_dataset(dataset, page) for dataset in page.datasets],
    }
    return _clean(node)


def front_node(page: Page) -> Node:
    """Return the description of the book's front page, with its chapters."""
    citation = page.citation
    chapters = [
        {"@type": "Chapter", "name": chapter.title, "url": page.link(chapter.page), "position": chapter.position}
        for chapter in page.chapters
    ]
    based_on = [_based_on(source) for source in citation.book.based_on]
    node = {"@context": "https://schema.org", **book_node(citation, page), **_common(page)}
    return _clean({**node, "@type": "Book", "isBasedOn": based_on, "hasPart": chapters})


def book_node(citation: Citation, page: Page) -> Node:
    """Return the book as a part of other descriptions."""
    book = citation.book
    return {
        "@type": "Book",
        "@id": citation.site_url,
        "name": book.full_title,
        "url": page.link("index.html"),
        "bookEdition": citation.edition.label if citation.edition else None,
        "version": book.version,
        "author": [author_node(author) for author in book.authors],
        "publisher": _publisher(book),
        "license": book.licence_url,
        "inLanguage": book.language,
        "isbn": book.isbn,
        "identifier": _doi(book.doi) if citation.is_published else None,
    }


def to_script(node: Node) -> str:
    """Return a description as the content of a script element: no sign in it can end the element."""
    text = json.dumps(node, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def author_node(author: Author) -> Node:
    """Return a person or an organisation."""
    if author.name:
        return _clean({"@type": "Organization", "name": author.name})
    affiliation = {"@type": "Organization", "name": author.affiliation} if author.affiliation else None
    return _clean(
        {
            "@type": "Person",
            "@id": author.orcid_url,
            "name": author.full,
            "givenName": author.given,
            "familyName": author.surname,
            "honorificSuffix": author.suffix,
            "affiliation": affiliation,
        }
    )


def _common(page: Page) -> Node:
    """Return what a chapter and a book have in common."""
    citation = page.citation
    edition = citation.edition
    identifiers = [
        _doi(citation.doi),
        _property("edition", edition.id) if edition else None,
        _property("results-sha256", edition.results_sha256) if edition and edition.results_sha256 else None,
        _property("data-vintage", edition.vintage) if edition and edition.vintage else None,
    ]
    return {
        "@id": page.url,
        "url": page.link(page.path),
        "name": citation.title,
        "abstract": citation.abstract,
        "description": page.summary or citation.abstract,
        "keywords": list(citation.keywords),
        "author": [author_node(author) for author in citation.authors],
        "publisher": _publisher(citation.book),
        "datePublished": citation.date.isoformat(),
        "inLanguage": citation.book.language,
        "license": citation.book.licence_url,
        "version": citation.state,
        "identifier": [identifier for identifier in identifiers if identifier],
        "image": page.link(page.picture.path) if page.picture else None,
    }


def _dataset(dataset: Dataset, page: Page) -> Node:
    anchor = f"{page.url}#{dataset.anchor}" if page.url else f"#{dataset.anchor}"
    return {
        "@type": "Dataset",
        "@id": anchor,
        "url": anchor,
        "name": dataset.title,
        "description": dataset.description,
        "license": _licence(dataset.licence, page.citation.book),
        "creditText": dataset.source,
        "isAccessibleForFree": True,
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": page.link(file.path),
                "encodingFormat": file.media_type,
                "contentSize": f"{file.size} B",
                "sha256": file.sha256,
            }
            for file in dataset.files
        ],
    }


def _licence(name: str | None, book: Book) -> Any:
    """Return the address of a licence where it is the book's, else its name."""
    if name is None or name.replace(" ", "-") == book.licence:
        return book.licence_url
    return {"@type": "CreativeWork", "name": name}


def _sources(datasets: tuple[Dataset, ...]) -> list[Node]:
    """Return the sources of all data, each once."""
    names = dict.fromkeys(dataset.source for dataset in datasets if dataset.source)
    return [{"@type": "CreativeWork", "name": name} for name in names]


def _based_on(source: Source) -> Node:
    return {"@type": "CreativeWork", "name": source.title, "url": source.url}


def _work(work: Work) -> Node:
    return {
        "@type": "ScholarlyArticle" if work.journal or work.arxiv else "CreativeWork",
        "@id": work.address,
        "name": work.title,
        "author": [author_node(author) for author in work.authors],
        "datePublished": work.year,
        "isPartOf": {"@type": "Periodical", "name": work.journal} if work.journal else None,
        "url": work.address,
    }


def _publisher(book: Book) -> Node | None:
    return {"@type": "Organization", "name": book.publisher} if book.publisher else None


def _doi(doi: str | None) -> Node | None:
    return _property("DOI", doi) | {"url": f"https://doi.org/{doi}"} if doi else None


def _property(name: str, value: str) -> Node:
    return {"@type": "PropertyValue", "propertyID": name, "value": value}


def _clean(node: Node) -> Node:
    """Return a description without what is empty."""
    cleaned = {key: _cleaned(inner) for key, inner in node.items()}
    return {key: inner for key, inner in cleaned.items() if inner not in (None, "", [], {})}


def _cleaned(value: Any) -> Any:
    if isinstance(value, list):
        return [_cleaned(inner) for inner in value]
    return _clean(value) if isinstance(value, dict) else value
