"""Figures of any library, from the pictures of cells: their titles, files and tools."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from docutils import nodes
from myst_nb.core.render import get_mime_priority
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from bookpress.elements.base.nodes import html
from bookpress.elements.base.store import Page, store_of
from bookpress.elements.base.templates import fill
from bookpress.elements.choices.choice_links import figure_link
from bookpress.elements.figure.own_page import cited
from bookpress.elements.value.words import picture_in_words


def setup(app: Sphinx) -> None:
    """Note the pictures of a page when it is read."""
    app.connect("doctree-read", note_pictures)


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
    """Return whether a figure is named, titled and no chart."""
    has_words = bool(figure["names"]) and next(figure.findall(nodes.caption), None) is not None
    return has_words and "chart" not in figure


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
    ending = PurePosixPath(picture).suffix
    text = fill(
        "picture-tools.html",
        name=f"{anchor}{ending}",
        kind=ending.removeprefix(".").upper(),
        title=caption.astext(),
        picture=picture,
        choices=choices,
        **cited(env, page.docname, anchor, page.figures.get(anchor, "")),
    )
    figure.extend(html(text))
