"""What a reader may take away: notebook, source, results and figures of a chapter, the whole book; citers are told."""

from __future__ import annotations

import hashlib
import json
import re
import struct
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from bookpress.book.results import results_file
from bookpress.citation.jsonld import author_node, filled
from bookpress.citation.landing_page import Dataset, LandingPage, Picture, SiteFile
from bookpress.citation.record import Citation
from bookpress.files import archive, pretty, replace_file
from bookpress.page.base import charts
from bookpress.page.base.contents import chapter_reference, citation_of, formats_of, title_of
from bookpress.page.base.store import Page, store_of
from bookpress.page.base.templates import TEMPLATES
from bookpress.page.figures.alone import folder_of, picture_cache
from bookpress.page.site.notebook_file import as_notebook

PACKAGE, CROISSANT = "datapackage.json", "croissant.json"
UNITS = {"share": "share, 0 to 1", "flop": "FLOP", "year": "year"}
SCHEMA_ORG = {"string": "Text", "number": "Float", "integer": "Integer", "boolean": "Boolean", "date": "Date"}
CONFORMS = "http://mlcommons.org/croissant/1.0"
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
    printed = [{**file, "path": f"{page.docname}.pdf"} for file in book_files(page.slug, {"pdf"} & set(formats))]
    return printed + [
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
        replace_file(Path(f"{stem}-results.json"), results_file(page.results))
    if page.charts:
        replace_file(Path(f"{stem}-figures.zip"), figures_zip(app, page, outdir / folder_of(page.docname)))


def figures_zip(app: Sphinx, page: Page, folder: Path) -> bytes:
    """Return an archive of the figures of a chapter that lie in a folder, and of what they are."""
    files = {f"{page.slug}/README.txt": readme(page.charts, *chapter_reference(app.env, page.docname)).encode()}
    files[f"{page.slug}/{PACKAGE}"] = (folder / PACKAGE).read_bytes()
    for chart in page.charts:
        names = (f"{chart.stem}{ending}" for ending in (".csv", ".csv-metadata.json", ".vl.json", ".svg"))
        files |= {f"{page.slug}/{name}": (folder / name).read_bytes() for name in names}
    return archive(files)


def readme(figures: list[charts.Chart], reference: str, address: str) -> str:
    """Return how the figures are cited, what they are, whose data they show, in which units, under which licence."""
    parts = ["\n".join(filter(None, [f"Cite as: {reference}", f"Address: {address}" if address else ""]))]
    for chart in figures:
        named = [(column.name, column.label, UNITS.get(column.kind)) for column in chart.data.columns]
        columns = ", ".join(f"{name} ({', '.join(filter(None, about))})" for name, *about in named)
        facts = [chart.stem, chart.title, chart.description, f"Source: {chart.source}", f"Licence: {chart.licence}"]
        parts.append("\n".join([*facts, f"Columns: {columns}"]))
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


def describe_chapter(app: Sphinx, page: Page) -> None:
    """Write what describes the tables of a page beside them."""
    if page.charts:
        title = title_of(app.env, page.docname)
        package = data_package(page.slug, title, citation_of(app.config), [(chart, "") for chart in page.charts])
        replace_file(Path(app.outdir, folder_of(page.docname), PACKAGE), pretty(package).encode())


def describe_book(app: Sphinx) -> None:
    """Write what describes all tables of the book at the root of its site."""
    pages, book = store_of(app.env).pages.values(), citation_of(app.config)
    tables = [(chart, f"{folder_of(page.docname)}/") for page in pages for chart in page.charts]
    if tables:
        package = data_package(book.book.file_stem, book.title, book, tables)
        replace_file(Path(app.outdir, PACKAGE), pretty(package).encode())
        replace_file(Path(app.outdir, CROISSANT), pretty(croissant(book, tables)).encode())


def kind_of(values: Iterable[Any]) -> str:
    """Return the type of a column, from the values that are there."""
    found = [value for value in values if value is not None]
    if found and all(isinstance(value, bool) for value in found):
        return "boolean"
    if found and all(isinstance(value, int | float) and not isinstance(value, bool) for value in found):
        return "integer" if all(isinstance(value, int) for value in found) else "number"
    is_date = found and all(re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)) for value in found)
    return "date" if is_date else "string"


def _columns(chart: charts.Chart) -> list[tuple[charts.Column, str]]:
    rows = chart.data.rows
    return [(column, kind_of(row[place] for row in rows)) for place, column in enumerate(chart.data.columns)]


def _licence(text: str) -> Node:
    return {"name": re.sub(r"[^-\w.]+", "-", text).strip("-"), "title": text}


def data_package(name: str, title: str, cited: Citation, tables: Sequence[tuple[charts.Chart, str]]) -> Node:
    """Return a package of tables, each with the folder it lies in (https://specs.frictionlessdata.io/data-package/)."""
    licences = {chart.licence: _licence(chart.licence) for chart, _ in tables if chart.licence}
    sources = dict.fromkeys(chart.source for chart, _ in tables if chart.source)
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
            "licenses": list(licences.values()),
            "sources": [{"title": source} for source in sources],
            "resources": [_resource(chart, folder) for chart, folder in tables],
        }
    )


def _resource(chart: charts.Chart, folder: str) -> Node:
    content = charts.to_csv(chart.data).encode()
    fields = [
        {"name": column.name, "title": column.label, "type": kind, "unit": UNITS.get(column.kind)}
        for column, kind in _columns(chart)
    ]
    return {
        "name": f"{folder}{chart.stem}".removeprefix("figures/").replace("/", "-"),
        "path": f"{folder}{chart.stem}.csv",
        "profile": "tabular-data-resource",
        "title": chart.title,
        "description": chart.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "licenses": [_licence(chart.licence)] if chart.licence else [],
        "sources": [{"title": chart.source}] if chart.source else [],
        "schema": {"fields": fields, "missingValues": [""]},
    }


def croissant(book: Citation, tables: Sequence[tuple[charts.Chart, str]]) -> Node:
    """Return what tools of machine learning load tables by (https://docs.mlcommons.org/croissant/docs/croissant-spec.html)."""
    files, sets = [], []
    for chart, folder in tables:
        resource = _resource(chart, folder)
        name, path = resource["name"], resource["path"]
        address = f"{book.site_url or ''}{path}"
        files.append(
            {
                "@type": "cr:FileObject",
                "@id": f"{name}.csv",
                "name": f"{name}.csv",
                "contentUrl": address,
                "encodingFormat": "text/csv",
                "sha256": resource["hash"].removeprefix("sha256:"),
            }
        )
        fields = [_field(name, column, kind) for column, kind in _columns(chart)]
        sets.append({"@type": "cr:RecordSet", "@id": name, "name": name, "description": chart.title, "field": fields})
    facts = book.book
    return filled(
        {
            "@context": json.loads((TEMPLATES / "croissant-context.json").read_text("utf-8")),
            "@type": "sc:Dataset",
            "conformsTo": CONFORMS,
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


def _field(name: str, column: charts.Column, kind: str) -> Node:
    return {
        "@type": "cr:Field",
        "@id": f"{name}/{column.name}",
        "name": column.name,
        "description": column.label,
        "dataType": f"sc:{SCHEMA_ORG[kind]}",
        "source": {"fileObject": {"@id": f"{name}.csv"}, "extract": {"column": column.name}},
    }
