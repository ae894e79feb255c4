"""The one date of a build, so that building twice gives the same bytes."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from bookpress.errors import UsageError

EPOCH_VARIABLE = "SOURCE_DATE_EPOCH"


def build_time(root: Path) -> datetime:
    """Return the time that dates a build: ``SOURCE_DATE_EPOCH``, else the last commit, else the first of January 1980.

    Parameters
    ----------
    root : pathlib.Path
        A folder of the checkout.

    Returns
    -------
    datetime.datetime
        In UTC, whole seconds.

    Raises
    ------
    UsageError
        If ``SOURCE_DATE_EPOCH`` is not a number of seconds.

    Notes
    -----
    The variable is that of https://reproducible-builds.org/specs/source-date-epoch/. A folder that is no checkout has
    no date of its own; 1980 is the earliest that a ZIP (and so an EPUB) can hold.
    """
    named = os.environ.get(EPOCH_VARIABLE)
    if named is not None:
        try:
            return datetime.fromtimestamp(int(named), tz=UTC)
        except (ValueError, OverflowError, OSError) as error:
            raise UsageError(
                f"{EPOCH_VARIABLE} is {named!r}; allowed: seconds since 1970, such as 1790000000"
            ) from error
    return _last_commit(root)


@cache
def _last_commit(root: Path) -> datetime:
    """Return the time of the last commit; asked once, because a build has one date."""
    command = ["git", "-C", str(root), "log", "-1", "--format=%ct"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return datetime(1980, 1, 1, tzinfo=UTC)
    return datetime.fromtimestamp(int(done.stdout.strip() or 315532800), tz=UTC)
