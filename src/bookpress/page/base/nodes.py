"""What pages are made of besides docutils' nodes: parts that wait for other pages, values, marks, HTML with slots."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from bookpress.page.base.store import EVERYTHING, store_of

SLOT = "<!-- slot -->"
"""Where nodes stand within the HTML of a template."""
LONG = 24
"""Signs beyond which a value is a phrase of the sentence and gets no line under it."""


class later(nodes.General, nodes.Inline, nodes.Element):  # noqa: N801
    """A part of a page that rests on other pages: ``make(node, env)``, a function of a module, returns its nodes."""


class value(nodes.Inline, nodes.TextElement):  # noqa: N801
    """A value in words, with its kind and, as its title, what it measures."""


class mark(nodes.Inline, nodes.Element):  # noqa: N801
    """Ends a sentence that rests on a statement, ``name`` in full."""


def html(text: str, *slots: Iterable[nodes.Node], says: str = "") -> list[nodes.Node]:
    """Return HTML as nodes, with other nodes in its slots; search reads these, and what the HTML says in short."""
    first, *rest = text.split(SLOT)
    made: list[nodes.Node] = [nodes.raw("", first, format="html", says=says)]
    for slot, piece in zip(slots, rest, strict=True):
        made += [*slot, nodes.raw("", piece, format="html")]
    return made


def leaving(make: Callable[[later, BuildEnvironment], list[nodes.Node]]) -> type[SphinxDirective]:
    """Return a directive without content whose place is filled once all pages are known."""

    class Leaving(SphinxDirective):
        def run(self) -> list[nodes.Node]:
            store_of(self.env).page(self.env.docname).uses.add(EVERYTHING)
            return [later(make=make)]

    return Leaving


class MakeLater(SphinxPostTransform):
    """Make what was left for later, from the outside in: what is not shown need not exist."""

    default_priority = 3

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Go through the page."""
        if self.app.builder.name == "dummy":  # a check: what would not be shown is looked up too
            for node in self.document.findall(later):
                node["make"](node, self.env)
        _make(self.document, self.env)


def _make(parent: nodes.Element, env: BuildEnvironment) -> None:
    for node in list(parent.children):
        if isinstance(node, later):
            made = nodes.Element("", *node["make"](node, env))
            _make(made, env)
            node.replace_self(made.children)
        elif isinstance(node, nodes.Element):
            _make(node, env)


def visit_value(self: HTML5Translator, node: value) -> None:
    """Open a value; a pointer over it shows what it measures."""
    titled: dict[str, Any] = {"title": node["title"]} if node["title"] else {}
    long = " value-long" if len(node.astext()) > LONG else ""
    self.body.append(self.starttag(node, "span", "", CLASS=f"value value-{node['kind']}{long}", **titled))


def setup(app: Sphinx) -> None:
    """Register nodes and transform."""
    app.add_node(later)
    app.add_node(mark)
    app.add_node(value, html=(visit_value, lambda self, _: self.body.append("</span>")))
    app.add_post_transform(MakeLater)
