"""Blocks of a page: the pieces of its text that a state of it replaces, each with an id.

A block is a child of a section, or of the opening of a chapter, that is neither. What a template
gives an id of its own with ``data-part`` is a block within a block: the code of a figure, say, or
its reference, which differ when the rest does not. Ids are given once, when a page is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from bookpress.elements.base.registry import fixed

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"]
)
"""Elements without an end."""
ID = "data-block"
PART = "data-part"
_ID = re.compile(f' {ID}="[^"]*"')


@dataclass
class Element:
    """An element of a page: where it begins and ends in the text, and what is in it."""

    tag: str
    attributes: dict[str, str | None]
    start: int
    opened: int
    """Where its first tag ends."""
    parent: Element | None = None
    end: int = 0
    children: list[Element] = field(default_factory=list)

    @property
    def is_holder(self) -> bool:
        """Whether its children are blocks."""
        classes = (self.attributes.get("class") or "").split()
        return self.tag == "section" or (self.tag == "div" and "opener" in classes)

    @property
    def name(self) -> str:
        """What its blocks are named after."""
        return self.attributes.get("id") or self.attributes.get("class") or self.tag

    def walk(self) -> Iterator[Element]:
        """Yield it and all that is in it, in the order of the page."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Block:
    """A block: what holds it, its id, and its HTML without its own id.

    Blocks within it stand there as empty elements with their ids.
    """

    holder: str
    id: str
    html: str
    part_of: str = ""
    """The id of the block that it is within, if it is."""


class _Reader(HTMLParser):
    """Reads the elements of a page, with their places in its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self._text = text
        self._lines = [0]
        self._lines += [match.end() for match in re.finditer("\n", text)]
        self.root = Element("", {}, 0, 0)
        self._open = self.root
        self.feed(text)
        self.close()

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _add(self, tag: str, attributes: Iterable[tuple[str, str | None]]) -> Element:
        start = self._place()
        opened = start + len(self.get_starttag_text() or "")
        element = Element(tag, dict(attributes), start, opened, self._open, opened)
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
        element: Element | None = self._open
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
    """Return the text of a page, each block of it with its id."""
    root = _Reader(body).root
    inserted: list[tuple[int, str]] = []
    for holder in root.walk():
        if not holder.is_holder or holder.name in fixed():
            continue
        blocks = [child for child in holder.children if _is_block(child)]
        for number, block in enumerate(blocks, 1):
            name = f"{holder.name}-{number}"
            inserted.append((_after_tag(block), f' {ID}="{name}"'))
            for part in _parts(block):
                inner = f"{_figure(part) or name}-{part.attributes[PART]}"
                inserted.append((_after_tag(part), f' {ID}="{inner}"'))
    for place, text in sorted(inserted, reverse=True):
        body = body[:place] + text + body[place:]
    return body


def _is_block(element: Element) -> bool:
    return not element.is_holder and element.name not in fixed()


def _after_tag(element: Element) -> int:
    """Return where an attribute of an element may stand."""
    return element.start + 1 + len(element.tag)


def _parts(block: Element) -> Iterator[Element]:
    for element in block.walk():
        if element is not block and element.attributes.get(PART):
            yield element


def _figure(part: Element) -> str:
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
    root = _Reader(page).root
    blocks = []
    for element in root.walk():
        name = element.attributes.get(ID)
        if name:
            holder = element.parent.name if element.parent else ""
            blocks.append(Block(holder, name, _html(page, element), _outer(element)))
    return blocks


def _outer(block: Element) -> str:
    """Return the id of the block that a block is within; empty where it is within none."""
    element = block.parent
    while element and not element.attributes.get(ID):
        element = element.parent
    return (element and element.attributes.get(ID)) or ""


def _html(page: str, block: Element) -> str:
    """Return the HTML of a block, empty elements in the place of the blocks within it."""
    pieces = []
    last = block.start
    for part in _parts(block):
        pieces.append(page[last : part.start])
        name = part.attributes[ID]
        pieces.append(f'<{part.tag} {ID}="{name}"></{part.tag}>')
        last = part.end
    pieces.append(page[last : block.end])
    return _ID.sub("", "".join(pieces), count=1)
