"""The numbers of the chapters on machines and causes, from the raw files alone.

Written apart from the package, of which it imports nothing; only what is kept by hand is read from
the project: the corrections of GPUs (``data/gpu_checks.csv``) and machines and chips checked later (``data/audit/own_*.csv``).
"""

import datetime as dt
import math
import statistics
from collections import defaultdict
from pathlib import Path

from independent_numbers import DATA, built
from independent_numbers import rows_of as rows

H100 = "NVIDIA H100 SXM5 80GB"
GPUS = {
    "H100_SXM": H100, "H100_PCIe": "NVIDIA H100 PCIe", "H200": "NVIDIA H200 SXM", "B200": "NVIDIA B200",
    "A100_80GB": "NVIDIA A100 SXM4 80 GB", "A100_40GB": "NVIDIA A100 SXM4 40 GB", "A40": "NVIDIA A40 PCIe",
    "RTX_A6000": "NVIDIA RTX A6000", "L40S": "NVIDIA L40S", "V100": "NVIDIA V100", "P100": "NVIDIA P100",
    "GH200": "NVIDIA GH200", "A10": "NVIDIA A10 PCIe",
}  # fmt: skip
FIFTHS = ("least", "second", "third", "fourth", "most")
ARSENALS = ("Lawrence Livermore", "Los Alamos", "Sandia", "CEA EXA1")


def peaks(raw: Path) -> dict[str, float]:
    """Return 16-bit peaks in FLOP/s: those of data sheets before those of the list."""
    found = {}
    for chip in rows(raw / "models/epoch_ml_hardware_2026-07-19.csv"):
        tensor, half = (
            chip["Tensor-FP16/BF16 performance (FLOP/s)"],
            chip["FP16 (half precision) performance (FLOP/s)"],
        )
        if tensor or half:
            found[chip["Hardware name"]] = float(tensor or half)
    return found | sheets(raw)


def sheets(raw: Path) -> dict[str, float]:
    """Return the peaks of data sheets, no lead among them."""
    return {
        chip["chip"]: float(chip["data_sheet_dense_16bit_tflops"]) * 1e12
        for chip in [*rows(raw / "audit/chips.csv"), *rows(DATA / "audit/own_chips.csv")]
        if chip["data_sheet_dense_16bit_tflops"] and chip["seen"] != "lead"
    }


GONE = ("retired; still Existing", "Decommissioned", "replaced 2025 by")
NEVER = ("an offer (", "counted twice")


def machines(raw: Path) -> list[dict[str, str]]:
    """Return the audit of machines, a row checked again in the place of the first."""
    again = {
        (one["machine"], one["rmax_pflops"]): one for one in rows(DATA / "audit/own_machines.csv")
    }
    first = rows(raw / "audit/machines.csv")
    return [again.get((one["machine"], one["rmax_pflops"]), one) for one in first]


def by_name(raw: Path) -> dict[str, dict[str, str]]:
    return {
        one["machine"]: one
        for one in machines(raw)
        if one["verdict"] != "missing" and not one["machine"].startswith("Anonymized")
    }


def clusters(raw: Path, speed: dict[str, float]) -> list[dict]:
    """Return every machine once, also those that ran: name, sector, country, day, size, whether it runs."""
    audit = by_name(raw)
    sheet = sheets(raw)
    there = {one["Name"].strip('"') for one in built(raw) if one["Status"] == "Existing"}
    found = []
    for one in built(raw):
        name = one["Name"].strip('"')
        checked = audit.get(name, {"note": "", "verdict": "", "audited_h100e": ""})
        if any(words in checked["note"] for words in NEVER):
            continue
        chip = one["Chip type (primary)"].strip('"')
        alone = one["Chip quantity (primary)"] == one["Total number of AI chips"] != ""
        listed = one["16-bit OP/s"] and float(one["16-bit OP/s"]) / speed[H100]
        if alone and not one["Chip type (secondary)"] and chip in sheet:
            listed = float(one["Total number of AI chips"]) * sheet[chip] / speed[H100]
        size = float(checked["audited_h100e"] or 0) or listed or float(one["H100 equivalents"])
        mixed = one["Sector"] == "Public/Private" or checked["verdict"] == "owner-wrong"
        gone = any(words in checked["note"] for words in GONE)
        runs = (
            one["Status"] == "Existing"
            and one["Superseded by"].strip('"') not in there
            and not gone
        )
        found.append(
            {
                "name": name,
                "sector": "Mixed" if mixed else one["Sector"],
                "country": one["Country"].strip('"'),
                "day": one["First Operational Date"],
                "size": size,
                "first": listed if checked["verdict"] == "count-wrong" and size > listed else size,
                "runs": runs,
                "arms": name.startswith(ARSENALS),
            }
        )
    return found + added(raw)


