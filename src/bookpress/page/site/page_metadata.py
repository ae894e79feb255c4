"""What citing needs of a chapter: the data of its figures with size and hash, its downloads, its main picture."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

from bookpress.citation.landing_page import Dataset, Picture, SiteFile
from bookpress.page.base import charts
from bookpress.page.base.edition_info import formats_of, imprint_of
from bookpress.page.base.roles import store_of
from bookpress.page.figures.figures import folder_of, picture_cache
from bookpress.page.site.downloads import book_files, files_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from bookpress.citation.landing_page import LandingPage
    from bookpress.page.base.store import Page

MEDIA_TYPES = {
    ".ipynb": "application/x-ipynb+json",
    ".md": "text/markdown",
    ".json": "application/json",
    ".zip": "application/zip",
    ".pdf": "application/pdf",
    ".epub": "application/epub+zip",
}
"""Media types of downloads by ending."""


def tell_parts(app: Sphinx, docname: str, landing: LandingPage) -> None:
    """Tell the data and pictures of a page's figures; the first figure stands for the chapter."""
    page = store_of(app.env).pages.get(docname)
    if page is None:
        return
    folder = folder_of(docname)
    landing.datasets += [dataset(chart, f"{folder}/{chart.stem}") for chart in page.charts]
    formats = formats_of(app.config)
    stem = page.slug if page.is_chapter else imprint_of(app.config).book.file_stem
    whole = [file["path"] for file in book_files(stem, formats)]
    landing.pdf = next((path for path in whole if path.endswith(".pdf")), None)
    if not page.is_chapter:
        landing.files += [SiteFile(path=path, media_type=MEDIA_TYPES[Path(path).suffix]) for path in whole]
    landing.files += [SiteFile(path=path, media_type=MEDIA_TYPES[Path(path).suffix]) for path in _downloads(app, page)]
    if page.charts:
        main = page.charts[0]
        width, height = _png_size(picture_cache(Path(app.outdir)) / f"{main.key}.png")
        landing.picture = Picture(path=f"{folder}/{main.stem}.png", alt=main.alt, width=width, height=height)


def _downloads(app: Sphinx, page: Page) -> list[str]:
    """Return the paths of a chapter's downloads."""
    return (
        [file["path"] for file in files_of(page, Path(app.srcdir), formats_of(app.config))] if page.is_chapter else []
    )


def _png_size(path: Path) -> tuple[int, int]:
    """Return width and height in pixels, which the first chunk of a PNG file states."""
    with path.open("rb") as file:
        head = file.read(24)
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def dataset(chart: charts.Chart, stem: str) -> Dataset:
    """Return the data behind a chart, whose files lie at a path without ending."""
    files = (
        SiteFile.of(f"{stem}.csv", "text/csv", charts.to_csv(chart.data).encode()),
        SiteFile.of(f"{stem}.vl.json", "application/vnd.vegalite.v6+json", charts.to_vegalite(chart).encode()),
    )
    return Dataset(
        anchor=chart.name,
        title=chart.title,
        description=chart.description,
        licence=chart.licence,
        source=chart.source,
        files=files,
    )


def setup(app: Sphinx) -> None:
    """Listen for the question of the citation extension."""
    app.connect("landing-page", tell_parts)
