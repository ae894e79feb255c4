"""Optional dependencies: ``pip install 'bookpress[charts,pdf]'``."""

from __future__ import annotations

import json
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec

from bookpress.errors import UsageError

EXTRAS = {
    "altair": "charts",
    "distributed": "cluster",
    "mcp": "server",
    "pandas": "charts",
    "pikepdf": "pdf",
    "playwright": "pdf",
    "pyarrow": "parquet",
    "vl_convert": "charts",
}
"""The extra that installs each module."""


def need(what: str, *modules: str) -> None:
    """Raise unless modules are installed; the message says what needs them and how to get them."""
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise UsageError(needs(what, *missing))


def needs(what: str, *modules: str) -> str:
    """Return the message that says what needs modules and how to get them."""
    extras = ",".join(sorted({EXTRAS[module] for module in modules}))
    return f"{what} needs {' and '.join(modules)}: pip install 'bookpress[{extras}]{_origin()}'"


def _origin() -> str:
    """Return where the press was installed from, if that was a folder or a file."""
    with suppress(PackageNotFoundError, ValueError, KeyError, TypeError):
        record = json.loads(distribution("bookpress").read_text("direct_url.json") or "{}")
        return f" @ {record['url']}"
    return ""
