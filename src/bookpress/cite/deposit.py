"""Records for others: files at the root of the repository, and deposits with DataCite.

Run as a program, the module writes the files at the root.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path

import yaml

from bookpress.cite.book import SETTINGS, Author, Book, load_book
from bookpress.cite.jsonld import Node, author_node, filled
from bookpress.cite.record import Citation
from bookpress.errors import PressError, UsageError
from bookpress.files import pretty, read, replace_file

MESSAGE = (
    "Cite the chapter you use, in the edition you read it in: "
    "each chapter has a box with its reference."
)
REMAKE = "python -m bookpress.cite.deposit"
CFF_NOTE = f"# Made from {SETTINGS}; do not edit. To make it again: {REMAKE}\n"
CODECHECK = "https://codecheck.org.uk/spec/config/1.0/"
CHECKED = (
    ("_build/editions/default/results.json", "every number, with its interval and counts"),
    ("_build/editions/default/statements.json", "every tested sentence, and whether it holds"),
    ("_build/editions/default/html/index.html", "the pages with all figures and tables"),
)
"""Files that a build of the published edition writes, and what they contain."""


def deposit_files(book: Book) -> dict[str, str]:
    """Return the content of each file, by name."""
    cff = filled(citation_cff(book))
    cff_text = yaml.safe_dump(cff, sort_keys=False, allow_unicode=True, width=100)
    return {
        "CITATION.cff": CFF_NOTE + cff_text,
        "codemeta.json": pretty(filled(codemeta(book))),
        ".zenodo.json": pretty(filled(zenodo(book))),
        "codecheck.yml": CFF_NOTE + codecheck(book),
    }


def outdated_files(root: Path, book: Book) -> list[str]:
    """Return which of these files at the root of a book contradict its publication settings.

    Where it has no such settings, they are its author's own.
    """
    if not (root / SETTINGS).is_file():
        return []
    wanted = {root / name: text.encode() for name, text in deposit_files(book).items()}
    return [path.name for path, text in wanted.items() if path.is_file() and read(path) != text]


def codecheck(book: Book) -> str:
    """Return ``codecheck.yml``, which lists what someone who runs the book again should get.

    It has only the manifest; whoever checks adds who checked, when, and the outcome
    (https://codecheck.org.uk/spec/config/1.0/).
    """
    paper = {
        "title": book.full_title,
        "authors": [{"name": author.full, "ORCID": author.orcid} for author in book.authors],
        "reference": book.doi and f"https://doi.org/{book.doi}",
    }
    manifest = [{"file": file, "comment": comment} for file, comment in CHECKED]
    facts = {"version": CODECHECK, "paper": filled(paper), "manifest": manifest}
    return yaml.safe_dump(facts, sort_keys=False, allow_unicode=True, width=100)


def citation_cff(book: Book) -> Node:
    """Return the content of ``CITATION.cff``: the repository is software; cite the book."""
    common = {
        "title": book.full_title,
        "authors": [_cff_author(author) for author in book.authors],
        "version": book.version,
        "date-released": book.date and book.date.isoformat(),
        "doi": book.doi,
        "url": book.base_url,
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
        "preferred-citation": _preferred_citation(book, common),
    }


def _preferred_citation(book: Book, common: Node) -> Node:
    """Return the book as the preferred citation."""
    return {
        "type": "book",
        **common,
        "license": book.licence,
        "publisher": {"name": book.publisher},
        "year": book.date and book.date.year,
        "isbn": book.isbn,
        "languages": [book.page_language.split("-")[0]],
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


def codemeta(book: Book) -> Node:
    """Return the content of ``codemeta.json`` (https://codemeta.github.io/terms/)."""
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
        "isBasedOn": _source_addresses(book),
    }


def _codemeta_author(author: Author) -> Node:
    """Return an author with codemeta's names for ``@type`` and ``@id``."""
    node = author_node(author)
    renamed = {key.removeprefix("@"): value for key, value in node.items()}
    affiliation = author.affiliation and {"type": "Organization", "name": author.affiliation}
    return {**renamed, "affiliation": affiliation}


def zenodo(book: Book) -> Node:
    """Return the content of ``.zenodo.json`` (https://developers.zenodo.org/#representation)."""
    return {
        "title": book.full_title,
        "upload_type": "publication",
        "publication_type": "book",
        "description": book.description and f"<p>{escape(book.description)}</p>",
        "creators": [_zenodo_creator(author) for author in book.authors],
        "publication_date": book.date and book.date.isoformat(),
        "version": book.version,
        "access_right": "open",
        "license": book.licence and book.licence.lower(),
        "keywords": list(book.keywords),
        "imprint_publisher": book.publisher,
        "imprint_isbn": book.isbn,
        "related_identifiers": _zenodo_related(book),
    }


def _zenodo_creator(author: Author) -> Node:
    return {
        "name": author.sorted_name,
        "affiliation": author.affiliation,
        "orcid": author.orcid,
    }


def _zenodo_related(book: Book) -> list[Node]:
    addresses = _source_addresses(book)
    related = [{"identifier": address, "relation": "isDerivedFrom"} for address in addresses]
    if book.repository:
        related.append({"identifier": book.repository, "relation": "isSupplementedBy"})
    return related


def _source_addresses(book: Book) -> list[str]:
    """Return the addresses of the works that a book is based on."""
    return [source.url for source in book.based_on if source.url]


def to_datacite(cited: Citation) -> str:
    """Return the metadata of a book or a chapter (https://schema.datacite.org/meta/kernel-4.5/)."""
    book = cited.book
    if not book.publisher:
        raise UsageError(f"a deposit with DataCite needs `publisher` in {SETTINGS}")
    node = {
        "doi": cited.doi,
        "types": {"resourceTypeGeneral": "BookChapter" if cited.chapter else "Book"},
        "creators": [_datacite_creator(author) for author in cited.authors],
        "titles": [{"title": cited.title, "lang": book.language}],
        "publisher": {"name": book.publisher},
        "publicationYear": str(cited.date.year),
        "subjects": [{"subject": keyword} for keyword in cited.keywords],
        "dates": [{"date": cited.date.isoformat(), "dateType": "Issued"}],
        "language": book.language,
        "version": cited.state,
        "rightsList": [{"rightsIdentifier": book.licence, "rightsUri": book.licence_url}],
        "descriptions": _descriptions(cited),
        "relatedIdentifiers": list(_datacite_related(cited)),
        "url": cited.url,
        "schemaVersion": "http://datacite.org/schema/kernel-4",
    }
    return pretty(filled(node))


def _datacite_creator(author: Author) -> Node:
    creator: Node = {
        "name": author.sorted_name,
        "nameType": "Organizational" if author.name else "Personal",
    }
    if not author.name:
        creator["givenName"] = author.given_and_suffix
        creator["familyName"] = author.surname
    creator["nameIdentifiers"] = [_orcid(author)] if author.orcid else []
    creator["affiliation"] = [{"name": author.affiliation}] if author.affiliation else []
    return creator


def _orcid(author: Author) -> Node:
    return {
        "nameIdentifier": author.orcid_url,
        "nameIdentifierScheme": "ORCID",
        "schemeUri": "https://orcid.org",
    }


def _descriptions(cited: Citation) -> list[Node]:
    descriptions = [
        {"description": cited.abstract, "descriptionType": "Abstract"},
        {"description": cited.note, "descriptionType": "TechnicalInfo"},
    ]
    return [node for node in descriptions if node["description"]]


def _datacite_related(cited: Citation) -> Iterator[Node]:
    """Yield the works related to a work.

    They are the book of a chapter, the book of an edition, the source, and what it is based on.
    """
    book = cited.book
    book_identifier = ("DOI", book.doi) if book.doi else ("URL", book.base_url)
    related: list[tuple[str, str | None, str]] = []
    if cited.chapter:
        related.append((*book_identifier, "IsPartOf"))
    elif not cited.is_published:
        related.append((*book_identifier, "IsVersionOf"))
    related.append(("URL", book.repository, "IsDerivedFrom"))
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
    try:
        for name, text in deposit_files(load_book(root)).items():
            replace_file(root / name, text.encode())
    except PressError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
