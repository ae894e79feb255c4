"""Compare the results of an edition with those before a change: ``python -m tests.same_results OLD NEW``."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def flat(results: dict[str, dict[str, dict[str, Any]]]) -> dict[str, Any]:
    """Return each part of each result under one name: ``chapter:key.part``."""
    return {
        f"{chapter}:{key}.{part}": value
        for chapter, found in results.items()
        for key, result in found.items()
        for part, value in result.items()
    }


def differences(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """Yield the differences, one per line."""
    was, now = flat(old), flat(new)
    for name in sorted({*was, *now}):
        before, after = was.get(name), now.get(name)
        if name not in was or name not in now:
            yield f"{name}: only in the {'old' if name in was else 'new'} results"
        elif isinstance(before, float) and isinstance(after, float):
            if not math.isclose(before, after, rel_tol=1e-12):
                yield f"{name}: {before!r} was, {after!r} is"
        elif before != after:
            yield f"{name}: {before!r} was, {after!r} is"


def main() -> int:
    """Compare the two files in the command line."""
    old, new = (json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:])
    found = list(differences(old, new))
    print("\n".join([*found, f"{len(flat(old))} numbers and texts, {len(found)} differ"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
