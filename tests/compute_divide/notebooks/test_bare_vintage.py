"""A snapshot without computing, access, chips and citations becomes a vintage that every chapter can meet."""

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from compute_divide.evidence.models.columns import CHAPTERS
from sampling import some

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
    "causes": "vintage", "diffusion": "openness_vintage", "foundation-models": "vintage",
    "hardware": "hardware_vintage",
    "introduction": "vintage", "large-scale-models": "vintage", "ledger": "vintage", "open-models": "base_vintage",
    "policy": "vintage", "reproduction": "vintage", "robustness": "new_vintage", "training-compute": "vintage",
}  # fmt: skip


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


def command(data: Path, *words: str) -> str:
    run = [sys.executable, "-m", "compute_divide", *words]
    done = subprocess.run(
        run,
        cwd=ROOT,
        env={**os.environ, "COMPUTE_DIVIDE_DATA": str(data)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("slug", some([*EVERY], 2, 4))
def test_a_chapter_meets_a_vintage_without_values(slug, evidence):
    results = json.loads(command(evidence, "run", slug, "-p", f"{EVERY[slug]}=2024-07", "--json"))[
        slug
    ]
    assert any(one["value"] is None for one in results.values()) or slug in {
        "causes",
        "introduction",
        "robustness",
    }
