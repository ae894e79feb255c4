"""``{holds}``: sentences that rest on statements. Where one is not true, a note in words stands before its paragraph.

In the published edition, which such a book is written for, nothing shows, and a statement that is not true is a
warning, as is a result without a value: the press lets no warning pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from bookpress.book.statements import SENTENCE_END, WORDS, Comparison, anchor, full_name, note
from bookpress.page.base.contents import citation_of
from bookpress.page.base.nodes import later, leaving, mark, value
from bookpress.page.base.roles import note_use
from bookpress.page.base.store import UnknownNameError, store_of
from bookpress.page.base.sureness import every_sentence, fragile, fragile_mark, visit_fragile

logger = logging.getLogger(__name__)


class HoldsRole(SphinxRole):
    """``{holds}`key```: the sentence before it rests on this statement."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave a mark."""
        name = full_name(self.text.strip(), self.env.docname)
        note_use(name, self.env)
        node = mark(name=name, kind="holds")
        self.set_source_info(node)
        return [node], []


class OtherwiseDirective(SphinxDirective):
    """``{otherwise} key``: paragraphs that show only where this statement does not hold."""

    has_content = True
    required_arguments = 1
    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """Leave the content for later."""
        name = full_name(self.arguments[0], self.env.docname)
        note_use(name, self.env)
        node = later(make=show_otherwise, kind="otherwise", name=name)
        self.set_source_info(node)
        parse_block(self, node)
        return [node]


def parse_block(directive: SphinxDirective, node: later) -> None:
    """Read the content of a directive that may not show: nothing in it has a number."""
    directive.assert_has_content()
    directive.state.nested_parse(directive.content, directive.content_offset, node)
    for inner in node.findall(nodes.Element):
        if isinstance(inner, nodes.section | nodes.figure | nodes.table):
            raise directive.error(f"a {inner.tagname} cannot depend on a statement: its number would depend on it too")


def show_otherwise(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return the content where the statement does not hold."""
    statement = find(node, env)
    return list(node.children) if statement is not None and statement.holds is False else []


def find(node: nodes.Element, env: BuildEnvironment) -> Comparison | None:
    """Return the statement that a node names; report an unknown name."""
    try:
        return store_of(env).statement(node["name"])
    except UnknownNameError as error:
        logger.error("%s", error, location=node, type="bookpress", subtype="statement")  # noqa: TRY400
        return None


def in_numbers(content: Sequence[nodes.Node], env: BuildEnvironment) -> list[nodes.Node]:
    """Return a finding; in the place of one that rests on what is not true, the numbers compared."""
    marks = [one for part in content for one in part.findall(mark)]
    found = [find(one, env) for one in marks]
    numbers = dict.fromkeys(one.numbers for one in found if one is not None and one.holds is not True)
    if not numbers:
        return list(content)
    text = "; ".join(numbers)
    words = [nodes.Text(f"{text[:1].upper()}{text[1:]}."), *marks]
    for one in marks:
        one["told"] = True
    return [nodes.paragraph("", "", *words)] if isinstance(content[0], nodes.paragraph) else words


class WriteNotes(SphinxPostTransform):
    """Put the notes before paragraphs; of each mark a place to link to remains."""

    default_priority = 4  # when values are in words, before figures are arranged

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Go through marks and values in the order of the page."""
        faults: dict[nodes.Element, list[Comparison]] = {}
        for node in list(self.document.findall(nodes.Element)):
            block, fault = block_of(node), self._fault(node)
            if fault and (block is not node or isinstance(node, nodes.figure)):  # a template's HTML has no room for one
                faults.setdefault(block, []).append(fault)
        for block, found in faults.items():
            block["classes"].append("fallen")
            words = nodes.paragraph("", note(found), classes=["fallen-note"])
            block.parent.insert(block.parent.index(block), words)

    def _fault(self, node: nodes.Element) -> Comparison | None:
        """Return what is not true of a mark, a value or the title of a figure."""
        if isinstance(node, mark):
            return self._judge(node)
        if isinstance(node, nodes.figure) and "name" in node:
            node.parent.insert(node.parent.index(node), self._place(node))
            return self._fallen(node)
        if not isinstance(node, value) or not node["missing"]:
            return None
        self._warn(node, f"no value for {node['missing']}")
        return Comparison(None, f"no value for {node['missing']}")

    def _judge(self, node: mark) -> Comparison | None:
        """Put a place to link to where a mark is; return its statement where it is not true."""
        fallen, told = self._fallen(node), "told" in node  # then its numbers stand there already
        _close_up(node)
        if fallen and not told:
            _underline(node)
        node.replace_self([self._place(node), *fragile_mark(node["name"], self.env)])
        return None if told else fallen

    def _place(self, node: nodes.Element) -> nodes.inline:
        """Return a place to link to; the first of a statement on a page has the id."""
        name = anchor(node["name"], self.env.docname)
        place = nodes.inline("", "", ids=[] if name in self.document.ids else [name], classes=["holds"])
        self.document.ids[name] = place
        return place

    def _fallen(self, node: nodes.Element) -> Comparison | None:
        """Return the statement that a node names where it is not true."""
        statement = find(node, self.env)
        if statement is None or statement.holds is True:
            return None
        self._warn(node, f"{node['name']} {WORDS[statement.holds]}: {statement.because}")
        return statement

    def _warn(self, node: nodes.Element, text: str) -> None:
        if citation_of(self.config).is_published:
            logger.warning("%s", text, location=node, type="bookpress", subtype="statement")


def block_of(node: nodes.Element) -> nodes.Element:
    """Return the paragraph, or the like, that a part of a line stands in."""
    while isinstance(node.parent, nodes.TextElement):
        node = node.parent
    return node


def _close_up(node: mark) -> None:
    at = node.parent.index(node)
    before = node.parent[at - 1] if at else None
    if isinstance(before, nodes.Text):
        node.parent[at - 1] = nodes.Text(before.astext().rstrip())


def _underline(node: mark) -> None:
    parent: nodes.Element = node.parent
    last = first = parent.index(node)
    while first and "holds" not in getattr(parent[first - 1], "attributes", {}).get("classes", ()):
        first -= 1
        text = parent[first].astext() if isinstance(parent[first], nodes.Text) else ""
        ends = [found.end() for found in SENTENCE_END.finditer(text)]
        if ends:
            parent[first : first + 1] = [nodes.Text(text[: ends[-1]]), nodes.Text(text[ends[-1] :])]
            first, last = first + 1, last + 1
            break
    if isinstance(parent[first], nodes.Text) and parent[first].astext()[:1].isspace():
        parent[first : first + 1] = [nodes.Text(" "), nodes.Text(parent[first].astext().lstrip())]
        first, last = first + 1, last + 1
    parent[first:last] = [nodes.inline("", "", *parent[first:last], classes=["fallen-sentence"])]


def setup(app: Sphinx) -> None:
    """Register role, directive and transform."""
    app.add_node(fragile, html=(visit_fragile, None))
    app.add_role("holds", HoldsRole())
    app.add_directive("otherwise", OtherwiseDirective)
    app.add_directive("every-sentence", leaving(every_sentence))
    app.add_post_transform(WriteNotes)
