"""Statistics of the literature, each held against our estimate by the nearest definition that our evidence allows.

The data of its time are of the vintage nearest to the work; lists of papers and of machines have one state, now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bookpress.chapter.estimates import Estimate
from compute_divide.analysis.chips.hardware import running_clusters
from compute_divide.analysis.claims.verdicts import (
    Check,
    check_direction,
    check_value,
    value_outcome,
)
from compute_divide.analysis.models.definitions import large_scale
from compute_divide.analysis.models.openness import access_groups, dated_compute, lag_estimate
from compute_divide.analysis.models.outside import by_release, mean_age, month_ends
from compute_divide.analysis.papers.attention import lead_estimate
from compute_divide.analysis.statistics.estimates import (
    ACADEMIA,
    INDUSTRY,
    in_years,
    known_teams,
    newcombe_difference,
    period_share,
    team_share,
    wilson_share,
)
from compute_divide.analysis.statistics.resampling import draw_weights, percentile_interval
from compute_divide.analysis.statistics.trends import growth
from compute_divide.evidence.claims import LedgerEntry, RelatedFigure

LEAST = 10  # fewest models or papers of which a share is a test
PARTS = ["industry-only", "collaboration"]  # team types in which industry has a part
# The three companies that are said to lead, under the names that the database gives their laboratories.
LEADERS = r"\b(?:Google|DeepMind|OpenAI|Meta|Facebook)\b"

Rows = pd.DataFrame
Reading = Callable[[Rows], Estimate]  # an estimate from the models of a vintage


def nearest(month: str, vintages: Iterable[str]) -> str:
    """Return the vintage nearest in time to a month, the earlier of two."""
    at = pd.Period(month, "M")
    return min(sorted(vintages), key=lambda name: abs((pd.Period(name, "M") - at).n))


@dataclass(frozen=True)
class Ledger:
    """The entries of the ledger, all models by vintage, and which vintage is that of now."""

    entries: Mapping[str, tuple[RelatedFigure, LedgerEntry]]
    tables: Mapping[str, Rows]
    edition: str

    def value(self, entry: str) -> float:
        """Return the value that the work gives; not a number where it claims a direction."""
        return np.nan if (found := self.entries[entry][0].value) is None else found

    def then_and_now(self, entry: str, reading: Reading) -> tuple[Estimate | None, Estimate | None]:
        """Return an estimate on the data of the work's time and on those of now."""
        of_its_time = self.tables[nearest(self.entries[entry][1].date, self.tables)]
        return _enough(reading(of_its_time)), _enough(reading(self.tables[self.edition]))

    def held(self, entry: str, measure: str, reading: Reading) -> Check:
        """Test the value of an entry against an estimate from the models database."""
        return check_value(
            entry, self.value(entry), *self.then_and_now(entry, reading), measure=measure
        )

    def held_now(
        self, entry: str, measure: str, now: Estimate, beside: Estimate | None = None
    ) -> Check:
        """Test the value of an entry against an estimate from data of which we hold one state, or by two measures."""
        also = {beside.label: beside} if beside else None
        return check_value(
            entry, self.value(entry), None, _enough(now), measure=measure, also=also, beside=beside
        )


def _enough(estimate: Estimate) -> Estimate | None:
    few = estimate.unit == "share" and estimate.k is not None and (estimate.n or 0) < LEAST
    return None if few or estimate.value is None else estimate


def with_industry(rows: Rows, label: str) -> Estimate:
    """Return the share of models or papers of known team in which industry had a part, alone or with others."""
    teams = known_teams(rows)["team_type"]
    return wilson_share(int(teams.isin(PARTS).sum()), len(teams), label)


# --- models ---


def largest(models: Rows, first: int, last: int, top_k: int) -> Rows:
    """Return the largest known runs of each year of a period."""
    return in_years(large_scale(models, "top-k-per-year", top_k=top_k), (first, last))


def _of_both(models: Rows) -> Estimate:
    """Return academia's part of the models of 2022 that academia or industry made alone, all models of the list."""
    rows = models[models["team_type"].isin([ACADEMIA, INDUSTRY])]
    return period_share(rows, ACADEMIA, 2022, "academia's part of what one side made alone, 2022")


def advances(models: Rows, first: int, last: int) -> Estimate:
    """Return the share with industry among the models listed for an advance of the state of the art."""
    listed = models["notability"].astype("str").str.contains("SOTA improvement", regex=False)
    return with_industry(
        in_years(models[listed], (first, last)),
        f"advances of the state of the art, {first} to {last}",
    )


def led(models: Rows, names: str = LEADERS) -> Estimate:
    """Return the share of models in which organisations, named by a pattern, had a part."""
    named = models["organisations"].astype("str").str.contains(names)
    return wilson_share(int(named.sum()), len(models), "one of the companies among the makers")


