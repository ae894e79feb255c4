"""``{holds}``: sentences that rest on statements.

If one is not true, a note stands before its paragraph. In the published edition, for which the book
is written, no note appears: a statement that is not true is a warning there, as is a result without
a value, and the press lets no warning pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from bookpress.chapter.quotes import SENTENCE_END, anchor, id_of
from bookpress.chapter.statements import note
from bookpress.edition.overturn import QUESTION, answer
from bookpress.edition.sureness import (
    Sureness,
    in_short,
    is_firm,
    is_tested,
    shares,
    sureness_in_words,
    together,
)
from bookpress.elements.base.contents import citation_of
from bookpress.elements.base.nodes import html, later, mark, value
from bookpress.elements.base.store import UnknownNameError, store_of
from bookpress.elements.base.templates import fill
from bookpress.elements.sentence.quotable import wrap_quotable
from holdtrue.comparisons.base import WORDS, Comparison
from holdtrue.number_formats import with_capital

logger = logging.getLogger(__name__)
FINDING = "standfirst"
"""The class of the paragraph with a chapter's finding."""
LIST = "book/sentences"
"""The page about the certainty of each sentence, which marks link to."""


def setup(app: Sphinx) -> None:
    """Write notes, and the marks at the ends of sentences, once values are in words."""
    app.add_node(fragile, html=(visit_fragile, None))
    app.add_post_transform(WriteNotes)


