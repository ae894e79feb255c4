"""Definitions of large-scale and the running record: laws, and small cases worked by hand."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.choices.models import DEFINITIONS
from compute_divide.estimates.models.definitions import is_large_scale, large_scale
from compute_divide.estimates.statistics.numbers import COMPUTE
from compute_divide.estimates.statistics.trends import near_record, record_holders, running_record
from compute_divide.sources.models.table import load_models

criteria = st.sampled_from(
    [None, "highly cited", "training cost", "training cost|SOTA improvement", "significant use"]
)
model = st.tuples(
    st.dates(pd.Timestamp("2010-01-01").date(), pd.Timestamp("2014-12-31").date()) | st.none(),
    st.none() | st.floats(12, 26).map(lambda power: 10**power),
    st.none() | st.floats(1e3, 1e12),
    criteria,
)


def table(rows):
    """Make a table of models from tuples of date, compute, parameters and criteria."""
    frame = pd.DataFrame(rows, columns=["published", COMPUTE, "parameters", "notability"])
    frame["published"] = pd.to_datetime(frame["published"])
    frame["year"] = frame["published"].dt.year.astype("Int64")
    frame["notability"] = frame["notability"].astype("str")
    return frame.astype({COMPUTE: float, "parameters": float})


models = st.lists(model, max_size=40).map(table)


@given(models, st.sampled_from(list(DEFINITIONS)))
def test_every_definition_picks_a_subset_and_is_known_for_every_row(frame, definition):
    chosen = is_large_scale(frame, definition)
    assert chosen.dtype == bool
    assert chosen.index.equals(frame.index)
    assert large_scale(frame, "all").shape == frame.shape
    with pytest.raises(
        ValueError,
        match="'large' is not a definition of large-scale; allowed: all, notability-filter",
    ):
        large_scale(frame, "large")


@given(models)
def test_definitions_nest(frame):
    chosen = {name: is_large_scale(frame, name) for name in DEFINITIONS}
    both = chosen["notability-filter"] & chosen["compute-known"]
    assert (chosen["notability-filter-compute-known"] == both).all()
    assert (chosen["compute-known"] <= chosen["compute-or-parameters-known"]).all()
    assert (chosen["top-k-per-year"] <= chosen["compute-known"]).all()
    assert (chosen["near-record"] <= chosen["compute-known"]).all()


@given(models, st.integers(1, 10))
def test_a_larger_k_keeps_what_a_smaller_one_had(frame, k):
    smaller, larger = (is_large_scale(frame, "top-k-per-year", top_k=size) for size in (k, k + 1))
    assert (smaller <= larger).all()
    assert frame[smaller].groupby("year").size().le(k).all()


@given(models, st.floats(0, 12), st.floats(0, 3))
def test_a_wider_window_keeps_what_a_narrower_one_had(frame, window, more):
    assert (near_record(frame, window) <= near_record(frame, window + more)).all()


@given(models)
def test_the_record_never_falls_and_its_holders_are_within_any_window(frame):
    record = running_record(frame)
    dated = frame.assign(record=record).dropna(subset=["record"]).sort_values("published")
    assert dated["record"].is_monotonic_increasing
    assert (record.dropna() >= frame.loc[record.dropna().index, COMPUTE].fillna(0)).all()
    assert near_record(frame, 0).loc[record_holders(frame).index].all()


def test_a_model_counts_for_the_record_of_its_own_day():
    frame = table(
        [
            ("2012-05-01", 1e18, None, None),
            ("2012-05-01", 1e20, None, None),
            ("2012-04-01", 1e19, None, None),
        ]
    )
    assert running_record(frame).tolist() == [1e20, 1e20, 1e19]
    assert near_record(frame, 2).tolist() == [True, True, True]
    assert near_record(frame, 1.99).tolist() == [False, True, True]

    undated = table(
        [
            ("2012-05-01", 1e18, None, None),
            (None, 1e18, None, None),
            ("2012-06-01", None, None, None),
        ]
    )
    assert near_record(undated, 30).tolist() == [True, False, False]


def test_ties_at_the_edge_of_the_top_k_go_to_the_first_row():
    frame = table([("2012-05-01", 1e18, None, None), ("2012-06-01", 1e18, None, None)])
    assert is_large_scale(frame, "top-k-per-year", top_k=1).tolist() == [True, False]


def test_the_filter_reads_criteria_whatever_their_case():
    frame = table(
        [
            ("2012-05-01", None, None, "Historical Significance"),
            ("2012-05-01", None, None, "highly cited paper"),
        ]
    )
    assert is_large_scale(frame, "notability-filter").tolist() == [True, False]
    assert len(large_scale(load_models("2023-03"), "notability-filter")) == 353
