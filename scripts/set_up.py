"""Make `.venv` from `requirements.lock`; `dev` adds `requirements-dev.lock`; then do nothing.

Standard library only: it runs before anything is installed. The lock pins every version by hash;
uv installs it and compiles the bytecode, which halves the time of every notebook.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PARTS = (ROOT / "src" / "holdtrue", ROOT / "src" / "bookpress", ROOT)
"""Our own distributions, each on what stands before it."""
LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
BOOK = ROOT / "book" / "publication.yml"
STAMP = VENV / "lock.sha256"
DEV_STAMP = VENV / "dev-lock.sha256"
PYTHON = VENV / "bin" / "python"
UV = (PYTHON, "-m", "uv", "pip", "install", "--quiet", "--python", PYTHON)
OLDEST = (3, 11)
NEWEST = (3, 14)


def state() -> str:
    """Return what the environment depends on: lock, metadata, script, Python, place."""
    import tomllib  # Pythons that are too old, which main refuses, have none

    files = [part / "pyproject.toml" for part in PARTS]
    projects = [tomllib.loads(file.read_text(encoding="utf-8"))["project"] for file in files]
    version = re.search("^version: .*", BOOK.read_text(encoding="utf-8"), re.MULTILINE)
    facts = [projects, version and version[0], sys.version, str(ROOT)]
    text = json.dumps(facts, sort_keys=True).encode()
    return hashlib.sha256(LOCK.read_bytes() + Path(__file__).read_bytes() + text).hexdigest()


def uv_requirement() -> str:
    """Return the lock's own lines for uv, so that the installer is pinned by the same hashes."""
    found = re.search(
        r"^uv==.*?(?=^\S|\Z)", LOCK.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    if found is None:
        sys.exit("requirements.lock does not pin uv: run `make lock`")
    return "\n".join(line for line in found[0].splitlines() if not line.lstrip().startswith("#"))


def run(*command: str | Path) -> None:
    """Run a command; stop with its own words when it fails."""
    environment = {**os.environ, "UV_COMPILE_BYTECODE": "1", "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run([str(part) for part in command], cwd=ROOT, env=environment, check=False)
    if done.returncode:
        sys.exit(f"set-up failed ({done.returncode}): {' '.join(str(part) for part in command)}")


def main() -> None:
    """Create or renew the environment."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit(
            "The Compute Divide needs Python 3.11 to 3.14; "
            f"this is {sys.version.split()[0]} ({sys.executable})."
        )
    wanted = state()
    if not is_stamped(STAMP, wanted):
        print("setting up .venv (once, about half a minute) ...", file=sys.stderr)
        install()
        STAMP.write_text(wanted, encoding="utf-8")
    wanted = hashlib.sha256(DEV_LOCK.read_bytes()).hexdigest()
    if sys.argv[1:] == ["dev"] and not is_stamped(DEV_STAMP, wanted):
        print("adding what the book is checked with ...", file=sys.stderr)
        run(*UV, "--require-hashes", "-r", DEV_LOCK)
        DEV_STAMP.write_text(wanted, encoding="utf-8")


def is_stamped(stamp: Path, wanted: str) -> bool:
    """Return whether the environment is already in this state."""
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted


def install() -> None:
    """Make the environment anew, with the pinned packages and our own."""
    # the interpreter may be the link in the environment that is about to go
    ours = Path(sys.executable).resolve()
    shutil.rmtree(VENV, ignore_errors=True)
    run(ours, "-m", "venv", VENV)
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(uv_requirement())
        file.flush()
        run(*pip, "--require-hashes", "-r", file.name)
    run(*UV, "--require-hashes", "-r", LOCK)
    run(*UV, "--no-deps", "--no-build-isolation", *(f"--editable={part}" for part in PARTS))
    run(PYTHON, "-m", "compileall", "-q", "src")
    bundle = "from bookpress.elements.figure import render; render.make_bundle(render.KEPT)"
    run(PYTHON, "-c", bundle)


if __name__ == "__main__":
    main()
