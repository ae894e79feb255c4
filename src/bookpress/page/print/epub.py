"""The book as EPUB 3: its files in one archive, packed so that the same pages give the same bytes.

Run by the press as ``python -m bookpress.page.print.epub``.
"""

from __future__ import annotations

import datetime as dt
import io
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

from bookpress.build.formats import Order, work_on_order
from bookpress.page.print.epub_pages import ebook_files
from bookpress.page.print.front_matter import file_stem, load_facts
from bookpress.page.print.page_extraction import read_articles

FOLDER = "EPUB"
"""Folder within the archive."""
CONTAINER = f"""<?xml version="1.0" encoding="UTF-8"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">
<rootfiles><rootfile full-path="{FOLDER}/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
EARLIEST = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)
"""The earliest date that an archive can state."""


def missing() -> str | None:
    """Return what this machine lacks to make an EPUB: nothing, this package makes it alone."""
    return None


def make(order: Order) -> None:
    """Make the EPUB of the book.

    Parameters
    ----------
    order : Order
        Finished pages, staged source, folder to write to, date.

    Raises
    ------
    PressError
        If the pages are not whole.
    """
    site, output = Path(order.pages), Path(order.output)
    facts = load_facts(Path(order.source), site, order.epoch)
    made = packed(ebook_files(read_articles(site), facts), facts.built)
    output.mkdir(parents=True, exist_ok=True)
    (output / f"{file_stem(facts.book)}.epub").write_bytes(made)


def packed(files: Mapping[str, bytes], built: dt.datetime) -> bytes:
    """Return the archive of an e-book: its type first and not compressed, as the standard asks, then all files.

    Parameters
    ----------
    files : mapping
        Content by name within the folder of the e-book; the package is ``package.opf``.
    built : datetime.datetime
        The date of every entry, in UTC.

    Notes
    -----
    https://www.w3.org/TR/epub-33/#sec-zip-container-mime
    """
    date = max(built, EARLIEST).timetuple()[:6]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _add(archive, "mimetype", b"application/epub+zip", date, zipfile.ZIP_STORED)
        _add(archive, "META-INF/container.xml", CONTAINER.encode(), date)
        for name, content in files.items():
            _add(archive, f"{FOLDER}/{name}", content, date)
    return buffer.getvalue()


def _add(
    archive: zipfile.ZipFile,
    name: str,
    content: bytes,
    date: tuple[int, ...],
    compression: int = zipfile.ZIP_DEFLATED,
) -> None:
    entry = zipfile.ZipInfo(name, date)  # type: ignore[arg-type]
    entry.compress_type = compression
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content, compresslevel=9)


if __name__ == "__main__":
    sys.exit(work_on_order(make))
