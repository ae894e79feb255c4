"""The Sphinx extension ``bookpress.page``: registers the parts and hooks them into a build."""

from __future__ import annotations

import json
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

from bookpress.book import results, statements
from bookpress.book.project import Project
from bookpress.files import canonical, sha256, tree, trees
from bookpress.page.base import contents, notes, roles
from bookpress.page.base import nodes as own_nodes
from bookpress.page.base.store import Page, load_quoted, store_of
from bookpress.page.base.sureness import load_sureness
from bookpress.page.figures import alone, figures
from bookpress.page.figures import render as drawing
from bookpress.page.figures.mime import NOTEBOOK
from bookpress.page.site import cover, downloads, layout, parameter_box, search, typesetting


class PageCollector(EnvironmentCollector):
    """Gathers what a page holds, right after it was read."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:  # noqa: ARG002
        """Forget a page that is about to be read again, or is gone."""
        store_of(env).pages.pop(docname, None)

    def merge_other(self, app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:  # noqa: ARG002
        """Take pages that another process has read."""
        store_of(env).pages.update({name: page for name, page in store_of(other).pages.items() if name in docnames})

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Harvest results, statements, parameters, charts and front matter."""
        env, metadata = app.env, app.env.metadata[app.env.docname]
        read = store_of(env).page(env.docname)
        read.front = json.loads(metadata.get(Project.at(Path(app.srcdir)).settings.front_matter, "{}"))
        read.charts = [figure["chart"] for figure in doctree.findall(nodes.figure) if "chart" in figure]
        read.terms = typesetting.definitions(doctree)
        read.words = roles.count_words(doctree)
        if "kernelspec" in metadata:
            _harvest_notebook(env, read)
        if read.front.get("finding"):
            read.finding = parameter_box.parse_line(str(read.front["finding"]), env, doctree.settings)
        parameter_box.open_page(doctree, read)
        if app.builder.format == "html":  # drawn while the next pages are read
            drawing.begin(read.charts, alone.picture_cache(Path(app.outdir)), drawing.vega_bundle)


def _harvest_notebook(env: BuildEnvironment, read: Page) -> None:
    """Take what the notebook recorded as it was run; leave it where downloads are taken from.

    MyST-NB has written it there, but without outputs where these come from its cache.
    """
    path = Path(env.mystnb_config.output_folder, f"{read.docname}.ipynb")  # type: ignore[attr-defined]
    if NOTEBOOK in env.temp_data and env.mystnb_config.execution_mode != "off":  # type: ignore[attr-defined]
        path.write_text(nbformat.writes(env.temp_data[NOTEBOOK]), encoding="utf-8", newline="")
    cells: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["cells"]
    read.is_chapter = True
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    read.results, read.statements = results.harvest(outputs), statements.harvest(outputs)
    read.parameter_rows = parameter_box.parameter_rows(read, cells, Path(env.srcdir))


def note_what_chapters_rest_on(app: Sphinx, config: Config) -> None:
    """Make the evidence and the packages a setting where Jupyter Book itself runs the chapters.

    Sphinx reads a chapter again, and so runs it, when its file or a setting has changed; these are neither.
    """
    if config.nb_execution_mode != "off":
        project = Project.at(Path(app.srcdir))
        config.bookpress_rests_on = sha256(canonical([tree(project.data), trees(project.packages)]).encode())


def begin(app: Sphinx) -> None:
    """Refuse what is no site of pages; read the claims before anything quotes them."""
    if app.builder.format == "html" and app.builder.name not in {"html", "dirhtml"}:
        raise ExtensionError(f"no pages with the builder {app.builder.name!r}; use html, or the press for PDF and EPUB")
    store_of(app.env).quoted = load_quoted(Project.at(Path(app.srcdir)).data)
    store_of(app.env).sureness = load_sureness(Path(app.srcdir))


def write_again(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Return the pages whose values changed, though their own source did not; draw new charts."""
    store = store_of(env)
    store.parts = contents.read_parts(env)
    charts = [chart for page in store.pages.values() for chart in page.charts]
    if charts and app.builder.format == "html":
        drawing.draw(charts, alone.picture_cache(Path(app.outdir)))
    titles = {name: contents.title_of(env, name) for part in store.parts for name in part.docnames}
    return list(store.stale((store.parts, titles)))


def write_with_page(
    app: Sphinx, pagename: str, _template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write figures and downloads together with their page: pages are written side by side."""
    if doctree is not None:
        read = store_of(app.env).page(pagename)
        alone.write_files(app, read, context)
        notebooks = Path(app.env.mystnb_config.output_folder)  # type: ignore[attr-defined]
        downloads.describe_chapter(app, read)
        downloads.write_files(app, read, notebooks)


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write what belongs to no single page; drop what no page loads."""
    if exception is None and app.builder.format == "html":
        outdir = Path(app.outdir)
        if any(page.charts for page in store_of(app.env).pages.values()):
            shutil.copyfile(drawing.vega_bundle(alone.picture_cache(outdir)), outdir / "_static" / "vega.js")
        downloads.describe_book(app)
        search.write_script(app)
        layout.sweep(outdir / "_static")


def code_version() -> int:
    """Return a number that changes with this package's code: what an older one has read is read again."""
    return int(sha256(canonical(tree(Path(__file__).parent)).encode())[:12], 16)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register everything."""
    app.add_config_value("bookpress_rests_on", "", "env", str)
    app.connect("config-inited", note_what_chapters_rest_on)
    app.add_env_collector(PageCollector)
    app.add_post_transform(figures.ArrangeFigures)
    for part in (own_nodes, roles, notes, cover, parameter_box, typesetting, search, layout):
        part.setup(app)
    app.setup_extension("bookpress.citation.extension")
    app.connect("landing-page", downloads.tell_landing_page)
    app.connect("builder-inited", begin)
    app.connect("env-updated", write_again)
    app.connect("html-page-context", write_with_page, priority=970)
    app.connect("build-finished", finish)
    return {"version": "1", "env_version": code_version(), "parallel_read_safe": True, "parallel_write_safe": True}
