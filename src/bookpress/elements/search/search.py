"""Search without a server: the text of all pages, section by section, in one script.

The script can be loaded from a file, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from bookpress.elements.base import contents as book
from bookpress.elements.base.charts import Chart
from bookpress.elements.base.events import when_built, where_laid_out
from bookpress.elements.base.store import PAGES_ALONE, Page, store_of
from bookpress.elements.typesetting.words import in_words
from bookpress.elements.value.words import charts_of, picture_in_words
from bookpress.files import replace_file

MOST_LABELS = 1000
"""The most characters of a figure's labels that are searchable."""
LIST_SHARE = 0.6
"""The share of text in tables and lists from which a section counts as a list."""
LONG_LIST = 300
"""The length from which a list contributes each word once, since it is looked up, not read."""
_UNSOUGHT = re.compile(r"[/_=^]|^[\W\d]+$|\d[x×*]|\.(?:csv|json|gz|org|com|io)\b")
"""Words that nobody searches for in a list: paths, addresses, sums and bare numbers."""
_LISTS = (nodes.table, nodes.bullet_list, nodes.enumerated_list, nodes.citation)
_SILENT = (nodes.section, nodes.title, nodes.literal_block, nodes.raw, nodes.comment)


def setup(app: Sphinx) -> None:
    """Store the searchable text of each page, and write all of it at the end."""
    app.connect("html-page-context", keep_with_page, priority=970)
    app.connect("build-finished", write_script)


@where_laid_out
def keep_with_page(
    app: Sphinx,
    pagename: str,
    _template: str,
    _context: object,
    doctree: nodes.document | None,
) -> None:
    """Store the pieces of a page that has just been made."""
    if doctree is not None and not app.config[PAGES_ALONE]:
        keep_entries(app, pagename, doctree)


def entries(doctree: nodes.document, address: str, name: str) -> Iterator[dict[str, str]]:
    """Yield the pieces of a page, with address, text and kind: sections and glossary terms.

    What stands before the first heading is a piece too; without any, it has the `name` of the page.
    """
    for place, part in enumerate([doctree, *doctree.findall(nodes.section)]):
        title = next(part.findall(nodes.title), None)
        anchor = f"#{part['ids'][0]}" if place > 1 else ""  # the first section is the page
        words: list[str] = []
        for child in part.children:
            words += _words(child)
        text = _in_one_line(" ".join(words))
        is_list = _is_list(part, words)
        if is_list and len(text) > LONG_LIST:
            text = _each_word_once(text)
        yield {
            "title": in_words(title) if title else name,
            "address": address + anchor,
            "text": text,
            "kind": "list" if is_list else "",
        }
    for item in doctree.findall(nodes.definition_list_item):
        term = next(item.findall(nodes.term))
        is_of_glossary = term["ids"] and "glossary" in item.parent["classes"]
        if is_of_glossary:
            definition = next(item.findall(nodes.definition))
            yield {
                "title": term.astext(),
                "address": f"{address}#{term['ids'][0]}",
                "text": _in_one_line(definition.astext()),
                "kind": "term",
            }


def figure_entry(chart: Chart, address: str) -> dict[str, str]:
    """Return the piece of a figure: its title, its description, and the names in it."""
    cells = chain.from_iterable(chart.data.rows)
    named = dict.fromkeys(cell for cell in cells if isinstance(cell, str))
    labels = ", ".join(named)[:MOST_LABELS]
    columns = ", ".join(column.label for column in chart.data.columns)
    return {
        "title": chart.title,
        "address": f"{address}#{chart.name}",
        "text": _in_one_line(f"{chart.alt} {columns}: {labels}"),
        "kind": "figure",
    }


