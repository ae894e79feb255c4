"""The command line ``compute-divide``, also as ``python -m compute_divide_evidence``."""

from __future__ import annotations

from bookpress.__main__ import start


def main() -> None:
    """Run the command line of the press with that of the evidence."""
    start("compute_divide_evidence.commands.main")


if __name__ == "__main__":
    main()