def show_otherwise(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """``{otherwise} key``: return the paragraphs only if the statement does not hold.

    Their container is always there, so that the blocks of a page keep their numbers.
    """
    name = node["name"]
    statement = store_of(env).statement(name)
    shown = node.children if statement.holds is False else []
    return [nodes.container("", *shown, classes=["otherwise"])]


def in_numbers(content: Sequence[nodes.Node], env: BuildEnvironment) -> list[nodes.Node]:
    """Return a finding, or the numbers compared if its statements are not true."""
    marks: list[nodes.Element] = []
    for part in content:
        marks += part.findall(mark)
    store = store_of(env)
    statements = [store.statement(node["name"]) for node in marks]
    untrue = [
        statement
        for statement in statements
        if statement.holds is not True and not statement.number_moves
    ]
    if not untrue:
        return list(content)
    numbers = dict.fromkeys(statement.numbers for statement in untrue)
    text = "; ".join(numbers)
    sentence = f"{with_capital(text)}."
    words = [nodes.Text(sentence), *marks]
    for node in marks:
        node["has_numbers"] = True
    if isinstance(content[0], nodes.paragraph):
        return [nodes.paragraph("", "", *words)]
    return words


class WriteNotes(SphinxPostTransform):
    """Insert notes before paragraphs, and replace each mark with an anchor."""

    default_priority = 4  # after values are in words, before figures are arranged

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Go through marks and values in the order of the page."""
        for paragraph in self.document.findall(nodes.paragraph):
            if FINDING in paragraph["classes"]:
                names = [node["name"] for node in paragraph.findall(mark)]
                add_sureness(paragraph, names, self.env)
        faults: dict[nodes.Element, list[Comparison]] = {}
        for node in list(self.document.findall(nodes.Element)):
            block = block_of(node)
            fault = self._fault(node)
            # a template's HTML has no room for a note
            has_room = block is not node or isinstance(node, nodes.figure)
            if fault and has_room:
                faults.setdefault(block, []).append(fault)
        for block, untrue in faults.items():
            block["classes"].append("fallen")
            text = note(untrue)
            words = nodes.paragraph("", text, classes=["fallen-note"])
            _insert_before(block, words)
        wrap_quotable(self.document, _is_mark)

    def _fault(self, node: nodes.Element) -> Comparison | None:
        """Return what is not true at a mark, a value or the title of a figure."""
        if isinstance(node, mark):
            return self._judge(node)
        if not isinstance(node, value):
            return None
        missing = node["missing"]
        if not missing:
            return None
        problem = f"no value for {missing}"
        self._warn(node, problem)
        return Comparison(None, problem)

    def _judge(self, node: mark) -> Comparison | None:
        """Replace a mark with an anchor; return its statement if that is not true."""
        fallen = self._fallen(node)
        has_numbers = "has_numbers" in node
        _close_up(node)
        if fallen and fallen.turns and not has_numbers:
            _underline(node)
        block = block_of(node)
        place = self._place(node)
        if isinstance(block, nodes.figure):  # its template has room for words only
            _insert_before(block, place)
            node.parent.remove(node)
        else:
            is_finding = FINDING in block["classes"]
            sureness = [] if is_finding else fragile_mark(node["name"], self.env)
            node.replace_self([place, *sureness])
        return None if has_numbers else fallen

    def _place(self, node: nodes.Element) -> nodes.inline:
        """Return an anchor; a statement's first one has its name, others add a number."""
        slug = store_of(self.env).slug(self.env.docname)
        name = first = anchor(node["name"], slug)
        number = 1
        while name in self.document.ids:
            number += 1
            name = f"{first}-{number}"
        place = nodes.inline("", "", ids=[name], classes=["holds"])
        self.document.ids[name] = place
        return place

    def _fallen(self, node: nodes.Element) -> Comparison | None:
        """Return the statement that a node names if it is not true.

        An unknown name is reported.
        """
        try:
            statement = store_of(self.env).statement(node["name"])
        except UnknownNameError as error:
            logger.error("%s", error, **_placed(node))  # noqa: TRY400
            return None
        if statement.holds is True:
            return None
        verdict = WORDS[statement.holds]
        self._warn(node, f"{node['name']} {verdict}: {statement.because}")
        return None if statement.number_moves else statement

    def _warn(self, node: nodes.Element, text: str) -> None:
        if citation_of(self.config).is_published:
            logger.warning("%s", text, **_placed(node))


def _placed(node: nodes.Element) -> dict[str, Any]:
    """Return the location and the type of a message, for Sphinx."""
    return {"location": node, "type": "bookpress", "subtype": "statement"}


def _insert_before(node: nodes.Element, new: nodes.Element) -> None:
    parent: nodes.Element = node.parent
    parent.insert(parent.index(node), new)


def _close_up(node: mark) -> None:
    """Remove the space before a mark, which follows its sentence directly."""
    parent: nodes.Element = node.parent
    at = parent.index(node)
    before = parent[at - 1] if at else None
    if isinstance(before, nodes.Text):
        text = before.astext().rstrip()
        parent[at - 1 : at] = [nodes.Text(text)] if text else []


def block_of(node: nodes.Element) -> nodes.Element:
    """Return the paragraph, or similar, that contains an inline part.

    For a caption it is the figure or the table.
    """
    while isinstance(node.parent, nodes.TextElement):
        node = node.parent
    is_title = isinstance(node, nodes.caption | nodes.title)
    if is_title and isinstance(node.parent, nodes.figure | nodes.table):
        return node.parent
    return node


def _is_mark(node: nodes.Node) -> bool:
    if isinstance(node, fragile):
        return True
    if not isinstance(node, nodes.Element):
        return False
    return "holds" in node["classes"]


def _underline(node: mark) -> None:
    """Underline the sentence that a mark ends, from the mark or the end of a sentence before it.

    If several marks end it, the first that is not true underlines it.
    """
    parent: nodes.Element = node.parent
    end = parent.index(node)
    while end and _is_mark(parent[end - 1]):
        end -= 1
    if not end or "fallen-sentence" in getattr(parent[end - 1], "attributes", {}).get(
        "classes", ()
    ):
        return
    first = end
    while first and not _is_mark(parent[first - 1]):
        first -= 1
        text = _text_of(parent[first])
        ends = [match.end() for match in SENTENCE_END.finditer(text)]
        if ends:
            cut = ends[-1]
            _split_text(parent, first, text[:cut], text[cut:])
            first += 1
            end += 1
            break
    text = _text_of(parent[first])
    if text[:1].isspace():
        _split_text(parent, first, " ", text.lstrip())
        first += 1
        end += 1
    sentence = nodes.inline("", "", *parent[first:end], classes=["fallen-sentence"])
    parent[first:end] = [sentence]


def _text_of(node: nodes.Node) -> str:
    """Return the text of a text node; empty for any other."""
    if isinstance(node, nodes.Text):
        return node.astext()
    return ""


def _split_text(parent: nodes.Element, at: int, before: str, after: str) -> None:
    parent[at : at + 1] = [nodes.Text(before), nodes.Text(after)]


class fragile(nodes.Inline, nodes.Element):  # noqa: N801
    """The mark at the end of a fragile sentence, or of a finding, with the ``names`` of statements.

    Search ignores it.
    """


def visit_fragile(self: HTML5Translator, node: fragile) -> None:
    """Write what overturns the statements, with a link to the list."""
    env = self.builder.env
    names: list[str] = node["names"]
    sureness = together([_sureness(name, env) for name in names])
    words = sureness_in_words(sureness)
    attributes: dict[str, Any] = {} if node["is_finding"] else {"title": answer(sureness)}
    if LIST in env.found_docs:
        address = self.builder.get_relative_uri(self.builder.current_docname, LIST)
        slug, _, key = names[0].partition(":")
        attributes["href"] = f"{address}#{slug}-{id_of(key)}"
    classes = "sureness finding-sureness" if node["is_finding"] else "sureness"
    tag = self.starttag(node, "a", "", CLASS=classes, **attributes)
    shown = words if node["is_finding"] else in_short(sureness)
    drawn = fill("strip.html", shares=shares(sureness)) if node["is_finding"] else ""
    self.body.append(f"{tag}{escape(shown)}{drawn}</a>")
    raise nodes.SkipNode


def _sureness(name: str, env: BuildEnvironment) -> Sureness:
    """Return how certain a statement is; empty if no state tested it."""
    slug, _, key = name.partition(":")
    sureness = store_of(env).sureness.get(slug, {}).get(key, {})
    if sureness and is_tested(sureness):
        return sureness
    return {}


def fragile_mark(name: str, env: BuildEnvironment) -> list[nodes.Node]:
    """Return the mark that says what overturns a statement; empty if nothing does."""
    sureness = _sureness(name, env)
    if not sureness or is_firm(sureness):
        return []
    return [fragile(names=[name], is_finding=False)]


def add_sureness(finding: nodes.paragraph, names: Sequence[str], env: BuildEnvironment) -> None:
    """Add to a finding under which choices it holds, and below it what overturns it."""
    tested = [name for name in dict.fromkeys(names) if _sureness(name, env)]
    if not tested:
        return
    finding += fragile(names=tested, is_finding=True)
    says = answer(together([_sureness(name, env) for name in tested]))
    text = fill("overturn.html", question=QUESTION, answer=says)
    parent: nodes.Element = finding.parent
    at = parent.index(finding) + 1
    parent[at:at] = html(text)
