"""Documents that extensions write while pages are made, such as those of autosummary.

Each build writes them anew. Those that are the same keep their date, so that Sphinx neither reads
them nor writes their pages again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Container
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bookpress.files import files_of, replace_file, sha256

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FILE = "written.json"
"""The file, beside what Sphinx has read, with the SHA-256 and the date of each, by name."""


def when_written(app: Sphinx) -> set[str]:
    """Return the files of a staged source; what comes later is written by extensions.

    To be called before these begin. Once they have written, dates are restored.
    """
    staged = {_name(app, path) for path in files_of(Path(app.srcdir))}
    app.connect("builder-inited", partial(_restore_dates, staged), priority=900)
    return staged


def _name(app: Sphinx, path: Path) -> str:
    return path.relative_to(app.srcdir).as_posix()


def _restore_dates(staged: Container[str], app: Sphinx) -> None:
    memory = Path(app.doctreedir, FILE)
    before = json.loads(memory.read_bytes()) if memory.is_file() else {}
    written = {_name(app, path): path for path in files_of(Path(app.srcdir))}
    now = {}
    for name, path in written.items():
        if name in staged:
            continue
        digest = sha256(path.read_bytes())
        was, date = before.get(name, ("", 0))
        if was == digest:
            os.utime(path, ns=(date, date))
        now[name] = (digest, path.stat().st_mtime_ns)
    replace_file(memory, json.dumps(now).encode())
