"""Write `CHANGELOG.md` from the releases that `book/publication.yml` lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
FACTS = ROOT / "book" / "publication.yml"
UNDATED = "not released yet"
HEAD = """# Changes

Written from `releases` in `book/publication.yml` by `make lock`; do not edit. What became of each
number of a release stands in `data/released` and on the page `claims.html` of a published site.
"""


def changelog(facts: dict[str, Any]) -> str:
    """Return the list of changes, the newest version first."""
    parts = [HEAD]
    versions = [str(entry["version"]) for entry in facts["releases"]]
    if str(facts["version"]) not in versions:
        parts.append(f"## {facts['version']}, {UNDATED}\n")
    parts += [
        f"## {entry['version']}, {entry.get('date', UNDATED)}\n\n{entry['changes'].strip()}\n"
        for entry in facts["releases"]
    ]
    return "\n".join(parts)


def main() -> None:
    """Write the file."""
    facts = yaml.safe_load(FACTS.read_text(encoding="utf-8"))
    (ROOT / "CHANGELOG.md").write_text(changelog(facts), encoding="utf-8")


if __name__ == "__main__":
    main()
