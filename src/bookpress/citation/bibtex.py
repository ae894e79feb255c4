"""BibTeX and biblatex entries."""

from __future__ import annotations

import codecs
import re
from typing import Literal

import latexcodec  # noqa: F401  # registers the codec "ulatex"
from babel import Locale

from bookpress.citation.record import Author, Citation

Dialect = Literal["bibtex", "biblatex"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")  # macros of every style
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "$": r"\$",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def to_bibtex(citation: Citation, dialect: Dialect = "bibtex") -> str:
    """Return an entry for a reference list.

    Parameters
    ----------
    citation : Citation
        What is cited.
    dialect : {"bibtex", "biblatex"}
        BibTeX is written in ASCII, with accents as commands, and cites a chapter as ``@incollection``. biblatex is
        written in Unicode and cites a chapter as ``@inbook``: that one may have authors of the book besides its own,
        and needs no editor.

    Returns
    -------
    str
        The entry, with a final line break.
    """
    kind = "book"
    if citation.chapter:
        kind = "inbook" if dialect == "biblatex" else "incollection"
    fields = {name: value for name, value in _fields(citation, dialect).items() if value}
    width = max(map(len, fields))
    lines = [f"  {name:<{width}} = {value if name == 'month' else f'{{{value}}}'}" for name, value in fields.items()]
    return f"@{kind}{{{citation.key},\n" + ",\n".join(lines) + "\n}\n"


def _fields(citation: Citation, dialect: Dialect) -> dict[str, str | None]:
    """Return the fields of an entry, in order, ready to stand between braces."""
    ascii_only = dialect == "bibtex"

    def write(text: str | None) -> str | None:
        return escape(text, ascii_only=ascii_only) if text else None

    def write_names(authors: tuple[Author, ...]) -> str | None:
        return " and ".join(name(author, ascii_only=ascii_only) for author in authors)

    date = citation.date
    head: dict[str, str | None] = {
        "author": write_names(citation.authors),
        "title": protect(citation.title, ascii_only=ascii_only),
    }
    body: dict[str, str | None] = {}
    if citation.chapter:
        body["booktitle"] = write(citation.book.full_title)
        if dialect == "biblatex":
            body["bookauthor"] = write_names(citation.book_authors)
        body["chapter"] = str(citation.chapter.position) if citation.chapter.position else None
    body["publisher"] = write(citation.book.publisher)
    if dialect == "biblatex":
        body |= {"date": date.isoformat(), "langid": _language(citation.book.language)}
    else:
        body |= {"year": str(date.year), "month": _MONTHS[date.month - 1], "day": str(date.day)}
        body["language"] = _language(citation.book.language)
    tail = {
        "note": write(citation.state),
        "isbn": citation.book.isbn,
        "doi": citation.doi,
        "url": citation.url,
        "keywords": write(", ".join(citation.keywords)),
        "abstract": write(citation.abstract),
        "annotation" if dialect == "biblatex" else "annote": write(citation.note),
    }
    return head | body | tail


def _language(code: str) -> str | None:
    """Return the English name of a language in small letters, as the LaTeX package babel calls most of them."""
    name = Locale.parse(code, sep="-").english_name
    return name.split(" (")[0].lower() if name else None


def escape(text: str, *, ascii_only: bool = False) -> str:
    r"""Return a text with all that LaTeX takes for a command made plain.

    Parameters
    ----------
    text : str
        Any text.
    ascii_only : bool
        Write letters beyond ASCII as commands, each in braces of its own, as BibTeX wants them in names; what LaTeX
        has no command for stays as it is.

    Examples
    --------
    >>> escape("R&D 5%")
    'R\\&D 5\\%'
    >>> escape("Núñez", ascii_only=True)
    "N{\\'u}{\\~n}ez"
    """
    return "".join(_letter(sign, ascii_only=ascii_only) for sign in text)


def _letter(sign: str, *, ascii_only: bool) -> str:
    if sign in _SPECIAL:
        return _SPECIAL[sign]
    if not ascii_only or sign.isascii():
        return sign
    written = str(codecs.encode(sign, "ulatex", "keep")).strip()
    return f"{{{written}}}" if written.startswith(("\\", "$")) else written


def protect(title: str, *, ascii_only: bool = False) -> str:
    """Return a title in which words that must keep their capitals stand in braces.

    Styles may turn all letters but the first into small ones. Words with a capital are kept, but for the first of the
    title and of a subtitle, which styles leave alone.

    Examples
    --------
    >>> protect("Models of the NeurIPS sample: Open weights in China")
    'Models of the {NeurIPS} sample: Open weights in {China}'
    """
    words = []
    first = True
    for word in title.split(" "):
        bare = word.rstrip(":?!.,;")
        written, tail = escape(bare, ascii_only=ascii_only), escape(word[len(bare) :], ascii_only=ascii_only)
        inner = bare[1:] if first else bare
        words.append(f"{{{written}}}{tail}" if inner != inner.lower() else written + tail)
        first = word.endswith((":", "?", "!", "."))
    return " ".join(words)


def name(author: Author, *, ascii_only: bool = False) -> str:
    """Return a name in the form *von Last, Jr, First*; parts that would be misread stand in braces.

    Examples
    --------
    >>> name(Author(name="Barnes and Noble, Inc."))
    '{Barnes and Noble, Inc.}'
    >>> name(Author(family="Beethoven", particle="van", given="Ludwig"))
    'van Beethoven, Ludwig'
    """

    def part(text: str) -> str:
        written = escape(text, ascii_only=ascii_only)
        return f"{{{written}}}" if "," in text or re.search(r"\band\b", text, re.IGNORECASE) else written

    if author.name:
        return f"{{{escape(author.name, ascii_only=ascii_only)}}}"
    family = part(author.family or "")
    surname = f"{part(author.particle)} {family}" if author.particle else family
    return ", ".join(
        filter(None, [surname, author.suffix and part(author.suffix), author.given and part(author.given)])
    )
