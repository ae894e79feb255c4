"""Links from a paragraph or a figure to the choices that it depends on.

They follow from the chapter's code: `bookpress.elements.choices.dependence`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from docutils import nodes
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

from bookpress.elements.base.nodes import mark, value
from bookpress.elements.base.store import Page, store_of
from bookpress.errors import with_noun

PANEL = "chapter_choices"
"""The id of the panel of choices."""
_APART = (nodes.figure, nodes.table, nodes.footnote)
"""Nodes with their own link, or none."""


class choice_link(nodes.Inline, nodes.Element):  # noqa: N801
    """The link at the end of a paragraph that depends on ``choices``; search ignores it."""


def attributes(page: Page, names: Sequence[str], of: str) -> dict[str, str]:
    """Return the attributes of a link to the panel: its address, its choices, its label."""
    labels = {row["name"]: row["label"] for row in page.parameter_rows}
    count = with_noun(len(names), "choice")
    return {
        "href": f"#{PANEL}",
        "data-choices": " ".join(names),
        "data-of": of,
        "aria-label": f"{count} behind this {of}",
        "title": "; ".join(str(labels[name]) for name in names),
    }


def choices_of(page: Page, keys: Iterable[str]) -> list[str]:
    """Return the choices that any of these depend on, in the order of the chapter."""
    names: set[str] = set()
    for key in keys:  # a choice that prose names depends on itself
        names |= {key, *page.dependence.get(key, ())}
    return [row["name"] for row in page.parameter_rows if row["name"] in names]


def figure_link(env: BuildEnvironment, figure: str) -> Mapping[str, Any]:
    """Return the attributes of a figure's link and its number of choices; empty without any."""
    page = store_of(env).pages[env.docname]
    names = choices_of(page, [figure])
    if not names:
        return {}
    return {"count": len(names), "attributes": attributes(page, names, "figure")}


class LinkChoices(SphinxPostTransform):
    """Add a link to each paragraph that depends on choices."""

    default_priority = 3  # after values are made, before marks are replaced
    formats = ("html",)

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Go through the paragraphs of a chapter."""
        page = store_of(self.env).pages.get(self.env.docname)
        if page is None or not page.dependence:
            return
        for paragraph in self.document.findall(nodes.paragraph):
            if self._is_apart(paragraph):
                continue
            names = choices_of(page, _keys(paragraph, page.slug))
            if names:
                paragraph.append(choice_link(choices=names))

    def _is_apart(self, paragraph: nodes.paragraph) -> bool:
        parent = paragraph.parent
        while parent is not None:
            if isinstance(parent, _APART):
                return True
            parent = parent.parent
        return "standfirst" in paragraph["classes"]


def _keys(paragraph: nodes.paragraph, slug: str) -> Iterable[str]:
    """Yield the keys of what a paragraph quotes from its own chapter."""
    for node in paragraph.findall(nodes.Element):
        if isinstance(node, mark | value):
            chapter, _, key = str(node.get("name", "")).partition(":")
            if chapter == slug:
                yield key


def visit_choice_link(self: HTML5Translator, node: choice_link) -> None:
    """Write the link; the style draws its sign."""
    env = self.builder.env
    page = store_of(env).pages[self.builder.current_docname]
    written = attributes(page, node["choices"], "paragraph")
    text = " ".join(f'{name}="{escape(words)}"' for name, words in written.items())
    self.body.append(f'<a class="hangs" {text}></a>')
    raise nodes.SkipNode
