"""A build that imports what it needs and then waits: pages follow a change sooner.

Run as ``python -m bookpress.commands.base.prepared EDITION``, the module builds the edition once it
reads a line on standard input, and ends without one if its parent does.
"""

from __future__ import annotations

import sys
from importlib import import_module

from bookpress.commands.main import main
from bookpress.outputs.base.process import start_early
from bookpress.outputs.html import FORMAT as PAGES

USED = (
    "bookpress.assembly.build",
    "bookpress.assembly.make",
    "bookpress.book.discovery",
    "bookpress.run.engine",
)
"""What the command imports only when it runs."""


def wait_and_build() -> None:
    """Import, wait for a line, and run the command `build`."""
    start_early(PAGES)
    for name in USED:
        import_module(name)
    if sys.stdin.readline():
        sys.argv[1:1] = ["build"]
        main()


if __name__ == "__main__":
    wait_and_build()
