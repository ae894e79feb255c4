"""Long tables for looking things up, of which a page shows only the first rows.

The rest come on demand from a script, which pages opened as files can load too. Without scripts, a
link leads to a page with the whole table.
"""

from __future__ import annotations

import json
import posixpath
import re
from html import unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx

from bookpress.elements.base.contents import citation_of, title_of
from bookpress.elements.base.events import where_laid_out
from bookpress.elements.base.moving import Move, folder_of
from bookpress.elements.base.store import PAGES_ALONE, store_of
from bookpress.elements.base.templates import fill
from bookpress.elements.table.labels import TAG, label_tables
from bookpress.elements.table.later_rows import LONG, ROW, SHOWN, WriteLaterRows
from bookpress.files import replace_file

_TABLE = re.compile(r'<table class="[^"]*\bsearchable\b[^"]*" id="([^"]+)">.*?</table>', re.DOTALL)
_BODY = re.compile(r"<tbody>(.*)</tbody>", re.DOTALL)
_CAPTION = re.compile(r'class="caption-text">(.*?)<a class="headerlink', re.DOTALL)


def setup(app: Sphinx) -> None:
    """Label cells before blocks are hashed (980), and hold rows back afterwards."""
    app.add_transform(WriteLaterRows)
    app.connect("html-page-context", label_tables, priority=975)
    app.connect("html-page-context", hold_rows_back, priority=985)


@where_laid_out
def hold_rows_back(
    app: Sphinx,
    pagename: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Keep the first rows of long tables on a page, and write all rows separately."""
    if doctree is None or app.config[PAGES_ALONE]:
        return

    def shortened(table: re.Match[str]) -> str:
        return _shortened(app, pagename, context, table)

    context["body"] = _TABLE.sub(shortened, context["body"])


def _shortened(app: Sphinx, pagename: str, context: dict[str, Any], table: re.Match[str]) -> str:
    """Return a table without its later rows; unchanged if links lead to these."""
    html = table[0]
    body = _BODY.search(html)
    rows = ROW.findall(body[1]) if body else []
    later = rows[SHOWN:]
    if body is None or len(rows) < LONG or any(' id="' in row for row in later):
        return html
    page = store_of(app.env).page(pagename)
    folder = folder_of(page.slug)
    name = f"table-{table[1]}" if table[1] in page.figures.values() else table[1]
    stem = Path(app.outdir, folder, name)
    arguments = json.dumps([table[1], "\n".join(later)], ensure_ascii=False)[1:-1]
    replace_file(Path(f"{stem}.js"), f"bookpress.laterRows({arguments});\n".encode())
    move = Move(app.builder.get_target_uri(pagename), folder)
    text = fill(
        "table-page.html",
        table=Markup(move.links(html)),  # noqa: S704 (taken from the page)
        title=_title(html),
        book=citation_of(app.config).book,
        chapter=title_of(app.env, pagename),
        page=move.address(f"#{table[1]}"),
        root=posixpath.relpath(".", folder) + "/",
        asset=lambda name: move.address(context["asset"](name)),
    )
    replace_file(Path(f"{stem}.html"), text.encode())
    first = "\n".join(rows[:SHOWN])
    shortened = html[: body.start(1)] + f"\n{first}\n" + html[body.end(1) :]
    here = posixpath.dirname(app.builder.get_target_uri(pagename))
    address = posixpath.relpath(f"{folder}/{name}", here or ".")
    more = fill("later-rows.html", address=address, rows=len(rows), shown=SHOWN)
    return shortened.replace("<table ", f'<table data-rows="{len(rows)}" ', 1) + more


def _title(html: str) -> str:
    """Return the title of a table in words."""
    caption = _CAPTION.search(html)
    return unescape(TAG.sub("", caption[1])) if caption else ""
