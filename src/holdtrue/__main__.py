"""``python -m holdtrue BOOK`` lists the statements of a built book, those that fall first."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from holdtrue.book import FILE
from holdtrue.comparisons.base import WORDS


def main(arguments: list[str]) -> int:
    """Print a line for each statement; return 1 if some do not hold, 2 if none can be listed."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("usage: python -m holdtrue BOOK", file=sys.stderr)
        return 2
    book = Path(arguments[0])
    builds = sorted(book.glob(f"**/{FILE}"), key=lambda file: file.stat().st_mtime)
    if not builds:
        print(f"{book} has no {FILE}: build the book with the extension first", file=sys.stderr)
        return 2
    statements = json.loads(builds[-1].read_text(encoding="utf-8"))["statements"]
    for each in sorted(statements, key=lambda each: each["holds"] is True):
        verdict = WORDS[each["holds"]]
        print(f"{each['place']}: {each['name']} {verdict} ({each['because']}): {each['sentence']}")
    return int(any(each["holds"] is not True for each in statements))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
