"""What chapters say of audited runs: growth, chips, access, reach. A part of `independent_audit`."""

import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from independent_machines import FIFTHS, H100, clusters
from independent_machines import peaks as machine_peaks
from independent_numbers import FILES, Numbers, doubling_months, largest, models_of, rows_of, share
from independent_records import (
    SAME_CHIP,
    Model,
    audit_of,
    between,
    chip_rates,
    chips_of,
    names,
    number,
    once,
    team_by_institutes,
    team_of,
)

Value = Callable[[Model], Any]
SIDES = ("industry", "academia")
KINDS = {"academia": "academia", "collaboration": "both", "industry": "industry"}
"""Kinds of team, by what chapters call them."""
ERAS = {"early": (2012, 2017), "middle": (2018, 2020), "late": (2021, 2023)}
MACHINES = {
    "Aurora": "Argonne NL Aurora",
    "JUPITER": "Jupiter, Jülich",
    "Alps": "Alps Supercomputer Phase 2",
    "Leonardo": "EuroHPC Leonardo",
}
"""What the chapter calls a machine, and what the list of clusters calls it."""


def of_team(models: Iterable[Model], team: str) -> list[Model]:
    return [model for model in models if model["team"] == team]


def compute(model: Model) -> float | None:
    return model["compute"]


def months(models: Iterable[Model]) -> float:
    return doubling_months((one["day"], one["compute"]) for one in models if one["compute"])


def gap(models: Iterable[Model], value: Value) -> float:
    """Return the ratio of geometric means, industry over academia."""
    logs = {
        side: [math.log(value(one)) for one in of_team(models, side) if value(one)]
        for side in SIDES
    }
    return math.exp(statistics.fmean(logs["industry"]) - statistics.fmean(logs["academia"]))