def added(raw: Path) -> list[dict]:
    found = []
    for one in machines(raw):
        if one["verdict"] == "missing" and one["owner_kind"].startswith("public"):
            if "announced" in one["owner_kind"]:
                continue
            found.append(
                {
                    "name": one["machine"],
                    "sector": "Public",
                    "country": one["country"],
                    "day": one["operational_date"][:7],
                    "size": float(one["audited_h100e"]),
                    "first": float(one["audited_h100e"]),
                    "runs": True,
                    "arms": "weapons" in one["owner_kind"],
                }
            )
    return found


AURORA_CLOCKS = {"low": 112 * 4096 * 1.3e9, "high": 128 * 4096 * 1.6e9}
AURORA_CHIPS = 63_744


def of_clusters(raw: Path, speed: dict[str, float]) -> dict[str, float]:
    ever = clusters(raw, speed)
    found = [one for one in ever if one["runs"]]
    private = [one for one in found if one["sector"] == "Private"]
    arms = [one for one in found if one["sector"] == "Public" and one["arms"]]
    free = [one for one in found if one["sector"] == "Public" and not one["arms"]]
    named = [one for one in free if not one["name"].startswith("Anonymized")]
    mixed = [one["size"] for one in found if one["sector"] == "Mixed"]
    until = [
        one["size"] for one in ever if one["sector"] == "Private" and "" < one["day"] < "2022-06-01"
    ]
    german = [one["size"] for one in free if one["country"] == "Germany"]
    sites = [
        float(one["H100 equivalents"] or 0)
        for one in rows(raw / "compute/epoch_frontier_data_center_timelines_2026-07-07.csv")
        if one["Date"][:10] <= "2026-07-07"
    ]
    biggest = {
        key: max(one["size"] for one in part)
        for key, part in {"p": private, "o": named, "w": arms}.items()
    }
    return {
        "private_largest": biggest["p"],
        "open_largest": biggest["o"],
        "weapons_largest": biggest["w"],
        "frontier": next(one["first"] for one in named if one["name"].endswith("Frontier")),
        "private_2022": max(until),
        "private_over_open": biggest["p"] / biggest["o"],
        "private_over_weapons": biggest["p"] / biggest["w"],
        "site_largest": max(sites),
        "site_over_open": max(sites) / biggest["o"],
        "public_n": len(free),
        "public_sum": sum(one["size"] for one in free),
        "mixed_n": len(mixed),
        "mixed_sum": sum(mixed),
        "germany": sum(german),
        "germany_largest": max(german) / sum(german),
        "united_states": sum(
            one["size"] for one in free if one["country"].startswith("United States")
        ),
        "aurora_range.low": AURORA_CHIPS * AURORA_CLOCKS["low"] / speed[H100],
        "aurora_range.high": AURORA_CHIPS * AURORA_CLOCKS["high"] / speed[H100],
        "aurora_beyond": 11.643e18 / (AURORA_CHIPS * 52.43e12),
    }


SERIES_OF_OWNERS = (
    "nvidia_owners",
    "nvidia_owners_OTHER",
    "tpu_owners",
    "amd_owners",
    "coreweave_owners",
    "trainium_owners",
    "named_other_owners",
)


