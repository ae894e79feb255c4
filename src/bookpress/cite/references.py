"""The list of references of a page.

Every page that cites something has one, under a heading of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

from docutils import nodes
from docutils.statemachine import StringList
from pybtex.backends.plaintext import Backend
from pybtex.plugin import register_plugin
from pybtex.richtext import Text
from pybtex.scanner import PybtexSyntaxError
from pybtex.style import FormattedEntry
from pybtex.style.formatting.plain import Style as PlainStyle
from pybtex.style.labels.number import LabelStyle
from pybtex.style.names.lastfirst import NameStyle
from pybtex.style.sorting.author_year_title import SortingStyle as AuthorYearTitle
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinxcontrib.bibtex.directives import BibliographyDirective
from sphinxcontrib.bibtex.domain import BibtexDomain
from sphinxcontrib.bibtex.nodes import bibliography

from bookpress.book.project import is_laid_out
from bookpress.cite.book import Author
from bookpress.cite.facts import single_spaced
from bookpress.cite.landing_page import Work

AUTHOR_YEAR = "author_year"
DOI_ADDRESS = re.compile(r"(https?://)?(dx\.)?doi\.org/", re.IGNORECASE)
"""What stands before the identifier where a field names the address of a work."""
SHOWN = ("title", "journal", "publisher", "institution", "year")
"""The fields of an entry that are shown as plain text: any others need not be LaTeX."""


def add_references(app: Sphinx, doctree: nodes.document) -> None:
    """Add the section to a page that was just read.

    A page that cites nothing, or has a bibliography of its own, gets none; so do those of a book
    that its own theme lays out.
    """
    if not is_laid_out(app.srcdir):
        return
    domain = cast("BibtexDomain", app.env.get_domain("cite"))
    has_bibliography = any(doctree.findall(bibliography))
    cites = any(ref.docname == app.env.docname for ref in domain.citation_refs)
    if has_bibliography or not cites:
        return
    title = nodes.title("", "References")
    section = nodes.section("", title, ids=["references"], names=["references"])
    section += _bibliography_directive(doctree).run()
    # At the end of the section that the page's title opens, or of a page without a title.
    first_section = next(iter(doctree.findall(nodes.section)), doctree)
    first_section.append(section)


def _bibliography_directive(doctree: nodes.document) -> BibliographyDirective:
    """Return the directive that lists what a page cites."""
    # The directive wants the state of a parser, of which it uses the document alone.
    state: Any = SimpleNamespace(document=doctree, reporter=doctree.reporter)
    options = {"filter": "docname in docnames"}
    return BibliographyDirective("bibliography", [], options, StringList(), 0, 0, "", state, state)


class AuthorOrder(AuthorYearTitle):  # type: ignore[misc]
    """By author, year and title; a group goes by its name, not by the brace before it."""

    def persons_key(self, persons: Any) -> str:
        """Return what the authors of an entry are sorted by."""
        return str(super().persons_key(persons)).replace("{", "").replace("}", "")


class AuthorStyle(PlainStyle):  # type: ignore[misc]
    """References that begin with the family name, in the order of the families."""

    default_name_style = NameStyle
    default_label_style = LabelStyle
    default_sorting_style = AuthorOrder

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"abbreviate_names": True, **options})
        self._formatted: dict[tuple[str, int], FormattedEntry] = {}

    def format_entry(self, label: str, entry: Any, bib_data: Any = None) -> FormattedEntry:
        """Return a reference; it is asked for twice, for a list and for what a pointer shows."""
        key = (label, id(entry))
        if key not in self._formatted:
            self._formatted[key] = super().format_entry(label, entry, bib_data)
        return self._formatted[key]


class ListReferences(SphinxPostTransform):
    """Turn citations into a plain list, on pages that the press lays out.

    Labels stay where the text names them, and not authors and years.
    """

    default_priority = 6
    """After the bibliography was filled in (5), before links are resolved (10)."""

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Rewrite each list."""
        if not is_laid_out(self.env.srcdir):
            return
        entries = self.document.findall(nodes.citation)
        holders = {id(entry.parent): entry.parent for entry in entries}
        for holder in holders.values():
            style = self.config.bibtex_reference_style
            holder.replace_self(_plain_list(holder, is_labelled=style != AUTHOR_YEAR))


