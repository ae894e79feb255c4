"""The command line as ``python -m bookpress``."""

from __future__ import annotations

from bookpress.commands.main import main

if __name__ == "__main__":
    main()
