"""What is known across pages, and when a page is out of date."""

from __future__ import annotations

import pytest

from bookpress.book.results import Result
from bookpress.page.base.roles import value_text
from bookpress.page.base.store import QUOTES, Page, Quoted, Store, UnknownNameError


@pytest.fixture
def store() -> Store:
    made = Store()
    page = made.page("notebooks/models")
    page.is_chapter = True
    page.results = {"share": Result(value=0.5, low=0.4, high=0.6, k=1, n=2, unit="share")}
    page.parameter_rows = [{"name": "vintage", "value": "2026-08"}]
    made.quoted["claim:x"] = Quoted("says x", 0.65, "share", "read in the paper itself")
    made.page("index").uses = {"models", QUOTES}
    return made


def test_values_of_every_kind(store: Store) -> None:
    assert store.value("models:share") == 0.5
    assert store.value("models:share.high") == 0.6
    assert store.value("models:param.vintage") == "2026-08"
    assert store.value("claim:x") == 0.65


def test_a_period_is_two_parameters_or_two_results(store: Store) -> None:
    page = store.pages["notebooks/models"]
    page.parameter_rows += [{"name": "early_first", "value": 2010}, {"name": "early_last", "value": 2014}]
    years = {"era_first": Result(value=2021.0, unit="year"), "era_last": Result(value=None, unit="year")}
    page.results = {**page.results, **years}
    assert store.years("models:early") == (2010, 2014)
    assert store.years("models:era") == (2021, None)
    assert value_text("years", "models:early", "dash", store)[0] == "2010–2014"
    with pytest.raises(UnknownNameError, match="no result 'late_first'"):
        store.years("models:late")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("model:share", "no chapter 'model'; did you mean 'models'"),
        ("models:shares", "records no result 'shares'; did you mean 'share'"),
        ("models:share.middle", "no part 'middle'"),
        ("models:param.vintge", "no parameter 'vintge'; did you mean 'vintage'"),
        ("claim:y", "no claim 'y'; there are x"),
    ],
)
def test_an_unknown_name_is_an_error_that_helps(store: Store, name: str, message: str) -> None:
    with pytest.raises(UnknownNameError, match=message):
        store.value(name)


def test_a_page_is_stale_once_when_a_value_that_it_uses_changes(store: Store) -> None:
    assert list(store.stale()) == ["index"]
    assert list(store.stale()) == []
    store.pages["notebooks/models"].results = {"share": Result(value=0.7)}
    assert list(store.stale()) == ["index"]
    store.quoted["claim:x"] = Quoted("says x", 0.66, "share", "read in the paper itself")
    assert list(store.stale()) == ["index"]
    store.pages["notebooks/models"].parameter_rows = [{"name": "vintage", "value": "2023-03"}]
    assert list(store.stale()) == ["index"]


def test_a_chapter_that_nobody_uses_makes_no_page_stale(store: Store) -> None:
    list(store.stale())
    other = store.page("notebooks/other")
    other.is_chapter, other.results = True, {"other": Result(value=1.0)}
    assert list(store.stale()) == []


def test_reading_time() -> None:
    assert Page("a", words=10).minutes == 1
    assert Page("a", words=2200).minutes == 10
