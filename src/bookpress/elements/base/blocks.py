"""Blocks: the pieces of a page that a state replaces, each with an id and a hash.

A block is a child of a section, of a fold, of the opening of a chapter, or of a page that begins
without a heading, that is itself none of these; a note about what does not hold belongs to the
block after it. A part that a template names with ``data-part`` is a block within a block: the code
of a figure, or its reference, which may differ when the rest does not. Ids and hashes are assigned
once, when a page is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape

from bookpress.elements.base.registry import fixed
from bookpress.files import sha256

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"]
)
"""Elements without an end tag."""
ID = "data-block"
HASH = "data-hash"
PART = "data-part"
HOLDERS = {"div": "opener", "details": "fold"}
"""Elements besides sections whose children are blocks, by tag, each with its class."""
NOTE = "fallen-note"
"""The class of the note about what does not hold, which only states have."""
HASH_LENGTH = 8
ROOT = "without-heading"
"""The name of what precedes the first heading of a page."""
_BY_THE_RUN = re.compile(
    r"(?<= at )0x[0-9a-f]{6,}"
    r"|\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b"
    r"|(?<=altair-viz-)[0-9a-f]{32}"
)
"""Text that differs between runs: memory addresses of objects, and random names of charts."""
_OWN = re.compile(f' {ID}="[^"]*" {HASH}="[^"]*"')


_TAG = re.compile(
    r"""
    <!--.*?--> | <[!?][^>]*>
    | <(?P<ends>/?)(?P<tag>[a-z][^\s/>]*)(?P<written>(?:"[^"]*"|'[^']*'|[^"'>])*+)>
    """,
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
"""Anything between ``<`` and ``>``: a start tag, an end tag, or neither."""
_RAW_END = {tag: re.compile(f"(?=</{tag}[\\s/>])", re.IGNORECASE) for tag in ("script", "style")}
"""The end of elements that contain raw text."""
_ATTRIBUTE = re.compile(
    r"""([^\s=/>"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?""",
)


@dataclass(eq=False)
class HtmlElement:
    """An element of a page: where it begins and ends in the text, and its children."""

    tag: str
    written: str
    """Its attributes as written; few are ever read."""
    start: int
    opened: int
    """The end of its start tag."""
    parent: HtmlElement | None = None
    end: int = 0
    children: list[HtmlElement] = field(default_factory=list)

    @cached_property
    def attributes(self) -> Mapping[str, str]:
        """Its attributes; those without a value are empty."""
        return {
            name.lower(): unescape("".join(values))
            for name, *values in _ATTRIBUTE.findall(self.written)
        }

    def own(self, name: str) -> str:
        """Return one of our own attributes; empty if there is none."""
        if name in self.written:
            return self.attributes.get(name, "")
        return ""

    @property
    def classes(self) -> list[str]:
        """Its classes."""
        return self.attributes.get("class", "").split()

    @property
    def is_holder(self) -> bool:
        """Whether its children are blocks."""
        if self.tag in {"section", ROOT}:
            return True
        return self.tag in HOLDERS and HOLDERS[self.tag] in self.classes

    @property
    def name(self) -> str:
        """The name that the ids of its blocks begin with; a fold takes that of its section."""
        if self.tag == "details" and self.parent:
            return f"{self.parent.name}-fold"
        return self.attributes.get("id") or self.attributes.get("class") or self.tag

    def walk(self) -> Iterator[HtmlElement]:
        """Yield the element and its descendants, in the order of the page."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Block:
    """A block: its holder, its id, and its HTML without that id and its hash.

    Blocks within it appear as empty elements with their ids.
    """

    holder: str
    id: str
    html: str
    hash: str
    """The hash of its HTML."""
    part_of: str = ""
    """The id of the block that contains it, if any."""


def _root_of(text: str) -> HtmlElement:
    """Return the root of the elements of a page, with their places in the text.

    Only tags are read: the parser of the standard library takes five times as long.
    """
    root = element = HtmlElement(ROOT, "", 0, 0)
    last = 0
    while match := _TAG.search(text, last):
        last = match.end()
        tag = (match["tag"] or "").lower()
        if match["ends"]:
            element = _closed(element, tag, match)
        elif tag:
            inner = HtmlElement(tag, match["written"], match.start(), last, element, last)
            element.children.append(inner)
            if tag in _RAW_END:
                raw_end = _RAW_END[tag].search(text, last)
                last = raw_end.start() if raw_end else len(text)
            if tag not in VOID and not match["written"].endswith("/"):
                element = inner
    return root


def _closed(innermost: HtmlElement, tag: str, match: re.Match[str]) -> HtmlElement:
    """End an element, and any unclosed ones in it, and return its parent."""
    element: HtmlElement | None = innermost
    left = []
    while element and element.tag != tag:
        left.append(element)
        element = element.parent
    if element is None:
        return innermost
    for inner in left:
        inner.end = match.start()
    element.end = match.end()
    return element.parent or element


def with_ids(body: str) -> str:
    """Return the text of a page with an id and a hash on each block."""
    root = _root_of(body)
    inserted: list[tuple[int, str]] = []
    for holder in root.walk():
        stays = not holder.is_holder or holder.name in fixed()
        if stays:
            continue
        for number, block in enumerate(_blocks(holder), 1):
            name = f"{holder.name}-{number}"
            parts = {}
            for part in _parts(block):
                inner = f"{_figure(part) or name}-{part.own(PART)}"
                parts[inner] = part
                inserted.append((_after_tag(part), _own(inner, _html(body, part, {}))))
            inserted.append((_after_tag(block), _own(name, _html(body, block, parts))))
    pieces: list[str] = []
    last = 0
    for place, text in sorted(inserted):
        pieces += [body[last:place], text]
        last = place
    return "".join([*pieces, body[last:]])


def _blocks(holder: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the blocks among the children of an element."""
    for child in holder.children:
        is_block = not child.is_holder and child.name not in fixed()
        if is_block and NOTE not in child.classes:
            yield child


def _own(name: str, html: str) -> str:
    """Return the attributes of a block: its id and the hash of its HTML."""
    digest = sha256(_BY_THE_RUN.sub("", html).encode())
    return f' {ID}="{name}" {HASH}="{digest[:HASH_LENGTH]}"'


def _after_tag(element: HtmlElement) -> int:
    """Return the place in the text where an attribute can be added to an element."""
    return element.start + 1 + len(element.tag)


def _parts(block: HtmlElement) -> Iterator[HtmlElement]:
    for element in block.walk():
        is_part = element is not block and element.own(PART)
        if is_part:
            yield element


def _figure(part: HtmlElement) -> str:
    """Return the id of the figure that contains a part; empty if none does."""
    element = part.parent
    while element and element.tag != "figure":
        element = element.parent
    return (element and element.attributes.get("id")) or ""


def blocks_of(page: str) -> list[Block]:
    """Return the blocks of a page that has ids, in order, nested ones included.

    Examples
    --------
    >>> text = '<section id="a"><p>One.</p><div><p data-part="b">Two.</p></div></section>'
    >>> page = with_ids(text)
    >>> [(block.id, block.html) for block in blocks_of(page)][1:]
    [('a-2', '<div><p data-block="a-2-b"></p></div>'), ('a-2-b', '<p data-part="b">Two.</p>')]
    """
    root = _root_of(page)
    blocks = []
    for element in root.walk():
        name = element.own(ID)
        if name:
            holder = element.parent.name if element.parent else ""
            digest = element.own(HASH)
            parts = {part.own(ID): part for part in _parts(element)}
            html = _OWN.sub("", _html(page, element, parts), count=1)
            blocks.append(Block(holder, name, html, digest, _outer(element)))
    return blocks


def _outer(block: HtmlElement) -> str:
    """Return the id of the block that contains a block; empty if none does."""
    element = block.parent
    while element and not element.own(ID):
        element = element.parent
    return (element and element.own(ID)) or ""


def _html(page: str, block: HtmlElement, parts: Mapping[str, HtmlElement]) -> str:
    """Return the HTML of a block with its notes; empty elements replace nested blocks."""
    pieces = []
    last = block.start
    for name, part in parts.items():
        pieces.append(page[last : part.start])
        pieces.append(f'<{part.tag} {ID}="{name}"></{part.tag}>')
        last = part.end
    pieces.append(page[last : block.end])
    notes = [page[note.start : note.end] for note in _notes(block)]
    return "\n".join([*notes, "".join(pieces)])


def _notes(block: HtmlElement) -> list[HtmlElement]:
    """Return the notes before a block."""
    notes: list[HtmlElement] = []
    for sibling in block.parent.children if block.parent else ():
        if sibling is block:
            break
        notes = [*notes, sibling] if NOTE in sibling.classes else []
    return notes
