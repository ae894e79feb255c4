"""JSON-LD in the vocabulary of schema.org: the chapter, its book, the data of its figures, the works it cites."""

from __future__ import annotations

import json
from typing import Any

from bookpress.citation.landing_page import Dataset, LandingPage, Work
from bookpress.citation.record import Author

Node = dict[str, Any]


def page_node(page: LandingPage) -> Node:
    """Return the description of a chapter's page, or of the front page with its chapters."""
    citation = page.citation
    based_on = [
        _node("CreativeWork", name=work.title, url=work.url) for work in citation.book.based_on
    ]
    context, common = {"@context": "https://schema.org"}, _common(page)
    if citation.chapter is None:
        chapters = [
            _node(
                "Chapter",
                name=chapter.title,
                url=page.link(chapter.page),
                position=chapter.position,
            )
            for chapter in page.chapters
        ]
        return filled(
            {**context, **_book(page), **common, "isBasedOn": based_on, "hasPart": chapters}
        )
    sources = dict.fromkeys(dataset.source for dataset in page.datasets if dataset.source)
    return filled(
        {
            **context,
            "@type": ["Chapter", "ScholarlyArticle"],
            **common,
            "headline": citation.title,
            "position": citation.chapter.position,
            "isPartOf": _book(page),
            "isBasedOn": based_on + [_node("CreativeWork", name=name) for name in sources],
            "citation": [_work(work) for work in page.works],
            "hasPart": [_dataset(dataset, page) for dataset in page.datasets],
        }
    )


def script_html(node: Node) -> str:
    """Return a description as a script element: no sign in it can end the element."""
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
    """Return a description without what is empty, at any depth."""
    return {
        key: inner
        for key, value in node.items()
        if (inner := _filled(value)) not in (None, "", [], {})
    }


def _filled(value: Any) -> Any:
    if isinstance(value, list):
        return [_filled(inner) for inner in value]
    return filled(value) if isinstance(value, dict) else value


def _book(page: LandingPage) -> Node:
    citation, book = page.citation, page.citation.book
    return {
        "@type": "Book",
        "@id": citation.site_url,
        "name": book.full_title,
        "url": page.link("index.html"),
        "bookEdition": citation.edition.label if citation.edition else None,
        "version": book.version,
        "author": [author_node(author) for author in book.authors],
        "publisher": _organization(book.publisher),
        "license": book.licence_url,
        "inLanguage": book.language,
        "isbn": book.isbn,
        "identifier": _doi(book.doi) if citation.is_published else None,
    }


def _common(page: LandingPage) -> Node:
    citation, edition, facts = page.citation, page.citation.edition, list[tuple[str, str | None]]()
    if edition:
        facts = [
            ("edition", edition.id),
            ("results-sha256", citation.results_sha256),
            ("data-vintage", edition.vintage),
        ]
        if edition.source and not edition.source.uncommitted:
            facts += [("swhid", edition.source.swhid), ("swhid", edition.source.tree_swhid)]
    identifiers = [
        _node("PropertyValue", propertyID=name, value=value) for name, value in facts if value
    ]
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
        "identifier": [*filter(None, [_doi(citation.doi)]), *identifiers],
        "image": page.link(page.picture.path) if page.picture else None,
    }


def _dataset(dataset: Dataset, page: LandingPage) -> Node:
    anchor = f"{page.url or ''}#{dataset.anchor}"
    book, licence = page.citation.book, dataset.licence
    is_the_books = licence is None or licence.replace(" ", "-") == book.licence
    files = [
        _node(
            "DataDownload",
            contentUrl=page.link(file.path),
            encodingFormat=file.media_type,
            contentSize=f"{file.size} B",
            sha256=file.sha256,
        )
        for file in dataset.files
    ]
    return {
        "@type": "Dataset",
        "@id": anchor,
        "url": anchor,
        "name": dataset.title,
        "description": dataset.description,
        "license": book.licence_url if is_the_books else _node("CreativeWork", name=licence),
        "creditText": dataset.source,
        "isAccessibleForFree": True,
        "distribution": files,
    }


def _work(work: Work) -> Node:
    return {
        "@type": "ScholarlyArticle" if work.journal or work.arxiv else "CreativeWork",
        "@id": work.address,
        "name": work.title,
        "author": [author_node(author) for author in work.authors],
        "datePublished": work.year,
        "isPartOf": _node("Periodical", name=work.journal) if work.journal else None,
        "url": work.address,
    }


def _node(kind: str, **properties: Any) -> Node:
    return {"@type": kind, **properties}


def _organization(name: str | None) -> Node | None:
    return _node("Organization", name=name) if name else None


def _doi(doi: str | None) -> Node | None:
    return (
        _node("PropertyValue", propertyID="DOI", value=doi, url=f"https://doi.org/{doi}")
        if doi
        else None
    )
