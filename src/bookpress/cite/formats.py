"""The formats that reference managers read: BibTeX, biblatex, RIS, CSL-JSON."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from typing import Any

import latexcodec  # noqa: F401  # registers the codec "ulatex"
from babel import Locale, UnknownLocaleError

from bookpress.cite.book import Author
from bookpress.cite.record import Citation
from bookpress.files import pretty

LOW = "\u201a"
"""A character that looks like a comma, for names that programs would split at one."""
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
"""The macros for months that every BibTeX style has."""
_COMMANDS = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_COMMANDS |= {sign: f"\\{sign}" for sign in "$&%#_"}
_TO_COMMANDS = str.maketrans(_COMMANDS)
_SENTENCE_ENDS = (":", "?", "!", ".")


def to_bibtex(citation: Citation, *, is_biblatex: bool = False) -> str:
    """Return an entry for a reference list.

    BibTeX is in ASCII, with accents as commands; biblatex is in Unicode.
    """
    fields = _biblatex_fields(citation) if is_biblatex else _bibtex_fields(citation)
    filled = _filled(fields)
    width = max(map(len, filled))
    lines = []
    for name, value in filled.items():
        content = value if name == "month" else f"{{{value}}}"
        lines.append(f"  {name:<{width}} = {content}")
    kind = _entry_type(citation, is_biblatex=is_biblatex)
    return f"@{kind}{{{citation.key},\n" + ",\n".join(lines) + "\n}\n"


def _entry_type(citation: Citation, *, is_biblatex: bool) -> str:
    if not citation.chapter:
        return "book"
    return "inbook" if is_biblatex else "incollection"


def _bibtex_fields(citation: Citation) -> dict[str, str | None]:
    """Return the fields of a BibTeX entry, some of them empty."""
    book = citation.book
    date = citation.date
    return {
        "author": _bibtex_names(citation.authors, ascii_only=True),
        "title": protect(citation.title, ascii_only=True),
        "booktitle": _ascii(book.full_title) if citation.chapter else None,
        "chapter": _chapter_number(citation),
        "publisher": _ascii(book.publisher),
        "year": str(date.year),
        "month": _MONTHS[date.month - 1],
        "day": str(date.day),
        "language": _language_name(book.language),
        "note": _ascii(citation.state),
        "isbn": book.isbn,
        "doi": citation.doi,
        "url": citation.url,
        "keywords": _ascii(", ".join(citation.keywords)),
        "abstract": _ascii(citation.abstract),
        "annote": _ascii(citation.note),
    }


def _biblatex_fields(citation: Citation) -> dict[str, str | None]:
    """Return the fields of a biblatex entry, some of them empty."""
    book = citation.book
    chapter = citation.chapter
    return {
        "author": _bibtex_names(citation.authors),
        "title": protect(citation.title),
        "booktitle": escape(book.full_title) if chapter else None,
        "bookauthor": _bibtex_names(citation.book_authors) if chapter else None,
        "chapter": _chapter_number(citation),
        "publisher": escape(book.publisher or ""),
        "date": citation.date.isoformat(),
        "langid": _language_name(book.language),
        "edition": escape(citation.state),
        "isbn": book.isbn,
        "doi": citation.doi,
        "url": citation.url,
        "keywords": escape(", ".join(citation.keywords)),
        "abstract": escape(citation.abstract or ""),
        "annotation": escape(citation.note or ""),
    }


def _bibtex_names(authors: tuple[Author, ...], *, ascii_only: bool = False) -> str:
    """Write *von Last, Jr, First*; a group's name is in braces."""
    names = []
    for author in authors:
        name = _comma_separated(author.surname, author.suffix, author.given)
        written = escape(name, ascii_only=ascii_only)
        names.append(f"{{{written}}}" if author.name else written)
    return " and ".join(names)


def _comma_separated(*parts: str | None) -> str:
    return ", ".join(filter(None, parts))


def _language_name(code: str | None) -> str | None:
    """Return the English name of a language, without its variety, as in BibTeX.

    An unknown language is given by its code; a book that states none has none.
    """
    if code is None:
        return None
    try:
        name = Locale.parse(code, sep="-").english_name or code
    except (UnknownLocaleError, ValueError):
        name = code
    return name.split(" (")[0].lower()


def _chapter_number(citation: Citation) -> str | None:
    chapter = citation.chapter
    if chapter and chapter.position:
        return str(chapter.position)
    return None


def _ascii(text: str | None) -> str | None:
    if text:
        return escape(text, ascii_only=True)
    return None


def escape(text: str, *, ascii_only: bool = False) -> str:
    """Return a text with everything escaped that LaTeX takes for a command.

    With `ascii_only`, accents become commands.
    """
    plain = text.translate(_TO_COMMANDS)
    if ascii_only:
        return re.sub(r"[^\x00-\x7f]", _as_command, plain)
    return plain


