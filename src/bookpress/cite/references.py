"""The list of references on a page.

Every page that cites something has one, under its own heading.
"""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Mapping, Sequence
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
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.logging import getLogger
from sphinxcontrib.bibtex.citation_target import parse_citation_targets
from sphinxcontrib.bibtex.directives import BibliographyDirective
from sphinxcontrib.bibtex.domain import BibtexDomain, Citation
from sphinxcontrib.bibtex.nodes import bibliography
from sphinxcontrib.bibtex.roles import CiteRole

from bookpress.book.project import is_laid_out
from bookpress.cite.book import Author
from bookpress.cite.facts import single_spaced
from bookpress.cite.landing_page import Work

LOGGER = getLogger(__name__)
AUTHOR_YEAR = "author_year"
REFERENCES = "references"
"""The name of the section that lists what a page cites."""
DOI_ADDRESS = re.compile(r"(https?://)?(dx\.)?doi\.org/", re.IGNORECASE)
"""The part of a DOI address before the DOI itself."""
NO_MARKUP = re.compile(r"[\w.,:;()/]+(?:[ -][\w.,:;()/]+)*")
"""Text that is the same in LaTeX."""
SHOWN = ("title", "journal", "publisher", "institution", "year")
"""The fields of an entry that are shown as plain text; only these have to be valid LaTeX."""


def add_references(app: Sphinx, doctree: nodes.document) -> None:
    """Add the section to a page that has just been read.

    A page that cites nothing, or has its own bibliography, gets none; neither do pages that the
    book's theme lays out.
    """
    if not is_laid_out(app.srcdir):
        return
    domain = cast("BibtexDomain", app.env.get_domain("cite"))
    has_bibliography = any(doctree.findall(bibliography))
    cites = any(ref.docname == app.env.docname for ref in domain.citation_refs)
    if has_bibliography or not cites:
        return
    sections = [*doctree.findall(nodes.section)]
    own = [section for section in sections if REFERENCES in section["ids"]]
    if own and own[0].parent[-1] is own[0]:  # the author's own, at the end of the page
        section = own[0]
    else:
        name = f"cited-{REFERENCES}" if own else REFERENCES
        section = nodes.section("", nodes.title("", "References"), ids=[name], names=[name])
        # at the end of the page's first section, or of a page without a title
        (sections[0] if sections else doctree).append(section)
    section += _bibliography_directive(doctree).run()


def _bibliography_directive(doctree: nodes.document) -> BibliographyDirective:
    """Return the directive that lists what a page cites."""
    # the directive expects a parser's state, but uses only its document
    state: Any = SimpleNamespace(document=doctree, reporter=doctree.reporter)
    options = {"filter": "docname in docnames"}
    return BibliographyDirective("bibliography", [], options, StringList(), 0, 0, "", state, state)


class TellingCite(CiteRole):
    """A citation that is shown as it is written, with a warning, where it names no works."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the citation, or its text."""
        try:
            deque(parse_citation_targets(self.target), maxlen=0)
        except ValueError:
            what = "no citation: %r; allowed: the keys of works, with commas between them"
            LOGGER.warning(what, self.target, location=self.get_location())
            return [nodes.literal(self.rawtext, self.text)], []
        made: tuple[list[nodes.Node], list[nodes.system_message]] = super().run()
        return made


def tell_malformed(app: Sphinx, config: Config) -> None:  # noqa: ARG001
    """Let citations that cannot be read be told, where the book cites at all."""
    if "sphinxcontrib.bibtex" in app.extensions:
        app.add_role("cite", TellingCite(), override=True)
        for name in BibtexDomain.roles:
            app.add_role_to_domain("cite", name, TellingCite(), override=True)


class AuthorOrder(AuthorYearTitle):  # type: ignore[misc]
    """Sorts by author, year and title; a group by its name, without the brace before it."""

    def persons_key(self, persons: Any) -> str:
        """Return the key by which the authors of an entry are sorted."""
        return str(super().persons_key(persons)).replace("{", "").replace("}", "")


class AuthorStyle(PlainStyle):  # type: ignore[misc]
    """References that begin with the family name, sorted by it."""

    default_name_style = NameStyle
    default_label_style = LabelStyle
    default_sorting_style = AuthorOrder

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"abbreviate_names": True, **options})
        self._formatted: dict[tuple[str, int], FormattedEntry] = {}

    def format_entry(self, label: str, entry: Any, bib_data: Any = None) -> FormattedEntry:
        """Return a reference, cached: it is needed for the list and for tooltips."""
        key = (label, id(entry))
        if key not in self._formatted:
            self._formatted[key] = super().format_entry(label, entry, bib_data)
        return self._formatted[key]


