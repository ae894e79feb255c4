"""Numbers on attention, outside evaluations, transparency, capability and remedies, anew from raw files.

Nothing of the package is imported: lists are read with gzip, the tracker line by line, statistics with scipy and loops.
Team types of papers are those of the papers table, which has tests of its own.
"""

import gzip
import hashlib
import json
import re
import statistics
from collections import Counter, defaultdict
from datetime import date, timedelta

import numpy as np
import pandas as pd
import scipy
import yaml
from independent_numbers import rows_of, title_key

VENUES = [
    "neurips",
    "icml",
    "iclr",
    "cvpr",
    "iccv",
    "eccv",
    "acl",
    "naacl",
    "emnlp",
    "coling",
    "colm",
]
VENUES += ["aaai", "ijcai", "colt", "corl"]
SIZES = [(1, 2), (3, 3), (4, 4), (5, 5), (6, 7), (8, 10), (11, 999)]
GOVERNMENT = {"UK AISI", "US CAISI", "US AISI", "NNSA"}
CHARITIES = {"METR", "Apollo Research", "SecureBio", "Meridian Labs", "Eleos", "FAR.AI", "Epoch AI"}
NOBODY = {"Domain experts", "Individual red teamers", "Uplift trial participants"}
NOBODY |= {"Unidentified third party", "Unspecified third parties"}


def key_of(title):
    return hashlib.sha256(title_key(title).encode()).hexdigest()[:16]


def citations(raw):
    """Return the citations of every title of every list, by venue, year and key; the first list that knows wins.

    A title that stands twice in a list counts where it stands first.
    """
    found = {}
    for path in sorted(
        (raw / "papers").glob("*.json.gz"), key=lambda path: (".abstracts." in path.name, path.name)
    ):
        venue, year = re.match(r"([a-z]+)__[a-z]+(\d{4})", path.name).groups()
        titles = {}
        for record in json.loads(gzip.decompress(path.read_bytes())):
            if not unaccepted(record.get("status")):
                titles.setdefault(key_of(record["title"]), record.get("gs_citation"))
        for key, number in titles.items():
            if number is not None and number >= 0:
                found.setdefault(({"nips": "neurips"}.get(venue, venue), int(year), key), number)
    return found


def unaccepted(status):
    return bool(status) and re.search(
        "reject|withdr|workshop|^active$|retract|invite|tutorial", status, re.IGNORECASE
    )


def ranked(raw, data):
    """Return the papers with a known rank, and all papers."""
    papers = pd.read_parquet(data / "papers" / "papers.parquet")
    known = citations(raw)
    keys = zip(papers["venue"], papers["year"], papers["key"], strict=True)
    papers["cited"] = [known.get((venue, int(year), key), np.nan) for venue, year, key in keys]
    kept = []
    for _, everyone in papers.groupby(["venue", "year"]):
        if everyone["cited"].notna().mean() >= 0.9 and everyone["cited"].median() > 0:
            rows = everyone[everyone["cited"].notna()].copy()
            rows["rank"] = (scipy.stats.rankdata(rows["cited"]) - 0.5) / len(rows)
            rows["known"] = (everyone["team_type"] != "unknown").mean()
            kept.append(rows)
    return pd.concat(kept), papers


def lead(rows, team, extra=()):
    """Return how often a team's papers beat those of academia alone within strata, with DeLong's standard error."""
    top = weights = variance = 0.0
    for _, part in rows.groupby(["venue", "year", "track", *extra]):
        ours = part.loc[part["team_type"] == team, "rank"].to_numpy()
        theirs = part.loc[part["team_type"] == "academia-only", "rank"].to_numpy()
        m, n = len(ours), len(theirs)
        if min(m, n) < 2:
            continue
        share = scipy.stats.mannwhitneyu(ours, theirs, method="asymptotic").statistic / (m * n)
        wins = (ours[:, None] > theirs) + 0.5 * (ours[:, None] == theirs)
        weight = m * n / (m + n)
        top, weights = top + weight * share, weights + weight
        variance += weight**2 * (
            wins.mean(axis=1).var(ddof=1) / m + wins.mean(axis=0).var(ddof=1) / n
        )
    value, error = top / weights, variance**0.5 / weights
    return {"value": value, "low": value - 1.959964 * error, "high": value + 1.959964 * error}


