"""What a reader may take away: notebook, source, results and figures of a chapter, the whole book; citers are told."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from bookpress.chapter.estimates import results_file
from bookpress.citation.jsonld import author_node, filled
from bookpress.citation.landing_page import Dataset, LandingPage, Picture, SiteFile
from bookpress.citation.record import Citation
from bookpress.files import archive, pretty, replace_file, sha256
from bookpress.page.base import charts
from bookpress.page.base.contents import chapter_reference, citation_of, formats_of, title_of
from bookpress.page.base.store import Page, store_of
from bookpress.page.base.templates import TEMPLATES
from bookpress.page.base.words import charts_of
from bookpress.page.figures.figures import folder_of, picture_cache
from bookpress.page.site.notebook_file import as_notebook

PACKAGE, CROISSANT = "datapackage.json", "croissant.json"
SCHEMA_ORG = {"string": "Text", "number": "Float", "integer": "Integer", "date": "Date"}
Node = dict[str, Any]

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


def book_files(stem: str, formats: Collection[str], here: str = "") -> list[dict[str, str]]:
    """Return the book in other formats: name, what it is, and the address from a page, or the root of the site."""
    found = [
        ("pdf" in formats, f"pdf/{stem}.pdf", "PDF", "to print or keep"),
        ("epub" in formats, f"epub/{stem}.epub", "EPUB", "for e-book readers"),
    ]
    return _listed(found, here)


def files_of(
    page: Page, srcdir: Path, formats: Collection[str], here: str = ""
) -> list[dict[str, str]]:
    """Return the downloads of a chapter, as `book_files` does."""
    stem = f"downloads/{page.slug}"
    found = [
        ("pdf" in formats, f"{page.docname}.pdf", "PDF", "to print or keep"),
        (True, f"{stem}.ipynb", "Notebook", "with all outputs (ipynb)"),
        (source_of(page, srcdir), f"{stem}.md", "Source", "to run again (MyST Markdown)"),
        (page.results, f"{stem}-results.json", "Results", "numbers with intervals (JSON)"),
        (page.charts, f"{stem}-figures.zip", "Figures", "data, pictures and charts (ZIP)"),
    ]
    return _listed(found, here)


def _listed(found: Sequence[tuple[object, str, str, str]], here: str) -> list[dict[str, str]]:
    return [
        {"address": relative_uri(here, path), "name": name, "what": what}
        for is_there, path, name, what in found
        if is_there
    ]


def write_files(app: Sphinx, page: Page) -> None:
    """Write the downloads of a chapter, and beside the figures of a page, which are written, what describes them."""
    srcdir, outdir, name = Path(app.srcdir), Path(app.outdir), f"{page.docname}.ipynb"
    folder, stem = outdir / folder_of(page.docname), outdir / "downloads" / page.slug
    charts_there = charts_of(page, app.env)
    if charts_there:
        tables = [(chart, "") for chart in charts_there]
        package = data_package(
            page.slug, title_of(app.env, page.docname), citation_of(app.config), tables
        )
        replace_file(folder / PACKAGE, pretty(package).encode())
    if not page.is_chapter:
        return
    # The press stages what was run; MyST-NB's own copy may be of another edition.
    places = (srcdir, Path(app.env.mystnb_config.output_folder))  # type: ignore[attr-defined]
    executed = next(place / name for place in places if (place / name).is_file())
    replace_file(Path(f"{stem}.ipynb"), as_notebook(executed.read_bytes(), page, app))
    source = source_of(page, srcdir)
    if source is not None:
        replace_file(Path(f"{stem}.md"), source.read_bytes())
    if page.results:
        replace_file(Path(f"{stem}-results.json"), results_file(page.results))
    if charts_there:
        replace_file(Path(f"{stem}-figures.zip"), figures_zip(app, page, folder))


def figures_zip(app: Sphinx, page: Page, folder: Path) -> bytes:
    """Return an archive of the figures of a chapter that lie in a folder, and of what they are."""
    files = {
        f"{page.slug}/README.txt": readme(
            charts_of(page, app.env), *chapter_reference(app.env, page.docname)
        ).encode()
    }
    files[f"{page.slug}/{PACKAGE}"] = (folder / PACKAGE).read_bytes()
    for chart in charts_of(page, app.env):
        names = (
            f"{chart.stem}{ending}" for ending in (".csv", ".csv-metadata.json", ".vl.json", ".svg")
        )
        files |= {f"{page.slug}/{name}": (folder / name).read_bytes() for name in names}
    return archive(files)


def readme(figures: list[charts.Chart], reference: str, address: str) -> str:
    """Return how the figures are cited, what they are, whose data they show, in which units, under which licence."""
    parts = [
        "\n".join(filter(None, [f"Cite as: {reference}", f"Address: {address}" if address else ""]))
    ]
    for chart in figures:
        named = [
            (column.name, column.label, charts.UNITS.get(column.kind))
            for column in chart.data.columns
        ]
        columns = ", ".join(f"{name} ({', '.join(filter(None, about))})" for name, *about in named)
        facts = [
            chart.stem,
            chart.title,
            chart.description,
            f"Source: {chart.source}",
            f"Licence: {chart.licence}",
        ]
        parts.append("\n".join([*facts, f"Columns: {columns}"]))
    return "\n\n".join(parts) + "\n"


def tell_landing_page(app: Sphinx, docname: str, landing: LandingPage) -> None:
    """Tell those who cite a page of its files and of its figures, the first of which stands for the chapter."""
    page = store_of(app.env).pages.get(docname)
    if page is None:
        return
    folder, formats = folder_of(docname), formats_of(app.config)
    for chart in charts_of(page, app.env):
        data = SiteFile.of(f"{folder}/{chart.stem}.csv", "text/csv", chart.csv)
        spec = SiteFile.of(f"{folder}/{chart.stem}.vl.json", charts.VEGALITE_MIME, chart.vegalite)
        facts = chart.model_dump(include={"title", "description", "licence", "source"})
        landing.datasets.append(Dataset(anchor=chart.name, files=(data, spec), **facts))
    book = book_files(citation_of(app.config).book.file_stem, formats)
    paths = [
        file["address"]
        for file in (files_of(page, Path(app.srcdir), formats) if page.is_chapter else book)
    ]
    landing.files += [
        SiteFile(path=path, media_type=MEDIA_TYPES[Path(path).suffix]) for path in paths
    ]
    landing.pdf = next((path for path in paths if path.endswith(".pdf")), None)
    if charts_of(page, app.env):
        main = charts_of(page, app.env)[0]
        picture = (picture_cache(Path(app.outdir)) / f"{main.key}.png").read_bytes()
        width, height = struct.unpack(
            ">II", picture[16:24]
        )  # the first chunk of a PNG file states them
        landing.picture = Picture(
            path=f"{folder}/{main.stem}.png", alt=main.alt, width=width, height=height
        )


def describe_book(app: Sphinx) -> None:
    """Write what describes all tables of the book, in one order whichever pages were read anew."""
    pages, book = store_of(app.env).pages, citation_of(app.config)
    tables = [
        (chart, f"{folder_of(name)}/")
        for name in sorted(pages)
        for chart in charts_of(pages[name], app.env)
    ]
    if tables:
        package = data_package(book.book.file_stem, book.title, book, tables)
        replace_file(Path(app.outdir, PACKAGE), pretty(package).encode())
        replace_file(Path(app.outdir, CROISSANT), pretty(croissant(book, tables)).encode())


def _name(chart: charts.Chart, folder: str) -> str:
    return f"{folder}{chart.stem}".removeprefix("figures/").replace("/", "-")


def _licence(text: str) -> Node:
    return {"name": re.sub(r"[^-\w.]+", "-", text).strip("-"), "title": text}


def data_package(
    name: str, title: str, cited: Citation, tables: Sequence[tuple[charts.Chart, str]]
) -> Node:
    """Return a package of tables, each with the folder it lies in (https://specs.frictionlessdata.io/data-package/)."""
    licences = dict.fromkeys(chart.licence for chart, _ in tables)
    sources = dict.fromkeys(chart.source for chart, _ in tables)
    return filled(
        {
            "profile": "tabular-data-package",
            "name": name,
            "title": title,
            "id": cited.edition.id if cited.edition else None,
            "version": cited.book.version,
            "homepage": cited.page_url,
            "created": f"{cited.date.isoformat()}T00:00:00Z",
            "keywords": list(cited.keywords),
            "contributors": [{"title": author.full, "role": "author"} for author in cited.authors],
            "licenses": [_licence(licence) for licence in licences],
            "sources": [{"title": source} for source in sources],
            "resources": [_resource(chart, folder) for chart, folder in tables],
        }
    )


def _resource(chart: charts.Chart, folder: str) -> Node:
    fields = [
        {
            "name": column.name,
            "title": column.label,
            "type": column.type,
            "unit": charts.UNITS.get(column.kind),
        }
        for column in chart.data.columns
    ]
    return {
        "name": _name(chart, folder),
        "path": f"{folder}{chart.stem}.csv",
        "profile": "tabular-data-resource",
        "title": chart.title,
        "description": chart.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(chart.csv),
        "hash": f"sha256:{sha256(chart.csv)}",
        "licenses": [_licence(chart.licence)],
        "sources": [{"title": chart.source}],
        "schema": {"fields": fields, "missingValues": [""]},
    }


def croissant(book: Citation, tables: Sequence[tuple[charts.Chart, str]]) -> Node:
    """Return what tools of machine learning load tables by (https://docs.mlcommons.org/croissant/docs/croissant-spec.html)."""
    files, sets = [], []
    for chart, folder in tables:
        name = _name(chart, folder)
        files.append(
            {
                "@type": "cr:FileObject",
                "@id": f"{name}.csv",
                "name": f"{name}.csv",
                "contentUrl": f"{book.site_url or ''}{folder}{chart.stem}.csv",
                "encodingFormat": "text/csv",
                "sha256": sha256(chart.csv),
            }
        )
        fields = [_field(name, column) for column in chart.data.columns]
        sets.append(
            {
                "@type": "cr:RecordSet",
                "@id": name,
                "name": name,
                "description": chart.title,
                "field": fields,
            }
        )
    facts = book.book
    return filled(
        {
            **json.loads((TEMPLATES / "croissant.json").read_text("utf-8")),
            "name": facts.file_stem,
            "description": facts.description or facts.full_title,
            "url": book.site_url,
            "license": facts.licence_url or facts.licence,
            "creator": [author_node(author) for author in facts.authors],
            "datePublished": book.date.isoformat(),
            "version": facts.version,
            "citeAs": book.title,
            "distribution": files,
            "recordSet": sets,
        }
    )


def _field(name: str, column: charts.Column) -> Node:
    return {
        "@type": "cr:Field",
        "@id": f"{name}/{column.name}",
        "name": column.name,
        "description": column.label,
        "dataType": f"sc:{SCHEMA_ORG[column.type]}",
        "source": {"fileObject": {"@id": f"{name}.csv"}, "extract": {"column": column.name}},
    }
