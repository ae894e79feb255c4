"""The page around the text: contents, banner of the edition, downloads, needed files only."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial, wraps
from itertools import chain
from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup
from pydata_sphinx_theme.translator import BootstrapHTML5TranslatorMixin, setup_translators
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.osutil import relative_uri

from bookpress.book.project import is_laid_out, load_settings
from bookpress.cite.record import Difference
from bookpress.elements.base import assets
from bookpress.elements.base.contents import (
    chapter_numbers,
    citation_of,
    formats_of,
    name_untitled,
    title_of,
)
from bookpress.elements.base.events import when_built, where_laid_out
from bookpress.elements.base.registry import elements
from bookpress.elements.base.store import Page, store_of
from bookpress.elements.base.templates import day, fill
from bookpress.elements.downloads.downloads import files_of
from bookpress.elements.downloads.launch import launches
from bookpress.elements.layout import altair_charts, static_files, tabs
from bookpress.elements.typesetting.words import in_words
from bookpress.files import replace_file
from holdtrue.number_formats import setting

logger = logging.getLogger(__name__)
ON_PAGE = "html-page-context"
OF_ALL_PAGES = ("bookpress", "sphinx")
"""Packages whose listeners know pages in any layout."""
HIGHLIGHTING = "pygments.css"
LIGHT = 'html[data-theme="light"] '
DARK = 'html[data-theme="dark"] '
NOT_LIGHT = 'html:not([data-theme="light"]) '
OURS = (".highlight {", ".highlight pre {")
"""The rules for the ground and the lines of code, which our own style sets."""
NAMED = 3
"""The most chapters that the banner names, if a change does not reach the whole book."""


def setup(app: Sphinx) -> None:
    """Replace the theme's layout with ours: 900 is after the theme."""
    app.connect("config-inited", prefer_our_templates, priority=900)
    app.connect("builder-inited", silence_theme, priority=900)
    app.connect("builder-inited", contain_tables, priority=900)
    app.connect("doctree-resolved", tabs.show_panels)
    app.connect("env-updated", make_index_of_words)
    app.connect("env-updated", name_untitled_pages)
    app.connect(ON_PAGE, fill_context, priority=950)
    altair_charts.connect(app)
    app.connect("build-finished", drop_unused)
    app.connect("build-finished", suit_highlighting, priority=900)


@when_built
@where_laid_out
def drop_unused(app: Sphinx) -> None:
    """Remove the style of notebooks, which no page in our layout loads."""
    for unused in Path(app.outdir, "_static").glob("mystnb.*.css"):
        unused.unlink()


@when_built
@where_laid_out
def suit_highlighting(app: Sphinx) -> None:
    """Let the colours of code follow the system until a reader chooses, and minify their style.

    The theme's colours wait for a script of the theme to say which mode is on.
    """
    style = Path(app.outdir, "_static", HIGHLIGHTING)
    if style.is_file():
        text = assets.lean(style.name, in_any_mode(style.read_text("utf-8")))
        replace_file(style, text.encode())


def in_any_mode(style: str) -> str:
    r"""Return a style whose light rules hold in any mode, and dark ones also if the system is dark.

    Examples
    --------
    >>> print(in_any_mode('html[data-theme="light"] .k { color: #00a }'))
    .k { color: #00a }
    >>> print(in_any_mode('html[data-theme="dark"] .k { color: #aaf }'))
    html[data-theme="dark"] .k { color: #aaf }
    @media (prefers-color-scheme: dark) {
    html:not([data-theme="light"]) .k { color: #aaf }
    }
    """
    rules = [rule for rule in style.splitlines() if not any(ours in rule for ours in OURS)]
    dark = [rule for rule in rules if rule.startswith(DARK)]
    lines = [rule.removeprefix(LIGHT) for rule in rules]
    if dark:
        by_system = [rule.replace(DARK, NOT_LIGHT, 1) for rule in dark]
        lines += ["@media (prefers-color-scheme: dark) {", *by_system, "}"]
    return "\n".join(lines)


def prefer_our_templates(app: Sphinx, config: Config) -> None:
    """Give our templates precedence over the theme's.

    Figures are named in full, and formulas drawn as MathML.
    """
    if not is_laid_out(app.srcdir):
        # with two renderers Sphinx would otherwise choose ours
        renderers = [name for name in app.registry.html_inline_math_renderers if name != "mathml"]
        config.html_math_renderer = config.html_math_renderer or renderers[0]
        return
    for element in elements():
        config.templates_path.insert(0, str(element.folder))
    config.html_copy_source = False
    config.html_additional_pages = {**config.html_additional_pages, "search": "search.html"}
    if config.numfig_format["figure"] == "Fig. %s":  # neither the author nor the language differs
        config.numfig_format["figure"] = "Figure %s"
    config.html_permalinks_icon = "#"
    config.html_math_renderer = "mathml"


