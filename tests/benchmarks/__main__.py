"""Run benchmarks by name, or all: ``python -m tests.benchmarks [NAME...] [--record]``.

A benchmark is a module of this folder with a function ``main`` that measures and prints. What it returns, if anything,
is a table in Markdown: ``--record`` puts these tables into ``docs/speed.md``, in place of those that stand there.
"""

from __future__ import annotations

import argparse
import importlib
import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs/speed.md"
BEGIN, END = "<!-- bench -->", "<!-- /bench -->"


def names() -> list[str]:
    """Return the names of the benchmarks: the modules of this folder."""
    return sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))


def recorded(text: str, tables: str) -> str:
    """Return the text of the page with these tables between its marks."""
    if BEGIN not in text or END not in text:
        raise SystemExit(f"docs/speed.md has no {BEGIN} with its {END}")
    return re.sub(
        f"{BEGIN}.*?{END}", lambda _: f"{BEGIN}\n\n{tables}\n\n{END}", text, flags=re.DOTALL
    )


def main() -> None:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="Measure and print."
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of: {', '.join(names())}; all by default"
    )
    parser.add_argument("--record", action="store_true", help="put the tables into docs/speed.md")
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(names()))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are: {', '.join(names())}")
    tables = []
    for name in asked.names or names():
        table = importlib.import_module(f"tests.benchmarks.{name}").main()
        tables += [table] if isinstance(table, str) else []
        print()
    if asked.record and tables:
        PAGE.write_text(
            recorded(PAGE.read_text(encoding="utf-8"), "\n\n".join(tables)), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
