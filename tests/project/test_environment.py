"""The two lists of dependencies say the same, and hold nothing but names, versions and hashes."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
LOCK, DEV_LOCK = (
    (ROOT / name).read_text(encoding="utf-8")
    for name in ("requirements.lock", "requirements-dev.lock")
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PRESS = tomllib.loads((ROOT / "src/bookpress/pyproject.toml").read_text(encoding="utf-8"))


def locked_in(lock):
    """Return the versions that a lock pins, by name: some differ between Pythons."""
    versions = {}
    for name, version in re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", lock, re.MULTILINE):
        versions.setdefault(name, []).append(version)
    return versions


LOCKED, DEV_LOCKED = locked_in(LOCK), locked_in(DEV_LOCK)


def asked_for():
    """Return what book and press ask for, with the extras that the book names."""
    lines = [*PROJECT["project"]["dependencies"], *PRESS["project"]["dependencies"]]
    [ours] = [wanted for line in lines if (wanted := Requirement(line)).name == "bookpress"]
    for extra in ours.extras:
        lines += PRESS["project"]["optional-dependencies"][extra]
    ours_too = {"bookpress", "holdtrue"}
    return [wanted for line in lines if (wanted := Requirement(line)).name not in ours_too]


def conda_lines():
    entries = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    conda = [entry for entry in entries if isinstance(entry, str)]
    pip = next(entry["pip"] for entry in entries if isinstance(entry, dict))
    return conda, [line for line in pip if not line.startswith("-e")]


def as_requirement(line):
    return Requirement(re.sub(r"(?<![=<>!~])=(?!=)", "==", line))


def test_every_direct_dependency_is_listed_with_what_is_locked_and_nothing_else():
    conda, pip = conda_lines()
    listed = {(wanted := as_requirement(line)).name: wanted.specifier for line in [*conda, *pip]}
    asked = {wanted.name for wanted in asked_for()}
    assert set(listed) == asked | {"python", "pip"}
    for name in asked:
        assert all(listed[name].contains(version) for version in LOCKED[name]), name
        assert len(LOCKED[name]) > 1 or str(listed[name]) == f"=={LOCKED[name][0]}", name


def test_the_python_range_is_the_projects():
    line = next(line for line in conda_lines()[0] if line.startswith("python"))
    assert SpecifierSet(line.removeprefix("python")) == SpecifierSet(
        PROJECT["project"]["requires-python"]
    )


def missing(lines, locked):
    """Return the requirements that no locked version satisfies."""
    wanted = [Requirement(line) for line in lines if isinstance(line, str)]
    return [
        str(each)
        for each in wanted
        if not any(each.specifier.contains(version) for version in locked[each.name.lower()])
    ]


def test_the_locks_satisfy_the_project():
    groups = PROJECT["dependency-groups"]
    cluster = PRESS["project"]["optional-dependencies"]["cluster"]
    assert missing([*map(str, asked_for()), *groups["setup"]], LOCKED) == []
    assert missing(groups["dev"] + cluster, DEV_LOCKED) == []


def test_the_book_runs_on_what_it_was_checked_with_and_on_none_of_the_checkers():
    assert {name: DEV_LOCKED[name] for name in LOCKED} == LOCKED
    checkers = {"matplotlib", "mypy", "pytest", "ruff", "statsmodels"}
    assert checkers & LOCKED.keys() == set() != checkers & DEV_LOCKED.keys()


def test_the_book_asks_for_the_press_that_is_here():
    lines = PROJECT["project"]["dependencies"]
    [ours] = [wanted for line in lines if (wanted := Requirement(line)).name == "bookpress"]
    assert ours.specifier.contains(PRESS["project"]["version"])


def test_the_press_asks_for_nothing_of_the_subject():
    base = {Requirement(line).name for line in PRESS["project"]["dependencies"]}
    assert not base & {"altair", "duckdb", "numpy", "pandas", "pandera", "playwright", "pyalex"}


@pytest.mark.parametrize("lock", [LOCK, DEV_LOCK], ids=["runtime", "dev"])
def test_the_lock_pins_by_hash_and_names_no_host(lock):
    assert "://" not in lock
    blocks = re.split(r"\n(?=[a-z0-9])", lock)
    unpinned = [
        block.splitlines()[0]
        for block in blocks
        if "==" in block.splitlines()[0] and "--hash=sha256:" not in block
    ]
    assert unpinned == []


def test_a_python_that_does_not_do_is_one_line():
    for python in ("python9.9", "/bin/false"):
        done = subprocess.run(
            ["make", "setup", f"PYTHON={python}"], cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 2
        assert (
            done.stderr.splitlines()[0]
            == f"The Compute Divide needs Python 3.11 to 3.14: PYTHON is {python}."
        )
