"""Search without a server: the text of all pages, section by section, in one script that also loads from a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes

from bookpress.page.base import contents as book
from bookpress.page.base.nodes import chart_code, chart_figure, code_fold, kicker, opener
from bookpress.page.base.sites import is_site

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SCRIPT = "search-text.js"
_SILENT = (nodes.section, nodes.title, nodes.literal_block, chart_code, code_fold, kicker, nodes.raw, nodes.comment)


def entries(doctree: nodes.document, address: str) -> Iterator[dict[str, str]]:
    """Yield a page's searchable pieces: every section and every term of a glossary, with its address and text.

    Parameters
    ----------
    doctree : docutils.nodes.document
        The page, resolved.
    address : str
        Its address from the root of the site.
    """
    for place, section in enumerate(doctree.findall(nodes.section)):
        title = next(iter(section.findall(nodes.title)), None)
        anchor = "" if place == 0 else f"#{section['ids'][0]}"
        yield {"title": title.astext() if title else "", "address": address + anchor, "text": _text(section)}
        for item in section.findall(nodes.definition_list_item):
            term = next(iter(item.findall(nodes.term)))
            if term["ids"] and item.parent.parent is not None and "glossary" in item.parent["classes"]:
                definition = next(iter(item.findall(nodes.definition)))
                text = " ".join(definition.astext().split())
                yield {"title": term.astext(), "address": f"{address}#{term['ids'][0]}", "text": text}


def _text(section: nodes.Element) -> str:
    """Return the text of a section without that of its subsections, code and data."""
    parts: list[str] = []
    for child in section.children:
        parts += _words(child)
    return " ".join(" ".join(parts).split())


def _words(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, chart_figure):
        yield f"{node['title']}."
    if isinstance(node, nodes.TextElement) and not isinstance(node, _SILENT):
        yield node.astext()
    elif isinstance(node, nodes.Element) and (not isinstance(node, _SILENT) or isinstance(node, opener)):
        if isinstance(node, nodes.definition_list) and "glossary" in node["classes"]:
            return
        for child in node.children:
            yield from _words(child)


def keep_entries(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Keep the pieces of a page beside its doctree: a later build may not write the page again."""
    del templatename, context
    if doctree is None or not is_site(app.builder):
        return
    made = [entry for entry in entries(doctree, app.builder.get_target_uri(pagename)) if entry["text"]]
    path = _kept(app, pagename)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")


def write_script(app: Sphinx) -> None:
    """Write the pieces of all pages, in reading order, as one script."""
    order = [app.config.root_doc, *(name for part in book.parts(app.env) for name in part.docnames)]
    pages = [
        {"title": book.title_of(app.env, name), "pieces": json.loads(_kept(app, name).read_text("utf-8"))}
        for name in dict.fromkeys(order)
        if _kept(app, name).is_file()
    ]
    text = json.dumps(pages, ensure_ascii=False, separators=(",", ":"))
    script = Path(app.outdir, "_static", SCRIPT)
    script.write_text(f"computeDivide.searchable({text});\n", encoding="utf-8", newline="")


def _kept(app: Sphinx, pagename: str) -> Path:
    return Path(app.doctreedir, "search", f"{pagename}.json")


def leave_index_out(app: Sphinx) -> None:
    """Let Sphinx make no index of words: our page of results has its own, that loads without a server."""
    builder: Any = app.builder
    builder.search = False


def setup(app: Sphinx) -> None:
    """Listen for pages."""
    app.connect("builder-inited", leave_index_out)
    app.connect("html-page-context", keep_entries, priority=960)