def _as_command(letter: re.Match[str]) -> str:
    """Return a letter as a command in braces, as BibTeX requires in names.

    A letter without a command stays as it is.
    """
    written = str(codecs.encode(letter[0], "ulatex", "keep")).strip()
    written = re.sub(r"(?<=.)\\([ij])$", r"\1", written)  # the accent replaces the dot
    if written.startswith(("\\", "$")):
        return f"{{{written}}}"
    return written


def protect(title: str, *, ascii_only: bool = False) -> str:
    """Return a title with its capitalised words in braces, except for the first.

    Styles may turn letters to lower case.
    """
    words = title.split(" ")
    protected = []
    for before, word in zip([":", *words], words, strict=False):
        bare = word.rstrip(":?!.,;")
        punctuation = word[len(bare) :]
        is_first = before.endswith(_SENTENCE_ENDS)
        inner = bare[1:] if is_first else bare
        written = escape(bare, ascii_only=ascii_only)
        if inner != inner.lower():
            written = f"{{{written}}}"
        protected.append(written + punctuation)
    return " ".join(protected)


def to_ris(citation: Citation) -> str:
    """Return a record of type CHAP, or BOOK for the whole book.

    Lines end in CR LF, as the format requires.
    """
    rows = [(tag, value) for tag, value in _ris_rows(citation) if value]
    lines = [f"{tag}  - {value}" for tag, value in rows]
    return "\r\n".join([*lines, "ER  - ", ""])


def _ris_rows(citation: Citation) -> list[tuple[str, str | None]]:
    """Return the tags and values of a record, some of them empty."""
    book = citation.book
    date = citation.date
    return [
        ("TY", "CHAP" if citation.chapter else "BOOK"),
        ("ID", citation.key),
        *(("AU", _ris_name(author)) for author in citation.authors),
        ("TI", citation.title),
        ("T2", book.full_title if citation.chapter else None),
        ("PB", book.publisher),
        ("PY", str(date.year)),
        ("DA", f"{date:%Y/%m/%d}"),
        ("ET", citation.state),
        ("LA", book.language),
        ("SN", book.isbn or book.issn),
        ("DO", citation.doi),
        ("UR", citation.url),
        *(("KW", keyword) for keyword in citation.keywords),
        ("AB", citation.abstract),
        ("N1", citation.note),
    ]


def _ris_name(author: Author) -> str:
    """Return a name, which readers of the format split at its comma.

    In a group's name a look-alike replaces the comma, and a comma at the end keeps it whole.
    """
    if author.name:
        return f"{author.name.replace(',', LOW)},"
    return _comma_separated(author.surname, author.given, author.suffix)


def to_csl(citation: Citation) -> dict[str, Any]:
    """Return the item of a chapter, or of the whole book, that references are formatted from.

    See https://docs.citationstyles.org/en/stable/specification.html#appendix-iv-variables. Version
    and edition both go into ``edition``, the only variable that all styles print for a chapter.
    """
    book = citation.book
    date = citation.date
    item = {
        "id": citation.key,
        "type": "chapter" if citation.chapter else "book",
        "title": citation.title,
        "author": [csl_name(author) for author in citation.authors],
        "container-title": book.full_title if citation.chapter else None,
        "container-author": [csl_name(author) for author in citation.book_authors],
        "chapter-number": _chapter_number(citation),
        "edition": citation.state,
        "publisher": book.publisher,
        "issued": {"date-parts": [[date.year, date.month, date.day]]},
        "language": book.language,
        "ISBN": book.isbn,
        "ISSN": book.issn,
        "DOI": citation.doi,
        "URL": citation.url,
        "keyword": ", ".join(citation.keywords),
        "abstract": citation.abstract,
        "note": citation.note,
    }
    return _filled(item)


def to_csl_file(citation: Citation) -> str:
    """Return a file with the item, for Zotero.

    Zotero reads only family and given names, so these include particle and suffix.
    """
    item = to_csl(citation)
    names = [*item["author"], *item.get("container-author", ())]
    for name in names:
        if particle := name.pop("non-dropping-particle", None):
            name["family"] = f"{particle} {name['family']}"
        if suffix := name.pop("suffix", None):
            name["given"] = f"{name['given']}, {suffix}"
    return pretty([item])


def csl_name(author: Author) -> dict[str, Any]:
    """Return a name variable."""
    name = {
        "literal": author.name,
        "family": author.family,
        "given": author.given,
        "non-dropping-particle": author.particle,
        "suffix": author.suffix,
    }
    return _filled(name)


def _filled(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value}
