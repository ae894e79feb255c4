"""The Sphinx extension ``bookpress.elements``: registers the elements and its listeners."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from docutils.nodes import fully_normalize_name
from myst_nb.sphinx_ext import OUTPUT_FOLDER
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.errors import ExtensionError
from sphinx.util.typing import ExtensionMetadata

from bookpress.book.cells import has_cells, is_chapter, is_notebook
from bookpress.book.chapters import Chapter
from bookpress.book.discovery import discover
from bookpress.book.project import Project, Settings, is_laid_out, load_settings
from bookpress.chapter.bindings import checked_quotes
from bookpress.chapter.publish import TAG, as_cell, cell_of
from bookpress.edition.sureness import FILE
from bookpress.elements.base import assets, contents
from bookpress.elements.base.blocks import with_ids
from bookpress.elements.base.charts import words_of
from bookpress.elements.base.nodes import (
    MakeLater,
    later,
    leave_value,
    leaving,
    mark,
    value,
    visit_value,
)
from bookpress.elements.base.registry import Element, elements
from bookpress.elements.base.store import (
    PAGE_KEPT,
    PAGES_ALONE,
    Page,
    explored,
    run_file,
    store_of,
)
from bookpress.elements.choices.dependence import dependence_of
from bookpress.elements.choices.panel import parameter_rows
from bookpress.elements.figure.mime import NOTEBOOK
from bookpress.elements.value.reported import load_reported
from bookpress.elements.value.roles import ValueRole
from bookpress.errors import PressError, UsageError
from bookpress.files import canonical, sha256, tree, trees
from bookpress.run.executed import ExecutedChapter
from bookpress.run.processes import DRAWN


class PageCollector(EnvironmentCollector):
    """Gathers the facts of a page as soon as it has been read."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:  # noqa: ARG002
        """Forget a page that will be read again, or is gone."""
        store_of(env).pages.pop(docname, None)

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:  # noqa: ARG002
        """Collect front matter, results, statements and parameters; elements add their own."""
        env = app.env
        metadata = env.metadata[env.docname]
        settings = load_settings(Path(app.srcdir))
        page = store_of(env).page(env.docname)
        front_matter = metadata.get(settings.front_matter, "{}")
        page.front = json.loads(front_matter)
        if is_chapter(env, env.docname):
            _harvest_notebook(env, page)


def _harvest_notebook(env: BuildEnvironment, page: Page) -> None:
    """Collect what the executed notebook published, and keep it where downloads are made from."""
    # MyST-NB has written it there, but without outputs if these come from its cache
    config: Any = env.mystnb_config  # type: ignore[attr-defined]
    path = Path(config.output_folder, f"{page.docname}.ipynb")
    parsed = env.temp_data.get(NOTEBOOK)
    if parsed is not None and config.execution_mode != "off":
        path.write_text(nbformat.writes(parsed), encoding="utf-8", newline="")
    executed = ExecutedChapter(parsed) if parsed else ExecutedChapter.parse(path.read_bytes())
    page.is_chapter = True
    page.results = executed.results
    page.statements = executed.statements
    page.listed = tuple(executed.rows)
    words = [words_of(cell["metadata"]) for cell in executed.cells]
    page.titles = {fully_normalize_name(each["name"]): each["title"] for each in words}
    srcdir = Path(env.srcdir)
    page.parameter_rows = parameter_rows(page, executed.cells, srcdir)
    names = [row["name"] for row in page.parameter_rows]
    page.dependence = dependence_of(executed.cells, names)


def leave_out_pages(app: Sphinx, config: Config) -> None:
    """Read nothing of what was written, if that is below the source.

    Pages are beside Markdown, and the notebooks that MyST-NB has executed beside the pages.
    """
    for folder in (app.outdir, app.outdir.parent / OUTPUT_FOLDER):
        if folder.is_relative_to(app.srcdir):
            config.exclude_patterns.append(folder.relative_to(app.srcdir).as_posix())


def note_what_chapters_rest_on(app: Sphinx, config: Config) -> None:
    """Make evidence and packages a setting if Jupyter Book runs the chapters.

    Sphinx then reads the chapters again when it changes.
    """
    if config.nb_execution_mode != "off":
        project = Project.at(Path(app.srcdir))
        os.environ[DRAWN] = "1"
        trees_of_files = [tree(project.data), trees(project.packages)]
        content = canonical(trees_of_files)
        config.bookpress_rests_on = sha256(content.encode())


def keep_copyright(app: Sphinx) -> None:
    """Keep the author's copyright years, which Sphinx (at 800) replaces with that of the build.

    It looks for them in texts alone, and YAML reads ``copyright: 2024`` as a number.
    """
    names = ("copyright", "epub_copyright")
    given: dict[str, Any] = {}

    def note_years(_app: Sphinx, config: Config) -> None:
        given.update({name: config[name] for name in names})
        for name in names:
            setattr(config, name, "")

    def put_back(_app: Sphinx, config: Config) -> None:
        for name in names:
            setattr(config, name, given[name])

    app.connect("config-inited", note_years, priority=700)
    app.connect("config-inited", put_back, priority=850)


def keep_slug(app: Sphinx, docname: str, source: list[str]) -> None:
    """Keep the slug of a chapter that was staged, before what it quotes of itself is read."""
    if app.config.nb_execution_mode != "off":
        return
    slugs = store_of(app.env).slugs
    slugs.pop(docname, None)
    if run_file(Path(app.srcdir), docname):
        metadata = json.loads(source[0])["metadata"]
        own = metadata.get(load_settings(Path(app.srcdir)).front_matter) or {}
        if "chapter" in own:
            slugs[docname] = own["chapter"]


