"""The Sphinx extension ``bookpress.elements``: registers the parts and hooks them into a build."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.errors import ExtensionError
from sphinx.util.typing import ExtensionMetadata

from bookpress.book.chapters import Chapter
from bookpress.book.documents import has_cells, is_chapter
from bookpress.book.project import Project, Settings, is_laid_out, load_settings
from bookpress.chapter import estimates, statements
from bookpress.chapter.bindings import checked_quotes
from bookpress.chapter.counted import ROWS_MIME
from bookpress.chapter.publish import TAG, as_cell, cell_of
from bookpress.elements.base import assets, contents, typesetting
from bookpress.elements.base.blocks import with_ids
from bookpress.elements.base.charts import Chart
from bookpress.elements.base.nodes import (
    MakeLater,
    later,
    leave_value,
    leaving,
    mark,
    value,
    visit_value,
)
from bookpress.elements.base.store import PAGES_ALONE, Page, explored, load_quoted, store_of
from bookpress.elements.choices import parameter_box
from bookpress.elements.cover import cover
from bookpress.elements.downloads import downloads
from bookpress.elements.figure import figures
from bookpress.elements.figure import render as drawing
from bookpress.elements.figure.mime import NOTEBOOK, AdoptFigures, drawn
from bookpress.elements.layout import layout
from bookpress.elements.moved import moved
from bookpress.elements.search import search
from bookpress.elements.sentence import notes, sentences
from bookpress.elements.value import roles
from bookpress.files import canonical, sha256, tree, trees
from bookpress.outputs import text
from bookpress.run.processes import DRAWN
from bookpress.states.robustness import FILE

DIRECTIVES = {
    "otherwise": leaving(notes.show_otherwise, named=True, content=True),
    "every-sentence": leaving(sentences.every_sentence),
    "every-choice": leaving(parameter_box.every_choice),
    "findings": leaving(cover.findings, content=True),
    "finding": leaving(cover.finding, named=True, content=True),
    "cover-chart": leaving(cover.cover_chart, named=True),
    "chapters": leaving(cover.chapter_list),
    "edition-line": leaving(cover.edition_line),
}


class PageCollector(EnvironmentCollector):
    """Gathers what a page holds, right after it was read."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:  # noqa: ARG002
        """Forget a page that is about to be read again, or is gone."""
        store_of(env).pages.pop(docname, None)

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Harvest results, statements, parameters, charts and front matter."""
        env = app.env
        metadata = env.metadata[env.docname]
        settings = Project.at(Path(app.srcdir)).settings
        page = store_of(env).page(env.docname)
        front_matter = metadata.get(settings.front_matter, "{}")
        page.front = json.loads(front_matter)
        figure_nodes = doctree.findall(nodes.figure)
        page.charts = [node["chart"] for node in figure_nodes if "chart" in node]
        page.terms = typesetting.definitions(doctree)
        page.words = roles.count_words(doctree)
        if is_chapter(env, env.docname):
            _harvest_notebook(env, page)
        if page.front.get("finding"):
            finding = str(page.front["finding"])
            page.finding = parameter_box.parse_line(finding, env, doctree.settings)
        parameter_box.open_page(doctree, page, settings.is_laid_out)
        if draws(app):  # while the next pages are read
            cache = figures.picture_cache(Path(app.outdir))
            drawing.begin(page.charts, cache)


def _harvest_notebook(env: BuildEnvironment, page: Page) -> None:
    """Take what the notebook recorded as it was run; leave it where downloads are taken from."""
    # MyST-NB has written it there, but without outputs where these come from its cache.
    config: Any = env.mystnb_config  # type: ignore[attr-defined]
    path = Path(config.output_folder, f"{page.docname}.ipynb")
    if NOTEBOOK in env.temp_data and config.execution_mode != "off":
        notebook = nbformat.writes(env.temp_data[NOTEBOOK])
        path.write_text(notebook, encoding="utf-8", newline="")
    cells: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["cells"]
    outputs = estimates.outputs_of(cells)
    page.is_chapter = True
    page.results = estimates.harvest(outputs)
    page.statements = statements.harvest(outputs)
    page.listed = tuple(estimates.published(outputs, ROWS_MIME))
    srcdir = Path(env.srcdir)
    page.parameter_rows = parameter_box.parameter_rows(page, cells, srcdir)


def prefer_tables_as_markdown(app: Sphinx, config: Config) -> None:
    """Let tables be parsed as MyST: they have numbers, and each format sets them its own way."""
    if not is_laid_out(app.srcdir):
        return
    wanted = ("*", "text/markdown", 4)
    config.nb_mime_priority_overrides = [*config.nb_mime_priority_overrides, wanted]


def note_what_chapters_rest_on(app: Sphinx, config: Config) -> None:
    """Make evidence and packages a setting where Jupyter Book runs the chapters.

    Sphinx reads the chapters again after a change of it.
    """
    if config.nb_execution_mode != "off":
        project = Project.at(Path(app.srcdir))
        os.environ[DRAWN] = "1"
        trees_of_files = [tree(project.data), trees(project.packages)]
        content = canonical(trees_of_files)
        config.bookpress_rests_on = sha256(content.encode())


def add_quotes(app: Sphinx, docname: str, source: list[str]) -> None:
    """Let a chapter that Jupyter Book runs itself end with the cell that publishes its quotes.

    A quote is what its prose takes from its results.
    """
    root = Path(app.srcdir)
    slug = docname.rpartition("/")[2]
    path = Path(app.env.doc2path(docname))
    if app.config.nb_execution_mode == "off" or not has_cells(path, docname):
        return
    settings = load_settings(root)
    if path.suffix == ".ipynb":
        where = f"{docname}.ipynb"
        source[0] = _with_quotes(source[0], slug, where, settings)
        return
    code = Chapter(slug, path, docname, settings=settings).quotes_cell
    if code:
        tags = f"{TAG}, remove-cell"
        source[0] += f"\n\n```{{code-cell}} ipython3\n:tags: [{tags}]\n\n{code}\n```\n"


def _with_quotes(content: str, slug: str, where: str, settings: Settings) -> str:
    """Return the JSON of a notebook with that cell.

    Lines are those of the same chapter as Markdown.
    """
    import jupytext

    notebook = json.loads(content)
    own = notebook["metadata"].get(settings.front_matter) or {}
    node = nbformat.reads(content, as_version=4)
    text = jupytext.writes(node, "md:myst")
    also = list(own.get("also", ()))
    quotes = checked_quotes(slug, text, also, where)
    if quotes:
        cell = as_cell(cell_of(quotes, where))
        notebook["cells"].append(cell)
    return json.dumps(notebook)


def begin(app: Sphinx) -> None:
    """Refuse what is no site of pages; read the claims before anything quotes them."""
    if app.builder.format == "html" and app.builder.name not in {"html", "dirhtml"}:
        raise ExtensionError(
            f"no pages with the builder {app.builder.name!r}; "
            "use html, or the press for PDF and EPUB"
        )
    data = Project.at(Path(app.srcdir)).data
    store = store_of(app.env)
    store.quoted = {
        "claim": load_quoted(data / "claims.yml"),
        "related": load_quoted(data / "related.yml"),
    }
    store.sureness = explored(Path(app.srcdir, FILE))


def offer_assets(app: Sphinx) -> None:
    """Write what pages load, before any page is written that says by its hash which it is."""
    if draws(app):
        assets.write_all(Path(app.outdir, "_static"))


def draws(app: Sphinx) -> bool:
    """Return whether pictures are drawn."""
    return app.builder.format == "html" and not app.config[PAGES_ALONE]


def write_again(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Return the pages whose values changed, though their own source did not."""
    store = store_of(env)
    store.parts = contents.read_parts(env)
    if app.config[PAGES_ALONE]:
        return []
    titles: dict[str, str] = {}
    for _, docnames in store.parts:
        for name in docnames:
            titles[name] = contents.title_of(env, name)
    return list(store.stale((store.parts, titles)))


