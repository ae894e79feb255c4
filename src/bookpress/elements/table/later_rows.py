"""The later rows of long tables, written as HTML as soon as their page is read.

Such a table can be two thirds of a book's nodes, and every transform of each build walks over all.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.utils import new_document
from sphinx.transforms import SphinxSmartQuotes, SphinxTransform

from bookpress.book.project import is_laid_out
from bookpress.elements.typesetting.typesetting import set_values

SHOWN = 20
"""The rows of a long table that its page shows."""
LONG = 45
"""The number of rows from which a table is long."""
ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_PLAIN = (nodes.entry, nodes.paragraph, nodes.Text, nodes.emphasis, nodes.strong)
"""What a row may contain: nothing that is known only when all pages are read."""


class WriteLaterRows(SphinxTransform):
    """Put HTML in the place of the later rows of tables for looking things up."""

    default_priority = 101  # when figures have become tables (100), and little has walked over them

    def apply(self, **_: object) -> None:
        """Go through the tables."""
        if self.app.builder.format != "html" or not is_laid_out(self.app.srcdir):
            return
        for table in self.document.findall(nodes.table):
            if "searchable" in table["classes"]:
                self._write(next(table.findall(nodes.tbody)))

    def _write(self, body: nodes.tbody) -> None:
        later: list[Any] = body.children[SHOWN:]
        if len(body.children) < LONG or not all(map(_is_plain, later)):
            return
        whole = _whole(body)
        document = new_document("", self.document.settings)
        document += whole
        SphinxSmartQuotes(document, None).apply()
        set_values(document)
        builder: Any = self.app.builder
        html = ROW.findall(builder.render_partial(whole)["fragment"])[-len(later) :]
        text = "".join(f"{row}\n" for row in html)
        names = [row.children[0].astext() for row in later]  # for the search
        body[SHOWN:] = [nodes.raw("", text, format="html", first_cells=names)]


def _is_plain(row: nodes.Node) -> bool:
    return all(isinstance(node, _PLAIN) for child in row.children for node in child.findall())


def _whole(body: nodes.tbody) -> nodes.table:
    """Return a table with the head, copies of the first rows, and the later rows themselves."""
    group: Any = body.parent
    rows = body.copy()
    rows += [row.deepcopy() for row in body.children[:SHOWN]]
    rows += body.children[SHOWN:]
    parts = [rows if part is body else part.deepcopy() for part in group.children]
    inner = group.copy()
    inner += parts
    whole: nodes.table = group.parent.copy()
    whole += inner
    return whole
