"""Figures of any library, from the pictures of cells: their tools, and a page of its own for each.

Under a theme, the figures themselves stay as they are: a list below the chapter leads to the pages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from docutils import nodes
from markupsafe import Markup
from myst_nb.core.render import get_mime_priority
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.osutil import relative_uri

from bookpress.book.project import is_laid_out
from bookpress.elements.base.moving import Move, folder_of
from bookpress.elements.base.nodes import html
from bookpress.elements.base.store import PAGES_ALONE, Page, store_of
from bookpress.elements.base.templates import fill
from bookpress.elements.choices.choice_links import figure_link
from bookpress.elements.figure.own_page import (
    cited,
    embedding,
    figures_in,
    kept_beside,
    loaders,
    surroundings,
    without_scripts,
)
from bookpress.elements.value.words import picture_in_words
from bookpress.files import replace_file

WIDGET = "application/vnd.jupyter.widget-view+json"
"""What a page shows only together with all that keeps the widgets of its chapter."""
HEIGHT = 700
"""The height of a picture within another page, in pixels."""
_ALT = re.compile(r'<img [^>]*?\balt="([^"]*)"')
_SOURCE = re.compile(r'<img [^>]*?\bsrc="([^"]*)"')


def setup(app: Sphinx) -> None:
    """Note the pictures of a page when it is read, and write their pages with it."""
    app.connect("doctree-read", note_pictures)
    app.connect("html-page-context", write_with_page, priority=970)


def note_pictures(app: Sphinx, doctree: nodes.document) -> None:
    """Store the named figures of a page that are no charts."""
    cells = [
        part for part in doctree.findall(nodes.container) if part.get("nb_element") == "cell_code"
    ]
    figures = [figure for cell in cells for figure in cell.findall(nodes.figure)]
    page = store_of(app.env).page(app.env.docname)
    own = [figure for figure in figures if _is_ours(figure)]
    page.pictures = {figure["ids"][0]: figure["names"][0] for figure in own}
    kinds = get_mime_priority(app.builder.name, app.config["nb_mime_priority_overrides"])
    places = {kind: place for place, kind in enumerate(kinds)}
    files = {figure["ids"][0]: _file_in(figure, places) for figure in own}
    page.picture_files = {name: file for name, file in files.items() if file in app.env.images}


def _file_in(figure: nodes.figure, places: Mapping[str, int]) -> str:
    """Return the file of the first picture that is shown in a figure; empty if there is none.

    An output has all its kinds when it is read: the page shows the first in an order.
    """
    for output in figure.findall(nodes.container):
        if output.get("nb_element") == "mime_bundle":
            kinds = output.findall(nodes.container)
            shown = [kind for kind in kinds if kind.get("mime_type") in places]
            first = min(shown, key=lambda kind: places[kind["mime_type"]], default=output)
            image = next(first.findall(nodes.image), None)
            if image is not None:
                return str(image["uri"])
    return ""


class PictureFile(NamedTuple):
    """The file of a figure to download, and its title."""

    name: str
    title: str
    path: Path


def picture_files(page: Page, app: Any) -> list[PictureFile]:
    """Return the pictures of a page that are files, in order."""
    return [
        PictureFile(
            f"{page.figures[name]}{PurePosixPath(file).suffix}",
            picture_in_words(page, name, app.env),
            Path(app.srcdir, file),
        )
        for name, file in page.picture_files.items()
    ]


def _is_ours(figure: nodes.figure) -> bool:
    """Return whether a figure can have a page of its own, at an address that stays."""
    has_words = bool(figure["names"]) and next(figure.findall(nodes.caption), None) is not None
    is_widget = any(WIDGET in raw.astext() for raw in figure.findall(nodes.raw))
    return has_words and "chart" not in figure and not is_widget


def numbered(env: BuildEnvironment, page: Page) -> list[str]:
    """Return the names of the pictures of a page that have a number."""
    numbers = env.toc_fignumbers.get(page.docname, {}).get("figure", {})
    return [name for name in page.pictures if name in numbers]


def address_of(page: Page, name: str) -> str:
    """Return the address of the page of a picture, from the root of the site."""
    return f"{folder_of(page.slug)}/{page.figures[name]}.html"


def offer_picture(figure: nodes.figure, app: Any) -> None:
    """Add the tools of a figure that has a number."""
    env = app.env
    numbers = env.toc_fignumbers.get(env.docname, {}).get("figure", {})
    anchor = next((name for name in figure["ids"] if name in numbers), "")
    caption = next(figure.findall(nodes.caption), None)
    if not anchor or caption is None:
        return
    image = next(figure.findall(nodes.image), None)
    is_file = image is not None and image["uri"] in env.images
    name = env.images[image["uri"]][1] if image is not None and is_file else ""
    here = app.builder.get_target_uri(env.docname)
    picture = relative_uri(here, f"_images/{name}") if name else ""
    page = store_of(env).page(env.docname)
    choices = figure_link(env, page.pictures.get(anchor, anchor))
    shown = {"title": caption.astext(), "picture": picture, "choices": choices}
    figure.extend(html(_tools(app, page, anchor, **shown)))


def _tools(app: Any, page: Page, anchor: str, **shown: Any) -> str:
    """Return the tools of a figure: ``title``, ``picture`` (its file, if any) and ``choices``."""
    ending = PurePosixPath(shown["picture"]).suffix
    facts = cited(app.env, page.docname, anchor, page.figures.get(anchor, ""))
    here = app.builder.get_target_uri(page.docname)
    own_page = address_of(page, anchor) if anchor in page.pictures else ""
    base = relative_uri(here, own_page).removesuffix(".html") if own_page else ""
    return fill(
        "picture-tools.html",
        name=f"{anchor}{ending}",
        kind=ending.removeprefix(".").upper(),
        base=base,
        frame=embedding(facts["public"] or f"{base}.html", shown["title"], HEIGHT),
        **shown,
        **facts,
    )


def write_with_page(
    app: Sphinx,
    pagename: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Write the pages of a page's pictures with it, and list them below a chapter of a theme."""
    if app.builder.format != "html" or doctree is None:
        return
    page = store_of(app.env).page(pagename)
    names = numbered(app.env, page)
    if not names:
        return
    figures = {} if app.config[PAGES_ALONE] else figures_in(context["body"])
    for name in filter(figures.__contains__, names):
        _write(app, page, name, context["body"], figures)
    if not is_laid_out(app.srcdir):
        context["body"] += _listed(app, page, names)


