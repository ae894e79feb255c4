"""The record: what is refused, and what follows from the settings for identity and address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookpress.citation.identifiers import check_isbn, check_issn, check_orcid
from bookpress.citation.record import Author, Chapter, Citation, CitationError, Edition
from bookpress.citation.settings import load_book, load_edition, read_book, read_chapter

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": 0.1}, "version: 0.1 is a number here; put it in quotes"),
        ({"title": ""}, "title: is empty"),
        ({"authors": []}, "authors: is empty"),
        ({"authors": [{"name": "A", "family": "B"}]}, "authors.0: an author has either `name`"),
        ({"authors": [{"given": "A"}]}, "authors.0: an author has either `name`"),
        ({"authors": [{"family": "A", "suffix": "Jr."}]}, "but no given name"),
        ({"authors": [{"family": "A", "orcid": "0000-0002-1825-0096"}]}, "its last digit should be 7"),
        ({"authors": [{"family": "A", "orcid": "https://orcid.org/0000-0002-1825-0097"}]}, "four groups of four"),
        ({"doi": "https://doi.org/10.5555/x"}, "the bare name such as"),
        ({"doi": "doi:10.5555/x"}, "is not a DOI"),
        ({"isbn": "978-3-16-148410-1"}, "its last digit should be 0"),
        ({"issn": "2049-3631"}, "its last digit should be 0"),
        ({"date": "2026-13-01"}, "'2026-13-01' is not a day"),
        ({"date": 2026}, "2026 is not a day"),
        ({"language": "English"}, "'English' is not a language"),
        ({"base_url": "example.org"}, "begins with https://"),
        ({"base_url": "https://example.org/?a=b"}, "has a query"),
        ({"edition_url": "https://example.org/e/"}, "names no edition"),
        ({"licence_url": "CC-BY"}, "is not an address"),
        ({"licens": "CC-BY"}, "licens: there is no such setting"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(settings: dict[str, Any], change: dict[str, Any], said: str) -> None:
    with pytest.raises(CitationError, match=r"^book/publication.yml is not right:\n") as caught:
        read_book({**settings, **change})
    assert said in str(caught.value)


def test_every_wrong_setting_is_named_at_once(settings: dict[str, Any]) -> None:
    with pytest.raises(CitationError) as caught:
        read_book({**settings, "doi": "x", "isbn": "y", "version": 1})
    assert [line.split(":")[0].strip() for line in str(caught.value).splitlines()[1:]] == ["version", "doi", "isbn"]


def test_a_missing_setting_is_named(settings: dict[str, Any]) -> None:
    del settings["title"]
    with pytest.raises(CitationError, match="title: is needed"):
        read_book(settings)


@pytest.mark.parametrize(("text", "said"), [(None, "cannot be read"), ("a: [", "is not YAML")])
def test_unreadable_settings_are_named(tmp_path: Path, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / "book").mkdir()
        (tmp_path / "book" / "publication.yml").write_text(text)
    with pytest.raises(CitationError, match=said):
        load_book(tmp_path)


def test_the_settings_of_this_book_are_right() -> None:
    book = load_book(ROOT)
    assert book.authors[0].name
    assert book.date is None


def test_empty_settings_are_as_good_as_none(settings: dict[str, Any]) -> None:
    empty = dict.fromkeys(("subtitle", "date", "publisher", "base_url", "edition_url", "doi", "isbn", "issn"), "")
    without = {name: value for name, value in settings.items() if name not in empty}
    assert read_book({**settings, **empty}) == read_book(without)


def test_an_edition_without_a_record_is_none(tmp_path: Path) -> None:
    assert load_edition(tmp_path) is None


@pytest.mark.parametrize(("text", "said"), [("{", "is not JSON"), ('{"id": "abcdef123456"}', "is_default: is needed")])
def test_a_damaged_record_of_an_edition_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "edition.json").write_text(text)
    with pytest.raises(CitationError, match=said):
        load_edition(tmp_path)


def test_a_wrong_fact_in_front_matter_names_the_chapter() -> None:
    with pytest.raises(CitationError, match=r"front matter of the chapter 'intro' is not right:\n  doi: '11/x'"):
        read_chapter("intro", "Introduction", "intro.html", 1, {"doi": "11/x"})


@given(st.text(alphabet="0123456789", min_size=15, max_size=15))
def test_one_check_digit_fits_an_orcid(digits: str) -> None:
    fits = [check for check in "0123456789X" if _accepts(check_orcid, _grouped(digits + check))]
    assert len(fits) == 1


@given(st.text(alphabet="0123456789", min_size=9, max_size=9), st.integers(0, 9), st.integers(0, 11))
def test_a_changed_digit_is_no_isbn(digits: str, other: int, place: int) -> None:
    base = "978" + digits
    good = next(base + check for check in "0123456789" if _accepts(check_isbn, base + check))
    changed = good[:place] + str(other) + good[place + 1 :]
    assert _accepts(check_isbn, changed) == (changed == good)


@given(st.text(alphabet="0123456789", min_size=7, max_size=7))
def test_one_check_digit_fits_an_issn(digits: str) -> None:
    text = f"{digits[:4]}-{digits[4:]}"
    assert sum(_accepts(check_issn, text + check) for check in "0123456789X") == 1


def _accepts(check: Callable[[str], str], text: str) -> bool:
    try:
        return check(text) == text
    except ValueError:
        return False


def _grouped(text: str) -> str:
    return "-".join(text[place : place + 4] for place in range(0, 16, 4))


def test_names_are_composed_and_single_spaced() -> None:
    assert Author(family="Nu\u0301n\u0303ez  y\nAlvarez").family == "Núñez y Alvarez"


CHAPTER = Chapter(slug="plain", title="Plain", page="notebooks/plain.html", position=1, doi="10.5555/plain")
DEFAULT = Edition(id="7f3e1a2b9c0d", name="default", is_default=True)
PAPER = Edition(id="0123456789ab", name="paper", is_default=False)
DAY = dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("edition", "change", "url", "page_url"),
    [
        (DEFAULT, {}, "https://example.org/book/editions/7f3e1a2b9c0d/notebooks/plain.html", "https://example.org/book/notebooks/plain.html"),
        (DEFAULT, {"edition_url": ""}, "https://example.org/book/notebooks/plain.html", "https://example.org/book/notebooks/plain.html"),
        (PAPER, {}, "https://example.org/book/editions/0123456789ab/notebooks/plain.html", "https://example.org/book/editions/0123456789ab/notebooks/plain.html"),
        (PAPER, {"published_editions": ["default"]}, None, None),
        (PAPER, {"edition_url": ""}, None, None),
        (DEFAULT, {"base_url": "", "edition_url": ""}, "https://doi.org/10.5555/book_1", None),
        (PAPER, {"base_url": "", "edition_url": ""}, None, None),
    ],
)  # fmt: skip
def test_an_edition_is_cited_at_its_own_address_or_none(
    public_settings: dict[str, Any], edition: Edition, change: dict[str, Any], url: str | None, page_url: str | None
) -> None:
    citation = Citation.of(read_book({**public_settings, **change}), CHAPTER, edition, built=DAY)
    assert (citation.url, citation.page_url) == (url, page_url)


def test_no_identifier_of_the_published_book_stands_for_another_edition(public_settings: dict[str, Any]) -> None:
    book = read_book(public_settings)
    assert Citation.of(book, CHAPTER, DEFAULT, built=DAY).doi == "10.5555/plain"
    assert Citation.of(book, None, DEFAULT, built=DAY).doi == "10.5555/book_1"
    assert Citation.of(book, CHAPTER, PAPER, built=DAY).doi is None
    assert Citation.of(book, None, PAPER, built=DAY).doi is None


def test_the_books_identifier_is_not_a_chapters(public_settings: dict[str, Any]) -> None:
    chapter = CHAPTER.model_copy(update={"doi": None})
    assert Citation.of(read_book(public_settings), chapter, DEFAULT, built=DAY).doi is None


def test_dates_follow_publication_edition_and_build(settings: dict[str, Any]) -> None:
    published = read_book({**settings, "date": "2026-01-02"})
    paper = PAPER.model_copy(update={"date": dt.date(2026, 3, 4)})
    assert Citation.of(published, CHAPTER, DEFAULT, built=DAY).date == dt.date(2026, 1, 2)
    assert Citation.of(published, CHAPTER, paper, built=DAY).date == dt.date(2026, 3, 4)
    assert Citation.of(read_book(settings), CHAPTER, None, built=DAY).date == DAY


def test_keys_differ_between_chapters_and_editions(citations: list[Citation]) -> None:
    local = [item for item in citations if not item.book.base_url and item.edition]
    assert len({item.key for item in local}) == len(local)
    assert all(item.key.replace("-", "").isascii() for item in local)


@pytest.mark.parametrize(
    ("edition", "command"),
    [
        (DEFAULT, "compute-divide build"),
        (PAPER, "compute-divide build paper"),
        (PAPER.model_copy(update={"command": "make it"}), "make it"),
        (
            Edition.model_validate(
                {"id": "0123456789ab", "name": "0123456789ab", "is_default": False,
                 "differs": [{"chapter": "a", "name": "years", "value": [1, 2], "default": []},
                             {"chapter": "a", "name": "note", "value": "it's", "default": ""}]}
            ),
            "compute-divide build -p 'a.years=[1, 2]' -p 'a.note=it'\"'\"'s'",
        ),
    ],
)  # fmt: skip
def test_the_command_that_rebuilds_an_edition(edition: Edition, command: str) -> None:
    assert edition.rebuild == command
