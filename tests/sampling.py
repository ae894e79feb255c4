"""How much of the heavy checks is run: a seeded sample, or all of it in `make test-long`."""

import os
import subprocess
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

LONG = os.environ.get("BOOKPRESS_LONG") == "1"
SHARE = 8
"""Of so many heavy tests one is drawn."""


def count(small: int, full: int) -> int:
    return full if LONG else small


def some(every: Sequence[Any], number: int, seed: int) -> list[Any]:
    """Return a seeded sample, in its order; everything in the long run."""
    drawn = np.random.default_rng(seed).permutation(len(every))[: len(every) if LONG else number]
    return [every[place] for place in sorted(drawn)]


def drawn(names: Sequence[str], seed: str) -> set[str]:
    """Return the tests that are drawn from heavy ones by their names and a seed."""
    in_turn = sorted(names, key=lambda name: sha256(f"{seed} {name}".encode()).digest())
    return set(in_turn[: -(-len(names) // SHARE)])


def commit() -> str:
    """Return the commit of the tests, the seed of a draw; empty outside of a repository."""
    asked = ["git", "rev-parse", "HEAD"]
    here = Path(__file__).parent
    done = subprocess.run(asked, cwd=here, capture_output=True, text=True, check=False)
    return done.stdout.strip()