def picture_entries(app: Sphinx, page: Page, doctree: nodes.document) -> Iterator[dict[str, str]]:
    """Yield the pieces of figures that are no charts: their titles and alternative texts."""
    address = app.builder.get_target_uri(page.docname)
    for figure in doctree.findall(nodes.figure):
        for name in page.pictures.keys() & figure["ids"]:
            alts = [image.get("alt", "") for image in figure.findall(nodes.image)]
            yield {
                "title": picture_in_words(page, name, app.env),
                "address": f"{address}#{name}",
                "text": _in_one_line(" ".join(alts)),
                "kind": "figure",
            }


def _is_list(part: nodes.Element, words: list[str]) -> bool:
    """Return whether most of the text of a section is in tables and lists."""
    if "references" in part["ids"]:
        return True
    listed = 0
    for child in part.children:
        if isinstance(child, nodes.section):
            continue
        for items in child.findall(lambda node: isinstance(node, _LISTS)):
            is_inner = isinstance(items.parent, (*_LISTS, nodes.list_item))
            if not is_inner:
                listed += len(items.astext())
    return listed > LIST_SHARE * max(len(" ".join(words)), 1)


def _each_word_once(text: str) -> str:
    """Return the searchable words of a long list, in order."""
    words = (word.strip('.,;:()“”"') for word in text.split())
    sought = [word for word in words if word and not _UNSOUGHT.search(word)]
    once = dict.fromkeys(sought)
    return " ".join(once)


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def _words(node: nodes.Node) -> Iterator[str]:
    """Yield the text of a part of a section, without subsections, code, data and glossaries."""
    if isinstance(node, nodes.raw) and node.get("says"):
        yield f"{node['says']}."
    if not isinstance(node, nodes.Element) or isinstance(node, _SILENT):
        return
    if isinstance(node, nodes.TextElement):
        yield node.astext()
    elif isinstance(node, nodes.table) and "searchable" in node["classes"]:
        yield from _names_of_rows(node)
    elif not (isinstance(node, nodes.definition_list) and "glossary" in node["classes"]):
        for child in node.children:
            yield from _words(child)


def _names_of_rows(table: nodes.table) -> Iterator[str]:
    """Yield all that is searched of a table that has its own search."""
    for row in table.findall(nodes.row):
        yield row[0].astext()
    for later_rows in table.findall(nodes.raw):
        yield from later_rows.get("first_cells", ())


def keep_entries(app: Sphinx, docname: str, doctree: nodes.document) -> None:
    """Store the pieces of a page beside its doctree, since a later build may not write it."""
    address = app.builder.get_target_uri(docname)
    name = store_of(app.env).titles.get(docname) or book.title_of(app.env, docname)
    pieces = [entry for entry in entries(doctree, address, name) if entry["text"]]
    page = store_of(app.env).page(docname)
    pieces += [figure_entry(chart, address) for chart in charts_of(page, app.env)]
    pieces += picture_entries(app, page, doctree)
    text = json.dumps(pieces, ensure_ascii=False)
    file = _pieces_file(app, docname)
    replace_file(file, text.encode())


@when_built
@where_laid_out
def write_script(app: Sphinx) -> None:
    """Write the pieces of all pages, in reading order, as one script."""
    order = [app.config.root_doc]
    for _, docnames in store_of(app.env).parts:
        order += docnames
    numbers = book.chapter_numbers(app.env)
    pages = []
    for docname in dict.fromkeys(order):
        file = _pieces_file(app, docname)
        if file.is_file():
            title = book.title_of(app.env, docname)
            pieces = json.loads(file.read_text("utf-8"))
            pages.append(
                {
                    "title": title,
                    "number": numbers.get(docname),
                    "keywords": list(store_of(app.env).page(docname).front.get("keywords", ())),
                    "pieces": pieces,
                }
            )
    text = json.dumps(pages, ensure_ascii=False, separators=(",", ":"))
    script = f"bookpress.searchable({text});\n"
    file = Path(app.outdir, "_static", "search-text.js")
    replace_file(file, script.encode())


def _pieces_file(app: Sphinx, pagename: str) -> Path:
    return Path(app.doctreedir, "search", f"{pagename}.json")
