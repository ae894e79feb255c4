"""The book and each of its chapters as PDF: finished pages, set for paper, printed by Chromium.

It fetches nothing. The press runs the module as ``python -m bookpress.outputs.pdf.pdf``.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pikepdf

from bookpress.book.discovery import slug_of
from bookpress.book.project import load_settings
from bookpress.elements.base.store import run_file
from bookpress.errors import PressError, short
from bookpress.outputs.base.front_matter import BOOK, FrontMatter, load_front_matter
from bookpress.outputs.base.page_extraction import Article, read_articles, read_chapters
from bookpress.outputs.base.process import Order, work_on_order
from bookpress.outputs.pdf.documents import (
    PAPER,
    book_document,
    chapter_document,
    headings_of,
)
from bookpress.terminal.messages import note

BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
OPTIONS = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--allow-file-access-from-files",
    # place letters exactly, not on the pixels of a screen
    "--font-render-hinting=none",
)
SECONDS = 120
"""The time limit of one step for one document, in seconds."""
UNDRAWN = """
[...document.images]
  .filter(image => !image.complete || !image.naturalWidth)
  .map(image => {
    const { file } = image.dataset;
    const page = image.closest('[data-page]')?.dataset.page ?? 'the title page';
    image.replaceWith(image.alt || (file ?? '').split('/').pop());
    return [page, file ?? image.getAttribute('src')];
  })
"""
"""A script that puts words in place of pictures that could not be drawn.

It returns the page and the address of each.
"""
NO_PICTURE = "is a picture that no browser can draw (sound PNG, JPEG, SVG, GIF and WebP are drawn)"
LONGEST_ADDRESS = 300
"""The most characters of a picture's address in a message; a data URL can have millions."""
SHEET = {"width": 794, "height": 1123}
"""A page in pixels; styles depend on its width."""
FILL = PAPER / "fill.js"
"""A script that fills pages where a figure does not fit."""
NODE = re.compile(rb"(?<=\()node\d{8}(?=\))")
"""Chromium's names for structure elements, which contain a counter that differs between runs."""


