"""What `compute-divide check` says of the book as it is committed."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_nothing_is_wrong_with_the_book() -> None:
    command = [sys.executable, "-m", "compute_divide_evidence", "check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