def check_models(ledger: Ledger, top_k: int) -> list[Check]:
    """Check what was said of who makes models."""
    runs = f"{top_k} largest known runs of the year, with industry"

    def biggest(year: int) -> Check:
        return ledger.held(
            f"ahmed-biggest-{year}",
            runs,
            lambda models: with_industry(largest(models, year, year, top_k), runs),
        )

    def notable(told: str, team: str, year: int) -> Check:
        def share(models: Rows) -> Estimate:
            return period_share(models[models["scope"] == "notable"], team, year, f"{team}, {year}")

        return ledger.held(f"ai-index-{year}-{told}", "notable models", share)

    return [
        biggest(2010),
        biggest(2021),
        _check_advances(ledger),
        ledger.held(
            "ai-index-2022-academia-share", "models of the year that one side made alone", _of_both
        ),
        notable("industry-share", INDUSTRY, 2023),
        notable("industry-later", INDUSTRY, 2023),
        notable("industry", INDUSTRY, 2024),
        notable("academia", ACADEMIA, 2024),
        notable("industry", INDUSTRY, 2025),
        _check_leaders(ledger, top_k),
    ]


def _check_advances(ledger: Ledger) -> Check:
    """Check that industry's part in leading models rose; the levels of another measure can but be looked at."""
    entry = "ahmed-benchmarks-since-2020"
    then, now = ledger.then_and_now(
        entry,
        lambda m: newcombe_difference(advances(m, 2020, 2022), advances(m, 2010, 2016), "rise"),
    )
    level = value_outcome(ledger.value(entry), advances(ledger.tables[ledger.edition], 2020, 2022))
    measure = "advances of the state of the art with industry, 2020 to 2022 less 2010 to 2016"
    return check_direction(
        entry, then, now, 0.0, expected="above", measure=measure, also={"the level of now": level}
    )


def _check_leaders(ledger: Ledger, top_k: int) -> Check:
    """Check that three companies had a part in most of the largest runs from BERT to the date of the claim."""
    then, now = ledger.then_and_now(
        "cottier-leaders", lambda models: led(largest(models, 2018, 2023, top_k))
    )
    measure = (
        f"{top_k} largest known runs a year of 2018 to 2023 with one of the three, against a half"
    )
    return check_direction("cottier-leaders", then, now, 0.5, expected="above", measure=measure)


def check_growth(ledger: Ledger) -> list[Check]:
    """Check what was said of the growth of training compute and of its cost."""

    def doubling(first: int, last: int, window: float | None = None) -> Reading:
        def read(models: Rows) -> Estimate:
            near = (
                models
                if window is None
                else large_scale(models, "near-record", record_window=window)
            )
            return growth(in_years(near, (first, last)), "training compute").doubling

        return read

    near, since = "models within one order of magnitude of the record, 2015 to 2021", "2010 to 2021"
    return [
        ledger.held(
            "sevilla-doubling-before-2010",
            "all models with compute, before 2010",
            doubling(1950, 2009),
        ),
        ledger.held(
            "sevilla-doubling-after-2010", f"all models with compute, {since}", doubling(2010, 2021)
        ),
        ledger.held("sevilla-doubling-large-scale", near, doubling(2015, 2021, 1.0)),
        ledger.held_now(
            "cottier-cost-growth",
            "the costliest run of each year",
            _costs(ledger.tables[ledger.edition]),
        ),
    ]


def _costs(models: Rows) -> Estimate:
    priced = in_years(models[models["training_cost_usd"].gt(0)], (2016, 2025))
    costliest = priced.sort_values("training_cost_usd", ascending=False).groupby("year").head(1)
    return growth(costliest, "the costliest run of a year", "training_cost_usd").factor


# --- papers ---


def across_venues(papers: Rows, year: int) -> Estimate:
    """Return the mean over conferences of the share of papers with industry, with a t interval between conferences."""
    known = known_teams(papers[papers["year"] == year])
    shares = known["team_type"].isin(PARTS).groupby(known["venue"].astype("str")).mean()
    label, n = f"papers with industry in {year}, mean over conferences", len(shares)
    if n < 3:  # two conferences tell nothing of others
        return Estimate(None, n=n, label=label, unit="share")
    from scipy.special import stdtrit

    mean, half = float(shares.mean()), float(stdtrit(n - 1, 0.975) * shares.std() / np.sqrt(n))
    return Estimate(
        mean, max(0.0, mean - half), min(1.0, mean + half), n=n, label=label, unit="share"
    )


