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
    page.results = {
        "share": Result(value=0.5, low=0.4, high=0.6, k=1, n=2, unit="share"),
        "era_first": Result(value=2021.0, unit="year"),
        "era_last": Result(value=None, unit="year"),
    }
    values = {"vintage": "2026-08", "early_first": 2010, "early_last": 2014}
    page.parameter_rows = [{"name": name, "value": value} for name, value in values.items()]
    made.quoted["claim:x"] = Quoted("says x", 0.65, "share", "read in the paper itself")
    made.page("index").uses = {"models", QUOTES}
    return made


def test_values_of_every_kind(store: Store) -> None:
    names = ("models:share", "models:share.high", "models:param.vintage", "claim:x")
    assert [store.value(name) for name in names] == [0.5, 0.6, "2026-08", 0.65]
    assert (store.years("models:early"), store.years("models:era")) == ((2010, 2014), (2021, None))
    assert value_text("years", "models:early", "dash", store)[0] == "2010–2014"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("model:share", "no chapter 'model'; did you mean models"),
        ("models:shares", "records no result 'shares'; did you mean share"),
        ("models:share.middle", "no part 'middle'"),
        ("models:param.vintge", "no parameter 'vintge'; did you mean vintage"),
        ("claim:y", "no claim 'y'; there are: x"),
    ],
)
def test_an_unknown_name_is_an_error_that_helps(store: Store, name: str, message: str) -> None:
    with pytest.raises(UnknownNameError, match=message):
        store.value(name)


def test_a_page_is_stale_once_when_a_value_that_it_uses_changes(store: Store) -> None:
    def stale(menus: str = "") -> list[str]:
        return list(store.stale(menus))

    chapter = store.pages["notebooks/models"]
    assert stale() == list(store.pages)
    assert stale() == []
    chapter.results = {"share": Result(value=0.7)}
    assert stale() == ["index"]
    store.quoted["claim:x"] = Quoted("says x", 0.66, "share", "read in the paper itself")
    assert stale() == ["index"]
    chapter.parameter_rows = [{"name": "vintage", "value": "2023-03"}]
    assert stale() == ["index"]
    other = store.page("notebooks/other")
    other.is_chapter, other.results = True, {"other": Result(value=1.0)}
    assert stale() == ["notebooks/other"]
    assert stale("another title") == list(store.pages)


def test_reading_time() -> None:
    assert (Page("a", words=10).minutes, Page("a", words=2200).minutes) == (1, 10)