def attention(raw, data):
    every, papers = ranked(raw, data)
    rows = every[
        every["venue"].isin(VENUES) & (every["known"] >= 0.85) & every["year"].between(2013, 2025)
    ].copy()
    rows["size"] = [
        next(place for place, (low, high) in enumerate(SIZES) if low <= n <= high)
        for n in rows["authors"]
    ]
    found = {"papers_ranked": len(rows)}
    found["mixed_lead"], found["company_lead"] = (
        lead(rows, "collaboration"),
        lead(rows, "industry-only"),
    )
    found["mixed_lead_alike"] = lead(rows, "collaboration", ["size"])
    plain, alike = (found[name]["value"] - 0.5 for name in ("mixed_lead", "mixed_lead_alike"))
    found["mixed_size_part"] = 1 - alike / plain
    for name, first, last in (("early", 2013, 2016), ("middle", 2017, 2019), ("late", 2020, 2025)):
        part = rows[rows["year"].between(first, last)]
        for team, label in (
            ("academia-only", "academia"),
            ("collaboration", "mixed"),
            ("industry-only", "company"),
        ):
            ours = part[part["team_type"] == team]
            found[f"top_{label}.{name}"] = float((ours["rank"] > 0.9).mean())
            if label != "academia":
                found[f"{label}_leads.{name}"] = lead(part, team)
    late = papers[papers["venue"].isin(VENUES) & papers["year"].between(2020, 2025)]
    late = late[late["team_type"] == "industry-only"]
    found["company_held"] = len(set(late.index) & set(every.index)) / len(late)
    return found


ONE_NAME = {"US AISI": "US CAISI", "Unspecified third parties": "Unidentified third party"}
"""Evaluators of two names."""


def evaluations(raw):
    """Count pairs of a model and an evaluator, and engagements, line by line."""
    text = (raw / "scrutiny" / "third_party_evaluations_2026-08-14.js").read_text(encoding="utf-8")
    company, counts, models, engaged = "", Counter(), Counter(), defaultdict(int)
    model, pairs = "", {}
    for line in (
        text.split("export const labsData", 1)[1].split("\nexport const", 1)[0].splitlines()
    ):
        if match := re.match(r'\s+name: "(.+)"', line):
            company = match[1]
        elif match := re.match(r'\s+"?([^"{]+?)"?: \{\s*$', line):
            model = match[1]
        elif "systemCard" in line:
            models[company, model] += 1
        for name, recurring in re.findall(r'evaluator: "([^"]+)", recurring: (true|false)', line):
            engaged[company, model] += 1
            counts["engaged by governments"] += name in GOVERNMENT
            pair = (company, model, ONE_NAME.get(name, name))
            pairs[pair] = pairs.get(pair, False) or recurring == "true"
    for own, _, name in pairs:
        kind = (
            "government" if name in GOVERNMENT else "non-profit" if name in CHARITIES else "company"
        )
        counts["unnamed" if name in NOBODY else kind] += 1
        counts[own, "named"] += name not in NOBODY
        counts["institutes"] += name in {"UK AISI", "US CAISI"}
    total = len(pairs)
    silent = [card for card in models if not engaged[card]]
    return {
        "outside_cards": len(models),
        "outside_engagements": sum(engaged.values()),
        "outside_pairs": total,
        "engagements_government": counts["engaged by governments"] / sum(engaged.values()),
        "outside_two_institutes": counts["institutes"] / (total - counts["unnamed"]),
        **{
            f"outside_{kind.replace('-', '_')}": counts[kind] / total
            for kind in ("government", "non-profit", "company", "unnamed")
        },
        "outside_silent": len(silent) / len(models),
        "outside_silent_google": sum(card[0] == "Google DeepMind" for card in silent)
        / sum(card[0] == "Google DeepMind" for card in models),
        "outside_google_named": float(counts["Google DeepMind", "named"]),
        "outside_recurring": sum(pairs.values()) / total,
    }


