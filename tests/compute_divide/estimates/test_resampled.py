"""Trends and ratios: known answers, the same when repeated, and laws of the bootstrap."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compute_divide.estimates.statistics.numbers import COMPUTE
from compute_divide.estimates.statistics.ratios import geometric_mean_ratio
from compute_divide.estimates.statistics.resampling import (
    clusters,
    draw_weights,
    median,
)
from compute_divide.estimates.statistics.trends import growth, weighted_slopes


@pytest.fixture
def noisy():
    """Sixty models over twelve years, growing fourfold a year with noise, two to a paper."""
    rng = np.random.default_rng(7)
    days = np.sort(rng.integers(0, 12 * 365, 60))
    published = pd.Timestamp("2010-01-01") + pd.to_timedelta(days, unit="D")
    compute = 10 ** (15 + np.log10(4) * days / 365.25 + rng.normal(0, 0.8, 60))
    teams = rng.choice(["academia-only", "industry-only"], 60)
    links = [f"https://example.org/{place // 2}" for place in range(60)]
    frame = pd.DataFrame(
        {"published": published, COMPUTE: compute, "team_type": teams, "link": links}
    )
    return frame.assign(year=frame["published"].dt.year)


def test_a_distance_widens_when_one_side_grows_faster_and_not_against_itself(noisy):
    years = (noisy["published"] - noisy["published"].min()).dt.days / 365.25
    slower = noisy.assign(**{COMPUTE: noisy[COMPUTE] / 1.5**years})
    ratio = growth(noisy, "x", over=slower)
    found = ratio.factor
    same = growth(noisy, "x", over=noisy).factor
    back = growth(slower, "x", over=noisy).factor
    assert found.value == pytest.approx(1.5, rel=0.01)
    assert found.low < 1.5 < found.high
    assert same.low < same.value == 1 < same.high, "the two sides are drawn independently"
    assert back.value == pytest.approx(1 / found.value)
    assert ratio.at(2015.0) == pytest.approx(
        growth(noisy, "x").at(2015.0) / growth(slower, "x").at(2015.0)
    )
    assert found.value == pytest.approx(2 ** (12 / ratio.doubling.value))
    assert growth(noisy, "x", over=noisy.head(3)).factor.low is None
    assert growth(noisy, "x", over=noisy.head(1)).factor.value is None


def test_the_interval_of_the_trend_holds_the_estimate_and_the_truth(noisy):
    trend = growth(noisy, "compute")
    assert trend.doubling.low < trend.doubling.value < trend.doubling.high
    assert trend.factor.low < 4 < trend.factor.high
    assert trend.factor.value == pytest.approx(2 ** (12 / trend.doubling.value))
    first, later = trend.at([2015.0, 2015.0 + trend.doubling.value / 12])
    assert later == pytest.approx(2 * first)


def test_estimates_are_identical_when_repeated_and_the_order_of_rows_moves_none(noisy):
    assert growth(noisy, "x") == growth(noisy, "x")
    assert geometric_mean_ratio(noisy, "x") == geometric_mean_ratio(noisy, "x")
    other = noisy.sample(frac=1, random_state=3)
    assert growth(other, "x").doubling.value == pytest.approx(growth(noisy, "x").doubling.value)
    assert geometric_mean_ratio(other, "x").value == pytest.approx(
        geometric_mean_ratio(noisy, "x").value
    )


def test_models_of_one_paper_are_drawn_together(noisy):
    weights = draw_weights(clusters(noisy))
    assert (weights[:, ::2] == weights[:, 1::2]).all()
    assert (weights.sum(axis=1) == len(noisy)).all()
    same = pd.concat([noisy] * 4, ignore_index=True)
    together, alone = growth(same, "x").doubling, growth(same.assign(link=None), "x").doubling
    assert together.high - together.low > 1.5 * (alone.high - alone.low)


def test_too_few_models_have_no_trend_and_too_few_papers_no_interval(noisy):
    assert growth(noisy.head(2), "x").doubling.value is None
    few = growth(noisy.head(6), "x").doubling
    assert few.value is not None
    assert (few.low, few.high) == (None, None)


def test_a_trend_that_may_not_grow_has_no_upper_doubling_time():
    dates = pd.date_range("2010-01-01", periods=40, freq="90D")
    compute = 10 ** (15 + np.random.default_rng(1).normal(0, 2, 40) + np.linspace(0, 0.5, 40))
    trend = growth(pd.DataFrame({"published": dates, COMPUTE: compute, "link": None}), "x")
    assert trend.factor.low < 1
    assert trend.doubling.high is None


def test_fits_with_weights_are_those_of_statsmodels():
    from statsmodels.regression.linear_model import WLS

    rng = np.random.default_rng(5)
    x, y, weights = (
        rng.normal(size=30),
        rng.normal(size=30),
        rng.integers(0, 3, (8, 30)).astype(float),
    )
    design = np.column_stack([np.ones_like(x), x])
    expected = [WLS(y, design, weights=row).fit().params[1] for row in weights]
    assert weighted_slopes(x, y, weights) == pytest.approx(expected)


@settings(max_examples=30)
@given(st.lists(st.floats(1, 1e6), min_size=5, max_size=12))
def test_the_interval_of_a_median_is_that_of_samples_drawn_one_by_one(numbers):
    drawn = draw_weights(np.arange(len(numbers))).astype(int)
    medians = [np.median(np.repeat(numbers, weights)) for weights in drawn]
    found = median(pd.DataFrame({"x": numbers, "link": None}), "x", "x", unit="count")
    assert found.value == np.median(numbers)
    assert (found.low, found.high) == pytest.approx(tuple(np.percentile(medians, [2.5, 97.5])))


@settings(max_examples=30)
@given(st.floats(1e-6, 1e6))
def test_a_common_factor_moves_the_ratio_by_itself(factor):
    compute = np.random.default_rng(2).lognormal(size=16)
    rows = pd.DataFrame(
        {"team_type": ["industry-only"] * 8 + ["academia-only"] * 8, COMPUTE: compute, "link": None}
    )
    scaled = rows.assign(
        **{
            COMPUTE: rows[COMPUTE].where(
                rows["team_type"] == "academia-only", rows[COMPUTE] * factor
            )
        }
    )
    before, after = geometric_mean_ratio(rows, "x"), geometric_mean_ratio(scaled, "x")
    assert (after.value, after.low) == pytest.approx((before.value * factor, before.low * factor))


def test_the_ratio_turned_round_is_its_inverse_and_a_side_without_models_has_none(noisy):
    turned = noisy.replace({"academia-only": "industry-only", "industry-only": "academia-only"})
    assert geometric_mean_ratio(noisy, "x").value * geometric_mean_ratio(
        turned, "x"
    ).value == pytest.approx(1)
    rows = noisy[noisy["team_type"] == "industry-only"]
    ratio = geometric_mean_ratio(rows, "x")
    assert (ratio.value, ratio.low, ratio.n) == (None, None, len(rows))
