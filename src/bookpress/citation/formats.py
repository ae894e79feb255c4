"""The forms of a citation that reference managers read: BibTeX, biblatex, RIS, CSL-JSON."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import latexcodec  # noqa: F401  # registers the codec "ulatex"
from babel import Locale

from bookpress.citation.record import Author, Citation
from bookpress.files import pretty

FOLDER, LOW = "cite", "\u201a"
_MONTHS = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)  # macros of every style
_COMMANDS = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "$&%#_"},
    }
)


def to_bibtex(citation: Citation, *, is_biblatex: bool = False) -> str:
    """Return an entry for a reference list: BibTeX in ASCII, with accents as commands, or biblatex in Unicode."""
    date, book = citation.date, citation.book

    def write(text: str | None) -> str | None:
        return escape(text, ascii_only=not is_biblatex) if text else None

    def write_names(authors: tuple[Author, ...]) -> str:
        """Write *von Last, Jr, First*; the name of a group stands in braces."""
        names = [", ".join(filter(None, [one.surname, one.suffix, one.given])) for one in authors]
        written = [escape(name, ascii_only=not is_biblatex) for name in names]
        return " and ".join(
            f"{{{text}}}" if one.name else text for one, text in zip(authors, written, strict=True)
        )

    language = (Locale.parse(book.language, sep="-").english_name or "").split(" (")[0].lower()
    dated = {"year": str(date.year), "month": _MONTHS[date.month - 1], "day": str(date.day)}
    chapter = citation.chapter
    fields: dict[str, str | None] = {
        "author": write_names(citation.authors),
        "title": protect(citation.title, ascii_only=not is_biblatex),
        "booktitle": write(book.full_title) if chapter else None,
        "bookauthor": write_names(citation.book_authors)
        if chapter and is_biblatex
        else None,  # of @inbook
        "chapter": str(chapter.position) if chapter and chapter.position else None,
        "publisher": write(book.publisher),
        **({"date": date.isoformat()} if is_biblatex else dated),
        "langid" if is_biblatex else "language": language,
        "edition" if is_biblatex else "note": write(citation.state),
        "isbn": book.isbn,
        "doi": citation.doi,
        "url": citation.url,
        "keywords": write(", ".join(citation.keywords)),
        "abstract": write(citation.abstract),
        "annotation" if is_biblatex else "annote": write(citation.note),
    }
    kind = ("inbook" if is_biblatex else "incollection") if chapter else "book"
    width = max(len(name) for name, value in fields.items() if value)
    lines = [
        f"  {name:<{width}} = {value if name == 'month' else f'{{{value}}}'}"
        for name, value in fields.items()
        if value
    ]
    return f"@{kind}{{{citation.key},\n" + ",\n".join(lines) + "\n}\n"


def escape(text: str, *, ascii_only: bool = False) -> str:
    """Return a text with all that LaTeX takes for a command made plain, and accents as commands where asked."""
    plain = text.translate(_COMMANDS)
    return re.sub(r"[^\x00-\x7f]", _as_command, plain) if ascii_only else plain


def _as_command(letter: re.Match[str]) -> str:
    """Return a letter in braces of its own, as BibTeX wants it in names; what LaTeX has no command for stays."""
    written = str(codecs.encode(letter[0], "ulatex", "keep")).strip()
    written = re.sub(r"(?<=.)\\([ij])$", r"\1", written)  # the accent takes the place of the dot
    return f"{{{written}}}" if written.startswith(("\\", "$")) else written


def protect(title: str, *, ascii_only: bool = False) -> str:
    """Return a title whose words with capitals stand in braces, but for the first: styles may turn letters small."""
    words = title.split(" ")
    protected = []
    for before, word in zip([":", *words], words, strict=False):
        bare = word.rstrip(":?!.,;")
        inner = bare[1:] if before.endswith((":", "?", "!", ".")) else bare
        written = escape(bare, ascii_only=ascii_only)
        protected.append(
            (written if inner == inner.lower() else f"{{{written}}}") + word[len(bare) :]
        )
    return " ".join(protected)


def to_ris(citation: Citation) -> str:
    """Return a record of type CHAP, or BOOK for the whole book; lines end in CR LF, as the format asks."""
    book, date = citation.book, citation.date
    # A name is taken apart at its comma: that of a group has the sign that looks like it, and a comma at its end.
    names = [
        f"{one.name.replace(',', LOW)},"
        if one.name
        else ", ".join(filter(None, [one.surname, one.given, one.suffix]))
        for one in citation.authors
    ]
    rows: list[tuple[str, str | None]] = [
        ("TY", "CHAP" if citation.chapter else "BOOK"),
        ("ID", citation.key),
        *(("AU", name) for name in names),
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
    lines = [f"{tag}  - {value}" for tag, value in rows if value]
    return "\r\n".join([*lines, "ER  - ", ""])


def to_csl(citation: Citation) -> dict[str, Any]:
    """Return the item of a chapter, or of the whole book, from which references are formatted.

    https://docs.citationstyles.org/en/stable/specification.html#appendix-iv-variables. Version and edition go into
    ``edition`` together: it is the one variable that all styles print for a chapter.
    """
    book, chapter, date = citation.book, citation.chapter, citation.date
    return _filled(
        {
            "id": citation.key,
            "type": "chapter" if chapter else "book",
            "title": citation.title,
            "author": [csl_name(author) for author in citation.authors],
            "container-title": book.full_title if chapter else None,
            "container-author": [csl_name(author) for author in citation.book_authors],
            "chapter-number": str(chapter.position) if chapter and chapter.position else None,
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
    )


def to_csl_file(citation: Citation) -> str:
    """Return a file with the item: Zotero reads family and given names alone, so particle and suffix stand there."""
    item = to_csl(citation)
    for name in (*item["author"], *item.get("container-author", ())):
        if particle := name.pop("non-dropping-particle", None):
            name["family"] = f"{particle} {name['family']}"
        if suffix := name.pop("suffix", None):
            name["given"] = f"{name['given']}, {suffix}"
    return pretty([item])


def csl_name(author: Author) -> dict[str, Any]:
    """Return a name variable."""
    name = {"literal": author.name, "family": author.family, "given": author.given}
    return _filled({**name, "non-dropping-particle": author.particle, "suffix": author.suffix})


def _filled(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value}


class Format(NamedTuple):
    """A file for reference managers: how readers call it, the ending of its name, its media type, what writes it."""

    label: str
    ending: str
    media_type: str
    write: Callable[[Citation], str]


FORMATS: Mapping[str, Format] = {
    "bibtex": Format("BibTeX", ".bib", "application/x-bibtex", to_bibtex),
    "biblatex": Format(
        "biblatex",
        ".biblatex.bib",
        "application/x-bibtex",
        lambda one: to_bibtex(one, is_biblatex=True),
    ),
    "ris": Format("RIS", ".ris", "application/x-research-info-systems", to_ris),
    "csl-json": Format(
        "CSL-JSON", ".csl.json", "application/vnd.citationstyles.csl+json", to_csl_file
    ),
}


def citation_stem(citation: Citation) -> str:
    """Return the path of what is cited's files without their ending: ``"cite/robustness"``, ``"cite/book"``."""
    return f"{FOLDER}/{citation.chapter.slug if citation.chapter else 'book'}"


def citation_files(citation: Citation) -> dict[str, str]:
    """Return the files that cite something: content by path from the root of the site."""
    return {
        citation_stem(citation) + form.ending: form.write(citation) for form in FORMATS.values()
    }
