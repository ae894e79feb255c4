"""What the chapters record is what the raw files give to programs that share nothing with the package."""

import ast
from pathlib import Path

import independent_attention
import independent_audit
import independent_audited_runs
import independent_machines
import independent_numbers
import independent_records
import independent_universities
import pytest


@pytest.mark.heavy
@pytest.mark.raw
def test_the_headline_numbers_come_out_of_the_raw_files_without_the_package(run_chapter, raw_dir):
    differ = {}
    found = independent_numbers.numbers(raw_dir)
    for name, number in found.items():
        chapter, key = name.split(":")
        result = run_chapter(chapter, **independent_numbers.CHOICES.get(chapter, {})).results[key]
        ours = (result.k, result.n) if isinstance(number, tuple) else result.value
        if ours != (number if isinstance(number, tuple) else pytest.approx(number, rel=1e-9)):
            differ[name] = (ours, number)
    assert not differ
    assert len(found) >= 30
    assert len({name.split(":")[0] for name in found}) == 11


@pytest.mark.heavy
@pytest.mark.raw
def test_the_numbers_on_machines_and_causes_are_what_the_raw_files_say(run_chapter, raw_dir):
    again = independent_machines.recompute(raw_dir)
    listed = run_chapter("causes", records="as-listed")
    results = run_chapter("universities").results | run_chapter("machines").results
    results |= listed.results
    assert len(again) >= 40
    # H100 equivalents are recorded to three significant digits and one ratio to two; other ratios are of exact numbers.
    rounded = again.pop("laboratory_over_universities")
    assert results["laboratory_over_universities"].value == pytest.approx(rounded, rel=0.02)
    assert {key: results[key].value for key in again} == pytest.approx(again, rel=0.006)
    exact = [key for key in again if results[key].unit in {"ratio", "share"}]
    assert len(exact) >= 20
    assert {key: results[key].value for key in exact} == pytest.approx(
        {key: again[key] for key in exact}, rel=1e-5
    )


@pytest.mark.heavy
@pytest.mark.raw
def test_the_numbers_on_attention_scrutiny_capability_and_remedies_are_those_of_another_program(
    run_chapter, raw_dir
):
    for slug, numbers in independent_attention.numbers(raw_dir, independent_numbers.DATA).items():
        results = run_chapter(slug).results
        assert len(numbers) >= 4
        for key, found in numbers.items():
            for end, value in (found if isinstance(found, dict) else {"value": found}).items():
                near = pytest.approx(
                    getattr(results[key], end), rel=0.011 if key == "scope_over_eight" else 1e-6
                )
                assert value == near, (key, end)


@pytest.mark.parametrize(
    "program",
    [
        independent_numbers,
        independent_machines,
        independent_attention,
        independent_audit,
        independent_audited_runs,
        independent_records,
        independent_universities,
    ],
)
def test_the_programs_share_nothing_with_the_package(program):
    tree = ast.parse(Path(program.__file__).read_text(encoding="utf-8"))
    modules = {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }
    modules |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {
        name
        for name in modules
        if name.split(".")[0] in {"compute_divide", "compute_divide_evidence", "bookpress"}
    }
