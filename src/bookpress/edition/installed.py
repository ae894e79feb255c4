"""Installed packages that differ from the lock, since results depend on what is installed."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

from bookpress.files import canonical, sha256

PIN = re.compile(r"^([\w.-]+)==([^\s;\\]+)", re.MULTILINE)
"""A package in a lock, with its version."""


def strays(lock: str) -> dict[str, str]:
    """Return the packages that are installed in a version that the lock does not pin, by name.

    A package that is not installed, or not pinned, is left out.
    """
    pinned: dict[str, set[str]] = defaultdict(set)
    for name, version in PIN.findall(lock):
        pinned[_normal(name)].add(version)
    here = installed(tuple(sys.path))
    return {
        name: here[name]
        for name, versions in sorted(pinned.items())
        if name in here and here[name] not in versions
    }


@cache
def installed(places: tuple[str, ...]) -> dict[str, str]:
    """Return the version of each installed package, from the names of its metadata folders."""
    versions: dict[str, str] = {}
    for place in places:
        for folder in sorted(Path(place).glob("*.dist-info")):
            name, _, version = folder.name.removesuffix(".dist-info").rpartition("-")
            versions.setdefault(_normal(name), version)
    return versions


def installed_hash() -> str:
    """Return a hash of the version of each installed package."""
    return sha256(canonical(installed(tuple(sys.path))).encode())


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
