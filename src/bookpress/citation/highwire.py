"""Highwire Press tags: what Google Scholar indexes and what Zotero and other reference managers read from a page."""

from __future__ import annotations

from bookpress.citation.page import Page, Work
from bookpress.citation.record import Author

Tags = list[tuple[str, str]]


def highwire_tags(page: Page) -> Tags:
    """Return name and content of each tag, in order.

    Parameters
    ----------
    page : Page
        The page of a chapter, or the front page of a book that is indexed as one.

    Notes
    -----
    https://scholar.google.com/intl/en/scholar/inclusion.html#indexing names the tags. Addresses must be absolute:
    without an address of the site there are none. ``citation_inbook_title`` is what makes a book section of a page in
    Zotero, which takes ``citation_book_title`` for Open Graph; others read only the latter. ``citation_doi`` is the
    chapter's own: under the book's, all chapters would be taken for one work.
    """
    citation = page.citation
    book = citation.book
    in_book = book.full_title if citation.chapter else None
    tags: list[tuple[str, str | None]] = [
        ("citation_title", citation.title),
        *_author_tags(citation.authors),
        ("citation_publication_date", f"{citation.date:%Y/%m/%d}"),
        ("citation_inbook_title", in_book),
        ("citation_book_title", in_book),
        ("citation_publisher", book.publisher),
        ("citation_isbn", book.isbn),
        ("citation_issn", book.issn),
        ("citation_doi", citation.doi),
        ("citation_language", book.language),
        *(("citation_keywords", keyword) for keyword in citation.keywords),
        ("citation_abstract", citation.abstract),
        ("citation_public_url", citation.url if page.url else None),
        ("citation_fulltext_html_url", page.url),
        ("citation_pdf_url", page.absolute(page.pdf) if page.pdf else None),
        *(("citation_reference", reference(work)) for work in page.works),
    ]
    return [(name, content) for name, content in tags if content]


def _author_tags(authors: tuple[Author, ...]) -> list[tuple[str, str | None]]:
    """Return the tags of all authors, each followed by the tags about that author."""
    tags: list[tuple[str, str | None]] = []
    for author in authors:
        tags.append(("citation_author", author_name(author, alone=len(authors) == 1)))
        tags.append(("citation_author_institution", author.affiliation))
        tags.append(("citation_author_orcid", author.orcid_url))
    return tags


def author_name(author: Author, *, alone: bool = False) -> str:
    """Return a name as a tag holds it: *Last, First*.

    Parameters
    ----------
    author : Author
        A person or a group.
    alone : bool
        Whether it is the only author of the page.

    Notes
    -----
    Zotero takes the last word of a name without a comma for the family name, and splits the name of an only author at
    its comma when both sides hold a space. A comma at the end keeps a group whole, a semicolon keeps a person whole;
    Zotero drops both. A suffix goes to the given name: only two parts are read.

    Examples
    --------
    >>> author_name(Author(name="The Example project"))
    'The Example project,'
    >>> author_name(Author(family="Berg", particle="van der", given="Anna Maria"), alone=True)
    'van der Berg, Anna Maria;'
    """
    if author.name:
        written = author.name if "," in author.name else f"{author.name},"
        return f"{written};" if alone and "," in author.name else written
    given = " ".join(part for part in (author.given, author.suffix) if part)
    if not given:
        return f"{author.surname}," if " " in author.surname else author.surname
    written = f"{author.surname}, {given}"
    return f"{written};" if alone and " " in author.surname and " " in given else written


def reference(work: Work) -> str:
    """Return a cited work as the content of a ``citation_reference`` tag.

    Examples
    --------
    >>> reference(Work(title="A; b", authors=(Author(family="Doe", given="Jo"),), year="2020", arxiv="2001.00001"))
    'citation_title=A, b;citation_author=Doe, Jo;citation_publication_date=2020;citation_arxiv_id=2001.00001'
    """
    parts = [
        ("citation_title", work.title),
        *(("citation_author", author_name(author).rstrip(",")) for author in work.authors),
        ("citation_journal_title", work.journal),
        ("citation_publisher", work.publisher),
        ("citation_publication_date", work.year),
        ("citation_doi", work.doi),
        ("citation_arxiv_id", work.arxiv),
    ]
    return ";".join(f"{name}={content.replace(';', ',')}" for name, content in parts if content)
