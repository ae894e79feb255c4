"""Every chapter ends well whatever row a reader lays over the evidence."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from quick import quick_python
from sampling import some

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[3]
ROW = {
    "model": "My Model",
    "published": "2026-05-01",
    "organisations": "A University",
    "sectors": "academia",
}
BIG = {**ROW, "training_compute_flop": 1e30}
KINDS = {
    "no computing": ROW,
    "the largest": BIG,
    "the smallest": {**ROW, "training_compute_flop": 1.0},
    "of companies": {**BIG, "sectors": "industry"},
    "of both": {**BIG, "organisations": "A University|A Company", "sectors": "academia|industry"},
    "of a government": {**BIG, "sectors": "government"},
    "of the newest vintage": {**BIG, "vintage": "2026-08"},
    "of the oldest vintage": {**BIG, "vintage": "2022-06"},
    "of a list of notable models": {**BIG, "vintage": "2024-10", "published": "2024-01-01"},
    "long ago": {**BIG, "published": "1950-01-01"},
    "of the year of a claim": {**BIG, "published": "2022-06-15"},
    "notable": {**BIG, "notability": "SOTA improvement"},
    "known by parameters": {**ROW, "parameters": 1e13},
    "built on another": {**BIG, "base_model": "Llama 2-7B"},
    "built on itself": {**BIG, "base_model": "My Model"},
    "on chips": {
        **BIG,
        "training_hardware": "NVIDIA H100 SXM5 80GB",
        "hardware_quantity": 100000,
        "training_time_hours": 5000,
    },
    "on unknown chips": {**BIG, "training_hardware": "Abacus", "hardware_quantity": 1},
    "open": {**BIG, "openness": "Open weights (unrestricted)", "domain": "Language"},
    "of nowhere": {**BIG, "countries": "Atlantis", "domain": "Alchemy", "task": "Gold"},
    "an old name": {**ROW, "model": "GPT-3 175B (davinci)", "vintage": "2026-08"},
    "another label": {"model": "GPT-4", "sectors": "academia", "organisations": "A University"},
    "costly": {**BIG, "training_cost_usd": 1e12, "training_cost_base_year": 2023},
}
SIDES = {"Google DeepMind": "academia", "Stanford University": "industry"}


def run(data: Path, *words: str) -> str:
    done = subprocess.run(
        [quick_python(), "-m", "compute_divide_evidence", *words],
        cwd=ROOT,
        env={**os.environ, "COMPUTE_DIVIDE_DATA": str(data)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture
def data(tmp_path):
    return Path(shutil.copytree(ROOT / "data", tmp_path / "data"))


@pytest.mark.parametrize("kind", some([*KINDS, *SIDES], 1, 35))
def test_all_chapters_run_with_an_own_row(kind, data, tmp_path):
    table = "models" if kind in KINDS else "organisations"
    row = KINDS.get(kind) or {"organisation": kind, "sector": SIDES[kind]}
    (tmp_path / "mine.yml").write_text(yaml.safe_dump(row))
    run(data, "data", "add", "row", table, str(tmp_path / "mine.yml"))
    statements = json.loads(run(data, "statements", "--json"))
    assert len(statements) > 1
