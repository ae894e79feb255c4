"""Addresses that pages name, some of which are none."""

from __future__ import annotations

import posixpath
from pathlib import PurePosixPath
from urllib.parse import SplitResult, unquote, urlsplit

NOT_DRAWN = (".tif", ".tiff", ".pdf", ".ps", ".eps", ".jp2", ".heic", ".heif")
"""Endings of pictures that hardly any browser draws, nor any reader of e-books."""


def split_address(address: str) -> SplitResult:
    """Return the parts of an address; one that cannot be read leads to another host.

    Examples
    --------
    >>> split_address("a.html#b").fragment, split_address("https://[a").netloc
    ('b', 'https://[a')
    """
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", address, "", "", "")


def is_unreadable(address: str) -> bool:
    """Return whether an address is none, which an author may have written all the same."""
    return bool(address) and split_address(address).netloc == address


def is_elsewhere(address: str) -> bool:
    """Return whether an address leads out of the site, or is no file, such as a data URL."""
    parts = split_address(address)
    return bool(parts.scheme or parts.netloc)


def from_root(page: str, address: str) -> str:
    """Return the path from the root of the site that an address on a page leads to.

    One that leads elsewhere stays, with a scheme: a saved file has none to take over.
    """
    if is_elsewhere(address):
        return f"https:{address}" if address.startswith("//") else address
    joined = posixpath.join(posixpath.dirname(page), split_address(address).path)
    return posixpath.normpath(joined)


def is_drawn(address: str) -> bool:
    """Return whether browsers draw a picture, by the ending of its file.

    Examples
    --------
    >>> is_drawn("_images/cell.TIFF"), is_drawn("_images/cell.png"), is_drawn("data:image/png;,")
    (False, True, True)
    """
    return PurePosixPath(unquote(split_address(address).path)).suffix.lower() not in NOT_DRAWN
