"""Headline numbers of the book, worked out again from the raw files without the package.

``python tests/compute_divide/independent_numbers.py RAW`` prints them; `test_independent_numbers.py` holds them against
what the chapters record. Nothing is shared with the package but the raw files and, for affiliations and topics, the
rules and terms under ``data/``: what reads them here is written anew, in the plainest way.
"""

import csv
import gzip
import html
import json
import math
import re
import statistics
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parents[2] / "data"
Numbers = dict[str, float | tuple[int, int]]
"""Values, or counts and totals, by chapter and key of the result."""

csv.field_size_limit(10**8)


# --- models ---

FILES = {
    "2022-06": "models/epoch_website_database_2022-06-30.csv",
    "2023-03": "models/epoch_pcd_all_2023-03-03.csv",
    "2024-10": "models/epoch_notable_ai_models_2024-10-18.csv",
    "2024-11": "other/epoch_all_ml_systems_2024-11.csv",
    "2024-12": "models/epoch_notable_ai_models_2024-12-24.csv",
    "2025-02": "models/epoch_notable_ai_models_2025-02-24.csv",
    "2025-06": "models/epoch_full_view_2025-06-20.csv",
    "2026-03": "models/epoch_all_ai_models_2026-03-30.csv",
    "2026-06": "models/epoch_notable_ai_models_2026-06-15.csv",
    "2026-08": "models/epoch_notable_ai_models_2026-08-19.csv",
}
FILTER = ("sota improvement", "historical relevance", "historical significance", "highly cited")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {key: (value or "").strip() for key, value in row.items() if key}
            for row in csv.DictReader(file)
        ]


def models_of(raw: Path, vintage: str) -> list[dict[str, Any]]:
    """Return the models of a vintage: name, day, year, team, compute, criteria, and whether they are notable."""
    old = vintage < "2024"
    return [_model(row, old) for row in rows_of(raw / FILES[vintage])]


def _model(row: dict[str, str], old: bool) -> dict[str, Any]:
    day = _day(row["Publication date"], day_first=old)
    criteria = (row.get("Notability criteria") or row.get("Inclusion criteria") or "").casefold()
    met = row.get("Inclusion criteria met")
    label = row.get("Organization categorization") or row.get("Organization Categorization") or ""
    return {
        "name": row.get("Model") or row.get("System") or row.get("Reference"),
        "day": day,
        "year": day.year if day else None,
        "team": _old_team(label) if old else _team(label),
        "compute": _number(
            row.get("Training compute (FLOP)") or row.get("Training compute (FLOPs)") or ""
        ),
        "filter": any(name in criteria for name in FILTER),
        "notable": met.casefold().startswith("yes") if met is not None else bool(criteria),
        "row": row,
    }


