"""Keep pytest from reading modules of the package that hold no examples: they would take seconds to import."""

from __future__ import annotations

from pathlib import Path

SOURCE = Path(__file__).parent / "src"


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out modules without an example."""
    is_module = collection_path.suffix == ".py" and collection_path.is_relative_to(SOURCE)
    return True if is_module and ">>> " not in collection_path.read_text("utf-8") else None
