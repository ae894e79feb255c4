"""The downloads of a chapter (notebook, source, results, figures) and of the whole book.

Landing pages list them for citations.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from bookpress.book.project import is_laid_out
from bookpress.chapter.counted import to_csv
from bookpress.chapter.estimates import results_file
from bookpress.cite.landing_page import Dataset, LandingPage, Picture, SiteFile
from bookpress.elements.base import charts
from bookpress.elements.base.contents import chapter_reference, citation_of, formats_of, title_of
from bookpress.elements.base.events import when_built
from bookpress.elements.base.moving import folder_of
from bookpress.elements.base.store import PAGE_KEPT, PAGES_ALONE, Page, run_file, store_of
from bookpress.elements.downloads.datasets import croissant, data_package
from bookpress.elements.figure.figures import origin_of, picture_cache
from bookpress.elements.figure.own_page import cited
from bookpress.elements.figure.pictures import PictureFile, picture_files
from bookpress.elements.figure.render import TITLED, raster_size
from bookpress.elements.value.words import charts_of
from bookpress.files import archive, pretty, replace_file
from bookpress.formats import Format, formats
from bookpress.run.executed import ExecutedChapter

SOURCE = "source"
"""The format that exists only for chapters written as Markdown."""
PDF = "application/pdf"
PACKAGE = "datapackage.json"
CROISSANT = "croissant.json"
FIGURE_FILES = (".csv", ".csv-metadata.json", ".vl.json", f"{TITLED}.svg")
"""The suffixes of the files for each figure in the archive."""


def setup(app: Sphinx) -> None:
    """Write the downloads of a chapter with its page, and those of the book at the end."""
    app.connect("html-page-context", write_with_page, priority=970)
    app.connect(PAGE_KEPT, write_of_page)
    app.connect("landing-page", add_to_landing_page)
    app.connect("build-finished", finish)


def write_with_page(
    app: Sphinx, pagename: str, _template: str, _context: object, doctree: object
) -> None:
    """Write the downloads of a page that has just been made."""
    if doctree is not None and not app.config[PAGES_ALONE]:
        write_files(app, store_of(app.env).page(pagename))


def write_of_page(app: Sphinx, docname: str) -> None:
    """Write the downloads of a page that is kept, because they name the edition."""
    write_files(app, store_of(app.env).page(docname))


@when_built
def finish(app: Sphinx) -> None:
    """Write the files that belong to no single page."""
    describe_book(app)
    for form in formats():
        if form.index:
            form.find(form.index)(app)


Download = dict[str, str]
"""A download: its address, its name, what it is, and its type."""


def book_files(stem: str, formats_made: Collection[str], here: str = "") -> list[Download]:
    """Return the downloads of the book in other formats.

    Addresses are relative to a page, or to the root of the site.
    """
    offered = [form for form in formats() if form.book and form.name in formats_made]
    return [_offer(here, form, form.book.format(stem=stem)) for form in offered]


def files_of(
    page: Page, srcdir: Path, formats_made: Collection[str], here: str = ""
) -> list[Download]:
    """Return the downloads of a chapter, as `book_files` does."""
    offered = [
        form for form in formats() if form.chapter and _is_made(form, page, srcdir, formats_made)
    ]
    downloads = [_offer(here, form, path_of(form, page)) for form in offered]
    for path, name, what in _besides(page, srcdir):
        address = relative_uri(here, path)
        media_type = f"application/{path.rpartition('.')[2]}"
        download = {"address": address, "name": name, "what": what, "type": media_type}
        downloads.append(download)
    return downloads


def path_of(form: Format, page: Page) -> str:
    """Return the path of a chapter in a format, from the root of the site."""
    return form.chapter.format(docname=page.docname, slug=page.slug)


def _is_made(form: Format, page: Page, srcdir: Path, formats_made: Collection[str]) -> bool:
    """Return whether a chapter exists in a format."""
    if form.is_asked_for:
        return form.name in formats_made
    if form.name != SOURCE:
        return True
    return page.source_in(srcdir) is not None


def _offer(here: str, form: Format, path: str) -> Download:
    address = relative_uri(here, path)
    return {"address": address, "name": form.title, "what": form.what, "type": form.media_type}


def write_files(app: Sphinx, page: Page) -> None:
    """Write the downloads of a chapter, and the description of the figures beside them.

    The figures themselves are already written.
    """
    folder = Path(app.outdir) / folder_of(page.slug)
    page_charts = charts_of(page, app.env)
    if page_charts:
        tables = [(chart, "") for chart in page_charts]
        title = title_of(app.env, page.docname)
        citation = citation_of(app.config)
        package = data_package(page.slug, title, citation, tables)
        _write_json(folder / PACKAGE, package)
    if page.is_chapter:
        executed = ExecutedChapter.parse(_executed(page, app).read_bytes())
        files = chapter_files(executed, page, app)
        if _has_figures(page, Path(app.srcdir)):
            files[f"downloads/{page.slug}-figures.zip"] = figures_zip(app, page, folder)
        for path, content in files.items():
            replace_file(Path(app.outdir, path), content)


def written_with(page: Page, srcdir: Path) -> list[str]:
    """Return the files of a chapter that are written with its page, by address."""
    written = [form for form in formats() if form.write and _is_made(form, page, srcdir, ())]
    paths = [path_of(form, page) for form in written]
    return paths + [path for path, _, _ in _besides(page, srcdir)]


def _has_figures(page: Page, srcdir: Path) -> bool:
    """Return whether there is an archive of a chapter's figures.

    A theme links to none: for pictures alone, it is not made again with each build.
    """
    return bool(page.charts or (page.picture_files and is_laid_out(srcdir)))


def _besides(page: Page, srcdir: Path) -> list[tuple[str, str, str]]:
    """Return the downloads of a chapter: where each is, its name and what it is."""
    figures = "data, pictures and charts (ZIP)" if page.charts else "pictures (ZIP)"
    offered = (
        (page.results, "results.json", "Results", "numbers with intervals (JSON)"),
        (page.listed, "rows.zip", "Rows", "that shares count, or not (ZIP)"),
        (_has_figures(page, srcdir), "figures.zip", "Figures", figures),
    )
    return [
        (f"downloads/{page.slug}-{ending}", name, what)
        for has, ending, name, what in offered
        if has
    ]


def chapter_files(executed: ExecutedChapter, page: Page, app: Sphinx) -> dict[str, bytes]:
    """Return the files of a chapter that are written with its page: formats, results and rows."""
    files: dict[str, bytes] = {}
    for form in formats():
        content = form.find(form.write)(executed, page, app) if form.write else None
        if content is not None:
            files[path_of(form, page)] = content
    if page.results:
        files[f"downloads/{page.slug}-results.json"] = results_file(page.results)
    listed = rows_files(executed, page)
    files |= listed
    if listed:
        tables = {PurePosixPath(path).name: table for path, table in listed.items()}
        files[f"downloads/{page.slug}-rows.zip"] = archive(tables)
    return files


def rows_files(executed: ExecutedChapter, page: Page) -> dict[str, bytes]:
    """Return a CSV file of the rows behind each share of an executed chapter, by address."""
    return {page.rows_of(key): to_csv(content).encode() for key, content in executed.rows.items()}


def _executed(page: Page, app: Sphinx) -> Path:
    """Return the executed notebook of a chapter."""
    output_folder = app.env.mystnb_config.output_folder  # type: ignore[attr-defined]
    # MyST-NB's copy may be of another edition
    executed = run_file(Path(app.srcdir), page.docname)
    return executed or Path(output_folder, f"{page.docname}.ipynb")


def figures_zip(app: Sphinx, page: Page, folder: Path) -> bytes:
    """Return an archive of a chapter's figures in a folder, with descriptions."""
    page_charts = charts_of(page, app.env)
    pictures = picture_files(page, app)
    about = readme(page_charts, pictures, *chapter_reference(app.env, page.docname))
    files = {f"{page.slug}/README.txt": about.encode()}
    if page_charts:
        files[f"{page.slug}/{PACKAGE}"] = (folder / PACKAGE).read_bytes()
    for picture in pictures:
        files[f"{page.slug}/{picture.name}"] = picture.path.read_bytes()
    for chart in page_charts:
        for ending in FIGURE_FILES:
            name = f"{chart.stem}{ending}"
            files[f"{page.slug}/{name}"] = (folder / name).read_bytes()
    return archive(files)


