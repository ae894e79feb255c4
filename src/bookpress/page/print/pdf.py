"""The book and each of its chapters as PDF: the text of the finished pages, set for paper, printed by Chromium.

Run by the press as ``python -m bookpress.page.print.pdf``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bookpress.build.formats import Order, work_on_order
from bookpress.page.print.chromium import missing, printer
from bookpress.page.print.front_matter import BOOK, Facts, file_stem, load_facts
from bookpress.page.print.page_extraction import read_articles
from bookpress.page.print.pdf_metadata import finished, pages_of
from bookpress.page.print.print_html import book_document, chapter_document, headings_of

__all__ = ["make", "missing"]


def make(order: Order) -> None:
    """Make the PDF of every chapter and of the book.

    Parameters
    ----------
    order : Order
        Finished pages, staged source, folder to write to, date.

    Raises
    ------
    PressError
        If the pages are not whole, or the browser is missing or fails.
    """
    site, output = Path(order.pages), Path(order.output)
    facts = load_facts(Path(order.source), site, order.epoch)
    output.mkdir(parents=True, exist_ok=True)
    with printer() as browser:
        for article in read_articles(site):
            if article.number is not None:
                document = chapter_document(article, facts)
                _write(output / f"{article.slug}.pdf", browser.print(document), document, article.slug, facts)
        # The numbers of the pages are known once the book is printed: the contents need a draft.
        draft = browser.print(book_document(read_articles(site), facts), final=False)
        document = book_document(read_articles(site), facts, pages_of(draft))
        _write(output / f"{file_stem(facts.book)}.pdf", browser.print(document), document, BOOK, facts)


def _write(path: Path, printed: bytes, document: str, name: str, facts: Facts) -> None:
    """Write a printed document with what it says about itself."""
    path.write_bytes(finished(printed, headings_of(document), facts.record(name), facts))


if __name__ == "__main__":
    sys.exit(work_on_order(make))
