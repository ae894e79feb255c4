"""The directive ``{every-choice}``: all parameters of the book, and the chapters that each reaches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from bookpress.page.base import contents as book
from bookpress.page.base.cells import setting
from bookpress.page.base.nodes import every_choice
from bookpress.page.base.roles import store_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sphinx.application import Sphinx

HEAD = ("Choice", "Meaning", "Published", "Allowed", "Chapters")
WIDTHS = (16, 32, 14, 26, 12)


class EveryChoiceDirective(SphinxDirective):
    """``{every-choice}``: a table of all parameters."""

    def run(self) -> list[nodes.Node]:
        """Leave a node that is filled when all pages are known."""
        store_of(self.env).page(self.env.docname).uses.add("choices all")
        return [every_choice()]


@dataclass
class Choice:
    """A parameter as it stands in one or more chapters."""

    name: str
    published: str
    allowed: str
    meaning: str
    docnames: list[str] = field(default_factory=list)


def gathered(rows: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Choice]:
    """Return the choices of a book, those that reach most chapters first, then by name.

    Parameters
    ----------
    rows : iterable of tuple
        Document and parameter, as `bookpress.book.wording.describe` gives it. Chapters in which a name means
        the same, with the same default, share a choice.

    Examples
    --------
    >>> year = {"name": "since", "default": 2010, "allowed": "1950 to 2030", "help": "first year", "unit": ""}
    >>> [(choice.name, choice.docnames) for choice in gathered([("a", year), ("b", year)])]
    [('since', ['a', 'b'])]
    """
    found: dict[tuple[str, ...], Choice] = {}
    for docname, row in rows:
        meaning = f"{row['help']} ({row['unit']})" if row["unit"] else row["help"]
        key = (row["name"], setting(row["default"]), row["allowed"], meaning)
        found.setdefault(key, Choice(*key)).docnames.append(docname)
    return sorted(found.values(), key=lambda choice: (-len(choice.docnames), choice.name, choice.published))


class FillChoices(SphinxPostTransform):
    """Put the table in its place, when all pages are known."""

    default_priority = 3

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Fill each place."""
        for place in list(self.document.findall(every_choice)):
            store = store_of(self.env)
            numbers = book.chapter_numbers(self.env)
            rows = [(name, row) for name in numbers for row in store.pages[name].parameter_rows]
            place.replace_self(self._table(gathered(rows), numbers))

    def _table(self, choices: list[Choice], numbers: Mapping[str, int]) -> nodes.table:
        group = nodes.tgroup("", *[nodes.colspec(colwidth=width) for width in WIDTHS], cols=len(WIDTHS))
        group += nodes.thead("", nodes.row("", *[_cell(nodes.Text(text)) for text in HEAD]))
        body = nodes.tbody()
        for choice in choices:
            name = nodes.literal(choice.name, choice.name)
            texts = [nodes.Text(text) for text in (choice.meaning, choice.published, choice.allowed)]
            body += nodes.row("", _cell(name), *map(_cell, texts), _cell(*self._links(choice.docnames, numbers)))
        group += body
        return nodes.table("", group, classes=["every-choice"])

    def _links(self, docnames: list[str], numbers: Mapping[str, int]) -> list[nodes.Node]:
        """Return the numbers of chapters, each a link to the choices behind it."""
        links: list[nodes.Node] = []
        for docname in docnames:
            address = f"{self.app.builder.get_relative_uri(self.env.docname, docname)}#parameters"
            number, title = str(numbers[docname]), book.title_of(self.env, docname)
            links += [nodes.Text(", ")] if links else []
            links.append(nodes.reference("", number, internal=True, refuri=address, reftitle=title))
        return links


def _cell(*content: nodes.Node) -> nodes.entry:
    return nodes.entry("", nodes.paragraph("", "", *content))


def setup(app: Sphinx) -> None:
    """Register directive and transform."""
    app.add_node(every_choice)
    app.add_directive("every-choice", EveryChoiceDirective)
    app.add_post_transform(FillChoices)
