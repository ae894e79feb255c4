"""The page around the text: contents, banner of the edition, downloads; only the files that a page needs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util.osutil import relative_uri

from bookpress.book.number_formats import setting
from bookpress.citation.record import Difference
from bookpress.page.base import contents as book
from bookpress.page.base.contents import citation_of, formats_of
from bookpress.page.base.store import Page, store_of
from bookpress.page.base.templates import STATIC, TEMPLATES, day, fill
from bookpress.page.site.downloads import files_of

OURS = ("cite.css", "cite.js")
"""Files of other parts of this package that pages load besides our own."""
THEMES = {"pydata_sphinx_theme", "sphinx_book_theme"}
"""Packages whose layout ours takes the place of."""
NAMED = 3
"""Chapters that the banner names at the most, where a change does not reach the whole book."""


@cache
def digest(path: Path) -> str:
    """Return a short hash of a file, by which browsers tell a new version."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


def prefer_our_templates(app: Sphinx, config: Config) -> None:  # noqa: ARG001
    """Let our layout come before the theme's; name figures and tables in full; draw formulas as MathML."""
    config.templates_path.insert(0, str(TEMPLATES / "pages"))
    config.html_static_path.append(str(STATIC))
    config.html_use_index = False
    config.html_copy_source = False
    config.html_additional_pages = {**config.html_additional_pages, "search": "search.html"}
    config.numfig_format.update(figure="Figure %s", table="Table %s")
    config.html_permalinks_icon = "#"
    config.html_math_renderer = "mathml"


def silence_theme(app: Sphinx) -> None:
    """Leave out what the theme would make for its own layout, such as menus and buttons, and its files."""
    if app.builder.format != "html":
        return
    for listener in list(app.events.listeners["html-page-context"]):
        if listener.handler.__module__.partition(".")[0] in THEMES:
            app.disconnect(listener.id)
    builder: Any = app.builder
    builder.search = False  # our page of results has an index of its own, that loads without a server
    builder.copy_theme_static_files = lambda context: None  # noqa: ARG005


def fill_context(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give the layout what it needs to know of a page."""
    here = app.builder.get_target_uri(pagename)
    page = store_of(app.env).pages.get(pagename, Page(pagename))
    citation = citation_of(app.config)
    cover = "cover" if pagename == app.config.root_doc else "page"
    found = files_of(page, Path(app.srcdir), formats_of(app.config))
    files = [{**file, "address": relative_uri(here, file["path"])} for file in found]
    context.update(
        kind="search" if templatename == "search.html" else "chapter" if page.is_chapter else cover,
        asset=lambda name: f"{context['pathto'](f'_static/{name}', 1)}?v={digest(STATIC / name)}",
        day=day,
        contents=contents(app, pagename, here),
        sections=sections(doctree),
        summary=str(page.front.get("abstract", "")),
        extra_css=extra_files(context, "css_files"),
        extra_js=extra_files(context, "script_files"),
        chapter_end=Markup(fill("chapter-end.html", files=files)) if page.is_chapter else "",  # noqa: S704 (escaped)
        book=citation.book,
        edition=citation.edition,
        banner=banner(app, page, here),
    )


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
        for part in store_of(app.env).parts
    ]


def sections(doctree: nodes.document | None) -> list[dict[str, str]]:
    """Return the second-level headings of a page."""
    first = next(doctree.findall(nodes.section), None) if doctree is not None else None
    inner = [part for part in first.children if isinstance(part, nodes.section)] if first is not None else []
    return [{"id": part["ids"][0], "title": next(part.findall(nodes.title)).astext()} for part in inner]


def extra_files(context: dict[str, Any], key: str) -> list[str]:
    """Return the addresses of files that other parts of this package add; those of the theme are left out."""
    names = [str(getattr(file, "filename", file) or "") for file in context.get(key, [])]
    return [context["pathto"](name, 1) for name in names if name.rsplit("/", 1)[-1].partition("?")[0] in OURS]


def banner(app: Sphinx, page: Page, here: str) -> dict[str, Any] | None:
    """Return what the banner of a page says of an edition that is not the published one.

    A chapter lists its own differences. Any other page lists those of the whole book, with the chapters that a choice
    reaches where it does not reach all.
    """
    citation, pages = citation_of(app.config), store_of(app.env).pages
    edition = citation.edition
    if edition is None or edition.is_default:
        return None
    differing = {item.chapter for item in edition.differs}
    own = [item for item in edition.differs if item.chapter == page.slug]
    base = citation.book.base_url
    return {
        "title": edition.title or edition.name or "",
        "id": edition.id,
        "is_chapter": page.is_chapter,
        "changes": [_change(item) for item in own] if page.is_chapter else book_changes(app.env, edition.differs),
        "others_differ": page.is_chapter and len(own) < len(edition.differs),
        "as_published": sum(one.is_chapter and one.slug not in differing for one in pages.values()),
        "published": base + here if base else relative_uri(here, f"../../default/html/{here}"),
    }


def _change(item: Difference, where: str = "") -> dict[str, str]:
    words = {"value": setting(item.value), "default": setting(item.default)}
    return {"name": item.name.replace("_", " "), **words, "where": where}


def book_changes(env: BuildEnvironment, differs: Sequence[Difference]) -> list[dict[str, str]]:
    """Return the differences of a whole book; one that reaches several chapters is told once."""
    groups: dict[tuple[str, str, str], list[Difference]] = {}
    for item in differs:
        groups.setdefault((item.name, str(item.value), str(item.default)), []).append(item)
    return [_change(items[0], _where(env, items)) for items in groups.values()]


def _where(env: BuildEnvironment, items: Sequence[Difference]) -> str:
    """Return the chapters of a difference; empty where it reaches all that know the choice."""
    pages = {page.slug: page for page in store_of(env).pages.values() if items[0].name in page.parameters}
    titles = [book.title_of(env, pages[item.chapter].docname) for item in items if item.chapter in pages]
    if len(titles) == len(pages):
        return ""
    return f"{len(items)} chapters" if len(items) > NAMED else ", ".join(f"“{title}”" for title in titles)


def drop_thebe(app: Sphinx, doctree: nodes.document, docname: str) -> None:  # noqa: ARG001
    """Take out the scripts that Jupyter Book puts on every page for a service on another host."""
    for raw in list(doctree.findall(nodes.raw)):
        if "x-thebe-config" in raw.astext() or "kernelName =" in raw.astext():
            raw.parent.remove(raw)


def sweep(static: Path) -> None:
    """Remove from the folder of static files what the theme and other extensions put there and no page loads."""
    ours = {"pygments.css", "vega.js", "search-text.js", *OURS, *(file.name for file in STATIC.rglob("*"))}
    for path in sorted(static.rglob("*"), reverse=True):
        is_icon = path.suffix in {".ico", ".svg"} and "favicon" in path.name
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
        elif path.is_file() and path.name not in ours and not is_icon:
            path.unlink()


def setup(app: Sphinx) -> None:
    """Connect late: after the theme has filled its part."""
    app.connect("config-inited", prefer_our_templates, priority=900)
    app.connect("builder-inited", silence_theme, priority=900)
    app.connect("doctree-resolved", drop_thebe, priority=900)
    app.connect("html-page-context", fill_context, priority=950)
