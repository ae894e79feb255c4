"""The Sphinx extension for citations.

Other extensions add what a page contains by listening to the event ``landing-page``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from docutils import nodes
from jinja2 import FileSystemLoader
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ConfigError
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from bookpress.book.cells import is_chapter
from bookpress.book.discovery import slug_of
from bookpress.book.project import is_laid_out, load_settings
from bookpress.cite import references
from bookpress.cite.files import FOLDER, citation_files
from bookpress.cite.formats import to_bibtex
from bookpress.cite.jsonld import page_node, script_html
from bookpress.cite.landing_page import TEMPLATES, LandingPage
from bookpress.cite.record import ChapterRecord, Citation, load_citation, read_chapter
from bookpress.cite.styles import STYLES, to_reference
from bookpress.elements.base.contents import title_of
from bookpress.errors import PressError
from bookpress.files import replace_file

EVENT = "landing-page"
HERE = Path(__file__).parent
PARTS = TEMPLATES.overlay(loader=FileSystemLoader(HERE))
HOW_TO_CITE = "<!-- how to cite -->"


class HowToCite(SphinxDirective):
    """``{how-to-cite}``: how to cite the book and each chapter."""

    def run(self) -> list[nodes.Node]:
        """Return a placeholder, which is replaced when the chapters are known."""
        return [nodes.raw("", HOW_TO_CITE, format="html")]


class Citing:
    """The extension's listeners to the events of a build.

    They set ``bookpress_citation`` and, once everything is read, ``bookpress_chapters`` in the
    configuration of the build.
    """

    def load(self, app: Sphinx, config: Config) -> None:
        """Read the settings, so that Sphinx writes pages again when these change."""
        # a work may be in the reference lists of several pages, each with its own
        config.suppress_warnings = [
            *config.suppress_warnings,
            "bibtex.duplicate_citation",
            "bibtex.duplicate_label",
        ]
        if is_laid_out(app.srcdir):
            config.bibtex_bibfiles = config.bibtex_bibfiles or []
        try:
            config.bookpress_citation = load_citation(Path(app.srcdir))
        except PressError as error:
            raise ConfigError(str(error)) from error
        config.citation_facts = config.bookpress_citation.model_dump_json()

    def find_chapters(self, app: Sphinx, _env: object) -> list[str]:
        """Read the records of the chapters, by document in reading order."""
        chapters: dict[str, ChapterRecord] = {}
        app.config.bookpress_chapters = chapters
        key = load_settings(Path(app.srcdir)).front_matter
        listed = app.env.collect_relations()
        documents = dict.fromkeys([*listed, *sorted(app.env.found_docs)])
        wanted = [docname for docname in documents if is_chapter(app.env, docname)]
        numbers = _numbers(app.env, [docname for docname in wanted if docname in listed])
        for docname in wanted:
            try:
                chapters[docname] = _chapter_of(app, docname, numbers.get(docname), key)
            except PressError as error:
                raise ConfigError(str(error)) from error
        return []

    def add_assets(self, app: Sphinx) -> None:
        """Add the style and the script to the pages of a site."""
        if app.builder.format == "html":
            for name in ("cite.css", "cite.js"):  # here, in case this is our only extension
                content = (HERE / name).read_bytes()
                replace_file(Path(app.outdir, "_static", name), content)
            app.add_css_file("cite.css")
            app.add_js_file("cite.js", loading_method="defer")

    def format_once(self, app: Sphinx, _builder: object) -> None:
        """Parse templates and styles, and format what all pages show.

        Otherwise each process that writes pages would do it again.
        """
        if app.builder.format == "html":
            for name in TEMPLATES.list_templates():
                TEMPLATES.get_template(name)
            for name in ("cite-box.html", "how-to-cite.html"):
                PARTS.get_template(name)
            book, *chapters = self._citations(app)
            to_bibtex(book)
            for style in STYLES if chapters else ():
                to_reference(book, style)
            for chapter in chapters:
                to_reference(chapter, "apa")

    def on_page(
        self, app: Sphinx, docname: str, _template: str, context: dict[str, Any], _tree: object
    ) -> None:
        """Add tags and links to the head of a page, and the box to the end of a chapter."""
        # Sphinx's own index replaces a document of that name, and its page has no body
        is_document = docname in app.env.found_docs and "body" in context
        if app.builder.format != "html" or not is_document:
            return
        page = _landing_page(app, docname)
        is_chapter = docname in app.config.bookpress_chapters
        settings = load_settings(Path(app.srcdir))
        is_landing = is_chapter or docname == app.config.root_doc
        is_landing = is_landing and settings.citation is not False
        if is_landing:
            self._describe(app, docname, page)
        head = [context.get("metatags", ""), page.head_html(is_landing=is_landing)]
        if is_landing:
            head.append(script_html(page_node(page)))
        context["metatags"] = "\n".join(filter(None, head))
        if page.url:
            context["pageurl"] = None  # or the theme would add its own link
        if HOW_TO_CITE in context["body"]:
            how_to_cite = self._how_to_cite(app, page.path)
            context["body"] = context["body"].replace(HOW_TO_CITE, how_to_cite)
        if is_chapter and settings.shows_citations:
            context["body"] += _cite_box(page)

    def _describe(self, app: Sphinx, docname: str, page: LandingPage) -> None:
        """Add the cited works, or the chapters, to a page; other listeners add the rest."""
        chapters = app.config.bookpress_chapters
        if docname in chapters:
            page.works = references.cited_works(app.env, docname)
            page.chapters = ()
        else:
            page.works = ()
            page.chapters = tuple(chapters.values())
        app.emit(EVENT, docname, page)

    def _how_to_cite(self, app: Sphinx, path: str) -> str:
        """Return how to cite the book and each chapter, as HTML for a page at a path."""
        pages = [LandingPage(citation, path) for citation in self._citations(app)]
        return PARTS.get_template("how-to-cite.html").render(pages=pages)

    def write_files(self, app: Sphinx, exception: Exception | None) -> None:
        """Write the citation files of the book and its chapters, and the site map.

        The files of chapters that are gone are removed.
        """
        is_unfinished = exception is not None or app.builder.format != "html"
        if is_unfinished:
            return
        outdir = Path(app.outdir)
        wanted: dict[str, str] = {}
        for citation in self._citations(app):
            wanted |= citation_files(citation)
        wanted |= _site_map(app)
        (outdir / FOLDER).mkdir(exist_ok=True)
        for path in [outdir / "sitemap.xml", *(outdir / FOLDER).iterdir()]:
            if path.relative_to(outdir).as_posix() not in wanted:
                path.unlink(missing_ok=True)
        for name, text in wanted.items():
            (outdir / name).write_text(text, encoding="utf-8", newline="")

    def _citations(self, app: Sphinx) -> list[Citation]:
        """Return the citations of the book and its chapters."""
        book: Citation = app.config.bookpress_citation
        chapters = app.config.bookpress_chapters.values()
        return [book, *map(book.of_chapter, chapters)]


def _numbers(env: BuildEnvironment, docnames: Sequence[str]) -> dict[str, int | None]:
    """Return the numbers of chapters that their pages show: those in headings, else positions.

    Positions are shown where the press lays out the pages. A section of another chapter, or a page
    outside a numbered part, has no number.
    """
    shown = {docname: env.titles[docname].get("secnumber") for docname in docnames}
    if is_laid_out(env.srcdir) and not any(shown.values()):
        return {docname: place for place, docname in enumerate(docnames, 1)}
    return {
        docname: number[0] if number and len(number) == 1 else None
        for docname, number in shown.items()
    }


def _chapter_of(app: Sphinx, docname: str, position: int | None, key: str) -> ChapterRecord:
    """Return the record of the chapter in a document; `key` is that of its front matter."""
    front = json.loads(app.env.metadata[docname].get(key, "{}"))
    slug = front.get("chapter") or slug_of(docname)  # a notebook that is never run has no slug
    title = title_of(app.env, docname)
    page = _path_of(app, docname) or f"{docname}.html"
    return read_chapter(slug, title, page, position, front)


def _landing_page(app: Sphinx, docname: str) -> LandingPage:
    """Return the landing page of a document, with only its citation and path."""
    chapter = app.config.bookpress_chapters.get(docname)
    citation = app.config.bookpress_citation.of_chapter(chapter)
    return LandingPage(citation, _path_of(app, docname))


def _path_of(app: Sphinx, docname: str) -> str:
    """Return the path of a page, of which an address has some signs in another form."""
    return unquote(app.builder.get_target_uri(docname))


def _cite_box(page: LandingPage) -> str:
    """Return the box at the end of a chapter."""
    template = PARTS.get_template("cite-box.html")
    return template.render(page=page, styles=STYLES, bibtex=to_bibtex(page.citation))


def _site_map(app: Sphinx) -> dict[str, str]:
    """Return the site map, by file name; empty if the site has no address."""
    book: Citation = app.config.bookpress_citation
    paths = [_path_of(app, docname) for docname in app.env.found_docs]
    urls = [LandingPage(book, path).url for path in paths]
    if not urls[0]:
        return {}
    dated = [(url, book.date) for url in urls]
    text = TEMPLATES.get_template("sitemap.xml").render(urls=dated)
    return {"sitemap.xml": text}


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    # elsewhere Jupyter Book adds it if the book has bibliographies, and knows no citations if not
    if is_laid_out(app.srcdir):
        app.setup_extension("sphinxcontrib.bibtex")
    app.add_config_value("citation_facts", "", "html", str)
    app.add_config_value("bookpress_citation", None, "", Citation)
    app.add_config_value("bookpress_chapters", {}, "", dict)
    app.add_event(EVENT)
    app.add_directive("how-to-cite", HowToCite)
    app.add_post_transform(references.ListReferences)
    app.add_post_transform(references.NameWorksOnce)
    citing = Citing()
    # before sphinxcontrib-bibtex looks for its files
    app.connect("config-inited", citing.load, priority=100)
    app.connect("config-inited", references.tell_malformed)
    app.connect("builder-inited", citing.add_assets)
    app.connect("env-updated", citing.find_chapters, priority=100)
    # again when headings have their numbers
    app.connect("env-get-updated", citing.find_chapters, priority=600)
    # before the table of contents is collected
    app.connect("doctree-read", references.add_references, priority=400)
    app.connect("write-started", citing.format_once)
    app.connect("html-page-context", citing.on_page, priority=600)
    app.connect("build-finished", citing.write_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