class ListReferences(SphinxPostTransform):
    """Turn citations into a plain list, on pages that the press lays out.

    They keep their labels if the text cites by label, rather than by author and year.
    """

    default_priority = 6
    """After the bibliography has been filled in (5), before links are resolved (10)."""

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Rewrite each list."""
        if not is_laid_out(self.env.srcdir):
            return
        entries = self.document.findall(nodes.citation)
        holders = {id(entry.parent): entry.parent for entry in entries}
        is_labelled = self.config.bibtex_reference_style != AUTHOR_YEAR
        for holder in holders.values():
            is_alone = all(map(_is_citation, holder.children))
            if isinstance(holder, nodes.Structural) or not is_alone:
                _list_among_others(holder)
            else:
                holder.replace_self(_plain_list(holder.children, is_labelled=is_labelled))


class NameWorksOnce(SphinxPostTransform):
    """Remove the titles of works from citations, since the page's list has them.

    A script shows them there. Otherwise a page that cites much would be a tenth larger.
    """

    default_priority = 12
    """After links are resolved (10)."""

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Drop the titles of links to the list on the same page."""
        if not is_laid_out(self.env.srcdir):
            return
        for citation in self.document.findall(nodes.inline):
            if "bibtex-citation" in citation["classes"]:
                citation["ids"] = []  # no list links back to it
                for link in citation.findall(nodes.reference):
                    if link.get("refid"):
                        link.attributes.pop("reftitle", None)


def _list_among_others(holder: nodes.Element) -> None:
    """Make a list of each row of citations in a section, and leave what stands between them."""
    children: list[nodes.Node] = []
    for is_cited, group in itertools.groupby(holder.children, _is_citation):
        row = [*group]
        children += [_plain_list(row, is_labelled=True)] if is_cited else row
    holder.children = []
    holder.extend(children)


def _is_citation(node: nodes.Node) -> bool:
    return isinstance(node, nodes.citation)


def _plain_list(children: Sequence[nodes.Node], *, is_labelled: bool) -> nodes.bullet_list:
    """Return the citations among nodes as a list, with or without their labels."""
    references = nodes.bullet_list(classes=["references"], bullet="*")
    for entry in children:
        if not isinstance(entry, nodes.citation):
            continue
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
    cited = [item for item in citations_of(env) if item.bibliography_key.docname == docname]
    return tuple(work_of(item.entry) for item in cited)


def citations_of(env: BuildEnvironment) -> list[Citation]:
    """Return what the bibliographies of all pages list; nothing in a book without any."""
    domain = env.domains.get("cite")
    return cast("BibtexDomain", domain).citations if domain else []


def work_of(entry: Any) -> Work:
    """Return the work that a pybtex entry describes."""
    raw = {name.lower(): single_spaced(text) for name, text in entry.fields.items()}
    plain = {name: _plain_text(raw[name]) for name in SHOWN if name in raw}
    # BibTeX's "and others" is not a name
    authors = [author for author in entry.persons.get("author", []) if str(author) != "others"]
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
        text = from_latex(latex)
    except PybtexSyntaxError:  # an unclosed brace
        text = latex
    return str(single_spaced(text))


def from_latex(latex: str) -> str:
    r"""Return LaTeX as plain text; most names have no markup, and need no parser.

    Examples
    --------
    >>> from_latex("Gómez-Bombarelli"), from_latex(r"M{\"u}ller--{Grok}")
    ('Gómez-Bombarelli', 'Müller–Grok')
    """
    return latex if NO_MARKUP.fullmatch(latex) else str(Text.from_latex(latex))


def _year_of(fields: Mapping[str, str]) -> str | None:
    """Return the year of a work, without the letter that distinguishes works of one year."""
    if "year" in fields:
        return re.sub(r"(?<=\d)[a-z]$", "", fields["year"])
    return None


def _author(person: Any) -> Author | None:
    """Return an author, if there is one; a name in braces is that of a group.

    A name that BibTeX cannot parse is shown as written.
    """
    try:
        given = " ".join(map(from_latex, person.first_names + person.middle_names))
        family = " ".join(map(from_latex, person.prelast_names + person.last_names))
        is_group = re.fullmatch(r"\{.*\}", " ".join(person.last_names))
        if is_group and not given:
            return Author(name=family)
        suffix = " ".join(map(from_latex, person.lineage_names))
        return Author(family=family, given=given, suffix=suffix)
    except (PybtexSyntaxError, ValueError):
        written = re.sub(r"[{}]", "", str(person)).strip(", ")
        return Author(name=written) if written else None


# an unregistered plugin makes pybtex read the entry points of all installed packages
register_plugin("pybtex.style.formatting", "authors_first", AuthorStyle, force=True)
register_plugin("pybtex.backends", "plaintext", Backend, force=True)  # each citation needs it
