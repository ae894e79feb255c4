"""Who made the book and in which state it is: what pages, figures and files say about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bookpress.book.clock import build_time
from bookpress.citation.record import Book, Citation, Edition
from bookpress.citation.settings import load_book, load_edition, read_chapter
from bookpress.citation.styles import to_reference
from bookpress.page.base.roles import store_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment


@dataclass(frozen=True)
class Imprint:
    """The facts of one build.

    Parameters
    ----------
    book : Book
        Publication settings.
    edition : Edition or None
        None where the book is built without the press.
    built : datetime.date
        Date of the build.
    """

    book: Book
    edition: Edition | None
    built: dt.date


def load_imprint(srcdir: Path) -> Imprint:
    """Return the imprint of the book whose sources are at a folder."""
    return Imprint(load_book(srcdir), load_edition(srcdir), build_time(srcdir).date())


def chapter_reference(env: BuildEnvironment, docname: str) -> tuple[str, str]:
    """Return how a chapter is cited, as plain text in one style (APA), and its public address; empty without one."""
    page = store_of(env).pages[docname]
    imprint = imprint_of(env.config)
    chapter = read_chapter(page.slug, env.titles[docname].astext(), f"{docname}.html", None, page.front)
    citation = Citation.of(imprint.book, chapter, imprint.edition, built=imprint.built)
    return to_reference(citation, "apa").text, citation.permanent_url or citation.page_url or ""


def imprint_of(config: Config) -> Imprint:
    """Return the imprint of the book that is being built."""
    imprint: Imprint = config.reading_imprint
    return imprint


def formats_of(config: Config) -> tuple[str, ...]:
    """Return the formats that are made of the edition: files of others are not there."""
    edition = imprint_of(config).edition
    return edition.formats if edition is not None else ("html",)


def remember(app: Sphinx, config: Config) -> None:
    """Read the facts once a build."""
    config.reading_imprint = load_imprint(Path(app.srcdir))


def setup(app: Sphinx) -> None:
    """Keep the facts among the settings of the build."""
    app.add_config_value("reading_imprint", None, "", Imprint)
    app.connect("config-inited", remember)
