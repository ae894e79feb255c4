"""How sure sentences are, where an edition was explored: a mark at those that a choice overturns, and a list of all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.environment import BuildEnvironment
from sphinx.writers.html5 import HTML5Translator

from bookpress.book.project import load_settings
from bookpress.explore.robustness import FILE, Sureness, most_fragile_first, specifications, told
from bookpress.page.base import contents
from bookpress.page.base.nodes import html, later
from bookpress.page.base.store import store_of
from bookpress.page.base.templates import fill

LIST = "book/sentences"
"""The page with the list, to which marks lead."""


def load_sureness(srcdir: Path) -> dict[str, dict[str, Sureness]]:
    """Return how sure each statement is, by chapter and key; nothing where the edition was not explored."""
    path = srcdir / FILE
    found: dict[str, dict[str, Sureness]] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return found


class fragile(nodes.Inline, nodes.Element):  # noqa: N801
    """Ends a sentence that some choice overturns: ``name`` of its statement. It is no text of the page for search."""


def visit_fragile(self: HTML5Translator, node: fragile) -> None:
    """Say in how many states the statement holds; lead to the list."""
    env, (slug, _, key) = self.builder.env, node["name"].partition(":")
    sure = store_of(env).sureness[slug][key]
    falls = f"; soonest overturned by {sure['falls']['words']}" if sure["falls"] else ""
    attributes: dict[str, Any] = {"title": f"{sure['of']} states of the chapter were tried{falls}"}
    if LIST in env.found_docs:
        attributes["href"] = f"{self.builder.get_relative_uri(self.builder.current_docname, LIST)}#{slug}-{key}"
    self.body.append(self.starttag(node, "a", "", CLASS="sureness", **attributes) + f"{told(sure)}</a>")
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
    rows: list[dict[str, Any]] = [
        {"id": f"{slug}-{key}", "chapter": _title(env, slug), "told": told(sure), "many": specifications(sure), **sure}
        for slug, key, sure in most_fragile_first(store.sureness)
    ]
    command = load_settings(Path(env.srcdir)).command
    weak = [row for row in rows if row["holds"] < row["of"]]
    firm = [row for row in rows if row["holds"] == row["of"]]
    return html(fill("sentences.html", fragile=weak, firm=firm, up=up, command=command))


def _title(env: BuildEnvironment, slug: str) -> str:
    return contents.title_of(env, store_of(env).chapter(slug).docname)
