"""The book and each of its chapters as PDF: finished pages, set for paper, printed by Chromium, which fetches nothing.

Run by the press as ``python -m bookpress.page.print.pdf``.
"""

from __future__ import annotations

import io
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pikepdf

from bookpress.build.formats import Order, work_on_order
from bookpress.errors import PressError
from bookpress.page.print.page_extraction import read_articles
from bookpress.page.print.print_html import (
    BOOK,
    FrontMatter,
    book_document,
    chapter_document,
    headings_of,
    load_front_matter,
)

BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
OPTIONS = ["--disable-gpu", "--disable-quic", "--disable-sync", "--allow-file-access-from-files"]
OPTIONS += [
    "--font-render-hinting=none"
]  # letters stand where they belong, not where dots of a screen are
SECONDS = 120  # time that one step of one document may take
UNDRAWN = "[...document.images].filter(one => !one.complete || !one.naturalWidth).map(one => one.getAttribute('src'))"
NODE = re.compile(rb"(?<=\()node\d{8}(?=\))")
"""How Chromium names the elements of a structure: after a count that depends on the moment."""


def browser_path() -> str | None:
    """Return the path of the browser that prints: the first one found."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def missing() -> str | None:
    """Return what this machine lacks to print and how to get it; nothing when all is there."""
    how = "on Debian and Ubuntu `make browser` or `sudo apt-get install chromium fonts-liberation` installs it"
    looked = f"it needs Chromium, and there is none on the PATH (looked for {', '.join(BROWSERS)}); {how}"
    return None if browser_path() else looked


def make(order: Order) -> None:
    """Make the PDF of every chapter, beside its page as Google Scholar asks, and of the book."""
    site, output = Path(order.pages), Path(order.output)
    front = load_front_matter(Path(order.source), site, order.epoch)
    output.mkdir(parents=True, exist_ok=True)

    chapters = [article for article in read_articles(site) if article.number is not None]
    documents = [
        (page.with_suffix(".pdf"), page.stem, chapter_document(article, front))
        for article in chapters
        for page in [site / article.path]
    ]
    with printer() as printed:
        # The numbers of the pages are known once the book is printed: the contents need a draft.
        draft = printed(book_document(read_articles(site), front), final=False)
        whole = book_document(read_articles(site), front, pages_of(draft))
        for path, record, document in [
            *documents,
            (output / f"{front.citation.book.file_stem}.pdf", BOOK, whole),
        ]:
            path.write_bytes(
                finished(printed(document), headings_of(document), front.record(record), front)
            )


@contextmanager
def printer() -> Iterator[Callable[..., bytes]]:
    """Open a browser that prints a document; one that is not `final` has neither tags nor outline."""
    from playwright.sync_api import Error, sync_playwright

    lacking = missing()
    if lacking:
        raise PressError(lacking)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=browser_path(), args=OPTIONS, timeout=SECONDS * 1000
            )
            yield lambda document, final=True: _printed(
                browser, Path(folder, "document.html"), document, final
            )
        except Error as error:
            raise PressError(
                f"{browser_path()} could not print: {error.message.splitlines()[0]}"
            ) from error


def _printed(browser: Any, path: Path, document: str, final: bool) -> bytes:
    """Return a document, in which addresses of style and pictures are absolute, as PDF."""
    path.write_text(document, encoding="utf-8")
    page = browser.new_page(offline=True, color_scheme="light", java_script_enabled=True)
    page.set_default_timeout(SECONDS * 1000)
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.emulate_media(media="print")
    page.goto(path.as_uri())
    page.evaluate("document.fonts.ready.then(() => true)")
    failed += page.evaluate(UNDRAWN)
    if failed:
        raise PressError(
            f"what is to be printed names files that cannot be had: {', '.join(sorted(set(failed)))}"
        )
    made: bytes = page.pdf(
        prefer_css_page_size=True, print_background=True, tagged=final, outline=final
    )
    page.close()
    return made


def pages_of(printed: bytes) -> dict[str, int]:
    """Return the number of the page on which each place stands that a link of the document leads to."""
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages, start=1)}
        places: Any = pdf.Root.get("/Dests", {})
        return {
            str(name).removeprefix("/"): numbers[place[0].objgen] for name, place in places.items()
        }


def finished(
    printed: bytes, headings: Sequence[str], record: Mapping[str, Any], front: FrontMatter
) -> bytes:
    """Return a PDF made by Chromium with its record (CSL-JSON) and date: the same input gives the same bytes."""
    names = {
        name: b"node%08d" % number
        for number, name in enumerate(sorted(set(NODE.findall(printed))), start=1)
    }
    with pikepdf.open(io.BytesIO(NODE.sub(lambda name: names[name[0]], printed))) as pdf:
        _name_outline(pdf, headings)
        _describe(pdf, record, front)
        made = io.BytesIO()
        pdf.save(
            made,
            deterministic_id=True,
            linearize=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
    return made.getvalue()


def _name_outline(pdf: pikepdf.Pdf, headings: Sequence[str]) -> None:
    """Write the headings into the outline: Chromium doubles some of them and joins words at the end of a line."""
    with pdf.open_outline() as outline:
        items = list(_flat(outline.root))
        if len(items) != len(headings):
            raise PressError(
                f"the outline has {len(items)} entries, the document {len(headings)} headings"
            )
        for item, heading in zip(items, headings, strict=True):
            item.title = heading


def _flat(items: Sequence[pikepdf.OutlineItem]) -> Iterator[pikepdf.OutlineItem]:
    for item in items:
        yield item
        yield from _flat(item.children)


def _describe(pdf: pikepdf.Pdf, record: Mapping[str, Any], front: FrontMatter) -> None:
    """Say what the document is, twice as the format has it: as XMP and, made from that, in the older dictionary."""
    book, moment = front.citation.book, f"{front.built:%Y-%m-%dT%H:%M:%S}+00:00"
    told: dict[str, Any] = {
        "dc:title": record["title"],
        "dc:creator": [_name(author) for author in record["author"]],
        "dc:description": record.get("abstract"),
        "dc:language": [book.language],
        "dc:publisher": [book.publisher] if book.publisher else None,
        "dc:rights": book.licence,
        "dc:identifier": record.get("DOI") or record.get("URL"),
        "xmp:CreateDate": moment,
        "xmp:ModifyDate": moment,
        "xmp:MetadataDate": moment,
        "xmp:CreatorTool": f"{book.title} {book.version}",
        "pdf:Producer": str(pdf.docinfo["/Producer"]),
        "pdf:Keywords": record.get("keyword"),
        "xmpRights:WebStatement": book.licence_url,
    }
    with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
        metadata.update({name: value for name, value in told.items() if value})
    pdf.docinfo["/Subject"] = ". ".join(
        filter(None, [record.get("container-title"), record.get("edition")])
    )
    pdf.Root.Lang = pikepdf.String(book.language)


def _name(author: Mapping[str, str]) -> str:
    parts = ("literal", "given", "non-dropping-particle", "family", "suffix")
    return " ".join(author[part] for part in parts if part in author)


if __name__ == "__main__":
    sys.exit(work_on_order(make))
