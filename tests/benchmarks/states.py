"""How long it takes to explore the whole book, and how much its states weigh as hosts send them.

Closed choices alone first: in a copy whose types list no other values to explore; then all. Each is a full run.
"""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks._measuring import Copy, Row, tabled

TYPES = "src/compute_divide/choices"
LIMITS = {"closed choices": (900.0, 8.0), "all choices": (3600.0, 12.0)}
"""Seconds, and megabytes."""
A_PACK = 60.0
"""Kilobytes of a pack of states on average, which is what a reader loads."""


def exploring(copy: Copy) -> Iterator[Row]:
    """Explore a book that was built, and yield what that took and what it left."""
    modules = sorted((copy.root / TYPES).glob("*.py"))
    types = {module: module.read_text("utf-8") for module in modules}
    for which, named in zip(LIMITS, ('"not explored"', '"explore"'), strict=True):
        for module, text in types.items():
            module.write_text(text.replace('"explore"', named), "utf-8")
        copy.press("build")
        took = copy.press("explore", "--yes")
        scripts = (copy.root / "_build/editions/default/html/states").glob("*/*.js")
        sizes = [len(gzip.compress(path.read_bytes(), 9)) for path in scripts]
        seconds, megabytes = LIMITS[which]
        yield Row.at_most(f"{which}: {len(sizes)} scripts", [took], seconds)
        for what, found, most, unit in (
            ("compressed", sum(sizes) / 1e6, megabytes, "MB"),
            ("a script on average", sum(sizes) / len(sizes) / 1e3, A_PACK, "kB"),
        ):
            yield Row(
                f"{which}, {what}",
                f"{found:.1f} {unit}",
                "",
                "",
                f"at most {most:g} {unit}",
                found <= most,
            )


def main() -> str:
    """Measure, print each line as it is there, and return the table."""
    with tempfile.TemporaryDirectory(prefix="states-bench-") as home:
        return tabled(exploring(Copy.make(Path(home, "book"))))
