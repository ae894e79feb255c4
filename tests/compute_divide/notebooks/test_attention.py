"""The numbers of attention, outside evaluations, transparency, capability and remedies are those of another program."""

from __future__ import annotations

import os
from pathlib import Path

import independent_attention
import pytest

DATA = Path(__file__).parents[3] / "data"


@pytest.fixture(scope="module")
def apart():
    folder = os.environ.get("COMPUTE_DIVIDE_RAW")
    if not folder:
        pytest.skip("NOT TESTED: set COMPUTE_DIVIDE_RAW to the folder of the raw files")
    return independent_attention.numbers(Path(folder), DATA)


@pytest.mark.raw
@pytest.mark.parametrize("slug", ["attention", "scrutiny", "diffusion", "remedies"])
def test_another_program_finds_the_same(run_chapter, apart, slug):
    results = run_chapter(slug).results
    compared = 0
    for key, found in apart[slug].items():
        if key == "ranked":
            continue
        result, ends = results[key], found if isinstance(found, dict) else {"value": found}
        for end, value in ends.items():
            wanted = getattr(result, end)
            assert value == pytest.approx(wanted, rel=0.011 if key == "scope_over_eight" else 1e-6, abs=1e-9), (
                key,
                end,
            )
            compared += 1
    assert compared >= 5


def test_the_ranks_hold_no_number_of_a_paper(request):
    import pandas as pd

    table = pd.read_parquet(DATA / "papers" / "citation_ranks.parquet")
    assert list(table.columns) == ["key", "venue", "year", "rank"]
    assert len(table) == 35_808