def of_owners(raw: Path, speed: dict[str, float]) -> dict[str, float]:
    median, ends = "Compute estimate in H100e (median)", ("12/31/2025", "12/31/2024")
    sums, single = dict.fromkeys(ends, 0.0), {}
    for series in SERIES_OF_OWNERS:  # those that the book counts
        [path] = (raw / "compute").glob(f"epoch_{series}_cumulative_totals_*.csv")
        for one in rows(path):
            end = one["End date"].replace("/24", "/2024").replace("/25", "/2025")
            end = one["End date"] if one["End date"] in ends else end
            if end in ends and not one.get("Incomplete"):
                sums[end] += float(one[median])
                if end == ends[0]:
                    single[one["Owner"], one["Chip manufacturer"]] = float(one[median])
    kinds: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    of_kinds = [
        one
        for maker in ("nvidia", "trainium")
        for one in rows(raw / f"compute/epoch_{maker}_owners_cumulative_by_chip_2026-04-22.csv")
    ]
    for one in of_kinds:
        kinds[one["Chip type"]][0] += float(one[median])
        kinds[one["Chip type"]][1] += float(one["Number of Units"])
    same = {
        "A100": "NVIDIA A100", "A800": "NVIDIA A800 SXM", "H100/H200": H100, "H800": "NVIDIA H800 SXM5",
        "H20": "NVIDIA HGX H20", "B200": "NVIDIA B200", "Trainium1": "Amazon Trainium1", "Trainium2": "Amazon Trainium2",
    }  # fmt: skip
    gaps = [
        abs(kinds[kind][0] / kinds[kind][1] * speed[H100] / speed[chip] - 1)
        for kind, chip in same.items()
    ]
    return {
        "microsoft": single["Microsoft", "Nvidia"],
        "google_own": single["Google", "Google"],
        "amazon": single["Amazon", "Nvidia"] + single["Amazon", "Amazon"],
        "meta": single["Meta", "Nvidia"] + single["Meta", "AMD"],
        "owners_growth": sums[ends[0]] / sums[ends[1]],
        "scale_gap": max(gaps),
    }


def of_universities(raw: Path, speed: dict[str, float]) -> dict[str, float]:
    table = rows(raw / "compute/gpus_per_student_master_2026-01-05.csv")
    checks = rows(DATA / "gpu_checks.csv")
    fixed = {(int(one["row"]), one["gpu"]): int(one["checked"]) for one in checks if one["gpu"]}

    def worth(row: int, cells: dict[str, str], *, checked: bool) -> float:
        counts = {
            gpu: fixed.get((row, gpu), int(cells[gpu])) if checked else int(cells[gpu])
            for gpu in GPUS
        }
        return sum(count * speed[GPUS[gpu]] / speed[H100] for gpu, count in counts.items())

    recorded = [worth(row, cells, checked=False) for row, cells in enumerate(table, start=2)]
    sizes = sorted(worth(row, cells, checked=True) for row, cells in enumerate(table, start=2))
    verdicts = {int(one["row"]): one["verdict"] for one in checks if one["chosen"] != "search"}
    from_tenth = math.ceil(0.9 * len(sizes)) - 1
    return {
        "universities_n": len(table),
        "universities.checked": sum(sizes),
        "universities.recorded": sum(recorded),
        "universities.theirs": sum(float(one["h100_equivalent"]) for one in table),
        "median_university": statistics.median(sizes),
        "most_university": sizes[-1],
        "top_tenth": sum(sizes[from_tenth:]) / sum(sizes),
        "without": sum(size == 0 for size in recorded) / len(table),
        "disagree": sum(verdict == "disagrees" for verdict in verdicts.values()) / len(verdicts),
        "corrections": len(fixed),
    }


def of_lists(raw: Path) -> dict[str, float]:
    def machines(month: str) -> list[tuple[str, str, float]]:
        found = []
        for half in ("academic", "other"):
            for one in rows(raw / f"compute/top500/top500_{month}_{half}.csv"):
                speed = float(one["RMax"]) / 1e3 if "RMax" in one else float(one["Rmax [TFlop/s]"])
                found.append((one["Segment"], one["Country"], speed))
        return found

    def share(found: list[tuple[str, str, float]], *segments: str) -> float:
        return sum(one[2] for one in found if one[0] in segments) / sum(one[2] for one in found)

    old, new = machines("2010-06"), machines("2026-06")
    paid = [one for one in new if one[0] in {"Academic", "Research", "Government"}]
    return {
        "top500_first": share(old, "Academic"),
        "top500_last": share(new, "Academic"),
        "top500_national": share(new, "Research", "Government"),
        "united_states_list": sum(one[2] for one in paid if one[1] == "United States")
        / sum(one[2] for one in paid),
    }


