"""The record: what is refused, and what follows from the settings for identity and address."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from cite.conftest import FACTS, PUBLIC
from pybtex.database import parse_string

from bookpress.cite.book import SETTINGS, Author, Book, load_book
from bookpress.cite.record import ChapterRecord, Citation, EditionRecord, read_chapter
from bookpress.cite.references import work_of
from bookpress.elements.base.templates import fill
from bookpress.errors import UsageError
from bookpress.files import checked


def read_book(settings: dict[str, Any]) -> Book:
    return checked(Book, settings, SETTINGS)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": 0.1}, "version: 0.1 is no text; put it in quotes"),
        ({"title": ""}, "the entry 'title' is missing"),
        ({"authors": []}, "the entry 'authors' is empty"),
        ({"authors": [{"name": "A", "family": "B"}]}, "authors.0: an author has `name` alone"),
        ({"authors": [{"family": "A", "suffix": "Jr."}]}, "authors.0: an author has `name` alone"),
        (
            {"authors": [{"family": "A, Jr."}]},
            "authors.0.family: 'A, Jr.'; allowed: part of a name without a comma",
        ),
        (
            {"authors": [{"family": "A", "orcid": "https://orcid.org/0000-0002-1825-0097"}]},
            "four groups of four",
        ),
        ({"authors": [{"nam": "A"}]}, "authors.0.nam"),
        (
            {"doi": "https://doi.org/10.5555/x"},
            "doi: 'https://doi.org/10.5555/x'; allowed: a bare DOI",
        ),
        ({"isbn": "978-3-16-148410"}, "13 digits"),
        ({"date": "2026-13-01"}, "date: '2026-13-01'; allowed: a day such as 2026-11-30"),
        ({"language": "English"}, "language: 'English'; allowed: a code such as en or pt-BR"),
        ({"base_url": "example.org"}, "begins with https://"),
        ({"base_url": "https://example.org/?a=b"}, "without query and fragment"),
        ({"edition_url": "https://example.org/e/"}, "an address with {id} or {name} in it"),
        ({"licence_url": "CC-BY"}, "licence_url: 'CC-BY'; allowed: an address"),
        ({"licens": "CC-BY"}, "no entry 'licens'; did you mean licence?"),
        (
            {"chapter_doi": "10.5555/x"},
            "chapter_doi: '10.5555/x'; allowed: a bare DOI with {slug} in it",
        ),
        ({"title_in_sentence": "Other"}, "allowed: the title in other capitals"),
        ({"doi": "x", "isbn": "y", "version": 1}, "3 problems"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(change: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=SETTINGS) as caught:
        read_book({**FACTS, **change})
    assert said in str(caught.value)


def test_empty_settings_are_as_good_as_none() -> None:
    empty = dict.fromkeys(
        ("subtitle", "date", "publisher", "base_url", "edition_url", "doi", "isbn", "issn"), ""
    )
    without = {name: value for name, value in FACTS.items() if name not in empty}
    assert read_book({**FACTS, **empty}) == read_book(without)


def test_a_wrong_fact_in_front_matter_names_the_chapter() -> None:
    with pytest.raises(UsageError, match=r"front matter of the chapter 'intro': doi: '11/x'"):
        read_chapter("intro", "Introduction", "intro.html", 1, {"doi": "11/x"})


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("Ada Author, Bea B. Writer and Cy Poet", ["Ada Author", "Bea B. Writer", "Cy Poet"]),
        ("Ada Author & Bea Writer & Cy Poet", ["Ada Author", "Bea Writer", "Cy Poet"]),
        ("Ada Author, Bea Writer, & Cy Poet", ["Ada Author", "Bea Writer", "Cy Poet"]),
        ("Ada Author, Bea Writer, Cy Poet", ["Ada Author", "Bea Writer", "Cy Poet"]),
        ("Ludwig van Alt und J.-P. Neu", ["Ludwig van Alt", "J.-P. Neu"]),
        ("Ana Ruiz y Juan Pérez", ["Ana Ruiz", "Juan Pérez"]),
        ("Ada Author, Bea Writer", ["Ada Author", "Bea Writer"]),
        ("Ada Author; Bea Writer", ["Ada Author", "Bea Writer"]),
        (["Ada Author", "The Poets and Writers"], ["Ada Author", "The Poets and Writers"]),
        *(
            (text, [text])
            for text in (
                "Ada Author",
                "Author, Ada",
                "Author, Ada and Writer, Bea",
                "José Ortega y Gasset",
                "Ada Author, PhD and Bea Writer, MD",
                "Ada Author et al.",
                "The Jupyter Book Community",
                "Department of Physics and Astronomy",
                "Data Science and Machine Learning Group",
                "Team of the Lab, built with Jupyter Book and MyST",
                "A, B and C",
            )
        ),
    ],
)
def test_a_list_of_persons_in_the_configuration_names_each(
    tmp_path: Path, author: str | list[str], names: list[str]
) -> None:
    (tmp_path / "_config.yml").write_text(json.dumps({"title": "Waves", "author": author}))
    assert [each.name for each in load_book(tmp_path).authors] == names


def test_names_are_composed_and_single_spaced() -> None:
    assert Author(family="Nu\u0301n\u0303ez  y\nAlvarez").family == "Núñez y Alvarez"


CHAPTER = ChapterRecord(
    slug="plain", title="Plain", page="notebooks/plain.html", position=1, doi="10.5555/plain"
)
DEFAULT = EditionRecord(id="7f3e1a2b9c0d", name="default", is_default=True, command="make it")
PAPER = EditionRecord(id="0123456789ab", name="paper", is_default=False, command="make it")
DAY = dt.date(2026, 11, 24)
SITE = "https://example.org/book"


@pytest.mark.parametrize(
    ("edition", "change", "url", "page_url"),
    [
        (
            DEFAULT,
            {},
            f"{SITE}/editions/7f3e1a2b9c0d/notebooks/plain.html",
            f"{SITE}/notebooks/plain.html",
        ),
        (
            DEFAULT,
            {"edition_url": ""},
            f"{SITE}/notebooks/plain.html",
            f"{SITE}/notebooks/plain.html",
        ),
        (PAPER, {}, *[f"{SITE}/editions/0123456789ab/notebooks/plain.html"] * 2),
        (PAPER, {"published_editions": ["default"]}, None, None),
        (PAPER, {"edition_url": ""}, None, None),
        (DEFAULT, {"base_url": "", "edition_url": ""}, "https://doi.org/10.5555/book_1", None),
        (PAPER, {"base_url": "", "edition_url": ""}, None, None),
    ],
)
def test_an_edition_is_cited_at_its_own_address_or_none(
    edition: EditionRecord, change: dict[str, Any], url: str | None, page_url: str | None
) -> None:
    citation = Citation.of(read_book({**PUBLIC, **change}), CHAPTER, edition, built=DAY)
    assert (citation.url, citation.page_url) == (url, page_url)


def test_an_identifier_stands_for_nothing_else() -> None:
    book = Citation.of(read_book(PUBLIC), None, DEFAULT, built=DAY)
    assert book.doi == "10.5555/book_1"
    assert book.of_chapter(CHAPTER).doi == "10.5555/plain"
    assert book.of_chapter(CHAPTER.model_copy(update={"doi": None})).doi is None
    reserved = read_book({**PUBLIC, "chapter_doi": "10.5555/book_1.{slug}"})
    unnamed = Citation.of(reserved, CHAPTER.model_copy(update={"doi": None}), DEFAULT, built=DAY)
    assert unnamed.doi == "10.5555/book_1.plain"
    assert unnamed.note.startswith("DOI of the book 10.5555/book_1. Rebuilt")
    paper = Citation.of(book.book, None, PAPER, built=DAY)
    assert paper.doi is paper.of_chapter(CHAPTER).doi is None


def test_dates_follow_publication_edition_and_build() -> None:
    published = read_book({**FACTS, "date": "2026-01-02"})
    paper = PAPER.model_copy(update={"date": dt.date(2026, 3, 4)})
    assert Citation.of(published, CHAPTER, DEFAULT, built=DAY).date == dt.date(2026, 1, 2)
    assert Citation.of(published, CHAPTER, paper, built=DAY).date == dt.date(2026, 3, 4)
    assert Citation.of(read_book(FACTS), CHAPTER, None, built=DAY).date == DAY


def test_keys_differ_between_chapters_and_editions(citations: list[Citation]) -> None:
    local = [item for item in citations if not item.book.base_url and item.edition]
    assert len({item.key for item in local}) == len(local)
    assert all(item.key.replace("-", "").isascii() for item in local)


def test_and_others_is_no_author_of_a_cited_work() -> None:
    source = "@misc{raji2022, author = {Raji, Inioluwa and others}, title = {Audits}}"
    entry = parse_string(source, "bibtex").entries["raji2022"]
    assert [author.full for author in work_of(entry).authors] == ["Inioluwa Raji"]


@pytest.mark.parametrize(
    ("settings", "language"),
    [
        ("", None),
        ("sphinx: {config: {language: de}}", "de"),
        ("sphinx: {config: {language: pt_BR}}", "pt-BR"),
        ("sphinx: {config: {language: null}}", None),
        ("sphinx:", None),
    ],
)
def test_a_book_whose_publication_settings_name_no_language_has_that_of_its_pages(
    settings: str, language: str | None, tmp_path: Path
) -> None:
    (tmp_path / "_config.yml").write_text(f"title: Winds\n{settings}\n")
    assert load_book(tmp_path).language == language
    publication = tmp_path / "book/publication.yml"
    publication.parent.mkdir()
    facts = "title: Winds\nauthors: [{name: A}]\nversion: '1'\n"
    publication.write_text(facts)
    assert load_book(tmp_path).language == language
    publication.write_text(f"{facts}language: fr\n")
    assert load_book(tmp_path).language == "fr"


@pytest.mark.parametrize(
    ("language", "attributes"), [("de", 'lang="de"'), ("ar", 'lang="ar" dir="rtl"')]
)
def test_a_page_of_one_figure_has_the_language_of_the_book(language: str, attributes: str) -> None:
    book = Book.model_validate({**FACTS, "language": language})
    assert f"<html {attributes}>" in fill("alone.html", book=book, asset=str)
