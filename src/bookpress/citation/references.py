"""The list of references of a page: added under a heading of its own to every page that cites something."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any, cast

from docutils import nodes
from docutils.statemachine import StringList
from pybtex.plugin import find_plugin, register_plugin
from pybtex.richtext import Text
from pybtex.style.formatting.plain import Style as PlainStyle
from pybtex.style.sorting.author_year_title import SortingStyle as AuthorYearTitle
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinxcontrib.bibtex.directives import BibliographyDirective
from sphinxcontrib.bibtex.domain import BibtexDomain
from sphinxcontrib.bibtex.nodes import bibliography

from bookpress.citation.landing_page import Work
from bookpress.citation.record import Author, single_spaced


def add_references(app: Sphinx, doctree: nodes.document) -> None:
    """Add the section to a page that was just read, unless the page cites nothing or has a bibliography of its own."""
    refs = cast("BibtexDomain", app.env.get_domain("cite")).citation_refs
    if any(doctree.findall(bibliography)) or all(ref.docname != app.env.docname for ref in refs):
        return
    section = nodes.section(
        "", nodes.title("", "References"), ids=["references"], names=["references"]
    )
    # The directive wants the state of a parser, of which it uses the document alone.
    state: Any = SimpleNamespace(document=doctree, reporter=doctree.reporter)
    options = {"filter": "docname in docnames"}
    section += BibliographyDirective(
        "bibliography", [], options, StringList(), 0, 0, "", state, state
    ).run()
    # At the end of the section that the page's title opens, or of the page itself where it has no title.
    next(iter(doctree.findall(nodes.section)), doctree).append(section)


class AuthorOrder(AuthorYearTitle):  # type: ignore[misc]
    """By author, year and title; a group goes by its name, not by the brace before it."""

    def persons_key(self, persons: Any) -> str:
        """Return what the authors of an entry are sorted by."""
        return str(super().persons_key(persons)).replace("{", "").replace("}", "")


class AuthorStyle(PlainStyle):  # type: ignore[misc]
    """References that begin with the family name, in the order of the families."""

    default_name_style = "lastfirst"
    default_sorting_style = "author_order"

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"abbreviate_names": True, **options})


class ListReferences(SphinxPostTransform):
    """Turn labelled citations into a plain list: the text names authors and years, so labels would say nothing."""

    default_priority = 6  # after the bibliography was filled in (5), before links are resolved (10)

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Rewrite each list."""
        for holder in {
            id(entry.parent): entry.parent for entry in self.document.findall(nodes.citation)
        }.values():
            made = nodes.bullet_list(classes=["references"], bullet="*")
            for entry in holder.findall(nodes.citation):
                kept = [child for child in entry.children if not isinstance(child, nodes.label)]
                made += nodes.list_item("", *kept, ids=entry["ids"], classes=["reference-entry"])
            holder.replace_self(made)


def cited_works(env: BuildEnvironment, docname: str) -> tuple[Work, ...]:
    """Return the works in the bibliography of a page."""
    cited = cast("BibtexDomain", env.get_domain("cite")).citations
    return tuple(work_of(item.entry) for item in cited if item.bibliography_key.docname == docname)


def work_of(entry: Any) -> Work:
    """Return the work that a pybtex entry describes."""
    raw = {name.lower(): single_spaced(text) for name, text in entry.fields.items()}
    plain = {
        name: single_spaced(str(Text.from_latex(text)))
        for name, text in raw.items()
        if name not in {"doi", "url"}
    }
    return Work(
        title=plain.get("title", entry.key),
        authors=tuple(_author(person) for person in entry.persons.get("author", [])),
        year=plain["year"].rstrip("abcde")
        if "year" in plain
        else None,  # a letter tells works of one year apart
        journal=plain.get("journal"),
        publisher=plain.get("publisher") or plain.get("institution"),
        doi=raw.get("doi"),
        arxiv=raw.get("eprint") if raw.get("archiveprefix", "").lower() == "arxiv" else None,
        url=raw.get("url"),
    )


def _author(person: Any) -> Author:
    """Return an author; a name in braces is that of a group."""
    given = " ".join(map(str, person.rich_first_names + person.rich_middle_names))
    family = " ".join(map(str, person.rich_prelast_names + person.rich_last_names))
    if not given and re.fullmatch(r"\{.*\}", " ".join(person.last_names)):
        return Author(name=family)
    return Author(family=family, given=given, suffix=" ".join(map(str, person.rich_lineage_names)))


register_plugin("pybtex.style.sorting", "author_order", AuthorOrder)
register_plugin("pybtex.style.formatting", "authors_first", AuthorStyle)
# Asked for again with every citation, and found each time by reading what all installed packages offer:
for kind, name in (
    ("style.names", "lastfirst"),
    ("style.labels", "number"),
    ("backends", "plaintext"),
):
    register_plugin(f"pybtex.{kind}", name, find_plugin(f"pybtex.{kind}", name), force=True)
