"""What outsiders are shown: a script read as data, closed sets, totals that must add up, ranks without counts."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.sources.claims import (
    Preset,
    load_compute_costs,
    load_presets,
)
from compute_divide.sources.outside.evaluations import load_evaluations, load_evaluators
from compute_divide.sources.store.files import EvidenceError
from compute_divide.sources.store.tables import read_table
from compute_divide_evidence.outside import evaluations
from compute_divide_evidence.papers import citations

SCRIPT = """
/* evaluator: "Name" */
export const labsData = {
  openai: { // a "quoted" remark
    name: "OpenAI",
    models: {
      "o1, \\"new\\"": {
        systemCard: "https://example.org/a:b,}", // not a comment: "x"
        biorisk: [ { evaluator: "METR", recurring: true, source: "https://example.org/#page=1" }, ],
        misc: [
        ],
      },
    },
  },
};
export const other = {};
"""


def test_the_objects_of_a_script_are_read_with_texts_as_they_are():
    found = evaluations._javascript_object(SCRIPT, "labsData")
    (model, card), *_ = found["openai"]["models"].items()
    assert model == 'o1, "new"'
    assert card["systemCard"] == "https://example.org/a:b,}"
    assert card["biorisk"][0]["recurring"] is True
    assert card["misc"] == []


def test_a_script_without_the_object_says_so():
    with pytest.raises(EvidenceError, match="exports no 'labs'"):
        evaluations._javascript_object(SCRIPT, "labs")


def test_every_evaluator_is_classed_once_with_a_reason_and_used():
    known = load_evaluators()
    assert not known["evaluator"].duplicated().any()
    assert set(load_evaluations()["evaluator"]) == set(known["name"])
    kinds = known.groupby("name")["kind"].nunique()
    assert kinds.max() == 1


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30))
def test_ranks_keep_the_order_and_their_mean_is_one_half(numbers):
    cited = pd.DataFrame({"venue": "v", "year": 2015, "citations": numbers})
    ranked, aside = citations.rank_papers(cited)
    assert len(ranked) + sum(map(len, aside.values())) == len(cited)
    if len(ranked):
        assert ranked["rank"].mean() == pytest.approx(0.5)
        assert (ranked["citations"].rank() == ranked["rank"].rank()).all()


def test_no_rank_where_too_few_citations_are_known_or_half_are_none():
    sparse = pd.DataFrame({"venue": "v", "year": 2015, "citations": [1, 2, 3, None]})
    tied = pd.DataFrame({"venue": "w", "year": 2015, "citations": [0, 0, 0, 5]})
    ranked, aside = citations.rank_papers(pd.concat([sparse, tied], ignore_index=True))
    assert len(ranked) == 0
    assert [len(rows) for rows in aside.values()] == [4, 4, 0]


def test_costs_and_presets_name_works_that_are_cited(request):
    works = (request.config.rootpath / "book" / "references.bib").read_text(encoding="utf-8")
    cited = [one for one in load_presets().values() if one.seen != "round number"]
    for one in [*load_compute_costs().values(), *cited]:
        assert f"{{{one.cite}," in works, one.name
    assert all(one.low <= one.high for one in load_compute_costs().values())


@pytest.mark.parametrize(
    "wrong", [{}, {"budget": 1, "chips": 8}, {"gpu_hours": 100}, {"budget": -1}]
)
def test_a_preset_has_one_amount_and_months_for_chips(wrong):
    with pytest.raises(ValueError, match=r"has a budget, or GPU-hours|greater than 0"):
        Preset(name="x", told="x", seen="round number", **wrong)


def test_the_ranks_hold_no_number_of_a_paper():
    table = read_table("papers/citation_ranks.parquet")
    assert list(table.columns) == ["key", "venue", "year", "rank"]
    assert len(table) == 35_808
