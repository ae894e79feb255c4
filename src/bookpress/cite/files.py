"""The forms of a citation, by name: files for reference managers and notes, then styles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from bookpress.cite.formats import to_bibtex, to_csl_file, to_ris
from bookpress.cite.record import Citation
from bookpress.cite.styles import STYLES, to_markdown, to_reference

FOLDER = "cite"


class CitationFormat(NamedTuple):
    """A file with a citation: its label, its suffix, its media type, and what writes it."""

    label: str
    ending: str
    media_type: str
    write: Callable[[Citation], str]


def _to_biblatex(citation: Citation) -> str:
    return to_bibtex(citation, is_biblatex=True)


_CSL_TYPE = "application/vnd.citationstyles.csl+json"
FORMATS: Mapping[str, CitationFormat] = {
    "bibtex": CitationFormat("BibTeX", ".bib", "application/x-bibtex", to_bibtex),
    "biblatex": CitationFormat("biblatex", ".biblatex.bib", "application/x-bibtex", _to_biblatex),
    "ris": CitationFormat("RIS", ".ris", "application/x-research-info-systems", to_ris),
    "csl-json": CitationFormat("CSL-JSON", ".csl.json", _CSL_TYPE, to_csl_file),
    "markdown": CitationFormat("Markdown", ".md", "text/markdown", to_markdown),
}
FORMS = (*FORMATS, *STYLES)
"""The names of all forms of a citation: files first, then styles."""


def write(citation: Citation, form: str) -> str:
    """Return a citation in one of `FORMS`.

    A formatted reference is plain text with a final line break.
    """
    if form in FORMATS:
        return FORMATS[form].write(citation)
    return to_reference(citation, form).text + "\n"


def citation_stem(citation: Citation) -> str:
    """Return the path of the citation files, without their suffix: ``"cite/robustness"``."""
    name = citation.chapter.slug if citation.chapter else "book"
    return f"{FOLDER}/{name}"


def citation_files(citation: Citation) -> dict[str, str]:
    """Return the content of citation files, by their path from the root of the site."""
    stem = citation_stem(citation)
    return {stem + form.ending: form.write(citation) for form in FORMATS.values()}
