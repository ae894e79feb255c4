"""The two lists of dependencies say the same, and hold nothing but names, versions and hashes."""

import re
import subprocess
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKED = {}
for _name, _version in re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", LOCK, re.MULTILINE):
    LOCKED.setdefault(_name, []).append(_version)


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
    asked = {Requirement(line).name for line in PROJECT["project"]["dependencies"]}
    assert set(listed) == asked | {"python", "pip"}
    for name in asked:
        assert all(listed[name].contains(version) for version in LOCKED[name]), name
        assert len(LOCKED[name]) > 1 or str(listed[name]) == f"=={LOCKED[name][0]}", name


def test_the_python_range_is_the_projects():
    line = next(line for line in conda_lines()[0] if line.startswith("python"))
    assert SpecifierSet(line.removeprefix("python")) == SpecifierSet(
        PROJECT["project"]["requires-python"]
    )


def test_the_lock_satisfies_the_project():
    groups = (
        PROJECT["dependency-groups"]["dev"] + PROJECT["project"]["optional-dependencies"]["cluster"]
    )
    for line in PROJECT["project"]["dependencies"] + groups:
        wanted = Requirement(line)
        assert any(wanted.specifier.contains(version) for version in LOCKED[wanted.name.lower()]), (
            line
        )


def test_the_lock_pins_by_hash_and_names_no_host():
    assert "://" not in LOCK
    blocks = re.split(r"\n(?=[a-z0-9])", LOCK)
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
            == f"The Compute Divide needs Python 3.11, 3.12 or 3.13: PYTHON is {python}."
        )
