"""Links from a paragraph or a figure to those choices of its chapter that it rests on.

Which these are, the code of the chapter says: `bookpress.elements.choices.dependence`.
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

PANEL = "parameters"
"""The id of the panel of choices."""
_APART = (nodes.figure, nodes.table, nodes.footnote)
"""What has a link of its own, or none."""


class choice_link(nodes.Inline, nodes.Element):  # noqa: N801
    """Ends a paragraph that rests on ``choices``, by name; no text of the page for search."""


def attributes(page: Page, names: Sequence[str], of: str) -> dict[str, str]:
    """Return what a link to the panel needs: where it leads, its choices, what it is called."""
    asks = {row["name"]: row["ask"] for row in page.parameter_rows}
    count = f"{len(names)} choice{'s' if len(names) > 1 else ''}"
    return {
        "href": f"#{PANEL}",
        "data-choices": " ".join(names),
        "data-of": of,
        "aria-label": f"{count} behind this {of}",
        "title": "; ".join(str(asks[name]) for name in names),
    }


def choices_of(page: Page, keys: Iterable[str]) -> list[str]:
    """Return the choices that any of these rests on, in the order of the chapter."""
    names: set[str] = set()
    for key in keys:  # a choice that prose names rests on itself
        names |= {key, *page.dependence.get(key, ())}
    return [row["name"] for row in page.parameter_rows if row["name"] in names]


def figure_link(env: BuildEnvironment, figure: str) -> Mapping[str, Any]:
    """Return the attributes of a figure's link, and its number of choices; nothing without any."""
    page = store_of(env).pages[env.docname]
    names = choices_of(page, [figure])
    if not names:
        return {}
    return {"count": len(names), "attributes": attributes(page, names, "figure")}


class LinkChoices(SphinxPostTransform):
    """End each paragraph that rests on choices with a link to them."""

    default_priority = 3  # once values are made, before marks become places
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
    """Yield the keys of what a paragraph quotes of its own chapter."""
    for node in paragraph.findall(nodes.Element):
        if isinstance(node, mark | value):
            chapter, _, key = str(node.get("name", "")).partition(":")
            if chapter == slug:
                yield key


def visit_choice_link(self: HTML5Translator, node: choice_link) -> None:
    """Write the link; its sign is drawn by the style."""
    env = self.builder.env
    page = store_of(env).pages[self.builder.current_docname]
    written = attributes(page, node["choices"], "paragraph")
    text = " ".join(f'{name}="{escape(words)}"' for name, words in written.items())
    self.body.append(f'<a class="hangs" {text}></a>')
    raise nodes.SkipNode
