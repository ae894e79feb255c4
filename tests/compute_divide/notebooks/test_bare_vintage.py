"""A snapshot without computing, access, chips and citations becomes a vintage that every chapter can meet."""

import csv
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.files import sha256
from compute_divide_evidence.models.columns import CHAPTERS
from quick import quick_python
from sampling import some

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[3]
NEEDED = ("model", "organisations", "team_label", "published", "notability")
HEADERS = (
    "Model",
    "Organization",
    "Organization categorization",
    "Publication date",
    "Notability criteria",
)
EVERY = {
    "causes": "vintage", "diffusion": "openness_vintage",
    "introduction": "vintage", "large-scale-models": "vintage", "ledger": "vintage", "open-models": "base_vintage",
    "policy": "vintage", "robustness": "new_vintage", "training-compute": "vintage",
}  # fmt: skip

NOTHING_LACKING = {"causes", "introduction", "policy", "robustness"}
"""Chapters all of whose results have a value: they need less, or the audit knows as much."""


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    """Return a copy of the evidence with a vintage of October 2024 that knows the bare minimum."""
    folder = tmp_path_factory.mktemp("bare")
    shutil.copytree(ROOT / "data", folder / "data")
    with (
        (ROOT / "data/models/2024-10.csv").open(encoding="utf-8") as file,
        (folder / "bare.csv").open("w") as out,
    ):
        writer = csv.writer(out)
        writer.writerow(HEADERS)
        writer.writerows(
            [row[name].replace("|", ",") for name in NEEDED] for row in csv.DictReader(file)
        )
    lacking = [word for field in CHAPTERS for word in ("--without", field)]
    add = ("data", "add", "models", str(folder / "bare.csv"), "--vintage", "2024-07")
    command(folder / "data", *add, *lacking)
    return folder / "data"


def run(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [quick_python(), "-m", "compute_divide_evidence", *words],
        cwd=ROOT,
        env={**os.environ, "COMPUTE_DIVIDE_DATA": str(data)},
        capture_output=True,
        text=True,
    )


def command(data: Path, *words: str) -> str:
    done = run(data, *words)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("slug", some([*EVERY], 2, 4))
def test_a_chapter_meets_a_vintage_without_values(slug, evidence):
    done = command(evidence, "run", slug, "-p", f"{EVERY[slug]}=2024-07", "--json")
    results = json.loads(done)[slug].values()
    assert any(result["value"] is None for result in results) or slug in NOTHING_LACKING


@pytest.mark.parametrize("field", some([*CHAPTERS], 1, 7))
def test_the_chapters_that_rest_on_a_column_are_named_and_no_others(field, tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    for path in (tmp_path / "data/models").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows = [{**row, field: ""} for row in csv.DictReader(file)]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        sidecar = path.with_suffix(".meta.yml")
        meta = yaml.safe_load(sidecar.read_text(encoding="utf-8"))
        meta["sha256"] = sha256(path.read_bytes())
        sidecar.write_text(yaml.safe_dump(meta), encoding="utf-8")
    slugs = [chapter.slug for chapter in discover(Project.at(ROOT))]
    for slug in some([*CHAPTERS[field]], 1, 7) + some(slugs, 1, 8):
        before = command(ROOT / "data", "run", slug, "--json")
        after = run(tmp_path / "data", "run", slug, "--json")
        changes = bool(after.returncode) or after.stdout != before
        assert changes == (slug in CHAPTERS[field]), f"{slug} without {field}"
