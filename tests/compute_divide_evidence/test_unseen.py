"""Snapshots and lists that the project has no table of: our counts are those of a loader that shares no code with it.

The snapshots are real ones in forms that were never read: columns in another order, the classes of weights as they were
called in early 2024, other encodings, other forms of dates, rows left out. The lists are real ones under other names.
"""

import csv
import gzip
import io
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from compute_divide.sources.models.table import load_models
from compute_divide.sources.papers.table import load_papers
from compute_divide_evidence import catalogue

SNAPSHOTS = (
    "epoch_notable_ai_models_2024-10-18.csv", "epoch_notable_ai_models_2024-12-24.csv",
    "epoch_full_view_2025-06-20.csv", "epoch_notable_ai_models_2026-06-15.csv", "epoch_full_view_2023-12-14.csv",
)  # fmt: skip
LISTS = ("corl__corl2023.json.gz", "uai__uai2024.json.gz", "iclr__iclr2017.json.gz")
OLD_NAMES = {
    "Open weights (unrestricted)": "Weights available",
    "Open weights (non-commercial)": "Permissive license (depr.)",
    "Open weights (restricted use)": "Fully open-source (depr.)",
    "API access": "API accessible (depr.)",
}


def another_form(path: Path, seed: int) -> str:
    """Return a snapshot as nobody has published it: the same facts in another form, a tenth of the rows left out."""
    rng = np.random.default_rng(seed)
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    header, records = rows[0], [row for row in rows[1:] if rng.random() > 0.1]
    when = header.index("Publication date")
    for row in records:
        if found := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", row[when]):
            row[when] = "-".join(found.groups()[::-1])
        for place, name in enumerate(header):
            if name in {"Model accessibility", "Open-source"}:
                row[place] = OLD_NAMES.get(row[place], row[place])
    order = rng.permutation(len(header)).tolist()
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(
        [row[place] for place in order] for row in [header, *records]
    )
    return out.getvalue()


def counted(text: str) -> dict[str, Counter[str] | int]:
    """Count a snapshot anew, with nothing of the project: rows, those with compute, years, team types."""
    found: dict[str, Counter[str] | int] = {
        "rows": 0,
        "compute": 0,
        "open": 0,
        "years": Counter(),
        "teams": Counter(),
    }
    years, teams = Counter[str](), Counter[str]()
    for row in csv.DictReader(io.StringIO(text)):
        if not ((row.get("Model") or row.get("System") or "").strip() or row["Reference"].strip()):
            continue
        found["rows"] += 1
        found["compute"] += bool(row["Training compute (FLOP)"].strip())
        access = row.get("Model accessibility", row.get("Open-source", ""))
        found["open"] += any(word in access for word in ("eights", "Permissive", "Fully"))
        years[row["Publication date"][-4:]] += bool(row["Publication date"])
        labels = {
            label.strip().lower() for label in row["Organization categorization"].split(",")
        } - {""}
        joint = {"academia", "industry"} <= labels or any(
            "collaboration" in label for label in labels
        )
        lone = {
            frozenset({"academia"}): "academia-only",
            frozenset({"industry"}): "industry-only",
            frozenset(): "unknown",
        }
        teams["collaboration" if joint else lone.get(frozenset(labels), "other")] += 1
    return {**found, "years": +years, "teams": teams}


@pytest.mark.raw
@pytest.mark.parametrize("name", SNAPSHOTS)
def test_a_snapshot_in_a_form_that_nobody_has_seen(name, raw_dir, tmp_path, data_copy):
    text = another_form(raw_dir / "models" / name, seed=len(name))
    (tmp_path / "new.csv").write_text(text, encoding="utf-8-sig", newline="")
    sidecar = catalogue.add_models(tmp_path / "new.csv", "2024-02")
    models, expected = load_models("2024-02"), counted(text)
    assert sidecar.rows_in == sidecar.rows_out + sum(group.rows for group in sidecar.set_aside)
    assert {
        "rows": len(models),
        "compute": int(models["training_compute_flop"].notna().sum()),
        "open": int(
            models["openness"]
            .isin(["Weights available", "Permissive license", "Fully open-source"])
            .sum()
        ),
        "years": Counter(models["year"].dropna().astype(int).astype(str)),
        "teams": Counter(models["team_type"]),
    } == expected


@pytest.mark.raw
@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_a_venue_that_nobody_has_seen(name, raw_dir, tmp_path, data_copy):
    content = (raw_dir / "papers" / name).read_bytes()
    (tmp_path / "mine.json.gz").write_bytes(content)
    catalogue.add_papers(tmp_path / "mine.json.gz", "unseen", 2039)
    papers = load_papers()
    papers = papers[papers["venue"].eq("unseen")]
    refused = re.compile("reject|withdr|workshop|^active$|retract|invite|tutorial", re.IGNORECASE)
    records = [
        one
        for one in json.loads(gzip.decompress(content))
        if not refused.search(one.get("status") or "")
    ]
    titles = {"".join(filter(str.isalnum, one["title"].lower())): one for one in reversed(records)}
    assert len(papers) == len(titles)
    assert papers["has_abstract"].sum() == sum(bool(one.get("abstract")) for one in titles.values())
    assert papers["profile"].notna().sum() == sum(
        bool((one.get("aff") or "").strip("; ")) for one in titles.values()
    )
