"""The numbers that the audit of runs changed, worked out again without the package.

``python tests/compute_divide/independent_audit.py RAW`` prints them; `test_independent_audit.py`
holds them against what the chapters record. The records come from `independent_records`.
"""

import math
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable
from itertools import count
from pathlib import Path

from independent_audited_runs import chapters_on_runs
from independent_numbers import DATA, Numbers, largest, rows_of, share
from independent_records import (
    TEAMS,
    Model,
    audit_of,
    audited_models,
    between,
    names,
    once,
    team_if_academic,
    team_of,
)

EARLY = (2010, 2014)
LATE = (2020, 2022)
NOW = (2023, 2025)


def wilson(k: int, n: int) -> tuple[float, float]:
    """Return the ends of the score interval: the shares from which k of n is 1.96 errors away."""
    z = statistics.NormalDist().inv_cdf(0.975)
    centre = k + z * z / 2
    spread = z * math.sqrt(k * (n - k) / n + z * z / 4)
    return max(0.0, (centre - spread) / (n + z * z)), min(1.0, (centre + spread) / (n + z * z))


def moves_against_a_fall(late: tuple[int, int], early: tuple[int, int]) -> float:
    """Return how few rows have to be of another team until the late interval is not below."""
    for moves in count():
        for up in range(moves + 1):
            _, high = wilson(late[0] + up, late[1])
            low, _ = wilson(early[0] - (moves - up), early[1])
            if high >= low:
                return float(moves)
    raise AssertionError


def moves_against_a_majority(k: int, n: int) -> float:
    """Return how few rows have to be of another team until the interval holds a half."""
    return float(next(moves for moves in count() if wilson(k - moves, n)[0] <= 0.5))


# --- who trains the largest models ---


def part_of_year(models: Iterable[Model], part: float) -> list[Model]:
    """Return the largest part of the known runs of each year, at least one."""
    years = defaultdict(list)
    for model in models:
        if model["compute"] is not None:
            years[model["year"]].append(model)
    chosen = []
    for own in years.values():
        ordered = sorted(own, key=lambda model: -model["compute"])
        chosen += ordered[: math.ceil(part * len(own))]
    return chosen


def tens(models: list[Model]) -> dict[int, dict[str, str | None]]:
    """Return the ten largest runs of each year by name, each with its team."""
    ten = largest(between(models, 2010, 2026))
    return {
        year: {model["name"]: model["team"] for model in between(ten, year, year)}
        for year in range(2010, 2027)
    }


def large_scale(models: list[Model]) -> Numbers:
    dated = between(models, 2010, 2026)
    ten = largest(dated)
    fifth = part_of_year(dated, 0.2)
    kept = [model for model in dated if model["filter"]]
    first = part_of_year(dated, 1e-9)
    found: Numbers = {
        "academia_share_early": share(ten, "academia", *EARLY),
        "academia_share_late": share(ten, "academia", *LATE),
        "academia_share_now": share(ten, "academia", *NOW),
        "fifth_early": share(fifth, "academia", *EARLY),
        "fifth_late": share(fifth, "academia", *LATE),
        "fifth_now": share(fifth, "academia", *NOW),
        "industry_share_year": share(ten, "industry", 2022, 2022),
        "notable_academia_share_early": share(kept, "academia", *EARLY),
        "notable_academia_share_late": share(kept, "academia", *LATE),
        "notable_industry_share_year": share(kept, "industry", 2022, 2022),
        "last_first": float(max(one["year"] for one in first if one["team"] == "academia")),
        "known_early": float(sum(one["compute"] is not None for one in between(dated, *EARLY))),
        "ten_of_early": float(len(between(ten, *EARLY))),
        "audited_runs": (sum(model["run"] is not None for model in ten), len(ten)),
        **doubts(models, ten),
    }
    found["fall_fragility"] = moves_against_a_fall(
        found["academia_share_late"], found["academia_share_early"]
    )
    return found


def doubts(models: list[Model], ten: list[Model]) -> Numbers:
    """Return what unchecked rows leave open, and the computing of universities alone."""
    sure = [
        one
        for one in models
        if not one["run"] or one["run"]["verdict"] not in {"not-checkable", ""}
    ]
    largest_sure = largest(between(sure, 2010, 2026))
    found: Numbers = {}
    for key, years in {"late": LATE, "now": NOW}.items():
        unseen = [one for one in between(ten, *years) if not one["seen"]]
        found[f"unchecked_{key}"] = float(len(unseen))
        found[f"{key}_without"] = share(largest_sure, "academia", *years)
    parts = {}
    for year in range(2010, 2027):
        own = between(ten, year, year)
        academic = [model["compute"] for model in own if model["team"] == "academia"]
        parts[year] = sum(academic) / sum(model["compute"] for model in own)
    found["computing_in_2012"] = parts[2012]
    found["computing_since_2018"] = max(part for year, part in parts.items() if year >= 2018)
    return found