@where_laid_out
def silence_theme(app: Sphinx) -> None:
    """Remove what the theme makes for its own layout.

    That includes Jupyter Book's scripts for a service on another host.
    """
    _disconnect(app, ON_PAGE, partial(_has_theme, app))
    _disconnect(app, "doctree-resolved", "sphinx_thebe".__eq__)
    _let_others_fail(app)
    static_files.connect(app)
    builder: Any = app.builder
    # our page of search results has its own index, which needs no server
    builder.search = False
    builder.copy_theme_static_files = lambda context: None  # noqa: ARG005


def _disconnect(app: Sphinx, event: str, serves: Callable[[str], bool]) -> None:
    """Remove listeners of packages that serve the layout which ours replaces."""
    for listener in list(app.events.listeners[event]):
        if serves(_package(listener.handler)):
            app.disconnect(listener.id)


def _package(handler: Callable[..., Any]) -> str:
    return str(getattr(handler, "__module__", "")).partition(".")[0]


def _has_theme(app: Sphinx, package: str) -> bool:
    """Return whether a package contains a theme that the book knows, such as its own."""
    if package in OF_ALL_PAGES:
        return False
    # a theme gives its real path, also in an environment behind a link
    folders = [Path(each).resolve() for each in getattr(sys.modules.get(package), "__path__", ())]
    themes = [Path(theme).resolve() for theme in app.registry.html_themes.values()]
    return any(theme.is_relative_to(folder) for theme in themes for folder in folders)


@where_laid_out
def make_index_of_words(app: Sphinx, env: BuildEnvironment) -> None:
    """Let Sphinx make its index where an author has put words into it: a glossary needs none."""
    entries = chain.from_iterable(env.domaindata["index"]["entries"].values())
    has_words = any(is_main != "main" for _kind, _word, _place, is_main, _key in entries)
    builder: Any = app.builder
    builder.use_index = app.config.html_use_index = app.config.html_use_index and has_words


@where_laid_out
def name_untitled_pages(_app: Sphinx, env: BuildEnvironment) -> None:
    """Name pages without a heading before any page links to them."""
    name_untitled(env)


@where_laid_out
def contain_tables(app: Sphinx) -> None:
    """Let tables scroll whatever the theme of the book, as those of its usual theme do."""
    translator = app.registry.get_translator_class(app.builder)
    if not issubclass(translator, BootstrapHTML5TranslatorMixin):
        setup_translators(app)


def _let_others_fail(app: Sphinx) -> None:
    """Let an extension that changes pages of its theme fail on ours, which it does not know."""
    listeners = app.events.listeners[ON_PAGE]
    for place, listener in enumerate(listeners):
        package = _package(listener.handler)
        if package not in OF_ALL_PAGES:
            listeners[place] = listener._replace(handler=_allowed(listener.handler, package))


def _allowed(handler: Callable[..., Any], package: str) -> Callable[..., Any]:
    """Return a listener that tells of its first failure and goes on."""
    failures: list[Exception] = []

    @wraps(handler)
    def heard(*given: Any) -> Any:
        try:
            return handler(*given)
        except Exception as error:  # noqa: BLE001 - whatever a theme's extension may raise
            if not failures:
                logger.warning("%s adds nothing to pages in our layout: %r", package, error)
            failures.append(error)
            return None

    return heard