def check_papers(ledger: Ledger, papers: Rows, read: Rows) -> list[Check]:
    """Check what was said of who writes papers, of the covered ones, and whose are read, of those with a ``rank``."""
    neurips = papers[papers["venue"] == "neurips"]
    after, before = (
        with_industry(in_years(neurips, years), "NeurIPS") for years in ((2013, 2018), (2007, 2012))
    )
    rise = newcombe_difference(
        after, before, "papers of NeurIPS with industry, 2013 to 2018 less 2007 to 2012"
    )
    academic = papers[papers["team_type"].isin([ACADEMIA, "collaboration"])]
    most = team_share(academic, ACADEMIA, "alone, of academia's papers with and without industry")
    cited = lead_estimate(
        read, INDUSTRY, "pairs in which the paper of industry alone is cited more"
    )
    top = read[read["venue"].isin(["neurips", "icml"]) & read["rank"].ge(0.9)]
    tenth = "most cited tenth of each year, with industry"
    return [
        check_direction("ahmed-wahed-rise", None, rise, 0.0, expected="above", measure=rise.label),
        ledger.held_now(
            "ahmed-papers-2020", "mean over the covered conferences", across_venues(papers, 2020)
        ),
        check_direction("liang-most", None, most, 0.5, expected="above", measure=most.label),
        check_direction("liang-cited", None, cited, 0.5, expected="above", measure=cited.label),
        ledger.held_now(
            "birhane-2008", f"NeurIPS, {tenth}", with_industry(in_years(top, (2008, 2009)), tenth)
        ),
        ledger.held_now(
            "birhane-2018",
            f"NeurIPS and ICML, {tenth}",
            with_industry(in_years(top, (2018, 2019)), tenth),
        ),
    ]


# --- machines and access ---


def check_machines(ledger: Ledger, clusters: Rows) -> list[Check]:
    """Check what was said of the owners of machines: those that ran on a day, by capacity."""
    days = {"pilz-private-2019": "2019-12-31", "pilz-private-2025": "2025-03-31"}
    found = {entry: _private(clusters, day) for entry, day in days.items()}
    return [ledger.held_now(entry, share.label, share) for entry, share in found.items()]


def _private(clusters: Rows, day: str) -> Estimate:
    """Return the share of private owners in the machines that ran, with an interval that draws machines anew."""
    running = running_clusters(clusters[clusters["operational"] <= pd.Timestamp(day)])
    known = running[running["sector"] != "unknown"]
    size, private = (
        known["h100_equivalents"].to_numpy(dtype=float),
        known["sector"].eq("private").to_numpy(),
    )
    k, n, label = int(private.sum()), len(known), f"capacity with private owners on {day}"
    if n < LEAST:
        return Estimate(None, k=k, n=n, label=label, unit="share")
    weights = draw_weights(np.arange(n))
    low, high = percentile_interval((weights[:, private] @ size[private]) / (weights @ size))
    return Estimate(
        float(size[private].sum() / size.sum()), low, high, k, n, label=label, unit="share"
    )


def check_access(ledger: Ledger, capability: Rows) -> list[Check]:
    """Check what was said of how far open models are behind, by capability and, where it was named, by compute."""
    ranked = by_release(capability)
    ends = month_ends(ranked, 2023)
    checks = []
    ends_of = {
        "cottier-open-lag": "2024-10",
        "emberson-open-lag": "2025-10",
        "epoch-open-lag-2026": "2026-05",
    }
    for entry, last in ends_of.items():
        label = f"mean of the months from January 2023 to {last}, by the Capabilities Index"
        checks.append(
            ledger.held_now(
                entry, label, mean_age(ranked, ends[ends <= pd.Period(last, "M").end_time], label)
            )
        )
    placed = dated_compute(ledger.tables[ledger.edition])
    follows = access_groups(placed["openness"]) == "open"
    lag = lag_estimate(
        placed, follows, pd.Timestamp(2024, 11, 4), "by training compute, on the day of the report"
    )
    return [ledger.held_now("cottier-open-lag", lag.label, lag, checks[0].now), *checks[1:]]


UNTESTED = {
    "ahmed-wahed-elite": "The lists keep no names of universities, so nothing can be said of their ranks.",
    "ahmed-papers-2000": "The lists begin in 2007.",
    "ahmed-phds-2020": "No open data here follow doctors to their employers.",
    "ai-index-2021-doctors": "No open data here follow doctors to their employers.",
    "abdalla-growth": "The lists of conferences on language begin in 2020.",
    "khandelwal-no-cloud": "No open data tell the budgets of researchers.",
    "hao-sector": "The lists of papers do not tell what computing a paper took.",
}
"""Entries to which the evidence cannot speak, and why."""


def untested() -> list[Check]:
    """Return the entries to which the evidence cannot speak."""
    return [Check(entry, "cannot be tested", reason) for entry, reason in UNTESTED.items()]