def participation(models: list[Model]) -> Numbers:
    """Return in which part of the notable models universities had a hand."""
    choice = {"Training cost", "Discretionary"}
    known = [model for model in models if model["team"]]
    criteria = [set(names(model["row"]["Notability criteria"])) for model in known]
    by_choice = [bool(one) and one <= choice for one in criteria]
    like = [model for model, chosen in zip(known, by_choice, strict=True) if not chosen]
    found: Numbers = {"part_before": hands(between(known, 2018, 2023))}
    for year in (2023, 2024, 2025):
        found[f"part_{year}"] = hands(between(known, year, year))
        found[f"part_{year}_like"] = hands(between(like, year, year))
    return found


def hands(models: list[Model]) -> tuple[int, int]:
    return sum(model["has_university"] for model in models), len(models)


def others(models: list[Model], ten: list[Model]) -> Numbers:
    """Return what other chapters count of the same rows."""
    late = share(ten, "academia", *LATE)
    early = share(ten, "academia", *EARLY)
    return {
        "robustness:late_audited": late,
        "robustness:fall_carried": moves_against_a_fall(late, early),
        "robustness:least_carried": moves_against_a_majority(*early),
        "introduction:academia_start": share(models, "academia", 2010, 2010),
        "introduction:academia_end": share(models, "academia", 2025, 2025),
        "introduction:industry_end": share(models, "industry", 2025, 2025),
    }


# --- the page of the audit ---


def page(raw: Path, models: list[Model], doubles: list[Model]) -> Numbers:
    runs = list(audit_of(raw).values())
    labelled = [run for run in runs if run["listed_team"] and has_teams(run)]
    differing = [run for run in labelled if team_of(run, set()) != listed_team(run)]
    moved = [run for run in differing if team_if_academic(run) != listed_team(run)]
    sized = [run for run in runs if run["own_flop"] and run["listed_flop"]]
    ratios = [(run, float(run["own_flop"]) / float(run["listed_flop"])) for run in sized]
    other = [(run, ratio) for run, ratio in ratios if not 0.8 <= ratio <= 1.25]
    lower = [run for run, ratio in other if ratio < 1]
    reasons = [reason for model in models for reason in model["reasons"]]
    n = len(models) + len(doubles)
    verdicts = [run["verdict"] for run in runs]
    read = [run for run in runs if run["seen"] != "notes-of-database"]
    return {
        "audited": float(len(runs)),
        "other_team": (len(moved), len(labelled)),
        "by_institute": (len(differing) - len(moved), len(labelled)),
        "became_joint": (sum(team_of(run, set()) == "both" for run in moved), len(moved)),
        "other_compute": (len(other), len(sized)),
        "lower": (len(lower), len(other)),
        "inherited": (sum(run["verdict"] == "derived" for run in lower), len(lower)),
        "confirmed": ([run["verdict"] for run in read].count("confirmed"), len(read)),
        "unchecked": (verdicts.count("not-checkable") + verdicts.count(""), len(runs)),
        "only_notes": (sum(run["seen"] == "notes-of-database" for run in runs), len(runs)),
        "matched": float(sum(one["run"] is not None for one in [*models, *doubles])),
        "excluded_above_peak": (reasons.count("above peak"), n),
        "excluded_same_run": (len(doubles), n),
        "own_unknown": (reasons.count("own not known"), n),
    }


def listed_team(run: dict[str, str]) -> str:
    return TEAMS.get(run["listed_team"], "other")


def has_teams(run: dict[str, str]) -> bool:
    """Return whether both the database and the audit name a run's team."""
    return "unknown" not in {run["listed_team"], run["audited_team"]}


def sample() -> dict[str, tuple[int, int, float, float]]:
    """Return, of the fields drawn by lot, how many are wrong of how many, with the interval."""
    rows = rows_of(DATA / "audit/sample.csv")
    found = {}
    for field in ("team", "compute", "year"):
        verdicts = [row[f"{field}_verdict"] for row in rows]
        wrong = verdicts.count("wrong")
        n = wrong + verdicts.count("right")
        found[f"{field}_error"] = (wrong, n, *wilson(wrong, n))
    return found


def numbers(raw: Path) -> Numbers:
    """Return all numbers by chapter and key."""
    models, doubles = once(audited_models(raw))
    ten = largest(between(models, 2010, 2026))
    found = others(models, ten) | chapters_on_runs(raw, models)
    pages = {
        "large-scale-models": large_scale(models) | participation(models),
        "audit": page(raw, models, doubles),
    }
    for chapter, own in pages.items():
        found |= {f"{chapter}:{key}": value for key, value in own.items()}
    return found


if __name__ == "__main__":
    for name, value in numbers(Path(sys.argv[1])).items():
        print(f"{name:50} {value if isinstance(value, tuple) else f'{value:,.6g}'}")  # noqa: T201
