"""The Sphinx extension ``bookpress.page``: registers the parts and hooks them into a build."""

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

from bookpress.book.chapters import FOLDER, Chapter
from bookpress.book.project import Project, Settings, load_settings
from bookpress.chapter import estimates, statements
from bookpress.chapter.bindings import checked_quotes
from bookpress.chapter.publish import TAG, as_cell, cell_of
from bookpress.explore.robustness import FILE
from bookpress.files import canonical, sha256, tree, trees
from bookpress.page.base import contents, notes, roles
from bookpress.page.base.nodes import MakeLater, later, leaving, mark, value, visit_value
from bookpress.page.base.store import Page, explored, load_quoted, store_of
from bookpress.page.figures import figures
from bookpress.page.figures import render as drawing
from bookpress.page.figures.mime import NOTEBOOK, AdoptFigures, drawn
from bookpress.page.site import cover, downloads, layout, parameter_box, search, typesetting
from bookpress.run.processes import DRAWN

DIRECTIVES = {
    "otherwise": leaving(notes.show_otherwise, named=True, content=True),
    "every-sentence": leaving(notes.every_sentence),
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
        env, metadata = app.env, app.env.metadata[app.env.docname]
        read = store_of(env).page(env.docname)
        read.front = json.loads(
            metadata.get(Project.at(Path(app.srcdir)).settings.front_matter, "{}")
        )
        read.charts = [
            figure["chart"] for figure in doctree.findall(nodes.figure) if "chart" in figure
        ]
        read.terms = typesetting.definitions(doctree)
        read.words = roles.count_words(doctree)
        if "kernelspec" in metadata:
            _harvest_notebook(env, read)
        if read.front.get("finding"):
            read.finding = parameter_box.parse_line(
                str(read.front["finding"]), env, doctree.settings
            )
        parameter_box.open_page(doctree, read)
        if app.builder.format == "html":  # drawn while the next pages are read
            drawing.begin(read.charts, figures.picture_cache(Path(app.outdir)))


def _harvest_notebook(env: BuildEnvironment, read: Page) -> None:
    """Take what the notebook recorded as it was run; leave it where downloads are taken from."""
    # MyST-NB has written it there, but without outputs where these come from its cache.
    path = Path(env.mystnb_config.output_folder, f"{read.docname}.ipynb")  # type: ignore[attr-defined]
    if NOTEBOOK in env.temp_data and env.mystnb_config.execution_mode != "off":  # type: ignore[attr-defined]
        path.write_text(nbformat.writes(env.temp_data[NOTEBOOK]), encoding="utf-8", newline="")
    cells: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["cells"]
    read.is_chapter = True
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    read.results, read.statements = estimates.harvest(outputs), statements.harvest(outputs)
    read.parameter_rows = parameter_box.parameter_rows(read, cells, Path(env.srcdir))


def note_what_chapters_rest_on(app: Sphinx, config: Config) -> None:
    """Make evidence and packages a setting where Jupyter Book runs the chapters: Sphinx reads them after a change."""
    if config.nb_execution_mode != "off":
        project = Project.at(Path(app.srcdir))
        os.environ[DRAWN] = "1"
        config.bookpress_rests_on = sha256(
            canonical([tree(project.data), trees(project.packages)]).encode()
        )


def add_quotes(app: Sphinx, docname: str, source: list[str]) -> None:
    """Let a chapter that Jupyter Book runs itself end with the cell that publishes what its prose quotes."""
    root = Path(app.srcdir)
    folder, _, slug = docname.rpartition("/")
    path = Path(app.env.doc2path(docname))
    if folder != FOLDER or app.config.nb_execution_mode == "off":
        return
    if path.suffix == ".ipynb":
        source[0] = _with_quotes(source[0], slug, f"{docname}.ipynb", load_settings(root))
    elif code := Chapter(slug, path, settings=load_settings(root)).quotes_cell:
        source[0] += f"\n\n```{{code-cell}} ipython3\n:tags: [{TAG}, remove-cell]\n\n{code}\n```\n"


def _with_quotes(content: str, slug: str, where: str, settings: Settings) -> str:
    """Return the JSON of a notebook with that cell; lines are those of the same chapter as Markdown."""
    import jupytext

    notebook = json.loads(content)
    own = notebook["metadata"].get(settings.front_matter) or {}
    text = jupytext.writes(nbformat.reads(content, as_version=4), "md:myst")
    quotes = checked_quotes(slug, text, [*own.get("also", ())], where)
    if quotes:
        notebook["cells"].append(as_cell(cell_of(quotes, where)))
    return json.dumps(notebook)


def begin(app: Sphinx) -> None:
    """Refuse what is no site of pages; read the claims before anything quotes them."""
    if app.builder.format == "html" and app.builder.name not in {"html", "dirhtml"}:
        raise ExtensionError(
            f"no pages with the builder {app.builder.name!r}; use html, or the press for PDF and EPUB"
        )
    data = Project.at(Path(app.srcdir)).data
    store_of(app.env).quoted = {
        "claim": load_quoted(data / "claims.yml"),
        "related": load_quoted(data / "related.yml"),
    }
    store_of(app.env).sureness = explored(Path(app.srcdir, FILE))


def write_again(_app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Return the pages whose values changed, though their own source did not."""
    store = store_of(env)
    store.parts = contents.read_parts(env)
    titles = {
        name: contents.title_of(env, name) for _, docnames in store.parts for name in docnames
    }
    return list(store.stale((store.parts, titles)))


def wait_for_pictures(app: Sphinx, _builder: object) -> None:
    """Draw what is not drawn yet, as late as can be: the first page that is written shows its pictures."""
    charts = [chart for page in store_of(app.env).pages.values() for chart in page.charts]
    if charts and app.builder.format == "html":
        drawing.draw(charts, figures.picture_cache(Path(app.outdir)))


def finish_text(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give the text of a page, now that all is known, what HTML has besides."""
    if app.builder.format == "html":
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
    """Write figures, downloads and what is searched together with their page: pages are written side by side."""
    if doctree is not None:
        read = store_of(app.env).page(pagename)
        search.keep_entries(app, pagename, doctree)
        figures.write_files(app, read, context)
        downloads.write_files(app, read)


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write what belongs to no single page; drop what no page loads."""
    if exception is None and app.builder.format == "html":
        outdir = Path(app.outdir)
        if any(page.charts for page in store_of(app.env).pages.values()):
            shutil.copyfile(
                figures.picture_cache(outdir) / drawing.BUNDLE, outdir / "_static" / "vega.js"
            )
        downloads.describe_book(app)
        search.write_script(app)
        for unused in (outdir / "_static").glob("mystnb.*.css"):
            unused.unlink()


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register everything."""
    app.add_config_value("bookpress_rests_on", "", "env", str)
    app.add_env_collector(PageCollector)
    app.add_node(later)
    app.add_node(mark)
    app.add_node(value, html=(visit_value, lambda self, _: self.body.append("</span>")))
    app.add_node(notes.fragile, html=(notes.visit_fragile, None))
    app.add_html_math_renderer(
        "mathml", (typesetting.visit_inline, None), (typesetting.visit_block, None)
    )
    for kind in ("holds", *roles.KINDS):
        app.add_role(kind, roles.ValueRole())
    for name, directive in DIRECTIVES.items():
        app.add_directive(name, directive)
    app.add_node(drawn)
    app.add_transform(AdoptFigures)
    for transform in (MakeLater, notes.WriteNotes, figures.ArrangeFigures):
        app.add_post_transform(transform)
    app.setup_extension("bookpress.citation.extension")
    # Of several that listen to an event, those with a higher number come later: 900 is after the theme.
    app.connect("config-inited", note_what_chapters_rest_on)
    app.connect("config-inited", layout.prefer_our_templates, priority=900)
    app.connect("builder-inited", begin)
    app.connect("source-read", add_quotes)
    app.connect("builder-inited", layout.silence_theme, priority=900)
    app.connect("doctree-read", roles.refuse_in_headings, priority=1)  # before menus are made
    app.connect("env-updated", write_again)
    app.connect("write-started", wait_for_pictures, priority=900)
    app.connect("doctree-resolved", finish_text)
    app.connect("landing-page", downloads.tell_landing_page)
    app.connect("html-page-context", layout.fill_context, priority=950)
    app.connect("html-page-context", write_with_page, priority=970)
    app.connect("build-finished", finish)
    code = int(
        sha256(canonical(tree(Path(__file__).parent)).encode())[:12], 16
    )  # what another has read is read again
    return {
        "version": "1",
        "env_version": code,
        "parallel_read_safe": False,
        "parallel_write_safe": True,
    }
