"""RIS records, the format most reference managers import."""

from __future__ import annotations

from bookpress.citation.record import Author, Citation


def to_ris(citation: Citation) -> str:
    """Return a record of type CHAP, or BOOK for the whole book; lines end in CR LF, as the format asks.

    Parameters
    ----------
    citation : Citation
        What is cited.
    """
    date = citation.date
    rows: list[tuple[str, str | None]] = [
        ("TY", "CHAP" if citation.chapter else "BOOK"),
        ("ID", citation.key),
        *(("AU", name(author)) for author in citation.authors),
        ("TI", citation.title),
        ("T2", citation.book.full_title if citation.chapter else None),
        ("PB", citation.book.publisher),
        ("PY", str(date.year)),
        ("DA", f"{date:%Y/%m/%d}"),
        ("ET", citation.state),
        ("LA", citation.book.language),
        ("SN", citation.book.isbn or citation.book.issn),
        ("DO", citation.doi),
        ("UR", citation.url),
        *(("KW", keyword) for keyword in citation.keywords),
        ("AB", citation.abstract),
        ("N1", citation.note),
    ]
    lines = [f"{tag}  - {value}" for tag, value in rows if value]
    return "\r\n".join([*lines, "ER  - ", ""])


def name(author: Author) -> str:
    """Return a name as *Last, First, Suffix*; the name of a group ends in a comma, lest it be taken apart.

    Examples
    --------
    >>> name(Author(family="King", given="Martin Luther", suffix="Jr."))
    'King, Martin Luther, Jr.'
    >>> name(Author(name="The Example project"))
    'The Example project,'
    """
    if author.name:
        return f"{author.name},"
    return ", ".join(part for part in (author.surname, author.given, author.suffix) if part)
