"""Put a finished folder in the place of another in one step."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from pathlib import Path

from bookpress.files import naming

AT_FDCWD = -100
RENAME_EXCHANGE = 2
RENAME_SWAP = 2
UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM}


def publish(draft: Path, target: Path) -> None:
    """Put a finished folder in the place of the published one; a reader meets the old or the new, never a mixture.

    Parameters
    ----------
    draft : pathlib.Path
        The finished folder, on the same file system; it is gone afterwards.
    target : pathlib.Path
        The place. What was there is removed once the new one stands.

    Notes
    -----
    Linux and macOS can exchange two names in one step. Where the file system cannot, the old folder is moved aside
    first; `recover` puts it back should the machine stop between the two steps.
    """
    with naming(target):
        if not target.exists():
            draft.rename(target)
            return
        if not exchange(draft, target):
            aside = aside_path(target)
            shutil.rmtree(aside, ignore_errors=True)
            target.rename(aside)
            draft.rename(target)
            shutil.rmtree(aside, ignore_errors=True)
    shutil.rmtree(draft, ignore_errors=True)


def recover(target: Path) -> None:
    """Put back a published folder that was moved aside when the machine stopped."""
    aside = aside_path(target)
    if aside.exists() and not target.exists():
        aside.rename(target)
    shutil.rmtree(aside, ignore_errors=True)


def aside_path(target: Path) -> Path:
    """Return where the old folder waits while the new one takes its place."""
    return target.with_name(f".{target.name}.old")


def exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step; return False where the system or the file system cannot."""
    library = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    if sys.platform == "darwin":
        result = library.renamex_np(first, second, RENAME_SWAP)
    elif hasattr(library, "renameat2"):
        result = library.renameat2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE)
    else:
        return False
    if result == 0:
        return True
    code = ctypes.get_errno()
    if code in UNSUPPORTED:
        return False
    raise OSError(code, os.strerror(code), str(other))
