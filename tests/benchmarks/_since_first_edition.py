"""The chapters' own work, now and in the first edition: ``python -m tests.benchmarks._since_first_edition [ROUNDS]``.

Clones commit eed5545 with its own lock and this commit beside it, and lets both run all their chapters in turns: each
in a process of its own that has the imports of all chapters, one after the other, nothing drawn and nothing kept. Not
part of ``make bench``: it installs an environment and takes some minutes.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks._measuring import ROOT, Copy

FIRST_EDITION = "eed5545"

OWN_WORK = """
import ast, contextlib, importlib, io, json, os, pkgutil, time
from pathlib import Path
import jupytext, yaml
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", PYTHONHASHSEED="0", TZ="UTC")
from IPython.core.interactiveshell import InteractiveShell
listed = [one["file"] for part in yaml.safe_load(Path("_toc.yml").read_text())["parts"] for one in part["chapters"]]
cells = {
    name: [cell.source for cell in jupytext.read(f"{name}.md").cells if cell.cell_type == "code"]
    for name in listed
    if name.startswith("notebooks/")
}
for node in (node for sources in cells.values() for source in sources for node in ast.walk(ast.parse(source))):
    for module in [node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in getattr(node, "names", [])]:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
settings = Path("book/settings.yml")  # names what the press imports besides before it forks; so it was at first:
fixed = {"preload": ["pandera.backends.pandas.builtin_checks"]}
for module in (yaml.safe_load(settings.read_text()) if settings.exists() else fixed)["preload"]:
    found = pkgutil.resolve_name(module)
    if ":" in module:
        found()
os.chdir("notebooks")
seconds = {}
for name, sources in cells.items():
    begun = time.perf_counter()
    if os.fork() == 0:
        shell = InteractiveShell.instance()
        with contextlib.redirect_stdout(io.StringIO()):
            worked = all([shell.run_cell(source).success for source in sources])
        os._exit(0 if worked else 1)
    assert os.wait()[1] == 0, name
    seconds[name] = time.perf_counter() - begun
print(json.dumps(seconds))
"""


def first_edition(root: Path) -> Copy:
    """Return a clone of the first edition."""
    subprocess.run(["git", "clone", "--quiet", ROOT, root], check=True)
    subprocess.run(["git", "checkout", "--quiet", FIRST_EDITION], cwd=root, check=True)
    return Copy(root)


def main(rounds: int) -> None:
    """Measure in turns, print the medians."""
    with tempfile.TemporaryDirectory(prefix="own-work-") as home:
        old, new = first_edition(Path(home) / "old"), Copy.make(Path(home) / "new")
        old.run("make", "setup")
        pythons = {old: old.root / ".venv/bin/python", new: Path(sys.executable)}
        seconds: dict[Copy, list[dict[str, float]]] = {old: [], new: []}
        for _ in range(rounds):
            for copy, python in pythons.items():
                seconds[copy].append(json.loads(copy.run(python, "-c", OWN_WORK).splitlines()[-1]))
        shared = seconds[old][0].keys() & seconds[new][0].keys()
        for which in ({*seconds[old][0], *seconds[new][0]}, shared):
            before, after = (
                statistics.median(
                    sum(taken for name, taken in one.items() if name in which)
                    for one in seconds[copy]
                )
                for copy in (old, new)
            )
            told = (
                "all chapters" if which != shared else f"the {len(shared)} chapters that both have"
            )
            print(
                f"own work of {told}: {before:.1f} s in the first edition, {after:.1f} s now, {after / before:.2f}"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
