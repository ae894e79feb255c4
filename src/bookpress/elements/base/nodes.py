"""Nodes besides those of docutils: deferred parts, values, marks, and HTML with slots."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from docutils import nodes
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from bookpress.chapter.quotes import full_name
from bookpress.elements.base.store import UnknownNameError, store_of
from holdtrue.number_formats import FormatError

logger = logging.getLogger(__name__)
SLOT = "<!-- slot -->"
"""The place of nodes within the HTML of a template."""
LONG = 24
"""A value longer than this reads as part of the sentence and is not underlined."""
NUMBERED = (nodes.section, nodes.figure, nodes.table)
"""Nodes with numbers, which must not depend on whether they are shown."""


class later(nodes.General, nodes.Inline, nodes.Element):  # noqa: N801
    """A part of a page that depends on other pages.

    Its ``make(node, env)``, a function of a module, returns the nodes.
    """


class value(nodes.Inline, nodes.TextElement):  # noqa: N801
    """A value in words, with its kind and, as its title, what it measures."""


class mark(nodes.Inline, nodes.Element):  # noqa: N801
    """The mark at the end of a sentence that rests on the statement ``name``."""


def html(text: str, *slots: Iterable[nodes.Node], says: str = "") -> list[nodes.Node]:
    """Return HTML as nodes, with other nodes in its slots.

    Search reads those nodes, and `says`, a summary of the HTML.
    """
    first, *rest = text.split(SLOT)
    parts: list[nodes.Node] = [nodes.raw("", first, format="html", says=says)]
    for slot, piece in zip(slots, rest, strict=True):
        parts += slot
        raw = nodes.raw("", piece, format="html")
        parts.append(raw)
    return parts


def leaving(
    make: Callable[[later, BuildEnvironment], list[nodes.Node]],
    *,
    named: bool = False,
    content: bool = False,
) -> type[SphinxDirective]:
    """Return a directive that is replaced once all pages are known.

    If `named`, its argument is a full name.
    """

    class Leaving(SphinxDirective):
        required_arguments = int(named)
        has_content = content
        option_spec: ClassVar = {}

        def run(self) -> list[nodes.Node]:
            node = later(make=make, kind=self.name)
            self.set_source_info(node)
            chapter = store_of(self.env).slug(self.env.docname)
            for argument in self.arguments:
                node["name"] = full_name(argument, chapter)
            if content:
                self.assert_has_content()
                self.state.nested_parse(self.content, self.content_offset, node)
            for inner in node.findall(nodes.Element):
                if isinstance(inner, NUMBERED):
                    raise self.error(
                        f"a {inner.tagname} cannot depend on a statement or a result: "
                        "it has a number"
                    )
            return [node]

    return Leaving


class MakeLater(SphinxPostTransform):
    """Make the deferred parts, from the outside in: what is hidden need not exist."""

    default_priority = 3

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Go through the page."""
        if self.app.builder.name == "dummy":  # a check also looks up what would be hidden
            for node in self.document.findall(later):
                _made(node, self.env)
        _make(self.document, self.env)


def _make(parent: nodes.Element, env: BuildEnvironment) -> None:
    for node in list(parent.children):
        if isinstance(node, later):
            made = nodes.Element("", *_made(node, env))
            _make(made, env)
            node.replace_self(made.children)
        elif isinstance(node, nodes.Element):
            _make(node, env)


def _made(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    make: Callable[[later, BuildEnvironment], list[nodes.Node]] = node["make"]
    try:
        return make(node, env)
    except (UnknownNameError, FormatError) as error:
        kind = node.get("kind", "")
        logger.error("%s", error, location=node, type="bookpress", subtype=kind)  # noqa: TRY400
        return [nodes.problematic("", f"{kind} {node.get('name', '')}".strip())]


def _is_in_chapter(self: HTML5Translator) -> bool:
    """Return whether the page being written is a chapter, whose states replace its own blocks."""
    page = store_of(self.builder.env).pages.get(self.builder.current_docname)
    return page is not None and page.is_chapter


def visit_value(self: HTML5Translator, node: value) -> None:
    """Open a value; its tooltip says what it measures."""
    titled: dict[str, Any] = {"title": node["title"]} if node["title"] else {}
    if node.get("range"):
        titled["data-range"] = node["range"]
    if node.get("rows"):
        titled["data-rows"] = node["rows"]
    is_quoted_elsewhere = node["kind"] == "result" and not _is_in_chapter(self)
    if is_quoted_elsewhere:
        titled["data-result"] = f"{node['name']} {node['how']}"
    sort = "reported" if node["kind"] in store_of(self.builder.env).reported else node["kind"]
    classes = f"value value-{sort}"
    if len(node.astext()) > LONG:
        classes += " value-long"
    tag = self.starttag(node, "span", "", CLASS=classes, **titled)
    self.body.append(tag)


def leave_value(self: HTML5Translator, _node: value) -> None:
    """Close a value."""
    self.body.append("</span>")