def add_quotes(app: Sphinx, docname: str, source: list[str]) -> None:
    """Add the cell that publishes quotes to a chapter that Jupyter Book itself runs."""
    root = Path(app.srcdir)
    slug = store_of(app.env).slug(docname)
    path = Path(app.env.doc2path(docname))
    runs_nothing = app.config.nb_execution_mode == "off" or not has_cells(path, docname)
    if runs_nothing or (path.suffix == ".md" and not is_notebook(source[0])):
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
    """Return the JSON of a notebook with that cell."""
    import jupytext

    notebook = json.loads(content)
    own = notebook["metadata"].get(settings.front_matter) or {}
    node = nbformat.reads(content, as_version=4)
    text = jupytext.writes(node, "md:myst")
    also = list(own.get("also", ()))
    quotes = checked_quotes(slug, text, also, where)
    if quotes:
        cell = as_cell(cell_of(quotes, where, text))
        notebook["cells"].append(cell)
    return json.dumps(notebook)


def begin(app: Sphinx) -> None:
    """Refuse builders other than those of pages; read what others report before it is quoted."""
    is_ours = app.builder.name in {"html", "dirhtml"}
    if app.builder.format == "html" and not is_ours:
        raise ExtensionError(
            f"no pages with the builder {app.builder.name!r}; "
            "use html, or the press for PDF and EPUB"
        )
    store = store_of(app.env)
    try:
        store.reported = load_reported(Project.at(Path(app.srcdir)))
    except UsageError as error:
        raise ExtensionError(str(error)) from error
    store.sureness = explored(Path(app.srcdir, FILE))
    if app.config.nb_execution_mode != "off":
        store.slugs = {chapter.docname: chapter.slug for chapter in _chapters(app)}


def _chapters(app: Sphinx) -> list[Chapter]:
    """Return the chapters of a book that Jupyter Book itself runs."""
    try:
        return discover(Project.at(Path(app.srcdir)))
    except PressError as error:
        raise ExtensionError(str(error)) from error


def offer_assets(app: Sphinx) -> None:
    """Write the assets before any page, since pages refer to them by hash."""
    needs_assets = app.builder.format == "html" and not app.config[PAGES_ALONE]
    if needs_assets:
        assets.write_all(Path(app.outdir, "_static"))


def write_again(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Return the pages whose values changed although their source did not."""
    store = store_of(env)
    toctrees = contents.read_toctrees(env)
    store.parts = contents.parts_of(env, toctrees)
    store.links = contents.links_of(env, toctrees)
    store.titles = contents.titles_in(env, toctrees)
    if app.config[PAGES_ALONE]:
        return []
    return list(store.stale((store.parts, store.links, store.titles)))


def give_ids(
    app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _tree: object
) -> None:
    """Give each block of a chapter the id by which a state replaces it.

    Under a theme only states need it, and without parameters there are none.
    """
    page = store_of(app.env).pages.get(pagename)
    is_shown = app.builder.format == "html" and "body" in context
    if not is_shown or page is None or not page.is_chapter:
        return
    if page.parameter_rows or is_laid_out(app.srcdir):
        context["body"] = with_ids(context["body"])


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register everything."""
    app.add_config_value("bookpress_rests_on", "", "env", str)
    app.add_config_value(PAGES_ALONE, False, "", bool)
    app.add_event(PAGE_KEPT)
    app.add_env_collector(PageCollector)
    for node in (later, mark):
        app.add_node(node)
    app.add_node(value, html=(visit_value, leave_value))
    app.add_post_transform(MakeLater)
    _listen(app)
    try:
        registered = elements()
    except UsageError as error:
        raise ExtensionError(str(error)) from error
    for element in registered:
        register(app, element)
    reported = load_settings(Path(app.srcdir)).reported
    for role in reported:
        app.add_role(role, ValueRole())
    # pages that were read without a role are read again once there is one
    app.add_config_value("bookpress_reported", sorted(reported), "env", list)
    # pages read by another version of this code are read again
    folders = {Path(__file__).parent, *(element.folder for element in registered)}
    code = sha256(canonical(trees(sorted(folders))).encode())
    return {
        "version": "1",
        "env_version": int(code[:12], 16),
        "parallel_read_safe": False,
        "parallel_write_safe": True,
    }


def register(app: Sphinx, element: Element) -> None:
    """Register an element: its directives and roles, and whatever else its pages need."""
    for name, directive in element.directives.items():
        make = element.find(directive.make)
        kind = leaving(make, named=directive.named, content=directive.content)
        app.add_directive(name, kind)
    for name, place in element.roles.items():
        app.add_role(name, element.find(place)())
    if isinstance(element.forms.page, str):
        element.find(element.forms.page)(app)


def _listen(app: Sphinx) -> None:
    """Connect to the events of a build.

    Listeners to the same event run in the order of their numbers: 900 is after the theme.
    """
    app.connect("config-inited", note_what_chapters_rest_on)
    app.connect("config-inited", leave_out_pages)
    keep_copyright(app)
    app.connect("builder-inited", begin)
    app.connect("builder-inited", offer_assets)
    app.connect("source-read", keep_slug)
    app.connect("source-read", add_quotes)
    app.connect("env-updated", write_again)
    app.connect("html-page-context", give_ids, priority=980)