def of_models(raw: Path) -> dict[str, float]:
    by_year: dict[int, list[tuple[float, set[str]]]] = defaultdict(list)
    costs: dict[int, tuple[float, float]] = {}
    for one in rows(raw / "models/epoch_notable_ai_models_2026-08-19.csv"):
        day, flop = (
            dt.date.fromisoformat(one["Publication date"][:10]),
            one["Training compute (FLOP)"],
        )
        sectors = set(filter(None, one["Organization categorization"].split(",")))
        cost = float(one["Training compute cost (2023 USD)"] or 0)
        if 2018 <= day.year <= 2025 and flop and sectors:
            by_year[day.year].append((float(flop), sectors))
        if 2016 <= day.year <= 2025 and cost > costs.get(day.year, (0, 0))[0]:
            costs[day.year] = (cost, day.year + (day.timetuple().tm_yday - 1) / 365.25)
    fifths: dict[int, list[bool]] = defaultdict(list)
    for own in by_year.values():
        ordered = sorted(flop for flop, _ in own)
        for flop, sectors in own:
            places = [place for place, other in enumerate(ordered, start=1) if other == flop]
            fifths[math.ceil(5 * statistics.mean(places) / len(own))].append(
                sectors == {"Academia"}
            )
    slope = statistics.linear_regression(
        [when for _, when in costs.values()], [math.log10(c) for c, _ in costs.values()]
    )
    return {"cost_growth": 10**slope.slope} | {
        f"fifth.{FIFTHS[place - 1]}": statistics.mean(own) for place, own in fifths.items()
    }


def of_prices(raw: Path, h100: float) -> dict[str, float]:
    quotes = [
        one
        for one in rows(raw / "compute/gpu_rental_list_prices_2026-09.csv")
        if one["chip"] == "H100"
    ]
    prices = [float(one["usd_per_hour"]) for one in quotes]
    peak = prices.index(max(prices))
    flop = 2_500_000 / prices[-1] * 3600 * h100 * 0.33
    models = {
        one["Model"]: one for one in rows(raw / "models/epoch_notable_ai_models_2026-08-19.csv")
    }
    return {
        "h100_peak": prices[peak],
        "h100_lowest": min(prices[peak:]),
        "h100_last": prices[-1],
        "gpt4_over_grant": float(models["GPT-4 (Mar 2023)"]["Training compute (FLOP)"]) / flop,
        "olmo_over_grant": 1024 * 1344 / (2_500_000 / prices[-1]),
    }


def of_countries(raw: Path, speed: dict[str, float]) -> dict[str, float]:
    """Return where models are made and where machines stand, of those whose country is known."""
    models = rows(raw / "models/epoch_notable_ai_models_2026-08-19.csv")
    of = [
        m["Country (of organization)"]
        for m in models
        if "2023" <= m["Publication date"][:4] <= "2025"
    ]
    of = [{name.strip() for name in one.split(",")} for one in of if one.strip()]
    large = {"United States of America", "China"}
    found = {
        "two_countries_models": statistics.mean(bool(one & large) for one in of),
        "germany_models": statistics.mean("Germany" in one for one in of),
    }
    listed = [one for one in clusters(raw, speed) if one["country"] and one["runs"]]
    private = [one for one in listed if one["sector"] == "Private"]
    public = [one for one in listed if one["sector"] == "Public" and not one["arms"]]
    both = [one for one in listed if one["sector"] == "Mixed"]
    parts = {
        "private": private,
        "public": public,
        "mixed": public + both,
        "companies": private + both,
    }
    for key, part in parts.items():
        held = sum(one["size"] for one in part if one["country"] in {*large, "United States"})
        found[f"two_countries_{key}"] = held / sum(one["size"] for one in part)
    germany = sum(one["size"] for one in public if one["country"] == "Germany")
    return found | {"germany_public": germany / sum(one["size"] for one in public)}


def recompute(raw: Path) -> dict[str, float]:
    """Return every number by its key in the results of the chapters."""
    speed = peaks(raw)
    labs = rows(raw / "compute/epoch_lab_compute_year_end_2026-09-03.csv")
    used = [float(one["h100e_med"]) for one in labs if one["Year"] == "2025"]
    found = (
        of_clusters(raw, speed)
        | of_owners(raw, speed)
        | of_universities(raw, speed)
        | of_lists(raw)
    )
    found |= of_countries(raw, speed)
    return found | of_models(raw) | of_prices(raw, speed[H100]) | {
        "laboratory_most": max(used),
        "laboratory_fewest": min(used),
        "laboratory_over_universities": max(used) / found["universities.checked"],
        "fewest_over_public": min(used) / found["public_sum"],
    }  # fmt: skip
