"""Records for others: those at the root of a repository, which this writes when run, and those for registries."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

import yaml

from bookpress.citation.jsonld import Node, author_node, filled
from bookpress.citation.landing_page import TEMPLATES
from bookpress.citation.record import SETTINGS, Author, Book, Chapter, Citation, load_book
from bookpress.errors import UsageError
from bookpress.files import pretty

MESSAGE = "Cite the chapter you use, in the edition you read it in: each chapter has a box with its reference."
CFF_NOTE = (
    f"# Made from {SETTINGS}; do not edit. To make it again: python -m bookpress.citation.deposit\n"
)


def deposit_files(book: Book) -> dict[str, str]:
    """Return the content of each file by its name."""
    cff = yaml.safe_dump(filled(citation_cff(book)), sort_keys=False, allow_unicode=True, width=100)
    files = {"codemeta.json": codemeta(book), ".zenodo.json": zenodo(book)}
    return {
        "CITATION.cff": CFF_NOTE + cff,
        **{name: pretty(filled(node)) for name, node in files.items()},
    }


def citation_cff(book: Book) -> Node:
    """Return what ``CITATION.cff`` says: of the repository, which is software, with the book as what to cite."""
    common = {
        "title": book.full_title,
        "authors": [_cff_author(author) for author in book.authors],
        "version": book.version,
        "date-released": book.date and book.date.isoformat(),
        "doi": book.doi,
        "url": book.base_url,
    }
    preferred = {
        "type": "book",
        **common,
        "license": book.licence,
        "publisher": {"name": book.publisher},
        "year": book.date and book.date.year,
        "isbn": book.isbn,
        "languages": [book.language.split("-")[0]],
    }
    return {
        "cff-version": "1.2.0",
        "message": MESSAGE,
        "type": "software",
        **common,
        "abstract": book.description,
        "keywords": list(book.keywords),
        "license": book.code_licence or book.licence,
        "repository-code": book.repository,
        "preferred-citation": preferred,
    }


def codemeta(book: Book) -> Node:
    """Return what ``codemeta.json`` says (https://codemeta.github.io/terms/)."""
    return {
        "@context": "https://w3id.org/codemeta/3.0",
        "type": "SoftwareSourceCode",
        "name": book.full_title,
        "description": book.description,
        "author": [_codemeta_author(author) for author in book.authors],
        "publisher": book.publisher and {"type": "Organization", "name": book.publisher},
        "version": book.version,
        "datePublished": book.date and book.date.isoformat(),
        "license": book.code_licence and f"https://spdx.org/licenses/{book.code_licence}",
        "keywords": list(book.keywords),
        "programmingLanguage": "Python",
        "codeRepository": book.repository,
        "url": book.base_url,
        "identifier": book.doi and f"https://doi.org/{book.doi}",
        "isBasedOn": [source.url for source in book.based_on if source.url],
    }


def zenodo(book: Book) -> Node:
    """Return what ``.zenodo.json`` says (https://developers.zenodo.org/#representation)."""
    related = [
        {"identifier": source.url, "relation": "isDerivedFrom"}
        for source in book.based_on
        if source.url
    ]
    if book.repository:
        related.append({"identifier": book.repository, "relation": "isSupplementedBy"})
    return {
        "title": book.full_title,
        "upload_type": "publication",
        "publication_type": "book",
        "description": book.description and f"<p>{escape(book.description)}</p>",
        "creators": [
            {"name": author.sorted_name, "affiliation": author.affiliation, "orcid": author.orcid}
            for author in book.authors
        ],
        "publication_date": book.date and book.date.isoformat(),
        "version": book.version,
        "access_right": "open",
        "license": book.licence and book.licence.lower(),
        "keywords": list(book.keywords),
        "imprint_publisher": book.publisher,
        "imprint_isbn": book.isbn,
        "related_identifiers": related,
    }


def _cff_author(author: Author) -> Node:
    if author.name:
        return {"name": author.name}
    return {
        "family-names": author.family,
        "given-names": author.given,
        "name-particle": author.particle,
        "name-suffix": author.suffix,
        "affiliation": author.affiliation,
        "orcid": author.orcid_url,
    }


def _codemeta_author(author: Author) -> Node:
    """Return the author of the pages, under the names that codemeta has for ``@type`` and ``@id``."""
    affiliation = author.affiliation and {"type": "Organization", "name": author.affiliation}
    node = {key.removeprefix("@"): value for key, value in author_node(author).items()}
    return {**node, "affiliation": affiliation}


def to_crossref(cited: Citation, chapters: Sequence[Chapter]) -> str:
    """Return the deposit of a book and of those chapters that have a DOI (https://www.crossref.org/schema/5.5.0)."""
    book, needed = cited.book, "doi, base_url, publisher, depositor"
    missing = [name for name in needed.split(", ") if not getattr(book, name)]
    if missing:
        raise UsageError(
            f"a deposit with Crossref needs {needed} in {SETTINGS}; missing: {', '.join(missing)}"
        )
    if not cited.is_published:
        raise UsageError("a DOI stands for the default edition: deposit that one")
    with_doi = [one for one in map(cited.of_chapter, chapters) if one.doi]
    text = TEMPLATES.get_template("crossref.xml").render(book=book, cited=cited, chapters=with_doi)
    return re.sub(r"\n\s*\n+", "\n", text).strip() + "\n"


def to_datacite(cited: Citation) -> str:
    """Return the metadata of a book or a chapter (https://schema.datacite.org/meta/kernel-4.5/)."""
    book, chapter = cited.book, cited.chapter
    if not book.publisher:
        raise UsageError(f"a deposit with DataCite needs `publisher` in {SETTINGS}")
    node = {
        "doi": cited.doi,
        "types": {"resourceTypeGeneral": "BookChapter" if chapter else "Book"},
        "creators": [_creator(author) for author in cited.authors],
        "titles": [{"title": cited.title, "lang": book.language}],
        "publisher": {"name": book.publisher},
        "publicationYear": str(cited.date.year),
        "subjects": [{"subject": keyword} for keyword in cited.keywords],
        "dates": [{"date": cited.date.isoformat(), "dateType": "Issued"}],
        "language": book.language,
        "version": cited.state,
        "rightsList": [{"rightsIdentifier": book.licence, "rightsUri": book.licence_url}],
        "descriptions": [
            {"description": text, "descriptionType": kind}
            for text, kind in ((cited.abstract, "Abstract"), (cited.note, "TechnicalInfo"))
            if text
        ],
        "relatedIdentifiers": list(_related(cited)),
        "url": cited.url,
        "schemaVersion": "http://datacite.org/schema/kernel-4",
    }
    return pretty(filled(node))


def _creator(author: Author) -> Node:
    orcid = {
        "nameIdentifier": author.orcid_url,
        "nameIdentifierScheme": "ORCID",
        "schemeUri": "https://orcid.org",
    }
    person = (
        {} if author.name else {"givenName": author.given_and_suffix, "familyName": author.surname}
    )
    return {
        "name": author.sorted_name,
        "nameType": "Organizational" if author.name else "Personal",
        **person,
        "nameIdentifiers": [orcid] if author.orcid else [],
        "affiliation": [{"name": author.affiliation}] if author.affiliation else [],
    }


def _related(cited: Citation) -> Iterator[Node]:
    """Yield to what a work is related: its book, the book of which it is an edition, its source, what it builds on."""
    book = cited.book
    whole = ("DOI", book.doi) if book.doi else ("URL", book.base_url)
    related = [(*whole, "IsPartOf")] if cited.chapter else []
    related += [(*whole, "IsVersionOf")] if not cited.is_published and not cited.chapter else []
    related += [("URL", book.repository, "IsDerivedFrom")]
    related += [("URL", source.url, "IsDerivedFrom") for source in book.based_on]
    for kind, address, relation in related:
        if address:
            yield {
                "relatedIdentifier": address,
                "relatedIdentifierType": kind,
                "relationType": relation,
            }


def main(root: Path) -> None:
    """Write the files at the root of a checkout."""
    for name, text in deposit_files(load_book(root)).items():
        (root / name).write_text(text, encoding="utf-8", newline="")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
