"""The Compute Divide: a computational book on who has the computing power for machine learning."""

from __future__ import annotations


def __getattr__(name: str) -> str:
    """Return ``__version__``, looked up when it is asked for: each of many short processes imports this package."""
    if name == "__version__":
        from importlib.metadata import version

        return version("compute-divide")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
