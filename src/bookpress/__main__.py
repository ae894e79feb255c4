"""The command line, also as ``python -m bookpress``."""

from __future__ import annotations

import sys
from importlib import import_module

from bookpress.errors import INTERRUPTED


def main() -> None:
    """Run the command line of the press."""
    start("bookpress.commands.main")


def start(module: str) -> None:
    """Import a module and run its command line; the import, too, can be stopped in one line."""
    try:
        run = import_module(module).main
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(INTERRUPTED)
    run()


if __name__ == "__main__":
    main()