def browser_path() -> str | None:
    """Return the path of the first browser found that can print."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def missing() -> str | None:
    """Return what this machine lacks for printing and how to get it; None if nothing."""
    if browser_path():
        return None
    names = ", ".join(BROWSERS)
    return (
        f"it needs Chromium, and there is none on the PATH (looked for {names}); "
        "on Debian and Ubuntu `make browser` or "
        "`sudo apt-get install chromium fonts-liberation` installs it"
    )


def make(order: Order) -> None:
    """Make the PDF of every chapter, beside its page as Google Scholar asks, and of the book."""
    site = Path(order.pages)
    output = Path(order.output)
    front = load_front_matter(Path(order.source), site, order.epoch)
    output.mkdir(parents=True, exist_ok=True)

    opening = front.citation.book.front_page
    documents = []
    for article in read_chapters(site, "print"):
        document = chapter_document(article, front)
        pdf_path = (site / article.path).with_suffix(".pdf")
        documents.append((pdf_path, _slug(Path(order.source), article), document))
    strict = load_settings(Path(order.source)).strict
    with printer(strict) as printed:
        # page numbers for the contents are only known after printing a draft
        document = book_document(read_articles(site, "print", opening), front)
        draft = printed(document, final=False)
        pages = pages_of(draft)
        whole = book_document(read_articles(site, "print", opening), front, pages)
        book = output / f"{front.citation.book.file_stem}.pdf"
        documents.append((book, BOOK, whole))
        for path, name, document in documents:
            draft = printed(document)
            headings = headings_of(document)
            record = front.record(name)
            path.write_bytes(finished(draft, headings, record, front))


def _slug(source: Path, article: Article) -> str:
    """Return the slug of a chapter, which need not be the name of its page.

    One that the book never runs is cited by the whole name of its page.
    """
    executed = run_file(source, article.path.removesuffix(".html"))
    metadata = json.loads(executed.read_bytes())["metadata"] if executed else {}
    front = metadata.get(load_settings(source).front_matter, {})
    return str(front.get("chapter") or slug_of(article.path.removesuffix(".html")))


@contextmanager
def printer(strict: bool = True) -> Iterator[Callable[..., bytes]]:
    """Open a browser, and yield a function that prints a document.

    If it is not `final`, the PDF has neither tags nor outline. A picture that cannot be drawn is an
    error if it is `strict`, else its words take its place, with a note.
    """
    from playwright.sync_api import Error, sync_playwright

    lacking = missing()
    if lacking:
        raise PressError(lacking)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=browser_path(),
                args=list(OPTIONS),
                timeout=SECONDS * 1000,
            )
            file = Path(folder, "document.html")
            yield lambda document, final=True: _printed(browser, file, document, final, strict)
        except Error as error:
            reason = error.message.splitlines()[0]
            raise PressError(f"{browser_path()} could not print: {reason}") from error


def _printed(browser: Any, path: Path, document: str, final: bool, strict: bool) -> bytes:
    """Return a document, whose addresses of style and pictures are absolute, as PDF."""
    path.write_text(document, encoding="utf-8")
    page = browser.new_page(
        offline=True, color_scheme="light", java_script_enabled=True, viewport=SHEET
    )
    page.set_default_timeout(SECONDS * 1000)
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.emulate_media(media="print")
    page.goto(path.as_uri())
    page.evaluate("document.fonts.ready.then(() => true)")
    if failed:
        names = ", ".join(short(file, LONGEST_ADDRESS) for file in sorted({*failed}))
        raise PressError(f"the document to print names files that are not available: {names}")
    undrawn = [_undrawn(*place) for place in page.evaluate(UNDRAWN)]
    if undrawn and strict:
        raise PressError("\n".join(undrawn))
    for problem in undrawn:
        note(f"{problem}; in the PDF its alternative text or its name takes its place")
    page.evaluate(FILL.read_text("utf-8"))
    pdf: bytes = page.pdf(
        prefer_css_page_size=True,
        print_background=True,
        tagged=final,
        outline=final,
    )
    page.close()
    return pdf


def _undrawn(page: str, address: str) -> str:
    """Return what to say of a picture of a page that could not be drawn."""
    return f"{page}: {short(address, LONGEST_ADDRESS)} {NO_PICTURE}"


def pages_of(printed: bytes) -> dict[str, int]:
    """Return the page number of each place that a link leads to."""
    places: dict[str, int] = {}
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages, start=1)}
        destinations: Any = pdf.Root.get("/Dests", {})
        for name, destination in destinations.items():
            place = str(name).removeprefix("/")
            places[place] = numbers[destination[0].objgen]
    return places


def finished(
    printed: bytes, headings: Sequence[str], record: Mapping[str, Any], front: FrontMatter
) -> bytes:
    """Return a PDF by Chromium with its record (CSL-JSON) and date.

    The same input gives the same bytes.
    """
    names = sorted(set(NODE.findall(printed)))
    renamed = {name: b"node%08d" % number for number, name in enumerate(names, start=1)}
    steady = NODE.sub(lambda match: renamed[match[0]], printed)
    with pikepdf.open(io.BytesIO(steady)) as pdf:
        _name_outline(pdf, headings)
        _describe(pdf, record, front)
        file = io.BytesIO()
        pdf.save(
            file,
            deterministic_id=True,
            linearize=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
    return file.getvalue()


def _name_outline(pdf: pikepdf.Pdf, headings: Sequence[str]) -> None:
    """Put the headings into the outline.

    Chromium repeats some of them and joins words at the ends of lines, which stays where a style
    of the author hides a heading.
    """
    with pdf.open_outline() as outline:
        items = list(_flat(outline.root))
        if len(items) == len(headings):
            for item, heading in zip(items, headings, strict=True):
                item.title = heading


def _flat(items: Sequence[pikepdf.OutlineItem]) -> Iterator[pikepdf.OutlineItem]:
    for item in items:
        yield item
        yield from _flat(item.children)


def _describe(pdf: pikepdf.Pdf, record: Mapping[str, Any], front: FrontMatter) -> None:
    """Describe the document twice, as the format requires: as XMP and in the older dictionary."""
    producer = str(pdf.docinfo["/Producer"])
    facts = _facts(record, front, producer)
    with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
        metadata.update({name: value for name, value in facts.items() if value})
    subject = [record.get("container-title"), record.get("edition")]
    pdf.docinfo["/Subject"] = ". ".join(filter(None, subject))
    pdf.Root.Lang = pikepdf.String(front.citation.book.page_language)


def _facts(record: Mapping[str, Any], front: FrontMatter, producer: str) -> dict[str, Any]:
    """Return the XMP metadata of a document."""
    book = front.citation.book
    moment = f"{front.built:%Y-%m-%dT%H:%M:%S}+00:00"
    return {
        "dc:title": record["title"],
        "dc:creator": [_name(author) for author in record["author"]],
        "dc:description": record.get("abstract"),
        "dc:language": [book.page_language],
        "dc:publisher": [book.publisher] if book.publisher else None,
        "dc:rights": book.licence,
        "dc:identifier": record.get("DOI") or record.get("URL"),
        "xmp:CreateDate": moment,
        "xmp:ModifyDate": moment,
        "xmp:MetadataDate": moment,
        "xmp:CreatorTool": " ".join(filter(None, [book.title, book.stated_version])),
        "pdf:Producer": producer,
        "pdf:Keywords": record.get("keyword"),
        "xmpRights:WebStatement": book.licence_url,
    }


def _name(author: Mapping[str, str]) -> str:
    parts = ("literal", "given", "non-dropping-particle", "family", "suffix")
    return " ".join(author[part] for part in parts if part in author)


if __name__ == "__main__":
    sys.exit(work_on_order(make))
