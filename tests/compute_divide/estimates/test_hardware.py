"""Chips of models and clusters: rules by hand, and the within-year ratio against statsmodels."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_divide.estimates.chips import hardware
from compute_divide.estimates.chips.hardware import PEAK
from compute_divide.estimates.statistics.ratios import geometric_mean_ratio


def chips() -> pd.DataFrame:
    rows = [
        ("P40", None, 0.18e12, 11.8e12, 5699.0, "2016-09-13"),
        ("P100", None, 18.7e12, 9.3e12, None, "2016-04-05"),
        ("V100", 125e12, 31.3e12, 15.7e12, 11500.0, "2017-07-01"),
        ("TPU v3", 123e12, None, None, None, "2018-05-18"),
        ("old", None, None, None, 100.0, "1999-01-01"),
    ]
    columns = ["chip", "tensor_fp16_flop_s", "fp16_flop_s", "fp32_flop_s", "price_usd", "released"]
    return pd.DataFrame(rows, columns=columns).assign(
        aliases=[None, "P100 PCIe|P100 SXM", None, None, None],
        audited_flop_s=np.nan,
        audited_matrix=pd.array([None] * 5, dtype="boolean"),
    )


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("training", {"P40": 11.8e12, "P100": 18.7e12, "V100": 125e12, "TPU v3": 123e12}),
        ("tensor-16", {"V100": 125e12, "TPU v3": 123e12}),
        ("fp32", {"P40": 11.8e12, "P100": 9.3e12, "V100": 15.7e12}),
    ],
)
def test_each_rule_by_hand(rule, expected):
    peaks = hardware.chip_peaks(chips(), rule).to_dict()
    if "P100" in expected:
        expected = expected | dict.fromkeys(["P100 PCIe", "P100 SXM"], expected["P100"])
    assert peaks == expected


@pytest.mark.parametrize(
    ("matrix", "rule", "expected"),
    [
        (True, "training", 47.2e12),
        (True, "tensor-16", 47.2e12),
        (False, "training", 47.2e12),
        (False, "tensor-16", None),
        (True, "fp32", 11.8e12),
    ],
)
def test_the_peak_of_a_data_sheet_comes_before_that_of_the_list(matrix, rule, expected):
    audited = chips()
    audited.loc[0, "audited_flop_s"] = 47.2e12
    audited.loc[0, "audited_matrix"] = matrix
    assert hardware.chip_peaks(audited, rule).get("P40") == expected


def test_several_chips_give_the_geometric_mean_of_the_known():
    models = pd.DataFrame(
        {"training_hardware": ["P40|V100", "V100|unheard of", "unheard of", None]}
    )
    peaks = hardware.with_peaks(models, hardware.chip_peaks(chips()))[PEAK]
    assert peaks[0] == pytest.approx(np.sqrt(11.8e12 * 125e12))
    assert peaks[1] == pytest.approx(125e12)
    assert peaks[2:].isna().all()


@st.composite
def two_teams(draw):
    n = draw(st.integers(6, 40))
    years = draw(st.lists(st.integers(2015, 2019), min_size=n, max_size=n))
    teams = draw(
        st.lists(st.sampled_from(["academia-only", "industry-only"]), min_size=n, max_size=n)
    )
    logs = draw(st.lists(st.floats(10, 16), min_size=n, max_size=n))
    return pd.DataFrame(
        {"year": years, "team_type": teams, PEAK: 10 ** np.array(logs), "link": None}
    )


@given(two_teams())
def test_same_year_ratio_is_the_coefficient_of_a_fit_with_year_constants(rows):
    from statsmodels.formula.api import ols

    both = rows.groupby("year")["team_type"].transform("nunique") == 2
    estimate = geometric_mean_ratio(rows, "x", PEAK, same_year=True)
    assert estimate.n == both.sum()
    if estimate.n == 0:
        assert estimate.value is None
        return
    frame = rows.assign(
        logs=np.log10(rows[PEAK]), industry=(rows["team_type"] == "industry-only").astype(float)
    )
    fit = ols("logs ~ industry + C(year)", frame[both]).fit()
    assert np.log10(estimate.value) == pytest.approx(fit.params["industry"], abs=1e-8)


def test_a_ratio_that_eras_make_vanishes_within_years():
    early = pd.DataFrame(
        {"year": 2012, PEAK: 1e12, "team_type": ["academia-only"] * 8 + ["industry-only"] * 2}
    )
    late = pd.DataFrame(
        {"year": 2022, PEAK: 3e14, "team_type": ["academia-only"] * 2 + ["industry-only"] * 8}
    )
    rows = pd.concat([early, late], ignore_index=True).assign(link=None)
    assert geometric_mean_ratio(rows, "x", PEAK).value > 10
    assert geometric_mean_ratio(rows, "x", PEAK, same_year=True).value == pytest.approx(1)


def found() -> pd.DataFrame:
    rows = [
        ("one", "Existing", "Confirmed", False, 100.0, None),
        ("phase 1", "Existing", "Confirmed", False, 50.0, "phase 2"),
        ("phase 2", "Existing", "Likely", False, 100.0, "phase 3"),
        ("phase 3", "Planned", "Likely", False, 900.0, None),
        ("twin", "Existing", "Confirmed", True, 100.0, None),
        ("rumour", "Existing", "Unlikely", False, 100.0, None),
        ("unsized", "Existing", "Confirmed", False, None, None),
        ("owner not known", "Existing", "Confirmed", False, 300.0, None),
        *[(f"small {i}", "Existing", "Confirmed", False, 50.0, None) for i in range(4)],
    ]
    columns = [
        "name",
        "status",
        "certainty",
        "possible_duplicate",
        "h100_equivalents",
        "superseded_by",
    ]
    return pd.DataFrame(rows, columns=columns)


def test_running_clusters_count_each_once():
    running = hardware.running_clusters(found())
    assert running["name"].tolist() == [
        "one",
        "phase 2",
        "owner not known",
        *(f"small {i}" for i in range(4)),
    ]
