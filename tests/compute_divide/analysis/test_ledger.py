"""The ledger holds each statistic of the literature against the record of its day, and tests nothing without data."""

import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.analysis.claims import ledger as book
from compute_divide.evidence.claims import load_ledger, load_related
from compute_divide.evidence.models.table import load_models
from compute_divide.evidence.store.files import vintages

CHAPTER = Path(__file__).parents[3] / "notebooks" / "ledger.md"


@pytest.fixture(scope="module")
def ledger():
    return book.Ledger(load_ledger(), {name: load_models(name) for name in vintages()}, "2026-08")


@given(
    st.dates(min_value=pd.Timestamp(2020, 1, 1).date(), max_value=pd.Timestamp(2027, 1, 1).date())
)
def test_no_vintage_is_nearer_than_the_nearest(day):
    at, known = pd.Period(day, "M"), vintages()
    found = abs((pd.Period(book.nearest(str(at), known), "M") - at).n)
    assert found == min(abs((pd.Period(name, "M") - at).n) for name in known)
    assert book.nearest("2025-04", ["2025-06", "2025-02"]) == "2025-02", (
        "of two as near the earlier"
    )


def test_the_ai_index_stood_on_the_data_of_its_day(ledger):
    checks = {check.claim: check for check in book.check_models(ledger, 10)}
    counted = {
        entry: (check.then.k, check.then.n)
        for entry, check in checks.items()
        if entry.startswith("ai-index")
    }
    assert counted["ai-index-2022-academia-share"] == (3, 35)
    assert counted["ai-index-2024-industry"] == (49, 55)
    assert counted["ai-index-2024-academia"] == (0, 55)
    assert checks["ai-index-2024-academia"].verdict == "revised"
    assert checks["ahmed-biggest-2010"].verdict == "cannot be tested", "five models make no share"


def test_shares_that_stand_for_counts_are_those_counts():
    found = load_related()
    counts = {
        team: found[f"ai-index-2023-{team}"].value
        for team in ("industry", "academia", "collaboration")
    }
    everything = sum(counts.values()) + found["ai-index-2023-government"].value
    assert found["ai-index-2023-industry-share"].value == pytest.approx(
        counts["industry"] / everything, abs=5e-4
    )
    three, more = found["ai-index-2022-academia"].value, found["ai-index-2022-industry"].value
    assert found["ai-index-2022-academia-share"].value == pytest.approx(
        three / (three + more), abs=5e-4
    )


def test_without_data_nothing_is_tested(ledger):
    empty = {name: table.iloc[:0] for name, table in ledger.tables.items()}
    without = book.Ledger(ledger.entries, empty, "2026-08")
    checks = book.check_models(without, 10) + book.check_growth(without)
    assert {check.verdict for check in checks} == {"cannot be tested"}


def test_conferences_are_the_unit_of_a_share_of_papers():
    teams = ["academia-only", "industry-only"]
    papers = pd.DataFrame({"venue": [*"aabbcc"], "year": 2020, "team_type": teams * 3})
    alike = book.across_venues(papers, 2020)
    assert (alike.value, alike.low, alike.high, alike.n) == (0.5, 0.5, 0.5, 3)
    assert book.across_venues(papers[papers["venue"] != "a"], 2020).value is None


def test_every_entry_has_its_paragraph_and_says_who_tells_it():
    entries, text = load_ledger(), CHAPTER.read_text("utf-8")
    assert set(re.findall(r"^\(([\w-]+)\)=$", text, re.MULTILINE)) == set(entries)
    for _, entry in entries.values():
        assert bool(entry.told_by) == (entry.seen == "third parties")
    assert len({entry.name for _, entry in entries.values()}) == len(entries), (
        "charts and tables tell them apart by name"
    )
