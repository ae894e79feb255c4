"""What a reader may take away from a chapter: notebook, source, results, data of its figures."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Collection
from pathlib import Path

from bookpress.page.base import charts
from bookpress.page.base.store import Page

FOLDER = "downloads"
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a ZIP can state: the archive depends on its files alone."""


def source_of(page: Page, srcdir: Path) -> Path | None:
    """Return the MyST source of a chapter: staged by the press, else the page's own file."""
    for path in (srcdir / "sources" / f"{page.slug}.md", srcdir / f"{page.docname}.md"):
        if path.is_file():
            return path
    return None


def book_files(stem: str, formats: Collection[str]) -> list[dict[str, str]]:
    """Return the files that hold the whole book: path from the root of the site, name, and what it is.

    Parameters
    ----------
    stem : str
        Name of the files without ending.
    formats : collection of str
        The formats that are made of this edition.

    Examples
    --------
    >>> book_files("the-book", ["html", "pdf"])
    [{'path': 'pdf/the-book.pdf', 'name': 'PDF', 'what': 'to print or keep'}]
    """
    kinds = {"pdf": "to print or keep", "epub": "for e-book readers"}
    return [
        {"path": f"{form}/{stem}.{form}", "name": form.upper(), "what": what}
        for form, what in kinds.items()
        if form in formats
    ]


def files_of(page: Page, srcdir: Path, formats: Collection[str] = ()) -> list[dict[str, str]]:
    """Return the downloads of a chapter: path from the root of the site, name, and what it is.

    Parameters
    ----------
    page : Page
        The chapter.
    srcdir : pathlib.Path
        Root of the sources.
    formats : collection of str
        The formats that are made of this edition.
    """
    stem = f"{FOLDER}/{page.slug}"
    files = book_files(page.slug, {"pdf"} & set(formats))
    files += [{"path": f"{stem}.ipynb", "name": "Notebook", "what": "with all outputs (ipynb)"}]
    if source_of(page, srcdir) is not None:
        files.append({"path": f"{stem}.md", "name": "Source", "what": "to run again (MyST Markdown)"})
    if page.results:
        files.append({"path": f"{stem}-results.json", "name": "Results", "what": "numbers with intervals (JSON)"})
    if page.charts:
        files.append({"path": f"{stem}-figures.zip", "name": "Figures", "what": "data, pictures and charts (ZIP)"})
    return files


def write_files(page: Page, srcdir: Path, notebooks: Path, outdir: Path) -> None:
    """Write the downloads of a chapter; a page that is none has none.

    Parameters
    ----------
    page : Page
        The page.
    srcdir : pathlib.Path
        Root of the sources.
    notebooks : pathlib.Path
        Where MyST-NB leaves notebooks that it has executed itself.
    outdir : pathlib.Path
        Root of the site; pictures of figures are already there.
    """
    if not page.is_chapter:
        return
    stem = outdir / FOLDER / page.slug
    stem.parent.mkdir(parents=True, exist_ok=True)
    executed = srcdir / f"{page.docname}.ipynb"  # the press stages it; MyST-NB's own copy may be of another edition
    if not executed.is_file():
        executed = notebooks / f"{page.docname}.ipynb"
    Path(f"{stem}.ipynb").write_bytes(executed.read_bytes())
    source = source_of(page, srcdir)
    if source is not None:
        Path(f"{stem}.md").write_bytes(source.read_bytes())
    if page.results:
        results = {key: result.model_dump() for key, result in page.results.items()}
        text = json.dumps(results, ensure_ascii=False, indent=1) + "\n"
        Path(f"{stem}-results.json").write_text(text, encoding="utf-8", newline="")
    if page.charts:
        Path(f"{stem}-figures.zip").write_bytes(figures_zip(page, outdir / "figures" / page.slug))


def figures_zip(page: Page, folder: Path) -> bytes:
    """Return an archive of all figures of a chapter: CSV, Vega-Lite and SVG of each, and what they are.

    Parameters
    ----------
    page : Page
        The chapter.
    folder : pathlib.Path
        Where the files of its figures lie.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, f"{page.slug}/README.txt", readme(page.charts).encode())
        for chart in page.charts:
            for ending in (".csv", ".vl.json", ".svg"):
                name = f"{chart.stem}{ending}"
                _add(archive, f"{page.slug}/{name}", (folder / name).read_bytes())
    return buffer.getvalue()


def readme(figures: list[charts.Chart]) -> str:
    """Return what the figures are, whose data they show, and under which licence."""
    parts = [
        f"{chart.stem}\n{chart.title}\n{chart.description}\nSource: {chart.source}\nLicence: {chart.licence}\nColumns: "
        + ", ".join(f"{column.name} ({column.label})" for column in chart.data.columns)
        for chart in figures
    ]
    return "\n\n".join(parts) + "\n"


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)