def wait_for_pictures(app: Sphinx, _builder: object) -> None:
    """Draw what is not drawn yet, as late as can be.

    The first page that is written shows its pictures.
    """
    charts: list[Chart] = []
    for page in store_of(app.env).pages.values():
        charts += page.charts
    if charts and draws(app):
        cache = figures.picture_cache(Path(app.outdir))
        drawing.draw(charts, cache)


def finish_text(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give the text of a page, now that all is known, what HTML has besides."""
    if app.builder.format == "html" and is_laid_out(app.srcdir):
        parameter_box.add_kicker(doctree, app.env, docname)
        typesetting.explain_terms(doctree, app.env)
        typesetting.keep_together(doctree)
        typesetting.raise_digits(doctree)


def write_with_page(
    app: Sphinx,
    pagename: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Write figures, downloads and what is searched together with their page.

    Pages are written side by side.
    """
    if doctree is not None and not app.config[PAGES_ALONE]:
        page = store_of(app.env).page(pagename)
        if is_laid_out(app.srcdir):
            search.keep_entries(app, pagename, doctree)
        figures.write_files(app, page, context)
        downloads.write_files(app, page)


def give_ids(
    app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _tree: object
) -> None:
    """Give each block of a chapter the id by which a state replaces it."""
    pages = store_of(app.env).pages
    if app.builder.format == "html" and pagename in pages and pages[pagename].is_chapter:
        context["body"] = with_ids(context["body"])


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write what belongs to no single page; drop what no page loads."""
    if exception is None and app.builder.format == "html":
        outdir = Path(app.outdir)
        static = outdir / "_static"
        pages = store_of(app.env).pages.values()
        if any(page.charts for page in pages):
            bundle = figures.picture_cache(outdir) / drawing.BUNDLE
            shutil.copyfile(bundle, static / "vega.js")
        downloads.describe_book(app)
        text.write_index(app)
        if is_laid_out(app.srcdir):
            search.write_script(app)
        moved.write_pages(app)
        for unused in static.glob("mystnb.*.css") if is_laid_out(app.srcdir) else ():
            unused.unlink()


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register everything."""
    app.add_config_value("bookpress_rests_on", "", "env", str)
    app.add_config_value(PAGES_ALONE, False, "", bool)
    app.add_env_collector(PageCollector)
    _register_parts(app)
    app.setup_extension("bookpress.elements.citation.extension")
    _listen(app)
    # What another version of this code has read is read again.
    files = tree(Path(__file__).parent)
    code = sha256(canonical(files).encode())
    return {
        "version": "1",
        "env_version": int(code[:12], 16),
        "parallel_read_safe": False,
        "parallel_write_safe": True,
    }


def _register_parts(app: Sphinx) -> None:
    """Register nodes, roles, directives and transforms."""
    app.add_node(later)
    app.add_node(mark)
    app.add_node(value, html=(visit_value, leave_value))
    app.add_node(notes.fragile, html=(notes.visit_fragile, None))
    inline = (typesetting.visit_inline, None)
    block = (typesetting.visit_block, None)
    app.add_html_math_renderer("mathml", inline, block)
    for kind in ("holds", *roles.KINDS):
        app.add_role(kind, roles.ValueRole())
    for name, directive in DIRECTIVES.items():
        app.add_directive(name, directive)
    app.add_node(drawn)
    app.add_transform(AdoptFigures)
    for transform in (MakeLater, notes.WriteNotes, figures.ArrangeFigures):
        app.add_post_transform(transform)


def _listen(app: Sphinx) -> None:
    """Connect to the events of a build.

    Of several that listen to one, those with a higher number come later: 900 is after the theme.
    """
    app.connect("config-inited", note_what_chapters_rest_on)
    app.connect("config-inited", prefer_tables_as_markdown)
    app.connect("config-inited", layout.prefer_our_templates, priority=900)
    app.connect("builder-inited", begin)
    app.connect("builder-inited", offer_assets)
    app.connect("source-read", add_quotes)
    app.connect("builder-inited", layout.silence_theme, priority=900)
    app.connect("doctree-read", roles.refuse_in_headings, priority=1)  # before menus are made
    app.connect("env-updated", write_again)
    app.connect("env-updated", moved.check_places, priority=900)
    app.connect("write-started", wait_for_pictures, priority=900)
    app.connect("doctree-resolved", finish_text)
    app.connect("landing-page", downloads.tell_landing_page)
    app.connect("html-page-context", layout.fill_context, priority=950)
    app.connect("html-page-context", write_with_page, priority=970)
    app.connect("html-page-context", give_ids, priority=980)
    app.connect("build-finished", finish)