def gap_within_years(models: Iterable[Model], value: Value) -> float:
    """Return that ratio among models of the same year.

    It is a mean of the years' differences, each weighed by the harmonic mean of its two counts.
    """
    years: dict[int, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for model in models:
        if model["team"] in SIDES and model["year"] and value(model):
            years[model["year"]][model["team"]].append(math.log(value(model)))
    both = [[own[side] for side in SIDES] for own in years.values() if len(own) == len(SIDES)]
    weights = [len(one) * len(other) / (len(one) + len(other)) for one, other in both]
    gaps = [statistics.fmean(one) - statistics.fmean(other) for one, other in both]
    products = [weight * distance for weight, distance in zip(weights, gaps, strict=True)]
    return math.exp(sum(products) / sum(weights))


def known(models: list[Model], cell: str) -> tuple[int, int]:
    return sum(bool(model["row"][cell]) for model in models), len(models)


# --- growth of computing ---


def training(models: list[Model]) -> Numbers:
    chosen = between(models, 2010, 2025)
    sides = {side: of_team(chosen, side) for side in SIDES}
    times = {side: months(rows) for side, rows in sides.items()}
    sized = [model for model in chosen if model["compute"]]
    found: Numbers = {
        "doubling_time": months(chosen),
        "doubling_time_largest": months(largest(chosen)),
        "doubling_time_academia": times["academia"],
        "doubling_time_industry": times["industry"],
        "doubling_time_collaboration": months(of_team(chosen, "both")),
        "doubling_time_near_record": months(between(near_record(models), 2010, 2025)),
        "growth_per_year": 2 ** (12 / months(chosen)),
        "compute_known": (len(sized), len(chosen)),
        "gap_widening": widening(sides),
        "gap_widening_both": widening({side: between(sides[side], 2012, 2023) for side in SIDES}),
        "fingpt_own": next(one["compute"] for one in models if one["name"] == "FinGPT-13B"),
        "gap_newest_academic_models": float(
            sum(bool(one["compute"]) for one in between(sides["academia"], 2024, 2025))
        ),
    }
    for era, years in ERAS.items():
        found[f"gaps.{era}"] = gap_within_years(between(models, *years), compute)
    return found | {"gap_same_year": gap_within_years(chosen, compute)}


def widening(sides: dict[str, list[Model]]) -> float:
    """Return how many times the distance of two trends grows in a year."""
    doublings = {side: 12 / months(rows) for side, rows in sides.items()}
    return 2 ** (doublings["industry"] - doublings["academia"])


def near_record(models: list[Model]) -> list[Model]:
    """Return the runs of at least a hundredth of the largest one up to their day."""
    sized = [model for model in models if model["compute"] and model["day"]]
    return [
        model
        for model in sized
        if model["compute"] * 100.000001
        >= max(other["compute"] for other in sized if other["day"] <= model["day"])
    ]


# --- language models, fifths ---


def language(models: list[Model]) -> Numbers:
    rows = [model for model in models if "Language" in model["row"]["Domain"]]
    late = between(rows, 2022, 2024)
    shares = {
        "academic_models": share(rows, "academia", 2022, 2024),
        "academic_models_early": share(rows, "academia", 2018, 2020),
        "industry_models": share(rows, "industry", 2022, 2024),
        "industry_models_early": share(rows, "industry", 2018, 2020),
    }
    late_share = shares["academic_models"][0] / shares["academic_models"][1]
    early_share = shares["academic_models_early"][0] / shares["academic_models_early"][1]
    return {
        **shares,
        "academic_models_fall": 100 * (early_share - late_share),
        "adapted_industry": known(of_team(late, "industry"), "Base model"),
    }


def fifths(models: list[Model]) -> Numbers:
    rows = [one for one in between(models, 2018, 2025) if one["compute"] and one["team"]]
    members: dict[str, list[bool]] = defaultdict(list)
    for year in range(2018, 2026):
        own = between(rows, year, year)
        for model in own:
            fewer = sum(other["compute"] < model["compute"] for other in own)
            equal = sum(other["compute"] == model["compute"] for other in own)
            place = fewer + (equal + 1) / 2
            fifth = math.ceil(5 * place / len(own))
            members[FIFTHS[fifth - 1]].append(model["team"] == "academia")
    return {f"fifth.{name}": (sum(own), len(own)) for name, own in members.items()}


# --- chips ---


def speed(model: Model, rates: dict[str, float]) -> float | None:
    """Return the geometric mean of the known peaks of a model's chips."""
    peaks = [rate for rate in chips_of(model, rates) if rate]
    return statistics.geometric_mean(peaks) if peaks else None


def quantity(model: Model) -> float | None:
    return number(model["row"]["Hardware quantity"])


def hours(model: Model) -> float | None:
    return number(model["row"]["Training time (hours)"])


def hardware(raw: Path, models: list[Model]) -> Numbers:
    rates = {what: chip_rates(raw, what) for what in ("training", "fp32", "tensor-16")}
    period = between(models, 2010, 2023)

    def peak(model: Model) -> float | None:
        return speed(model, rates["training"])

    parts = {"speed": peak, "count": quantity, "time": hours}
    told = [
        one for one in between(models, 2010, 2026) if all(value(one) for value in parts.values())
    ]
    found: Numbers = {
        f"factor_{key}": gap_within_years(told, value) for key, value in parts.items()
    }
    found |= {
        "factor_capacity": math.prod(found.values()),
        "number_same_year": gap_within_years(models, quantity),
        "ratio_pooled": gap(period, peak),
        "ratio_same_year": gap_within_years(period, peak),
        "ratio_fp32": gap_within_years(period, lambda one: speed(one, rates["fp32"])),
        "ratio_tensor": gap_within_years(period, lambda one: speed(one, rates["tensor-16"])),
        "recorded_capacity": gap_within_years(told, compute),
    }
    of_list = rows_of(raw / "models/epoch_ml_hardware_2026-07-19.csv")
    listed = {chip["Hardware name"] for chip in of_list}
    mentions = [chip for model in period for chip in names(model["row"]["Training hardware"])]
    strange = [chip for chip in mentions if SAME_CHIP.get(chip, chip) not in listed]
    return found | {"unmatched": float(len(strange))} | chip_counts(models, peak) | in_lists(raw)


def in_lists(raw: Path) -> Numbers:
    """Return between which values the lists of different dates put the ratio of chip counts."""
    audit = audit_of(raw)
    ratios = []
    for vintage in FILES:
        if vintage < "2024-10":  # older lists have no number of chips
            continue
        models, _ = once(models_of(raw, vintage))
        for model in models:
            run = audit.get(model["name"])
            model["team"] = team_of(run, set()) if run else team_by_institutes(model)
        ratios.append(gap_within_years(models, quantity))
    return {"number_least": min(ratios), "number_most": max(ratios)}


def chip_counts(models: list[Model], peak: Value) -> Numbers:
    """Return medians by team, and who says what they used."""
    found: Numbers = {}
    period = between(models, 2010, 2023)
    recent = between(models, 2022, 2024)
    for key in SIDES:
        counts = map(quantity, of_team(recent, key))
        found[f"usual_chips.{key}"] = statistics.median(filter(None, counts))
        rows = of_team(period, key)
        found[f"named_{key}"] = known(rows, "Training hardware")
        found[f"counted_{key}"] = known(rows, "Hardware quantity")
        with_peak = [one for one in rows if peak(one)]
        found[f"old_{key}"] = (len(between(with_peak, 2010, 2014)), len(with_peak))
    newer = of_team(between(models, 2024, 2026), "industry")
    found["named_newer_industry"] = known(newer, "Training hardware")
    return found


# --- access ---


def weights(model: Model) -> str:
    cell = model["row"]["Model accessibility"]
    if cell.startswith("Open weights"):
        return "open"
    return {"API access": "served", "Hosted access (no API)": "served"}.get(cell, cell.casefold())


def with_access(rows: Iterable[Model], access: str) -> tuple[int, int]:
    reached = [weights(model) for model in rows if weights(model)]
    return reached.count(access), len(reached)


def with_code(rows: Iterable[Model]) -> tuple[int, int]:
    cells = [model["row"]["Training code accessibility"] for model in rows]
    told = list(filter(None, cells))
    return sum(cell.startswith("Open") for cell in told), len(told)


QUOTED = {("early", "both"), ("late", "academia"), ("late", "industry")}
"""Whose open models the chapter counts in a result of its own, and when."""


def access(models: list[Model]) -> Numbers:
    found: Numbers = {}
    for when, years in {"early": (2019, 2021), "late": (2023, 2025)}.items():
        for key, team in KINDS.items():
            rows = of_team(between(models, *years), team)
            if (when, team) in QUOTED:
                found[f"open_{when}_{key}"] = with_access(rows, "open")
            if team != "both":
                found[f"code_{when}_{key}"] = with_code(rows)
        rows = of_team(between(models, *years), "industry")
        found[f"served_{when}_industry"] = with_access(rows, "served")
        found[f"closed_{when}_industry"] = with_access(rows, "unreleased")
    large = between(largest(models), 2023, 2025)
    rest = [one for one in between(models, 2023, 2025) if one not in large]
    late_open = [one for one in between(models, 2023, 2025) if weights(one) == "open"]
    free = [one["row"]["Model accessibility"].endswith("(unrestricted)") for one in late_open]
    found |= {
        "served_largest": with_access(large, "served"),
        "open_largest": with_access(large, "open"),
        "open_rest": with_access(rest, "open"),
        "unrestricted_late": (sum(free), len(free)),
    }
    for kind in ("open", "served"):
        rows = [one for one in between(models, 2023, 2025) if weights(one) == kind]
        found[f"compute_known_{kind}"] = (sum(bool(one["compute"]) for one in rows), len(rows))
    makers = {"openai_service": ("OpenAI", 2020, 2026, "served")}
    makers["alibaba_weights"] = ("Alibaba", 2023, 2025, "open")
    for key, (maker, first, last, kind) in makers.items():
        rows = [one for one in between(models, first, last) if maker in one["row"]["Organization"]]
        found[key] = with_access(rows, kind)
    return found | lags(models)


def lags(models: list[Model]) -> Numbers:
    """Return months since others passed the largest run of a group, when the data end."""
    sized = [model for model in models if model["compute"] and model["day"]]
    end = max(model["day"] for model in sized)

    def lag(rows: list[Model], is_own: Callable[[Model], bool]) -> float:
        most = max(one["compute"] for one in rows if is_own(one))
        passed = min(one["day"] for one in rows if not is_own(one) and one["compute"] > most)
        return (end - passed).days / (365.25 / 12)

    academic = of_team(sized, "academia")
    leader = max(academic, key=lambda one: one["compute"])
    return {
        "lag_open": lag(sized, lambda one: weights(one) == "open"),
        "lag_academia": lag(sized, lambda one: one["team"] == "academia"),
        "lag_academia_without": lag(
            [one for one in sized if one is not leader], lambda one: one["team"] == "academia"
        ),
    }


# --- reach ---


def rent(raw: Path) -> float:
    """Return the newest list price of an hour of the chip, in dollars."""
    rents = rows_of(raw / "compute/gpu_rental_list_prices_2026-09.csv")
    months = {row["month"]: float(row["usd_per_hour"]) for row in rents if row["chip"] == "H100"}
    return months[max(months)]


def reach(raw: Path, models: list[Model]) -> Numbers:
    peak = chip_rates(raw)[H100]
    of_hour = 3600 * peak * 0.33
    price = rent(raw)
    of_year = between(models, 2025, 2025)
    sizes = [model["compute"] for model in of_year if model["compute"]]
    silent = [model for model in of_year if not model["compute"]]

    def within(flop: float) -> tuple[int, int]:
        return sum(size <= flop for size in sizes), len(sizes)

    run = 1_000_000 / price * of_hour
    facility = 5000 * 3 * 365.25 * 24 / 12 * of_hour
    most = {
        year: max(one["compute"] for one in between(models, year, year) if one["compute"])
        for year in range(2010, 2026)
    }
    found: Numbers = {
        "reach_budget": within(run),
        "rank_budget": float(sum(size > run for size in sizes) + 1),
        "reach_facility": within(facility),
        "reach_tenth": within(facility / 10),
        "reach_facility_least": (within(facility)[0], len(of_year)),
        "reach_facility_most": (within(facility)[0] + len(silent), len(of_year)),
        "rank_facility": float(sum(size > facility for size in sizes) + 1),
        "cost_median": 10 ** statistics.median(map(math.log10, sizes)) / of_hour * price,
        "cost_largest": max(sizes) / of_hour * price,
        "unknown_newest": (len(silent), len(of_year)),
        "unknown_industry": (len(of_team(silent, "industry")), len(silent)),
        "grant_reach": within(1.4e6 * of_hour),
        "last_first": float(max(year for year, size in most.items() if size <= run)),
    }
    sizes_of = {one["name"]: one["size"] for one in clusters(raw, machine_peaks(raw))}
    for name, listed in MACHINES.items():
        month = sizes_of[listed] * 365.25 * 24 / 12 * of_hour
        found[f"machine_reach.{name}"] = within(3 * month)
        if name != "Leonardo":
            found[f"machine_months.{name}"] = max(sizes) / month
    return found


def chapters_on_runs(raw: Path, models: list[Model]) -> Numbers:
    """Return the numbers of the chapters on growth, language models, chips, access and reach."""
    chapters = {
        "training-compute": training(models) | hardware(raw, models),
        "large-scale-models": language(models),
        "causes": fifths(models),
        "diffusion": access(models),
        "policy": reach(raw, models),
    }
    return {
        f"{chapter}:{key}": value for chapter, own in chapters.items() for key, value in own.items()
    }
