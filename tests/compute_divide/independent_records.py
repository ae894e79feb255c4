"""Models of August 2026 as the audit found them, from raw files and the tables kept by hand alone.

Nothing is shared with the package. The raw list of models, the raw audits of runs and of chips, and
what is kept by hand under ``data/audit`` are read here, and the rules of the page on the audit are
applied anew.
"""

import math
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from independent_machines import H100, sheets
from independent_numbers import DATA, models_of, rows_of

Model = dict[str, Any]

TEAMS = {"academia-only": "academia", "industry-only": "industry", "collaboration": "both"}
NOTES = "notes-of-database"
SAME_CHIP = {
    "NVIDIA H200": "NVIDIA H200 SXM",
    "NVIDIA B200 GPUs": "NVIDIA B200",
    "Nvidia H100 80G": H100,
    "NVIDIA Tesla K40c": "NVIDIA Tesla K40s",
    "NVIDIA Tesla K40m": "NVIDIA Tesla K40s",
    "NVIDIA Tesla K20m": "NVIDIA Tesla K20c",
    "NVIDIA Tesla C2075": "NVIDIA Tesla C2050",
}
"""What models call a chip, and what the list of chips calls it."""
BY_MATRIX_ENGINES = {"vector rate used", "FP16 accumulation", "right value, wrong column"}


def number(text: str) -> float | None:
    return float(text) if text else None


def names(cell: str) -> list[str]:
    """Return the entries of a cell; a comma before a space is part of a name."""
    entries = re.split(r",(?! )", cell)
    return [entry.strip() for entry in entries if entry.strip()]


def between(models: Iterable[Model], first: int, last: int) -> list[Model]:
    return [model for model in models if model["year"] and first <= model["year"] <= last]


# --- chips ---


def chip_rates(raw: Path, what: str = "training") -> dict[str, float]:
    """Return peaks in FLOP/s: at 16 bits with matrix engines, else the faster of 16 and 32 bits.

    ``"fp32"`` and ``"tensor-16"`` hold all chips to the one or the other.
    """
    rates = {}
    of_sheet = sheets(raw)
    audit = {chip["chip"]: chip for chip in rows_of(raw / "audit/chips.csv")}
    for chip in rows_of(raw / "models/epoch_ml_hardware_2026-07-19.csv"):
        name = chip["Hardware name"]
        tensor = number(chip["Tensor-FP16/BF16 performance (FLOP/s)"]) or 0
        half = number(chip["FP16 (half precision) performance (FLOP/s)"]) or 0
        single = number(chip["FP32 (single precision) performance (FLOP/s)"]) or 0
        has_matrix = tensor or audit.get(name, {}).get("status") in BY_MATRIX_ENGINES
        with_matrix = (has_matrix and of_sheet.get(name)) or tensor
        training = of_sheet.get(name) or tensor or max(half, single)
        rates[name] = {"training": training, "tensor-16": with_matrix, "fp32": single}[what]
    return {name: rate for name, rate in rates.items() if rate}


def chips_of(model: Model, rates: dict[str, float]) -> list[float | None]:
    hardware = names(model["row"]["Training hardware"])
    return [rates.get(SAME_CHIP.get(chip, chip)) for chip in hardware]


def possible(model: Model, rates: dict[str, float]) -> float:
    """Return the most FLOP that the hardware of a model could do; endless where not known."""
    chips = chips_of(model, rates)
    quantity = number(model["row"]["Hardware quantity"])
    hours = number(model["row"]["Training time (hours)"])
    if not chips or None in chips or not quantity or not hours:
        return math.inf
    return max(filter(None, chips)) * quantity * hours * 3600


# --- the rules of the audit ---


def audit_of(raw: Path) -> dict[str, dict[str, str]]:
    """Return the audited runs by name, as they were checked last."""
    first = rows_of(raw / "audit/largest_runs.csv")
    later = rows_of(DATA / "audit/own_checks.csv")
    return {row["model"]: row for row in [*first, *later]}


