"""What the chapters record is what the raw files give to a script that shares nothing with the package."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import independent_numbers
import pytest


@pytest.mark.raw
def test_the_headline_numbers_come_out_of_the_raw_files_without_the_package(run_chapter):
    if not (folder := os.environ.get("COMPUTE_DIVIDE_RAW")):
        pytest.skip("NOT TESTED: set COMPUTE_DIVIDE_RAW to the folder of the raw files")
    differ = {}
    found = independent_numbers.numbers(Path(folder))
    for name, number in found.items():
        chapter, key = name.split(":")
        result = run_chapter(chapter, **independent_numbers.CHOICES.get(chapter, {})).results[key]
        ours = (result.k, result.n) if isinstance(number, tuple) else result.value
        if ours != (number if isinstance(number, tuple) else pytest.approx(number, rel=1e-9)):
            differ[name] = (ours, number)
    assert not differ
    assert len(found) >= 30
    assert len({name.split(":")[0] for name in found}) == 15


def test_the_script_shares_nothing_with_the_package():
    tree = ast.parse(Path(independent_numbers.__file__).read_text(encoding="utf-8"))
    modules = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    modules |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {name for name in modules if name.split(".")[0] in {"compute_divide", "bookpress", "pandas", "numpy"}}
