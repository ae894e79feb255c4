"""States of the real book: a seeded sample of them against builds with their values."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from states import expect_same, record, script, states

from book.conftest import copy_of_checkout

pytestmark = pytest.mark.book
LONG = os.environ.get("BOOKPRESS_LONG") == "1"


def test_states_are_the_pages_that_builds_with_their_values_make(
    tmp_path: Path, run_command: Callable[..., str]
) -> None:
    root = copy_of_checkout(tmp_path / "book", with_cache=True)
    editions = root / "_build/editions"
    run_command(root, "explore", "--yes", *([] if LONG else ["machines"]))
    found = [
        (path.parent.name, *one)
        for path in sorted(editions.glob("default/html/states/*/index.js"))
        for one in states(editions, path.parent.name)
    ]
    for at in np.random.default_rng(20).choice(len(found), 60 if LONG else 2, replace=False):
        slug, name, state = found[at]
        run_command(root, *shlex.split(state["command"])[1:])
        expect_same(editions, slug, name, state)
    for path in editions.glob("default/html/states/*/index.js"):
        index = script(path)
        assert index["published"] == record(editions, "default")["id"]
        assert {row["id"] for rows in index["choices"].values() for row in rows} - {index["published"]} <= {
            one.stem for one in path.parent.glob("*.js")
        }