def fill_context(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give the layout what it needs about a page; give a theme the assets of chapters."""
    page = store_of(app.env).pages.get(pagename, Page(pagename, pagename))
    if not is_laid_out(app.srcdir):
        _add_to_theme(app, page, str(context.get("body") or ""))
        return
    here = app.builder.get_target_uri(pagename)
    citation = citation_of(app.config)
    kind = _kind(app, page, templatename)

    def address_of(name: str) -> str:
        address = context["pathto"](f"_static/{name}", 1)
        return f"{address}?v={assets.digest(name)}"

    context.update(
        kind=kind,
        own_scripts_only=load_settings(Path(app.srcdir)).strict,
        asset=address_of,
        **_loads(kind, str(context.get("body") or "")),
        **static_files.added(context, doctree),
        day=day,
        parts=store_of(app.env).parts,
        links=store_of(app.env).links,
        titles=store_of(app.env).titles,
        numbers=chapter_numbers(app.env),
        sections=sections(doctree),
        shared=shared_choices(app.env),
        summary=str(page.front.get("abstract", "")),
        chapter_end=_chapter_end(app, page, here),
        book=citation.book,
        edition=citation.edition,
        banner=banner(app, page, here),
    )


def _add_to_theme(app: Sphinx, page: Page, body: str) -> None:
    """Add the styles and scripts of a page under a theme: of its choices, and of what it shows."""
    for asset in assets.themed():
        is_shown = any(sign in body for sign in asset.signs)
        if not (is_shown or (page.parameter_rows and not asset.signs)):
            continue
        if asset.name.endswith(".css"):
            app.add_css_file(asset.name)
        else:
            app.add_js_file(asset.name, loading_method="defer")


def _chapter_end(app: Sphinx, page: Page, here: str) -> str:
    """Return the HTML below a chapter; empty for other pages."""
    if not page.is_chapter:
        return ""
    formats = formats_of(app.config)
    files = files_of(page, Path(app.srcdir), formats, here)
    opened = list(launches(app.config.html_theme_options, _written(app, page)))
    text = fill("chapter-end.html", files=files, launches=opened)
    return Markup(text)  # noqa: S704 (escaped)


def _written(app: Sphinx, page: Page) -> str:
    """Return the path of the file that a chapter's author wrote, relative to the book."""
    ending = Path(app.env.doc2path(page.docname)).suffix
    return f"{page.docname}{ending}"


def _loads(kind: str, body: str) -> dict[str, list[str]]:
    """Return the extra styles and scripts that a page loads, in order."""
    own = assets.loaded(kind, body)
    scripts = [asset for asset in own if asset.name.endswith(".js")]
    early = [asset.name for asset in scripts if asset.early]
    late = [asset.name for asset in scripts if not asset.early]
    return {
        "styles": [asset.name for asset in own if asset.name.endswith(".css")],
        "scripts": [*early, assets.SCRIPT, *late],
    }


def _kind(app: Sphinx, page: Page, templatename: str) -> str:
    """Return the kind of a page, which decides its style."""
    if templatename == "search.html":
        return "search"
    if page.is_chapter:
        return "chapter"
    if page.docname == app.config.root_doc:
        return "cover"
    if page.front.get("template") == "sheet":
        return "page sheet"
    return "page"


def shared_choices(env: BuildEnvironment) -> list[str]:
    """Return the names of choices that several chapters share and that follow the reader."""
    chapters: Counter[str] = Counter()
    for page in store_of(env).pages.values():
        chapters.update({row["name"] for row in page.parameter_rows})
    return sorted(name for name, count in chapters.items() if count > 1)


def sections(doctree: nodes.document | None) -> list[dict[str, str]]:
    """Return the second-level headings of a page."""
    if doctree is None:
        return []
    first = next(doctree.findall(nodes.section), None)
    if first is None:
        return []
    inner = []
    for part in first.children:
        if isinstance(part, nodes.section):
            id_ = part["ids"][0]
            title = next(part.findall(nodes.title))
            inner.append({"id": id_, "title": in_words(title)})
    return inner


def banner(app: Sphinx, page: Page, here: str) -> dict[str, Any] | None:
    """Return the content of a page's banner about an edition that is not the published one.

    On a chapter it concerns that chapter.
    """
    citation = citation_of(app.config)
    edition = citation.edition
    if edition is None or edition.is_default:
        return None
    differing = {item.chapter for item in edition.differs}
    own = [item for item in edition.differs if item.chapter == page.slug]
    shown = own if page.is_chapter else edition.differs
    pages = store_of(app.env).pages.values()
    chapters = [other for other in pages if other.is_chapter]
    as_published = [chapter for chapter in chapters if chapter.slug not in differing]
    base = citation.book.base_url
    beside = relative_uri(here, f"../../default/html/{here}")
    return {
        "changes": list(changes(app.env, shown)),
        "others_differ": page.is_chapter and len(own) < len(edition.differs),
        "as_published": len(as_published),
        "published": base + here if base else beside,
    }


def changes(env: BuildEnvironment, differs: Sequence[Difference]) -> Iterator[dict[str, str]]:
    """Yield differences, each once even if it affects several chapters.

    These are named if other chapters have the choice too.
    """
    groups: dict[tuple[str, str, str], list[str]] = {}
    for item in differs:
        choice = (item.name, setting(item.value), setting(item.default))
        groups.setdefault(choice, []).append(item.chapter)
    for (name, value, default), slugs in groups.items():
        pages = [page for page in store_of(env).pages.values() if name in page.parameters]
        docnames = {page.slug: page.docname for page in pages}
        titles = [title_of(env, docnames[slug]) for slug in slugs if slug in docnames]
        where = ""
        if len(titles) < len(docnames):
            where = ", ".join(f"“{title}”" for title in titles)
            if len(slugs) > NAMED:
                where = f"{len(slugs)} chapters"
        words = name.replace("_", " ")
        yield {"name": words, "value": value, "default": default, "where": where}
