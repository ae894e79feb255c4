"""Download the wheels of the press and its dependencies, for a test that installs them offline.

The versions are those of the lock. Run it in the environment of `make setup`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
WHEELS = ROOT / "tests" / "checkers" / "wheels"
PRESS = "bookpress"
OURS = {PRESS, "holdtrue"}


def needed(name: str, extra: str = "") -> set[str]:
    """Return the names of all distributions that one needs, directly or indirectly."""
    names: set[str] = set()
    asked = [(name, extra)]
    done = set(asked)
    while asked:
        name, extra = asked.pop()
        names.add(canonicalize_name(name))
        for text in metadata.requires(name) or []:
            wanted = Requirement(text)
            if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
                parts = {(wanted.name, each) for each in wanted.extras or {""}}
                asked += parts - done
                done |= parts
    return names - OURS


def pinned(names: set[str]) -> str:
    """Return the lines of the lock for these names."""
    blocks = re.split(r"\n(?=[a-z0-9])", LOCK.read_text(encoding="utf-8"))
    return "\n".join(block for block in blocks if block.split("==")[0] in names)


def main() -> None:
    """Download the wheels that are missing."""
    wanted = pinned(needed(PRESS) | needed("hatchling"))
    listed = WHEELS / "wanted.txt"
    if listed.is_file() and listed.read_text(encoding="utf-8") == wanted:
        return
    print("putting the wheels of the press aside ...", file=sys.stderr)
    shutil.rmtree(WHEELS, ignore_errors=True)
    WHEELS.mkdir()
    part = WHEELS / "part.txt"
    part.write_text(wanted, encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--disable-pip-version-check", "--dest", str(WHEELS), "--requirement", str(part)]
    subprocess.run(command, check=True)
    part.replace(listed)


if __name__ == "__main__":
    main()
