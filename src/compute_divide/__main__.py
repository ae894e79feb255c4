"""The command line as ``python -m compute_divide``."""

from __future__ import annotations

from compute_divide.commands.main import main

if __name__ == "__main__":
    main()
