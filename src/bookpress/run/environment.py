"""The environment variables that a chapter gets: few, so that a stray one changes no result and no secret gets out."""

from __future__ import annotations

import os
from collections.abc import Mapping

KEPT = frozenset(
    {"COMPUTE_DIVIDE_DATA", "DYLD_LIBRARY_PATH", "HOME", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TMPDIR"}
)
"""What programs need to be found and to start; a chapter imports the very package that runs it."""

STEADY_PLACE = {"LANG": "C.UTF-8", "TZ": "UTC"}
"""Texts are sorted and times are told in the same way everywhere."""


def chapter_environment(ours: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return what is left of our environment for a chapter; its engine adds to it.

    Examples
    --------
    >>> chapter_environment({"PATH": "/bin", "OPENALEX_API_KEY": "secret", "TZ": "Asia/Tokyo"})
    {'PATH': '/bin', 'LANG': 'C.UTF-8', 'TZ': 'UTC'}
    """
    kept = {name: value for name, value in ours.items() if name in KEPT or name.startswith("OPENBLAS_")}
    return {**kept, **STEADY_PLACE}
