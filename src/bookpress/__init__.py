"""From parameterised chapters to a published Jupyter Book.

The press knows nothing of the subject of a book.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """Return the version, which is that of the book that the press is published with."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version

    return version("compute-divide")
