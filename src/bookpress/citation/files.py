"""All forms of a citation by name: the files for reference managers, and the formatted references."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bookpress.citation.bibtex import to_bibtex
from bookpress.citation.csl import to_csl_json
from bookpress.citation.page import FILES, citation_stem
from bookpress.citation.record import Citation
from bookpress.citation.ris import to_ris
from bookpress.citation.styles import STYLES, to_reference

_WRITERS: Mapping[str, Callable[[Citation], str]] = MappingProxyType(
    {
        "bibtex": to_bibtex,
        "biblatex": lambda citation: to_bibtex(citation, "biblatex"),
        "ris": to_ris,
        "csl-json": to_csl_json,
    }
)
FORMATS = (*_WRITERS, *STYLES)
"""Names of all forms: files first, then styles."""


def write(citation: Citation, form: str) -> str:
    """Return a citation in one of `FORMATS`; a formatted reference is plain text with a final line break."""
    writer = _WRITERS.get(form)
    return writer(citation) if writer else to_reference(citation, form).text + "\n"


def citation_files(citation: Citation) -> dict[str, str]:
    """Return the files that cite something: content by path from the root of the site."""
    stem = citation_stem(citation)
    return {stem + ending: write(citation, form) for form, (ending, _) in FILES.items()}
