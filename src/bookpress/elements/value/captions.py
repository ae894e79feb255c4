"""Captions of figures and tables that quote values, where ``{ref}`` and others name them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from bookpress.elements.base.nodes import later
from bookpress.elements.base.store import UnknownNameError, store_of
from bookpress.elements.value import roles
from bookpress.elements.value.roles import value_text, write_value
from holdtrue.number_formats import FormatError

Part = str | tuple[str, str, str]
_HEADS = (nodes.caption, nodes.title)


def setup(app: Sphinx) -> None:
    """Connect the roles; note captions when a page is read, complete labels when all are."""
    roles.setup(app)
    app.connect("doctree-read", keep_captions, priority=900)
    app.connect("env-updated", lambda _app, env: complete_labels(env))


def keep_captions(app: Sphinx, doctree: nodes.document) -> None:
    """Store the captions of a page that quote values."""
    captions = store_of(app.env).page(app.env.docname).captions
    figures: list[nodes.Element] = [*doctree.findall(nodes.figure)]
    for node in [*figures, *doctree.findall(nodes.table)]:
        anchors = node["ids"]
        heads = [child for child in node.children if isinstance(child, _HEADS)]
        parts = [part for head in heads[:1] for part in _parts(head)]
        if any(isinstance(part, tuple) for part in parts):
            labels = [name for name, anchor in doctree.nameids.items() if anchor in anchors]
            captions.update(dict.fromkeys(labels, parts))


def _parts(caption: nodes.Element) -> Iterator[Part]:
    for node in caption.findall():
        if isinstance(node, nodes.Text):
            yield node.astext()
        elif isinstance(node, later) and node["make"] is write_value:
            yield node["kind"], node["name"], node["how"]


def complete_labels(env: BuildEnvironment) -> None:
    """Put values into the titles of labels; Sphinx took these before there were any."""
    domain: Any = env.get_domain("std")
    for page in store_of(env).pages.values():
        for label, parts in page.captions.items():
            docname, anchor, _ = domain.labels.get(label, ("", "", ""))
            with suppress(UnknownNameError, FormatError):  # reported with the page
                title = "".join(_text(part, env) for part in parts).strip()
                if docname == page.docname:
                    domain.labels[label] = (docname, anchor, title)


def _text(part: Part, env: BuildEnvironment) -> str:
    if isinstance(part, str):
        return part
    text, _, _ = value_text(*part, store_of(env))
    return text
