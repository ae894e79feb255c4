"""Make `.venv` from `requirements.lock`; do nothing when it is already up to date.

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
PRESS = ROOT / "src" / "bookpress"
LOCK = ROOT / "requirements.lock"
BOOK = ROOT / "book" / "publication.yml"
STAMP = VENV / "lock.sha256"
OLDEST = (3, 11)
NEWEST = (3, 14)


def state() -> str:
    """Return what the environment depends on: lock, metadata, script, Python, place."""
    import tomllib  # Pythons that are too old, which main refuses, have none

    both = (ROOT / "pyproject.toml", PRESS / "pyproject.toml")
    projects = [tomllib.loads(file.read_text(encoding="utf-8"))["project"] for file in both]
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
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        return
    print("setting up .venv (once, about half a minute) ...", file=sys.stderr)
    install()
    STAMP.write_text(wanted, encoding="utf-8")


def install() -> None:
    """Make the environment anew, with the pinned packages and our own."""
    # the interpreter may be the link in the environment that is about to go
    ours = Path(sys.executable).resolve()
    shutil.rmtree(VENV, ignore_errors=True)
    python = VENV / "bin" / "python"
    run(ours, "-m", "venv", VENV)
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(uv_requirement())
        file.flush()
        run(*pip, "--require-hashes", "-r", file.name)
    uv = (python, "-m", "uv", "pip", "install", "--quiet", "--python", python)
    run(*uv, "--require-hashes", "-r", LOCK)
    run(*uv, "--no-deps", "--no-build-isolation", "--editable", PRESS, "--editable", ROOT)
    run(python, "-m", "compileall", "-q", "src")
    bundle = "from bookpress.elements.figure import render; render.make_bundle(render.KEPT)"
    run(python, "-c", bundle)


if __name__ == "__main__":
    main()
