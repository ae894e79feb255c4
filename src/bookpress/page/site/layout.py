"""The page around the text: contents, banner of the edition, downloads; only the files that a page needs."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from markupsafe import Markup
from sphinx.util.osutil import relative_uri

from bookpress.page.base import contents as book
from bookpress.page.base.edition_info import formats_of, imprint_of
from bookpress.page.base.roles import store_of
from bookpress.page.base.sites import is_site
from bookpress.page.base.templates import STATIC, TEMPLATES, day, fill
from bookpress.page.site.banner import banner

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

PAGES = TEMPLATES / "pages"
OURS = ("cite.css", "cite.js")
"""Files of other parts of this package that pages load besides our own."""
THEMES = {"pydata_sphinx_theme", "sphinx_book_theme"}
"""Packages whose layout ours takes the place of."""


@cache
def digest(path: Path) -> str:
    """Return a short hash of a file, by which browsers tell a new version."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


def prefer_our_templates(app: Sphinx, config: Config) -> None:  # noqa: ARG001
    """Let our layout come before the theme's; name figures and tables in full."""
    config.templates_path.insert(0, str(PAGES))
    config.html_static_path.append(str(STATIC))
    config.html_use_index = False
    config.html_copy_source = False
    config.html_additional_pages = {**config.html_additional_pages, "search": "search.html"}
    config.numfig_format.update(figure="Figure %s", table="Table %s")
    config.html_permalinks_icon = "#"


def silence_theme(app: Sphinx) -> None:
    """Leave out what the theme would make for its own layout, such as menus and buttons, and its files."""
    if not is_site(app.builder):
        return
    for listener in list(app.events.listeners["html-page-context"]):
        if listener.handler.__module__.partition(".")[0] in THEMES:
            app.disconnect(listener.id)
    builder: Any = app.builder
    builder.copy_theme_static_files = lambda context: None  # noqa: ARG005


def fill_context(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give the layout what it needs to know of a page."""
    if not is_site(app.builder):
        return
    here = app.builder.get_target_uri(pagename)
    context.update(
        kind=kind_of(app, pagename, templatename),
        asset=lambda name: f"{context['pathto'](f'_static/{name}', 1)}?v={digest(STATIC / name)}",
        day=day,
        contents=contents(app, pagename, here),
        sections=sections(doctree),
        summary=summary(app, pagename),
        extra_css=extra_files(context, "css_files"),
        extra_js=extra_files(context, "script_files"),
        chapter_end=chapter_end(app, pagename, here),
        **colophon(app),
        edition=imprint_of(app.config).edition,
        banner=banner(app, pagename),
    )


def kind_of(app: Sphinx, pagename: str, templatename: str) -> str:
    """Return what kind of page it is: cover, chapter, page or search."""
    if templatename == "search.html":
        return "search"
    if pagename == app.config.root_doc:
        return "cover"
    page = store_of(app.env).pages.get(pagename)
    return "chapter" if page is not None and page.is_chapter else "page"


def contents(app: Sphinx, pagename: str, here: str) -> list[dict[str, Any]]:
    """Return the parts of the book with their pages, addresses relative to a page."""
    numbers = book.chapter_numbers(app.env)
    return [
        {
            "title": part.title,
            "pages": [
                {
                    "title": book.title_of(app.env, name),
                    "address": relative_uri(here, app.builder.get_target_uri(name)),
                    "number": numbers.get(name),
                    "current": name == pagename,
                }
                for name in part.docnames
            ],
        }
        for part in book.parts(app.env)
    ]


def sections(doctree: nodes.document | None) -> list[dict[str, str]]:
    """Return the second-level headings of a page."""
    if doctree is None:
        return []
    first = next(iter(doctree.findall(nodes.section)), None)
    inner = [part for part in first.children if isinstance(part, nodes.section)] if first is not None else []
    return [
        {"id": part["ids"][0], "title": part[part.first_child_matching_class(nodes.title) or 0].astext()}
        for part in inner
    ]


def summary(app: Sphinx, pagename: str) -> str:
    """Return one sentence on a page for search engines: its finding, else its abstract."""
    page = store_of(app.env).pages.get(pagename)
    return str(page.front.get("abstract", "")) if page is not None else ""


def extra_files(context: dict[str, Any], key: str) -> list[str]:
    """Return the addresses of files that other parts of this package add; those of the theme are left out."""
    found = []
    for file in context.get(key, []):
        name = str(getattr(file, "filename", file) or "")
        if name.rsplit("/", 1)[-1].split("?", maxsplit=1)[0] in OURS:
            found.append(context["pathto"](name, 1))
    return found


def chapter_end(app: Sphinx, pagename: str, here: str) -> Markup:
    """Return what stands at the end of a chapter: its downloads."""
    from bookpress.page.site.downloads import files_of

    page = store_of(app.env).pages.get(pagename)
    if page is None or not page.is_chapter:
        return Markup()
    found = files_of(page, Path(app.srcdir), formats_of(app.config))
    files = [{**file, "address": relative_uri(here, file["path"])} for file in found]
    return Markup(fill("chapter-end.html", files=files))  # noqa: S704 (a template that escapes)


def colophon(app: Sphinx) -> dict[str, Any]:
    """Return who made the book, under which licence."""
    record = imprint_of(app.config).book
    return {
        "book_title": record.title,
        "book_subtitle": record.subtitle,
        "book_authors": ", ".join(author.full for author in record.authors),
        "book_licence": record.licence,
        "book_licence_url": record.licence_url,
        "book_repository": record.repository,
    }


def drop_thebe(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Take out the scripts that Jupyter Book puts on every page for a service on another host."""
    del app, docname
    for raw in list(doctree.findall(nodes.raw)):
        if "x-thebe-config" in raw.astext() or "kernelName =" in raw.astext():
            raw.parent.remove(raw)


def sweep(static: Path) -> None:
    """Remove from the folder of static files what the theme and other extensions put there and no page loads."""
    for path in static.rglob("*"):
        if path.is_file() and not _is_loaded(path.relative_to(static)):
            path.unlink()
    for path in sorted(static.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def _is_loaded(path: Path) -> bool:
    ours = {"pygments.css", "vega.js", "search-text.js", *OURS, *(file.name for file in STATIC.rglob("*"))}
    return path.name in ours or (path.suffix in {".ico", ".svg"} and "favicon" in path.name)


def setup(app: Sphinx) -> None:
    """Connect late: after the theme has filled its part."""
    app.connect("config-inited", prefer_our_templates, priority=900)
    app.connect("builder-inited", silence_theme, priority=900)
    app.connect("doctree-resolved", drop_thebe, priority=900)
    app.connect("html-page-context", fill_context, priority=950)