def transparency(raw):
    """Return mean scores of the index from the columns of its files."""
    means, scores = {}, {}
    for year, name in ((2023, "October2023"), (2024, "May2024"), (2025, "Dec2025")):
        rows = [
            one
            for one in rows_of(raw / f"scrutiny/fmti_scores_{name}.csv")
            if one["Indicator"] != "Total"
        ]
        developers = set(rows[0]) - {"Domain", "Subdomain", "Indicator", "Total"}
        scores[year] = {
            name.split()[0]: sum(int(row[name]) for row in rows) / 100 for name in developers
        }
        means[f"transparency_{year}"] = statistics.mean(scores[year].values())
        if year == 2025:
            compute = next(
                row for row in rows if row["Indicator"] == "Compute usage for final training run"
            )
            means["transparency_compute"] = sum(compute[name] == "1" for name in developers) / len(
                developers
            )
    both = scores[2023].keys() & scores[2024].keys()
    means["transparency_same_before"] = statistics.mean(scores[2023][name] for name in both)
    means["transparency_same_after"] = statistics.mean(scores[2024][name] for name in both)
    return means


def capability(raw):
    """Return how far open models are behind, by walking through the days."""
    rows = [
        row for row in rows_of(raw / "models/epoch_benchmarked_models_2026-08-19.csv") if row["eci"]
    ]
    models = {}
    for row in sorted(rows, key=lambda row: row["Version release date"] or row["Publication date"]):
        day = date.fromisoformat(row["Version release date"] or row["Publication date"])
        first, index, access = models.get(row["model_group"], (day, float(row["eci"]), ""))
        models[row["model_group"]] = (first, index, access or row["Model accessibility"])
    opened = [
        (day, index) for day, index, access in models.values() if access.startswith("Open weights")
    ]
    closed = [
        (day, index)
        for day, index, access in models.values()
        if not access.startswith("Open weights")
    ]

    def behind(day):
        best = max(index for released, index in opened if released <= day)
        ahead = [released for released, index in closed if released <= day and index >= best]
        return (day - min(ahead)).days / (365.25 / 12) if ahead else 0.0

    last = max(day for day, _ in [*opened, *closed])
    days = [
        date(2024, 1, 1) + timedelta(days) for days in range((last - date(2024, 1, 1)).days + 1)
    ]
    ends = [day for day in days if (day + timedelta(1)).day == 1]
    records = {
        day
        for day, index in opened
        if day.year >= 2024 and index > max(i for d, i in opened if d < day)
    }
    waits = [behind(day) for day in records]
    return {
        "behind_mean": statistics.mean(map(behind, ends)),
        "behind_release": statistics.mean(waits),
        "behind_nearest": min(waits),
        "behind_farthest": max(waits),
    }


def remedies(raw, data):
    """Count instruments in the files themselves, and divide hours by hand."""
    listed = rows_of(raw / "audit" / "instruments.csv")
    words = yaml.safe_load((data / "instruments.yml").read_text(encoding="utf-8"))
    return {
        "instruments": len(listed),
        "binding": sum(row["binding"] == "yes" for row in listed) / len(listed),
        "by_right": sum(row["academics"] == "right" for row in listed) / len(listed),
        "earmark": sum(one.get("earmark", False) for one in words.values()) / len(listed),
        "airr_over_olmo": 1_400_000 / (1024 * 1344),
        "scope_over_eight": 0.2 * 3.14e23 / 4e14 / 3600 / (8 * 8766),
        "bloom_of_jupiter": 1_082_990 / (24_000 * 8766),
        "own_over_olmo_7b": 64 * 8766 / 234_000,
    }


def numbers(raw, data):
    """Return all numbers by chapter."""
    return {
        "research-topics": attention(raw, data),
        "scrutiny": evaluations(raw) | transparency(raw),
        "diffusion": capability(raw),
        "remedies": remedies(raw, data),
    }