def _day(text: str, *, day_first: bool) -> date | None:
    for form in ("%d/%m/%Y", "%Y") if day_first else ("%Y-%m-%d",):
        try:
            return datetime.strptime(text[:10], form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None


def _old_team(label: str) -> str | None:
    known = {"academia": "academia", "industry": "industry", "": None}
    return known.get(label.casefold(), "both" if "collaboration" in label.casefold() else "other")


def _team(label: str) -> str | None:
    kinds = {token.strip() for token in label.split(",")} - {""}
    if not kinds:
        return None
    if kinds == {"Academia"} or kinds == {"Industry"}:
        return kinds.pop().casefold()
    return "both" if {"Academia", "Industry"} <= kinds else "other"


def share(models: Iterable[dict[str, Any]], team: str, first: int, last: int) -> tuple[int, int]:
    teams = [
        model["team"]
        for model in models
        if model["year"] and first <= model["year"] <= last and model["team"]
    ]
    return teams.count(team), len(teams)


def largest(models: list[dict[str, Any]], k: int = 10) -> list[dict[str, Any]]:
    by_year = defaultdict(list)
    for model in models:
        if model["compute"] is not None:
            by_year[model["year"]].append(model)
    return [
        model
        for own in by_year.values()
        for model in sorted(own, key=lambda one: -one["compute"])[:k]
    ]


def doubling_months(points: Iterable[tuple[date, float]]) -> float:
    """Return the doubling time of the least-squares line through the logarithms."""
    placed = [
        (day.year + (day.timetuple().tm_yday - 1) / 365.25, math.log2(value))
        for day, value in points
    ]
    x, y = zip(*placed, strict=True)
    return 12 / statistics.linear_regression(x, y).slope


def large_scale_and_training(raw: Path) -> Numbers:
    new = models_of(raw, "2026-08")
    top, kept = largest(new), [model for model in new if model["filter"]]
    periods = {
        "academia_share_early": ("academia", 2010, 2014),
        "academia_share_late": ("academia", 2020, 2022),
        "industry_share_year": ("industry", 2022, 2022),
    }
    found: Numbers = {
        f"large-scale-models:{key}": share(top, *whose) for key, whose in periods.items()
    }
    found |= {
        f"large-scale-models:notable_{key}": share(kept, *whose) for key, whose in periods.items()
    }
    since = [
        model
        for model in new
        if model["year"] and 2010 <= model["year"] <= 2025 and model["compute"]
    ]
    found["training-compute:doubling_time"] = doubling_months(
        (model["day"], model["compute"]) for model in since
    )
    for team in ("academia", "industry"):
        own = ((model["day"], model["compute"]) for model in since if model["team"] == team)
        found[f"training-compute:doubling_time_{team}"] = doubling_months(own)
    differences, weights = [], []
    for year in (2021, 2022, 2023):
        industry, academia = (
            [
                math.log(model["compute"])
                for model in since
                if (model["year"], model["team"]) == (year, team)
            ]
            for team in ("industry", "academia")
        )
        differences.append(statistics.fmean(industry) - statistics.fmean(academia))
        weights.append(statistics.harmonic_mean([len(industry), len(academia)]))
    found["training-compute:gaps.late"] = math.exp(statistics.fmean(differences, weights))
    found["robustness:compute_known"] = (
        sum(model["compute"] is not None for model in new),
        len(new),
    )
    found["introduction:industry_end"] = share(new, "industry", 2025, 2025)
    language = [model for model in new if "Language" in model["row"]["Domain"]]
    found["large-scale-models:academic_models"] = share(language, "academia", 2022, 2024)
    return found


def vintages(raw: Path) -> Numbers:
    tables = {name: models_of(raw, name) for name in FILES}
    notable = {
        name: [model for model in models if model["notable"]] for name, models in tables.items()
    }
    found: Numbers = {
        "robustness:first_listed": share(tables["2022-06"], "industry", 2022, 2022),
        "robustness:first_old": share(tables["2023-03"], "industry", 2022, 2022),
        "robustness:first_old_notable": share(notable["2023-03"], "industry", 2022, 2022),
        "robustness:shift_old_notable": share(notable["2023-03"], "industry", 2019, 2022),
        "robustness:shift_new_notable": share(notable["2024-10"], "industry", 2019, 2022),
        "robustness:since_new_notable": share(notable["2026-08"], "industry", 2019, 2022),
        "robustness:newest_share": share(tables["2026-08"], "industry", 2025, 2025),
        "ledger:ai_index_2024_academia.then": share(notable["2025-02"], "academia", 2024, 2024),
        "ledger:ai_index_2024_academia.now": share(notable["2026-08"], "academia", 2024, 2024),
    }
    for key, name in {"then": "2023-03", "now": "2026-08"}.items():
        alone = [model for model in tables[name] if model["team"] in {"academia", "industry"}]
        found[f"ledger:ai_index_2022_academia_share.{key}"] = share(alone, "academia", 2022, 2022)
    for name in ("2024-10", "2024-11", "2025-02", "2026-03", "2026-08"):
        found[f"robustness:second.in_{name.replace('-', '_')}"] = share(
            notable[name], "industry", 2024, 2024
        )
    kept = [model for model in tables["2023-03"] if model["filter"]]
    found["ledger:share_early.then"] = share(kept, "academia", 2010, 2014)
    found["ledger:share_late.then"] = share(kept, "academia", 2020, 2022)
    found["ledger:share_industry.then"] = share(kept, "industry", 2022, 2022)
    early = [
        (model["day"], model["compute"])
        for model in kept
        if model["compute"] and 2010 <= model["year"] <= 2022
    ]
    found["ledger:doubling_time.then"] = doubling_months(early)
    return found


# --- bases, openness, chips, prices ---


def bases_and_access(raw: Path) -> Numbers:
    systems = models_of(raw, "2024-11")
    team_of: dict[str, str | None] = {}
    for model in systems:
        team_of.setdefault(model["name"], model["team"])
    on_industry = []
    for model in systems:
        bases = [name.strip() for name in model["row"]["Base model"].split(",") if name.strip()]
        known = {team_of[name] for name in bases if team_of.get(name)}
        if model["team"] == "academia" and known:
            on_industry.append(known == {"industry"})
    new = models_of(raw, "2026-08")
    found: Numbers = {"open-models:academic_on_industry": (sum(on_industry), len(on_industry))}
    for team in ("industry", "academia"):
        access = [
            model["row"]["Model accessibility"]
            for model in new
            if model["team"] == team and model["year"] and 2023 <= model["year"] <= 2025
        ]
        access = [one for one in access if one]
        found[f"diffusion:open_late_{team}"] = (
            sum(one.startswith("Open weights") for one in access),
            len(access),
        )
    in_country = {"american": "United States of America", "chinese": "China"}
    for who, country in in_country.items():
        for when, first, last in (("early", 2019, 2021), ("last", 2025, 2025)):
            access = [
                model["row"]["Model accessibility"]
                for model in new
                if model["team"] == "industry" and model["year"] and first <= model["year"] <= last
                if country in model["row"]["Country (of organization)"].split(",")
            ]
            access = [one for one in access if one]
            found[f"diffusion:{who}_{when}"] = (
                sum(one.startswith("Open weights") for one in access),
                len(access),
            )
    asked = {
        "google_nothing": (r"Google( |$|,)|DeepMind", 2019, 2023, "Unreleased", ""),
        "meta_code": (r"Meta AI|Facebook", 2021, 2023, "Open weights", "Open"),
        "alibaba_weights": (r"Alibaba", 2023, 2025, "Open weights", ""),
        "deepseek_weights": (r"DeepSeek", 2024, 2026, "Open weights", ""),
    }
    for key, (maker, first, last, access, code) in asked.items():
        own = [model["row"] for model in new if model["year"] and first <= model["year"] <= last]
        own = [
            row
            for row in own
            if re.search(maker, row["Organization"]) and row["Model accessibility"]
        ]
        met = [row for row in own if row["Model accessibility"].startswith(access)]
        met = [row for row in met if row["Training code accessibility"].startswith(code)]
        found[f"diffusion:{key}"] = (len(met), len(own))
    return found


def chips_and_money(raw: Path) -> Numbers:
    chip = "NVIDIA H100 SXM5 80GB"
    listed = rows_of(raw / "models/epoch_ml_hardware_2026-07-19.csv")
    peak = next(
        float(row["Tensor-FP16/BF16 performance (FLOP/s)"])
        for row in listed
        if row["Hardware name"] == chip
    )
    hours = 5000 * 3 * 365.25 * 24 / 12
    facility = hours * 3600 * peak * 0.33
    quotes = rows_of(raw / "models/epoch_hardware_prices_2025-06-20.csv")
    quotes = [row for row in quotes if row["Hardware model"] == chip]
    sales = "Price (hardware purchase)"
    newest = max(row["Price date"][:4] for row in quotes if row[sales])
    bought = statistics.median(
        float(row[sales].strip("$").replace(",", ""))
        for row in quotes
        if row[sales] and row["Price date"][:4] == newest
    )
    rents = rows_of(raw / "compute/gpu_rental_list_prices_2026-09.csv")
    months = {row["month"]: float(row["usd_per_hour"]) for row in rents if row["chip"] == "H100"}
    price = months[max(months)]
    new = models_of(raw, "2026-08")
    of_year = [model["compute"] for model in new if model["year"] == 2025]
    known = [compute for compute in of_year if compute is not None]
    within = sum(compute <= facility for compute in known)
    industry = [
        model
        for model in new
        if model["team"] == "industry"
        and model["row"]["Hardware quantity"]
        and 2022 <= (model["year"] or 0) <= 2024
    ]
    cards = rows_of(raw / "models/epoch_gpu_trends_2023-03-02.csv")
    cards = [row for row in cards if row["date"] and row["FP32_flops"] and row["real_price_2020"]]
    return {
        "policy:reach_facility": (within, len(known)),
        "policy:reach_facility_least": (within, len(of_year)),
        "policy:reach_facility_most": (within + len(of_year) - len(known), len(of_year)),
        "policy:facility_rent": hours * price,
        "policy:facility_purchase": 5000 * bought,
        "policy:grant_flop": 1_400_000 * 3600 * peak * 0.33,
        "policy:grant_reach": (
            sum(one <= 1.4e6 * 3600 * peak * 0.33 for one in known),
            len(known),
        ),
        "training-compute:usual_chips.industry": statistics.median(
            float(model["row"]["Hardware quantity"]) for model in industry
        ),
        "training-compute:doubling_gpus": doubling_months(
            (
                datetime.fromisoformat(row["date"]).date(),
                float(row["FP32_flops"]) / float(row["real_price_2020"]),
            )
            for row in cards
        ),
    }


def built(raw: Path) -> list[dict[str, str]]:
    return [
        row
        for row in rows_of(raw / "models/epoch_gpu_clusters_2026-04-24.csv")
        if row["Status"] in {"Existing", "Decommissioned"}
        and row["Certainty"] in {"Confirmed", "Likely"}
        and row["Possible Duplicate"] != "True"
        and row["H100 equivalents"]
    ]


def machines_of_2019(raw: Path) -> Numbers:
    day = "2019-12-31"
    there = [row for row in built(raw) if "" < row["First Operational Date"] <= day]
    names = {row["Name"] for row in there}
    ran = [
        row["Sector"]
        for row in there
        if not "" < row["Decommissioned Date (if applicable)"] <= day
        and row["Superseded by"] not in names
        and row["Sector"]
    ]
    return {"ledger:pilz_private_2019.now": (ran.count("Private"), len(ran))}


# --- papers ---


def plain(text: str) -> str:
    """Return a text in lower case without accents, ligatures and the loose accents of PDF parsing."""
    if text.isascii() and "`" not in text:
        return text.lower()
    text = re.sub(r"\s?[´`¨ˆ˜¸]\s?(?=[a-z])|[´`¨ˆ˜¸]\s?", "", text)
    text = unicodedata.normalize("NFKD", text).lower()
    for letter, instead in zip(
        "ßøłđðþæœıħ", ("ss", "o", "l", "d", "d", "th", "ae", "oe", "i", "h"), strict=True
    ):
        text = text.replace(letter, instead)
    return "".join(char for char in text if not unicodedata.combining(char))


def words(text: str) -> str:
    return " ".join("and" if word == "&" else word for word in re.findall(r"\d+|[^\W\d_]+|&", text))


class Affiliations:
    """Reads affiliation strings by ``data/organisations.csv``, each rule tried on each string."""

    def __init__(self) -> None:
        self.keys: dict[str, list[tuple[str, str, frozenset[str]]]] = defaultdict(list)
        self.known: dict[str, frozenset[str]] = {}
        for row in rows_of(DATA / "organisations.csv"):
            pattern, sectors = row["pattern"], frozenset(filter(None, row["sector"].split("|")))
            if row["strength"] == "bare":
                self.bare = sectors
                continue
            start = " ^ " if pattern.startswith("^") else "" if pattern.startswith("*") else " "
            end = " $ " if pattern.endswith("$") else "" if pattern.endswith("*") else " "
            key = start + words(plain(pattern.strip("*^$"))) + end
            self.keys[key[:4] if start and len(key) >= 4 else ""].append(
                (key, row["strength"], sectors)
            )

    def read(self, text: str) -> frozenset[str]:
        if text not in self.known:
            self.known[text] = self._read(text)
        return self.known[text]

    def _read(self, text: str) -> frozenset[str]:
        while "&" in text and (shown := html.unescape(text)) != text:
            text = shown
        items = [item for item in text.split("+") if len(item) < 250 and "\n" not in item.strip()]
        cut = [
            re.sub(r"\b(?:currently|now|presently) (?:at|with) [^,;()+]*", " ", plain(item))
            for item in items
        ]
        pieces = [piece for item in cut for piece in re.split(r"[;/|]", item) if words(piece)]
        parts = [f" ^ {words(piece)} $ " for piece in pieces]
        heads = [f" ^ {words(piece.split(',')[0])} $ " for piece in pieces]
        matches = [self._matches(part) for part in parts]
        firm = [
            {one for strength, found in match if strength in {"name", "word"} for one in found}
            for match in matches
        ]
        sectors = set().union(*firm)
        decided = bool(sectors)
        for part, head, match, settled in zip(parts, heads, matches, firm, strict=True):
            if settled or (decided and len(part.split()) > 5):
                continue
            if any(strength == "hint" for strength, _ in match):
                sectors |= self._hinted(match)
            else:
                sectors |= {one for _, found in self._matches(head) for one in found}
        apart = [item.strip() for item in re.split(r"\+| / [^+]*,[^+]*| / ", text)]
        if sectors and len(apart) == 1:
            return frozenset(sectors)
        bare = any(self._is_bare(item, alone=not sectors) for item in apart if item)
        return frozenset(sectors | self.bare) if bare else frozenset(sectors)

    def _is_bare(self, text: str, *, alone: bool) -> bool:
        name = text.split(",", maxsplit=1)[0].strip()
        shape = (
            r"(?=.{4,40}$)(?=.*[a-z])(?!.*(?:Lab|Group|Team|Project)(?:[A-Z0-9]\w*)?$)"
            r"[A-Z][\w.'-]*( (?:[A-Z][\w.'-]*|of|the|for|and|&)){0,2}|[a-z]{5,}"
        )
        if not re.fullmatch(shape, name) or self._matches(f" ^ {words(plain(name))} $ "):
            return False
        return alone or not self._matches(f" ^ {words(plain(text))} $ ")

    def _matches(self, part: str) -> list[tuple[str, frozenset[str]]]:
        """Return the rules that match and lie in no longer match."""
        starts = {part[place : place + 4] for place, char in enumerate(part) if char == " "}
        found = []
        for start in (*starts, ""):
            for key, strength, sectors in self.keys.get(start, ()):
                place = part.find(key)
                while place >= 0:
                    found.append((place, place + len(key), strength, sectors))
                    place = part.find(key, place + 1)
        return [
            (strength, sectors)
            for place, end, strength, sectors in found
            if not any(a <= place and end <= b and (a, b) != (place, end) for a, b, *_ in found)
        ]

    @staticmethod
    def _hinted(match: list[tuple[str, frozenset[str]]]) -> set[str]:
        hints = [sectors for strength, sectors in match if strength == "hint"]
        order = ["academia", "government", "nonprofit"]
        if all(hints):
            order.append("industry")
        return set([sector for sector in order if any(sector in one for one in hints)][:1])


def title_key(title: str) -> str:
    if not title.isascii():
        title = "".join(
            char for char in unicodedata.normalize("NFKD", title) if not unicodedata.combining(char)
        )
    return re.sub(r"[\W_]+", "", title.lower())


def unescaped(text: str) -> str:
    text = re.sub(
        r"\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})",
        lambda found: chr(int(found[1] or found[2], 16)),
        text,
    )
    while "&" in text and (shown := html.unescape(text)) != text:
        text = shown
    return text


def listed(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield title and affiliations of the accepted papers of a list."""
    content = gzip.decompress(path.read_bytes()).decode("utf-8")
    if ".jsonl" in path.name:
        for line in filter(str.strip, content.split("\n")):
            record = json.loads(line)
            named = [
                unescaped(author.get("affiliation") or "").strip() for author in record["authors"]
            ]
            yield unescaped(record["title"]), named
        return
    for record in json.loads(content):
        if not re.search(r"reject|withdraw|workshop", record.get("status") or "", re.IGNORECASE):
            yield (
                record["title"],
                [
                    one.strip()
                    for one in unescaped(record.get("aff") or "").split(";")
                    if one.strip()
                ],
            )


def papers_of(raw: Path, *names: str) -> dict[str, tuple[str, list[str]]]:
    """Return title and affiliations by key; the first list tells which papers there are, the others fill in."""
    found: dict[str, tuple[str, list[str]]] = {}
    for number, name in enumerate(names):
        for title, affiliations in listed(raw / "papers" / name):
            key = title_key(title)
            if key in found and not found[key][1]:
                found[key] = (found[key][0], affiliations)
            elif key not in found and not number:
                found[key] = (title, affiliations)
    return found


def academic(
    papers: Iterable[tuple[str, list[str]]], reader: Affiliations, *, public: bool
) -> tuple[int, int]:
    """Return how many papers are by universities alone, of those whose team is known."""
    teams = [set().union(*map(reader.read, affiliations)) for _, affiliations in papers]
    allowed = {"academia", "government", "nonprofit"} if public else {"academia"}
    return sum(bool(team) and team <= allowed for team in teams), sum(map(bool, teams))


ON_RUNS = (
    *("diffusion", "introduction", "large-scale-models"),
    *("open-models", "policy", "training-compute"),
)
"""Chapters that count audited runs; here they are asked as listed, see `independent_audit`."""
CHOICES: dict[str, dict[str, Any]] = {
    "scrutiny": {"venues": ["icml"]},
    **{chapter: {"records": "as-listed"} for chapter in ON_RUNS},
}
"""Parameters under which a chapter is asked; of scrutiny its own would take all lists to be read."""


@cache
def bare(text: str) -> str:
    return re.sub(r"[^\w]+", " ", plain(text)).strip()


def about(title: str, terms: Iterable[str]) -> bool:
    told, keys = f" {bare(title)} ", [bare(term.strip("*")) for term in terms]
    return any(
        ("" if term.startswith("*") else " ") + key + ("" if term.endswith("*") else " ") in told
        for term, key in zip(terms, keys, strict=True)
    )


def scrutiny(raw: Path) -> Numbers:
    topics = yaml.safe_load((DATA / "topics.yml").read_text(encoding="utf-8"))
    terms = [
        term
        for topic in topics["groups"]["scrutiny"]["topics"]
        for term in topics["topics"][topic]["terms"]
    ]
    reader = Affiliations()
    teams = [
        set().union(*map(reader.read, affiliations))
        for name in ("icml__icml2023.json.gz", "icml__icml2024.json.gz")
        for title, affiliations in papers_of(raw, name).values()
        if about(title, terms)
    ]
    known = [team for team in teams if team]
    return {"scrutiny:part_all.late": (known.count({"academia"}), len(known))}


def openalex(raw: Path) -> Numbers:
    titles = set()
    of_epoch = (
        "epoch_ml_works_2023",
        "epoch_openai_work0_2023",
        "epoch_openai_work2_2023",
        "epoch_work0_2023",
    )
    for name in ("justin21523_works_sample", *of_epoch):
        content = json.loads((raw / f"openalex/{name}.json").read_text(encoding="utf-8"))
        for work in content if isinstance(content, list) else content.get("results", [content]):
            title = work.get("title") or ""
            titles.add(title_key(title) if len(title.split()) >= 3 else work["id"])
    return {"openalex:works_ml": float(len(titles))}


def papers(raw: Path) -> Numbers:
    reader = Affiliations()
    lists = {
        "before": papers_of(raw, "nips__nips2013.json.gz"),
        "between": papers_of(raw, "nips__nips2021.json.gz"),
        "after": papers_of(
            raw, "nips__nips2024.json.gz", next((raw / "papers").glob("*2024*.jsonl.gz")).name
        ),
    }
    found: Numbers = {}
    for key, own in lists.items():
        found[f"research-topics:academic_{key}"] = academic(own.values(), reader, public=False)
        found[f"research-topics:academic_{key}_public"] = academic(
            own.values(), reader, public=True
        )
    return found


PARTS: tuple[Callable[[Path], Numbers], ...] = (
    large_scale_and_training,
    vintages,
    bases_and_access,
    chips_and_money,
    machines_of_2019,
    papers,
    scrutiny,
    openalex,
)


def numbers(raw: Path) -> Numbers:
    """Return all numbers by chapter and key."""
    return {key: value for part in PARTS for key, value in part(raw).items()}


if __name__ == "__main__":
    for name, value in numbers(Path(sys.argv[1])).items():
        print(f"{name:50} {value if isinstance(value, tuple) else f'{value:,.6g}'}")  # noqa: T201
