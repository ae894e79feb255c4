"""Write `dependencies.csv`: each package of the developers' lock, with its licence.

Run it in the environment of `make dev`. The licence of a package that the lock pins for other
systems, which is not installed, stays as the list has it; one that the list lacks is an error.
"""

from __future__ import annotations

import csv
import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "dependencies.csv"
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)
CLASSIFIER = "License :: "


def licence_of(name: str, listed: dict[str, str]) -> str:
    """Return the licence of a distribution in one line, from its expression or classifiers."""
    try:
        facts = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        if name not in listed:
            raise SystemExit(f"{name} is not installed: add its licence to {FILE.name}") from None
        return listed[name]
    # If importlib_metadata is imported too, a missing header raises KeyError instead of returning
    # None.
    if "License-Expression" in facts:
        return str(facts["License-Expression"])
    classifiers = facts.get_all("Classifier") or []
    stated = [entry.rpartition(" :: ")[2] for entry in classifiers if entry.startswith(CLASSIFIER)]
    if stated:
        return "; ".join(stated)
    line = (facts.get_all("License") or [""])[0]
    lines = str(line).strip().splitlines()
    return lines[0][:80] if lines else "none stated"


def rows() -> list[tuple[str, str, str]]:
    """Return name, version and licence of every package that the lock pins."""
    lock = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    with FILE.open(encoding="utf-8", newline="") as file:
        listed = {row["package"]: row["licence"] for row in csv.DictReader(file)}
    return [(name, version, licence_of(name, listed)) for name, version in PINNED.findall(lock)]


def main() -> None:
    """Write the list."""
    found = rows()
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["package", "version", "licence"])
        writer.writerows(found)


if __name__ == "__main__":
    main()
