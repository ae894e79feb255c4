"""``{holds}``: sentences that rest on statements; a note in words stands before a paragraph where one is not true.

In the published edition, which such a book is written for, nothing shows, and a statement that is not true is a
warning, as is a result without a value: the press lets no warning pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from bookpress.book.project import load_settings
from bookpress.chapter.quotes import SENTENCE_END, anchor, id_of
from bookpress.chapter.statements import WORDS, Comparison, note
from bookpress.explore.robustness import most_fragile_first, specifications, told
from bookpress.page.base.contents import citation_of, title_of
from bookpress.page.base.nodes import html, later, mark, value
from bookpress.page.base.store import UnknownNameError, store_of
from bookpress.page.base.templates import fill

logger = logging.getLogger(__name__)
LIST = "book/sentences"  # the page that lists how sure each sentence is, to which marks lead


def show_otherwise(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """``{otherwise} key``: return the paragraphs only where the statement does not hold."""
    return list(node.children) if store_of(env).statement(node["name"]).holds is False else []


def in_numbers(content: Sequence[nodes.Node], env: BuildEnvironment) -> list[nodes.Node]:
    """Return a finding; in the place of one that rests on what is not true, the numbers compared."""
    marks = [one for part in content for one in part.findall(mark)]
    found = [store_of(env).statement(one["name"]) for one in marks]
    numbers = dict.fromkeys(one.numbers for one in found if one.holds is not True)
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
            if fault and (
                block is not node or isinstance(node, nodes.figure)
            ):  # a template's HTML has no room for one
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
        at = node.parent.index(node)
        if at and isinstance(before := node.parent[at - 1], nodes.Text):  # a mark stands close
            node.parent[at - 1] = nodes.Text(before.astext().rstrip())
        if fallen and not told:
            _underline(node)
        block = block_of(node)
        if isinstance(block, nodes.figure):  # whose template has no room for more than words
            block.parent.insert(block.parent.index(block), self._place(node))
            node.parent.remove(node)
        else:
            node.replace_self([self._place(node), *fragile_mark(node["name"], self.env)])
        return None if told else fallen

    def _place(self, node: nodes.Element) -> nodes.inline:
        """Return a place to link to; the first of a statement on a page has the id."""
        name = anchor(node["name"], self.env.docname)
        place = nodes.inline(
            "", "", ids=[] if name in self.document.ids else [name], classes=["holds"]
        )
        self.document.ids[name] = place
        return place

    def _fallen(self, node: nodes.Element) -> Comparison | None:
        """Return the statement that a node names where it is not true; report an unknown name."""
        try:
            statement = store_of(self.env).statement(node["name"])
        except UnknownNameError as error:
            logger.error("%s", error, location=node, type="bookpress", subtype="statement")  # noqa: TRY400
            return None
        if statement.holds is True:
            return None
        self._warn(node, f"{node['name']} {WORDS[statement.holds]}: {statement.because}")
        return statement

    def _warn(self, node: nodes.Element, text: str) -> None:
        if citation_of(self.config).is_published:
            logger.warning("%s", text, location=node, type="bookpress", subtype="statement")


def block_of(node: nodes.Element) -> nodes.Element:
    """Return the paragraph, or the like, that a part of a line stands in; of a caption all that it is the title of."""
    while isinstance(node.parent, nodes.TextElement):
        node = node.parent
    is_title = isinstance(node, nodes.caption | nodes.title)
    return node.parent if is_title and isinstance(node.parent, nodes.figure | nodes.table) else node


def _is_mark(node: nodes.Node) -> bool:
    return isinstance(node, fragile) or (
        isinstance(node, nodes.Element) and "holds" in node["classes"]
    )


def _underline(node: mark) -> None:
    parent: nodes.Element = node.parent
    last = first = parent.index(node)
    while first and not _is_mark(parent[first - 1]):
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


class fragile(nodes.Inline, nodes.Element):  # noqa: N801
    """Ends a sentence that some choice overturns: ``name`` of its statement. It is no text of the page for search."""


def visit_fragile(self: HTML5Translator, node: fragile) -> None:
    """Say in how many states the statement holds; lead to the list."""
    env, (slug, _, key) = self.builder.env, node["name"].partition(":")
    sure = store_of(env).sureness[slug][key]
    falls = f"; soonest overturned by {sure['falls']['words']}" if sure["falls"] else ""
    attributes: dict[str, Any] = {"title": f"{sure['of']} states of the chapter were tried{falls}"}
    if LIST in env.found_docs:
        attributes["href"] = (
            f"{self.builder.get_relative_uri(self.builder.current_docname, LIST)}#{slug}-{id_of(key)}"
        )
    self.body.append(
        self.starttag(node, "a", "", CLASS="sureness", **attributes) + f"{told(sure)}</a>"
    )
    raise nodes.SkipNode


def fragile_mark(name: str, env: BuildEnvironment) -> list[nodes.Node]:
    """Return what stands at the end of a sentence whose statement does not hold in every state of its chapter."""
    slug, _, key = name.partition(":")
    sure = store_of(env).sureness.get(slug, {}).get(key)
    return [] if sure is None or sure["holds"] == sure["of"] else [fragile(name=name)]


def every_sentence(_node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """``{every-sentence}``: return all statements, the most fragile first, with the sentences that rest on them."""
    store, root = store_of(env), env.app.builder.get_relative_uri(env.docname, env.config.root_doc)
    up = root.rpartition("/")[0] + "/" if "/" in root else ""
    titles = {page.slug: title_of(env, page.docname) for page in store.pages.values()}
    rows: list[dict[str, Any]] = [
        {
            "id": f"{slug}-{id_of(key)}",
            "chapter": titles[slug],
            "told": told(sure),
            "many": specifications(sure),
            **sure,
        }
        for slug, key, sure in most_fragile_first(store.sureness)
    ]
    command = load_settings(Path(env.srcdir)).command
    weak = [row for row in rows if row["holds"] < row["of"]]
    firm = [row for row in rows if row["holds"] == row["of"]]
    return html(fill("sentences.html", fragile=weak, firm=firm, up=up, command=command))
