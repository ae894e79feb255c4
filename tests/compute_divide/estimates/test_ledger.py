"""The ledger holds each statistic of the literature against the record of its day, and tests nothing without data."""

import re
from pathlib import Path

import pytest

from compute_divide.sources.claims import load_ledger, load_related_figures

CHAPTER = Path(__file__).parents[3] / "notebooks" / "ledger.md"


def test_shares_that_stand_for_counts_are_those_counts():
    found = load_related_figures()
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


def test_every_entry_has_its_paragraph_and_says_who_tells_it():
    entries, text = load_ledger(), CHAPTER.read_text("utf-8")
    places = re.findall(r"^\(([\w-]+)\)=$", text, re.MULTILINE)
    assert len(set(places)) == len(places)
    assert set(entries) < set(places)
    for figure in entries.values():
        assert bool(figure.entry.told_by) == (figure.entry.seen == "third parties")
    assert len({figure.entry.name for figure in entries.values()}) == len(entries), (
        "charts and tables tell them apart by name"
    )