def audited_models(raw: Path, *, apart: bool = False) -> list[Model]:
    """Return the models of the list, with team and computing as the audit found them.

    ``reasons`` says why a model differs from its row in the list, ``run`` is its row in the audit,
    and ``seen`` whether its authors were seen elsewhere than in notes of the database. With `apart`
    an author with two posts makes no collaboration.
    """
    models = models_of(raw, "2026-08")
    listed = {model["name"]: model["compute"] for model in models if model["compute"]}
    audit = audit_of(raw)
    rates = chip_rates(raw)
    by_posts = posts_alone() if apart else set()
    seen_access = access_seen()
    found = []
    for model in models:
        run = audit.get(model["name"])
        own, why = own_computing(model, run, listed)
        if own and own > possible(model, rates) and not is_within_peak(run):
            own = None
            why = "above peak"
        team = team_of(run, by_posts) if run else team_by_institutes(model)
        is_seen = bool(run) and run["seen"] != NOTES and team is not None
        is_rule = team == team_by_institutes(model)
        is_rule |= bool(run) and team_if_academic(run) == model["team"]
        why_team = "institute" if is_rule else "team"
        reasons = [why, "" if team == model["team"] else why_team]
        sectors = audited_sectors(run) if run else listed_sectors(model)
        has_university = "academia" in sectors or team in {"academia", "both"}
        cell = model["row"]["Model accessibility"]
        access = seen_access.get(model["name"], cell) if cell else cell
        if access != cell:
            reasons.append("access")
        row = {**model["row"], "Model accessibility": access}
        changed = {"compute": own, "team": team, "row": row, "has_university": has_university}
        changed["reasons"] = list(filter(None, reasons))
        found.append({**model, **changed, "run": run, "seen": is_seen})
    return found


def access_seen() -> dict[str, str]:
    """Return how weights can be had where a look at the source says another thing than the list."""
    rows = rows_of(DATA / "audit/access.csv")
    return {row["model"]: row["openness"] for row in rows if row["access_verdict"] == "wrong"}


def once(models: list[Model]) -> tuple[list[Model], list[Model]]:
    """Return the models that count, and those whose run another row describes."""
    there = {model["name"] for model in models}
    twins = {row["model"]: row["same_run_as"] for row in rows_of(DATA / "audit/same_runs.csv")}
    doubles = [model for model in models if twins.get(model["name"]) in there]
    gone = {model["name"] for model in doubles}
    return [model for model in models if model["name"] not in gone], doubles


def is_within_peak(run: dict[str, str] | None) -> bool:
    """Tell whether the audit, from another source of chips and hours, has a run within its peak."""
    if run is None or run["verdict"] in {"", "not-checkable"}:
        return False
    return bool(run["peak_share"]) and float(run["peak_share"]) <= 1


def posts_alone() -> set[str]:
    """Return the collaborations that authors with two posts alone make."""
    rows = rows_of(DATA / "audit/dual_affiliation.csv")
    return {row["model"] for row in rows if row["dual_affiliation_only"] == "yes"}


def team_of(run: dict[str, str], by_posts: set[str]) -> str | None:
    if run["audited_team"] == "unknown":
        return None
    team = team_of_sectors(audited_sectors(run))
    if team == "both" and run["model"] in by_posts:
        listed = run["listed_team"]
        return {"academia-only": "academia", "industry-only": "industry"}.get(listed)
    return team


def team_if_academic(run: dict[str, str]) -> str | None:
    """Return the team of a run if all public and non-profit research were academic."""
    sides = ["industry" if sector == "industry" else "academia" for sector in audited_sectors(run)]
    return team_of_sectors(sides)


def team_of_sectors(sectors: Iterable[str]) -> str:
    kinds = set(sectors)
    if {"academia", "industry"} <= kinds:
        return "both"
    return kinds.pop() if kinds in ({"academia"}, {"industry"}) else "other"


