"""Which files pytest reads: those with tests or examples; to import the others takes seconds."""

from __future__ import annotations

from pathlib import Path

SOURCE = Path(__file__).parent / "src"


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out modules of the package without an example, and elsewhere all but test_*.py."""
    if collection_path.suffix != ".py" or collection_path.name == "conftest.py":
        return None
    if collection_path.is_relative_to(SOURCE):
        return True if ">>> " not in collection_path.read_text("utf-8") else None
    return True if not collection_path.name.startswith("test_") else None
