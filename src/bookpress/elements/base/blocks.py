"""Blocks of a page: the pieces of its text that a state of it replaces, each with an id and a hash.

A block is a child of a section, or of the opening of a chapter, that is neither; the note on what
does not hold belongs to the block that it stands before. What a template gives an id of its own
with ``data-part`` is a block within a block: the code of a figure, say, or its reference, which
differ when the rest does not. Ids and hashes are given once, when a page is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from bookpress.elements.base.registry import fixed
from bookpress.files import sha256

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"]
)
"""Elements without an end."""
ID = "data-block"
HASH = "data-hash"
PART = "data-part"
NOTE = "fallen-note"
"""The class of the note on what does not hold, which a state has and the published page has not."""
HASH_LENGTH = 8
_ADDRESS = re.compile(r"(?<= at )0x[0-9a-f]{6,}")
"""Where an object lay in memory, which differs by the run."""
_OWN = re.compile(f' {ID}="[^"]*" {HASH}="[^"]*"')


@dataclass
class HtmlElement:
    """An element of a page: where it begins and ends in the text, and what is in it."""

    tag: str
    attributes: dict[str, str | None]
    start: int
    opened: int
    """Where its first tag ends."""
    parent: HtmlElement | None = None
    end: int = 0
    children: list[HtmlElement] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        """Its classes."""
        return (self.attributes.get("class") or "").split()

    @property
    def is_holder(self) -> bool:
        """Whether its children are blocks."""
        if self.tag == "section":
            return True
        return self.tag == "div" and "opener" in self.classes

    @property
    def name(self) -> str:
        """What its blocks are named after."""
        return self.attributes.get("id") or self.attributes.get("class") or self.tag

    def walk(self) -> Iterator[HtmlElement]:
        """Yield it and all that is in it, in the order of the page."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Block:
    """A block: what holds it, its id, and its HTML without its own id and hash.

    Blocks within it stand there as empty elements with their ids.
    """

    holder: str
    id: str
    html: str
    hash: str
    """Of its HTML: equal where nothing of it differs."""
    part_of: str = ""
    """The id of the block that it is within, if it is."""


class _ElementReader(HTMLParser):
    """Reads the elements of a page, with their places in its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self._text = text
        self._lines = [0]
        self._lines += [match.end() for match in re.finditer("\n", text)]
        self.root = HtmlElement("", {}, 0, 0)
        self._open = self.root
        self.feed(text)
        self.close()

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _add(self, tag: str, attributes: Iterable[tuple[str, str | None]]) -> HtmlElement:
        start = self._place()
        opened = start + len(self.get_starttag_text() or "")
        element = HtmlElement(tag, dict(attributes), start, opened, self._open, opened)
        self._open.children.append(element)
        return element

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Go into an element."""
        element = self._add(tag, attrs)
        if tag not in VOID:
            self._open = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that ends where it begins."""
        self._add(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, and those in it that have no end of their own."""
        place = self._place()
        element: HtmlElement | None = self._open
        left = []
        while element and element.tag != tag:
            left.append(element)
            element = element.parent
        if element is None:
            return
        for inner in left:
            inner.end = place
        element.end = self._text.index(">", place) + 1
        self._open = element.parent or self.root


def with_ids(body: str) -> str:
    """Return the text of a page, each block of it with its id and its hash."""
    root = _ElementReader(body).root
    inserted: list[tuple[int, str]] = []
    for holder in root.walk():
        stays = not holder.is_holder or holder.name in fixed()
        if stays:
            continue
        for number, block in enumerate(_blocks(holder), 1):
            name = f"{holder.name}-{number}"
            parts = {}
            for part in _parts(block):
                inner = f"{_figure(part) or name}-{part.attributes[PART]}"
                parts[inner] = part
                inserted.append((_after_tag(part), _own(inner, _html(body, part, {}))))
            inserted.append((_after_tag(block), _own(name, _html(body, block, parts))))
    for place, text in sorted(inserted, reverse=True):
        body = body[:place] + text + body[place:]
    return body


def _blocks(holder: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the blocks that an element holds."""
    for child in holder.children:
        is_block = not child.is_holder and child.name not in fixed()
        if is_block and NOTE not in child.classes:
            yield child


def _own(name: str, html: str) -> str:
    """Return the attributes of a block: its id and the hash of its HTML."""
    digest = sha256(_ADDRESS.sub("", html).encode())
    return f' {ID}="{name}" {HASH}="{digest[:HASH_LENGTH]}"'


def _after_tag(element: HtmlElement) -> int:
    """Return where an attribute of an element may stand."""
    return element.start + 1 + len(element.tag)


def _parts(block: HtmlElement) -> Iterator[HtmlElement]:
    for element in block.walk():
        is_part = element is not block and element.attributes.get(PART)
        if is_part:
            yield element


def _figure(part: HtmlElement) -> str:
    """Return the id of the figure that a part is of; empty where it is of none."""
    element = part.parent
    while element and element.tag != "figure":
        element = element.parent
    return (element and element.attributes.get("id")) or ""


def blocks_of(page: str) -> list[Block]:
    """Return the blocks of a page that was written with ids, in its order, those within others too.

    Examples
    --------
    >>> text = '<section id="a"><p>One.</p><div><p data-part="b">Two.</p></div></section>'
    >>> page = with_ids(text)
    >>> [(block.id, block.html) for block in blocks_of(page)][1:]
    [('a-2', '<div><p data-block="a-2-b"></p></div>'), ('a-2-b', '<p data-part="b">Two.</p>')]
    """
    root = _ElementReader(page).root
    blocks = []
    for element in root.walk():
        name = element.attributes.get(ID)
        if name:
            holder = element.parent.name if element.parent else ""
            digest = element.attributes.get(HASH) or ""
            parts = {part.attributes[ID] or "": part for part in _parts(element)}
            html = _OWN.sub("", _html(page, element, parts), count=1)
            blocks.append(Block(holder, name, html, digest, _outer(element)))
    return blocks


def _outer(block: HtmlElement) -> str:
    """Return the id of the block that a block is within; empty where it is within none."""
    element = block.parent
    while element and not element.attributes.get(ID):
        element = element.parent
    return (element and element.attributes.get(ID)) or ""


def _html(page: str, block: HtmlElement, parts: Mapping[str, HtmlElement]) -> str:
    """Return the HTML of a block with its notes; empty elements stand for the blocks within it."""
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
    """Return the notes that stand before a block."""
    notes: list[HtmlElement] = []
    for sibling in block.parent.children if block.parent else ():
        if sibling is block:
            break
        notes = [*notes, sibling] if NOTE in sibling.classes else []
    return notes