def team_by_institutes(model: Model) -> str | None:
    """Return the listed team of a model, unless an institute among its makers is no university."""
    sectors = listed_sectors(model)
    return team_of_sectors(sectors) if sectors else model["team"]


def listed_sectors(model: Model) -> list[str]:
    """Return what each maker of a listed model counts as; empty where the list does not say."""
    makers = names(model["row"]["Organization"])
    kinds = names(model["row"]["Organization categorization"])
    if len(makers) != len(kinds):
        return []
    return [counted(maker, kind.casefold()) for maker, kind in zip(makers, kinds, strict=True)]


def audited_sectors(run: dict[str, str]) -> list[str]:
    entries = run["author_organisations"].split(" ; ")
    makers = [re.match(r"(.+?) \[([^\]]+)\]", entry) for entry in entries]
    return [counted(maker[1].strip("( "), maker[2]) for maker in makers if maker]


def counted(maker: str, kind: str) -> str:
    """Return whether a maker is of academia, of industry or of neither side."""
    if "company" in kind or kind == "industry":
        return "industry"
    if "academi" in kind and not kind.startswith("other"):
        return "other" if is_institute(maker) else "academia"
    return kind


@cache
def is_institute(maker: str) -> bool:
    """Tell whether every name of an organisation in a text is of public or non-profit research."""
    text = maker.casefold()
    hits = {pattern: sector for pattern, sector in organisations().items() if occurs(pattern, text)}
    longest = max(hits, key=len, default="")
    apart = [sector for pattern, sector in hits.items() if pattern.strip("^$*") not in longest]
    sectors = {hits[longest], *apart} if longest else set()
    return bool(sectors) and sectors <= {"government", "nonprofit"}


@cache
def organisations() -> dict[str, str]:
    rows = rows_of(DATA / "organisations.csv")
    named = [row for row in rows if row["strength"] in {"name", "word"} and row["sector"]]
    return {row["pattern"].casefold(): row["sector"] for row in named}


def occurs(pattern: str, text: str) -> bool:
    """Tell whether a name occurs in a text; a star lets a word continue, ^ and $ are its ends."""
    core = pattern.strip("^$*")
    if core not in text:
        return False
    start = "^" if pattern.startswith("^") else "" if pattern.startswith("*") else r"\b"
    end = "$" if pattern.endswith("$") else "" if pattern.endswith("*") else r"\b"
    return re.search(start + re.escape(core) + end, text) is not None


def own_computing(
    model: Model, run: dict[str, str] | None, listed: dict[str, float]
) -> tuple[float | None, str]:
    """Return the computing of a run of its own in FLOP, and why it is not the listed one."""
    compute = model["compute"]
    tolerated = 1.05
    if run is None:
        own = _by_its_row(model, listed)
    elif run["verdict"] in {"derived", "compute-changed"}:
        own = number(run["own_flop"])
    elif run["verdict"] in {"", "not-checkable"} or not run["own_flop"]:
        own = compute
    else:
        own = float(run["own_flop"])
        tolerated = 1.25
    if own is None:
        base = run is None or run["verdict"] == "derived"
        return None, "" if compute is None else "own not known" if base else "not supported"
    if compute and 1 / tolerated <= own / compute <= tolerated:
        return compute, ""
    return own, "corrected" if run and run["verdict"] != "derived" else "own"


def _by_its_row(model: Model, listed: dict[str, float]) -> float | None:
    """Return what the row of a run itself says of it, without the model that it was built on."""
    row = model["row"]
    bases = names(row["Base model"])
    if not bases or not model["compute"]:
        return model["compute"]
    if row["Finetune compute (FLOP)"]:
        return float(row["Finetune compute (FLOP)"])
    leaves_out_base = all(model["compute"] < listed.get(base, 0) for base in bases)
    return model["compute"] if leaves_out_base else None