def readme(
    figures: list[charts.Chart], pictures: Sequence[PictureFile], reference: str, address: str
) -> str:
    """Return the read-me of figures: their citation, sources, units and licences."""
    citation = f"Cite as: {reference}"
    if address:
        citation += f"\nAddress: {address}"
    parts = [citation]
    for chart in figures:
        columns = ", ".join(map(_about, chart.data.columns))
        facts = [
            chart.stem,
            chart.title,
            chart.description,
            f"Source: {chart.source}",
            f"Licence: {chart.licence}",
            f"Columns: {columns}",
        ]
        parts.append("\n".join(facts))
    parts += [f"{picture.name}\n{picture.title}" for picture in pictures]
    return "\n\n".join(parts) + "\n"


def _about(column: charts.Column) -> str:
    """Return the name of a column, its meaning and its unit."""
    unit = charts.UNITS.get(column.kind)
    about = ", ".join(filter(None, [column.label, unit]))
    return f"{column.name} ({about})"


def add_to_landing_page(app: Sphinx, docname: str, landing: LandingPage) -> None:
    """Add the files and figures of a page to its landing page.

    The first figure stands for the chapter.
    """
    page = store_of(app.env).pages.get(docname)
    if page is None or app.config[PAGES_ALONE]:
        return
    formats_made = formats_of(app.config)
    page_charts = charts_of(page, app.env)
    landing.datasets += [_dataset(chart, folder_of(page.slug)) for chart in page_charts]
    if page.is_chapter:
        files = files_of(page, Path(app.srcdir), formats_made)
    else:
        files = book_files(citation_of(app.config).book.file_stem, formats_made)
    for file in files:
        landing.files.append(SiteFile(path=file["address"], media_type=file["type"]))
    pdf = [file["address"] for file in files if file["type"] == PDF]
    landing.pdf = pdf[0] if pdf else None
    if page_charts:
        landing.picture = _picture(app, page, page_charts[0])


