"""What a reader may take away: notebook, source, results and figures of a chapter, the whole book; citers are told."""

from __future__ import annotations

import json
import struct
from collections.abc import Collection
from pathlib import Path

from sphinx.application import Sphinx

from bookpress.citation.landing_page import Dataset, LandingPage, Picture, SiteFile
from bookpress.files import archive, replace_file
from bookpress.page.base import charts
from bookpress.page.base.contents import citation_of, formats_of
from bookpress.page.base.store import Page, store_of
from bookpress.page.figures.alone import folder_of, picture_cache
from bookpress.page.site.notebook_file import as_notebook

MEDIA_TYPES = {
    ".ipynb": "application/x-ipynb+json",
    ".md": "text/markdown",
    ".json": "application/json",
    ".zip": "application/zip",
    ".pdf": "application/pdf",
    ".epub": "application/epub+zip",
}


def source_of(page: Page, srcdir: Path) -> Path | None:
    """Return the MyST source of a chapter: staged by the press, else the page's own file."""
    paths = (srcdir / "sources" / f"{page.slug}.md", srcdir / f"{page.docname}.md")
    return next((path for path in paths if path.is_file()), None)


def book_files(stem: str, formats: Collection[str]) -> list[dict[str, str]]:
    """Return the files in other formats: path from the root of the site, name, and what it is."""
    kinds = {"pdf": "to print or keep", "epub": "for e-book readers"}
    return [
        {"path": f"{form}/{stem}.{form}", "name": form.upper(), "what": what}
        for form, what in kinds.items()
        if form in formats
    ]


def files_of(page: Page, srcdir: Path, formats: Collection[str]) -> list[dict[str, str]]:
    """Return the downloads of a chapter: path from the root of the site, name, and what it is."""
    found = [
        (True, ".ipynb", "Notebook", "with all outputs (ipynb)"),
        (source_of(page, srcdir), ".md", "Source", "to run again (MyST Markdown)"),
        (page.results, "-results.json", "Results", "numbers with intervals (JSON)"),
        (page.charts, "-figures.zip", "Figures", "data, pictures and charts (ZIP)"),
    ]
    return book_files(page.slug, {"pdf"} & set(formats)) + [
        {"path": f"downloads/{page.slug}{ending}", "name": name, "what": what}
        for is_there, ending, name, what in found
        if is_there
    ]


def write_files(app: Sphinx, page: Page, notebooks: Path) -> None:
    """Write the downloads of a chapter; its figures are written already, `notebooks` holds what MyST-NB has run."""
    if not page.is_chapter:
        return
    srcdir, outdir = Path(app.srcdir), Path(app.outdir)
    stem = outdir / "downloads" / page.slug
    executed = srcdir / f"{page.docname}.ipynb"  # the press stages it; MyST-NB's own copy may be of another edition
    if not executed.is_file():
        executed = notebooks / f"{page.docname}.ipynb"
    replace_file(Path(f"{stem}.ipynb"), as_notebook(executed.read_bytes(), page, app))
    source = source_of(page, srcdir)
    if source is not None:
        replace_file(Path(f"{stem}.md"), source.read_bytes())
    if page.results:
        results = {key: result.model_dump() for key, result in page.results.items()}
        text = json.dumps(results, ensure_ascii=False, indent=1) + "\n"
        replace_file(Path(f"{stem}-results.json"), text.encode())
    if page.charts:
        replace_file(Path(f"{stem}-figures.zip"), figures_zip(page, outdir / folder_of(page.docname)))


def figures_zip(page: Page, folder: Path) -> bytes:
    """Return an archive of the figures of a chapter that lie in a folder, and of what they are."""
    files = {f"{page.slug}/README.txt": readme(page.charts).encode()}
    for chart in page.charts:
        names = (f"{chart.stem}{ending}" for ending in (".csv", ".csv-metadata.json", ".vl.json", ".svg"))
        files |= {f"{page.slug}/{name}": (folder / name).read_bytes() for name in names}
    return archive(files)


def readme(figures: list[charts.Chart]) -> str:
    """Return what the figures are, whose data they show, and under which licence."""
    parts = [
        f"{chart.stem}\n{chart.title}\n{chart.description}\nSource: {chart.source}\nLicence: {chart.licence}\nColumns: "
        + ", ".join(f"{column.name} ({column.label})" for column in chart.data.columns)
        for chart in figures
    ]
    return "\n\n".join(parts) + "\n"


def tell_landing_page(app: Sphinx, docname: str, landing: LandingPage) -> None:
    """Tell those who cite a page of its files and of its figures, the first of which stands for the chapter."""
    page = store_of(app.env).pages.get(docname)
    if page is None:
        return
    folder, formats = folder_of(docname), formats_of(app.config)
    landing.datasets += [dataset(chart, f"{folder}/{chart.stem}") for chart in page.charts]
    book = book_files(citation_of(app.config).book.file_stem, formats)
    paths = [file["path"] for file in (files_of(page, Path(app.srcdir), formats) if page.is_chapter else book)]
    landing.files += [SiteFile(path=path, media_type=MEDIA_TYPES[Path(path).suffix]) for path in paths]
    landing.pdf = next((path for path in paths if path.endswith(".pdf")), None)
    if page.charts:
        main = page.charts[0]
        picture = (picture_cache(Path(app.outdir)) / f"{main.key}.png").read_bytes()
        width, height = struct.unpack(">II", picture[16:24])  # the first chunk of a PNG file states them
        landing.picture = Picture(path=f"{folder}/{main.stem}.png", alt=main.alt, width=width, height=height)


def dataset(chart: charts.Chart, stem: str) -> Dataset:
    """Return the data behind a chart, whose files lie at a path without ending."""
    files = (
        SiteFile.of(f"{stem}.csv", "text/csv", charts.to_csv(chart.data).encode()),
        SiteFile.of(f"{stem}.vl.json", "application/vnd.vegalite.v6+json", charts.to_vegalite(chart).encode()),
    )
    facts = chart.model_dump(include={"title", "description", "licence", "source"})
    return Dataset(anchor=chart.name, files=files, **facts)