class NameWorksOnce(SphinxPostTransform):
    """Leave the words of a work to the list of the page that its citations lead to.

    A script shows them there too; a page that cites much would else weigh a tenth more.
    """

    default_priority = 12
    """After links are resolved (10)."""

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Drop the titles of links to the list of the same page."""
        if not is_laid_out(self.env.srcdir):
            return
        for citation in self.document.findall(nodes.inline):
            if "bibtex-citation" in citation["classes"]:
                citation["ids"] = []  # no list leads back to it
                for link in citation.findall(nodes.reference):
                    if link.get("refid"):
                        link.attributes.pop("reftitle", None)


def _plain_list(holder: nodes.Element, *, is_labelled: bool) -> nodes.bullet_list:
    """Return the citations of a node as a list, with their labels or without."""
    references = nodes.bullet_list(classes=["references"], bullet="*")
    for entry in holder.findall(nodes.citation):
        parts = [child for child in entry.children if not isinstance(child, nodes.label)]
        if is_labelled:
            for label, text in zip(
                entry.findall(nodes.label), entry.findall(nodes.paragraph), strict=False
            ):
                text.insert(0, nodes.inline("", f"[{label.astext()}] ", classes=["label"]))
        references += nodes.list_item("", *parts, ids=entry["ids"], classes=["reference-entry"])
    return references


def cited_works(env: BuildEnvironment, docname: str) -> tuple[Work, ...]:
    """Return the works in the bibliography of a page."""
    every = cast("BibtexDomain", env.get_domain("cite")).citations
    cited = [item for item in every if item.bibliography_key.docname == docname]
    return tuple(work_of(item.entry) for item in cited)


def work_of(entry: Any) -> Work:
    """Return the work that a pybtex entry describes."""
    raw = {name.lower(): single_spaced(text) for name, text in entry.fields.items()}
    plain = {name: _plain_text(raw[name]) for name in SHOWN if name in raw}
    # BibTeX's "and others" is nobody's name
    authors = [one for one in entry.persons.get("author", []) if str(one) != "others"]
    is_on_arxiv = raw.get("archiveprefix", "").lower() == "arxiv"
    return Work(
        title=plain.get("title", entry.key),
        authors=tuple(filter(None, map(_author, authors))),
        year=_year_of(plain),
        journal=plain.get("journal"),
        publisher=plain.get("publisher") or plain.get("institution"),
        doi=DOI_ADDRESS.sub("", raw.get("doi") or "") or None,
        arxiv=raw.get("eprint") if is_on_arxiv else None,
        url=raw.get("url"),
    )


def _plain_text(latex: str) -> str:
    try:
        text = str(Text.from_latex(latex))
    except PybtexSyntaxError:  # a brace that nothing closes
        text = latex
    return str(single_spaced(text))


def _year_of(fields: Mapping[str, str]) -> str | None:
    """Return the year of a work, without the letter that tells works of one year apart."""
    if "year" in fields:
        return fields["year"].rstrip("abcde")
    return None


def _author(person: Any) -> Author | None:
    """Return an author, if it is one; a name in braces is that of a group.

    What is no name of a person as BibTeX has it is shown as it is written.
    """
    try:
        given = " ".join(map(str, person.rich_first_names + person.rich_middle_names))
        family = " ".join(map(str, person.rich_prelast_names + person.rich_last_names))
        is_group = re.fullmatch(r"\{.*\}", " ".join(person.last_names))
        if is_group and not given:
            return Author(name=family)
        suffix = " ".join(map(str, person.rich_lineage_names))
        return Author(family=family, given=given, suffix=suffix)
    except (PybtexSyntaxError, ValueError):
        written = re.sub(r"[{}]", "", str(person)).strip(", ")
        return Author(name=written) if written else None


# Each time one is registered, or asked for that is not, what all installed packages offer is read.
register_plugin("pybtex.style.formatting", "authors_first", AuthorStyle, force=True)
register_plugin("pybtex.backends", "plaintext", Backend, force=True)  # asked for by each citation
