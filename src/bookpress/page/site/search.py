"""Search without a server: the text of all pages, section by section, in one script that also loads from a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from bookpress.files import replace_file
from bookpress.page.base import contents as book
from bookpress.page.base.store import store_of

_SILENT = (nodes.section, nodes.title, nodes.literal_block, nodes.raw, nodes.comment)


def entries(doctree: nodes.document, address: str) -> Iterator[dict[str, str]]:
    """Yield the pieces of a page: every section and every term of a glossary, with its address and text."""
    for place, section in enumerate(doctree.findall(nodes.section)):
        title = next(section.findall(nodes.title), None)
        anchor = "" if place == 0 else f"#{section['ids'][0]}"
        text = " ".join(
            " ".join(word for child in section.children for word in _words(child)).split()
        )
        yield {"title": title.astext() if title else "", "address": address + anchor, "text": text}
        for item in section.findall(nodes.definition_list_item):
            term = next(item.findall(nodes.term))
            if term["ids"] and "glossary" in item.parent["classes"]:
                text = " ".join(next(item.findall(nodes.definition)).astext().split())
                yield {
                    "title": term.astext(),
                    "address": f"{address}#{term['ids'][0]}",
                    "text": text,
                }


def _words(node: nodes.Node) -> Iterator[str]:
    """Yield the text of a part of a section without that of subsections, code, data and glossaries."""
    if isinstance(node, nodes.raw) and node.get("says"):
        yield f"{node['says']}."
    if not isinstance(node, nodes.Element) or isinstance(node, _SILENT):
        return
    if isinstance(node, nodes.TextElement):
        yield node.astext()
    elif not (isinstance(node, nodes.definition_list) and "glossary" in node["classes"]):
        for child in node.children:
            yield from _words(child)


def keep_entries(app: Sphinx, docname: str, doctree: nodes.document) -> None:
    """Keep the pieces of a page beside its doctree: a later build may not write the page again."""
    made = [
        entry for entry in entries(doctree, app.builder.get_target_uri(docname)) if entry["text"]
    ]
    replace_file(_kept(app, docname), json.dumps(made, ensure_ascii=False).encode())


def write_script(app: Sphinx) -> None:
    """Write the pieces of all pages, in reading order, as one script."""
    order = [
        app.config.root_doc,
        *(name for _, docnames in store_of(app.env).parts for name in docnames),
    ]
    pages = [
        {
            "title": book.title_of(app.env, name),
            "pieces": json.loads(_kept(app, name).read_text("utf-8")),
        }
        for name in dict.fromkeys(order)
        if _kept(app, name).is_file()
    ]
    text = json.dumps(pages, ensure_ascii=False, separators=(",", ":"))
    replace_file(
        Path(app.outdir, "_static", "search-text.js"), f"bookpress.searchable({text});\n".encode()
    )


def _kept(app: Sphinx, pagename: str) -> Path:
    return Path(app.doctreedir, "search", f"{pagename}.json")
