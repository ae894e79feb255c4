"""Figures of any library, from the pictures of cells: how to download and cite them."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from docutils import nodes
from sphinx.util.osutil import relative_uri

from bookpress.elements.base.contents import chapter_reference
from bookpress.elements.base.nodes import html
from bookpress.elements.base.templates import fill


def offer_picture(figure: nodes.figure, app: Any) -> None:
    """Add a download, if there is a file, and a citation to a numbered figure."""
    env = app.env
    docname = env.docname
    image = next(figure.findall(nodes.image), None)
    caption = next(figure.findall(nodes.caption), None)
    numbers = env.toc_fignumbers.get(docname, {}).get("figure", {})
    anchor = next((name for name in figure["ids"] if name in numbers), "")
    if not anchor or caption is None:
        return
    is_file = image is not None and image["uri"] in env.images
    name = env.images[image["uri"]][1] if image is not None and is_file else ""
    path = PurePosixPath(name)
    here = app.builder.get_target_uri(docname)
    reference, address = chapter_reference(env, docname)
    number = ".".join(map(str, numbers[anchor]))
    text = fill(
        "picture-tools.html",
        address=relative_uri(here, f"_images/{name}") if name else "",
        name=f"{anchor}{path.suffix}",
        kind=path.suffix.removeprefix(".").upper(),
        number=env.config.numfig_format["figure"] % number,
        title=caption.astext(),
        reference=reference,
        anchor=anchor,
        link=f"{address}#{anchor}",
    )
    figure.extend(html(text))
