"""Pages at the old addresses of chapters and figures, which lead to the new places.

They need no script; with one, an old address keeps its anchor and its state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.osutil import relative_uri

from bookpress.book.project import CHAPTERS, Project
from bookpress.book.renamed import FIGURE, Name, Renamed, line_of, load_renamed, where
from bookpress.cite.landing_page import LandingPage
from bookpress.elements.base import assets
from bookpress.elements.base.contents import citation_of, title_of
from bookpress.elements.base.events import when_built
from bookpress.elements.base.moving import folder_of
from bookpress.elements.base.store import store_of
from bookpress.elements.base.templates import fill
from bookpress.elements.value.words import chart_in_words, picture_in_words
from bookpress.errors import nearest
from bookpress.files import replace_file

logger = logging.getLogger(__name__)


class Link(NamedTuple):
    """Where something is now; addresses are relative to the root of the site."""

    address: str
    title: str
    chapter: str
    """The title of its chapter."""


Linking = Callable[[Name], Link]
"""Returns the link to a chapter, or to a place on its page."""


def setup(app: Sphinx) -> None:
    """Check the places that old addresses lead to, and write pages there."""
    app.connect("doctree-read", keep_places, priority=900)
    app.connect("env-updated", check_places, priority=900)
    app.connect("build-finished", write_pages)


def keep_places(app: Sphinx, doctree: nodes.document) -> None:
    """Store the anchors of a page: loading it again takes as long as writing it."""
    places = store_of(app.env).page(app.env.docname).places
    for element in doctree.findall(nodes.Element):
        anchors: list[str] = element.get("ids", [])
        titles = [child for child in element.children if isinstance(child, nodes.title)]
        if titles and isinstance(element, nodes.section):  # that of a proof has no title
            places.update(dict.fromkeys(anchors, titles[0].astext()))
        else:
            for anchor in anchors:
                places.setdefault(anchor, "")


def check_places(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn about new places of moved chapters and figures that do not exist."""
    project = Project.at(Path(app.srcdir))
    for old, what in _faults(load_renamed(project), env):
        place = f"{where(project)}:{line_of(project, old)}"
        logger.warning(f"{old.chapter}: {old.key}: {what}", location=place)


def _faults(table: Renamed, env: BuildEnvironment) -> Iterator[tuple[Name, str]]:
    """Yield old names of chapters and places that lead nowhere, each with the reason."""
    anchors = {page.slug: list(page.places) for page in store_of(env).chapters}
    chapters = list(anchors)
    for slug, names in table.root.items():
        home = {"moved": Name(names.moved, "")} if names.moved else {}
        for old, place in {**home, **table.places(slug)}.items():
            is_figure = old in names.figures and slug in chapters
            if is_figure and old in anchors[slug]:
                yield Name(slug, old), "there still is a figure of this name"
            if place.chapter not in chapters:
                hint = nearest(place.chapter, chapters)
                yield Name(slug, old), f"no chapter {place.chapter!r}{hint}"
                continue
            known = anchors[place.chapter]
            if place.key and place.key not in known:
                hint = nearest(place.key, known)
                yield Name(slug, old), f"no place {place.key!r} in {place.chapter!r}{hint}"


@when_built
def write_pages(app: Sphinx) -> None:
    """Write a page for each chapter that moved, and for each figure that is gone."""
    table = load_renamed(Project.at(Path(app.srcdir)))
    link = partial(_link, app)
    for slug, names in table.root.items():
        places = table.places(slug)
        if names.moved:
            _write_chapter(app, table, slug, places, link)
        for old, place in places.items():
            if old.startswith(FIGURE):
                here = f"{folder_of(slug)}/{old.removeprefix(FIGURE)}.html"
                _write_figure(app, here, place, link)


def _write_chapter(
    app: Sphinx, table: Renamed, slug: str, places: Mapping[str, Name], link: Linking
) -> None:
    home = table.names(slug).moved
    chapters = dict.fromkeys([home, *(place.chapter for place in places.values())])
    _write(
        app,
        app.builder.get_target_uri(f"{CHAPTERS}/{slug}"),
        kind="chapter",
        title=_in_words(slug),
        homes=[link(Name(chapter, "")) for chapter in chapters],
        sections={old: link(place) for old, place in places.items()},
        parameters=_parameters(app, table, slug),
    )


def _write_figure(app: Sphinx, here: str, place: Name, link: Linking) -> None:
    figure = _figure_link(app, place, link)
    facts = {"title": figure.title, "sections": {}, "parameters": {}}
    _write(app, here, kind="figure", homes=[figure], **facts)


def _write(app: Sphinx, here: str, *, homes: Sequence[Link], **facts: Any) -> None:
    """Write a page at an old address; the first of `homes` is where its content is now."""
    citation = citation_of(app.config)

    def relative(address: str) -> str:
        page, hash_sign, anchor = address.partition("#")
        return relative_uri(here, page) + hash_sign + anchor

    def asset(name: str) -> str:
        return f"{relative(f'_static/{name}')}?v={assets.digest(name)}"

    text = fill(
        "moved-chapter.html",
        homes=homes,
        canonical=LandingPage(citation, here).link(homes[0].address.partition("#")[0]),
        book=citation.book,
        in_words=_in_words,
        relative=relative,
        asset=asset,
        **facts,
    )
    file = f"{here}index.html" if here.endswith("/") else here
    replace_file(Path(app.outdir, file), text.encode())


def _in_words(anchor: str) -> str:
    """Return the anchor of a section, or the slug of a chapter, in words."""
    return anchor.replace("-", " ").capitalize()


def _link(app: Sphinx, place: Name) -> Link:
    """Return the link to a chapter, or to a place on its page."""
    docname = store_of(app.env).chapter(place.chapter).docname
    address = app.builder.get_target_uri(docname)
    chapter = title_of(app.env, docname)
    if not place.key:
        return Link(address, chapter, chapter)
    title = _title(app.env, docname, place.key) or _in_words(place.key)
    return Link(f"{address}#{place.key}", title, chapter)


def _figure_link(app: Sphinx, place: Name, link: Linking) -> Link:
    """Return the link to what a figure showed: the page of a figure, or a place in a chapter."""
    there = link(place)
    docname = store_of(app.env).chapter(place.chapter).docname
    page = store_of(app.env).page(docname)
    if any(chart.name == place.key for chart in page.charts):
        return there._replace(address=f"{folder_of(page.slug)}/{page.figures[place.key]}.html")
    return there


def _title(env: BuildEnvironment, docname: str, anchor: str) -> str:
    """Return the title of a section or a figure of a page; empty if it has none."""
    page = store_of(env).page(docname)
    for chart in page.charts:
        if chart.name == anchor:
            return chart_in_words(chart, docname, env).title
    if anchor in page.pictures:
        return picture_in_words(page, anchor, env)
    return page.places.get(anchor, "")


def _parameters(app: Sphinx, table: Renamed, slug: str) -> dict[str, dict[str, str]]:
    """Return the page and the present name of each parameter, by its old name."""
    here = app.builder.get_target_uri(f"{CHAPTERS}/{slug}")
    parameters = {}
    for old in table.parameters:
        if old.was.chapter == slug:
            docname = store_of(app.env).chapter(old.now.chapter).docname
            page = app.builder.get_target_uri(docname)
            name = f"{old.now.key}.{old.end}" if old.end else old.now.key
            parameters[old.was.key] = {"page": relative_uri(here, page), "name": name}
    return parameters
