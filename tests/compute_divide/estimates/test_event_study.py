"""The event study on invented panels: a known effect, none, effects that grow, and what is refused."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from compute_divide.estimates.statistics.event_study import event_study

YEARS = range(2008, 2025)
GROWING = {1: 1.1, 2: 1.3, 3: 1.6}
LABEL = "papers over what they would have been"


def invented(seed, effect, *, drift=0.0, noisy=True, number=240, treated=24):
    """Return universities, their shares and their sizes, with an effect by year from entry on.

    Regions and levels grow at rates of their own; with a drift, those that ever have the event
    depart from the rest, and only the rest are controls.
    """
    rng = np.random.default_rng(seed)
    region = rng.integers(0, 2, number)
    level = rng.integers(0, 3, number)
    entry = np.full(number, np.nan)
    entry[:treated] = rng.integers(2014, 2022, treated)
    size = np.array([0.0005, 0.002, 0.005])[level]
    since = np.subtract.outer(np.array(YEARS), entry).T
    time = np.array(YEARS) - YEARS[0]
    growth = np.exp(time * (0.03 * region - 0.02 * level)[:, np.newaxis])
    departed = np.where(np.isnan(entry)[:, np.newaxis], 0, drift * time)
    rate = 2000 * size[:, np.newaxis] * growth * np.exp(departed)
    last = max(effect, default=0)
    for year, ratio in effect.items():
        rate[(since == year) | ((year == last) & (since > last))] *= ratio
    papers = rng.poisson(rate) if noisy else rate
    universities = pd.DataFrame({"region": region, "entry": entry})
    universities["may_control"] = universities["entry"].isna() if drift else True
    shares = pd.DataFrame(papers / 2000, columns=YEARS)
    sizes = pd.DataFrame(np.repeat(size[:, np.newaxis], len(YEARS), axis=1), columns=YEARS)
    return universities, shares, sizes


def of_one_level(entries, shares=0.002, region="x", years=YEARS):
    """Return a panel whose universities are all of one level."""
    universities = pd.DataFrame({"region": region, "entry": entries, "may_control": True})
    outcome = pd.DataFrame(shares, index=universities.index, columns=years)
    return universities, outcome, pd.DataFrame(0.002, index=universities.index, columns=YEARS)


def constant(ratio):
    return dict.fromkeys((1, 2, 3), ratio)


def test_effects_that_grow_are_found_year_by_year():
    study = event_study(*invented(1, GROWING, noisy=False))
    found = {year: study.ratio(LABEL, {year: 1}).value for year in study.years}
    expected = {-3: 1, -2: 1, -1: 1, 0: 1, **GROWING}
    assert found == pytest.approx(expected)
    mean = np.prod([*GROWING.values()]) ** (1 / 3)
    assert study.ratio(LABEL).value == pytest.approx(mean)


def test_the_trap_of_two_way_effects_is_not_walked_into():
    """With effects that grow, early universities are no controls of late ones."""
    rng = np.random.default_rng(2)
    number = 120
    entry = rng.choice([2014.0, 2019.0], number)
    entry[:30] = 2028  # far off: never in these years
    since = np.subtract.outer(np.array(YEARS), entry).T
    logs = rng.normal(-6, 1, (number, 1)) + 0.25 * np.clip(since, 0, None)
    is_after = (since > 0).astype(float)
    within = is_after - is_after.mean(1, keepdims=True) - is_after.mean(0) + is_after.mean()
    two_way = (within * logs).sum() / (within**2).sum()
    true = logs[since > 0].mean() - (logs - 0.25 * np.clip(since, 0, None))[since > 0].mean()
    assert two_way < 0.7 * true, "the trap is there"
    study = event_study(*of_one_level(entry, np.exp(logs)))
    for year in (1, 2, 3):
        assert study.ratio(LABEL, {year: 1}).value == pytest.approx(np.exp(0.25 * year))


def test_one_stratum_is_the_poisson_regression_with_effects_of_university_and_year():
    import statsmodels.api as sm

    rng = np.random.default_rng(3)
    counts = rng.poisson(8, (14, 7)).astype(float)
    panel = of_one_level([2018.0] * 4 + [np.nan] * 10, counts, years=range(2015, 2022))
    shares = panel[1]
    study = event_study(*panel)
    long = shares.rename_axis("unit").reset_index()
    long = long.melt("unit", var_name="year", value_name="papers")
    own = pd.get_dummies(long["unit"], dtype=float)
    times = pd.get_dummies(long["year"], dtype=float).drop(columns=2016)
    is_treated = (long["unit"] < 4).to_numpy()[:, np.newaxis]
    design = np.hstack([times * is_treated, own, times])
    fit = sm.GLM(long["papers"], design, family=sm.families.Poisson()).fit()
    assert np.delete(study.effects, 1) == pytest.approx(fit.params[:6].to_numpy(), abs=1e-6)


def test_without_an_effect_intervals_hold_one_and_chances_are_even():
    covered = []
    chances = []
    for seed in range(200):
        study = event_study(*invented(seed, {}))
        ratio = study.ratio(LABEL)
        covered.append(ratio.low <= 1 <= ratio.high)
        chances.append(study.chance())
    # 200 panels: two standard errors about 95% are 92 to 98%.
    assert 0.92 <= np.mean(covered) <= 0.985
    assert 0.015 <= np.mean(np.array(chances) <= 0.05) <= 0.085
    assert 0.42 <= np.mean(chances) <= 0.58


def test_an_effect_of_the_smallest_detectable_size_is_seen_in_four_of_five():
    sizes = [
        event_study(*invented(seed, {})).smallest_detectable(LABEL).value for seed in range(20)
    ]
    effect = float(np.median(sizes))
    assert 1.1 < effect < 2
    seen = []
    covered = []
    for seed in range(100, 200):
        ratio = event_study(*invented(seed, constant(effect))).ratio(LABEL)
        seen.append(ratio.low > 1)
        covered.append(ratio.low <= effect <= ratio.high)
    assert 0.7 <= np.mean(seen) <= 0.9
    assert 0.89 <= np.mean(covered) <= 0.99


def test_a_drift_of_before_explains_what_it_would_have_made_after():
    drift = 0.1
    study = event_study(*invented(4, {}, drift=drift, noisy=False))
    assert study.ratio(LABEL).value == pytest.approx(np.exp(4 * drift))
    wide = study.under_departures(LABEL)
    error = np.sqrt(study.covariance.diagonal())
    assert error == pytest.approx(np.zeros(7), abs=1e-9)
    assert (wide.low, wide.high) == pytest.approx((1, np.exp(8 * drift)))
    assert study.under_departures(LABEL, {1: 1}).low == pytest.approx(1)


def test_departures_widen_the_interval_from_that_of_chance_on():
    study = event_study(*invented(5, constant(1.5)))
    ranges = [study.under_departures(LABEL, multiple=size) for size in (0, 0.5, 1, 2)]
    ratio = study.ratio(LABEL)
    assert (ranges[0].low, ranges[0].high) == pytest.approx((ratio.low, ratio.high))
    assert np.all(np.diff([wide.low for wide in ranges]) < 0)
    assert np.all(np.diff([wide.high for wide in ranges]) > 0)


def test_the_errors_are_those_of_leaving_out_one_university_at_a_time():
    tables = invented(6, constant(1.4), number=120, treated=10)
    study = event_study(*tables)
    without = [[table.drop(index=place) for table in tables] for place in range(120)]
    changes = np.array([event_study(*rest).effects for rest in without]) - study.effects
    assert study.covariance == pytest.approx(changes.T @ changes)


def test_the_chance_is_that_of_all_ways_to_choose():
    values = np.random.default_rng(7).gamma(4, 1, (9, 7))
    panel = of_one_level([2018.0] * 2 + [np.nan] * 7, values, years=range(2015, 2022))

    def effect(own, rest):
        return np.log(own[4:] / own[1] / (rest[4:] / rest[1])).mean()

    def departure(chosen):
        rest = np.delete(values, chosen, axis=0).sum(0)
        whole = effect(values[[*chosen]].sum(0), rest)
        changes = np.array([effect(values[place], rest) for place in chosen]) - whole
        return abs(whole) / np.sqrt((changes**2).sum())

    every = [departure(chosen) for chosen in combinations(range(9), 2)]
    exact = np.mean([way >= departure((0, 1)) - 1e-12 for way in every])
    assert event_study(*panel).chance() == pytest.approx(exact, abs=0.03)


def test_controls_have_no_event_in_the_years_compared_nor_the_next():
    soon, before, late = 2020.0, 2015.0, 2021.0  # the first is known in 2019
    entries = [2016.0, soon, before, late, *[np.nan] * 6]
    universities, shares, sizes = of_one_level(entries, years=range(2013, 2020))
    study = event_study(universities, shares, sizes)
    assert (study.treated, study.controls) == (1, 7)
    universities.loc[9, "may_control"] = False
    assert event_study(universities, shares, sizes).controls == 6


def test_a_region_with_few_controls_takes_those_of_its_level():
    entries = [2016.0] + [np.nan] * 8
    assert event_study(*of_one_level(entries, region=[*"aaaaabbbb"])).controls == 8
    assert event_study(*of_one_level(entries, region=[*"aaaaaabbb"])).controls == 5


def test_whoever_is_left_out_is_named_with_the_reason():
    universities, shares, sizes = of_one_level([2016.0, 2016, 2016, 2009, 2023] + [np.nan] * 6)
    sizes.loc[1] = 0
    sizes.loc[2] = 0.5
    study = event_study(universities, shares, sizes)
    assert study.left_out.to_dict() == {
        1: "no papers in the years of the level",
        2: "too few controls",
        3: "years missing around the event",
        4: "years missing around the event",
    }
    assert study.treated == 1
    assert event_study(universities, shares, sizes, last=8).years[-1] == 8


def test_a_placebo_date_before_the_event_sees_no_effect():
    universities, shares, sizes = invented(8, GROWING, noisy=False)
    earlier = universities.assign(entry=universities["entry"] - 4)
    study = event_study(earlier, shares, sizes)
    assert study.treated > 10
    assert study.ratio(LABEL).value == pytest.approx(1)


def test_too_few_universities_or_papers_give_no_value():
    single = event_study(*of_one_level([2016.0] + [np.nan] * 6))
    assert (single.ratio(LABEL).value, single.ratio(LABEL).n) == (None, 1)
    assert single.smallest_detectable(LABEL).value is None
    nobody = event_study(*of_one_level([np.nan] * 6))
    assert (nobody.ratio(LABEL).value, nobody.ratio(LABEL).n) == (None, 0)
    assert nobody.chance() == 1
    universities, shares, sizes = of_one_level([2016.0, 2016] + [np.nan] * 6)
    shares.loc[:1, 2017] = 0
    assert event_study(universities, shares, sizes).under_departures(LABEL).value is None


def test_what_is_no_panel_is_refused_in_one_line():
    universities, shares, sizes = of_one_level([2016.0] + [np.nan] * 6)
    with pytest.raises(ValueError, match=r"^the rows of sizes are not those of the universities$"):
        event_study(universities, shares, sizes.iloc[::-1])
    with pytest.raises(ValueError, match=r"^shares has a value that is negative or missing$"):
        event_study(universities, shares.replace(0.002, np.nan), sizes)
    with pytest.raises(ValueError, match=r"^the years run from -3 to 3, not \[4\]$"):
        event_study(universities, shares, sizes).ratio(LABEL, {4: 1})
