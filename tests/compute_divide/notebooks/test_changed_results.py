"""The table of results that audited records change is what the chapters give today."""

import pytest
from notebooks.conftest import CHAPTERS

import compute_divide as cd
from holdtrue import number_formats

COUNTING = [
    slug for slug, one in CHAPTERS.items() if any(p.name == "records" for p in one.parameters)
]
QUICK = ("introduction", "large-scale-models", "diffusion", "causes")
SLOW = [slug for slug in COUNTING if slug not in QUICK]


def both(run_chapter, slug):
    """Return what a chapter gives with audited records and as listed, where that differs."""
    audited = run_chapter(slug).results
    listed = run_chapter(slug, records="as-listed").results
    differing = {}
    for name in [*audited, *[one for one in listed if one not in audited]]:
        sides = (listed.get(name), audited.get(name))
        written = tuple(number_formats.full(side) if side else "none" for side in sides)
        if written[0] != written[1]:
            differing[name] = written
    return differing


@pytest.mark.heavy
@pytest.mark.parametrize(
    "slug", [*QUICK, *(pytest.param(one, marks=pytest.mark.long) for one in SLOW)]
)
def test_the_table_has_each_result_that_audited_records_change_with_both_values(run_chapter, slug):
    changed = cd.data.changed_results()
    rows = changed[changed["chapter"] == slug].set_index("result")
    told = dict(zip(rows.index, zip(rows["listed"], rows["audited"], strict=True), strict=True))
    assert told == both(run_chapter, slug)


def test_the_table_names_no_chapter_that_counts_no_records():
    assert set(cd.data.changed_results()["chapter"]) <= set(COUNTING)
