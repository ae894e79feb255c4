"""The Sphinx extension ``bookpress.page``: registers the parts and hooks them into a build."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from docutils import nodes
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.util import logging

from bookpress.book.results import harvest
from bookpress.page.base import contents as book
from bookpress.page.base import edition_info as imprint
from bookpress.page.base import roles, typesetting
from bookpress.page.base.claims import evidence_dir, load_quoted
from bookpress.page.base.myst import parse_line
from bookpress.page.base.nodes import chart as chart_node
from bookpress.page.base.roles import count_words, pending_condition, pending_value, store_of
from bookpress.page.base.sites import is_site
from bookpress.page.base.store import Page
from bookpress.page.figures import figures
from bookpress.page.figures import render as drawing
from bookpress.page.figures.mime import NOTEBOOK
from bookpress.page.site import cover, downloads, glossary, resting
from bookpress.page.site import layout as page
from bookpress.page.site import math as mathml
from bookpress.page.site import page_metadata as cited
from bookpress.page.site import parameter_box as parameters
from bookpress.page.site import parameter_table as every_choice
from bookpress.page.site import search as searching

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

logger = logging.getLogger(__name__)


class PageCollector(EnvironmentCollector):
    """Gathers what a page holds, right after it was read."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:  # noqa: ARG002
        """Forget a page that is about to be read again, or is gone."""
        store_of(env).pages.pop(docname, None)

    def merge_other(self, app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:  # noqa: ARG002
        """Take pages that another process has read."""
        store_of(env).pages.update({name: page for name, page in store_of(other).pages.items() if name in docnames})

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Harvest results, parameters, charts and front matter."""
        env = app.env
        read = store_of(env).page(env.docname)
        read.front = json.loads(env.metadata[env.docname].get("compute_divide", "{}"))
        read.charts = [node["chart"] for node in doctree.findall(chart_node)]
        read.terms = glossary.definitions(doctree)
        read.words = count_words(doctree)
        if "kernelspec" in env.metadata[env.docname]:
            _harvest_notebook(env, read)
        if read.front.get("finding"):
            read.finding = parse_line(str(read.front["finding"]), env, doctree.settings)
        parameters.open_page(doctree, read)


def refuse_values_in_headings(app: Sphinx, doctree: nodes.document) -> None:
    """Report values in headings, and take them out."""
    del app
    for title in doctree.findall(nodes.title):
        for pending in [*title.findall(pending_value), *title.findall(pending_condition)]:
            kind = pending.get("kind", "when")
            logger.error(
                "a heading cannot hold a {%s}: menus need its text before results are known",
                kind,
                location=pending,
                type="compute_divide",
                subtype="heading",
            )
            pending.replace_self(nodes.Text(kind))


def _harvest_notebook(env: BuildEnvironment, read: Page) -> None:
    """Take results and parameters from the notebook as it was run; leave it where downloads are taken from."""
    path = Path(env.mystnb_config.output_folder, f"{read.docname}.ipynb")  # type: ignore[attr-defined]
    if NOTEBOOK in env.temp_data:
        path.write_text(nbformat.writes(env.temp_data[NOTEBOOK]), encoding="utf-8", newline="")
    notebook: dict[str, Any] = json.loads(path.read_text("utf-8"))
    cells = notebook["cells"]
    read.is_chapter = True
    read.results = harvest(output for cell in cells for output in cell.get("outputs", []))
    read.parameter_rows = parameters.parameter_rows(read, cells)


def load_quotes(app: Sphinx) -> None:
    """Read the claims before anything quotes them."""
    store_of(app.env).quoted = load_quoted(evidence_dir(Path(app.srcdir)))


def write_again(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Return the pages whose values changed, though their own source did not; draw new charts."""
    store = store_of(env)
    store.parts = book.read_parts(env)
    figures.draw_all(app, store)
    return list(store.stale())


def warm_up(fresh: int) -> None:
    """Start what takes a while to start; the press calls this while chapters, so many, still run."""
    drawing.warm_up(fresh)


def write_files(app: Sphinx, read: Page) -> None:
    """Write the files beside a page: figures and downloads."""
    outdir = Path(app.outdir)
    figures.write_files(read, outdir)
    notebooks = Path(app.env.mystnb_config.output_folder)  # type: ignore[attr-defined]
    downloads.write_files(read, Path(app.srcdir), notebooks, outdir)


def write_with_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write the files beside a page together with it: pages are written side by side."""
    del templatename, context
    if doctree is not None and is_site(app.builder):
        write_files(app, store_of(app.env).page(pagename))


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write what belongs to no single page; drop what no page loads."""
    if exception is not None or app.builder.format != "html":
        return
    store, outdir = store_of(app.env), Path(app.outdir)
    figures.write_script(store, outdir)
    if is_site(app.builder):
        searching.write_script(app)
        page.sweep(outdir / "_static")
    else:
        for read in store.pages.values():
            write_files(app, read)


def code_version() -> int:
    """Return a number that changes with this package's code: what an older one has read is read again."""
    files = sorted(Path(__file__).parents[1].rglob("*.py"))
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files))
    return int(digest.hexdigest()[:12], 16)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register everything."""
    app.add_env_collector(PageCollector)
    resting.setup(app)
    roles.setup(app)
    figures.setup(app)
    cover.setup(app)
    parameters.setup(app)
    every_choice.setup(app)
    mathml.setup(app)
    imprint.setup(app)
    glossary.setup(app)
    typesetting.setup(app)
    searching.setup(app)
    page.setup(app)
    app.setup_extension("bookpress.citation.extension")
    cited.setup(app)
    app.connect("doctree-read", refuse_values_in_headings, priority=1)  # before menus are made
    app.connect("builder-inited", load_quotes)
    app.connect("env-updated", write_again)
    app.connect("html-page-context", write_with_page, priority=970)
    app.connect("build-finished", finish)
    return {"version": "1", "env_version": code_version(), "parallel_read_safe": True, "parallel_write_safe": True}