def _write(app: Any, page: Page, name: str, body: str, figures: dict[str, str]) -> None:
    """Write the page of a picture: the figure as it is in the chapter, with what draws it."""
    move = Move(app.builder.get_target_uri(page.docname), folder_of(page.slug))
    figure = figures[name]
    words = picture_in_words(page, name, app.env)
    markup = without_scripts(figure)
    if not is_laid_out(app.srcdir):
        image = _SOURCE.search(markup)
        shown = {"title": words, "picture": unescape(image[1]) if image else "", "choices": {}}
        figure = figure.removesuffix("</figure>")
        figure += f"{_tools(app, page, name, **shown)}</figure>"
    others = [html for other, html in figures.items() if other != name]
    scripts = loaders(body[: body.find(figures[name])], figure, others)
    folder = Path(app.outdir, move.folder)
    alt = _ALT.search(markup)
    text = fill(
        "figure-page.html",
        title=words,
        alt=unescape(alt[1]) if alt else words,
        scripts=[kept_beside(move.links(script), folder) for script in scripts],
        figure=Markup(move.links(figure)),  # noqa: S704 (taken from the page)
        table="",
        **surroundings(app, page.docname, move),
        **cited(app.env, page.docname, name, page.figures[name]),
    )
    replace_file(Path(app.outdir, address_of(page, name)), text.encode())


def _listed(app: Any, page: Page, names: list[str]) -> str:
    """Return the list of the figures of a chapter, with links to their pages."""
    here = app.builder.get_target_uri(page.docname)
    figures = [
        {
            "number": cited(app.env, page.docname, name, page.figures[name])["number"],
            "title": picture_in_words(page, name, app.env),
            "address": relative_uri(here, address_of(page, name)),
        }
        for name in names
    ]
    return fill("figure-list.html", figures=figures)
