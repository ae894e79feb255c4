"""JSON-LD in the vocabulary of schema.org.

It describes the chapter, its book and the data of its figures. The works that it cites are in the
tags ``citation_reference`` alone: twice, they made a long chapter a tenth larger.
"""

from __future__ import annotations

import json
from typing import Any

from bookpress.cite.book import Author, Book
from bookpress.cite.landing_page import Dataset, LandingPage, SiteFile
from bookpress.cite.record import ChapterRecord, Citation

Node = dict[str, Any]


def page_node(page: LandingPage) -> Node:
    """Return the description of a chapter's page, or of the front page with its chapters."""
    chapter = page.citation.chapter
    node = _front_page(page) if chapter is None else _chapter_page(page, chapter)
    return filled({"@context": "https://schema.org", **node})


def _front_page(page: LandingPage) -> Node:
    chapters = [
        _node("Chapter", name=chapter.title, url=page.link(chapter.page), position=chapter.position)
        for chapter in page.chapters
    ]
    return {
        **_book(page),
        **_common(page),
        "isBasedOn": _works_built_on(page),
        "hasPart": chapters,
    }


def _chapter_page(page: LandingPage, chapter: ChapterRecord) -> Node:
    sources = dict.fromkeys(dataset.source for dataset in page.datasets if dataset.source)
    data_sources = [_node("CreativeWork", name=source) for source in sources]
    return {
        "@type": ["Chapter", "ScholarlyArticle"],
        **_common(page),
        "headline": page.citation.title,
        "position": chapter.position,
        "isPartOf": _book(page),
        "isBasedOn": _works_built_on(page) + data_sources,
        "hasPart": [_dataset(dataset, page) for dataset in page.datasets],
    }


def _works_built_on(page: LandingPage) -> list[Node]:
    works = page.citation.book.based_on
    return [_node("CreativeWork", name=work.title, url=work.url) for work in works]


def script_html(node: Node) -> str:
    """Return a description as a script element, escaped so that nothing in it ends the element."""
    text = json.dumps(node, ensure_ascii=False, separators=(",", ":"))
    text = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return f'<script type="application/ld+json">{text}</script>'


def author_node(author: Author) -> Node:
    """Return a person or an organisation."""
    if author.name:
        return _node("Organization", name=author.name)
    return {
        "@type": "Person",
        "@id": author.orcid_url,
        "name": author.full,
        "givenName": author.given,
        "familyName": author.surname,
        "honorificSuffix": author.suffix,
        "affiliation": _organization(author.affiliation),
    }


def filled(node: Node) -> Node:
    """Return a description without empty values, at any depth."""
    values = {key: _filled(value) for key, value in node.items()}
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}


def _filled(value: Any) -> Any:
    if isinstance(value, list):
        return [_filled(inner) for inner in value]
    if isinstance(value, dict):
        return filled(value)
    return value


def _book(page: LandingPage) -> Node:
    citation = page.citation
    book = citation.book
    return {
        "@type": "Book",
        "@id": citation.site_url,
        "name": book.full_title,
        "url": page.link("index.html"),
        "bookEdition": citation.edition.label if citation.edition else None,
        "version": book.stated_version,
        "author": [author_node(author) for author in book.authors],
        "publisher": _organization(book.publisher),
        "license": book.licence_url,
        "inLanguage": book.language,
        "isbn": book.isbn,
        "identifier": _doi(book.doi) if citation.is_published else None,
    }


def _common(page: LandingPage) -> Node:
    citation = page.citation
    return {
        "@id": page.url,
        "url": page.link(page.path),
        "name": citation.title,
        "abstract": citation.abstract,
        "description": page.summary or citation.abstract,
        "keywords": list(citation.keywords),
        "author": [author_node(author) for author in citation.authors],
        "publisher": _organization(citation.book.publisher),
        "datePublished": citation.date.isoformat(),
        "inLanguage": citation.book.language,
        "license": citation.book.licence_url,
        "version": citation.state,
        "identifier": _identifiers(citation),
        "image": page.link(page.picture.path) if page.picture else None,
    }


def _identifiers(citation: Citation) -> list[Node]:
    doi = _doi(citation.doi)
    identifiers = [doi] if doi else []
    for name, value in _state_identifiers(citation):
        if value:
            identifiers.append(_node("PropertyValue", propertyID=name, value=value))
    return identifiers


def _state_identifiers(citation: Citation) -> list[tuple[str, str | None]]:
    """Return what identifies the cited state: edition, results, evidence, source."""
    edition = citation.edition
    if edition is None:
        return []
    identifiers = [
        ("edition", edition.id),
        ("results-sha256", citation.results_sha256),
        (edition.data_label.lower().replace(" ", "-"), edition.data_version),
    ]
    source = edition.source
    if source and not source.uncommitted:
        identifiers.append(("swhid", source.swhid))
        identifiers.append(("swhid", source.tree_swhid))
    return identifiers


def _dataset(dataset: Dataset, page: LandingPage) -> Node:
    anchor = f"{page.url or ''}#{dataset.anchor}"
    return {
        "@type": "Dataset",
        "@id": anchor,
        "url": anchor,
        "name": dataset.title,
        "description": dataset.description,
        "license": _licence(dataset, page.citation.book),
        "creditText": dataset.source,
        "isAccessibleForFree": True,
        "distribution": [_download(file, page) for file in dataset.files],
    }


def _licence(dataset: Dataset, book: Book) -> str | Node | None:
    licence = dataset.licence
    is_the_books = licence is None or licence.replace(" ", "-") == book.licence
    if is_the_books:
        return book.licence_url
    return _node("CreativeWork", name=licence)


def _download(file: SiteFile, page: LandingPage) -> Node:
    return _node(
        "DataDownload",
        contentUrl=page.link(file.path),
        encodingFormat=file.media_type,
        contentSize=f"{file.size} B",
        sha256=file.sha256,
    )


def _node(kind: str, **properties: Any) -> Node:
    return {"@type": kind, **properties}


def _organization(name: str | None) -> Node | None:
    if name:
        return _node("Organization", name=name)
    return None


def _doi(doi: str | None) -> Node | None:
    if not doi:
        return None
    return _node("PropertyValue", propertyID="DOI", value=doi, url=f"https://doi.org/{doi}")
