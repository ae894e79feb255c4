"""The adapter to Sphinx: gathers the facts, hands each page its tags and its box, writes the files.

Settings stand in ``book/publication.yml`` below the source folder; a book without them is left alone. Another
extension tells what a page holds by listening to the event ``citation-parts``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.errors import ConfigError
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from bookpress.book.clock import build_time
from bookpress.citation import references
from bookpress.citation.box import box_html, how_to_cite_html
from bookpress.citation.files import citation_files, write
from bookpress.citation.head import canonical_html, head_html, sitemap
from bookpress.citation.page import FOLDER, Dataset, Page, Picture, SiteFile
from bookpress.citation.record import Book, Chapter, Citation, CitationError, Edition
from bookpress.citation.settings import SETTINGS, load_book, load_edition, read_chapter
from bookpress.page.base.sites import is_site

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.util.typing import ExtensionMetadata

logger = logging.getLogger(__name__)

PARTS_EVENT = "citation-parts"
STATIC = Path(__file__).parent / "static"


@dataclass
class Parts:
    """What a page holds that others cite or reuse; listeners of ``citation-parts`` fill it in."""

    datasets: list[Dataset] = field(default_factory=list)
    files: list[SiteFile] = field(default_factory=list)
    picture: Picture | None = None
    pdf: str | None = None
    summary: str | None = None


class how_to_cite(nodes.General, nodes.Element):  # noqa: N801
    """Stands for the references of the book and all chapters until the chapters are known."""


class HowToCite(SphinxDirective):
    """``{how-to-cite}``: how to cite the book and each chapter."""

    def run(self) -> list[nodes.Node]:
        """Leave a placeholder."""
        return [how_to_cite()]


class Citing:
    """The facts of one build, and what is made of them."""

    book: Book | None = None
    edition: Edition | None = None
    built: date

    def load(self, app: Sphinx, config: Config) -> None:
        """Read the settings, and let Sphinx know them, so that pages are written again when they change."""
        root = Path(app.srcdir)
        # One work may stand in the reference list of several pages, each of which refers to its own.
        config.suppress_warnings = [*config.suppress_warnings, "bibtex.duplicate_citation", "bibtex.duplicate_label"]
        config.bibtex_bibfiles = config.bibtex_bibfiles or []
        if not (root / SETTINGS).is_file():
            logger.info("no %s: pages are not made citable", SETTINGS)
            return
        try:
            self.book, self.edition = load_book(root), load_edition(root)
        except CitationError as error:
            raise ConfigError(str(error)) from error
        self.built = build_time(root).date()
        edition = self.edition.model_dump_json() if self.edition else ""
        config.citation_facts = self.book.model_dump_json() + edition + str(self.built)

    def add_assets(self, app: Sphinx) -> None:
        """Offer style and script to the pages of a site."""
        if self.book and is_site(app.builder):
            app.config.html_static_path.append(str(STATIC))
            app.add_css_file("cite.css")
            app.add_js_file("cite.js", loading_method="defer")

    def on_page(self, app: Sphinx, docname: str, _template: str, context: dict[str, Any], _tree: object) -> None:
        """Add tags and links to the head of a page, and the box to the end of a chapter."""
        if not is_site(app.builder) or self.book is None or docname not in app.env.found_docs:
            return
        page = self.page(app, docname)
        told = page.citation.chapter or docname == app.config.root_doc
        head = [context.get("metatags", ""), canonical_html(page), head_html(page) if told else ""]
        context["metatags"] = "\n".join(part for part in head if part)
        context["pageurl"] = None  # the theme would add a link of its own
        if page.citation.chapter:
            context["body"] += box_html(page)

    def on_resolved(self, app: Sphinx, doctree: nodes.document, docname: str) -> None:
        """Fill in how to cite the book and its chapters."""
        for placeholder in list(doctree.findall(how_to_cite)):
            placeholder.replace_self(self._how_to_cite(app, docname))

    def write_files(self, app: Sphinx, exception: Exception | None) -> None:
        """Write the citation files of book and chapters, and the site map; remove those of chapters that are gone."""
        if exception is not None or self.book is None or not is_site(app.builder):
            return
        outdir = Path(app.outdir)
        wanted = {
            path: text
            for citation in (self.citation(app, None), *self.chapter_citations(app))
            for path, text in citation_files(citation).items()
        }
        (outdir / FOLDER).mkdir(exist_ok=True)
        for path in (outdir / FOLDER).iterdir():
            if f"{FOLDER}/{path.name}" not in wanted:
                path.unlink()
        for name, text in wanted.items():
            (outdir / name).write_text(text, encoding="utf-8", newline="")
        self._write_sitemap(app, outdir / "sitemap.xml")

    def _write_sitemap(self, app: Sphinx, target: Path) -> None:
        """Write the map of a site that has an address."""
        target.unlink(missing_ok=True)
        book = self.citation(app, None)
        paths = [app.builder.get_target_uri(docname) for docname in sorted(app.env.found_docs)]
        urls = [Page(citation=book, path=path).url for path in paths]
        addresses = [url for url in urls if url]
        if addresses:
            target.write_text(sitemap(addresses, book.date.isoformat()), encoding="utf-8", newline="")

    def page(self, app: Sphinx, docname: str) -> Page:
        """Return a page of the book with all that machines are told of it."""
        citation = self.citation(app, docname)
        parts = Parts()
        if citation.chapter or docname == app.config.root_doc:
            app.emit(PARTS_EVENT, docname, parts)
        return Page(
            citation=citation,
            path=app.builder.get_target_uri(docname),
            datasets=tuple(parts.datasets),
            files=tuple(parts.files),
            picture=parts.picture,
            pdf=parts.pdf,
            summary=parts.summary,
            works=references.cited_works(app.env, docname) if citation.chapter else (),
            chapters=tuple(c.chapter for c in self.chapter_citations(app) if c.chapter)
            if docname == app.config.root_doc
            else (),
        )

    def citation(self, app: Sphinx, docname: str | None) -> Citation:
        """Return what a page is cited as: a chapter as itself, any other page as the book."""
        assert self.book is not None  # noqa: S101  # callers have checked
        chapters = chapter_docnames(app)
        chapter = self._chapter(app, docname, chapters.index(docname) + 1) if docname in chapters else None
        return Citation.of(self.book, chapter, self.edition, built=self.built)

    def chapter_citations(self, app: Sphinx) -> list[Citation]:
        """Return the citations of all chapters, in reading order."""
        return [self.citation(app, docname) for docname in chapter_docnames(app)]

    def _chapter(self, app: Sphinx, docname: str, position: int) -> Chapter:
        """Return the bibliographic facts of a chapter."""
        front = json.loads(app.env.metadata[docname].get(app.config.citation_front_matter, "{}"))
        title = app.env.titles[docname].astext()
        slug = docname.rsplit("/", 1)[-1]
        try:
            return read_chapter(slug, title, app.builder.get_target_uri(docname), position, front)
        except CitationError as error:
            raise ConfigError(str(error)) from error

    def _how_to_cite(self, app: Sphinx, docname: str) -> list[nodes.Node]:
        """Return the references of book and chapters: with downloads on the site, as a list elsewhere."""
        if self.book is None:
            return []
        everything = [self.citation(app, None), *self.chapter_citations(app)]
        if is_site(app.builder):
            here = app.builder.get_target_uri(docname)
            pages = [Page(citation=citation, path=here) for citation in everything]
            return [nodes.raw("", how_to_cite_html(pages[0], pages[1:]), format="html")]
        texts = [nodes.paragraph("", write(citation, "apa").strip()) for citation in everything]
        return [nodes.bullet_list("", *(nodes.list_item("", text) for text in texts), bullet="*")]


def chapter_docnames(app: Sphinx) -> list[str]:
    """Return the documents that are chapters, in reading order."""
    env, prefix = app.env, app.config.citation_chapters
    relations = env.collect_relations()
    ordered: list[str] = []
    docname: str | None = app.config.root_doc
    while docname is not None and docname not in ordered:
        ordered.append(docname)
        docname = relations.get(docname, [None, None, None])[2]
    return [name for name in ordered if name.startswith(prefix)]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.setup_extension("sphinxcontrib.bibtex")
    app.add_config_value("citation_chapters", "notebooks/", "env", str)
    app.add_config_value("citation_front_matter", "compute_divide", "env", str)
    app.add_config_value("citation_facts", "", "html", str)
    app.add_event(PARTS_EVENT)
    app.add_node(how_to_cite)
    app.add_directive("how-to-cite", HowToCite)
    app.add_post_transform(references.ListReferences)
    citing = Citing()
    app.connect("config-inited", citing.load, priority=100)  # before the bibliography files are looked for
    app.connect("builder-inited", citing.add_assets)
    app.connect("doctree-read", references.add_references, priority=400)  # before the table of contents is collected
    app.connect("doctree-resolved", citing.on_resolved)
    app.connect("html-page-context", citing.on_page, priority=600)
    app.connect("build-finished", citing.write_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