def _dataset(chart: charts.Chart, folder: str) -> Dataset:
    stem = f"{folder}/{chart.stem}"
    data = SiteFile.of(f"{stem}.csv", "text/csv", chart.csv)
    spec = SiteFile.of(f"{stem}.vl.json", charts.VEGALITE_MIME, chart.vegalite)
    facts = chart.model_dump(include={"title", "description", "licence", "source"})
    return Dataset(anchor=chart.name, files=(data, spec), **facts)


def _picture(app: Sphinx, page: Page, chart: charts.Chart) -> Picture:
    cache = picture_cache(Path(app.outdir))
    origin = origin_of(chart, cited(app.env, page.docname, chart.name, chart.stem))
    width, height = raster_size(chart, cache, origin)
    path = f"{folder_of(page.slug)}/{chart.stem}.png"
    return Picture(path=path, alt=chart.alt, width=width, height=height)


def describe_book(app: Sphinx) -> None:
    """Write the description of all tables in the book, in an order independent of the build."""
    pages = store_of(app.env).pages
    citation = citation_of(app.config)
    tables = []
    for docname in sorted(pages):
        folder = f"{folder_of(pages[docname].slug)}/"
        tables += [(chart, folder) for chart in charts_of(pages[docname], app.env)]
    if tables:
        package = data_package(citation.book.file_stem, citation.title, citation, tables)
        _write_json(Path(app.outdir, PACKAGE), package)
        dataset = croissant(citation, tables)
        _write_json(Path(app.outdir, CROISSANT), dataset)


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    text = pretty(content)
    replace_file(path, text.encode())
